//! Routes that are not AWS's own.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{self as ec2, RouteOrigin};
use infra_model::observed::{AwsId, Route, RouteTarget};

use crate::apply::{Doing, Error, gone};
use crate::ensure::table;
use crate::failure::Failure;

/// Where a route leads: an internet gateway, or a NAT gateway.
#[derive(Clone, Copy)]
enum Via<'a> {
    Gateway(&'a str),
    Nat(&'a str),
}

impl<'a> Via<'a> {
    fn of(doing: &Doing<'_>, route: &'a Route) -> Result<Self, Error> {
        match &route.target {
            RouteTarget::Gateway(gateway) => Ok(Self::Gateway(doing.at(gateway)?)),
            RouteTarget::Nat(nat) => Ok(Self::Nat(doing.at(nat)?)),
            RouteTarget::Other(other) => {
                Err(doing.missing(format!("no plan makes a route to {other}")))
            }
        }
    }

    fn gateway(self) -> Option<String> {
        match self {
            Self::Gateway(id) => Some(id.to_owned()),
            Self::Nat(_) => None,
        }
    }

    fn nat(self) -> Option<String> {
        match self {
            Self::Gateway(_) => None,
            Self::Nat(id) => Some(id.to_owned()),
        }
    }
}

pub(super) async fn create(doing: &Doing<'_>, want: &Route) -> Result<(), Error> {
    let (table, via) = (doing.at(&want.table)?, Via::of(doing, want)?);
    let create = async || {
        let call = doing.clients.ec2.create_route().route_table_id(table);
        let answer = call
            .destination_cidr_block(&want.destination)
            .set_gateway_id(via.gateway())
            .set_nat_gateway_id(via.nat())
            .send()
            .await;
        answer.map(drop).map_err(doing.failed("ec2:CreateRoute"))
    };
    match doing.visible(create).await {
        // A lost answer, or someone's: in both cases it becomes the wanted one.
        Err(Error::Call(failure)) if failure.is(&["RouteAlreadyExists"]) => {
            move_to(doing, want).await
        }
        other => other,
    }
}

pub(super) async fn replace(doing: &Doing<'_>, want: &Route) -> Result<(), Error> {
    match move_to(doing, want).await {
        // It went meanwhile; this is how AWS says that there is none of this destination.
        Err(Error::Call(failure)) if failure.is(&[NO_ROUTE, "InvalidParameterValue"]) => {
            create(doing, want).await
        }
        other => other,
    }
}

const NO_ROUTE: &str = "InvalidRoute.NotFound";

async fn move_to(doing: &Doing<'_>, want: &Route) -> Result<(), Error> {
    let (table, via) = (doing.at(&want.table)?, Via::of(doing, want)?);
    let replace = async || {
        let call = doing.clients.ec2.replace_route().route_table_id(table);
        let answer = call
            .destination_cidr_block(&want.destination)
            .set_gateway_id(via.gateway())
            .set_nat_gateway_id(via.nat())
            .send()
            .await;
        answer.map(drop).map_err(doing.failed("ec2:ReplaceRoute"))
    };
    let passes = |failure: &Failure| failure.is_absent() && !failure.is(&[NO_ROUTE]);
    doing
        .wait
        .persist(&crate::wait::VISIBLE, passes, replace)
        .await
}

pub(super) async fn delete(doing: &Doing<'_>, from: &Route) -> Result<(), Error> {
    remove(doing, doing.at(&from.table)?, &from.destination).await
}

async fn remove(doing: &Doing<'_>, table: &str, destination: &str) -> Result<(), Error> {
    let call = doing.clients.ec2.delete_route().route_table_id(table);
    let call = match destination {
        list if list.starts_with("pl-") => call.destination_prefix_list_id(list),
        v6 if v6.contains(':') => call.destination_ipv6_cidr_block(v6),
        v4 => call.destination_cidr_block(v4),
    };
    let answer = call.send().await;
    gone(answer.map(drop).map_err(doing.failed("ec2:DeleteRoute")))?;
    Ok(())
}

/// Takes away every route that someone made, but to these destinations.
pub(super) async fn keep_only(
    doing: &Doing<'_>,
    table: &str,
    kept: &BTreeSet<String>,
) -> Result<(), Error> {
    let id = AwsId::from(table);
    let have = doing
        .visible(async || table::look(doing, &id).await)
        .await?;
    let made = have.routes().iter().filter(|route| is_made(route));
    for destination in made.filter_map(destination) {
        if !kept.contains(destination) {
            remove(doing, table, destination).await?;
        }
    }
    Ok(())
}

/// Local routes and those of gateway endpoints are AWS's own.
fn is_made(route: &ec2::Route) -> bool {
    let gateway = route.gateway_id().unwrap_or_default();
    let is_aws = gateway == "local" || gateway.starts_with("vpce-");
    let is_spread = matches!(
        route.origin(),
        Some(RouteOrigin::CreateRouteTable | RouteOrigin::EnableVgwRoutePropagation)
    );
    !is_aws && !is_spread
}

fn destination(route: &ec2::Route) -> Option<&str> {
    route
        .destination_cidr_block()
        .or(route.destination_ipv6_cidr_block())
        .or(route.destination_prefix_list_id())
}
