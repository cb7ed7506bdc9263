//! What a step does, kind by kind. Each function ensures a state: running it again, or after a
//! part of it was done, ends in the same state.
//!
//! One file for each concern. Each kind has a `create` that returns what AWS calls the new
//! resource, an `update` of only the attributes that change, and a `delete` that ends when it is
//! gone; those that take time to work have a `ready`.

mod address;
mod alarm;
mod attachment;
mod balancer;
mod blockers;
mod bucket;
mod endpoint;
mod fleet;
mod gateway;
mod group;
mod key_pair;
mod lifecycle;
mod listener;
mod nat;
mod object;
mod policies;
mod profile;
mod purge;
mod role;
mod route;
mod rules;
mod scaling;
mod subnet;
mod table;
mod tags;
mod targets;
mod template;
mod topic;
mod vpc;

pub use bucket::ensure_bucket;

use std::collections::BTreeMap;

use infra_model::id::Id;
use infra_model::observed::{AwsId, State};
use infra_model::plan::{Action, Change};
use infra_model::tags::Tags;

use crate::apply::{Doing, Error};

/// Does a step. Returns what AWS calls the resource.
pub(crate) async fn step(doing: &Doing<'_>, made: &BTreeMap<Id, AwsId>) -> Result<AwsId, Error> {
    let resolved = |state: &State| {
        let mut state = state.clone();
        state.resolve(&|id| made.get(&id).cloned());
        state
    };
    match &doing.step.action {
        Action::Create { tags, to } => create(doing, &resolved(to), tags, None).await,
        Action::Update {
            item,
            tags,
            from,
            to,
            changes,
        } => {
            tags::change(doing, item, tags, changes).await?;
            update(doing, item, from, &resolved(to), changes).await?;
            ready(doing, item).await?;
            Ok(item.clone())
        }
        Action::Replace {
            item,
            tags,
            from,
            to,
            changes: _,
        } => {
            delete(doing, item, from, false).await?;
            create(doing, &resolved(to), tags, Some(item)).await
        }
        Action::Delete { item, from, purge } => {
            delete(doing, item, from, *purge).await?;
            Ok(item.clone())
        }
        Action::Nothing { item, pending: _ } => {
            ready(doing, item).await?;
            Ok(item.clone())
        }
    }
}

async fn create(
    doing: &Doing<'_>,
    to: &State,
    tags: &Tags,
    predecessor: Option<&AwsId>,
) -> Result<AwsId, Error> {
    match to {
        State::Bucket(it) => bucket::create(doing, it, tags).await?,
        State::Role(it) => return role::create(doing, it, tags).await,
        State::InstanceProfile(it) => return profile::create(doing, it, tags).await,
        State::KeyPair(it) => return key_pair::create(doing, it, tags).await,
        State::Vpc(it) => return vpc::create(doing, it, tags).await,
        State::InternetGateway => return gateway::create(doing, tags).await,
        State::Subnet(it) => return subnet::create(doing, it, tags).await,
        State::Address => return address::create(doing, tags).await,
        State::NatGateway(it) => return nat::create(doing, it, tags, predecessor).await,
        State::RouteTable(it) => return table::create(doing, it, tags, predecessor).await,
        State::Endpoint(it) => return endpoint::create(doing, it, tags, predecessor).await,
        State::SecurityGroup(it) => return group::create(doing, it, tags).await,
        State::TargetGroup(it) => return targets::create(doing, it, tags).await,
        State::LoadBalancer(it) => return balancer::create(doing, it, tags).await,
        State::Listener(it) => return listener::create(doing, it, tags).await,
        State::LaunchTemplate(it) => return template::create(doing, it, tags, predecessor).await,
        State::AutoScalingGroup(it) => return fleet::create(doing, it, tags).await,
        State::Topic(it) => return topic::create(doing, it, tags).await,
        State::Alarm(it) => return alarm::create(doing, it, tags).await,
        State::Object(it) => object::create(doing, it).await?,
        State::RolePolicies(it) => policies::create(doing, it).await?,
        State::VpcDefaults(it) => vpc::empty_defaults(doing, it).await?,
        State::GatewayAttachment(it) => attachment::create(doing, it).await?,
        State::Route(it) => route::create(doing, it).await?,
        State::GroupRules(it) => rules::set(doing, it).await?,
        State::ScalingPolicy(it) => scaling::put(doing, it).await?,
    }
    // A part's id follows from its whole's.
    Ok(to
        .part_id()
        .unwrap_or_else(|| AwsId(doing.step.name.clone())))
}

