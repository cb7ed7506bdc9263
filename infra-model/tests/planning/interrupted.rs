//! What a program that was killed leaves behind.

use infra_model::id::{Id, Kind, Tier, Zone};
use infra_model::observed::{
    Found, GroupRules, NatGateway, Observed, Peer, Ref, Rule, State, Status, VpcDefaults,
};
use infra_model::plan::plan;
use infra_model::render::{Colour, text};
use infra_model::topology::{Choices, Topology};
use insta::assert_snapshot;

use crate::common::{
    apply, at, deployed, empty_cloud, found, settings, shown, state, topology, verbs,
};

fn set_status(cloud: &mut Observed, id: Id, status: Status) {
    let key = found(cloud, id).key();
    let mut items = cloud.resources.iter_mut();
    items.find(|it| it.key() == key).unwrap().status = status;
}

/// Another one with the same tags, as a lost reply leaves it.
fn copy(cloud: &mut Observed, id: Id, called: &str) {
    let mut copy = found(cloud, id).clone();
    copy.id = called.into();
    cloud.put(copy);
}

fn destruction() -> Topology {
    Topology::empty(&settings()).allowing(Choices {
        purge_bucket: true,
        ..Choices::default()
    })
}

/// Half a deployment, cut anywhere in several of its orders.
fn halves() -> impl Iterator<Item = Observed> {
    let first = plan(&topology(), &empty_cloud());
    let cuts = 0..=first.steps.len();
    cuts.flat_map(move |cut| {
        let first = first.clone();
        (0..4).map(move |seed| apply(&empty_cloud(), &first, seed, cut))
    })
}

#[test]
fn half_a_deployment_is_finished() {
    for half in halves() {
        let rest = plan(&topology(), &half);
        assert!(rest.problems.is_empty(), "{:?}", rest.problems);
        let after = apply(&half, &rest, 5, usize::MAX);
        assert!(plan(&topology(), &after).is_empty());
        assert_eq!(after.resources.len(), deployed(&topology()).resources.len());
    }
}

#[test]
fn half_a_deployment_is_destroyed() {
    for half in halves() {
        let destroy = plan(&destruction(), &half);
        assert!(destroy.problems.is_empty(), "{:?}", destroy.problems);
        assert_eq!(apply(&half, &destroy, 6, usize::MAX).resources, []);
    }
}

#[test]
fn half_a_destruction_is_made_good() {
    let cloud = deployed(&topology());
    let destroy = plan(&destruction(), &cloud);
    for cut in 0..=destroy.steps.len() {
        let half = apply(&cloud, &destroy, cut as u64, cut);
        let again = plan(&topology(), &half);
        assert!(again.problems.is_empty(), "{:?}", again.problems);
        let after = apply(&half, &again, 7, usize::MAX);
        assert!(plan(&topology(), &after).is_empty());
    }
}

/// Whatever was made last, a second one of it may be there. The one in use stays, whether AWS
/// lists it before or after, and whatever their ids.
#[test]
fn of_copies_the_one_in_use_stays() {
    let complete = deployed(&topology());
    let ids: Vec<Id> = topology().entries().iter().map(|it| it.id).collect();
    let copied = ids
        .into_iter()
        .filter(|id| id.kind().is_tagged() && !id.kind().is_named_by_id());
    // Nothing leads to these, and AWS allows no second one.
    let alone = [Id::S3Endpoint, Id::HttpListener];
    for id in copied.filter(|id| !alone.contains(id)) {
        for called in ["a-copy", "z-copy"] {
            for first in [false, true] {
                let mut cloud = complete.clone();
                copy(&mut cloud, id, called);
                if first {
                    cloud.resources.reverse();
                }
                let plan = plan(&topology(), &cloud);
                let deleted: Vec<&str> = plan
                    .steps
                    .iter()
                    .filter(|it| !it.action.is_nothing())
                    .map(|it| (it.action.verb() == "delete", it.action.item().unwrap()))
                    .map(|(deleted, item)| if deleted { &item.0 } else { "another step" })
                    .collect();
                assert_eq!(deleted, [called], "{id}");
            }
        }
    }
}

