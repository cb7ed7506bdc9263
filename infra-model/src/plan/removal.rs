//! What of ours the topology no longer has, and what must stay nevertheless.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::id::{Id, Kind};
use crate::names::{RELEASES, release_key};
use crate::observed::{Found, Key, State};
use crate::plan::draft::{Draft, Drafted, interrupts};
use crate::plan::{Action, ProblemKind, Step};
use crate::topology::Resource;

/// Releases that stay for rollback.
const KEPT_RELEASES: usize = 5;

pub(super) fn decide(draft: &mut Draft<'_>) {
    let mut going: Vec<&Found> = draft
        .observed
        .resources
        .iter()
        .filter(|it| goes(draft, it))
        .collect();
    let kept = keep_used(draft, &mut going);
    for (found, user) in kept {
        let user_said = draft.said(user);
        let (what, remedy) = match draft.is_ours(user) {
            true => (format!("{user_said} stays and uses it"), "look there"),
            false => (
                format!("{user_said} is not ours and uses it, so it stays"),
                "delete that first, or move it elsewhere",
            ),
        };
        draft.problem(ProblemKind::Refused, &called(draft, found), what, remedy);
    }
    keep_bucket(draft, &mut going);
    let alone = going
        .iter()
        .copied()
        .filter(|found| !goes_with_its_whole(draft, found, &going));
    let going: Vec<&Found> = alone.chain(old_releases(draft)).collect();
    for found in going {
        let id = id_of(draft, found);
        let purge =
            matches!(found.state, State::Bucket(_)) && draft.topology.choices().purge_bucket;
        let (item, from) = (found.id.clone(), found.state.clone());
        let action = Action::Delete { item, from, purge };
        let step = Step {
            id,
            kind: found.kind(),
            name: called(draft, found),
            interrupts: interrupts(found.kind(), &action),
            action,
            after: Vec::new(),
            reason: reason(draft, found, id),
        };
        draft.drafted.push(Drafted {
            wanted: None,
            found: Some(found),
            step,
        });
    }
}

/// Ours, and no resource of the topology.
fn goes(draft: &Draft<'_>, found: &Found) -> bool {
    let key = found.key();
    if draft.bound.contains(&key) || draft.foreign.contains(&key) {
        return false;
    }
    if found.kind().is_tagged() {
        return draft.is_ours(found);
    }
    let Some(parent) = found.parent() else {
        return false;
    };
    if found.kind() == Kind::Object {
        return false;
    }
    let Some(parent) = draft.index.get(&parent) else {
        return false;
    };
    draft.bound.contains(&parent.key()) || goes(draft, parent)
}

/// Takes out what someone else's resources use, and what that uses in turn.
fn keep_used<'a>(draft: &Draft<'a>, going: &mut Vec<&'a Found>) -> Vec<(&'a Found, &'a Found)> {
    let mut kept = Vec::new();
    loop {
        let keys: BTreeSet<Key> = going.iter().map(|found| found.key()).collect();
        let stays = |other: &Found| {
            let key = other.key();
            let ends = keys.contains(&key)
                || draft.bound.contains(&key)
                || other
                    .parent()
                    .is_some_and(|parent| !other.kind().is_tagged() && keys.contains(&parent));
            // AWS lets go what these name.
            !ends && !matches!(other.kind(), Kind::LaunchTemplate | Kind::Object)
        };
        let used = going.iter().enumerate().find_map(|(index, found)| {
            let user = draft.referring(&found.key()).find(|other| stays(other))?;
            Some((index, user))
        });
        let Some((index, user)) = used else {
            return kept;
        };
        kept.push((going.remove(index), user));
    }
}

/// A bucket goes only when it is empty, or when its content may go too.
fn keep_bucket(draft: &mut Draft<'_>, going: &mut Vec<&Found>) {
    let purge = draft.topology.choices().purge_bucket;
    going.retain(|found| {
        let full = matches!(&found.state, State::Bucket(bucket) if bucket.holds_content);
        if full && !purge {
            let what = "the bucket holds files, so it stays".to_owned();
            let remedy = "delete it with its files by --purge-bucket";
            draft.problem(ProblemKind::Notice, &called(draft, found), what, remedy);
        }
        purge || !full
    });
}

