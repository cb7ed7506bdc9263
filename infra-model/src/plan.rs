//! From the topology and what AWS holds to the steps between them.
//!
//! [`plan`] is pure. Its steps are complete: whoever applies them looks up what earlier steps
//! made, waits for [`Step::after`], and decides nothing.

mod adopt;
mod alarms;
mod collision;
mod compare;
mod draft;
mod edges;
mod fingerprint;
mod https;
mod identity;
mod index;
mod removal;
mod secret;
mod template;
mod wanted;

pub(crate) use compare::assign;
pub use compare::{Attribute, Change};
pub use edges::{goes_after, waits_for};
pub use fingerprint::fingerprint;
pub use secret::{CLIENT_SECRET, needs_client_secret};
pub(crate) use wanted::states;

use serde::Serialize;

use crate::id::{Id, Kind};
use crate::observed::{AwsId, Observed, State};
use crate::tags::Tags;
use crate::topology::Topology;

/// What is to be done, in an order in which it can be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// One step for each resource, `Nothing` included; each comes after those that it waits for.
    pub steps: Vec<Step>,
    /// What the plan leaves alone, and why.
    pub problems: Vec<Problem>,
    /// Resources without a step, because a problem stands before them.
    pub blocked: Vec<Id>,
    /// Stands for everything that was compared: if it differs, AWS has changed since.
    pub fingerprint: String,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.iter().all(|step| step.action.is_nothing())
    }

    /// Whether it must not be applied: something stands in the way.
    pub fn is_refused(&self) -> bool {
        self.problems.iter().any(Problem::stops)
    }
}

/// One resource's part of the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Which part of the system it is, if the model knows it.
    pub id: Option<Id>,
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What is done.
    pub action: Action,
    /// The steps that must be done before, by their index; always smaller than its own.
    pub after: Vec<usize>,
    /// Whether users notice.
    pub interrupts: bool,
    /// Why, in words.
    pub reason: String,
}

/// What is done to a resource. References to [`Planned`](crate::observed::Ref::Planned) parts
/// lead to what earlier steps made.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "there are forty of them")]
pub enum Action {
    /// It is made, with its tags in the same call.
    Create {
        /// All its tags.
        tags: Tags,
        /// All its attributes.
        to: State,
    },
    /// It stays, and some attributes change. If it was still starting, the step ends when it
    /// works, for others wait for it.
    Update {
        /// Which one.
        item: AwsId,
        /// All its tags.
        tags: Tags,
        /// All its attributes before.
        from: State,
        /// All its attributes afterwards.
        to: State,
        /// Those that differ; never empty.
        changes: Vec<Change>,
    },
    /// It is deleted, and when it is gone, made anew.
    Replace {
        /// Which one goes.
        item: AwsId,
        /// All tags of the new one.
        tags: Tags,
        /// All attributes of the old one.
        from: State,
        /// All attributes of the new one.
        to: State,
        /// Those that differ; empty when it does not work as it should.
        changes: Vec<Change>,
    },
    /// It is deleted; the step ends when it is gone.
    Delete {
        /// Which one.
        item: AwsId,
        /// All its attributes.
        from: State,
        /// Of a bucket: with all versions of all that it holds.
        purge: bool,
    },
    /// It is as it should be.
    Nothing {
        /// Which one.
        item: AwsId,
        /// Whether it is still starting, so that what needs it waits.
        pending: bool,
    },
}

impl Action {
    /// Whether it changes nothing.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing { .. })
    }

    /// One word for it.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Update { .. } => "update",
            Self::Replace { .. } => "replace",
            Self::Delete { .. } => "delete",
            Self::Nothing { .. } => "nothing",
        }
    }

    /// The attributes that it changes.
    pub fn changes(&self) -> &[Change] {
        match self {
            Self::Update { changes, .. } | Self::Replace { changes, .. } => changes,
            Self::Create { .. } | Self::Delete { .. } | Self::Nothing { .. } => &[],
        }
    }

    /// What AWS calls the resource, if it holds it already.
    pub fn item(&self) -> Option<&AwsId> {
        match self {
            Self::Create { .. } => None,
            Self::Update { item, .. }
            | Self::Replace { item, .. }
            | Self::Delete { item, .. }
            | Self::Nothing { item, .. } => Some(item),
        }
    }
}

/// What kind of problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// Something of someone else's has the name.
    Foreign,
    /// The change cannot be made safely, or not at all.
    Refused,
    /// Worth knowing; nothing is held up.
    Notice,
}

/// Something that the plan leaves alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What kind of problem it is.
    pub kind: ProblemKind,
    /// What it is about.
    pub name: String,
    /// What is wrong.
    pub what: String,
    /// What to do now.
    pub remedy: String,
}

impl Problem {
    /// Whether the plan must not be applied.
    pub fn stops(&self) -> bool {
        self.kind != ProblemKind::Notice
    }
}

/// The steps from what AWS holds to what the topology says.
///
/// Never panics, whatever the cloud looks like; never plans a change of anything that is not
/// ours or adopted; and when the steps are applied, the next plan is empty.
pub fn plan(topology: &Topology, observed: &Observed) -> Plan {
    let index = index::Index::of(observed);
    let mut draft = draft::Draft::new(topology, observed, &index);
    for entry in topology.entries() {
        draft.decide(entry);
    }
    removal::decide(&mut draft);
    let mut plan = edges::order(draft);
    plan.problems.extend(secret::notices(&plan.steps));
    plan.problems.extend(https::notices(&plan.steps));
    let awaited = alarms::notices(topology, observed, &plan.steps);
    plan.problems.extend(awaited);
    plan
}