#[test]
fn an_address_in_use_is_not_given_up_for_its_copy() {
    // A gateway works with the address that was allocated last; one that failed holds the first.
    let mut cloud = deployed(&topology());
    let nat = found(&cloud, Id::NatGateway(Zone::A)).clone();
    copy(&mut cloud, Id::Address(Zone::A), "eipalloc-0");
    for status in [Status::Failed, Status::Deleting] {
        let subnet = at(&cloud, Id::Subnet(Tier::Public, Zone::A));
        cloud.put(Found {
            id: "nat-0".into(),
            status,
            state: State::NatGateway(NatGateway {
                subnet,
                address: "eipalloc-0".into(),
            }),
            ..nat.clone()
        });
        assert_eq!(
            verbs(&plan(&topology(), &cloud)),
            [
                "delete NAT gateway StudentAnalyticsNAT-a",
                "delete address StudentAnalyticsNAT-a",
            ]
        );
    }

    // Two that work, each with an address: the one that the route leads to stays.
    set_status_of(&mut cloud, "nat-0", Status::Ready);
    let plan = plan(&topology(), &cloud);
    let items: Vec<&str> = plan
        .steps
        .iter()
        .filter(|it| !it.action.is_nothing())
        .map(|it| it.action.item().unwrap().0.as_str())
        .collect();
    assert_eq!(items, ["nat-0", "eipalloc-0"]);
}

fn set_status_of(cloud: &mut Observed, id: &str, status: Status) {
    let mut items = cloud.resources.iter_mut();
    items.find(|it| it.id.0 == id).unwrap().status = status;
}

#[test]
fn two_addresses_that_nobody_uses_become_one() {
    let first = plan(&topology(), &empty_cloud());
    let mut cloud = empty_cloud();
    for step in &first.steps {
        if step.kind == Kind::Address {
            infra_model::simulate::apply(&mut cloud, step);
        }
    }
    copy(&mut cloud, Id::Address(Zone::A), "eipalloc-0");
    let chosen = |cloud: &Observed| -> Vec<String> {
        let plan = plan(&topology(), cloud);
        let kept = plan
            .steps
            .iter()
            .filter(|it| it.kind == Kind::Address && it.action.is_nothing());
        kept.map(|it| it.action.item().unwrap().to_string())
            .collect()
    };
    let before = chosen(&cloud);
    assert_eq!(before.len(), 2);
    cloud.resources.reverse();
    assert_eq!(chosen(&cloud), before);
    let after = apply(&cloud, &plan(&topology(), &cloud), 8, usize::MAX);
    let left = after
        .resources
        .iter()
        .filter(|it| it.kind() == Kind::Address);
    assert_eq!(left.count(), 2);
    assert!(plan(&topology(), &after).is_empty());
}

