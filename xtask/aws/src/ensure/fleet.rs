//! The Auto Scaling group. Desired capacity is set when it is made, and never after.

use aws_sdk_autoscaling::types::{AutoScalingGroup, LaunchTemplateSpecification};
use infra_model::observed::{self, AwsId};
use infra_model::plan::{Attribute, Change};
use infra_model::tags::Tags;
use infra_model::topology::Refresh;

use crate::apply::{Doing, Error, changes, is_not_yet, of_scaling, to_scaling};
use crate::clients::once;
use crate::failure::Failure;
use crate::refresh::{self, Target};
use crate::wait::{GROUP_GONE, Seen};

pub(super) async fn create(
    doing: &Doing<'_>,
    want: &observed::AutoScalingGroup,
    tags: &Tags,
) -> Result<AwsId, Error> {
    let name = doing.step.name.as_str();
    let template = LaunchTemplateSpecification::builder()
        .launch_template_id(doing.at(&want.template)?)
        .version(&want.template_version)
        .build();
    let (subnets, targets) = (doing.all(&want.subnets)?, doing.all(&want.targets)?);
    let create = async || {
        let answer = doing
            .clients
            .scaling
            .create_auto_scaling_group()
            .auto_scaling_group_name(name)
            .min_size(want.min.into())
            .max_size(want.max.into())
            .desired_capacity(want.life.desired.into())
            .vpc_zone_identifier(subnets.join(","))
            .set_target_group_arns(Some(targets.clone()))
            .launch_template(template.clone())
            .health_check_type(&want.health_check)
            .health_check_grace_period(seconds(want.grace))
            .set_tags(Some(to_scaling(tags, name)))
            .customize()
            .config_override(aws_sdk_autoscaling::Config::builder().retry_config(once()))
            .send()
            .await;
        answer.map_err(doing.failed("autoscaling:CreateAutoScalingGroup"))?;
        Ok(name.into())
    };
    let find = async || {
        let found = look(doing, name).await?;
        // One that is going keeps its name for a while; it is not the one that was made.
        let found = found.filter(|it| it.status().is_none());
        Ok(found
            .map(|it| (name.into(), of_scaling(it.tags())))
            .into_iter()
            .collect())
    };
    doing
        .make(tags, &["AlreadyExists"], is_unspread, create, find)
        .await
}

/// What was made for the group is not known to Auto Scaling yet.
fn is_unspread(failure: &Failure) -> bool {
    let says = |words| failure.message.contains(words);
    is_not_yet(failure)
        || failure.is(&["ValidationError"])
            && (says("does not exist")
                || says("Invalid IAM Instance Profile")
                || says("iamInstanceProfile")
                || says("AWSServiceRoleForAutoScaling"))
}

