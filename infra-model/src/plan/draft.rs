//! One resource after another: what is to be done about it.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{Id, Kind};
use crate::observed::{Found, Key, Observed, Ref, State, Status};
use crate::plan::adopt;
use crate::plan::compare::{self, Attribute, Change};
use crate::plan::identity::Match;
use crate::plan::index::Index;
use crate::plan::template::TemplateChoice;
use crate::plan::wanted::{self, Known};
use crate::plan::{Action, Problem, ProblemKind, Step};
use crate::tags::{self, Tags};
use crate::topology::{Entry, Resource, Topology};

/// A step whose place is not yet known.
pub(super) struct Drafted<'a> {
    /// The resource of the topology that it makes so; nothing for what goes.
    pub(super) wanted: Option<Id>,
    pub(super) found: Option<&'a Found>,
    pub(super) step: Step,
}

impl Drafted<'_> {
    /// What AWS calls the resource, or will.
    pub(super) fn key(&self) -> Option<Key> {
        let named = || {
            self.step
                .kind
                .is_named_by_id()
                .then(|| self.step.name.as_str().into())
        };
        let id = self.found.map(|found| found.id.clone()).or_else(named)?;
        Some((self.step.kind, id))
    }
}

/// The plan while it is being made.
pub(super) struct Draft<'a> {
    pub(super) topology: &'a Topology,
    pub(super) observed: &'a Observed,
    pub(super) index: &'a Index<'a>,
    pub(super) drafted: Vec<Drafted<'a>>,
    pub(super) problems: Vec<Problem>,
    pub(super) blocked: BTreeSet<Id>,
    /// Items that are resources of the topology.
    pub(super) bound: BTreeSet<Key>,
    /// Items that have the name of a resource of the topology, and are not ours.
    pub(super) foreign: BTreeSet<Key>,
    /// Items that are made anew; their parts go with them.
    pub(super) renewed: BTreeSet<Key>,
    refs: BTreeMap<Id, Ref>,
    pub(super) template: TemplateChoice,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        topology: &'a Topology,
        observed: &'a Observed,
        index: &'a Index<'a>,
    ) -> Self {
        Self {
            topology,
            observed,
            index,
            drafted: Vec::new(),
            problems: Vec::new(),
            blocked: BTreeSet::new(),
            bound: BTreeSet::new(),
            foreign: BTreeSet::new(),
            renewed: BTreeSet::new(),
            refs: BTreeMap::new(),
            template: TemplateChoice::default(),
        }
    }

    /// The items that refer to this one.
    pub(super) fn referring(&self, key: &Key) -> impl Iterator<Item = &'a Found> + use<'a> {
        self.index.referring(key).iter().copied()
    }

    /// Whether it carries the tags that make it ours.
    pub(super) fn is_ours(&self, found: &Found) -> bool {
        found
            .tags
            .resource_in(&self.topology.settings().stage)
            .is_some()
    }

    /// Kind and name of an item; a part goes by its whole.
    pub(super) fn said(&self, found: &Found) -> String {
        let whole = found.parent().filter(|_| !found.kind().is_tagged());
        let whole = whole.and_then(|key| self.index.get(&key)).unwrap_or(found);
        let name = whole.called().unwrap_or(&whole.id.0);
        format!("{} {name}", whole.kind().words())
    }

    pub(super) fn problem(&mut self, kind: ProblemKind, name: &str, what: String, remedy: &str) {
        let (name, remedy) = (name.to_owned(), remedy.to_owned());
        self.problems.push(Problem {
            kind,
            name,
            what,
            remedy,
        });
    }

    /// Where a resource of the topology is, if AWS holds it.
    pub(super) fn existing(&self, id: Id) -> Option<Key> {
        let at = self.refs.get(&id)?.existing()?;
        let key = (id.kind(), at.clone());
        self.bound.contains(&key).then_some(key)
    }

    pub(super) fn known<'k>(&'k self, image: &'k str) -> Known<'k> {
        Known {
            topology: self.topology,
            refs: &self.refs,
            image,
            version: self.template.wanted,
        }
    }

    /// Decides what is to be done about one resource of the topology. Those that it refers to
    /// have been decided.
    pub(super) fn decide(&mut self, entry: &'a Entry) {
        let wanted = wanted::state(&entry.resource, &self.known(""));
        let matched = self.find(entry, &wanted);
        if let Match::Ours(found) | Match::Adopted(found) = matched {
            self.bound.insert(found.key());
            self.refs.insert(entry.id, Ref::Existing(found.id.clone()));
        } else if entry.id.kind().is_named_by_id() {
            self.refs
                .insert(entry.id, Ref::Existing(entry.name.as_str().into()));
        }
        if let Match::Foreign(found) = matched {
            self.foreign.insert(found.key());
        }
        if self.needs_blocked(entry.id, &wanted) {
            self.blocked.insert(entry.id);
            return;
        }

        // A template is compared with all its versions, and a new one needs an image.
        let wanted = match &entry.resource {
            Resource::LaunchTemplate(template) => match self.choose_version(template, &matched) {
                Some(state) => state,
                None => return self.block_without_image(entry),
            },
            _ => wanted,
        };
        match matched {
            Match::Foreign(found) => self.report_foreign(entry, found),
            Match::Absent => self.create(entry, wanted),
            Match::Ours(found) => self.compare(entry, found, wanted, false),
            Match::Adopted(found) => self.compare(entry, found, wanted, true),
        }
    }

    /// Whether a problem stands before something that it needs.
    fn needs_blocked(&self, id: Id, wanted: &State) -> bool {
        let refers = wanted.references().into_iter().any(|(kind, reference)| {
            self.blocked.iter().any(|blocked| {
                blocked.kind() == kind
                    && self.refs.get(blocked).unwrap_or(&Ref::Planned(*blocked)) == reference
            })
        });
        refers
            || self
                .blocked
                .iter()
                .any(|blocked| super::waits_for(id, *blocked))
    }

    fn refuse(&mut self, entry: &Entry, what: String, remedy: &str) {
        self.blocked.insert(entry.id);
        self.problem(ProblemKind::Refused, &entry.name, what, remedy);
    }

    fn report_foreign(&mut self, entry: &Entry, found: &Found) {
        self.blocked.insert(entry.id);
        let (name, kind) = (&entry.name, entry.id.kind().words());
        if let State::Bucket(bucket) = &found.state
            && bucket.is_someone_elses
        {
            let what = "it belongs to another AWS account, or your credentials may not look at it \
                        (s3:ListBucket)"
                .to_owned();
            let remedy = "bucket names are global: choose another with --bucket";
            return self.problem(ProblemKind::Foreign, name, what, remedy);
        }
        let what = format!("{kind} {} has this name and not our tags", found.id);
        let remedy = "rename or delete it, use another --stage, or take it over with --adopt";
        self.problem(ProblemKind::Foreign, name, what, remedy);
    }

    fn block_without_image(&mut self, entry: &Entry) {
        let parameter = self.topology.settings().image.parameter();
        let what = format!("the newest image is not known: SSM did not return {parameter}");
        let remedy = "check that the region has it and that ssm:GetParameters is allowed";
        self.refuse(entry, what, remedy);
    }

    fn create(&mut self, entry: &Entry, to: State) {
        if let Some((what, remedy)) = self.collision(&to, None) {
            return self.refuse(entry, what, remedy);
        }
        if !entry.id.kind().is_named_by_id() {
            self.refs.insert(entry.id, Ref::Planned(entry.id));
        }
        let action = Action::Create {
            tags: self.topology.tags(entry.id),
            to,
        };
        self.push(entry, None, action, "it does not exist yet".to_owned());
    }

    fn compare(&mut self, entry: &Entry, found: &'a Found, to: State, adopted: bool) {
        let mut changes = match (&found.state, &to) {
            (State::LaunchTemplate(have), State::LaunchTemplate(want)) => {
                self.template_changes(have, want)
            }
            (have, want) => compare::states(have, want),
        };
        changes.extend(self.renewed_secret(&found.state, &to));
        let mut tags = self.topology.tags(entry.id);
        let accepts = adopted || found.tags.get(tags::ADOPTED).is_some();
        if accepts && changes.iter().any(|change| change.attribute.is_accepted()) {
            tags.set(tags::ADOPTED, "accepted as found");
            changes.retain(|change| !change.attribute.is_accepted());
        }
        let is_fixed = changes.iter().any(|change| change.attribute.is_fixed());
        if entry.id.kind().is_tagged() {
            changes.extend(compare::tags(&found.tags, &tags));
        }

        if matches!(found.status, Status::Failed | Status::Deleting) {
            return self.renew(entry, found, to, tags, changes);
        }
        if is_fixed {
            return self.replace(entry, found, to, tags, changes);
        }
        let associates = changes
            .iter()
            .any(|it| it.attribute == Attribute::Associations);
        if let Some((what, remedy)) = self.taken_subnet(&to).filter(|_| associates) {
            return self.refuse(entry, what, remedy);
        }
        let is_asked_otherwise = changes
            .iter()
            .any(|it| it.attribute == Attribute::HealthPath);
        if adopted
            && is_asked_otherwise
            && let Some(group) = adopt::ended_by_health_check(self, found)
        {
            let what = format!(
                "another health check path would have {} end the instances that serve now, for it goes \
                 by the load balancer's checks",
                self.said(group)
            );
            return self.refuse(entry, what, CHECK_LATER);
        }
        let (item, from) = (found.id.clone(), found.state.clone());
        if changes.is_empty() {
            let pending = found.status == Status::Pending;
            let reason = if pending {
                "it is as it should be, and starting"
            } else {
                "as it should be"
            };
            return self.push(
                entry,
                Some(found),
                Action::Nothing { item, pending },
                reason.to_owned(),
            );
        }
        let reason = match adopted {
            true => "it is taken over".to_owned(),
            false => update_reason(&changes),
        };
        let action = Action::Update {
            item,
            tags,
            from,
            to,
            changes,
        };
        self.push(entry, Some(found), action, reason);
    }

    /// The secret is told again when that is asked for; AWS shows neither the old nor the new one.
    fn renewed_secret(&self, have: &State, want: &State) -> Option<Change> {
        let signs_in = |it: &State| matches!(it, State::Listener(it) if it.sign_in.is_some());
        let renews = self.topology.choices().renew_client_secret;
        let (from, to) = ("not shown".to_owned(), "as given".to_owned());
        (renews && signs_in(have) && signs_in(want))
            .then(|| Change::of(Attribute::ClientSecret, from, to))
    }

    /// What does not work, and never will, is made anew, unless that takes away others' parts of
    /// it, or what holds it still.
    fn renew(
        &mut self,
        entry: &Entry,
        found: &'a Found,
        to: State,
        tags: Tags,
        changes: Vec<Change>,
    ) {
        let (what, reason) = match found.status {
            Status::Deleting => ("it is being deleted", "it is being deleted"),
            _ => ("it failed", "it failed, and will not recover"),
        };
        let key = found.key();
        let is_part = |it: &Found| it.parent().as_ref() == Some(&key);
        let (parts, users): (Vec<&Found>, Vec<&Found>) =
            self.referring(&key).partition(|it| is_part(it));
        let theirs = parts
            .into_iter()
            .find(|it| it.kind().is_tagged() && !self.is_ours(it));
        if let Some(part) = theirs {
            let what = format!("{what}, and {} is part of it and not ours", self.said(part));
            let remedy = "delete that first, or wait until both are gone";
            return self.refuse(entry, what, remedy);
        }
        let kind = entry.id.kind();
        let user = users.first().filter(|_| !replaces_under_users(kind));
        if kind == Kind::Bucket || user.is_some() {
            let by = user.map_or_else(
                || "it may hold files".to_owned(),
                |user| format!("{} uses it", self.said(user)),
            );
            return self.refuse(entry, format!("{what}, and {by}"), START_AFRESH);
        }
        self.make_anew(entry, found, to, tags, changes, reason.to_owned());
    }

    /// What cannot change in place is made anew, unless that takes away what others use.
    fn replace(
        &mut self,
        entry: &Entry,
        found: &'a Found,
        to: State,
        tags: Tags,
        changes: Vec<Change>,
    ) {
        let kind = entry.id.kind();
        let key = found.key();
        let user = self
            .referring(&key)
            .find(|other| other.kind().is_tagged() || other.parent().as_ref() != Some(&key))
            .filter(|_| !replaces_under_users(kind));
        let fixed: Vec<&Change> = changes.iter().filter(|c| c.attribute.is_fixed()).collect();
        let list = fixed
            .iter()
            .map(|c| c.to_string())
            .collect::<Vec<_>>()
            .join(", ");
        if kind == Kind::Bucket || user.is_some() {
            let by = user.map_or_else(
                || "it would lose its files".to_owned(),
                |user| format!("{} uses it", self.said(user)),
            );
            let what = format!("{list} cannot change in place, and {by}");
            let remedy = match kind {
                Kind::Bucket => "choose another --bucket, or the region that it lies in",
                _ => START_AFRESH,
            };
            return self.refuse(entry, what, remedy);
        }
        let names = fixed
            .iter()
            .map(|c| c.attribute.to_string())
            .collect::<Vec<_>>()
            .join(", ");
        let reason = format!("{names} cannot change in place");
        self.make_anew(entry, found, to, tags, changes, reason);
    }

    /// The step that makes another in its place, unless what that would be is taken.
    fn make_anew(
        &mut self,
        entry: &Entry,
        found: &'a Found,
        to: State,
        tags: Tags,
        changes: Vec<Change>,
        reason: String,
    ) {
        if let Some((what, remedy)) = self.collision(&to, Some(found)) {
            return self.refuse(entry, what, remedy);
        }
        self.unbind(entry, found);
        let action = Action::Replace {
            item: found.id.clone(),
            tags,
            from: found.state.clone(),
            to,
            changes,
        };
        self.push(entry, Some(found), action, reason);
    }

    /// From here on, references lead to the new one, which has no parts yet.
    fn unbind(&mut self, entry: &Entry, found: &Found) {
        self.renewed.insert(found.key());
        if !entry.id.kind().is_named_by_id() {
            self.refs.insert(entry.id, Ref::Planned(entry.id));
        }
    }

    fn push(&mut self, entry: &Entry, found: Option<&'a Found>, action: Action, reason: String) {
        let kind = entry.id.kind();
        let interrupts = interrupts(kind, &action);
        let (id, name) = (Some(entry.id), entry.name.clone());
        let step = Step {
            id,
            kind,
            name,
            action,
            after: Vec::new(),
            interrupts,
            reason,
        };
        self.drafted.push(Drafted {
            wanted: Some(entry.id),
            found,
            step,
        });
    }
}

