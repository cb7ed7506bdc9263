//! What people change by hand, with the AWS CLI: `diff` shows exactly that, and `deploy` mends it.

use std::fmt::Write;

use cloud_tests::{Ids, World, in_a_cloud};

const ANYONE: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
const OTHER_TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}"#;
const OTHER_TARGET: &str = r#"{"PredefinedMetricSpecification":{"PredefinedMetricType":"ASGAverageCPUUtilization"},"TargetValue":20.0}"#;
const KMS: &str =
    r#"{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms"}}]}"#;
const OTHER_LIFE: &str =
    r#"{"Rules":[{"ID":"all","Status":"Enabled","Filter":{"Prefix":""},"Expiration":{"Days":1}}]}"#;
const FIXED: &str = r#"[{"Type":"fixed-response","FixedResponseConfig":{"StatusCode":"503"}}]"#;

const TAGS: &str = r#"{"TagSet":[{"Key":"Project","Value":"StudentAnalytics"},{"Key":"Stage","Value":"prod"},{"Key":"ManagedBy","Value":"student-analytics-xtask"},{"Key":"Resource","Value":"bucket"},{"Key":"Cost","Value":"7"}]}"#;
const OURS: &str = "Key=Project,Value=StudentAnalytics Key=Stage,Value=prod Key=ManagedBy,Value=student-analytics-xtask";

