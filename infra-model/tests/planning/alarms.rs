//! What CloudWatch watches and whom it tells, in plans.

use infra_model::id::Id;
use infra_model::observed::{Observed, State};
use infra_model::plan::{Plan, fingerprint, plan};
use infra_model::settings::{Alarms, Nat, Settings, Watched};
use infra_model::topology::Topology;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::common::{
    apply, at, deployed, found, payload, plan_is_empty, settings, shown, state, topology, verbs,
};

fn mailing(emails: &[&str], watched: &[Watched]) -> Topology {
    let alarms = Alarms {
        emails: emails.iter().map(|it| it.parse().unwrap()).collect(),
        watched: watched.iter().copied().collect(),
    };
    let settings = Settings {
        alarms: Some(alarms),
        ..settings()
    };
    Topology::new(&settings, &payload())
}

fn all() -> Topology {
    mailing(&["staff@school.example"], &Watched::ALL)
}

/// Someone has not agreed yet.
fn asked(cloud: &mut Observed) {
    if let State::Topic(topic) = state(cloud, Id::AlarmTopic) {
        topic.asked.append(&mut topic.emails);
    }
}

#[test]
fn alarms_come_and_go() {
    assert_snapshot!(shown(&all(), &deployed(&topology())), @r"
    ~ bucket student-performance-app-files: tag Alarms none → looked for (its tags were changed)
    + topic StudentAnalyticsAlarms: mails to staff@school.example
    + alarm StudentAnalyticsNoHealthyTarget: 0.10 USD a month
    + alarm StudentAnalyticsServerErrors: 0.30 USD a month
    + alarm StudentAnalyticsSlowAnswers: 0.20 USD a month
    + alarm StudentAnalyticsNatErrors-a: 0.10 USD a month
    + alarm StudentAnalyticsNatErrors-b: 0.10 USD a month
    i StudentAnalyticsAlarms: staff@school.example has not agreed to get alarms, and gets none until then; follow the link in the mail that AWS sends; after two days without, deploy has it sent again
    6 to create, 1 to update, 0 to replace, 0 to delete, 35 unchanged; service is not interrupted
    ");
    assert_snapshot!(shown(&topology(), &deployed(&all())), @r"
    - alarm StudentAnalyticsNatErrors-a (the topology does not have it)
    - alarm StudentAnalyticsServerErrors (the topology does not have it)
    - alarm StudentAnalyticsSlowAnswers (the topology does not have it)
    - alarm StudentAnalyticsNatErrors-b (the topology does not have it)
    - alarm StudentAnalyticsNoHealthyTarget (the topology does not have it)
    - topic StudentAnalyticsAlarms (the topology does not have it)
    0 to create, 0 to update, 0 to replace, 6 to delete, 36 unchanged; service is not interrupted
    ");
    // The mark on the bucket stays: it says only that they are to be looked for.
    let gone = apply(
        &deployed(&all()),
        &plan(&topology(), &deployed(&all())),
        3,
        usize::MAX,
    );
    assert!(plan_is_empty(&topology(), &gone));
    assert!(found(&gone, Id::Bucket).tags.get("Alarms").is_some());
}

#[test]
fn the_bucket_says_that_there_are_alarms_before_there_are() {
    let plan = plan(&all(), &deployed(&topology()));
    let step = |id: Id| plan.steps.iter().position(|it| it.id == Some(id)).unwrap();
    assert!(
        plan.steps[step(Id::AlarmTopic)]
            .after
            .contains(&step(Id::Bucket))
    );
    for id in [Id::NoHealthyTarget, Id::ServerErrors, Id::SlowAnswers] {
        assert!(plan.steps[step(id)].after.contains(&step(Id::AlarmTopic)));
    }
}

#[test]
fn one_nat_gateway_has_one_alarm() {
    let settings = Settings {
        nat: Nat::Single,
        ..all().settings().clone()
    };
    let single = Topology::new(&settings, &payload());
    assert_snapshot!(verbs(&plan(&single, &deployed(&all()))).join("\n"), @r"
    update default route of StudentAnalyticsPrivate-b
    delete alarm StudentAnalyticsNatErrors-b
    delete NAT gateway StudentAnalyticsNAT-b
    delete address StudentAnalyticsNAT-b
    ");
}

#[test]
fn who_was_asked_is_not_asked_again_until_aws_forgets() {
    let mut cloud = deployed(&all());
    asked(&mut cloud);
    assert_snapshot!(shown(&all(), &cloud), @r"
    i StudentAnalyticsAlarms: staff@school.example has not agreed to get alarms, and gets none until then; follow the link in the mail that AWS sends; after two days without, deploy has it sent again
    in sync: 42 resources are as they should be
    ");
    // Whoever agrees between plan and deployment changes nothing that was planned.
    assert_eq!(fingerprint(&cloud), fingerprint(&deployed(&all())));
    // Who is not wanted any more and never answered cannot be taken back.
    let other = mailing(&["head@school.example"], &Watched::ALL);
    assert_snapshot!(shown(&other, &cloud), @r"
    ~ topic StudentAnalyticsAlarms: mails to none → head@school.example (it differs from the topology)
    i StudentAnalyticsAlarms: head@school.example has not agreed to get alarms, and gets none until then; follow the link in the mail that AWS sends; after two days without, deploy has it sent again
    0 to create, 1 to update, 0 to replace, 0 to delete, 41 unchanged; service is not interrupted
    ");
    if let State::Topic(topic) = state(&mut cloud, Id::AlarmTopic) {
        topic.asked.clear();
    }
    assert_snapshot!(shown(&all(), &cloud), @r"
    ~ topic StudentAnalyticsAlarms: mails to none → staff@school.example (it differs from the topology)
    i StudentAnalyticsAlarms: staff@school.example has not agreed to get alarms, and gets none until then; follow the link in the mail that AWS sends; after two days without, deploy has it sent again
    0 to create, 1 to update, 0 to replace, 0 to delete, 41 unchanged; service is not interrupted
    ");
}

/// The plan when one attribute of the alarm about errors of the server differs.
fn differing(pointer: &str, value: Value) -> Plan {
    let mut cloud = deployed(&all());
    let alarm = state(&mut cloud, Id::ServerErrors);
    let mut edited = serde_json::to_value(&*alarm).unwrap();
    let place = edited.pointer_mut(&format!("/alarm{pointer}"));
    *place.unwrap_or_else(|| panic!("{pointer}")) = value;
    *alarm = serde_json::from_value(edited).unwrap();
    plan(&all(), &cloud)
}

#[test]
fn each_attribute_is_compared_and_mended_in_place() {
    for (pointer, value, change) in [
        (
            "/description",
            json!("mine"),
            "description mine → More than 5 %",
        ),
        ("/expression", json!(null), "expression none → IF("),
        (
            "/bounds/threshold",
            json!(50.0),
            "bounds GreaterThanThreshold 50 for 3 of 5",
        ),
        (
            "/bounds/missing",
            json!("breaching"),
            "without a figure breaching → ",
        ),
        ("/is_enabled", json!(false), "tells no → yes"),
        (
            "/begins",
            json!([]),
            "tells its beginning to none → made-alarm-topic-prod",
        ),
        (
            "/ends",
            json!([]),
            "tells its end to none → made-alarm-topic-prod",
        ),
        (
            "/figures/requests/statistic",
            json!("Average"),
            "Average of AWS/ApplicationELB RequestCount",
        ),
        (
            "/figures/requests/period",
            json!(300),
            "in 300 s of made-load-balancer-prod",
        ),
        (
            "/figures/failed/of",
            json!({}),
            "HTTPCode_Target_5XX_Count in 60 s of  refused",
        ),
    ] {
        let plan = differing(pointer, value);
        let steps = plan.steps.iter().filter(|it| !it.action.is_nothing());
        let said: Vec<String> = steps
            .flat_map(|it| it.action.changes())
            .map(|it| it.to_string())
            .collect();
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains(change), "{}", said[0]);
    }
}

#[test]
fn a_new_load_balancer_is_the_one_that_is_watched() {
    let mut cloud = deployed(&all());
    let gone = found(&cloud, Id::LoadBalancer).key();
    cloud.remove(&gone);
    let first = plan(&all(), &cloud);
    let after = apply(&cloud, &first, 5, usize::MAX);
    assert!(plan_is_empty(&all(), &after));
    let balancer = at(&after, Id::LoadBalancer);
    let State::Alarm(alarm) = &found(&after, Id::SlowAnswers).state else {
        panic!("no alarm");
    };
    assert_eq!(alarm.figures["slowest"].of["LoadBalancer"], balancer);
}
