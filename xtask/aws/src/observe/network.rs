//! VPCs and what lies in them.
//!
//! VPCs, internet gateways and addresses are few (AWS grants five of each), and a hand-made VPC
//! often has no name at all: all of them are read, and chosen from. The rest is read by VPC.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    Address, Filter, InternetGateway, NatGateway, RouteTable, SecurityGroup, Subnet, Vpc,
    VpcAttributeName, VpcEndpoint,
};
use futures_util::future::try_join_all;
use infra_model::id::Kind;
use infra_model::observed::{self, Found, State};

use crate::failure::{Failure, failed};
use crate::observe::gateways::{
    address, endpoint, gateway, nat_addresses, nat_gateway, subnet, vpc,
};
use crate::observe::groups::{group, is_default, rules, rules_of};
use crate::observe::routes::{is_main, main_routes, routes, table};
use crate::observe::scope::{Scope, ec2_tags, filter};
use crate::observe::{if_there, part, to};

/// What needs no VPC's id to be found.
pub(super) struct Area {
    vpcs: Vec<Vpc>,
    gateways: Vec<InternetGateway>,
    addresses: Vec<Address>,
    /// Security groups with our names: they tell which VPC someone made by hand.
    named_groups: Vec<SecurityGroup>,
}

/// Whether machines in a VPC have names, and whether its resolver answers.
#[derive(Clone, Copy, Default)]
pub(super) struct Dns {
    pub(super) hostnames: bool,
    pub(super) support: bool,
}

/// What lies in some VPCs.
#[derive(Default)]
pub(super) struct Inside {
    dns: BTreeMap<String, Dns>,
    subnets: Vec<Subnet>,
    nats: Vec<NatGateway>,
    tables: Vec<RouteTable>,
    endpoints: Vec<VpcEndpoint>,
    groups: Vec<SecurityGroup>,
}

/// The first look.
pub(super) async fn area(ec2: &Client, scope: &Scope) -> Result<Area, Failure> {
    let vpcs = async {
        let pages = ec2.describe_vpcs().into_paginator().items().send();
        pages
            .try_collect()
            .await
            .map_err(failed("ec2:DescribeVpcs", "VPCs"))
    };
    let gateways = async {
        let pages = ec2
            .describe_internet_gateways()
            .into_paginator()
            .items()
            .send();
        let all = pages.try_collect().await;
        all.map_err(failed("ec2:DescribeInternetGateways", "internet gateways"))
    };
    let addresses = async {
        let answer = ec2.describe_addresses().send().await;
        answer.map_err(failed("ec2:DescribeAddresses", "addresses"))
    };
    let names = filter("group-name", scope.names(Kind::SecurityGroup));
    let (vpcs, gateways, addresses, named_groups) =
        tokio::try_join!(vpcs, gateways, addresses, groups(ec2, names))?;
    Ok(Area {
        vpcs,
        gateways,
        addresses: addresses.addresses.unwrap_or_default(),
        named_groups,
    })
}

impl Area {
    /// The VPCs that are ours, have our name, or hold a security group that has.
    pub(super) fn places(&self, scope: &Scope) -> BTreeSet<String> {
        let ours = self.vpcs.iter();
        let ours = ours.filter(|vpc| scope.includes(Kind::Vpc, None, &ec2_tags(vpc.tags())));
        let holding = self.named_groups.iter().filter_map(SecurityGroup::vpc_id);
        ours.filter_map(Vpc::vpc_id)
            .chain(holding)
            .map(str::to_owned)
            .collect()
    }
}

/// All that lies in these VPCs.
pub(super) async fn inside(ec2: &Client, vpcs: &BTreeSet<String>) -> Result<Inside, Failure> {
    if vpcs.is_empty() {
        return Ok(Inside::default());
    }
    let of = || filter("vpc-id", vpcs);
    let (dns, subnets, nats, tables, endpoints, groups) = tokio::try_join!(
        try_join_all(vpcs.iter().map(|vpc| dns(ec2, vpc))),
        subnets(ec2, of()),
        nats(ec2, of()),
        tables(ec2, of()),
        endpoints(ec2, of()),
        groups(ec2, of()),
    )?;
    Ok(Inside {
        dns: vpcs.iter().cloned().zip(dns).collect(),
        subnets,
        nats,
        tables,
        endpoints,
        groups,
    })
}

