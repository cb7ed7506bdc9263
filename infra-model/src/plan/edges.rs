//! What waits for what, and the order that follows.
//!
//! A resource waits for those that it refers to. [`waits_for`] is what references do not say;
//! deleting goes the other way round, and [`goes_after`] is what that does not say. Nothing
//! waits for more.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{Id, Kind};
use crate::observed::{Found, Key, State};
use crate::plan::draft::{Draft, Drafted};
use crate::plan::{Action, Plan, Step, fingerprint};

/// Whether `later` works only when `earlier` does, although it does not refer to it.
pub fn waits_for(later: Id, earlier: Id) -> bool {
    use Id::*;
    matches!(
        (later, earlier),
        // AWS makes a NAT gateway fail when its VPC has no gateway attached.
        (
            NatGateway(_) | PublicRoute | LoadBalancer,
            GatewayAttachment
        ) | (LaunchTemplate, Release)
            // What says that it is to be looked for is there before it is.
            | (AlarmTopic, Bucket)
            // Browsers are sent to HTTPS only when it answers.
            | (HttpListener, HttpsListener | BalancerRules)
            | (
                AutoScalingGroup,
                HttpListener
                    | HttpsListener
                    | PrivateRoute(_)
                    | S3Endpoint
                    | BalancerRules
                    | AppRules
                    | RolePolicies
                    | Release
                    | SampleData
            )
    )
}

/// Whether `later` can only be deleted when `earlier` is gone, although neither refers to the
/// other.
pub fn goes_after(later: Id, earlier: Id) -> bool {
    use Id::*;
    waits_for(earlier, later)
        || matches!(
            (later, earlier),
            // A listener goes with its load balancer, which therefore waits for the group.
            (LoadBalancer, AutoScalingGroup)
                | (GatewayAttachment, Address(_))
                | (
                    Subnet(..) | PublicRouteTable | PrivateRouteTable(_),
                    GatewayAttachment
                )
                | (PublicRoute, LoadBalancer)
                | (RolePolicies, InstanceProfile)
        )
        // The lock of whoever deletes lies in the bucket.
        || (later == Bucket && earlier.kind() != Kind::Object && earlier != Bucket)
}

/// The main route table is emptied when no subnet of ours uses it any more.
fn is_emptied_after(later: &Drafted<'_>, earlier: Id) -> bool {
    let empties = later.found.is_some_and(|found| {
        matches!(&found.state, State::VpcDefaults(defaults) if !defaults.main_routes.is_empty())
    });
    empties && matches!(earlier.kind(), Kind::RouteTable | Kind::Route)
}

fn signs_in(state: &State) -> bool {
    matches!(state, State::Listener(listener) if listener.sign_in.is_some())
}

/// Nobody is sent to sign in before the load balancer may ask the identity provider about it.
fn signs_in_after(later: &Drafted<'_>, earlier: Id) -> bool {
    let (Action::Create { to, .. } | Action::Update { to, .. } | Action::Replace { to, .. }) =
        &later.step.action
    else {
        return false;
    };
    signs_in(to) && earlier == Id::BalancerRules
}

/// The other way round: it may ask until nobody is sent there any more.
fn is_closed_after(later: &Drafted<'_>, earlier: Option<&Drafted<'_>>) -> bool {
    let earlier = earlier.filter(|it| it.wanted == Some(Id::HttpsListener));
    let Some(Action::Update { from, to, .. }) = earlier.map(|it| &it.step.action) else {
        return false;
    };
    later.wanted == Some(Id::BalancerRules) && signs_in(from) && !signs_in(to)
}

pub(super) fn order(draft: Draft<'_>) -> Plan {
    let after = dependencies(&draft);
    let sequence = sorted(&after);
    let place: BTreeMap<usize, usize> = sequence
        .iter()
        .enumerate()
        .map(|(place, index)| (*index, place))
        .collect();

    let mut drafted: Vec<Option<Step>> = Vec::new();
    for (index, one) in draft.drafted.into_iter().enumerate() {
        let mut step = one.step;
        step.after = after[index]
            .iter()
            .filter_map(|i| place.get(i).copied())
            .collect();
        step.after.sort_unstable();
        drafted.push(Some(step));
    }
    Plan {
        steps: sequence
            .iter()
            .filter_map(|index| drafted[*index].take())
            .collect(),
        problems: draft.problems,
        blocked: draft.blocked.into_iter().collect(),
        fingerprint: fingerprint(draft.observed),
    }
}

