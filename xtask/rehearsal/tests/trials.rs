//! The rehearsal as a test: one fleet, and one test for each trial that it goes through.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::ValueEnum;
use xtask_rehearsal::{Options, Report, Stage, Trial, run_trials};

/// All trials, done once for all tests.
static REPORT: LazyLock<Report> = LazyLock::new(|| {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let report = runtime.block_on(async {
        let stage = Stage::set(options()).await?;
        run_trials(&stage, Trial::value_variants()).await
    });
    // A fleet that does not come up is a trial that could not be done.
    let report = report.unwrap_or_else(|error| Report {
        broken_off: Some(format!("the fleet itself: {error:#}")),
        ..Report::default()
    });
    println!("{report}");
    report
});

fn options() -> Options {
    let moto = given("STUDENT_ANALYTICS_MOTO");
    Options {
        artifact: given("STUDENT_ANALYTICS_ARTIFACT"),
        commands: given("STUDENT_ANALYTICS_XTASK_AWS"),
        tools: moto.ancestors().nth(2).unwrap().to_owned(),
        program: env!("CARGO_BIN_EXE_xtask-rehearsal").into(),
        scale: "8".parse().unwrap(),
        port: 0,
        https_port: 0,
        quota: 0.25,
        // Its systemd confines the service the most.
        amazon_linux_2023: true,
    }
}

fn given(name: &str) -> PathBuf {
    let value = std::env::var_os(name);
    let hint = "`cargo xtask test --only rehearsal` provides what the tests need";
    PathBuf::from(value.unwrap_or_else(|| panic!("{name} is not set: {hint}")))
}

fn passes(trial: Trial) {
    let place = Trial::value_variants().iter().position(|it| *it == trial);
    let Some(result) = REPORT.trials.get(place.unwrap()) else {
        let why = REPORT.broken_off.as_deref();
        panic!("not done, because of {}", why.unwrap_or("nothing known"));
    };
    assert!(result.requests > 0, "no users were there");
    assert!(result.problems.is_empty(), "{}", result.problems.join("\n"));
}

#[test]
fn nobody_notices_that_an_instance_is_terminated() {
    passes(Trial::Terminate);
}

#[test]
fn a_killed_process_fails_only_what_it_was_answering() {
    passes(Trial::Kill);
}

#[test]
fn a_machine_that_hangs_is_noticed_and_replaced() {
    passes(Trial::Hang);
}

#[test]
fn nobody_notices_a_new_release() {
    passes(Trial::Release);
}

#[test]
fn nobody_notices_a_release_that_does_not_work() {
    passes(Trial::BadRelease);
}

#[test]
fn an_instance_without_the_bucket_says_so_and_waits() {
    passes(Trial::Bucket);
}

#[test]
fn a_wrong_release_is_not_executed() {
    passes(Trial::Checksum);
}

#[test]
fn an_upload_outlives_the_instance_that_took_it() {
    passes(Trial::Upload);
}

#[test]
fn nobody_notices_the_way_to_https() {
    passes(Trial::Https);
}

#[test]
fn the_fleet_grows_and_shrinks_with_the_load() {
    passes(Trial::Load);
}
