//! What stands in the way, found before anything is changed.

use cloud_tests::{World, in_a_cloud};
use serde_json::Value;
use xtask_emulator::rules_from;

/// Signs as a user of the account: IAM answers for users and roles only.
pub(crate) async fn user(world: &World) -> String {
    world
        .aws(&["iam", "create-user", "--user-name", "anna"])
        .await;
    let key = world
        .aws(&["iam", "create-access-key", "--user-name", "anna"])
        .await;
    key["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned()
}

async fn findings(world: &World, key: &str, exit: i32, arguments: &[&str]) -> Vec<Value> {
    let words: Vec<&str> = ["doctor", "--json"]
        .iter()
        .chain(arguments)
        .copied()
        .collect();
    world.emulator().clear_requests();
    let run = world.run_with("AWS_ACCESS_KEY_ID", key, &words).await;
    assert_eq!(run.exit, exit, "{}", run.said());
    let requests = world.emulator().requests();
    assert!(requests.iter().all(|it| !it.write), "{requests:?}");
    serde_json::from_str(&run.out).unwrap()
}

fn find<'a>(findings: &'a [Value], name: &str) -> &'a Value {
    let found = findings.iter().find(|it| it["name"] == name);
    found.unwrap_or_else(|| panic!("there is no {name} in {findings:?}"))
}

#[test]
fn an_empty_account_is_ready() {
    in_a_cloud(async |world| {
        let key = user(world).await;
        let all = findings(world, &key, 0, &[]).await;
        for name in [
            "credentials",
            "clock",
            "region",
            "instance type",
            "permissions for deploy",
            "permissions for shell",
            "names",
            "quota of VPCs",
        ] {
            assert_eq!(find(&all, name)["verdict"], "good", "{}", find(&all, name));
        }
        // The emulator knows no quotas but those of VPCs.
        let addresses = find(&all, "quota of Elastic IP addresses");
        assert_eq!(addresses["verdict"], "unknown");
        assert!(
            addresses["remedy"].as_str().unwrap().contains("L-0263D0A3"),
            "{addresses}"
        );
        let image = find(&all, "setting of launch-template");
        assert_eq!(image["verdict"], "warning");

        world.deploy().await;
        let all = findings(world, &key, 0, &["--for", "status"]).await;
        let names = find(&all, "names")["what"].as_str().unwrap().to_owned();
        assert!(names.contains("36 of 36 resources exist"), "{names}");
    });
}

#[test]
fn what_is_lacking_is_named_with_the_remedy() {
    in_a_cloud(async |world| {
        let key = user(world).await;
        let others = [
            "elbv2",
            "create-target-group",
            "--name",
            "StudentAnalyticsTargets",
        ];
        let vpc = world
            .aws(&["ec2", "create-vpc", "--cidr-block", "10.9.0.0/16"])
            .await;
        let vpc = vpc["Vpc"]["VpcId"].as_str().unwrap();
        let protocol = ["--protocol", "HTTP", "--port", "80", "--vpc-id", vpc];
        world.aws(&[&others[..], &protocol].concat()).await;
        world
            .emulator()
            .set_rules(rules_from(&["access-denied=ec2:CreateVpc"]).unwrap());

        let all = findings(world, &key, 1, &["--for", "deploy", "--for", "diff"]).await;
        assert_eq!(find(&all, "permissions for diff")["verdict"], "good");
        for (name, what, remedy) in [
            (
                "permissions for deploy",
                "not allowed: ec2:CreateVpc",
                "cargo xtask policy --for deploy",
            ),
            ("StudentAnalyticsTargets", "not our tags", "--adopt"),
        ] {
            let found = find(&all, name);
            assert_eq!(found["verdict"], "failed");
            assert!(found["what"].as_str().unwrap().contains(what), "{found}");
            assert!(
                found["remedy"].as_str().unwrap().contains(remedy),
                "{found}"
            );
        }

        // Who may not look cannot deploy, and may ask how it is all the same.
        let denied = rules_from(&["access-denied=ec2:DescribeVpcs"]).unwrap();
        world.emulator().set_rules(denied);
        for (command, exit, verdict) in [("deploy", 1, "failed"), ("status", 0, "unknown")] {
            let all = findings(world, &key, exit, &["--for", command]).await;
            let found = find(&all, "names");
            assert_eq!(found["verdict"], verdict, "{found}");
            let what = found["what"].as_str().unwrap();
            assert!(what.contains("ec2:DescribeVpcs"), "{found}");
        }

        let denied = rules_from(&["access-denied=iam:SimulatePrincipalPolicy"]).unwrap();
        world.emulator().set_rules(denied);
        let all = findings(world, &key, 1, &["--for", "deploy"]).await;
        let found = find(&all, "permissions for deploy");
        assert_eq!(found["verdict"], "unknown");
        assert!(
            found["remedy"]
                .as_str()
                .unwrap()
                .contains("have iam:SimulatePrincipalPolicy allowed"),
            "{found}"
        );
    });
}

#[test]
fn who_cannot_sign_in_is_told_that_alone() {
    in_a_cloud(async |world| {
        let run = world.run_without_credentials(&["doctor"]).await;
        assert_eq!(run.exit, 1, "{}", run.said());
        assert_eq!(run.out.lines().count(), 1, "{}", run.out);
        for part in ["✗ credentials", "aws sso login"] {
            assert!(run.out.contains(part), "{}", run.out);
        }
    });
}