/// For each step, the steps that must be done before it.
fn dependencies(draft: &Draft<'_>) -> Vec<BTreeSet<usize>> {
    let steps = &draft.drafted;
    let by_id: BTreeMap<Id, usize> = indexed(steps, |one| one.wanted);
    let by_key: BTreeMap<Key, usize> = indexed(steps, |one| one.key());
    // The step that ends a resource's references: its own, or its whole's when it goes with it.
    let changed_by = |found: &Found| {
        let own = by_key.get(&found.key());
        own.or_else(|| found.parent().and_then(|parent| by_key.get(&parent)))
            .copied()
    };

    let mut after = vec![BTreeSet::new(); steps.len()];
    for (index, one) in steps.iter().enumerate() {
        match &one.step.action {
            Action::Nothing { .. } => {}
            Action::Create { to, .. } | Action::Update { to, .. } | Action::Replace { to, .. } => {
                let referred = to
                    .references()
                    .into_iter()
                    .filter_map(|(kind, to)| match to {
                        crate::observed::Ref::Planned(id) => by_id.get(id).copied(),
                        crate::observed::Ref::Existing(id) => {
                            by_key.get(&(kind, id.clone())).copied()
                        }
                    });
                after[index].extend(referred);
                after[index].extend(by_id.iter().filter_map(|(id, earlier)| {
                    let waits = one.wanted.is_some_and(|later| waits_for(later, *id))
                        || is_emptied_after(one, *id)
                        || signs_in_after(one, *id)
                        || is_closed_after(one, by_id.get(id).map(|index| &steps[*index]));
                    waits.then_some(*earlier)
                }));
            }
            Action::Delete { from, .. } => {
                let Some(found) = one.found else { continue };
                let referring = draft.referring(&found.key());
                after[index].extend(referring.filter_map(changed_by));
                after[index].extend(steps.iter().enumerate().filter_map(|(earlier, other)| {
                    let goes = matches!(other.step.action, Action::Delete { .. })
                        && one
                            .step
                            .id
                            .zip(other.step.id)
                            .is_some_and(|(l, e)| goes_after(l, e));
                    goes.then_some(earlier)
                }));
                if one.step.id == Some(Id::HttpsListener) {
                    // Browsers are sent to HTTPS until the other listener serves again.
                    after[index].extend(by_id.get(&Id::HttpListener));
                }
                if matches!(from, State::Object(_)) {
                    // An old release stays until the new one runs everywhere.
                    after[index].extend(by_id.get(&Id::AutoScalingGroup));
                }
            }
        }
        after[index].remove(&index);
        after[index].retain(|earlier| is_awaited(&steps[*earlier].step.action));
    }
    after
}

/// Nothing waits for a resource that is ready as it is.
fn is_awaited(action: &Action) -> bool {
    !matches!(action, Action::Nothing { pending: false, .. })
}

fn indexed<K: Ord>(
    steps: &[Drafted<'_>],
    key: impl Fn(&Drafted<'_>) -> Option<K>,
) -> BTreeMap<K, usize> {
    steps
        .iter()
        .enumerate()
        .filter_map(|(index, one)| Some((key(one)?, index)))
        .collect()
}

/// The steps so that each comes after those that it waits for; otherwise as they were drafted.
fn sorted(after: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut waiting: BTreeSet<usize> = (0..after.len()).collect();
    let mut sequence = Vec::with_capacity(after.len());
    let mut done = vec![false; after.len()];
    while let Some(next) = waiting
        .iter()
        .copied()
        .find(|index| after[*index].iter().all(|earlier| done[*earlier]))
    {
        waiting.remove(&next);
        done[next] = true;
        sequence.push(next);
    }
    debug_assert!(waiting.is_empty(), "the kinds' references have no cycle");
    sequence
}
