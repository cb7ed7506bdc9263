//! The load balancer's ports.

use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, AuthenticateOidcActionConditionalBehaviorEnum,
    AuthenticateOidcActionConfig, Certificate, ProtocolEnum, RedirectActionConfig,
    RedirectActionStatusCodeEnum,
};
use infra_model::observed::{AwsId, Listener, ListenerAction, SignIn};
use infra_model::plan::{Attribute, CLIENT_SECRET, Change, needs_client_secret};
use infra_model::tags::Tags;
use infra_model::topology::HTTPS;

use crate::apply::{Doing, Error, gone, is_not_yet, to_balancing};
use crate::clients::once;
use crate::ensure::balancer;
use crate::failure::Failure;

pub(super) async fn create(
    doing: &Doing<'_>,
    want: &Listener,
    tags: &Tags,
) -> Result<AwsId, Error> {
    let (of, actions) = (doing.at(&want.balancer)?, actions(doing, want)?);
    let create = async || {
        let call = "elasticloadbalancing:CreateListener";
        let answer = doing
            .clients
            .balancing
            .create_listener()
            .load_balancer_arn(of)
            .port(want.port.into())
            .protocol(ProtocolEnum::from(want.protocol.as_str()))
            .set_certificates(certificates(want))
            .set_ssl_policy(want.tls_policy.clone())
            .set_default_actions(Some(actions.clone()))
            .set_tags(Some(to_balancing(tags)))
            .customize()
            .config_override(aws_sdk_elasticloadbalancingv2::Config::builder().retry_config(once()))
            .send()
            .await
            .map_err(doing.failed(call))?;
        let made = answer.listeners().first();
        doing.id(call, made.and_then(|it| it.listener_arn()))
    };
    let find = async || {
        let ids = on_port(doing, of, want.port).await?;
        balancer::with_tags(doing, ids).await
    };
    let taken = ["DuplicateListener"];
    doing.make(tags, &taken, is_not_yet, create, find).await
}

async fn on_port(doing: &Doing<'_>, of: &str, port: u16) -> Result<Vec<AwsId>, Failure> {
    let call = doing.clients.balancing.describe_listeners();
    let found = call
        .load_balancer_arn(of)
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .map_err(doing.failed("elasticloadbalancing:DescribeListeners"))?;
    let here = found.iter().filter(|it| it.port() == Some(port.into()));
    Ok(here
        .filter_map(|it| Some(it.listener_arn()?.into()))
        .collect())
}

fn certificates(want: &Listener) -> Option<Vec<Certificate>> {
    let arn = want.certificate.as_ref()?;
    Some(vec![Certificate::builder().certificate_arn(arn).build()])
}

/// What is done with a request, in this order.
fn actions(doing: &Doing<'_>, want: &Listener) -> Result<Vec<Action>, Error> {
    let mut last = action(doing, &want.action)?;
    let Some(provider) = &want.sign_in else {
        return Ok(vec![last]);
    };
    last.order = Some(2);
    let first = Action::builder()
        .r#type(ActionTypeEnum::AuthenticateOidc)
        .order(1)
        .authenticate_oidc_config(sign_in(doing, provider)?)
        .build();
    Ok(vec![first, last])
}

fn sign_in(doing: &Doing<'_>, want: &SignIn) -> Result<AuthenticateOidcActionConfig, Error> {
    let SignIn {
        issuer,
        authorization_endpoint,
        token_endpoint,
        user_info_endpoint,
        client_id,
        scope,
        session_timeout,
        unauthenticated,
        cookie,
        extra_parameters,
    } = want;
    let extra = extra_parameters.clone().into_iter().collect();
    let config = AuthenticateOidcActionConfig::builder()
        .issuer(issuer)
        .authorization_endpoint(authorization_endpoint)
        .token_endpoint(token_endpoint)
        .user_info_endpoint(user_info_endpoint)
        .client_id(client_id)
        .scope(scope)
        .session_timeout((*session_timeout).into())
        .session_cookie_name(cookie)
        .on_unauthenticated_request(AuthenticateOidcActionConditionalBehaviorEnum::from(
            unauthenticated.as_str(),
        ))
        .set_authentication_request_extra_params(Some(extra));
    if !needs_client_secret(doing.step) {
        return Ok(config.use_existing_client_secret(true).build());
    }
    let secret = doing.client_secret.ok_or_else(|| Error::Missing {
        resource: doing.wait.resource.to_owned(),
        what: "the OIDC client's secret is not at hand".to_owned(),
        remedy: CLIENT_SECRET,
    })?;
    Ok(config.client_secret(secret.reveal()).build())
}

fn action(doing: &Doing<'_>, want: &ListenerAction) -> Result<Action, Error> {
    match want {
        ListenerAction::Forward(targets) => Ok(Action::builder()
            .r#type(ActionTypeEnum::Forward)
            .target_group_arn(doing.at(targets)?)
            .build()),
        ListenerAction::RedirectToHttps => {
            let to = RedirectActionConfig::builder()
                .protocol(ProtocolEnum::Https.as_str())
                .port(HTTPS.to_string())
                .status_code(RedirectActionStatusCodeEnum::Http301)
                .build();
            Ok(Action::builder()
                .r#type(ActionTypeEnum::Redirect)
                .redirect_config(to)
                .build())
        }
        ListenerAction::Other(other) => {
            Err(doing.missing(format!("no plan makes a listener that does {other}")))
        }
    }
}

pub(super) async fn update(
    doing: &Doing<'_>,
    id: &AwsId,
    want: &Listener,
    list: &[Change],
) -> Result<(), Error> {
    let mut call = doing
        .clients
        .balancing
        .modify_listener()
        .listener_arn(&id.0);
    let mut differs = false;
    if list.iter().any(|it| it.attribute.is_listener_action()) {
        call = call.set_default_actions(Some(actions(doing, want)?));
        differs = true;
    }
    for change in list {
        call = match &change.attribute {
            Attribute::ListenerProtocol => {
                call.protocol(ProtocolEnum::from(want.protocol.as_str()))
            }
            Attribute::Certificate => call.set_certificates(certificates(want)),
            Attribute::TlsPolicy => call.set_ssl_policy(want.tls_policy.clone()),
            _ => continue,
        };
        differs = true;
    }
    if !differs {
        return Ok(());
    }
    let modify = async || {
        let answer = call.clone().send().await;
        answer
            .map(drop)
            .map_err(doing.failed("elasticloadbalancing:ModifyListener"))
    };
    doing.visible(modify).await
}

pub(super) async fn delete(doing: &Doing<'_>, id: &AwsId) -> Result<(), Error> {
    let call = doing.clients.balancing.delete_listener();
    let answer = call.listener_arn(&id.0).send().await;
    gone(
        answer
            .map(drop)
            .map_err(doing.failed("elasticloadbalancing:DeleteListener")),
    )?;
    Ok(())
}
