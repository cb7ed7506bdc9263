//! Tags that changed: those, and no others.

use infra_model::id::Kind;
use infra_model::observed::AwsId;
use infra_model::plan::{Attribute, Change};
use infra_model::tags::Tags;

use crate::apply::{Doing, Error, to_balancing, to_ec2, to_iam, to_monitoring, to_scaling, to_sns};
use crate::ensure::{bucket, key_pair};

pub(super) async fn change(
    doing: &Doing<'_>,
    item: &AwsId,
    tags: &Tags,
    list: &[Change],
) -> Result<(), Error> {
    let changed = list.iter().filter_map(|change| match &change.attribute {
        Attribute::Tag(key) => Some((key.clone(), tags.get(key)?.to_owned())),
        _ => None,
    });
    let changed: Tags = changed.collect();
    if changed.iter().next().is_none() {
        return Ok(());
    }
    match doing.step.kind {
        Kind::Bucket => bucket::tag(doing, item, &changed).await,
        Kind::Role => role(doing, item, &changed).await,
        Kind::InstanceProfile => profile(doing, item, &changed).await,
        Kind::TargetGroup | Kind::LoadBalancer | Kind::Listener => {
            balancing(doing, item, &changed).await
        }
        Kind::AutoScalingGroup => group(doing, item, &changed).await,
        Kind::Topic => topic(doing, item, &changed).await,
        Kind::Alarm => alarm(doing, item, &changed).await,
        Kind::KeyPair => match key_pair::look(doing, &item.0).await? {
            Some(pair) => ec2(doing, pair.key_pair_id().unwrap_or_default(), &changed).await,
            None => Err(doing.missing("it is gone".to_owned())),
        },
        _ => ec2(doing, &item.0, &changed).await,
    }
}

async fn ec2(doing: &Doing<'_>, id: &str, changed: &Tags) -> Result<(), Error> {
    let call = doing.clients.ec2.create_tags().resources(id);
    let answer = call.set_tags(Some(to_ec2(changed))).send().await;
    answer.map_err(doing.failed("ec2:CreateTags"))?;
    Ok(())
}

async fn balancing(doing: &Doing<'_>, arn: &AwsId, changed: &Tags) -> Result<(), Error> {
    let call = doing.clients.balancing.add_tags().resource_arns(&arn.0);
    let answer = call.set_tags(Some(to_balancing(changed))).send().await;
    answer.map_err(doing.failed("elasticloadbalancing:AddTags"))?;
    Ok(())
}

async fn group(doing: &Doing<'_>, name: &AwsId, changed: &Tags) -> Result<(), Error> {
    let call = doing.clients.scaling.create_or_update_tags();
    let tags = to_scaling(changed, &name.0);
    let answer = call.set_tags(Some(tags)).send().await;
    answer.map_err(doing.failed("autoscaling:CreateOrUpdateTags"))?;
    Ok(())
}

async fn role(doing: &Doing<'_>, name: &AwsId, changed: &Tags) -> Result<(), Error> {
    let call = doing.clients.iam.tag_role().role_name(&name.0);
    let answer = call.set_tags(Some(to_iam(changed))).send().await;
    answer.map_err(doing.failed("iam:TagRole"))?;
    Ok(())
}

async fn profile(doing: &Doing<'_>, name: &AwsId, changed: &Tags) -> Result<(), Error> {
    let call = doing.clients.iam.tag_instance_profile();
    let call = call.instance_profile_name(&name.0);
    let answer = call.set_tags(Some(to_iam(changed))).send().await;
    answer.map_err(doing.failed("iam:TagInstanceProfile"))?;
    Ok(())
}

async fn topic(doing: &Doing<'_>, arn: &AwsId, changed: &Tags) -> Result<(), Error> {
    let call = doing.clients.sns.tag_resource().resource_arn(&arn.0);
    let answer = call.set_tags(Some(to_sns(changed))).send().await;
    answer.map_err(doing.failed("sns:TagResource"))?;
    Ok(())
}

async fn alarm(doing: &Doing<'_>, arn: &AwsId, changed: &Tags) -> Result<(), Error> {
    let call = doing.clients.monitoring.tag_resource().resource_arn(&arn.0);
    let answer = call.set_tags(Some(to_monitoring(changed))).send().await;
    answer.map_err(doing.failed("cloudwatch:TagResource"))?;
    Ok(())
}
