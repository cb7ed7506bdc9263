//! What a plan says of alarms: they reach nobody who has not agreed to be mailed.

use crate::id::Id;
use crate::observed::{Observed, State};
use crate::plan::{Problem, ProblemKind, Step};
use crate::topology::{Resource, Topology};

/// Said until each address has agreed.
pub(super) fn notices(topology: &Topology, observed: &Observed, steps: &[Step]) -> Vec<Problem> {
    let Some(entry) = topology.entry(Id::AlarmTopic) else {
        return Vec::new();
    };
    let Resource::Topic(wanted) = &entry.resource else {
        return Vec::new();
    };
    let step = steps.iter().find(|step| step.id == Some(entry.id));
    let item = step.and_then(|step| Some((step.kind, step.action.item()?.clone())));
    let agreed = |email: &str| match item.as_ref().and_then(|key| observed.get(key)) {
        Some(found) => matches!(&found.state, State::Topic(topic) if topic.emails.contains(email)),
        None => false,
    };
    let awaited = wanted.emails.iter().filter(|it| !agreed(it.as_str()));
    let notices = awaited.map(|email| Problem {
        kind: ProblemKind::Notice,
        name: entry.name.clone(),
        what: format!("{email} has not agreed to get alarms, and gets none until then"),
        remedy: "follow the link in the mail that AWS sends; after two days without, deploy has it sent again"
            .to_owned(),
    });
    notices.collect()
}
