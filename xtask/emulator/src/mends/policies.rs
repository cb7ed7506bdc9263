//! AWS's own managed policies: moto has all fifteen hundred or none, and with all of them each
//! reset takes seconds. It has none, and the few that exist here are made when first used, as
//! policies of the account, whose names are put right on the way in and out.

use std::collections::HashSet;

use anyhow::Result;
use hyper::StatusCode;
use hyper::body::Bytes;

use super::{Question, Scene};
use crate::protocol::answer::Content;
use crate::protocol::{Answer, Call, Element, Service};

/// The policies made since the last reset.
#[derive(Debug, Default)]
pub(crate) struct Policies {
    made: HashSet<&'static str>,
}

/// AWS's policies that exist here.
const MANAGED: &[&str] = &[
    "AdministratorAccess",
    "AmazonS3FullAccess",
    "AmazonS3ReadOnlyAccess",
    "AmazonSSMManagedInstanceCore",
    "AmazonSSMPatchAssociation",
    "CloudWatchAgentServerPolicy",
    "PowerUserAccess",
    "ReadOnlyAccess",
];

const AWS: &str = "arn:aws:iam::aws:policy/";
const ACCOUNT: &str = "arn:aws:iam::123456789012:policy/aws-managed/";

/// Names AWS's policy as moto knows it, and makes it if it is the first use.
pub(crate) async fn before(
    scene: &mut Scene<'_>,
    question: &Question,
    call: &mut Call,
) -> Result<Option<Answer>> {
    let arn = question.get("PolicyArn");
    let Some(wanted) = arn.strip_prefix(AWS) else {
        return Ok(None);
    };
    let Some(name) = MANAGED.iter().find(|name| **name == wanted) else {
        let message = format!("Policy {arn} does not exist or is not attachable.");
        let status = StatusCode::NOT_FOUND;
        return Ok(Some(Answer::error(
            question.service,
            status,
            "NoSuchEntity",
            &message,
        )));
    };
    if scene.mended.policies.made.insert(name) {
        let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        let parameters = [
            ("Action", "CreatePolicy"),
            ("PolicyName", *name),
            ("Path", "/aws-managed/"),
            ("PolicyDocument", document),
        ];
        let made = scene.ask(question, Service::Iam, &parameters).await?;
        anyhow::ensure!(made.is_some(), "moto refused the policy {name}");
    }
    call.edit(|form| form.set("PolicyArn", &format!("{ACCOUNT}{name}")));
    Ok(None)
}

/// SimulatePrincipalPolicy, which moto lacks: everyone may what no rule denies.
pub(crate) fn simulate(scene: &Scene<'_>, question: &Question) -> Answer {
    let denied = &scene.rules.access_denied;
    let results = question
        .form
        .list("ActionNames.member")
        .into_iter()
        .map(|action| {
            let decision = match denied.iter().any(|it| it == action) {
                true => "implicitDeny",
                false => "allowed",
            };
            Element::tree(
                "member",
                vec![
                    Element::leaf("EvalActionName", action),
                    Element::leaf("EvalResourceName", "*"),
                    Element::leaf("EvalDecision", decision),
                ],
            )
        });
    let results = vec![
        Element::tree("EvaluationResults", results.collect()),
        Element::leaf("IsTruncated", "false"),
    ];
    Answer::result(Service::Iam, &question.operation, results)
}

/// Names AWS's policies as AWS does.
pub(crate) fn after(answer: &mut Answer) {
    if let Content::Whole(bytes) = &answer.body
        && let Ok(text) = std::str::from_utf8(bytes)
        && text.contains(ACCOUNT)
    {
        answer.body = Content::Whole(Bytes::from(text.replace(ACCOUNT, AWS)));
    }
}
