//! What holds for any settings and any cloud, however damaged.

use crate::common::{Random, apply, deployed, empty_cloud, is_ours, others, payload_of};
use infra_model::id::Kind;
use infra_model::observed::{Found, Observed, State, Status};
use infra_model::plan::plan;
use infra_model::settings::{Alarms, ImageFamily, Nat, Oidc, Settings, Uploads, Watched};
use infra_model::tags::Tags;
use infra_model::topology::{Choices, Topology};
use infra_model::values::{
    BucketName, CertificateArn, Cidr, InstanceType, Instances, Percent, SessionTimeout,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value;

const CERTIFICATE: &str = "arn:aws:acm:eu-north-1:123456789012:certificate/0a1b";

prop_compose! {
    fn any_oidc()(
        host in "[a-z]{1,8}\\.example\\.org",
        client in "[a-zA-Z0-9-]{1,20}",
        email in any::<bool>(),
        seconds in 1_u32..=604_800,
    ) -> Oidc {
        Oidc {
            client_id: client.parse().unwrap(),
            scope: if email { "openid email" } else { "openid" }.parse().unwrap(),
            session_timeout: SessionTimeout::of(seconds),
            ..crate::common::oidc(&host)
        }
    }
}

prop_compose! {
    fn any_alarms()(
        emails in prop::collection::btree_set("[a-c]@school\\.example", 1..3),
        watched in prop::collection::btree_set(prop::sample::select(Watched::ALL.to_vec()), 1..5),
    ) -> Alarms {
        Alarms {
            emails: emails.into_iter().map(|it| it.parse().unwrap()).collect(),
            watched,
        }
    }
}

prop_compose! {
    fn any_settings()(
        stage in "prod|[a-z0-9]{1,8}",
        nat in prop_oneof![Just(Nat::PerZone), Just(Nat::Single)],
        image in prop_oneof![Just(ImageFamily::AmazonLinux2), Just(ImageFamily::AmazonLinux2023)],
        uploads in prop_oneof![Just(Uploads::On), Just(Uploads::Off)],
        https in any::<bool>(),
        oidc in prop::option::of(any_oidc()),
        alarms in prop::option::of(any_alarms()),
        logs in any::<bool>(),
        bucket in "[a-z0-9]{3,20}",
        allowed in prop::collection::vec((any::<[u8; 4]>(), 0_u8..=32), 1..4),
        numbers in (1_u16..=100, 1_u16..=100, 1_u8..=100),
        large in any::<bool>(),
    ) -> Settings {
        Settings {
            stage: stage.parse().unwrap(),
            bucket: BucketName::new(bucket).unwrap(),
            nat,
            image,
            uploads,
            instance_type: InstanceType::new(if large { "m6i.large" } else { "t3.small" }).unwrap(),
            certificate: https.then(|| CertificateArn::new(CERTIFICATE).unwrap()),
            oidc,
            alarms,
            access_logs: logs.then(|| "123456789012".parse().unwrap()),
            allowed: allowed.into_iter().map(|(octets, prefix)| Cidr::of(octets, prefix)).collect(),
            min: Instances::of(numbers.0),
            max: Instances::of(numbers.1),
            target: Percent::of(numbers.2),
            ..crate::common::settings()
        }
    }
}

/// What can befall a cloud. The numbers choose what it befalls.
#[derive(Clone, Debug)]
enum Damage {
    Remove(usize),
    Change(usize, u64),
    Retag(usize, usize, bool),
    Copy(usize, bool),
    StrangerOfThatName(usize),
    Stranger(usize),
    Ail(usize, usize),
    NewerImage,
    LoseAllTags,
}

fn any_damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        3 => any::<usize>().prop_map(Damage::Remove),
        4 => (any::<usize>(), any::<u64>()).prop_map(|(i, seed)| Damage::Change(i, seed)),
        1 => (any::<usize>(), 0_usize..5, any::<bool>()).prop_map(|(i, tag, to)| Damage::Retag(i, tag, to)),
        2 => (any::<usize>(), any::<bool>()).prop_map(|(i, first)| Damage::Copy(i, first)),
        1 => any::<usize>().prop_map(Damage::Stranger),
        1 => any::<usize>().prop_map(Damage::StrangerOfThatName),
        1 => (any::<usize>(), 0_usize..3).prop_map(|(i, how)| Damage::Ail(i, how)),
        1 => Just(Damage::NewerImage),
        1 => Just(Damage::LoseAllTags),
    ]
}

