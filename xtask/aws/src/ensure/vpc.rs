//! The VPC, and what AWS makes with it.

use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType};
use infra_model::observed::{AwsId, Vpc, VpcDefaults};
use infra_model::plan::{Attribute, Change};
use infra_model::tags::Tags;

use crate::apply::{Doing, Error, changes, filter, gone, is_not_yet, of_ec2, ours, specification};
use crate::clients::once;
use crate::ensure::{blockers, route, rules};
use crate::failure::Failure;

pub(super) async fn create(doing: &Doing<'_>, want: &Vpc, tags: &Tags) -> Result<AwsId, Error> {
    let ec2 = &doing.clients.ec2;
    let create = async || {
        let call = "ec2:CreateVpc";
        let answer = ec2
            .create_vpc()
            .cidr_block(&want.cidr)
            .tag_specifications(specification(ResourceType::Vpc, tags))
            .customize()
            .config_override(aws_sdk_ec2::Config::builder().retry_config(once()))
            .send()
            .await
            .map_err(doing.failed(call))?;
        doing.id(call, answer.vpc().and_then(|vpc| vpc.vpc_id()))
    };
    let find = async || find(doing, tags).await;
    let id = doing.make(tags, &[], is_not_yet, create, find).await?;
    // AWS begins with the resolver on and names off.
    if !want.dns_support {
        set_support(doing, &id, want.dns_support).await?;
    }
    if want.dns_hostnames {
        set_hostnames(doing, &id, want.dns_hostnames).await?;
    }
    Ok(id)
}

async fn find(doing: &Doing<'_>, tags: &Tags) -> Result<Vec<(AwsId, Tags)>, Failure> {
    let vpcs = doing
        .clients
        .ec2
        .describe_vpcs()
        .set_filters(Some(ours(tags)));
    let found = vpcs
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>();
    let found = found.await.map_err(doing.failed("ec2:DescribeVpcs"))?;
    let each = |vpc: &aws_sdk_ec2::types::Vpc| Some((vpc.vpc_id()?.into(), of_ec2(vpc.tags())));
    Ok(found.iter().filter_map(each).collect())
}

pub(super) async fn update(
    doing: &Doing<'_>,
    vpc: &AwsId,
    want: &Vpc,
    list: &[Change],
) -> Result<(), Error> {
    // Names need the resolver: it goes on before them and off after them.
    let support = changes(list, &Attribute::DnsSupport);
    if support && want.dns_support {
        set_support(doing, vpc, true).await?;
    }
    if changes(list, &Attribute::DnsHostnames) {
        set_hostnames(doing, vpc, want.dns_hostnames).await?;
    }
    if support && !want.dns_support {
        set_support(doing, vpc, false).await?;
    }
    Ok(())
}

fn value(on: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(on).build()
}

async fn set_support(doing: &Doing<'_>, vpc: &AwsId, on: bool) -> Result<(), Error> {
    let set = async || {
        let call = doing.clients.ec2.modify_vpc_attribute().vpc_id(&vpc.0);
        let answer = call.enable_dns_support(value(on)).send().await;
        answer.map_err(doing.failed("ec2:ModifyVpcAttribute"))
    };
    doing.visible(set).await.map(drop)
}

async fn set_hostnames(doing: &Doing<'_>, vpc: &AwsId, on: bool) -> Result<(), Error> {
    let set = async || {
        let call = doing.clients.ec2.modify_vpc_attribute().vpc_id(&vpc.0);
        let answer = call.enable_dns_hostnames(value(on)).send().await;
        answer.map_err(doing.failed("ec2:ModifyVpcAttribute"))
    };
    doing.visible(set).await.map(drop)
}

/// Takes the rules of the default security group and the routes of the main table away.
pub(super) async fn empty_defaults(doing: &Doing<'_>, want: &VpcDefaults) -> Result<(), Error> {
    let vpc = doing.at(&want.vpc)?;
    let group = default_group(doing, vpc).await?;
    rules::set_both(doing, &group, &want.ingress, &want.egress).await?;
    let main = main_table(doing, vpc).await?;
    route::keep_only(doing, &main, &want.main_routes).await
}

async fn default_group(doing: &Doing<'_>, vpc: &str) -> Result<String, Error> {
    let call = "ec2:DescribeSecurityGroups";
    let look = async || {
        let answer = doing
            .clients
            .ec2
            .describe_security_groups()
            .filters(filter("vpc-id", vpc))
            .filters(filter("group-name", "default"))
            .send()
            .await
            .map_err(doing.failed(call))?;
        let group = answer.security_groups().first();
        Ok(group.and_then(|group| group.group_id()).map(str::to_owned))
    };
    appears(doing, look, "default security group").await
}

async fn main_table(doing: &Doing<'_>, vpc: &str) -> Result<String, Error> {
    let call = "ec2:DescribeRouteTables";
    let look = async || {
        let answer = doing
            .clients
            .ec2
            .describe_route_tables()
            .filters(filter("vpc-id", vpc))
            .filters(filter("association.main", "true"))
            .send()
            .await
            .map_err(doing.failed(call))?;
        let table = answer.route_tables().first();
        Ok(table
            .and_then(|table| table.route_table_id())
            .map(str::to_owned))
    };
    appears(doing, look, "main route table").await
}

/// AWS makes both with the VPC, and shows them a moment later.
async fn appears(
    doing: &Doing<'_>,
    look: impl AsyncFn() -> Result<Option<String>, Failure>,
    what: &str,
) -> Result<String, Error> {
    use crate::wait::{Seen, VISIBLE};
    let until = doing.wait.until(&VISIBLE, async || {
        let seen = look().await?;
        Ok(seen.map_or_else(|| Seen::NotYet(format!("no {what} yet")), Seen::Ready))
    });
    until.await
}

pub(super) async fn delete(doing: &Doing<'_>, vpc: &AwsId) -> Result<(), Error> {
    let call = "ec2:DeleteVpc";
    let delete = async || {
        let answer = doing.clients.ec2.delete_vpc().vpc_id(&vpc.0).send().await;
        gone(answer.map(drop).map_err(doing.failed(call)))
    };
    let users = async || blockers::of_vpc(doing, &vpc.0).await;
    doing.release(call, delete, users).await
}
