//! Subnets.

use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType};
use infra_model::observed::{AwsId, Subnet};
use infra_model::plan::{Attribute, Change};
use infra_model::tags::Tags;

use crate::apply::{Doing, Error, changes, gone, is_not_yet, of_ec2, ours, specification};
use crate::clients::once;
use crate::ensure::blockers;

pub(super) async fn create(doing: &Doing<'_>, want: &Subnet, tags: &Tags) -> Result<AwsId, Error> {
    let vpc = doing.at(&want.vpc)?;
    let create = async || {
        let call = "ec2:CreateSubnet";
        let answer = doing
            .clients
            .ec2
            .create_subnet()
            .vpc_id(vpc)
            .availability_zone(&want.zone)
            .cidr_block(&want.cidr)
            .tag_specifications(specification(ResourceType::Subnet, tags))
            .customize()
            .config_override(aws_sdk_ec2::Config::builder().retry_config(once()))
            .send()
            .await
            .map_err(doing.failed(call))?;
        doing.id(call, answer.subnet().and_then(|it| it.subnet_id()))
    };
    let find = async || {
        let call = doing.clients.ec2.describe_subnets();
        let found = call
            .set_filters(Some(ours(tags)))
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .map_err(doing.failed("ec2:DescribeSubnets"))?;
        let here = found.iter().filter(|it| it.vpc_id() == Some(vpc));
        Ok(here
            .filter_map(|it| Some((it.subnet_id()?.into(), of_ec2(it.tags()))))
            .collect())
    };
    let taken = ["InvalidSubnet.Conflict"];
    let id = doing.make(tags, &taken, is_not_yet, create, find).await?;
    // AWS begins without.
    if want.public_addresses {
        set_public(doing, &id, want.public_addresses).await?;
    }
    Ok(id)
}

pub(super) async fn update(
    doing: &Doing<'_>,
    subnet: &AwsId,
    want: &Subnet,
    list: &[Change],
) -> Result<(), Error> {
    match changes(list, &Attribute::PublicAddresses) {
        true => set_public(doing, subnet, want.public_addresses).await,
        false => Ok(()),
    }
}

async fn set_public(doing: &Doing<'_>, subnet: &AwsId, on: bool) -> Result<(), Error> {
    let set = async || {
        let value = AttributeBooleanValue::builder().value(on).build();
        let call = doing.clients.ec2.modify_subnet_attribute();
        let answer = call
            .subnet_id(&subnet.0)
            .map_public_ip_on_launch(value)
            .send()
            .await;
        answer.map_err(doing.failed("ec2:ModifySubnetAttribute"))
    };
    doing.visible(set).await.map(drop)
}

pub(super) async fn delete(doing: &Doing<'_>, subnet: &AwsId) -> Result<(), Error> {
    let call = "ec2:DeleteSubnet";
    let delete = async || {
        let it = doing.clients.ec2.delete_subnet().subnet_id(&subnet.0);
        gone(it.send().await.map(drop).map_err(doing.failed(call)))
    };
    let users = async || blockers::of_subnet(doing, &subnet.0).await;
    doing.release(call, delete, users).await
}
