//! What the commands call is what their policies allow, and nothing that is allowed is unused.

use std::collections::BTreeSet;

use infra_model::policy::{Command, policy};
use infra_model::settings::{Alarms, Settings, Watched};

use crate::doctoring::user;
use crate::drift::drift_everywhere;
use cloud_tests::{World, in_a_cloud};
use xtask_emulator::rules_from;

/// Needs no permission: everyone may ask who they are.
const FREE: &str = "sts:GetCallerIdentity";

/// Who gets alarms.
const STAFF: [&str; 2] = ["--alarm-email", "staff@school.example"];

fn allowed(command: Command) -> BTreeSet<String> {
    let alarms = Alarms {
        emails: [STAFF[1].parse().unwrap()].into(),
        watched: Watched::ALL.into(),
    };
    let settings = Settings {
        alarms: Some(alarms),
        ..Settings::published().unwrap()
    };
    let policy = policy(&settings, command);
    let statements = policy["Statement"].as_array().unwrap().clone();
    statements
        .iter()
        .flat_map(|statement| statement["Action"].as_array().unwrap().clone())
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

/// What was called since the last time.
fn called(world: &World) -> BTreeSet<String> {
    let requests = world.emulator().requests();
    world.emulator().clear_requests();
    let actions = requests.into_iter().map(|request| request.action);
    actions.filter(|action| action != FREE).collect()
}

/// What IAM demands beside the action of the call itself.
fn implied(call: &str) -> &'static [&'static str] {
    match call {
        // Tags in the create call.
        "ec2:CreateVpc" | "ec2:CreateSubnet" | "ec2:CreateInternetGateway" => &["ec2:CreateTags"],
        // When the subnet still uses another table of ours, which a race between two steps decides.
        "ec2:AssociateRouteTable" => &["ec2:ReplaceRouteTableAssociation"],
        // The AWS CLI opens and ends the session in which a log is followed, or a shell opened.
        "ssm:DescribeInstanceInformation" => &["ssm:StartSession", "ssm:TerminateSession"],
        // Of a role, the path is asked for first.
        "iam:SimulatePrincipalPolicy" => &["iam:GetRole"],
        "s3:CreateBucket" => &["s3:TagResource"],
        // What is in it goes before, version by version.
        "s3:DeleteBucket" => &["s3:DeleteObjectVersion"],
        "iam:CreateRole" => &["iam:TagRole"],
        "iam:CreateInstanceProfile" => &["iam:TagInstanceProfile"],
        "elasticloadbalancing:CreateLoadBalancer" => &[
            "elasticloadbalancing:AddTags",
            "iam:CreateServiceLinkedRole",
        ],
        // A group starts instances from the template, with its role.
        "autoscaling:CreateAutoScalingGroup" => &[
            "ec2:RunInstances",
            "iam:PassRole",
            "iam:CreateServiceLinkedRole",
        ],
        _ => &[],
    }
}

fn demanded(calls: &BTreeSet<String>) -> BTreeSet<String> {
    let implied = calls
        .iter()
        .flat_map(|call| implied(call))
        .map(|it| (*it).to_owned());
    calls.iter().cloned().chain(implied).collect()
}

/// Calls and policy are the same.
fn agree(command: Command, calls: &BTreeSet<String>) {
    let (allowed, demanded) = (allowed(command), demanded(calls));
    assert_eq!(
        missing(&demanded, &allowed),
        [] as [&str; 0],
        "{command} calls what it may not"
    );
    assert_eq!(
        missing(&allowed, &demanded),
        [] as [&str; 0],
        "{command} may what it never calls"
    );
}

fn missing(from: &BTreeSet<String>, in_: &BTreeSet<String>) -> Vec<String> {
    from.difference(in_).cloned().collect()
}