fn damage(cloud: &mut Observed, damage: &Damage) {
    let count = cloud.resources.len();
    let pick = |index: usize| index.checked_rem(count);
    match damage {
        Damage::Remove(index) => {
            if let Some(index) = pick(*index) {
                let key = cloud.resources[index].key();
                cloud.remove(&key);
            }
        }
        Damage::Change(index, seed) => {
            let Some(index) = pick(*index) else { return };
            let ids: Vec<String> = cloud.resources.iter().map(|it| it.id.to_string()).collect();
            let mut state = serde_json::to_value(&cloud.resources[index].state).unwrap();
            change_one(&mut state, &mut Random(*seed), &ids);
            if let Ok(state) = serde_json::from_value(state) {
                cloud.resources[index].state = state;
                tidy(cloud);
            }
        }
        Damage::Retag(index, tag, to) => {
            let Some(index) = pick(*index) else { return };
            let key = ["Name", "Project", "Stage", "ManagedBy", "Resource"][*tag];
            match to {
                true => cloud.resources[index].tags.set(key, "something"),
                false => cloud.resources[index].tags.remove(key),
            }
        }
        Damage::Copy(index, first) => copy(cloud, pick(*index), |found| {
            // Ids say nothing about which was there before.
            if *first {
                found.id.0.insert_str(0, "a-");
            }
        }),
        Damage::Stranger(index) => copy(cloud, pick(*index), |found| {
            if found.name.is_none() {
                found.tags = Tags::default();
                found.id.0.push_str("-theirs");
            }
        }),
        Damage::StrangerOfThatName(index) => copy(cloud, pick(*index), |found| {
            let name = found.called().unwrap_or_default().to_owned();
            found.tags = Tags::default().with("Name", &name);
        }),
        Damage::Ail(index, how) => {
            let Some(index) = pick(*index) else { return };
            let found = &mut cloud.resources[index];
            // Only these can fail or take long to go.
            if matches!(
                found.kind(),
                Kind::NatGateway | Kind::LoadBalancer | Kind::AutoScalingGroup | Kind::Endpoint
            ) {
                found.status = [Status::Pending, Status::Failed, Status::Deleting][*how];
            }
        }
        Damage::LoseAllTags => crate::common::untagged(cloud),
        Damage::NewerImage => {
            cloud.images.values_mut().for_each(|image| image.push('n'));
        }
    }
}

/// Another one of the same attributes, where AWS would allow a second.
fn copy(cloud: &mut Observed, index: Option<usize>, edit: impl Fn(&mut Found)) {
    let Some(found) = index.map(|index| cloud.resources[index].clone()) else {
        return;
    };
    if found.kind().is_tagged() && !found.kind().is_named_by_id() {
        let mut copy = found;
        copy.id.0.push_str("-copy");
        edit(&mut copy);
        cloud.put(copy);
    }
}

/// Changes one value somewhere inside; text sometimes becomes another resource's id.
fn change_one(value: &mut Value, random: &mut Random, ids: &[String]) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let index = random.below(fields.len());
            if let Some(inner) = fields.values_mut().nth(index) {
                change_one(inner, random, ids);
            }
        }
        Value::Array(values) if !values.is_empty() => {
            let index = random.below(values.len());
            if random.below(3) == 0 {
                values.remove(index);
            } else {
                change_one(&mut values[index], random, ids);
            }
        }
        Value::Bool(bool) => *bool = !*bool,
        Value::Number(number) => *value = (number.as_f64().unwrap_or(0.0) as u64 + 1).into(),
        Value::String(text) if random.below(2) == 0 => {
            text.clone_from(&ids[random.below(ids.len())])
        }
        Value::String(text) => text.push('x'),
        _ => {}
    }
}

/// Keeps the cloud possible: parts have their whole and the id that follows from it, and another
/// account's bucket shows nothing.
fn tidy(cloud: &mut Observed) {
    for found in std::mem::take(&mut cloud.resources) {
        let found = match &found.state {
            State::Bucket(bucket) if bucket.is_someone_elses => Found {
                tags: Tags::default(),
                ..found
            },
            _ if found.kind().is_tagged() => found,
            _ => Found::part(found.state),
        };
        if cloud.get(&found.key()).is_none() {
            cloud.resources.push(found);
        }
    }
    let whole = cloud.clone();
    cloud.resources.retain(|it| {
        it.parent()
            .is_none_or(|parent| whole.get(&parent).is_some())
    });
}

/// A cloud that once was as some settings said, what became of it, and what it should be now.
#[derive(Clone, Debug)]
struct Case {
    before: Settings,
    wanted: Settings,
    release: char,
    damages: Vec<Damage>,
    choices: Choices,
}

impl Case {
    fn cloud(&self) -> Observed {
        let mut cloud = deployed(&Topology::new(&self.before, &payload_of('a')));
        cloud = with_other_ids(&cloud);
        self.damages.iter().for_each(|it| damage(&mut cloud, it));
        cloud
    }

    fn topology(&self) -> Topology {
        Topology::new(&self.wanted, &payload_of(self.release)).allowing(self.choices)
    }

    fn destroyed(&self) -> Topology {
        Topology::empty(&self.wanted).allowing(Choices {
            purge_bucket: true,
            ..Choices::default()
        })
    }
}

