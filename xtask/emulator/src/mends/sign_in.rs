//! Listeners that have people sign in with OpenID Connect. moto takes any of them, and shows the
//! client's secret; AWS asks for the secret, forgets nothing else, and shows it to nobody.

use anyhow::Result;

use super::{Question, Scene};
use crate::protocol::{Answer, Call, Form, Service};

const OIDC: &str = "authenticate-oidc";

/// What AWS fills in.
const DEFAULTS: [(&str, &str); 4] = [
    ("Scope", "openid"),
    ("SessionTimeout", "604800"),
    ("SessionCookieName", "AWSELBAuthSessionCookie"),
    ("OnUnauthenticatedRequest", "authenticate"),
];

/// CreateListener and ModifyListener: refuses what AWS would, and keeps the secret from moto.
pub(crate) async fn before(
    scene: &Scene<'_>,
    question: &Question,
    call: &mut Call,
) -> Result<Option<Answer>> {
    let Some(config) = config(&question.form) else {
        return Ok(None);
    };
    let listener = question.get("ListenerArn");
    let (protocol, signs_in) = match listener {
        "" => (question.get("Protocol").to_owned(), false),
        arn => at_present(scene, question, arn).await?,
    };
    if protocol != "HTTPS" {
        let message = format!("Actions of type '{OIDC}' are supported only on HTTPS listeners");
        return Ok(Some(question.refuse("InvalidLoadBalancerAction", &message)));
    }
    let given = |name: &str| question.get(&format!("{config}{name}"));
    let keeps = given("UseExistingClientSecret") == "true";
    let message = match (given("ClientSecret"), keeps) {
        ("", false) => "A client secret must be specified",
        ("", true) if !signs_in => "There is no existing client secret to use",
        ("", true) | (_, false) => "",
        (_, true) => "A client secret and UseExistingClientSecret cannot both be specified",
    };
    if !message.is_empty() {
        return Ok(Some(question.refuse("ValidationError", message)));
    }
    call.edit(|form| {
        let secret = ["ClientSecret", "UseExistingClientSecret"].map(|it| format!("{config}{it}"));
        form.retain(|name| !secret.iter().any(|it| it == name));
        for (name, value) in DEFAULTS {
            let name = format!("{config}{name}");
            if form.value(&name).is_none() {
                form.set(&name, value);
            }
        }
    });
    Ok(None)
}

/// Where the provider is described, if people are to sign in.
fn config(form: &Form) -> Option<String> {
    let actions = form.structures("DefaultActions.member");
    let action = actions
        .into_iter()
        .find(|action| form.get(&format!("{action}Type")) == OIDC)?;
    Some(format!("{action}AuthenticateOidcConfig."))
}

/// A listener's protocol after the change, and whether people sign in there now.
async fn at_present(scene: &Scene<'_>, question: &Question, arn: &str) -> Result<(String, bool)> {
    let parameters = [
        ("Action", "DescribeListeners"),
        ("ListenerArns.member.1", arn),
    ];
    let document = scene.ask(question, Service::Balancing, &parameters).await?;
    let path = "DescribeListenersResult/Listeners/member";
    let listener = document.as_ref().and_then(|document| document.find(path));
    let protocol = match question.get("Protocol") {
        "" => listener.map_or("", |it| it.text_at("Protocol")),
        changed => changed,
    };
    let actions = listener.map(|it| it.all("DefaultActions/member"));
    let signs_in = actions
        .into_iter()
        .flatten()
        .any(|action| action.text_at("Type") == OIDC);
    Ok((protocol.to_owned(), signs_in))
}