/// The tags for people go, of the topic and of one alarm.
async fn lose_names(world: &World) {
    let account = "eu-north-1:123456789012";
    for (service, name) in [
        ("sns", "StudentAnalyticsAlarms"),
        ("cloudwatch", "alarm:StudentAnalyticsServerErrors"),
    ] {
        let arn = format!("arn:aws:{service}:{account}:{name}");
        let words = [
            service,
            "untag-resource",
            "--resource-arn",
            &arn,
            "--tag-keys",
            "Name",
        ];
        world.aws(&words).await;
    }
}

#[test]
fn what_is_called_is_allowed_and_what_is_allowed_is_called() {
    in_a_cloud(async |world| {
        let (first, second) = (world.file("first", "one"), world.file("second", "two"));
        let (first, second) = (first.to_str().unwrap(), second.to_str().unwrap());

        let artifact = |file| ["deploy", "--yes", "--artifact", file];
        let head = ["--alarm-email", "head@school.example"];
        let agreed = || rules_from(&["mails-agreed"]).unwrap();
        world.emulator().set_rules(agreed());
        world
            .expect(0, &[&artifact(first)[..], &STAFF].concat())
            .await;
        let _ = called(world);
        world.expect(0, &[&["diff"][..], &STAFF].concat()).await;
        let diff = called(world);

        // Everything that a deployment may have to do, over several of them.
        world.reset().await;
        world.emulator().set_rules(agreed());
        world
            .expect(0, &[&artifact(first)[..], &STAFF].concat())
            .await;
        let mut deploy = called(world);
        let targets = drift_everywhere(world).await;
        lose_names(world).await;
        let _ = called(world);
        world
            .expect(0, &[&artifact(second)[..], &head].concat())
            .await;
        deploy.extend(called(world));

        // What others have in our network would hold it.
        world
            .aws(&[
                "elbv2",
                "delete-target-group",
                "--target-group-arn",
                &targets,
            ])
            .await;
        world
            .expect(0, &[&["deploy", "--yes"][..], &head].concat())
            .await;
        // An upload that was cut off holds the bucket.
        let begun = "s3api create-multipart-upload --bucket student-performance-app-files \
                     --key uploads/cut-off";
        world
            .aws(&begun.split_whitespace().collect::<Vec<_>>())
            .await;
        let _ = called(world);
        world.expect(0, &["destroy", "--yes"]).await;
        world
            .expect(0, &["destroy", "--yes", "--purge-bucket"])
            .await;
        let destroy = called(world);

        // A deployment takes away what is no longer wanted as a destruction does.
        let removes = destroy
            .iter()
            .filter(|call| allowed(Command::Deploy).contains(*call));
        let deploy_calls = deploy.iter().chain(removes).cloned().collect();
        for (command, calls) in [
            (Command::Diff, diff),
            (Command::Deploy, deploy_calls),
            (Command::Destroy, destroy),
        ] {
            agree(command, &calls);
        }
    });
}

#[test]
fn looking_after_what_runs_calls_what_it_may_and_no_more() {
    in_a_cloud(async |world| {
        for release in ["first", "second"] {
            let file = world.file(release, release);
            let artifact = ["--artifact", file.to_str().unwrap()];
            world
                .expect(0, &[&["deploy", "--yes"][..], &artifact, &STAFF].concat())
                .await;
        }
        let key = user(world).await;
        let _ = called(world);
        for (command, words) in [
            (Command::Status, &["status"][..]),
            (Command::Logs, &["logs"]),
            (
                Command::Doctor,
                &["doctor", "--for", "shell", STAFF[0], STAFF[1]],
            ),
        ] {
            let run = world.run_with("AWS_ACCESS_KEY_ID", &key, words).await;
            assert_eq!(run.exit, 0, "{}", run.said());
            agree(command, &called(world));
        }

        // Without the CLI's plugin a shell ends before it calls; what it asks is asked for logs too.
        let log_calls = allowed(Command::Logs);
        assert!(allowed(Command::Shell).is_subset(&log_calls));

        world.expect(0, &["rollback", "--yes"]).await;
        let may = allowed(Command::Rollback);
        assert_eq!(missing(&demanded(&called(world)), &may), [] as [&str; 0]);
        assert_eq!(may, allowed(Command::Deploy));
    });
}
