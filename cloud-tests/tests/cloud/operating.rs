//! Looking after what runs: status, rollback, logs, shell.

use std::os::unix::fs::PermissionsExt;

use cloud_tests::{Run, World, in_a_cloud};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use xtask_emulator::{Fleet, Instance, rules_from};

/// A program that names its commit, as a release does.
const COMMIT: &str = "9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0";

/// A release of this commit; its path.
fn release(world: &World, name: &str, commit: &str) -> String {
    let script = format!("#!/bin/sh\necho 'student-analytics 0.1.0 ({commit})'\n# {name}\n");
    executable(world, name, &script)
}

fn executable(world: &World, name: &str, script: &str) -> String {
    let path = world.file(name, script);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

async fn deploy(world: &World, artifact: &str) {
    world
        .expect(0, &["deploy", "--yes", "--artifact", artifact])
        .await;
}

async fn status(world: &World) -> Value {
    let run = world.expect(0, &["status", "--json"]).await;
    serde_json::from_str(&run.out).unwrap()
}

fn no_writes(world: &World) {
    let requests = world.emulator().requests();
    let writes: Vec<_> = requests.iter().filter(|it| it.write).collect();
    assert!(writes.is_empty(), "{writes:?}");
}

#[test]
fn status_shows_the_fleet_and_what_it_runs() {
    in_a_cloud(async |world| {
        deploy(world, &release(world, "first", COMMIT)).await;
        world.emulator().clear_requests();
        let seen = status(world).await;
        no_writes(world);
        assert_eq!(
            seen["url"],
            "http://StudentAnalyticsLB-1.eu-north-1.elb.amazonaws.com/"
        );
        assert_eq!(seen["release"]["commit"], COMMIT);
        let instances = seen["fleet"]["instances"].as_array().unwrap();
        for instance in instances {
            assert_eq!(instance["health"], "healthy");
            let zone = instance["zone"].as_str().unwrap();
            assert!(["eu-north-1a", "eu-north-1b"].contains(&zone), "{zone}");
            assert_eq!(instance["release"], seen["release"]["sha256"]);
            assert!(instance["since"].is_i64(), "{instance}");
        }
        assert!(!seen["activities"].as_array().unwrap().is_empty());
        assert_eq!(seen["dataset"]["key"], "StudentPerformanceFactors.csv");
        // Nothing measures emulated instances.
        assert!(
            seen["cpu"]["unknown"]
                .as_str()
                .unwrap()
                .contains("no figure"),
            "{}",
            seen["cpu"]
        );
        assert_eq!(seen["refresh"], Value::Null, "there was none yet");

        deploy(
            world,
            &release(world, "second", "c5ba7857cfee05b790895955bdcec6ad51d81eae"),
        )
        .await;
        let seen = status(world).await;
        assert_eq!(seen["refresh"]["status"], "Successful");
        assert!(
            seen["release"]["commit"]
                .as_str()
                .unwrap()
                .starts_with("c5ba7857")
        );
        let run = world.expect(0, &["status"]).await;
        assert!(
            run.out.contains("serves: 2 healthy of 2 instances"),
            "{}",
            run.out
        );
    });
}

#[test]
fn status_says_what_is_wrong_and_what_is_not_there() {
    in_a_cloud(async |world| {
        let run = world.expect(1, &["status"]).await;
        assert!(run.out.contains("nothing is deployed"), "{}", run.out);

        world.deploy().await;
        let played = |id: &str, zone: &str, target| Instance {
            id: id.to_owned(),
            zone: zone.to_owned(),
            version: "1".to_owned(),
            lifecycle: "InService",
            is_healthy: target == "healthy",
            target,
        };
        let fleet = Fleet {
            group: "StudentAnalyticsASG".to_owned(),
            port: 8501,
            instances: vec![
                played("i-1", "eu-north-1a", "healthy"),
                played("i-2", "eu-north-1b", "unhealthy"),
            ],
        };
        world.emulator().play(fleet).await;
        let run = world.expect(1, &["status"]).await;
        for part in [
            "DOES NOT SERVE AS IT SHOULD: 1 healthy of 2",
            "unhealthy: Target.FailedHealthChecks",
        ] {
            assert!(run.out.contains(part), "{}", run.out);
        }
    });
}

#[test]
fn status_is_watched_until_nobody_reads() {
    in_a_cloud(async |world| {
        world.deploy().await;
        let mut child = world.start(&["status", "--json", "--watch", "1"]);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for _ in 0..2 {
            let line = lines.next_line().await.unwrap().unwrap();
            let seen: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(seen["stage"], "prod");
        }
        drop(lines);
        assert!(child.wait().await.unwrap().success());
    });
}

#[test]
fn rollback_returns_to_the_release_before() {
    in_a_cloud(async |world| {
        let run = world.expect(1, &["rollback", "--yes"]).await;
        assert!(run.err.contains("no release"), "{}", run.err);
        let commits = ["1".repeat(40), "2".repeat(40), "3".repeat(40)];
        for (name, commit) in ["first", "second", "third"].iter().zip(&commits) {
            deploy(world, &release(world, name, commit)).await;
        }
        world.emulator().clear_requests();
        let run = world.expect(0, &["rollback", "--list"]).await;
        no_writes(world);
        for part in [
            format!("{}  (in use)", commits[2]),
            format!("{}  (previous)", commits[1]),
        ] {
            assert!(run.out.contains(&part), "{}", run.out);
        }
        let run = world.expect(1, &["rollback"]).await;
        assert!(run.err.contains("add --yes"), "{}", run.err);
        assert!(
            run.out.contains("Auto Scaling group StudentAnalyticsASG"),
            "{}",
            run.out
        );
        no_writes(world);

        world.expect(0, &["rollback", "--yes"]).await;
        assert_eq!(status(world).await["release"]["commit"], commits[1]);
        world.expect(0, &["diff"]).await;
        // The oldest, whose checksum no plan reads otherwise.
        world.expect(0, &["rollback", "--yes", "1111"]).await;
        assert_eq!(status(world).await["release"]["commit"], commits[0]);
        let requests = world.emulator().requests();
        let uploads = requests
            .iter()
            .filter(|it| it.operation == "PutObject" && it.path.contains("/releases/"));
        assert_eq!(uploads.count(), 0);
        let run = world.expect(1, &["rollback", "--yes", "4444"]).await;
        assert!(
            run.err
                .contains("no release in the bucket begins with `4444`"),
            "{}",
            run.err
        );
    });
}

#[test]
fn rollback_passes_what_was_returned_from_and_what_never_served() {
    in_a_cloud(async |world| {
        let commits = ["1", "2", "3", "4"].map(|it| it.repeat(40));
        let [first, second, third, fourth] = [0, 1, 2, 3].map(|it| {
            let name = format!("release-{it}");
            release(world, &name, &commits[it])
        });
        deploy(world, &first).await;
        let run = world.expect(1, &["rollback", "--yes"]).await;
        assert!(
            run.err.contains("no release but the one in use"),
            "{}",
            run.err
        );
        deploy(world, &second).await;
        world.expect(0, &["rollback", "--yes"]).await;
        let rules = rules_from(&["refresh-fails"]).unwrap();
        world.emulator().set_rules(rules);
        world
            .expect(1, &["deploy", "--yes", "--artifact", &third])
            .await;
        world.emulator().set_rules(rules_from::<&str>(&[]).unwrap());
        deploy(world, &fourth).await;
        world.expect(0, &["diff"]).await;
        let run = world.expect(0, &["rollback", "--list"]).await;
        let previous = format!("{}  (previous)", commits[0]);
        assert!(run.out.contains(&previous), "{}", run.out);
        world.expect(0, &["rollback", "--yes"]).await;
        assert_eq!(status(world).await["release"]["commit"], commits[0]);
    });
}

#[test]
fn a_rollback_is_one_deployment_at_a_time_too() {
    in_a_cloud(async |world| {
        deploy(world, &release(world, "first", COMMIT)).await;
        deploy(world, &release(world, "second", COMMIT)).await;
        let rules = rules_from(&["refresh-fails"]).unwrap();
        world.emulator().set_rules(rules);
        let run = world.expect(1, &["rollback", "--yes"]).await;
        assert!(
            run.err.contains("all instances run the version before"),
            "{}",
            run.err
        );
    });
}

#[test]
fn logs_are_read_where_ssm_reaches() {
    in_a_cloud(async |world| {
        let run = world.expect(1, &["logs"]).await;
        assert!(run.err.contains("has no instance"), "{}", run.err);
        world.deploy().await;
        let run = world.expect(0, &["logs", "--lines", "20"]).await;
        assert_eq!(run.out.matches("== i-").count(), 2, "{}", run.out);
        let run = world.expect(1, &["logs", "i-elsewhere"]).await;
        assert!(
            run.err
                .contains("i-elsewhere is no instance of StudentAnalyticsASG"),
            "{}",
            run.err
        );

        world
            .emulator()
            .set_rules(rules_from(&["agents-offline"]).unwrap());
        let run = world.expect(1, &["logs"]).await;
        for part in ["SSM does not reach i-", "AmazonSSMManagedInstanceCore"] {
            assert!(run.err.contains(part), "{}", run.err);
        }
        let denied = rules_from(&["access-denied=ssm:SendCommand"]).unwrap();
        world.emulator().set_rules(denied);
        let run = world.expect(1, &["logs"]).await;
        assert!(
            run.err.contains("your credentials lack the permission"),
            "{}",
            run.err
        );
    });
}

#[test]
fn a_shell_needs_the_cli_and_its_plugin() {
    in_a_cloud(async |world| {
        world.deploy().await;
        let folder = world.home().join("programs");
        std::fs::create_dir(&folder).unwrap();
        let path = folder.to_str().unwrap();
        let shell = async || world.run_with("PATH", path, &["shell"]).await;
        let run = shell().await;
        assert!(
            run.exit == 1 && run.err.contains("the AWS CLI is not on PATH"),
            "{}",
            run.err
        );
        executable(world, "programs/aws", "#!/bin/sh\necho \"$*\"\n");
        let run = shell().await;
        assert!(
            run.exit == 1 && run.err.contains("session-manager-plugin is not on PATH"),
            "{}",
            run.err
        );
        executable(world, "programs/session-manager-plugin", "#!/bin/sh\n");
        let run = shell().await;
        assert_eq!(run.exit, 0, "{}", run.err);
        assert!(
            run.out.starts_with("ssm start-session --target i-"),
            "{}",
            run.out
        );
        assert!(run.out.ends_with("--region eu-north-1\n"), "{}", run.out);
        let run: Run = world.run_with("PATH", path, &["logs", "--follow"]).await;
        assert!(
            run.out.contains("AWS-StartInteractiveCommand"),
            "{}",
            run.out
        );
        assert!(run.out.contains("--follow"), "{}", run.out);
    });
}