async fn update(
    doing: &Doing<'_>,
    item: &AwsId,
    from: &State,
    to: &State,
    changes: &[Change],
) -> Result<(), Error> {
    match (from, to) {
        (_, State::Bucket(to)) => bucket::update(doing, to, changes).await,
        (_, State::Object(to)) => object::overwrite(doing, to).await,
        (_, State::Role(to)) => role::update(doing, to, changes).await,
        (State::RolePolicies(from), State::RolePolicies(to)) => {
            policies::update(doing, from, to, changes).await
        }
        (State::InstanceProfile(from), State::InstanceProfile(to)) => {
            profile::update(doing, from, to).await
        }
        (_, State::Vpc(to)) => vpc::update(doing, item, to, changes).await,
        (_, State::VpcDefaults(to)) => vpc::empty_defaults(doing, to).await,
        (_, State::Subnet(to)) => subnet::update(doing, item, to, changes).await,
        (_, State::RouteTable(to)) => table::associate(doing, item, to).await,
        (_, State::Route(to)) => route::replace(doing, to).await,
        (State::Endpoint(from), State::Endpoint(to)) => {
            endpoint::update(doing, item, from, to).await
        }
        (_, State::GroupRules(to)) => rules::set(doing, to).await,
        (_, State::TargetGroup(to)) => targets::update(doing, item, to, changes).await,
        (_, State::LoadBalancer(to)) => balancer::update(doing, item, to, changes).await,
        (_, State::Listener(to)) => listener::update(doing, item, to, changes).await,
        (_, State::LaunchTemplate(to)) => template::update(doing, item, to, changes).await,
        (State::AutoScalingGroup(from), State::AutoScalingGroup(to)) => {
            fleet::update(doing, item, from, to, changes).await
        }
        (_, State::ScalingPolicy(to)) => scaling::put(doing, to).await,
        (State::Topic(from), State::Topic(to)) => {
            topic::update(doing, item, from, to, changes).await
        }
        (_, State::Alarm(to)) => alarm::update(doing, to, changes).await,
        // What is left has tags, and nothing else that changes in place.
        _ => Ok(()),
    }
}

async fn delete(doing: &Doing<'_>, item: &AwsId, from: &State, purge: bool) -> Result<(), Error> {
    match from {
        State::Bucket(_) => purge::delete(doing, item, purge).await,
        State::Object(it) => object::delete(doing, it).await,
        State::Role(_) => role::delete(doing, item).await,
        State::RolePolicies(it) => policies::delete(doing, it).await,
        State::InstanceProfile(_) => profile::delete(doing, item).await,
        State::KeyPair(_) => key_pair::delete(doing, item).await,
        State::Vpc(_) => vpc::delete(doing, item).await,
        // AWS deletes them with their VPC.
        State::VpcDefaults(_) => Ok(()),
        State::InternetGateway => gateway::delete(doing, item).await,
        State::GatewayAttachment(it) => attachment::delete(doing, it).await,
        State::Subnet(_) => subnet::delete(doing, item).await,
        State::Address => address::delete(doing, item).await,
        State::NatGateway(_) => nat::delete(doing, item).await,
        State::RouteTable(_) => table::delete(doing, item).await,
        State::Route(it) => route::delete(doing, it).await,
        State::Endpoint(_) => endpoint::delete(doing, item).await,
        State::SecurityGroup(_) => group::delete(doing, item).await,
        State::GroupRules(it) => rules::clear(doing, it).await,
        State::TargetGroup(_) => targets::delete(doing, item).await,
        State::LoadBalancer(_) => balancer::delete(doing, item).await,
        State::Listener(_) => listener::delete(doing, item).await,
        State::LaunchTemplate(_) => template::delete(doing, item).await,
        State::AutoScalingGroup(_) => fleet::delete(doing, item).await,
        State::ScalingPolicy(it) => scaling::delete(doing, it).await,
        State::Topic(_) => topic::delete(doing, item).await,
        State::Alarm(_) => alarm::delete(doing, item).await,
    }
}

/// AWS counts in signed numbers.
fn number(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// Waits until it works, for kinds whose users need that.
async fn ready(doing: &Doing<'_>, item: &AwsId) -> Result<(), Error> {
    use infra_model::id::Kind;
    match doing.step.kind {
        Kind::NatGateway => nat::ready(doing, item).await,
        Kind::LoadBalancer => balancer::ready(doing, item).await,
        Kind::Endpoint => endpoint::ready(doing, item).await,
        _ => Ok(()),
    }
}
