//! Route tables, as the model has them.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{Route, RouteOrigin, RouteTable, RouteTableAssociationStateCode as Code};
use infra_model::observed::{self, Found, RouteTarget, State};

use crate::observe::scope::ec2_tags;
use crate::observe::{part, to};

/// Whether it is what subnets without a table of their own use.
pub(super) fn is_main(it: &RouteTable) -> bool {
    it.associations().iter().any(|it| it.main() == Some(true))
}

pub(super) fn table(it: &RouteTable) -> Option<Found> {
    let going =
        |code: Option<&Code>| matches!(code, Some(Code::Disassociating | Code::Disassociated));
    let subnets = it
        .associations()
        .iter()
        .filter(|it| !going(it.association_state().and_then(|it| it.state())))
        .filter_map(|it| it.subnet_id())
        .map(|subnet| to(Some(subnet)))
        .collect();
    let state = State::RouteTable(observed::RouteTable {
        vpc: to(it.vpc_id()),
        subnets,
    });
    Some(Found::whole(
        it.route_table_id()?,
        None,
        ec2_tags(it.tags()),
        state,
    ))
}

/// The routes that someone made.
pub(super) fn routes(it: &RouteTable) -> impl Iterator<Item = Found> {
    let made = it.routes().iter().filter(|it| is_made(it));
    made.filter_map(|route| {
        Some(part(State::Route(observed::Route {
            table: to(Some(it.route_table_id()?)),
            destination: destination(route)?.to_owned(),
            target: target(route),
        })))
    })
}

/// Where the routes that someone made lead from.
pub(super) fn main_routes(it: &RouteTable) -> BTreeSet<String> {
    let made = it.routes().iter().filter(|it| is_made(it));
    made.filter_map(destination).map(str::to_owned).collect()
}

/// Local routes, those of gateway endpoints and what a VPN gateway announces are AWS's own.
fn is_made(it: &Route) -> bool {
    let is_local = it.gateway_id() == Some("local");
    let to_endpoint = it.gateway_id().is_some_and(|id| id.starts_with("vpce-"));
    let is_endpoints = to_endpoint && it.destination_prefix_list_id().is_some();
    let is_announced = it.origin() == Some(&RouteOrigin::EnableVgwRoutePropagation);
    !is_local && !is_endpoints && !is_announced
}

fn destination(it: &Route) -> Option<&str> {
    it.destination_cidr_block()
        .or_else(|| it.destination_ipv6_cidr_block())
        .or_else(|| it.destination_prefix_list_id())
}

fn target(it: &Route) -> RouteTarget {
    if let Some(nat) = it.nat_gateway_id() {
        return RouteTarget::Nat(to(Some(nat)));
    }
    if let Some(gateway) = it.gateway_id().filter(|id| id.starts_with("igw-")) {
        return RouteTarget::Gateway(to(Some(gateway)));
    }
    let others = [
        it.gateway_id(),
        it.egress_only_internet_gateway_id(),
        it.transit_gateway_id(),
        it.vpc_peering_connection_id(),
        it.network_interface_id(),
        it.instance_id(),
        it.local_gateway_id(),
        it.carrier_gateway_id(),
        it.core_network_arn(),
    ];
    let other = others.into_iter().flatten().next();
    RouteTarget::Other(other.unwrap_or("something unknown").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_routes_that_someone_made_count() {
        let anywhere = || Route::builder().destination_cidr_block("0.0.0.0/0");
        let to_list = || Route::builder().destination_prefix_list_id("pl-1");
        let nat = RouteTarget::Nat("nat-1".into());
        let gateway = RouteTarget::Gateway("igw-1".into());
        let other = |id: &str| RouteTarget::Other(id.to_owned());
        for (route, want) in [
            (anywhere().gateway_id("local"), None),
            (to_list().gateway_id("vpce-1"), None),
            (
                to_list().nat_gateway_id("nat-1"),
                Some(("pl-1", nat.clone())),
            ),
            (anywhere().nat_gateway_id("nat-1"), Some(("0.0.0.0/0", nat))),
            (anywhere().gateway_id("igw-1"), Some(("0.0.0.0/0", gateway))),
            (
                anywhere().gateway_id("vpce-1"),
                Some(("0.0.0.0/0", other("vpce-1"))),
            ),
            (
                anywhere().network_interface_id("eni-1").instance_id("i-1"),
                Some(("0.0.0.0/0", other("eni-1"))),
            ),
        ] {
            let it = RouteTable::builder()
                .route_table_id("rtb-1")
                .routes(route.build());
            let found: Vec<State> = routes(&it.build()).map(|it| it.state).collect();
            let want = want.map(|(destination, target)| {
                State::Route(observed::Route {
                    table: "rtb-1".into(),
                    destination: destination.to_owned(),
                    target,
                })
            });
            assert_eq!(found, Vec::from_iter(want));
        }
    }
}