/// What is changed in one go: commands of the AWS CLI, in words, with names of ids in braces.
const DRIFTS: &[&[&str]] = &[
    &[
        "ec2 authorize-security-group-ingress --group-id {app-group} --protocol tcp --port 22 --cidr 0.0.0.0/0",
    ],
    &[
        "ec2 revoke-security-group-ingress --group-id {app-group} --protocol tcp --port 8501 --source-group {balancer-group}",
    ],
    &[
        "ec2 authorize-security-group-egress --group-id {balancer-group} --protocol tcp --port 25 --cidr 0.0.0.0/0",
    ],
    &[
        "ec2 revoke-security-group-egress --group-id {app-group} --protocol tcp --port 443 --cidr 0.0.0.0/0",
    ],
    &[
        "ec2 authorize-security-group-ingress --group-id {default-group} --protocol tcp --port 22 --cidr 0.0.0.0/0",
        "ec2 authorize-security-group-egress --group-id {default-group} --protocol tcp --port 22 --cidr 0.0.0.0/0",
    ],
    &[
        "ec2 create-route --route-table-id {main-table} --destination-cidr-block 0.0.0.0/0 --gateway-id {internet-gateway}",
    ],
    &["ec2 modify-vpc-attribute --vpc-id {vpc} --no-enable-dns-hostnames"],
    &["ec2 modify-subnet-attribute --subnet-id {private-subnet-a} --map-public-ip-on-launch"],
    &[
        "ec2 delete-route --route-table-id {private-route-table-a} --destination-cidr-block 0.0.0.0/0",
    ],
    &[
        "ec2 replace-route --route-table-id {private-route-table-b} --destination-cidr-block 0.0.0.0/0 --gateway-id {internet-gateway}",
    ],
    &["ec2 disassociate-route-table --association-id {association-a}"],
    &[
        "ec2 replace-route-table-association --association-id {association-b} --route-table-id {public-route-table}",
    ],
    &[
        "ec2 modify-vpc-endpoint --vpc-endpoint-id {s3-endpoint} --remove-route-table-ids {private-route-table-a}",
    ],
    &["ec2 delete-tags --resources {vpc} --tags Key=Name"],
    &["ec2 create-tags --resources {private-subnet-b} --tags Key=Name,Value=mine"],
    &[
        "ec2 create-launch-template-version --launch-template-id {launch-template} --source-version 1 --launch-template-data InstanceType=t3.large",
        "autoscaling update-auto-scaling-group --auto-scaling-group-name StudentAnalyticsASG --launch-template LaunchTemplateId={launch-template},Version=2",
    ],
    &[
        "autoscaling update-auto-scaling-group --auto-scaling-group-name StudentAnalyticsASG --max-size 9",
    ],
    &[
        "autoscaling set-desired-capacity --auto-scaling-group-name StudentAnalyticsASG --desired-capacity 3",
    ],
    &[
        "autoscaling update-auto-scaling-group --auto-scaling-group-name StudentAnalyticsASG --health-check-type EC2 --health-check-grace-period 0",
    ],
    &[
        "autoscaling put-scaling-policy --auto-scaling-group-name StudentAnalyticsASG --policy-name StudentAnalyticsCPU70 --policy-type TargetTrackingScaling --target-tracking-configuration $OTHER_TARGET",
    ],
    &[
        "autoscaling delete-policy --auto-scaling-group-name StudentAnalyticsASG --policy-name StudentAnalyticsCPU70",
    ],
    &[
        "autoscaling put-scaling-policy --auto-scaling-group-name StudentAnalyticsASG --policy-name Mine --policy-type TargetTrackingScaling --target-tracking-configuration $OTHER_TARGET",
    ],
    &[
        "autoscaling detach-load-balancer-target-groups --auto-scaling-group-name StudentAnalyticsASG --target-group-arns {target-group}",
    ],
    &[
        "autoscaling delete-tags --tags ResourceId=StudentAnalyticsASG,ResourceType=auto-scaling-group,Key=Name",
    ],
    &[
        "iam put-role-policy --role-name StudentAnalyticsRole --policy-name ReadFiles --policy-document $ANYONE",
    ],
    &[
        "iam put-role-policy --role-name StudentAnalyticsRole --policy-name Mine --policy-document $ANYONE",
    ],
    &[
        "iam attach-role-policy --role-name StudentAnalyticsRole --policy-arn arn:aws:iam::aws:policy/AdministratorAccess",
        "iam detach-role-policy --role-name StudentAnalyticsRole --policy-arn arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    ],
    &[
        "iam update-assume-role-policy --role-name StudentAnalyticsRole --policy-document $OTHER_TRUST",
    ],
    &["iam untag-role --role-name StudentAnalyticsRole --tag-keys Name"],
    &[
        "iam remove-role-from-instance-profile --instance-profile-name StudentAnalyticsRole --role-name StudentAnalyticsRole",
    ],
    &["s3api put-bucket-tagging --bucket student-performance-app-files --tagging $TAGS"],
    &["s3api delete-public-access-block --bucket student-performance-app-files"],
    &[
        "s3api put-bucket-encryption --bucket student-performance-app-files --server-side-encryption-configuration $KMS",
    ],
    &["s3api delete-bucket-policy --bucket student-performance-app-files"],
    &[
        "s3api put-bucket-versioning --bucket student-performance-app-files --versioning-configuration Status=Suspended",
    ],
    &[
        "s3api put-bucket-lifecycle-configuration --bucket student-performance-app-files --lifecycle-configuration $OTHER_LIFE",
    ],
    &[
        "elbv2 modify-target-group --target-group-arn {target-group} --health-check-path / --health-check-interval-seconds 20",
    ],
    &[
        "elbv2 modify-target-group-attributes --target-group-arn {target-group} --attributes Key=deregistration_delay.timeout_seconds,Value=300",
    ],
    &[
        "elbv2 modify-load-balancer-attributes --load-balancer-arn {load-balancer} --attributes Key=routing.http.drop_invalid_header_fields.enabled,Value=false",
    ],
    &[
        "elbv2 set-security-groups --load-balancer-arn {load-balancer} --security-groups {balancer-group} {default-group}",
    ],
    &[
        "elbv2 set-subnets --load-balancer-arn {load-balancer} --subnets {private-subnet-a} {private-subnet-b}",
    ],
    &["elbv2 modify-listener --listener-arn {http-listener} --default-actions $FIXED"],
    &["elbv2 remove-tags --resource-arns {target-group} --tag-keys Name"],
];

/// A listener of ours that the topology does not have. Its id stands in the plan, and is another
/// on each run.
const LISTENER: &[&str] = &[
    "elbv2 create-listener --load-balancer-arn {load-balancer} --protocol HTTP --port 8080 --default-actions $FIXED --tags $OURS Key=Resource,Value=https-listener",
];

/// Runs the commands of one drift.
async fn drift(world: &World, ids: &Ids, commands: &[&str]) {
    for command in commands {
        let words: Vec<String> = command
            .replace("$OURS", OURS)
            .split(' ')
            .map(|word| match word {
                "$ANYONE" => ANYONE.to_owned(),
                "$OTHER_TRUST" => OTHER_TRUST.to_owned(),
                "$OTHER_TARGET" => OTHER_TARGET.to_owned(),
                "$TAGS" => TAGS.to_owned(),
                "$KMS" => KMS.to_owned(),
                "$OTHER_LIFE" => OTHER_LIFE.to_owned(),
                "$FIXED" => FIXED.to_owned(),
                word => ids.fill(word),
            })
            .collect();
        world
            .aws(&words.iter().map(String::as_str).collect::<Vec<_>>())
            .await;
    }
}

/// Makes every drift at once, so that a deployment has everything to mend; the target group of
/// others that it made for that.
pub(crate) async fn drift_everywhere(world: &World) -> String {
    let ids = Ids::of(world).await;
    for commands in DRIFTS.iter().chain([&LISTENER]) {
        drift(world, &ids, commands).await;
    }
    // The group also registers where others do.
    let vpc = ids.fill("{vpc}");
    let make = [
        "elbv2",
        "create-target-group",
        "--name",
        "Mine",
        "--protocol",
        "HTTP",
        "--port",
        "80",
    ];
    let made = world.aws(&[&make[..], &["--vpc-id", &vpc]].concat()).await;
    let targets = made["TargetGroups"][0]["TargetGroupArn"].as_str().unwrap();
    let attach = "autoscaling attach-load-balancer-target-groups --auto-scaling-group-name StudentAnalyticsASG --target-group-arns";
    world
        .aws(&attach.split(' ').chain([targets]).collect::<Vec<_>>())
        .await;
    targets.to_owned()
}

#[test]
fn each_drift_is_shown_as_what_it_is_and_mended() {
    in_a_cloud(async |world| {
        world.deploy().await;
        let mut shown = String::new();
        let ids = Ids::of(world).await;
        for commands in DRIFTS {
            drift(world, &ids, commands).await;
            let diff = world.run(&["diff"]).await;
            for command in *commands {
                writeln!(shown, "$ aws {command}").unwrap();
            }
            let lines = diff.out.lines();
            for line in lines.filter(|line| !line.starts_with("warning: ")) {
                writeln!(shown, "{}", ids.blank(line)).unwrap();
            }
            writeln!(shown).unwrap();
            // What is not mended shows in the next drift's lines, too.
            world.deploy().await;
        }
        world.expect(0, &["diff"]).await;
        insta::assert_snapshot!(shown);
    });
}

#[test]
fn what_scaling_chose_is_never_touched() {
    in_a_cloud(async |world| {
        world.deploy().await;
        let group = ["--auto-scaling-group-name", "StudentAnalyticsASG"];
        let set = [
            "autoscaling",
            "set-desired-capacity",
            group[0],
            group[1],
            "--desired-capacity",
            "4",
        ];
        world.aws(&set).await;
        world.expect(0, &["diff"]).await;
        // A deployment that changes the group leaves its number of instances alone.
        world.expect(0, &["deploy", "--yes", "--max", "8"]).await;
        let groups = world
            .aws(&["autoscaling", "describe-auto-scaling-groups"])
            .await;
        assert_eq!(groups["AutoScalingGroups"][0]["DesiredCapacity"], 4);
        assert_eq!(groups["AutoScalingGroups"][0]["MaxSize"], 8);
    });
}

/// The sample fills an empty place, and nothing else.
#[test]
fn a_schools_own_file_stays() {
    in_a_cloud(async |world| {
        let place = [
            "--bucket",
            "student-performance-app-files",
            "--key",
            "StudentPerformanceFactors.csv",
        ];
        let length = async || {
            let head = [&["s3api", "head-object"], &place[..]].concat();
            world.aws(&head).await["ContentLength"].clone()
        };
        world.deploy().await;
        let sample = length().await;

        let content = "Hours_Studied,Exam_Score\n1,2\n";
        let own = world.file("own.csv", content);
        let body = ["--body", own.to_str().unwrap()];
        let put = [&["s3api", "put-object"], &place[..], &body[..]].concat();
        world.aws(&put).await;
        world.expect(0, &["diff"]).await;
        world.expect(0, &["deploy", "--yes", "--max", "8"]).await;
        assert_eq!(length().await, content.len());

        let delete = [&["s3api", "delete-object"], &place[..]].concat();
        world.aws(&delete).await;
        world.expect(2, &["diff", "--max", "8"]).await;
        world.expect(0, &["deploy", "--yes", "--max", "8"]).await;
        assert_eq!(length().await, sample);
    });
}