prop_compose! {
    fn any_case()(
        before in any_settings(),
        wanted in any_settings(),
        same_stage in prop::bool::weighted(0.8),
        release in prop::sample::select(vec!['a', 'b']),
        damages in prop::collection::vec(any_damage(), 0..6),
        update_image in any::<bool>(),
        adopt in prop::bool::weighted(0.3),
    ) -> Case {
        let mut before = before;
        if same_stage {
            before.stage = wanted.stage.clone();
            before.bucket = wanted.bucket.clone();
        }
        let choices = Choices { adopt, update_image, purge_bucket: true, ..Choices::default() };
        Case { before, wanted, release, damages, choices }
    }
}

/// The same cloud with other ids: the simulation would give a second resource the first one's.
fn with_other_ids(cloud: &Observed) -> Observed {
    serde_json::from_str(
        &serde_json::to_string(cloud)
            .unwrap()
            .replace("made-", "old-"),
    )
    .unwrap()
}

/// The same clouds on every run, so that a failure is of the change that caused it;
/// `PLANNING_SEED=7 cargo test -p infra-model` draws others.
fn cases(cases: u32) -> ProptestConfig {
    let seed = std::env::var("PLANNING_SEED").map_or(1, |seed| seed.parse().unwrap());
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    /// In any order that respects the dependencies, and when it is interrupted anywhere: the
    /// next run does the rest, and the one after that finds nothing to do.
    #[test]
    fn plans_converge(case in any_case(), seed in any::<u64>(), cut in 0_usize..50) {
        let (topology, cloud) = (case.topology(), case.cloud());
        let first = plan(&topology, &cloud);
        let interrupted = apply(&cloud, &first, seed, cut);
        let second = plan(&topology, &interrupted);
        let after = apply(&interrupted, &second, seed.rotate_left(9), usize::MAX);
        let third = plan(&topology, &after);
        if first.is_refused() || second.is_refused() {
            return Ok(());
        }
        prop_assert!(third.is_empty(), "{:?}", crate::common::verbs(&third));
        prop_assert!(!third.is_refused(), "{:?}", third.problems);
    }

    /// Even when something stands in the way, and whatever is applied nevertheless.
    #[test]
    fn what_is_others_is_never_touched(case in any_case(), seed in any::<u64>()) {
        let topology = case.topology().allowing(Choices { adopt: false, ..case.choices });
        let cloud = case.cloud();
        let before = others(&cloud, topology.settings());
        let after = apply(&cloud, &plan(&topology, &cloud), seed, usize::MAX);
        prop_assert!(before == others(&after, topology.settings()), "{:?}", crate::common::verbs(&plan(&topology, &cloud)));
    }

    /// Nothing of ours is left but what others use, which is said; all of others' is left.
    #[test]
    fn destroy_leaves_what_is_others(case in any_case(), seed in any::<u64>(), cut in 0_usize..50) {
        let (settings, empty, cloud) = (&case.wanted, case.destroyed(), case.cloud());
        let interrupted = apply(&cloud, &plan(&empty, &cloud), seed, cut);
        let second = plan(&empty, &interrupted);
        let after = apply(&interrupted, &second, seed.rotate_left(9), usize::MAX);
        prop_assert_eq!(others(&cloud, settings), others(&after, settings));
        let left = after.resources.iter().filter(|it| it.kind().is_tagged() && is_ours(&after, it, settings));
        for found in left {
            let name = found.called().unwrap_or(&found.id.0);
            prop_assert!(second.problems.iter().any(|it| it.name == name), "{name} is left");
        }
        prop_assert!(plan(&empty, &after).is_empty());
    }

    /// A step waits for earlier ones only, so that the plan's own order is a valid one.
    #[test]
    fn dependencies_lead_back(case in any_case()) {
        for (index, step) in plan(&case.topology(), &case.cloud()).steps.iter().enumerate() {
            prop_assert!(step.after.iter().all(|earlier| *earlier < index));
        }
    }

    /// A snapshot says everything: it gives the same plan when it is read back.
    #[test]
    fn snapshots_are_complete(case in any_case()) {
        let (topology, cloud) = (case.topology(), case.cloud());
        let text = serde_json::to_string(&cloud).unwrap();
        let read: Observed = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(plan(&topology, &read), plan(&topology, &cloud));
    }
}

#[test]
fn most_clouds_are_not_refused() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let cases = 300;
    let accepted = (0..cases)
        .filter(|_| {
            let case = any_case().new_tree(&mut runner).unwrap().current();
            !plan(&case.topology(), &case.cloud()).is_refused()
        })
        .count();
    assert!(
        accepted > cases / 3,
        "only {accepted} of {cases} plans say anything about convergence"
    );
}

#[test]
fn an_empty_cloud_becomes_the_topology_for_any_settings() {
    proptest!(cases(500), |(settings in any_settings(), seed in any::<u64>())| {
        let topology = Topology::new(&settings, &payload_of('a'));
        let first = plan(&topology, &empty_cloud());
        prop_assert!(!first.is_refused());
        let after = apply(&empty_cloud(), &first, seed, usize::MAX);
        prop_assert!(plan(&topology, &after).is_empty());
    });
}
