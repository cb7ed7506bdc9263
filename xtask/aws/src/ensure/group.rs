//! Security groups; their rules are parts of their own.

use aws_sdk_ec2::types::ResourceType;
use infra_model::observed::{AwsId, SecurityGroup};
use infra_model::tags::Tags;

use crate::apply::{Doing, Error, filter, gone, is_not_yet, of_ec2, specification};
use crate::clients::once;
use crate::ensure::blockers;

pub(super) async fn create(
    doing: &Doing<'_>,
    want: &SecurityGroup,
    tags: &Tags,
) -> Result<AwsId, Error> {
    let (name, vpc) = (&doing.step.name, doing.at(&want.vpc)?);
    let create = async || {
        let call = "ec2:CreateSecurityGroup";
        let answer = doing
            .clients
            .ec2
            .create_security_group()
            .group_name(name)
            .description(&want.description)
            .vpc_id(vpc)
            .tag_specifications(specification(ResourceType::SecurityGroup, tags))
            .customize()
            .config_override(aws_sdk_ec2::Config::builder().retry_config(once()))
            .send()
            .await
            .map_err(doing.failed(call))?;
        doing.id(call, answer.group_id())
    };
    let find = async || {
        let call = doing.clients.ec2.describe_security_groups();
        let answer = call
            .filters(filter("vpc-id", vpc))
            .filters(filter("group-name", name))
            .send()
            .await
            .map_err(doing.failed("ec2:DescribeSecurityGroups"))?;
        let found = answer.security_groups().iter();
        Ok(found
            .filter_map(|it| Some((it.group_id()?.into(), of_ec2(it.tags()))))
            .collect())
    };
    let taken = ["InvalidGroup.Duplicate"];
    doing.make(tags, &taken, is_not_yet, create, find).await
}

pub(super) async fn delete(doing: &Doing<'_>, group: &AwsId) -> Result<(), Error> {
    let call = "ec2:DeleteSecurityGroup";
    let delete = async || {
        let it = doing.clients.ec2.delete_security_group();
        let answer = it.group_id(&group.0).send().await;
        gone(answer.map(drop).map_err(doing.failed(call)))
    };
    let users = async || blockers::of_group(doing, &group.0).await;
    doing.release(call, delete, users).await
}
