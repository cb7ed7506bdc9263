//! The internet gateway's attachment to its VPC.

use infra_model::observed::GatewayAttachment;

use crate::apply::{Doing, Error, gone};
use crate::ensure::{blockers, gateway};
use crate::wait::{SETTLED, Seen};

/// What AWS says of a gateway, or a VPC, that is attached already.
const ALREADY: &[&str] = &["Resource.AlreadyAssociated", "InvalidParameterValue"];

pub(super) async fn create(doing: &Doing<'_>, want: &GatewayAttachment) -> Result<(), Error> {
    let (gateway, vpc) = (doing.at(&want.gateway)?, doing.at(&want.vpc)?);
    let attach = async || {
        let call = doing.clients.ec2.attach_internet_gateway();
        let answer = call.internet_gateway_id(gateway).vpc_id(vpc).send().await;
        answer
            .map(drop)
            .map_err(doing.failed("ec2:AttachInternetGateway"))
    };
    match doing.visible(attach).await {
        Err(Error::Call(failure)) if failure.is(ALREADY) => {
            // Success, if it is this one.
            let attached = gateway::attachments(doing, gateway).await?;
            if !attached.iter().any(|(to, _)| to == vpc) {
                return Err(failure.into());
            }
        }
        other => other?,
    }
    let until = doing.becomes(&SETTLED, async || {
        let attached = gateway::attachments(doing, gateway).await?;
        let state = attached.into_iter().find(|(to, _)| to == vpc);
        Ok(match state {
            Some((_, state)) if state == "available" || state == "attached" => Seen::Ready(()),
            Some((_, state)) => Seen::NotYet(state),
            None => Seen::NotYet("not attached yet".to_owned()),
        })
    });
    until.await
}

pub(super) async fn delete(doing: &Doing<'_>, from: &GatewayAttachment) -> Result<(), Error> {
    let (gateway, vpc) = (doing.at(&from.gateway)?, doing.at(&from.vpc)?);
    let call = "ec2:DetachInternetGateway";
    let detach = async || {
        let it = doing.clients.ec2.detach_internet_gateway();
        let answer = it.internet_gateway_id(gateway).vpc_id(vpc).send().await;
        match answer.map(drop).map_err(doing.failed(call)) {
            Err(failure) if failure.is(&["Gateway.NotAttached"]) => Ok(()),
            other => gone(other),
        }
    };
    let users = async || blockers::of_gateway(doing, vpc).await;
    doing.release(call, detach, users).await?;
    let look = async || {
        let attached = gateway::attachments(doing, gateway).await?;
        let still = attached.into_iter().find(|(to, _)| to == vpc);
        Ok(still.map(|(_, state)| state))
    };
    doing.vanished(&SETTLED, look).await
}
