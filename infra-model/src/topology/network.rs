//! The network: who can reach whom, and how instances reach the internet.

use crate::id::{Handle, Id, Tier, Zone};
use crate::settings::{Nat, Settings, VPC_CIDR};
use crate::topology::Topology;
use crate::values::Cidr;

/// The private network that everything lies in.
#[derive(Clone, Debug, PartialEq)]
pub struct Vpc {
    /// All its addresses.
    pub cidr: Cidr,
    /// Machines have names; the S3 endpoint and SSM need it.
    pub dns_hostnames: bool,
    /// The VPC's own resolver answers.
    pub dns_support: bool,
}

/// What AWS makes with a VPC and nothing of ours uses, emptied: its default security group has no
/// rules, its main route table only the local route. Network ACLs stay as AWS makes them.
#[derive(Clone, Debug, PartialEq)]
pub struct VpcDefaults {
    /// Whose they are.
    pub vpc: Handle<Vpc>,
}

/// The way between public subnets and the internet.
#[derive(Clone, Debug, PartialEq)]
pub struct InternetGateway;

/// The gateway attached to its VPC.
#[derive(Clone, Debug, PartialEq)]
pub struct GatewayAttachment {
    /// What is attached.
    pub gateway: Handle<InternetGateway>,
    /// To what.
    pub vpc: Handle<Vpc>,
}

/// One of the two subnets of a zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Subnet {
    /// Where it lies.
    pub vpc: Handle<Vpc>,
    /// What it is for.
    pub tier: Tier,
    /// Its availability zone.
    pub zone: Zone,
    /// Its addresses.
    pub cidr: Cidr,
    /// Whether machines started in it get a public address.
    pub public_addresses: bool,
}

/// An Elastic IP address, for a NAT gateway.
#[derive(Clone, Debug, PartialEq)]
pub struct Address;

/// How instances reach the internet without being reachable.
#[derive(Clone, Debug, PartialEq)]
pub struct NatGateway {
    /// The public subnet that it lies in.
    pub subnet: Handle<Subnet>,
    /// The address that the internet sees.
    pub address: Handle<Address>,
}

/// The routes of some subnets.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteTable {
    /// Where it lies.
    pub vpc: Handle<Vpc>,
    /// The subnets that use it.
    pub subnets: Vec<Handle<Subnet>>,
}

/// The route of all that is not local.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Whose it is.
    pub table: Handle<RouteTable>,
    /// Where traffic wants to go.
    pub destination: Cidr,
    /// Where it is sent.
    pub via: Via,
}

/// What a route leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Via {
    /// The internet, both ways.
    Gateway(Handle<InternetGateway>),
    /// The internet, outwards only.
    Nat(Handle<NatGateway>),
}

/// The VPC's own way to S3, free of NAT charges.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// Where it lies.
    pub vpc: Handle<Vpc>,
    /// The tables that get its route.
    pub tables: Vec<Handle<RouteTable>>,
}

/// What the rest of the system builds on.
pub(super) struct Network {
    pub(super) vpc: Handle<Vpc>,
    pub(super) public: Vec<Handle<Subnet>>,
    pub(super) private: Vec<Handle<Subnet>>,
    /// One in each zone that has one.
    pub(super) nats: Vec<(Zone, Handle<NatGateway>)>,
}

const fn subnet_cidr(tier: Tier, zone: Zone) -> Cidr {
    let third = match (tier, zone) {
        (Tier::Public, Zone::A) => 0,
        (Tier::Public, Zone::B) => 1,
        (Tier::Private, Zone::A) => 10,
        (Tier::Private, Zone::B) => 11,
    };
    Cidr::of([10, 0, third, 0], 24)
}

pub(super) fn add(t: &mut Topology, settings: &Settings) -> Network {
    let vpc = t.add(
        Id::Vpc,
        Vpc {
            cidr: VPC_CIDR,
            dns_hostnames: true,
            dns_support: true,
        },
    );
    t.add(Id::VpcDefaults, VpcDefaults { vpc });
    let gateway = t.add(Id::InternetGateway, InternetGateway);
    t.add(Id::GatewayAttachment, GatewayAttachment { gateway, vpc });

    let mut subnets = |tier| {
        Zone::ALL.map(|zone| {
            let cidr = subnet_cidr(tier, zone);
            t.add(
                Id::Subnet(tier, zone),
                Subnet {
                    vpc,
                    tier,
                    zone,
                    cidr,
                    public_addresses: false,
                },
            )
        })
    };
    let public = subnets(Tier::Public);
    let private = subnets(Tier::Private);

    let table = t.add(
        Id::PublicRouteTable,
        RouteTable {
            vpc,
            subnets: public.to_vec(),
        },
    );
    let via = Via::Gateway(gateway);
    t.add(
        Id::PublicRoute,
        Route {
            table,
            destination: Cidr::ANYWHERE,
            via,
        },
    );

    let nat_a = add_nat(t, Zone::A, public[0]);
    let mut nats = vec![(Zone::A, nat_a)];
    let nat_b = match settings.nat {
        Nat::PerZone => {
            let nat_b = add_nat(t, Zone::B, public[1]);
            nats.push((Zone::B, nat_b));
            nat_b
        }
        Nat::Single => nat_a,
    };
    let mut tables = Vec::new();
    for (zone, subnet, nat) in [(Zone::A, private[0], nat_a), (Zone::B, private[1], nat_b)] {
        let table = t.add(
            Id::PrivateRouteTable(zone),
            RouteTable {
                vpc,
                subnets: vec![subnet],
            },
        );
        let via = Via::Nat(nat);
        t.add(
            Id::PrivateRoute(zone),
            Route {
                table,
                destination: Cidr::ANYWHERE,
                via,
            },
        );
        tables.push(table);
    }
    t.add(Id::S3Endpoint, Endpoint { vpc, tables });

    Network {
        vpc,
        public: public.to_vec(),
        private: private.to_vec(),
        nats,
    }
}

fn add_nat(t: &mut Topology, zone: Zone, subnet: Handle<Subnet>) -> Handle<NatGateway> {
    let address = t.add(Id::Address(zone), Address);
    t.add(Id::NatGateway(zone), NatGateway { subnet, address })
}
