//! The internet gateway.

use aws_sdk_ec2::types::{InternetGateway, ResourceType};
use infra_model::observed::{AwsId, GatewayAttachment};
use infra_model::tags::Tags;

use crate::apply::{Doing, Error, gone, is_not_yet, of_ec2, ours, specification};
use crate::clients::once;
use crate::ensure::attachment;
use crate::failure::Failure;

pub(super) async fn create(doing: &Doing<'_>, tags: &Tags) -> Result<AwsId, Error> {
    let create = async || {
        let call = "ec2:CreateInternetGateway";
        let answer = doing
            .clients
            .ec2
            .create_internet_gateway()
            .tag_specifications(specification(ResourceType::InternetGateway, tags))
            .customize()
            .config_override(aws_sdk_ec2::Config::builder().retry_config(once()))
            .send()
            .await
            .map_err(doing.failed(call))?;
        let made = answer.internet_gateway();
        doing.id(call, made.and_then(|it| it.internet_gateway_id()))
    };
    let find = async || {
        let call = doing.clients.ec2.describe_internet_gateways();
        let found = call
            .set_filters(Some(ours(tags)))
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .map_err(doing.failed("ec2:DescribeInternetGateways"))?;
        let each =
            |it: &InternetGateway| Some((it.internet_gateway_id()?.into(), of_ec2(it.tags())));
        Ok(found.iter().filter_map(each).collect())
    };
    doing.make(tags, &[], is_not_yet, create, find).await
}

/// The VPCs that it is attached to, with how far that has come.
pub(super) async fn attachments(
    doing: &Doing<'_>,
    gateway: &str,
) -> Result<Vec<(String, String)>, Failure> {
    let call = doing.clients.ec2.describe_internet_gateways();
    let answer = call.internet_gateway_ids(gateway).send().await;
    let answer = answer.map_err(doing.failed("ec2:DescribeInternetGateways"))?;
    let all = answer
        .internet_gateways()
        .iter()
        .flat_map(|it| it.attachments());
    let each = |it: &aws_sdk_ec2::types::InternetGatewayAttachment| {
        let state = it.state().map_or("attaching", |state| state.as_str());
        Some((it.vpc_id()?.to_owned(), state.to_owned()))
    };
    Ok(all.filter_map(each).collect())
}

pub(super) async fn delete(doing: &Doing<'_>, gateway: &AwsId) -> Result<(), Error> {
    let attached = match attachments(doing, &gateway.0).await {
        Err(failure) if failure.is_absent() => return Ok(()),
        other => other?,
    };
    for (vpc, _) in attached {
        let (gateway, vpc) = (gateway.0.as_str().into(), vpc.as_str().into());
        attachment::delete(doing, &GatewayAttachment { gateway, vpc }).await?;
    }
    let call = "ec2:DeleteInternetGateway";
    let delete = async || {
        let it = doing.clients.ec2.delete_internet_gateway();
        let answer = it.internet_gateway_id(&gateway.0).send().await;
        gone(answer.map(drop).map_err(doing.failed(call)))
    };
    doing.release(call, delete, async || Ok(Vec::new())).await
}
