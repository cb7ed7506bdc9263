//! The emulator itself: its record, its halts, its own paths, and its end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod lab;

use std::thread;
use std::time::Duration;

use lab::Lab;
use xtask_emulator::{Emulator, Options, Side};

const CREATE_VPC: [(&str, &str); 2] = [("Action", "CreateVpc"), ("CidrBlock", "10.0.0.0/16")];
const DESCRIBE_VPCS: [(&str, &str); 1] = [("Action", "DescribeVpcs")];

#[test]
fn requests_are_recorded_as_iam_names_them() {
    let lab = Lab::new();
    lab.vpc();
    lab.http("HEAD", "/bucket-one", "");
    lab.iam(&[("Action", "ListRoles")]);
    let recorded = lab.emulator().requests();
    let row = |one: &xtask_emulator::Recorded| (one.action.clone(), one.status, one.write);
    let rows: Vec<_> = recorded.iter().map(row).collect();
    assert_eq!(
        rows,
        [
            ("ec2:CreateVpc".to_owned(), Some(200), true),
            ("s3:ListBucket".to_owned(), Some(404), false),
            ("iam:ListRoles".to_owned(), Some(200), false),
        ]
    );
    assert_eq!(recorded[1].operation, "HeadBucket");
    lab.emulator().clear_requests();
    assert_eq!(lab.emulator().requests(), []);
}

#[test]
fn a_halt_holds_the_write_and_all_that_follows() {
    for (side, made) in [(Side::Before, 1), (Side::After, 2)] {
        let lab = Lab::new();
        let count = || lab.ec2(&DESCRIBE_VPCS).all("vpcId").len();
        let before = count();
        let halted = lab.emulator().halt_at(2, side);
        lab.vpc();
        thread::scope(|scope| {
            let client = scope.spawn(|| lab.try_call("ec2", &CREATE_VPC));
            lab.runtime()
                .block_on(async { tokio::time::timeout(Duration::from_secs(10), halted).await })
                .unwrap();
            let follower = scope.spawn(|| lab.try_call("ec2", &DESCRIBE_VPCS));
            thread::sleep(Duration::from_millis(50));
            assert!(!client.is_finished() && !follower.is_finished());
            lab.emulator().release();
            assert!(client.join().unwrap().is_err());
            assert!(follower.join().unwrap().is_err());
        });
        assert_eq!(count() - before, made, "{side:?}");
    }
}

#[test]
fn a_halt_is_reached_in_the_rules_as_well() {
    let lab = Lab::new();
    lab.faults(&["kill-after=1"]);
    thread::scope(|scope| {
        let client = scope.spawn(|| lab.try_call("ec2", &CREATE_VPC));
        let mut tries = 0;
        while lab.http("GET", "/_emulator/halt", "").body != "\"reached\"" {
            tries += 1;
            assert!(tries < 500, "the halt is never reached");
            thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(lab.http("DELETE", "/_emulator/halt", "").status, 204);
        assert!(client.join().unwrap().is_err());
    });
}

#[test]
fn its_own_paths_set_rules_and_show_the_record() {
    let lab = Lab::new();
    let set = lab.http(
        "PUT",
        "/_emulator/faults",
        r#"{"throttling":{"every":1},"delay":1}"#,
    );
    assert_eq!(set.status, 200, "{}", set.body);
    assert_eq!(lab.ec2(&DESCRIBE_VPCS).code(), "RequestLimitExceeded");
    assert!(
        lab.http("GET", "/_emulator/faults", "")
            .body
            .contains(r#""delay":1"#)
    );
    let recorded = lab.http("GET", "/_emulator/requests", "");
    assert!(
        recorded.body.contains("ec2:DescribeVpcs"),
        "{}",
        recorded.body
    );
    assert_eq!(lab.http("DELETE", "/_emulator/requests", "").status, 204);
    assert_eq!(lab.http("POST", "/_emulator/reset", "").status, 204);
    assert_eq!(lab.ec2(&DESCRIBE_VPCS).status, 200);
    for (method, path, body, status) in [
        ("PUT", "/_emulator/faults", r#"{"nothing":1}"#, 400),
        ("GET", "/_emulator/nothing", "", 404),
    ] {
        assert_eq!(
            lab.http(method, path, body).status,
            status,
            "{method} {path}"
        );
    }
}

#[test]
fn a_reset_empties_the_cloud() {
    let lab = Lab::new();
    let vpc = lab.vpc();
    lab.bucket("bucket-one");
    lab.runtime().block_on(lab.emulator().reset()).unwrap();
    assert!(!lab.ec2(&DESCRIBE_VPCS).body.contains(&vpc));
    assert_eq!(lab.http("HEAD", "/bucket-one", "").status, 404);
}

#[test]
fn a_missing_moto_is_named_with_its_remedy() {
    let lab = Lab::new();
    let options = Options {
        program: Some("/nowhere/moto_server".into()),
        ..Options::default()
    };
    let error = lab
        .runtime()
        .block_on(Emulator::start(options))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("pip install -r xtask/emulator/requirements.txt")
    );
}

/// Also when the process is killed: moto watches a pipe that only this process holds.
#[test]
fn moto_ends_with_the_emulator() {
    let lab = Lab::new();
    let emulator = lab
        .runtime()
        .block_on(Emulator::start(Options::default()))
        .unwrap();
    let children = || {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap();
        let of = |task: std::io::Result<std::fs::DirEntry>| {
            std::fs::read_to_string(task.unwrap().path().join("children")).unwrap_or_default()
        };
        let all: String = tasks.map(of).collect();
        all.split_whitespace().count()
    };
    let running = children();
    drop(emulator);
    let mut tries = 0;
    while children() >= running {
        tries += 1;
        assert!(tries < 500, "moto goes on");
        thread::sleep(Duration::from_millis(10));
    }
}
