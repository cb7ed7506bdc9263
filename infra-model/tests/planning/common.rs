//! Clouds for the tests: empty, deployed, damaged, and with other people's things in them.

use infra_model::id::Id;
use infra_model::observed::{Found, Observed, Ref, State};
use infra_model::plan::{Plan, plan};
use infra_model::render::{Colour, text};
use infra_model::settings::{ImageFamily, Oidc, Payload, SESSION_TIMEOUT, Settings};
use infra_model::simulate;
use infra_model::tags::Tags;
use infra_model::topology::Topology;
use infra_model::values::{Port, Scope, Sha256, UserData};

pub(crate) fn settings() -> Settings {
    Settings::published().unwrap()
}

/// An identity provider with this host.
pub(crate) fn oidc(host: &str) -> Oidc {
    let url = |path: &str| format!("https://{host}{path}").parse().unwrap();
    Oidc {
        issuer: url(""),
        authorization_endpoint: url("/authorize"),
        token_endpoint: url("/token"),
        user_info_endpoint: url("/userinfo"),
        client_id: "dashboard".parse().unwrap(),
        scope: Scope::default(),
        session_timeout: SESSION_TIMEOUT,
    }
}

pub(crate) fn plan_is_empty(topology: &Topology, cloud: &Observed) -> bool {
    plan(topology, cloud).is_empty()
}

pub(crate) fn payload() -> Payload {
    payload_of('a')
}

/// A payload whose release's checksum is one digit, repeated.
pub(crate) fn payload_of(digit: char) -> Payload {
    let sha256 = Sha256::new(digit.to_string().repeat(64)).unwrap();
    Payload {
        user_data: UserData::new(format!("#!/bin/bash\n# release {sha256}\n")).unwrap(),
        release: sha256,
        sample_data: Sha256::new("5".repeat(64)).unwrap(),
        unit_port: Port::of(8501),
    }
}

pub(crate) fn topology() -> Topology {
    Topology::new(&settings(), &payload())
}

/// An account without anything, in a region with images.
pub(crate) fn empty_cloud() -> Observed {
    Observed {
        images: [
            (ImageFamily::AmazonLinux2, "ami-2".to_owned()),
            (ImageFamily::AmazonLinux2023, "ami-2023".to_owned()),
        ]
        .into(),
        resources: Vec::new(),
    }
}

/// The cloud after `deploy`.
pub(crate) fn deployed(topology: &Topology) -> Observed {
    let cloud = empty_cloud();
    let plan = plan(topology, &cloud);
    assert!(!plan.is_refused(), "{:?}", plan.problems);
    apply(&cloud, &plan, 0, usize::MAX)
}

/// Applies at most `limit` steps, in one of the orders that the plan allows.
pub(crate) fn apply(cloud: &Observed, plan: &Plan, seed: u64, limit: usize) -> Observed {
    let mut random = Random(seed);
    let mut cloud = cloud.clone();
    let mut done = vec![false; plan.steps.len()];
    for _ in 0..plan.steps.len().min(limit) {
        let ready: Vec<usize> = (0..done.len())
            .filter(|step| !done[*step] && plan.steps[*step].after.iter().all(|it| done[*it]))
            .collect();
        let step = ready[random.below(ready.len())];
        done[step] = true;
        simulate::apply(&mut cloud, &plan.steps[step]);
    }
    cloud
}

/// A small deterministic source of numbers.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }
}

/// Whether it is ours: by its tags, or because its whole is.
pub(crate) fn is_ours(cloud: &Observed, found: &Found, settings: &Settings) -> bool {
    if found.kind().is_tagged() {
        return found.tags.resource_in(&settings.stage).is_some();
    }
    found
        .parent()
        .and_then(|key| cloud.get(&key))
        .is_some_and(|it| is_ours(cloud, it, settings))
}

/// What is not ours, in a fixed order.
pub(crate) fn others(cloud: &Observed, settings: &Settings) -> Vec<Found> {
    let mut others: Vec<Found> = cloud
        .resources
        .iter()
        .filter(|it| !is_ours(cloud, it, settings))
        .cloned()
        .collect();
    others.sort_by_key(Found::key);
    others
}

/// The name without tags: what a person makes by hand.
pub(crate) fn untagged(cloud: &mut Observed) {
    for found in &mut cloud.resources {
        let name = found.tags.get("Name").map(str::to_owned);
        found.tags = Tags::default();
        if let Some(name) = name {
            found.tags.set("Name", &name);
        }
    }
}

/// The steps that do something, as one word each.
pub(crate) fn verbs(plan: &Plan) -> Vec<String> {
    let doing = plan.steps.iter().filter(|step| !step.action.is_nothing());
    doing
        .map(|step| format!("{} {} {}", step.action.verb(), step.kind.words(), step.name))
        .collect()
}

/// The attributes of a resource that carries its id.
pub(crate) fn state(cloud: &mut Observed, id: Id) -> &mut State {
    let tagged = |it: &&mut Found| it.tags.get("Resource") == Some(&id.to_string());
    &mut cloud.resources.iter_mut().find(tagged).unwrap().state
}

/// The item that carries a resource's id.
pub(crate) fn found(cloud: &Observed, id: Id) -> &Found {
    let of_id = |it: &&Found| it.tags.get("Resource") == Some(&id.to_string());
    cloud.resources.iter().find(of_id).unwrap()
}

/// Where that is.
pub(crate) fn at(cloud: &Observed, id: Id) -> Ref {
    Ref::Existing(found(cloud, id).id.clone())
}

/// The plan as a person reads it.
pub(crate) fn shown(topology: &Topology, cloud: &Observed) -> String {
    text(&plan(topology, cloud), Colour::Off)
}