/// Parts that AWS removes with their whole need no step; the others must go before it.
fn goes_with_its_whole(draft: &Draft<'_>, found: &Found, going: &[&Found]) -> bool {
    let Some(parent) = found.parent() else {
        return false;
    };
    let whole_goes = going.iter().any(|other| other.key() == parent);
    let replaced = draft.drafted.iter().any(|one| {
        matches!(one.step.action, Action::Replace { .. })
            && one.found.is_some_and(|other| other.key() == parent)
    });
    let silent = matches!(
        found.kind(),
        Kind::VpcDefaults | Kind::Listener | Kind::ScalingPolicy
    );
    replaced || (whole_goes && silent)
}

/// Releases beyond the newest, unless a template version in use names them.
fn old_releases<'a>(draft: &Draft<'a>) -> Vec<&'a Found> {
    let Some(entry) = draft.topology.entry(Id::Release) else {
        return Vec::new();
    };
    let Resource::Object(wanted) = &entry.resource else {
        return Vec::new();
    };
    let mut kept: BTreeSet<String> = draft.releases_in_use().into_iter().collect();
    kept.insert(wanted.sha256.to_string());
    let kept_keys: BTreeSet<String> = kept
        .into_iter()
        .filter_map(|sha| crate::values::Sha256::new(sha).ok())
        .map(|sha| release_key(&sha))
        .collect();

    let Some(bucket) = draft.existing(Id::Bucket) else {
        return Vec::new();
    };
    let mut releases: Vec<(&Found, &str, u64)> = draft
        .observed
        .resources
        .iter()
        .filter(|found| found.parent().as_ref() == Some(&bucket))
        .filter_map(|found| match &found.state {
            State::Object(object) if object.key.starts_with(RELEASES) => {
                Some((found, object.key.as_str(), object.modified))
            }
            _ => None,
        })
        .collect();
    // The release of this deployment is the newest, whenever it was first uploaded.
    releases.retain(|(_, key, _)| *key != wanted.key);
    releases.sort_by_key(|(_, key, modified)| (Reverse(*modified), *key));
    let old = releases.into_iter().skip(KEPT_RELEASES - 1);
    old.filter(|(_, key, _)| !kept_keys.contains(*key))
        .map(|(found, ..)| found)
        .collect()
}

fn id_of(draft: &Draft<'_>, found: &Found) -> Option<Id> {
    let stage = &draft.topology.settings().stage;
    if let Some(id) = found.tags.id_in(stage) {
        return Some(id);
    }
    let whole = draft.index.get(&found.parent()?)?.tags.id_in(stage)?;
    Id::all().find(|id| id.kind() == found.kind() && part_of(*id) == Some(whole))
}

/// What a part is a part of.
fn part_of(id: Id) -> Option<Id> {
    Some(match id {
        Id::RolePolicies => Id::Role,
        Id::VpcDefaults => Id::Vpc,
        Id::GatewayAttachment => Id::InternetGateway,
        Id::PublicRoute => Id::PublicRouteTable,
        Id::PrivateRoute(zone) => Id::PrivateRouteTable(zone),
        Id::BalancerRules => Id::BalancerGroup,
        Id::AppRules => Id::AppGroup,
        Id::ScalingPolicy => Id::AutoScalingGroup,
        _ => return None,
    })
}

/// A part goes by its whole's name.
fn called(draft: &Draft<'_>, found: &Found) -> String {
    let whole = found.parent().filter(|_| !found.kind().is_tagged());
    match (&found.state, whole.and_then(|key| draft.index.get(&key))) {
        (State::Object(object), _) => object.key.clone(),
        (State::ScalingPolicy(policy), _) => policy.name.clone(),
        (_, Some(whole)) => called(draft, whole),
        _ => found.called().unwrap_or(&found.id.0).to_owned(),
    }
}

fn reason(draft: &Draft<'_>, found: &Found, id: Option<Id>) -> String {
    match (found.kind(), id) {
        (Kind::Object, _) => format!("it is older than the {KEPT_RELEASES} newest releases"),
        _ if draft.topology.entries().is_empty() => "nothing is to be left".to_owned(),
        (_, Some(id)) if draft.topology.entry(id).is_some() => {
            "the topology has another one".to_owned()
        }
        _ => "the topology does not have it".to_owned(),
    }
}
