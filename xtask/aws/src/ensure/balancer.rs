//! The load balancer.

use aws_sdk_elasticloadbalancingv2::types::{
    LoadBalancer, LoadBalancerAttribute, LoadBalancerSchemeEnum, LoadBalancerStateEnum,
    LoadBalancerTypeEnum,
};
use infra_model::observed::{self, AwsId};
use infra_model::plan::{Attribute, Change};
use infra_model::tags::Tags;

use crate::apply::{
    Doing, Error, NOT_VISIBLE, changes, filter, gone, is_not_yet, of_balancing, to_balancing,
};
use crate::clients::once;
use crate::ensure::blockers;
use crate::failure::Failure;
use crate::wait::{BALANCER_ACTIVE, BALANCER_GONE, Seen};

/// AWS's name for whether malformed header fields are removed.
const DROPS: &str = "routing.http.drop_invalid_header_fields.enabled";
/// Its names for whether access logs are written, and where.
const LOGS: &str = "access_logs.s3.enabled";
const LOG_BUCKET: &str = "access_logs.s3.bucket";
const LOG_PREFIX: &str = "access_logs.s3.prefix";

pub(super) async fn create(
    doing: &Doing<'_>,
    want: &observed::LoadBalancer,
    tags: &Tags,
) -> Result<AwsId, Error> {
    let name = doing.step.name.as_str();
    let (subnets, groups) = (doing.all(&want.subnets)?, doing.all(&want.groups)?);
    let create = async || {
        let call = "elasticloadbalancing:CreateLoadBalancer";
        let answer = doing
            .clients
            .balancing
            .create_load_balancer()
            .name(name)
            .set_subnets(Some(subnets.clone()))
            .set_security_groups(Some(groups.clone()))
            .scheme(LoadBalancerSchemeEnum::from(want.scheme.as_str()))
            .r#type(LoadBalancerTypeEnum::from(want.balancer_type.as_str()))
            .set_tags(Some(to_balancing(tags)))
            .customize()
            .config_override(aws_sdk_elasticloadbalancingv2::Config::builder().retry_config(once()))
            .send()
            .await
            .map_err(doing.failed(call))?;
        let made = answer.load_balancers().first();
        doing.id(call, made.and_then(|it| it.load_balancer_arn()))
    };
    let find = async || {
        let call = doing
            .clients
            .balancing
            .describe_load_balancers()
            .names(name);
        let answer = call.send().await;
        match answer.map_err(doing.failed("elasticloadbalancing:DescribeLoadBalancers")) {
            Ok(answer) => {
                let arns = answer
                    .load_balancers()
                    .iter()
                    .filter_map(|it| it.load_balancer_arn());
                with_tags(doing, arns.map(AwsId::from).collect()).await
            }
            Err(failure) if failure.is_absent() => Ok(Vec::new()),
            Err(failure) => Err(failure),
        }
    };
    let taken = ["DuplicateLoadBalancerName"];
    let id = doing
        .make(tags, &taken, is_unknown_yet, create, find)
        .await?;
    ready(doing, &id).await?;
    let logs = want.access_logs.is_some();
    set_attributes(doing, &id, attributes(doing, want, true, logs)?).await?;
    Ok(id)
}

/// Elastic Load Balancing's words for what EC2 has just made and it does not know yet.
pub(super) fn is_unknown_yet(failure: &Failure) -> bool {
    is_not_yet(failure)
        || failure.is(&["InvalidSecurityGroup", "InvalidSubnet"])
        || failure.is(&["ValidationError"]) && failure.message.contains("is not found")
}

/// The same with the tags of each.
pub(super) async fn with_tags(
    doing: &Doing<'_>,
    arns: Vec<AwsId>,
) -> Result<Vec<(AwsId, Tags)>, Failure> {
    if arns.is_empty() {
        return Ok(Vec::new());
    }
    let call = doing.clients.balancing.describe_tags();
    let call = call.set_resource_arns(Some(arns.into_iter().map(|arn| arn.0).collect()));
    let answer = call.send().await;
    let answer = answer.map_err(doing.failed("elasticloadbalancing:DescribeTags"))?;
    let each = answer.tag_descriptions().iter();
    Ok(each
        .filter_map(|it| Some((it.resource_arn()?.into(), of_balancing(it.tags()))))
        .collect())
}

async fn look(doing: &Doing<'_>, id: &AwsId) -> Result<Option<LoadBalancer>, Failure> {
    let call = doing.clients.balancing.describe_load_balancers();
    let answer = call.load_balancer_arns(&id.0).send().await;
    let answer = answer.map_err(doing.failed("elasticloadbalancing:DescribeLoadBalancers"))?;
    Ok(answer.load_balancers().first().cloned())
}

pub(super) async fn ready(doing: &Doing<'_>, id: &AwsId) -> Result<(), Error> {
    let until = doing.becomes(&BALANCER_ACTIVE, async || {
        let Some(balancer) = look(doing, id).await? else {
            return Ok(Seen::NotYet(NOT_VISIBLE.to_owned()));
        };
        let state = balancer.state();
        match state.and_then(|state| state.code()) {
            Some(LoadBalancerStateEnum::Active | LoadBalancerStateEnum::ActiveImpaired) => {
                Ok(Seen::Ready(()))
            }
            Some(LoadBalancerStateEnum::Failed) => {
                let why = state.and_then(|state| state.reason());
                Err(doing.gave_up(why.unwrap_or("no further words").to_owned()))
            }
            Some(other) => Ok(Seen::NotYet(other.to_string())),
            None => Ok(Seen::NotYet("without a state".to_owned())),
        }
    });
    until.await
}