impl Inside {
    /// Of these ids, those of its kinds that it does not hold.
    pub(super) fn without(&self, marked: &BTreeSet<String>) -> BTreeSet<String> {
        let held: BTreeSet<&str> = (self.subnets.iter().filter_map(Subnet::subnet_id))
            .chain(self.nats.iter().filter_map(NatGateway::nat_gateway_id))
            .chain(self.tables.iter().filter_map(RouteTable::route_table_id))
            .chain(
                self.endpoints
                    .iter()
                    .filter_map(VpcEndpoint::vpc_endpoint_id),
            )
            .chain(self.groups.iter().filter_map(SecurityGroup::group_id))
            .collect();
        let missing = marked.iter().filter(|id| !held.contains(id.as_str()));
        missing.cloned().collect()
    }

    pub(super) fn extend(&mut self, other: Self) {
        let Self {
            dns,
            subnets,
            nats,
            tables,
            endpoints,
            groups,
        } = other;
        self.dns.extend(dns);
        self.subnets.extend(subnets);
        self.nats.extend(nats);
        self.tables.extend(tables);
        self.endpoints.extend(endpoints);
        self.groups.extend(groups);
    }

    pub(super) fn has_subnet(&self, id: &str) -> bool {
        self.subnets
            .iter()
            .any(|subnet| subnet.subnet_id() == Some(id))
    }
}

/// The VPCs of what carries our tags or names and was not in the VPCs looked into: someone took
/// the tags off a VPC, or has given a thing of theirs our name. Makes no call without need.
pub(super) async fn strays(
    ec2: &Client,
    ids: &BTreeSet<String>,
) -> Result<BTreeSet<String>, Failure> {
    let (subnets, nats, tables, endpoints, groups) = tokio::try_join!(
        of_ids(ids, "subnet-", "subnet-id", |by| subnets(ec2, by)),
        of_ids(ids, "nat-", "nat-gateway-id", |by| nats(ec2, by)),
        of_ids(ids, "rtb-", "route-table-id", |by| tables(ec2, by)),
        of_ids(ids, "vpce-", "vpc-endpoint-id", |by| endpoints(ec2, by)),
        of_ids(ids, "sg-", "group-id", |by| groups(ec2, by)),
    )?;
    let vpcs = (subnets.iter().map(Subnet::vpc_id))
        .chain(nats.iter().map(NatGateway::vpc_id))
        .chain(tables.iter().map(RouteTable::vpc_id))
        .chain(endpoints.iter().map(VpcEndpoint::vpc_id))
        .chain(groups.iter().map(SecurityGroup::vpc_id));
    Ok(vpcs.flatten().map(str::to_owned).collect())
}

/// The items of the ids that begin so, by a filter, which unlike a list refuses none.
pub(super) async fn of_ids<T>(
    ids: &BTreeSet<String>,
    prefix: &str,
    by: &str,
    describe: impl AsyncFnOnce(Filter) -> Result<Vec<T>, Failure>,
) -> Result<Vec<T>, Failure> {
    let of_kind: Vec<&String> = ids.iter().filter(|id| id.starts_with(prefix)).collect();
    match of_kind.is_empty() {
        true => Ok(Vec::new()),
        false => describe(filter(by, of_kind)).await,
    }
}

async fn dns(ec2: &Client, vpc: &str) -> Result<Dns, Failure> {
    let ask = async |attribute: VpcAttributeName| {
        let request = ec2.describe_vpc_attribute().vpc_id(vpc);
        let call = request.attribute(attribute).send().await;
        if_there(call.map_err(failed("ec2:DescribeVpcAttribute", vpc)))
    };
    let (hostnames, support) = tokio::try_join!(
        ask(VpcAttributeName::EnableDnsHostnames),
        ask(VpcAttributeName::EnableDnsSupport),
    )?;
    let hostnames = hostnames.and_then(|it| it.enable_dns_hostnames?.value);
    let support = support.and_then(|it| it.enable_dns_support?.value);
    Ok(Dns {
        hostnames: hostnames.unwrap_or_default(),
        support: support.unwrap_or_default(),
    })
}

