//! The target group.

use aws_sdk_elasticloadbalancingv2::types::{
    Matcher, ProtocolEnum, TargetGroup, TargetGroupAttribute, TargetTypeEnum,
};
use infra_model::observed::{self, AwsId};
use infra_model::plan::{Attribute, Change};
use infra_model::tags::Tags;

use crate::apply::{Doing, Error, changes, gone, to_balancing};
use crate::clients::once;
use crate::ensure::{balancer, number};
use crate::failure::Failure;
use crate::wait::FREE;

/// AWS's name for how long a target that leaves may finish its requests.
const DELAY: &str = "deregistration_delay.timeout_seconds";

pub(super) async fn create(
    doing: &Doing<'_>,
    want: &observed::TargetGroup,
    tags: &Tags,
) -> Result<AwsId, Error> {
    let (name, vpc) = (doing.step.name.as_str(), doing.at(&want.vpc)?);
    let health = &want.health;
    let create = async || {
        let call = "elasticloadbalancing:CreateTargetGroup";
        let answer = doing
            .clients
            .balancing
            .create_target_group()
            .name(name)
            .vpc_id(vpc)
            .protocol(ProtocolEnum::from(want.protocol.as_str()))
            .port(want.port.into())
            .target_type(TargetTypeEnum::from(want.target_type.as_str()))
            .health_check_enabled(true)
            .health_check_protocol(ProtocolEnum::from(health.protocol.as_str()))
            .health_check_port(&health.port)
            .health_check_path(&health.path)
            .health_check_interval_seconds(number(health.interval))
            .health_check_timeout_seconds(number(health.timeout))
            .healthy_threshold_count(number(health.healthy))
            .unhealthy_threshold_count(number(health.unhealthy))
            .matcher(Matcher::builder().http_code(&health.matcher).build())
            .set_tags(Some(to_balancing(tags)))
            .customize()
            .config_override(aws_sdk_elasticloadbalancingv2::Config::builder().retry_config(once()))
            .send()
            .await
            .map_err(doing.failed(call))?;
        let made = answer.target_groups().first();
        doing.id(call, made.and_then(|it| it.target_group_arn()))
    };
    let find = async || {
        let found = look(doing, name).await?;
        let arns = found.iter().filter_map(|it| it.target_group_arn());
        balancer::with_tags(doing, arns.map(AwsId::from).collect()).await
    };
    let taken = ["DuplicateTargetGroupName"];
    let id = doing
        .make(tags, &taken, balancer::is_unknown_yet, create, find)
        .await?;
    set_delay(doing, &id, want.deregistration_delay).await?;
    Ok(id)
}

async fn look(doing: &Doing<'_>, name: &str) -> Result<Vec<TargetGroup>, Failure> {
    let call = doing.clients.balancing.describe_target_groups().names(name);
    let answer = call.send().await;
    match answer.map_err(doing.failed("elasticloadbalancing:DescribeTargetGroups")) {
        Ok(answer) => Ok(answer.target_groups().to_vec()),
        Err(failure) if failure.is_absent() => Ok(Vec::new()),
        Err(failure) => Err(failure),
    }
}

pub(super) async fn update(
    doing: &Doing<'_>,
    id: &AwsId,
    want: &observed::TargetGroup,
    list: &[Change],
) -> Result<(), Error> {
    health(doing, id, want, list).await?;
    match changes(list, &Attribute::DeregistrationDelay) {
        true => set_delay(doing, id, want.deregistration_delay).await,
        false => Ok(()),
    }
}

async fn health(
    doing: &Doing<'_>,
    id: &AwsId,
    want: &observed::TargetGroup,
    list: &[Change],
) -> Result<(), Error> {
    use Attribute::*;
    let health = &want.health;
    let base = doing.clients.balancing.modify_target_group();
    let mut call = base.target_group_arn(&id.0);
    let mut differs = false;
    for change in list {
        call = match &change.attribute {
            HealthProtocol => {
                call.health_check_protocol(ProtocolEnum::from(health.protocol.as_str()))
            }
            HealthPort => call.health_check_port(&health.port),
            HealthPath => call.health_check_path(&health.path),
            HealthInterval => call.health_check_interval_seconds(number(health.interval)),
            HealthTimeout => call.health_check_timeout_seconds(number(health.timeout)),
            HealthyThreshold => call.healthy_threshold_count(number(health.healthy)),
            UnhealthyThreshold => call.unhealthy_threshold_count(number(health.unhealthy)),
            Matcher => call.matcher(matcher(&health.matcher)),
            _ => continue,
        };
        differs = true;
    }
    if differs {
        let answer = call.send().await;
        answer.map_err(doing.failed("elasticloadbalancing:ModifyTargetGroup"))?;
    }
    Ok(())
}

fn matcher(codes: &str) -> Matcher {
    Matcher::builder().http_code(codes).build()
}

async fn set_delay(doing: &Doing<'_>, id: &AwsId, seconds: u32) -> Result<(), Error> {
    let set = async || {
        let delay = TargetGroupAttribute::builder()
            .key(DELAY)
            .value(seconds.to_string())
            .build();
        let call = doing.clients.balancing.modify_target_group_attributes();
        let answer = call.target_group_arn(&id.0).attributes(delay).send().await;
        answer
            .map(drop)
            .map_err(doing.failed("elasticloadbalancing:ModifyTargetGroupAttributes"))
    };
    doing.visible(set).await
}

pub(super) async fn delete(doing: &Doing<'_>, id: &AwsId) -> Result<(), Error> {
    let delete = async || {
        let call = doing.clients.balancing.delete_target_group();
        let answer = call.target_group_arn(&id.0).send().await;
        gone(
            answer
                .map(drop)
                .map_err(doing.failed("elasticloadbalancing:DeleteTargetGroup")),
        )
    };
    // The listener is still going.
    let passes = |failure: &Failure| failure.is(&["ResourceInUse"]);
    doing.wait.persist(&FREE, passes, delete).await
}
