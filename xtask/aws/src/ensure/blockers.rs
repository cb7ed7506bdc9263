//! Who still uses what cannot be deleted.

use aws_sdk_ec2::types::{Filter, NetworkInterface};

use crate::apply::{Doing, filter};
use crate::failure::Failure;

pub(super) async fn of_vpc(doing: &Doing<'_>, vpc: &str) -> Result<Vec<String>, Failure> {
    let mut users = interfaces(doing, vec![filter("vpc-id", vpc)]).await?;
    users.extend(groups(doing, filter("vpc-id", vpc)).await?);
    users.extend(subnets(doing, vpc).await?);
    Ok(users)
}

pub(super) async fn of_subnet(doing: &Doing<'_>, subnet: &str) -> Result<Vec<String>, Failure> {
    interfaces(doing, vec![filter("subnet-id", subnet)]).await
}

/// Public addresses keep a gateway attached.
pub(super) async fn of_gateway(doing: &Doing<'_>, vpc: &str) -> Result<Vec<String>, Failure> {
    let public = filter("association.public-ip", "*");
    interfaces(doing, vec![filter("vpc-id", vpc), public]).await
}

pub(super) async fn of_group(doing: &Doing<'_>, group: &str) -> Result<Vec<String>, Failure> {
    let mut users = interfaces(doing, vec![filter("group-id", group)]).await?;
    for direction in ["ip-permission.group-id", "egress.ip-permission.group-id"] {
        let named = groups(doing, filter(direction, group)).await?;
        users.extend(named.into_iter().filter(|user| !user.contains(group)));
    }
    Ok(users)
}

pub(super) async fn interfaces(
    doing: &Doing<'_>,
    filters: Vec<Filter>,
) -> Result<Vec<String>, Failure> {
    let call = doing.clients.ec2.describe_network_interfaces();
    let found = call
        .set_filters(Some(filters))
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .map_err(doing.failed("ec2:DescribeNetworkInterfaces"))?;
    Ok(found.iter().map(interface).collect())
}

fn interface(it: &NetworkInterface) -> String {
    let id = it.network_interface_id().unwrap_or_default();
    let what = match (it.description().unwrap_or_default(), it.attachment()) {
        ("", Some(to)) => format!("of instance {}", to.instance_id().unwrap_or_default()),
        ("", None) => "without description".to_owned(),
        (description, _) => format!("“{description}”"),
    };
    match it.requester_id().or(it.owner_id()) {
        Some(owner) => format!("network interface {id} ({what}, owner {owner})"),
        None => format!("network interface {id} ({what})"),
    }
}

/// Security groups, other than the default one, which goes with its VPC.
async fn groups(doing: &Doing<'_>, of: Filter) -> Result<Vec<String>, Failure> {
    let call = doing.clients.ec2.describe_security_groups().filters(of);
    let found = call
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .map_err(doing.failed("ec2:DescribeSecurityGroups"))?;
    let named = found
        .iter()
        .map(|it| {
            (
                it.group_id().unwrap_or_default(),
                it.group_name().unwrap_or_default(),
            )
        })
        .filter(|(_, name)| *name != "default");
    Ok(named
        .map(|(id, name)| format!("security group {name} ({id})"))
        .collect())
}

async fn subnets(doing: &Doing<'_>, vpc: &str) -> Result<Vec<String>, Failure> {
    let call = doing
        .clients
        .ec2
        .describe_subnets()
        .filters(filter("vpc-id", vpc));
    let found = call
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .map_err(doing.failed("ec2:DescribeSubnets"))?;
    let ids = found.iter().filter_map(|it| it.subnet_id());
    Ok(ids.map(|id| format!("subnet {id}")).collect())
}