const CHECK_LATER: &str = "set its health check type to EC2 (`aws autoscaling \
     update-auto-scaling-group --health-check-type EC2`); when the new release runs, deploy sets it back";

const START_AFRESH: &str =
    "run `destroy`, then `deploy`; or deploy another --stage beside it and move over";

/// Kinds whose users notice nothing when it is deleted and made anew under its name.
fn replaces_under_users(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::NatGateway | Kind::KeyPair | Kind::Endpoint | Kind::GatewayAttachment
    )
}

/// Whether users notice: what stands between them and the dashboard goes away.
pub(super) fn interrupts(kind: Kind, action: &Action) -> bool {
    let serves = matches!(
        kind,
        Kind::LoadBalancer
            | Kind::Listener
            | Kind::TargetGroup
            | Kind::AutoScalingGroup
            | Kind::GatewayAttachment
    );
    serves && matches!(action, Action::Replace { .. } | Action::Delete { .. })
}

fn update_reason(changes: &[Change]) -> String {
    let only_tags = changes
        .iter()
        .all(|change| matches!(change.attribute, Attribute::Tag(_)));
    if only_tags {
        return "its tags were changed".to_owned();
    }
    // Another template may have the same number: it makes other instances all the same.
    let rolls = changes.iter().any(|change| {
        matches!(
            change.attribute,
            Attribute::Template | Attribute::TemplateVersion
        )
    });
    match rolls {
        true => "instances are replaced one after another".to_owned(),
        false => "it differs from the topology".to_owned(),
    }
}
