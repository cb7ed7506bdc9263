//! One resource after another: which item of AWS it is, and what is to be done about it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::id::{Id, Kind};
use crate::observed::{Found, Key, Observed, Ref, State, Status};
use crate::plan::compare::{self, Attribute, Change};
use crate::plan::template::TemplateChoice;
use crate::plan::wanted::{self, Known};
use crate::plan::{Action, Problem, ProblemKind, Step, adopt};
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
    pub(super) drafted: Vec<Drafted<'a>>,
    pub(super) problems: Vec<Problem>,
    pub(super) blocked: BTreeSet<Id>,
    /// Items that are resources of the topology.
    pub(super) bound: BTreeSet<Key>,
    /// Items that have the name of a resource of the topology, and are not ours.
    pub(super) foreign: BTreeSet<Key>,
    /// Items that are made anew; their parts go with them.
    renewed: BTreeSet<Key>,
    refs: BTreeMap<Id, Ref>,
    referrers: BTreeMap<Key, Vec<&'a Found>>,
    pub(super) template: TemplateChoice,
}

/// Which item of AWS a resource of the topology is.
pub(super) enum Match<'a> {
    Ours(&'a Found),
    Adopted(&'a Found),
    Foreign(&'a Found),
    Absent,
}

impl<'a> Draft<'a> {
    pub(super) fn new(topology: &'a Topology, observed: &'a Observed) -> Self {
        let mut referrers: BTreeMap<Key, Vec<&'a Found>> = BTreeMap::new();
        for found in &observed.resources {
            for key in found.references() {
                referrers.entry(key).or_default().push(found);
            }
        }
        Self {
            topology,
            observed,
            drafted: Vec::new(),
            problems: Vec::new(),
            blocked: BTreeSet::new(),
            bound: BTreeSet::new(),
            foreign: BTreeSet::new(),
            renewed: BTreeSet::new(),
            refs: BTreeMap::new(),
            referrers,
            template: TemplateChoice::default(),
        }
    }

    /// The items that refer to this one.
    pub(super) fn referring(&self, key: &Key) -> impl Iterator<Item = &'a Found> + use<'a> {
        self.referrers
            .get(key)
            .cloned()
            .unwrap_or_default()
            .into_iter()
    }

    /// Whether it carries the tags that make it ours.
    pub(super) fn is_ours(&self, found: &Found) -> bool {
        found
            .tags
            .resource_in(&self.topology.settings().stage)
            .is_some()
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

    fn find(&self, entry: &Entry, wanted: &State) -> Match<'a> {
        let kind = entry.id.kind();
        if !kind.is_tagged() {
            // A part belongs to whom its whole belongs.
            let part = wanted
                .part_id()
                .and_then(|id| self.observed.get(&(kind, id)))
                .filter(|part| {
                    part.parent()
                        .is_none_or(|whole| !self.renewed.contains(&whole))
                });
            return part.map_or(Match::Absent, Match::Ours);
        }
        let logical = entry.id.to_string();
        let stage = &self.topology.settings().stage;
        let of_kind = || {
            self.observed
                .resources
                .iter()
                .filter(|found| found.kind() == kind)
        };
        let named = |found: &&Found| match kind {
            Kind::Listener => is_same_listener(&found.state, wanted),
            _ => found.called() == Some(&entry.name),
        };
        let is_it = |found: &&Found| {
            found.tags.resource_in(stage) == Some(&logical)
                && (named(found) || !(kind.has_fixed_name() || kind == Kind::Listener))
        };
        if let Some(found) = of_kind()
            .filter(is_it)
            .max_by_key(|found| self.fitness(found))
        {
            return Match::Ours(found);
        }
        let is_foreign =
            |found: &&Found| named(found) && (kind.has_fixed_name() || !self.is_ours(found));
        let foreign = of_kind()
            .filter(is_foreign)
            .max_by_key(|found| self.fitness(found));
        if self.topology.choices().adopt {
            let fits = |found: &&Found| !found.tags.are_managed() && adopt::fits(found, wanted);
            let recognised = || adopt::recognise(self, entry.id, wanted);
            if let Some(found) = foreign.filter(fits).or_else(recognised) {
                return Match::Adopted(found);
            }
        }
        foreign.map_or(Match::Absent, Match::Foreign)
    }

    /// Of several copies, the one that works, lies with the rest and is used most.
    pub(super) fn fitness(&self, found: &'a Found) -> (bool, usize, usize, Reverse<&'a str>) {
        let works = !matches!(found.status, Status::Failed | Status::Deleting);
        let placed = found
            .references()
            .iter()
            .filter(|key| self.bound.contains(key))
            .count();
        let used = self.referrers.get(&found.key()).map_or(0, Vec::len);
        (works, placed, used, Reverse(&found.id.0))
    }

    fn report_foreign(&mut self, entry: &Entry, found: &Found) {
        self.blocked.insert(entry.id);
        let (name, kind) = (&entry.name, entry.id.kind().words());
        if let State::Bucket(bucket) = &found.state
            && bucket.is_someone_elses
        {
            let what = "another AWS account has a bucket of this name".to_owned();
            let remedy = "bucket names are global: choose another with --bucket";
            return self.problem(ProblemKind::Foreign, name, what, remedy);
        }
        let what = format!("{kind} {} has this name and not our tags", found.id);
        let remedy = "rename or delete it, use another --stage, or take it over with --adopt";
        self.problem(ProblemKind::Foreign, name, what, remedy);
    }

    fn block_without_image(&mut self, entry: &Entry) {
        self.blocked.insert(entry.id);
        let parameter = self.topology.settings().image.parameter();
        let what = format!("the newest image is not known: SSM did not return {parameter}");
        let remedy = "check that the region has it and that ssm:GetParameters is allowed";
        self.problem(ProblemKind::Refused, &entry.name, what, remedy);
    }

    fn create(&mut self, entry: &Entry, to: State) {
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

    /// What does not work, and never will, is made anew, unless that takes away others' parts of it.
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
        let parts = self
            .referring(&key)
            .filter(|it| it.parent().as_ref() == Some(&key));
        let theirs = parts
            .into_iter()
            .find(|it| it.kind().is_tagged() && !self.is_ours(it));
        if let Some(part) = theirs {
            self.blocked.insert(entry.id);
            let what = format!("{what}, and {} is part of it and not ours", said(part));
            let remedy = "delete that first, or wait until both are gone";
            return self.problem(ProblemKind::Refused, &entry.name, what, remedy);
        }
        self.unbind(entry, found);
        let (item, from) = (found.id.clone(), found.state.clone());
        let action = Action::Replace {
            item,
            tags,
            from,
            to,
            changes,
        };
        self.push(entry, Some(found), action, reason.to_owned());
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
            self.blocked.insert(entry.id);
            let by = user.map_or_else(
                || "it would lose its files".to_owned(),
                |user| format!("{} uses it", said(user)),
            );
            let what = format!("{list} cannot change in place, and {by}");
            let remedy = match kind {
                Kind::Bucket => "choose another --bucket, or the region that it lies in",
                _ => {
                    "run `destroy`, then `deploy`; or deploy another --stage beside it and move over"
                }
            };
            return self.problem(ProblemKind::Refused, &entry.name, what, remedy);
        }
        let names = fixed
            .iter()
            .map(|c| c.attribute.to_string())
            .collect::<Vec<_>>()
            .join(", ");
        self.unbind(entry, found);
        let (item, from) = (found.id.clone(), found.state.clone());
        let action = Action::Replace {
            item,
            tags,
            from,
            to,
            changes,
        };
        self.push(
            entry,
            Some(found),
            action,
            format!("{names} cannot change in place"),
        );
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

/// Kinds whose users notice nothing when it is deleted and made anew under its name.
fn replaces_under_users(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::NatGateway | Kind::KeyPair | Kind::Endpoint | Kind::GatewayAttachment
    )
}

/// Kind and name of someone's resource.
pub(super) fn said(found: &Found) -> String {
    format!(
        "{} {}",
        found.kind().words(),
        found.called().unwrap_or(&found.id.0)
    )
}

fn is_same_listener(have: &State, wanted: &State) -> bool {
    match (have, wanted) {
        (State::Listener(have), State::Listener(wanted)) => {
            have.balancer == wanted.balancer && have.port == wanted.port
        }
        _ => false,
    }
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
    let rolls = changes
        .iter()
        .any(|change| change.attribute == Attribute::TemplateVersion);
    match rolls {
        true => "instances are replaced one after another".to_owned(),
        false => "it differs from the topology".to_owned(),
    }
}
