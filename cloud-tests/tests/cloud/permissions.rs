//! What the commands call is what their policies allow, and nothing that is allowed is unused.

use std::collections::BTreeSet;

use infra_model::policy::{Command, policy};
use infra_model::settings::Settings;

use crate::drift::drift_everywhere;
use cloud_tests::{World, in_a_cloud};

/// Needs no permission: everyone may ask who they are.
const FREE: &str = "sts:GetCallerIdentity";

fn allowed(command: Command) -> BTreeSet<String> {
    let policy = policy(&Settings::published().unwrap(), command);
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

fn missing(from: &BTreeSet<String>, in_: &BTreeSet<String>) -> Vec<String> {
    from.difference(in_).cloned().collect()
}

#[test]
fn what_is_called_is_allowed_and_what_is_allowed_is_called() {
    in_a_cloud(async |world| {
        let (first, second) = (world.file("first", "one"), world.file("second", "two"));
        let (first, second) = (first.to_str().unwrap(), second.to_str().unwrap());

        let artifact = |file| ["deploy", "--yes", "--artifact", file];
        world.expect(0, &artifact(first)).await;
        let _ = called(world);
        world.expect(0, &["diff"]).await;
        let diff = called(world);

        // Everything that a deployment may have to do, over several of them.
        world.reset().await;
        world.expect(0, &artifact(first)).await;
        let mut deploy = called(world);
        let targets = drift_everywhere(world).await;
        let _ = called(world);
        world.expect(0, &artifact(second)).await;
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
        world.expect(0, &["deploy", "--yes"]).await;
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
            let (allowed, demanded) = (allowed(command), demanded(&calls));
            assert_eq!(
                missing(&demanded, &allowed),
                [] as [&str; 0],
                "{command:?} calls what it may not"
            );
            assert_eq!(
                missing(&allowed, &demanded),
                [] as [&str; 0],
                "{command:?} may what it never calls"
            );
        }
    });
}
