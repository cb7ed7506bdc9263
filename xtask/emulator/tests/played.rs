//! Instances that someone plays: shown in the place of moto's, and refreshed as they are played.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod lab;

use lab::Lab;
use xtask_emulator::{Fleet, Instance, Progress};

fn fleet(instances: &[(&str, &'static str)]) -> Fleet {
    let instance = |(id, target): &(&str, &'static str)| Instance {
        id: (*id).to_owned(),
        zone: "eu-north-1a".to_owned(),
        version: "1".to_owned(),
        lifecycle: "InService",
        is_healthy: *target != "unhealthy",
        target,
    };
    Fleet {
        group: "group".to_owned(),
        port: 8501,
        instances: instances.iter().map(instance).collect(),
    }
}

fn play(lab: &Lab, instances: &[(&str, &'static str)]) {
    lab.runtime()
        .block_on(lab.emulator().play(fleet(instances)));
}

fn note(lab: &Lab, progress: Progress) {
    let emulator = lab.emulator();
    lab.runtime().block_on(async {
        let running = emulator.refresh_to_play("group").await.unwrap();
        emulator.note_refresh(&running.id, progress).await;
    });
}

#[test]
fn instances_are_those_that_are_played() {
    let lab = Lab::new();
    let (_, targets) = lab.running_group();
    assert_eq!(lab.described_group().all("InstanceId").len(), 2);
    play(&lab, &[]);
    assert!(lab.described_group().all("InstanceId").is_empty());
    play(
        &lab,
        &[
            ("i-1", "healthy"),
            ("i-2", "unhealthy"),
            ("i-3", "draining"),
        ],
    );
    let group = lab.described_group();
    assert_eq!(group.all("InstanceId"), ["i-1", "i-2", "i-3"]);
    assert_eq!(
        group.all("HealthStatus"),
        ["Healthy", "Unhealthy", "Healthy"]
    );
    let health = lab.balancing(&[
        ("Action", "DescribeTargetHealth"),
        ("TargetGroupArn", &targets),
    ]);
    assert_eq!(health.all("State"), ["healthy", "unhealthy", "draining"]);
    assert_eq!(health.all("Port"), ["8501"; 3]);
    assert_eq!(
        health.all("Reason"),
        [
            "Target.FailedHealthChecks",
            "Target.DeregistrationInProgress"
        ]
    );
}

#[test]
fn a_refresh_goes_as_far_as_it_is_played() {
    let lab = Lab::new();
    let (template, _) = lab.running_group();
    lab.version(&template);
    play(&lab, &[("i-1", "healthy")]);
    assert_eq!(lab.refresh(&template, "2").status, 200);
    assert_eq!(lab.refresh_status(), "InProgress");
    for percent in [0, 50] {
        note(&lab, Progress::Replacing { percent });
        assert_eq!(lab.refresh_status(), "InProgress");
        assert_eq!(lab.described_group().get("Version"), "1");
    }
    note(&lab, Progress::Replaced);
    assert_eq!(lab.refresh_status(), "Successful");
    let running = lab.emulator().refresh_to_play("group");
    assert_eq!(lab.runtime().block_on(running), None);
}

#[test]
fn a_refresh_that_fails_goes_back_when_it_is_asked_to() {
    let lab = Lab::new();
    let (template, _) = lab.running_group();
    lab.version(&template);
    play(&lab, &[("i-1", "healthy")]);
    let failing = || Progress::Failing {
        reason: "it does not start".to_owned(),
    };
    let without_rollback = lab.scaling(&[
        ("Action", "StartInstanceRefresh"),
        ("AutoScalingGroupName", "group"),
    ]);
    assert_eq!(without_rollback.status, 200);
    note(&lab, failing());
    assert_eq!(lab.refresh_status(), "Failed");
    assert_eq!(lab.refresh(&template, "2").status, 200);
    note(&lab, failing());
    assert_eq!(lab.refresh_status(), "RollbackInProgress");
    let running = lab.emulator().refresh_to_play("group");
    assert!(lab.runtime().block_on(running).unwrap().is_returning);
    note(&lab, Progress::Returned);
    assert_eq!(lab.refresh_status(), "RollbackSuccessful");
    assert_eq!(lab.described_group().get("Version"), "1");
}