fn seconds(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

async fn look(doing: &Doing<'_>, name: &str) -> Result<Option<AutoScalingGroup>, Failure> {
    let call = doing.clients.scaling.describe_auto_scaling_groups();
    let answer = call.auto_scaling_group_names(name).send().await;
    let answer = answer.map_err(doing.failed("autoscaling:DescribeAutoScalingGroups"))?;
    Ok(answer.auto_scaling_groups().first().cloned())
}

pub(super) async fn update(
    doing: &Doing<'_>,
    group: &AwsId,
    from: &observed::AutoScalingGroup,
    to: &observed::AutoScalingGroup,
    list: &[Change],
) -> Result<(), Error> {
    let rolls = changes(list, &Attribute::Template) || changes(list, &Attribute::TemplateVersion);
    // Instances that are to be replaced need not answer the health check of what replaces them:
    // that it counts comes last, or they would be ended before others serve.
    let counts = |change: &&Change| rolls && change.attribute == Attribute::HealthCheckType;
    let (last, first): (Vec<&Change>, Vec<&Change>) = list.iter().partition(counts);
    settings(doing, group, to, &first).await?;
    if changes(list, &Attribute::GroupTargets) {
        targets(doing, group, from, to).await?;
    }
    if rolls {
        roll(doing, group, from, to).await?;
    }
    settings(doing, group, to, &last).await
}

async fn settings(
    doing: &Doing<'_>,
    group: &AwsId,
    to: &observed::AutoScalingGroup,
    list: &[&Change],
) -> Result<(), Error> {
    let base = doing.clients.scaling.update_auto_scaling_group();
    let mut call = base.auto_scaling_group_name(&group.0);
    let mut differs = false;
    for change in list {
        call = match &change.attribute {
            Attribute::Min => call.min_size(to.min.into()),
            Attribute::Max => call.max_size(to.max.into()),
            Attribute::GroupSubnets => call.vpc_zone_identifier(doing.all(&to.subnets)?.join(",")),
            Attribute::HealthCheckType => call.health_check_type(&to.health_check),
            Attribute::Grace => call.health_check_grace_period(seconds(to.grace)),
            _ => continue,
        };
        differs = true;
    }
    if !differs {
        return Ok(());
    }
    let update = async || {
        let answer = call.clone().send().await;
        answer
            .map(drop)
            .map_err(doing.failed("autoscaling:UpdateAutoScalingGroup"))
    };
    doing
        .wait
        .persist(&crate::wait::SETTLED, is_busy, update)
        .await
}

/// Scaling is at work on the group, or something of the group's is not visible yet.
fn is_busy(failure: &Failure) -> bool {
    is_not_yet(failure)
        || failure.is(&[
            "ScalingActivityInProgress",
            "ResourceInUse",
            "ResourceContention",
        ])
}

async fn targets(
    doing: &Doing<'_>,
    group: &AwsId,
    from: &observed::AutoScalingGroup,
    to: &observed::AutoScalingGroup,
) -> Result<(), Error> {
    let (have, want) = (doing.all(&from.targets)?, doing.all(&to.targets)?);
    let missing: Vec<String> = want
        .iter()
        .filter(|it| !have.contains(it))
        .cloned()
        .collect();
    let extra: Vec<String> = have.into_iter().filter(|it| !want.contains(it)).collect();
    let scaling = &doing.clients.scaling;
    if !missing.is_empty() {
        let call = scaling.attach_load_balancer_target_groups();
        let call = call.auto_scaling_group_name(&group.0);
        let answer = call.set_target_group_arns(Some(missing)).send().await;
        answer.map_err(doing.failed("autoscaling:AttachLoadBalancerTargetGroups"))?;
    }
    if !extra.is_empty() {
        let call = scaling.detach_load_balancer_target_groups();
        let call = call.auto_scaling_group_name(&group.0);
        let answer = call.set_target_group_arns(Some(extra)).send().await;
        answer.map_err(doing.failed("autoscaling:DetachLoadBalancerTargetGroups"))?;
    }
    Ok(())
}

/// A new template version reaches the instances one after another, and in no other way.
async fn roll(
    doing: &Doing<'_>,
    group: &AwsId,
    from: &observed::AutoScalingGroup,
    to: &observed::AutoScalingGroup,
) -> Result<(), Error> {
    // AWS can go back only to a version that has a number: not to `$Latest` or `$Default`.
    let is_numbered = from.template_version.parse::<u64>().is_ok();
    let before = from.version_before();
    if let Some(number) = before.filter(|_| !is_numbered) {
        name_version(doing, group, doing.at(&from.template)?, number).await?;
    }
    let how = to.life.refresh.map(|how| Refresh {
        auto_rollback: how.auto_rollback && before.is_some(),
        ..how
    });
    let target = Target {
        group: &group.0,
        template: doing.at(&to.template)?,
        version: &to.template_version,
        how: how.ok_or_else(|| doing.missing("the plan names no way to refresh".to_owned()))?,
    };
    let refresh = refresh::start(doing.clients, &doing.wait, &target).await?;
    refresh::follow(doing.clients, &doing.wait, &target, &refresh).await
}

/// Has the group name the version that runs by its number.
async fn name_version(
    doing: &Doing<'_>,
    group: &AwsId,
    template: &str,
    number: u64,
) -> Result<(), Error> {
    let version = LaunchTemplateSpecification::builder()
        .launch_template_id(template)
        .version(number.to_string())
        .build();
    let call = doing.clients.scaling.update_auto_scaling_group();
    let call = call.auto_scaling_group_name(&group.0);
    let call = call.launch_template(version);
    let update = async || {
        let answer = call.clone().send().await.map(drop);
        answer.map_err(doing.failed("autoscaling:UpdateAutoScalingGroup"))
    };
    doing
        .wait
        .persist(&crate::wait::SETTLED, is_busy, update)
        .await
}

/// To zero and gone: with the last instance, its network interface is gone too.
pub(super) async fn delete(doing: &Doing<'_>, group: &AwsId) -> Result<(), Error> {
    let look = async || look(doing, &group.0).await;
    match look().await? {
        None => return Ok(()),
        Some(found) if found.status().is_none() => to_zero(doing, group).await?,
        Some(_) => {}
    }
    let until = doing.wait.until(&GROUP_GONE, async || {
        Ok(match look().await? {
            Some(found) if !found.instances().is_empty() => Seen::NotYet(instances(&found)),
            _ => Seen::Ready(()),
        })
    });
    until.await?;
    let delete = async || {
        let call = doing.clients.scaling.delete_auto_scaling_group();
        let answer = call.auto_scaling_group_name(&group.0).send().await;
        let answer = answer.map(drop);
        match answer.map_err(doing.failed("autoscaling:DeleteAutoScalingGroup")) {
            Err(failure) if is_no_group(&failure) => Ok(()),
            other => other,
        }
    };
    doing.wait.persist(&GROUP_GONE, is_busy, delete).await?;
    let left = async || {
        let found = look().await?;
        Ok(found.map(|it| it.status().unwrap_or("it is still there").to_owned()))
    };
    doing.vanished(&GROUP_GONE, left).await
}

async fn to_zero(doing: &Doing<'_>, group: &AwsId) -> Result<(), Error> {
    let update = async || {
        let call = doing.clients.scaling.update_auto_scaling_group();
        let answer = call
            .auto_scaling_group_name(&group.0)
            .min_size(0)
            .max_size(0)
            .desired_capacity(0)
            .send()
            .await;
        let answer = answer.map(drop);
        match answer.map_err(doing.failed("autoscaling:UpdateAutoScalingGroup")) {
            // It went, or is going, meanwhile.
            Err(failure) if is_no_group(&failure) => Ok(()),
            other => other,
        }
    };
    doing.wait.persist(&GROUP_GONE, is_busy, update).await
}

/// Auto Scaling has no code of its own for a group that is not there.
fn is_no_group(failure: &Failure) -> bool {
    let says = |words| failure.message.contains(words);
    failure.is_absent()
        || failure.is(&["ValidationError"]) && (says("not found") || says("pending delete"))
}

fn instances(group: &AutoScalingGroup) -> String {
    let each = group.instances().iter().map(|it| {
        let id = it.instance_id().unwrap_or_default();
        let state = it.lifecycle_state().map_or("", |state| state.as_str());
        let kept = match it.protected_from_scale_in() {
            Some(true) => ", protected from scale-in",
            _ => "",
        };
        format!("{id} ({state}{kept})")
    });
    each.collect::<Vec<_>>().join(", ")
}