#[test]
fn what_does_not_work_is_made_anew() {
    let mended = |id: Id, status: Status| {
        let mut cloud = deployed(&topology());
        set_status(&mut cloud, id, status);
        let plan = plan(&topology(), &cloud);
        assert!(!plan.is_refused(), "{:?}", plan.problems);
        let after = apply(&cloud, &plan, 9, usize::MAX);
        assert!(is_in_sync(&after), "{id}");
        verbs(&plan).join("\n")
    };
    assert_snapshot!(mended(Id::NatGateway(Zone::B), Status::Deleting), @r"
    replace NAT gateway StudentAnalyticsNAT-b
    update default route of StudentAnalyticsPrivate-b
    ");
    assert_snapshot!(mended(Id::S3Endpoint, Status::Failed), @"replace S3 endpoint StudentAnalyticsS3");
    assert_snapshot!(mended(Id::AutoScalingGroup, Status::Deleting), @r"
    replace Auto Scaling group StudentAnalyticsASG
    create scaling policy StudentAnalyticsCPU70
    ");
    assert_snapshot!(mended(Id::LoadBalancer, Status::Failed), @r"
    replace load balancer StudentAnalyticsLB
    create listener StudentAnalyticsLB:80
    ");
}

fn is_in_sync(cloud: &Observed) -> bool {
    plan(&topology(), cloud).is_empty()
}

/// Whatever may fail or be going: the plan is refused or converges, and destroying it works.
#[test]
fn no_status_of_anything_is_a_dead_end() {
    for entry in topology().entries() {
        if !entry.id.kind().is_tagged() {
            continue;
        }
        for status in [Status::Pending, Status::Failed, Status::Deleting] {
            let mut cloud = deployed(&topology());
            set_status(&mut cloud, entry.id, status);
            let mend = plan(&topology(), &cloud);
            let waits = status == Status::Pending;
            assert_eq!(mend.is_empty() && !mend.is_refused(), waits, "{}", entry.id);
            if !mend.is_refused() {
                let after = apply(&cloud, &mend, 10, usize::MAX);
                assert!(is_in_sync(&after), "{} {status:?}", entry.id);
            }
            let destroy = plan(&destruction(), &cloud);
            assert!(!destroy.is_refused(), "{}", entry.id);
            assert_eq!(apply(&cloud, &destroy, 11, usize::MAX).resources, []);
        }
    }
}

/// The calls that follow the one that makes a thing were never made.
#[test]
fn what_was_made_and_not_yet_set_is_set() {
    let mut cloud = deployed(&topology());
    let whole = |id: &str| -> Ref { id.into() };
    let vpc = found(&cloud, Id::Vpc).id.0.clone();
    let inward = Rule {
        peer: Peer::Group("sg-default".into()),
        ..Rule::everything_out()
    };
    cloud.put(Found::part(State::VpcDefaults(VpcDefaults {
        vpc: whole(&vpc),
        ingress: [inward].into(),
        egress: [Rule::everything_out()].into(),
        main_routes: Default::default(),
    })));
    for id in [Id::BalancerGroup, Id::AppGroup] {
        cloud.put(Found::part(State::GroupRules(GroupRules {
            group: at(&cloud, id),
            ingress: Default::default(),
            egress: [Rule::everything_out()].into(),
        })));
    }
    if let State::Bucket(bucket) = state(&mut cloud, Id::Bucket) {
        bucket.blocks_public_access = false;
        bucket.encryption = None;
        bucket.policy = None;
        bucket.versioning = false;
        bucket.lifecycle.clear();
    }
    if let State::Vpc(vpc) = state(&mut cloud, Id::Vpc) {
        vpc.dns_hostnames = false;
    }
    if let State::InstanceProfile(profile) = state(&mut cloud, Id::InstanceProfile) {
        profile.roles.clear();
    }
    if let State::TargetGroup(group) = state(&mut cloud, Id::TargetGroup) {
        group.deregistration_delay = 300;
    }
    if let State::LoadBalancer(balancer) = state(&mut cloud, Id::LoadBalancer) {
        balancer.drops_invalid_headers = false;
    }
    set_status(&mut cloud, Id::LoadBalancer, Status::Pending);
    for kind in [
        Kind::RolePolicies,
        Kind::ScalingPolicy,
        Kind::GatewayAttachment,
    ] {
        cloud.resources.retain(|it| it.kind() != kind);
    }
    let mend = plan(&topology(), &cloud);
    assert_snapshot!(text(&mend, Colour::Off), @r#"
    ~ bucket student-performance-app-files: public access blocked no → yes; encryption none → AES256; policy none → deny * s3:* arn:aws:s3:::student-performance-app-files+arn:aws:s3:::student-performance-app-files/* if {"Bool":{"aws:SecureTransport":["false"]}}; versioning no → yes; lifecycle none → all (* noncurrent 30 d unfinished 1 d markers), uploads (uploads/* current 1 d noncurrent 1 d unfinished 1 d) (it differs from the topology)
    ~ VPC StudentAnalyticsVPC: DNS hostnames no → yes (it differs from the topology)
    ~ defaults of VPC StudentAnalyticsVPC: default group in all sg-default → none; default group out all 0.0.0.0/0 → none (it differs from the topology)
    + attachment of gateway StudentAnalyticsIGW
    ~ rules of StudentAnalytics-LB-SG: in none → tcp 80 0.0.0.0/0; out all 0.0.0.0/0 → tcp 8501 made-app-group-prod (it differs from the topology)
    ~ rules of StudentAnalytics-App-SG: in none → tcp 8501 made-balancer-group-prod; out all 0.0.0.0/0 → tcp 443 0.0.0.0/0 (it differs from the topology)
    + policies of role StudentAnalyticsRole
    ~ instance profile StudentAnalyticsRole: role none → StudentAnalyticsRole (it differs from the topology)
    ~ target group StudentAnalyticsTargets: deregistration delay 300 → 30 (it differs from the topology)
    ~ load balancer StudentAnalyticsLB: drops invalid headers no → yes (it differs from the topology)
    + scaling policy StudentAnalyticsCPU70: 70 % CPU
    3 to create, 8 to update, 0 to replace, 0 to delete, 25 unchanged; service is not interrupted
    "#);
    assert!(is_in_sync(&apply(&cloud, &mend, 12, usize::MAX)));
    assert!(plan(&destruction(), &cloud).problems.is_empty());
}

/// Not content, and no release: it neither holds the bucket nor shows as a difference.
#[test]
fn a_lock_that_was_left_is_nobodys_business() {
    let mut cloud = deployed(&topology());
    let bucket = at(&cloud, Id::Bucket);
    cloud.put(Found::part(State::Object(infra_model::observed::Object {
        bucket,
        key: infra_model::names::LOCK.to_owned(),
        sha256: None,
        modified: 1,
    })));
    assert!(is_in_sync(&cloud));
    let destroy = plan(&Topology::empty(&settings()), &cloud);
    assert!(verbs(&destroy).contains(&"delete bucket student-performance-app-files".to_owned()));
}

#[test]
fn a_template_without_its_group_keeps_its_image() {
    let mut cloud = deployed(&topology());
    let group = found(&cloud, Id::AutoScalingGroup).key();
    cloud.remove(&group);
    cloud.images.values_mut().for_each(|it| it.push('n'));
    assert_eq!(
        verbs(&plan(&topology(), &cloud)),
        [
            "create Auto Scaling group StudentAnalyticsASG",
            "create scaling policy StudentAnalyticsCPU70",
        ]
    );
}

/// The number is the same, the instances are not.
#[test]
fn a_template_that_was_made_anew_rolls_the_group() {
    let mut cloud = deployed(&topology());
    let template = found(&cloud, Id::LaunchTemplate).key();
    cloud.remove(&template);
    if let State::AutoScalingGroup(group) = state(&mut cloud, Id::AutoScalingGroup) {
        group.template = "lt-gone".into();
    }
    assert_snapshot!(text(&plan(&topology(), &cloud), Colour::Off), @r"
    + launch template StudentAnalyticsTemplate: t3.small from ami-2
    ~ Auto Scaling group StudentAnalyticsASG: template lt-gone → new launch-template (instances are replaced one after another)
    1 to create, 1 to update, 0 to replace, 0 to delete, 34 unchanged; service is not interrupted
    ");
}

#[test]
fn a_nat_gateway_that_failed_or_still_starts() {
    let mut cloud = deployed(&topology());
    let mut nats = cloud
        .resources
        .iter_mut()
        .filter(|it| it.kind() == Kind::NatGateway);
    nats.next().unwrap().status = Status::Failed;
    nats.next().unwrap().status = Status::Pending;
    drop(nats);
    let route = cloud
        .resources
        .iter()
        .find(|it| it.id.0.starts_with("made-private-route-table-b-prod/"));
    let route = route.unwrap().key();
    cloud.remove(&route);
    assert_snapshot!(shown(&topology(), &cloud), @r"
    ± NAT gateway StudentAnalyticsNAT-a (it failed, and will not recover)
    ~ default route of StudentAnalyticsPrivate-a: 0.0.0.0/0 via made-nat-gateway-a-prod → new nat-gateway-a (it differs from the topology)
    + default route of StudentAnalyticsPrivate-b
    1 to create, 1 to update, 1 to replace, 0 to delete, 33 unchanged; service is not interrupted
    ");
    // The route waits for the gateway that starts, although nothing is done to it.
    let plan = plan(&topology(), &cloud);
    let route = plan
        .steps
        .iter()
        .find(|it| it.id == Some(Id::PrivateRoute(Zone::B)))
        .unwrap();
    let awaited: Vec<String> = route
        .after
        .iter()
        .map(|it| plan.steps[*it].name.clone())
        .collect();
    assert_eq!(awaited, ["StudentAnalyticsNAT-b"]);
}