async fn subnets(ec2: &Client, by: Filter) -> Result<Vec<Subnet>, Failure> {
    let pages = ec2.describe_subnets().filters(by).into_paginator().items();
    let all = pages.send().try_collect().await;
    all.map_err(failed("ec2:DescribeSubnets", "subnets"))
}

async fn nats(ec2: &Client, by: Filter) -> Result<Vec<NatGateway>, Failure> {
    let pages = ec2
        .describe_nat_gateways()
        .filter(by)
        .into_paginator()
        .items();
    let all = pages.send().try_collect().await;
    all.map_err(failed("ec2:DescribeNatGateways", "NAT gateways"))
}

async fn tables(ec2: &Client, by: Filter) -> Result<Vec<RouteTable>, Failure> {
    let pages = ec2
        .describe_route_tables()
        .filters(by)
        .into_paginator()
        .items();
    let all = pages.send().try_collect().await;
    all.map_err(failed("ec2:DescribeRouteTables", "route tables"))
}

async fn endpoints(ec2: &Client, by: Filter) -> Result<Vec<VpcEndpoint>, Failure> {
    let pages = ec2
        .describe_vpc_endpoints()
        .filters(by)
        .into_paginator()
        .items();
    let all = pages.send().try_collect().await;
    all.map_err(failed("ec2:DescribeVpcEndpoints", "endpoints"))
}

async fn groups(ec2: &Client, by: Filter) -> Result<Vec<SecurityGroup>, Failure> {
    let pages = ec2
        .describe_security_groups()
        .filters(by)
        .into_paginator()
        .items();
    let all = pages.send().try_collect().await;
    all.map_err(failed("ec2:DescribeSecurityGroups", "security groups"))
}

/// Everything of these VPCs, and gateways and addresses that are ours or belong to them.
pub(super) fn found(
    area: &Area,
    inside: &Inside,
    places: &BTreeSet<String>,
    scope: &Scope,
) -> Vec<Found> {
    let mut found = Vec::new();
    for it in &area.vpcs {
        if let Some(id) = it.vpc_id().filter(|id| places.contains(*id)) {
            found.extend(vpc(it, inside.dns.get(id).copied().unwrap_or_default()));
            found.push(defaults(id, inside));
        }
    }
    for it in &area.gateways {
        let lies_in = |vpc: &str| places.contains(vpc);
        let attached = it.attachments().iter().filter_map(|it| it.vpc_id());
        if attached.into_iter().any(lies_in)
            || scope.includes(Kind::InternetGateway, None, &ec2_tags(it.tags()))
        {
            found.extend(gateway(it));
        }
    }
    let used: BTreeSet<&str> = inside.nats.iter().flat_map(nat_addresses).collect();
    for it in &area.addresses {
        if it.allocation_id().is_some_and(|id| used.contains(id))
            || scope.includes(Kind::Address, None, &ec2_tags(it.tags()))
        {
            found.extend(address(it));
        }
    }
    found.extend(inside.subnets.iter().filter_map(subnet));
    found.extend(inside.nats.iter().filter_map(nat_gateway));
    for it in &inside.tables {
        if !is_main(it) || scope.includes(Kind::RouteTable, None, &ec2_tags(it.tags())) {
            found.extend(table(it));
            found.extend(routes(it));
        }
    }
    found.extend(inside.endpoints.iter().filter_map(endpoint));
    for it in inside.groups.iter().filter(|it| !is_default(it)) {
        found.extend(group(it));
        found.extend(rules(it));
    }
    found
}

/// The default security group and the main route table: every VPC has them.
fn defaults(vpc: &str, inside: &Inside) -> Found {
    let mut groups = inside.groups.iter();
    let group = groups.find(|it| it.vpc_id() == Some(vpc) && is_default(it));
    let mut tables = inside.tables.iter();
    let table = tables.find(|it| it.vpc_id() == Some(vpc) && is_main(it));
    let both = group.map(|it| {
        (
            rules_of(it.ip_permissions()),
            rules_of(it.ip_permissions_egress()),
        )
    });
    let (ingress, egress) = both.unwrap_or_default();
    part(State::VpcDefaults(observed::VpcDefaults {
        vpc: to(Some(vpc)),
        ingress,
        egress,
        main_routes: table.map(main_routes).unwrap_or_default(),
    }))
}
