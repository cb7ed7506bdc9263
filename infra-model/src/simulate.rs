//! What a step does to the cloud.
//!
//! Not how AWS works, only what it holds afterwards: enough to show that plans converge, and
//! the measure that the program which really applies them is held against.

use crate::id::{Id, Kind};
use crate::observed::{
    AwsId, Found, GroupRules, Observed, Peer, Ref, Rule, State, Status, VpcDefaults,
};
use crate::plan::{Action, Attribute, Step, assign};
use crate::tags::{self, Tags};

/// What AWS holds after the step.
pub fn simulate(observed: &Observed, step: &Step) -> Observed {
    let mut after = observed.clone();
    apply(&mut after, step);
    after
}

/// The same in place: whole plans are applied without a copy for each step.
pub fn apply(cloud: &mut Observed, step: &Step) {
    match &step.action {
        Action::Create { tags, to } => create(cloud, step, tags, to),
        Action::Update {
            item,
            tags,
            from: _,
            to,
            changes,
        } => {
            let wanted = resolved(to, stage(tags));
            let key = (step.kind, item.clone());
            let found = cloud.resources.iter_mut().find(|found| found.key() == key);
            if let Some(found) = found {
                found.status = Status::Ready;
                for change in changes {
                    match &change.attribute {
                        Attribute::Tag(tag) => {
                            found.tags.set(tag, tags.get(tag).unwrap_or_default())
                        }
                        attribute => assign(attribute, &mut found.state, &wanted),
                    }
                }
            }
        }
        Action::Replace {
            item,
            tags,
            from: _,
            to,
            changes: _,
        } => {
            cloud.remove(&(step.kind, item.clone()));
            create(cloud, step, tags, to);
        }
        Action::Delete {
            item,
            from: _,
            purge: _,
        } => cloud.remove(&(step.kind, item.clone())),
        Action::Nothing { item, pending: _ } => {
            let key = (step.kind, item.clone());
            let found = cloud.resources.iter_mut().find(|found| found.key() == key);
            found
                .into_iter()
                .for_each(|found| found.status = Status::Ready);
        }
    }
}

fn create(cloud: &mut Observed, step: &Step, tags: &Tags, to: &State) {
    let stage = stage(tags);
    let state = resolved(to, stage);
    if !step.kind.is_tagged() {
        return cloud.put(Found::part(state));
    }
    let id = match step.id {
        Some(id) if !step.kind.is_named_by_id() => made_id(id, stage),
        _ => AwsId(step.name.clone()),
    };
    let name = step.kind.has_fixed_name().then_some(step.name.as_str());
    for part in made_by_aws(step.kind, &id) {
        cloud.put(Found::part(part));
    }
    cloud.put(Found::whole(&id.0, name, tags.clone(), state));
}

fn stage(tags: &Tags) -> &str {
    tags.get(tags::STAGE).unwrap_or_default()
}

/// The id that the simulated cloud gives.
fn made_id(id: Id, stage: &str) -> AwsId {
    AwsId(format!("made-{id}-{stage}"))
}

/// What AWS makes unasked, and steps must take away again.
fn made_by_aws(kind: Kind, id: &AwsId) -> Vec<State> {
    let whole = Ref::Existing(id.clone());
    let out = [Rule::everything_out()];
    match kind {
        Kind::Vpc => {
            let within = Rule {
                protocol: "-1".to_owned(),
                ports: None,
                peer: Peer::Group(format!("default-of-{id}").as_str().into()),
            };
            vec![State::VpcDefaults(VpcDefaults {
                vpc: whole,
                ingress: [within].into(),
                egress: out.into(),
                main_routes: Default::default(),
            })]
        }
        Kind::SecurityGroup => vec![State::GroupRules(GroupRules {
            group: whole,
            ingress: Default::default(),
            egress: out.into(),
        })],
        _ => Vec::new(),
    }
}

/// The state with the ids that the simulated cloud gave to what earlier steps made.
fn resolved(state: &State, stage: &str) -> State {
    let mut state = state.clone();
    state.resolve(&|id| Some(made_id(id, stage)));
    state
}
