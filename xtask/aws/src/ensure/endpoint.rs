//! The gateway endpoint of S3.

use aws_sdk_ec2::types::{ResourceType, State, VpcEndpointType};
use infra_model::observed::{AwsId, Endpoint};
use infra_model::tags::Tags;

use crate::apply::{Doing, Error, Life, specification};
use crate::failure::{Done, Failure};
use crate::wait::{SETTLED, Seen};

pub(super) async fn create(
    doing: &Doing<'_>,
    want: &Endpoint,
    tags: &Tags,
    predecessor: Option<&AwsId>,
) -> Result<AwsId, Error> {
    let (vpc, tables) = (doing.at(&want.vpc)?, doing.all(&want.tables)?);
    let create = async |token: String| {
        let call = "ec2:CreateVpcEndpoint";
        let answer = doing
            .clients
            .ec2
            .create_vpc_endpoint()
            .vpc_endpoint_type(VpcEndpointType::Gateway)
            .vpc_id(vpc)
            .service_name(&want.service)
            .set_route_table_ids(Some(tables.clone()))
            .client_token(token)
            .tag_specifications(specification(ResourceType::VpcEndpoint, tags))
            .send()
            .await
            .map_err(doing.failed(call))?;
        doing.id(
            call,
            answer.vpc_endpoint().and_then(|it| it.vpc_endpoint_id()),
        )
    };
    let look = async |id: &AwsId| {
        Ok(match look(doing, id).await? {
            None => Life::Unknown,
            Some(state) if is_one_of(&state, &["deleting", "deleted"]) => Life::Dead,
            Some(_) => Life::Alive,
        })
    };
    let id = doing
        .make_once(&(want, tags), predecessor, create, look)
        .await?;
    ready(doing, &id).await?;
    Ok(id)
}

async fn look(doing: &Doing<'_>, id: &AwsId) -> Result<Option<State>, Failure> {
    let call = doing.clients.ec2.describe_vpc_endpoints();
    let answer = call.vpc_endpoint_ids(&id.0).send().await;
    match answer.map_err(doing.failed("ec2:DescribeVpcEndpoints")) {
        Ok(answer) => Ok(answer
            .vpc_endpoints()
            .first()
            .and_then(|it| it.state.clone())),
        Err(failure) if failure.is_absent() => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// States from which none leads to a working endpoint.
const DEAD_ENDS: [&str; 5] = ["failed", "rejected", "expired", "deleting", "deleted"];

/// EC2 writes states in small letters, and the SDK's names for them begin with capitals.
fn is_one_of(state: &State, names: &[&str]) -> bool {
    names
        .iter()
        .any(|name| state.as_str().eq_ignore_ascii_case(name))
}

pub(super) async fn ready(doing: &Doing<'_>, id: &AwsId) -> Result<(), Error> {
    let until = doing.becomes(&SETTLED, async || match look(doing, id).await? {
        Some(state) if is_one_of(&state, &["available"]) => Ok(Seen::Ready(())),
        Some(state) if is_one_of(&state, &DEAD_ENDS) => {
            Err(doing.gave_up(format!("it is {state}")))
        }
        Some(state) => Ok(Seen::NotYet(state.to_string())),
        None => Ok(Seen::NotYet("not visible yet".to_owned())),
    });
    until.await
}

pub(super) async fn update(
    doing: &Doing<'_>,
    id: &AwsId,
    from: &Endpoint,
    to: &Endpoint,
) -> Result<(), Error> {
    let (have, want) = (doing.all(&from.tables)?, doing.all(&to.tables)?);
    let missing: Vec<String> = want
        .iter()
        .filter(|it| !have.contains(it))
        .cloned()
        .collect();
    let extra: Vec<String> = have.into_iter().filter(|it| !want.contains(it)).collect();
    if missing.is_empty() && extra.is_empty() {
        return Ok(());
    }
    let modify = async || {
        let call = doing.clients.ec2.modify_vpc_endpoint();
        let answer = call
            .vpc_endpoint_id(&id.0)
            .set_add_route_table_ids((!missing.is_empty()).then(|| missing.clone()))
            .set_remove_route_table_ids((!extra.is_empty()).then(|| extra.clone()))
            .send()
            .await;
        answer
            .map(drop)
            .map_err(doing.failed("ec2:ModifyVpcEndpoint"))
    };
    doing.visible(modify).await
}

pub(super) async fn delete(doing: &Doing<'_>, id: &AwsId) -> Result<(), Error> {
    let call = "ec2:DeleteVpcEndpoints";
    let it = doing.clients.ec2.delete_vpc_endpoints();
    let answer = it.vpc_endpoint_ids(&id.0).send().await;
    match answer.map_err(doing.failed(call)) {
        Err(failure) if failure.is_absent() => return Ok(()),
        Err(failure) => return Err(failure.into()),
        // The call succeeds even when AWS refuses.
        Ok(answer) => {
            for error in answer.unsuccessful().iter().filter_map(|it| it.error()) {
                let refused = Failure {
                    code: error.code().unwrap_or_default().to_owned(),
                    message: error.message().unwrap_or("no further words").to_owned(),
                    done: Done::No,
                    ..doing.incomplete(call)
                };
                if !refused.is_absent() {
                    return Err(refused.into());
                }
            }
        }
    }
    let look = async || {
        let left = look(doing, id).await?;
        Ok(left
            .filter(|state| !state.as_str().eq_ignore_ascii_case("deleted"))
            .map(|state| state.to_string()))
    };
    doing.vanished(&SETTLED, look).await
}
