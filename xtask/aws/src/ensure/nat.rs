//! NAT gateways.

use aws_sdk_ec2::types::{NatGateway, NatGatewayState, ResourceType};
use infra_model::observed::{self, AwsId};
use infra_model::tags::Tags;

use crate::apply::{Doing, Error, Life, gone, specification};
use crate::failure::Failure;
use crate::wait::{NAT_AVAILABLE, NAT_DELETED, Seen};

pub(super) async fn create(
    doing: &Doing<'_>,
    want: &observed::NatGateway,
    tags: &Tags,
    predecessor: Option<&AwsId>,
) -> Result<AwsId, Error> {
    let (subnet, address) = (doing.at(&want.subnet)?, doing.at(&want.address)?);
    let create = async |token: String| {
        let call = "ec2:CreateNatGateway";
        let answer = doing
            .clients
            .ec2
            .create_nat_gateway()
            .subnet_id(subnet)
            .allocation_id(address)
            .client_token(token)
            .tag_specifications(specification(ResourceType::Natgateway, tags))
            .send()
            .await
            .map_err(doing.failed(call))?;
        doing.id(
            call,
            answer.nat_gateway().and_then(|it| it.nat_gateway_id()),
        )
    };
    let look = async |id: &AwsId| {
        Ok(match look(doing, id).await? {
            None => Life::Unknown,
            Some(it) if is_over(it.state()) => Life::Dead,
            Some(_) => Life::Alive,
        })
    };
    let id = doing
        .make_once(&(want, tags), predecessor, create, look)
        .await?;
    ready(doing, &id).await?;
    Ok(id)
}

fn is_over(state: Option<&NatGatewayState>) -> bool {
    matches!(
        state,
        Some(NatGatewayState::Deleting | NatGatewayState::Deleted)
    )
}

async fn look(doing: &Doing<'_>, id: &AwsId) -> Result<Option<NatGateway>, Failure> {
    let call = doing.clients.ec2.describe_nat_gateways();
    let answer = call.nat_gateway_ids(&id.0).send().await;
    match answer.map_err(doing.failed("ec2:DescribeNatGateways")) {
        Ok(answer) => Ok(answer.nat_gateways().first().cloned()),
        Err(failure) if failure.is_absent() => Ok(None),
        Err(failure) => Err(failure),
    }
}

pub(super) async fn ready(doing: &Doing<'_>, id: &AwsId) -> Result<(), Error> {
    let until = doing.becomes(&NAT_AVAILABLE, async || {
        let Some(nat) = look(doing, id).await? else {
            return Ok(Seen::NotYet("not visible yet".to_owned()));
        };
        match nat.state() {
            Some(NatGatewayState::Available) => Ok(Seen::Ready(())),
            Some(NatGatewayState::Pending) | None => Ok(Seen::NotYet("pending".to_owned())),
            Some(state) => {
                let code = nat.failure_code().unwrap_or(state.as_str());
                let why = nat.failure_message().unwrap_or("no further words");
                Err(doing.gave_up(format!("{code}: {why}")))
            }
        }
    });
    until.await
}

pub(super) async fn delete(doing: &Doing<'_>, id: &AwsId) -> Result<(), Error> {
    let call = doing.clients.ec2.delete_nat_gateway();
    let answer = call.nat_gateway_id(&id.0).send().await;
    gone(
        answer
            .map(drop)
            .map_err(doing.failed("ec2:DeleteNatGateway")),
    )?;
    let look = async || {
        let left = look(doing, id).await?.and_then(|nat| nat.state);
        Ok(left
            .filter(|state| *state != NatGatewayState::Deleted)
            .map(|state| state.to_string()))
    };
    doing.vanished(&NAT_DELETED, look).await
}
