//! With `--adopt`: which item of someone else's a resource of the topology is.
//!
//! Names decide where there are names. What lies in the network is recognised through its VPC
//! and its routes, for a network that someone built by hand names nothing as we do.

use crate::id::{Id, Kind, Tier, Zone};
use crate::observed::{Found, Key, RouteTarget, State};
use crate::plan::draft::Draft;

/// Whether an item of the right name lies in the right VPC.
pub(super) fn fits(found: &Found, wanted: &State) -> bool {
    let vpc = |state: &State| {
        let references = state.references().into_iter();
        references
            .filter(|(kind, _)| *kind == Kind::Vpc)
            .find_map(|(_, at)| at.existing().cloned())
    };
    match vpc(wanted) {
        Some(wanted) => vpc(&found.state) == Some(wanted),
        None => !matches!(&found.state, State::Bucket(bucket) if bucket.is_someone_elses),
    }
}

pub(super) fn recognise<'a>(draft: &Draft<'a>, id: Id, wanted: &State) -> Option<&'a Found> {
    let free = |found: &&'a Found| {
        found.kind() == id.kind()
            && !found.tags.are_managed()
            && !draft.bound.contains(&found.key())
    };
    let candidates = draft.observed.resources.iter().filter(free);
    let vpc = draft.existing(Id::Vpc);
    let fitting = candidates.filter(|found| match id {
        Id::Vpc => holds_our_names(draft, found),
        Id::InternetGateway => vpc
            .as_ref()
            .is_some_and(|vpc| is_attached(draft, found, vpc)),
        Id::Subnet(tier, zone) => {
            fits(found, wanted) && vpc.is_some() && is_subnet(draft, found, tier, zone)
        }
        Id::Address(zone) => {
            nat_of(draft, zone).is_some_and(|nat| nat.references().contains(&found.key()))
        }
        Id::NatGateway(zone) => nat_of(draft, zone).is_some_and(|nat| nat.id == found.id),
        Id::PublicRouteTable => vpc.is_some() && fits(found, wanted) && leads_out(draft, found),
        Id::PrivateRouteTable(zone) => {
            let subnet = draft.existing(Id::Subnet(Tier::Private, zone));
            fits(found, wanted)
                && !leads_out(draft, found)
                && subnet.is_some_and(|subnet| found.references().contains(&subnet))
        }
        Id::S3Endpoint => match (&found.state, wanted) {
            (State::Endpoint(have), State::Endpoint(want)) => {
                vpc.is_some() && have.vpc == want.vpc && have.service == want.service
            }
            _ => false,
        },
        _ => false,
    });
    draft.fittest(fitting)
}

/// A hand-made VPC often has no name: it is the one in which the published names are.
fn holds_our_names(draft: &Draft<'_>, vpc: &Found) -> bool {
    let names =
        [Id::AppGroup, Id::BalancerGroup, Id::TargetGroup].map(|id| draft.topology.name(id));
    draft.referring(&vpc.key()).any(|found| {
        matches!(found.kind(), Kind::SecurityGroup | Kind::TargetGroup)
            && !found.tags.are_managed()
            && found
                .called()
                .is_some_and(|name| names.iter().any(|ours| ours == name))
    })
}

fn is_attached(draft: &Draft<'_>, gateway: &Found, vpc: &Key) -> bool {
    draft
        .referring(&gateway.key())
        .any(|found| found.kind() == Kind::GatewayAttachment && found.references().contains(vpc))
}

fn is_subnet(draft: &Draft<'_>, subnet: &Found, tier: Tier, zone: Zone) -> bool {
    let State::Subnet(state) = &subnet.state else {
        return false;
    };
    let tables = draft
        .referring(&subnet.key())
        .filter(|found| found.kind() == Kind::RouteTable);
    let routed_out = tables.into_iter().any(|table| leads_out(draft, table))
        || uses_main_table_out(draft, subnet);
    state.zone == draft.topology.zone_name(zone) && routed_out == (tier == Tier::Public)
}

/// A subnet without a table of its own uses the VPC's main one.
fn uses_main_table_out(draft: &Draft<'_>, subnet: &Found) -> bool {
    if draft
        .referring(&subnet.key())
        .any(|found| found.kind() == Kind::RouteTable)
    {
        return false;
    }
    subnet.references().iter().flat_map(|vpc| draft.referring(vpc)).any(|found| {
        matches!(&found.state, State::VpcDefaults(defaults) if !defaults.main_routes.is_empty())
    })
}

/// The group that would end instances which serve, if their target group's health check became
/// ours: what runs in a system built by hand does not answer it.
pub(super) fn ended_by_health_check<'a>(draft: &Draft<'a>, targets: &Found) -> Option<&'a Found> {
    let mut users = draft.referring(&targets.key());
    users.find(|user| match &user.state {
        State::AutoScalingGroup(group) => !draft.is_ours(user) && group.health_check == "ELB",
        _ => false,
    })
}

fn leads_out(draft: &Draft<'_>, table: &Found) -> bool {
    draft.referring(&table.key()).any(|found| {
        matches!(&found.state, State::Route(route) if matches!(route.target, RouteTarget::Gateway(_)))
    })
}

/// The NAT gateway in a zone's public subnet.
fn nat_of<'a>(draft: &Draft<'a>, zone: Zone) -> Option<&'a Found> {
    let subnet = draft.existing(Id::Subnet(Tier::Public, zone))?;
    draft
        .referring(&subnet)
        .find(|found| found.kind() == Kind::NatGateway && !found.tags.are_managed())
}
