//! VPC, subnets, gateways, routes, endpoint.

use crate::observed::{
    Endpoint, GatewayAttachment, NatGateway, Route, RouteTable, Subnet, Vpc, VpcDefaults,
};
use crate::plan::compare::{Attribute, Changes};

pub(super) fn vpc(changes: &mut Changes, have: &Vpc, want: &Vpc) {
    let Vpc {
        cidr,
        dns_hostnames,
        dns_support,
    } = have;
    changes.compare(Attribute::Cidr, cidr, &want.cidr);
    changes.compare(Attribute::DnsSupport, dns_support, &want.dns_support);
    changes.compare(Attribute::DnsHostnames, dns_hostnames, &want.dns_hostnames);
}

pub(super) fn assign_vpc(attribute: &Attribute, have: &mut Vpc, want: &Vpc) {
    match attribute {
        Attribute::DnsSupport => have.dns_support = want.dns_support,
        Attribute::DnsHostnames => have.dns_hostnames = want.dns_hostnames,
        _ => {}
    }
}

pub(super) fn defaults(changes: &mut Changes, have: &VpcDefaults, want: &VpcDefaults) {
    let VpcDefaults {
        vpc: _, // a part is found with its whole
        ingress,
        egress,
        main_routes,
    } = have;
    changes.compare(Attribute::DefaultIngress, ingress, &want.ingress);
    changes.compare(Attribute::DefaultEgress, egress, &want.egress);
    changes.compare(Attribute::MainRoutes, main_routes, &want.main_routes);
}

pub(super) fn assign_defaults(attribute: &Attribute, have: &mut VpcDefaults, want: &VpcDefaults) {
    match attribute {
        Attribute::DefaultIngress => have.ingress.clone_from(&want.ingress),
        Attribute::DefaultEgress => have.egress.clone_from(&want.egress),
        Attribute::MainRoutes => have.main_routes.clone_from(&want.main_routes),
        _ => {}
    }
}

pub(super) fn attachment(
    changes: &mut Changes,
    have: &GatewayAttachment,
    want: &GatewayAttachment,
) {
    let GatewayAttachment {
        gateway: _, // a part is found with its whole
        vpc,
    } = have;
    changes.compare(Attribute::Vpc, vpc, &want.vpc);
}

pub(super) fn subnet(changes: &mut Changes, have: &Subnet, want: &Subnet) {
    let Subnet {
        vpc,
        zone,
        cidr,
        public_addresses,
    } = have;
    changes.compare(Attribute::Vpc, vpc, &want.vpc);
    changes.compare(Attribute::Zone, zone, &want.zone);
    changes.compare(Attribute::Cidr, cidr, &want.cidr);
    changes.compare(
        Attribute::PublicAddresses,
        public_addresses,
        &want.public_addresses,
    );
}

pub(super) fn nat(changes: &mut Changes, have: &NatGateway, want: &NatGateway) {
    let NatGateway { subnet, address } = have;
    changes.compare(Attribute::NatSubnet, subnet, &want.subnet);
    changes.compare(Attribute::NatAddress, address, &want.address);
}

pub(super) fn table(changes: &mut Changes, have: &RouteTable, want: &RouteTable) {
    let RouteTable { vpc, subnets } = have;
    changes.compare(Attribute::Vpc, vpc, &want.vpc);
    changes.compare(Attribute::Associations, subnets, &want.subnets);
}

pub(super) fn route(changes: &mut Changes, have: &Route, want: &Route) {
    let Route {
        table: _, // a part is found with its whole, by its destination
        destination: _,
        target,
    } = have;
    changes.compare(Attribute::RouteTarget, target, &want.target);
}

pub(super) fn endpoint(changes: &mut Changes, have: &Endpoint, want: &Endpoint) {
    let Endpoint {
        vpc,
        service,
        tables,
    } = have;
    changes.compare(Attribute::Vpc, vpc, &want.vpc);
    changes.compare(Attribute::Service, service, &want.service);
    changes.compare(Attribute::EndpointTables, tables, &want.tables);
}