pub(super) async fn update(
    doing: &Doing<'_>,
    id: &AwsId,
    want: &observed::LoadBalancer,
    list: &[Change],
) -> Result<(), Error> {
    if changes(list, &Attribute::BalancerSubnets) {
        let subnets = doing.all(&want.subnets)?;
        let set = async || {
            let call = doing
                .clients
                .balancing
                .set_subnets()
                .load_balancer_arn(&id.0);
            let answer = call.set_subnets(Some(subnets.clone())).send().await;
            answer
                .map(drop)
                .map_err(doing.failed("elasticloadbalancing:SetSubnets"))
        };
        doing.visible(set).await?;
    }
    if changes(list, &Attribute::BalancerGroups) {
        let groups = doing.all(&want.groups)?;
        let set = async || {
            let call = doing.clients.balancing.set_security_groups();
            let call = call.load_balancer_arn(&id.0);
            let answer = call.set_security_groups(Some(groups.clone())).send().await;
            answer
                .map(drop)
                .map_err(doing.failed("elasticloadbalancing:SetSecurityGroups"))
        };
        doing.visible(set).await?;
    }
    let drops = changes(list, &Attribute::DropsInvalidHeaders);
    let logs = changes(list, &Attribute::AccessLogs);
    match drops || logs {
        true => set_attributes(doing, id, attributes(doing, want, drops, logs)?).await,
        false => Ok(()),
    }
}

/// The attributes that are to be told: whether malformed header fields are removed, and where access
/// logs go.
fn attributes(
    doing: &Doing<'_>,
    want: &observed::LoadBalancer,
    drops: bool,
    logs: bool,
) -> Result<Vec<LoadBalancerAttribute>, Error> {
    let mut pairs = Vec::new();
    if drops {
        pairs.push((DROPS, want.drops_invalid_headers.to_string()));
    }
    if logs {
        pairs.push((LOGS, want.access_logs.is_some().to_string()));
        if let Some(logs) = &want.access_logs {
            pairs.push((LOG_BUCKET, doing.at(&logs.bucket)?.to_owned()));
            pairs.push((LOG_PREFIX, logs.prefix.clone()));
        }
    }
    let attribute = |(key, value)| {
        let attribute = LoadBalancerAttribute::builder().key(key);
        attribute.value(value).build()
    };
    Ok(pairs.into_iter().map(attribute).collect())
}

async fn set_attributes(
    doing: &Doing<'_>,
    id: &AwsId,
    attributes: Vec<LoadBalancerAttribute>,
) -> Result<(), Error> {
    let set = async || {
        let call = doing.clients.balancing.modify_load_balancer_attributes();
        let call = call.load_balancer_arn(&id.0);
        let answer = call.set_attributes(Some(attributes.clone())).send().await;
        answer
            .map(drop)
            .map_err(doing.failed("elasticloadbalancing:ModifyLoadBalancerAttributes"))
    };
    doing.visible(set).await
}

/// Deletes it, and waits for its network interfaces, which hold its subnets and its group.
pub(super) async fn delete(doing: &Doing<'_>, id: &AwsId) -> Result<(), Error> {
    let call = doing.clients.balancing.delete_load_balancer();
    let answer = call.load_balancer_arn(&id.0).send().await;
    gone(
        answer
            .map(drop)
            .map_err(doing.failed("elasticloadbalancing:DeleteLoadBalancer")),
    )?;
    let described = interfaces_of(id);
    let look = async || {
        if look_gone(doing, id).await? {
            let left = match &described {
                Some(of) => blockers::interfaces(doing, vec![filter("description", of)]).await?,
                None => Vec::new(),
            };
            return Ok(left.into_iter().next());
        }
        Ok(Some("it is still there".to_owned()))
    };
    doing.vanished(&BALANCER_GONE, look).await
}

async fn look_gone(doing: &Doing<'_>, id: &AwsId) -> Result<bool, Failure> {
    match look(doing, id).await {
        Ok(found) => Ok(found.is_none()),
        Err(failure) if failure.is_absent() => Ok(true),
        Err(failure) => Err(failure),
    }
}

/// How AWS describes the network interfaces of a load balancer: `ELB app/NAME/ID`.
fn interfaces_of(id: &AwsId) -> Option<String> {
    let (_, name) = id.0.split_once(":loadbalancer/")?;
    Some(format!("ELB {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interfaces_of_a_load_balancer_go_by_the_end_of_its_arn() {
        let arn = "arn:aws:elasticloadbalancing:eu-north-1:123456789012:loadbalancer/app/LB/50dc";
        assert_eq!(
            interfaces_of(&arn.into()).as_deref(),
            Some("ELB app/LB/50dc")
        );
        assert_eq!(interfaces_of(&"LB".into()), None);
    }
}
