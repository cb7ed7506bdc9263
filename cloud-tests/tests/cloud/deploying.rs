//! From the empty cloud to the deployment and back, and what it costs in calls and time.

use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use cloud_tests::{Ids, SECRET, in_a_cloud};

/// What the AWS CLI is asked after a deployment: attributes of each kind, by JMESPath.
const QUESTIONS: &[(&str, &str)] = &[
    (
        "ec2 describe-vpcs --vpc-ids {vpc}",
        "Vpcs[].[CidrBlock, Tags]",
    ),
    (
        "ec2 describe-vpc-attribute --vpc-id {vpc} --attribute enableDnsHostnames",
        "EnableDnsHostnames",
    ),
    (
        "ec2 describe-vpc-attribute --vpc-id {vpc} --attribute enableDnsSupport",
        "EnableDnsSupport",
    ),
    (
        "ec2 describe-security-groups --group-ids {default-group}",
        "SecurityGroups[].[GroupName, IpPermissions, IpPermissionsEgress]",
    ),
    (
        "ec2 describe-route-tables --route-table-ids {main-table}",
        "RouteTables[].Routes[].DestinationCidrBlock",
    ),
    (
        "ec2 describe-internet-gateways --internet-gateway-ids {internet-gateway}",
        "InternetGateways[].Attachments",
    ),
    (
        "ec2 describe-subnets --filters Name=vpc-id,Values={vpc}",
        "sort_by(Subnets,&CidrBlock)[].[CidrBlock, AvailabilityZone, MapPublicIpOnLaunch, Tags[?Key=='Name'].Value | [0]]",
    ),
    (
        "ec2 describe-addresses --allocation-ids {address-a} {address-b}",
        "sort(Addresses[].join(' ',[Tags[?Key=='Name'].Value | [0], Domain]))",
    ),
    (
        "ec2 describe-nat-gateways --nat-gateway-ids {nat-gateway-a} {nat-gateway-b}",
        "sort(NatGateways[].join(' ',[Tags[?Key=='Name'].Value | [0], SubnetId, NatGatewayAddresses[0].AllocationId, State]))",
    ),
    (
        "ec2 describe-route-tables --route-table-ids {public-route-table}",
        "RouteTables[].[Routes[?DestinationCidrBlock=='0.0.0.0/0'].GatewayId, length(Associations), contains(Associations[].SubnetId,'{public-subnet-a}'), contains(Associations[].SubnetId,'{public-subnet-b}')]",
    ),
    (
        "ec2 describe-route-tables --route-table-ids {private-route-table-a}",
        "RouteTables[].[Routes[?DestinationCidrBlock=='0.0.0.0/0'].NatGatewayId, Associations[].SubnetId]",
    ),
    (
        "ec2 describe-route-tables --route-table-ids {private-route-table-b}",
        "RouteTables[].[Routes[?DestinationCidrBlock=='0.0.0.0/0'].NatGatewayId, Associations[].SubnetId]",
    ),
    (
        "ec2 describe-vpc-endpoints --vpc-endpoint-ids {s3-endpoint}",
        "VpcEndpoints[].[ServiceName, VpcEndpointType, length(RouteTableIds), contains(RouteTableIds,'{private-route-table-a}'), contains(RouteTableIds,'{private-route-table-b}')]",
    ),
    (
        "ec2 describe-security-groups --group-ids {balancer-group}",
        "SecurityGroups[].[GroupName, IpPermissions[].[IpProtocol,FromPort,ToPort,IpRanges[].CidrIp,UserIdGroupPairs[].GroupId], IpPermissionsEgress[].[IpProtocol,FromPort,ToPort,IpRanges[].CidrIp,UserIdGroupPairs[].GroupId]]",
    ),
    (
        "ec2 describe-security-groups --group-ids {app-group}",
        "SecurityGroups[].[GroupName, IpPermissions[].[IpProtocol,FromPort,ToPort,IpRanges[].CidrIp,UserIdGroupPairs[].GroupId], IpPermissionsEgress[].[IpProtocol,FromPort,ToPort,IpRanges[].CidrIp,UserIdGroupPairs[].GroupId]]",
    ),
    (
        "s3api get-public-access-block --bucket student-performance-app-files",
        "PublicAccessBlockConfiguration",
    ),
    (
        "s3api get-bucket-encryption --bucket student-performance-app-files",
        "ServerSideEncryptionConfiguration.Rules[].ApplyServerSideEncryptionByDefault.SSEAlgorithm",
    ),
    (
        "s3api get-bucket-policy --bucket student-performance-app-files",
        "Policy",
    ),
    (
        "s3api get-bucket-versioning --bucket student-performance-app-files",
        "Status",
    ),
    (
        "s3api get-bucket-lifecycle-configuration --bucket student-performance-app-files",
        "Rules",
    ),
    (
        "s3api get-bucket-tagging --bucket student-performance-app-files",
        "sort_by(TagSet,&Key)",
    ),
    (
        "s3api list-objects-v2 --bucket student-performance-app-files",
        "Contents[].[Key, Size]",
    ),
    (
        "iam get-role --role-name StudentAnalyticsRole",
        "Role.AssumeRolePolicyDocument",
    ),
    (
        "iam get-role-policy --role-name StudentAnalyticsRole --policy-name ReadFiles",
        "PolicyDocument",
    ),
    (
        "iam get-role-policy --role-name StudentAnalyticsRole --policy-name WriteUploads",
        "PolicyDocument",
    ),
    (
        "iam list-attached-role-policies --role-name StudentAnalyticsRole",
        "AttachedPolicies[].PolicyArn",
    ),
    (
        "iam get-instance-profile --instance-profile-name StudentAnalyticsRole",
        "InstanceProfile.Roles[].RoleName",
    ),
    (
        "ec2 describe-key-pairs --key-names studentanalyst_keypair",
        "KeyPairs[].[KeyType, Tags[?Key=='Resource'].Value | [0]]",
    ),
    (
        "ec2 describe-launch-template-versions --launch-template-id {launch-template}",
        "LaunchTemplateVersions[].[VersionNumber, VersionDescription, LaunchTemplateData.[InstanceType, KeyName, IamInstanceProfile, SecurityGroupIds, MetadataOptions, BlockDeviceMappings, TagSpecifications[].[ResourceType, Tags[?Key=='Name'].Value | [0]]]]",
    ),
    (
        "elbv2 describe-target-groups --names StudentAnalyticsTargets",
        "TargetGroups[].[Protocol, Port, VpcId, TargetType, HealthCheckProtocol, HealthCheckPath, HealthCheckIntervalSeconds, HealthCheckTimeoutSeconds, HealthyThresholdCount, UnhealthyThresholdCount, Matcher]",
    ),
    (
        "elbv2 describe-target-group-attributes --target-group-arn {target-group}",
        "Attributes[?Key=='deregistration_delay.timeout_seconds'].Value",
    ),
    (
        "elbv2 describe-load-balancers --names StudentAnalyticsLB",
        "LoadBalancers[].[Scheme, Type, SecurityGroups, length(AvailabilityZones), contains(AvailabilityZones[].SubnetId,'{public-subnet-a}'), contains(AvailabilityZones[].SubnetId,'{public-subnet-b}')]",
    ),
    (
        "elbv2 describe-load-balancer-attributes --load-balancer-arn {load-balancer}",
        "Attributes[?Key=='routing.http.drop_invalid_header_fields.enabled'].Value",
    ),
    (
        "elbv2 describe-listeners --load-balancer-arn {load-balancer}",
        "Listeners[].[Protocol, Port, DefaultActions[].[Type, TargetGroupArn]]",
    ),
    (
        "autoscaling describe-auto-scaling-groups --auto-scaling-group-names StudentAnalyticsASG",
        "AutoScalingGroups[].[MinSize, MaxSize, DesiredCapacity, LaunchTemplate.[LaunchTemplateId, Version], TargetGroupARNs, HealthCheckType, HealthCheckGracePeriod, length(Instances)]",
    ),
    (
        "autoscaling describe-policies --auto-scaling-group-name StudentAnalyticsASG",
        "ScalingPolicies[].[PolicyName, PolicyType, TargetTrackingConfiguration.[PredefinedMetricSpecification.PredefinedMetricType, TargetValue], EstimatedInstanceWarmup]",
    ),
];

#[test]
fn the_aws_cli_sees_every_attribute_as_the_table_has_it() {
    in_a_cloud(async |world| {
        world.deploy().await;
        let ids = Ids::of(world).await;
        let mut seen = String::new();
        for (question, query) in QUESTIONS {
            let filled = ids.fill(question);
            let query_filled = ids.fill(query);
            let words: Vec<&str> = filled
                .split(' ')
                .chain(["--query", &query_filled])
                .collect();
            let answer = world.aws(&words).await;
            let answer = ids.blank(&answer.to_string());
            writeln!(seen, "{question}\n  {answer}").unwrap();
        }
        insta::assert_snapshot!(seen);
    });
}

#[test]
fn what_is_deployed_is_in_sync_and_what_is_destroyed_is_gone() {
    in_a_cloud(async |world| {
        world.make_what_others_have().await;
        world.expect(2, &["diff"]).await;
        let first = world.deploy().await;
        assert!(
            first
                .out
                .ends_with("http://StudentAnalyticsLB-1.eu-north-1.elb.amazonaws.com/\n"),
            "{}",
            first.out
        );
        world.holds_everything_once().await;

        let diff = world.expect(0, &["diff"]).await;
        assert!(diff.out.contains("in sync: 36 resources"), "{}", diff.out);
        world.emulator().clear_requests();
        world.deploy().await;
        let requests = world.emulator().requests();
        assert!(
            requests.iter().all(|request| !request.write),
            "{requests:?}"
        );

        let kept = world.expect(0, &["destroy", "--yes"]).await;
        assert!(
            kept.out
                .contains("bucket student-performance-app-files: 0.00 USD a month"),
            "{}",
            kept.out
        );
        world
            .expect(0, &["destroy", "--yes", "--purge-bucket"])
            .await;
        world.holds_nothing().await;
        let nothing = world.expect(0, &["destroy", "--yes"]).await;
        assert!(
            nothing.out.contains("nothing of ours is left"),
            "{}",
            nothing.out
        );

        // And again, under the same names.
        world.deploy().await;
        world.holds_everything_once().await;
    });
}

#[test]
fn looking_takes_few_calls_in_few_rounds() {
    in_a_cloud(async |world| {
        world.deploy().await;
        // Far away: calls that are made at once arrive at once.
        world
            .emulator()
            .set_rules(xtask_emulator::rules_from(&["delay=300"]).unwrap());
        world.emulator().clear_requests();
        world.expect(0, &["diff"]).await;
        let requests = world.emulator().requests();
        assert!(requests.len() <= 45, "{} calls", requests.len());
        let rounds = requests
            .windows(2)
            .filter(|pair| pair[1].at - pair[0].at > Duration::from_millis(200))
            .count()
            + 1;
        assert!(rounds <= 4, "{rounds} rounds");
    });
}

#[test]
fn secrets_are_nowhere_and_the_key_file_is_its_owners() {
    in_a_cloud(async |world| {
        let artifact = world.file("release", "the release");
        let runs = [
            world.expect(2, &["diff", "--json"]).await,
            world
                .expect(
                    0,
                    &["deploy", "--yes", "--artifact", artifact.to_str().unwrap()],
                )
                .await,
            world.expect(0, &["diff", "--json"]).await,
            world.expect(2, &["diff", "--markdown", "--max", "7"]).await,
            world.expect(1, &["deploy", "--yes", "--min", "9"]).await,
            world.expect(0, &["destroy", "--yes"]).await,
        ];
        let file = world.home().join(".ssh/studentanalyst_keypair");
        let key = std::fs::read_to_string(&file).unwrap();
        let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        let secrets = key.lines().filter(|line| !line.starts_with("-----"));
        // The boot script, and how AWS is given it.
        let user_data = [
            "set -euo pipefail",
            "c2V0IC1ldW8gcGlwZWZhaWw",
            "IyEvYmluL2Jhc2g",
        ];
        for secret in secrets.chain(user_data).chain([SECRET]) {
            for run in &runs {
                assert!(
                    !run.said().contains(secret),
                    "{secret} is in:\n{}",
                    run.said()
                );
            }
        }

        // The file is used again, and never overwritten.
        world.deploy().await;
        assert_eq!(std::fs::read_to_string(&file).unwrap(), key);
    });
}

#[test]
fn a_pipeline_is_asked_for_its_public_key() {
    in_a_cloud(async |world| {
        let run = world.run_in_a_pipeline(&["deploy", "--yes"]).await;
        assert_eq!(run.exit, 1, "{}", run.said());
        assert!(run.err.contains("--public-key"), "{}", run.err);
        // The first test vector of RFC 8032.
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea anna\n";
        let key = world.file("key.pub", key);
        let arguments = ["deploy", "--yes", "--public-key", key.to_str().unwrap()];
        let run = world.run_in_a_pipeline(&arguments).await;
        assert_eq!(run.exit, 0, "{}", run.said());
    });
}

#[test]
fn two_stages_share_nothing() {
    in_a_cloud(async |world| {
        world.deploy().await;
        world
            .expect(0, &["deploy", "--yes", "--stage", "staging"])
            .await;
        world.expect(0, &["diff"]).await;
        world.expect(0, &["diff", "--stage", "staging"]).await;
        world
            .expect(
                0,
                &["destroy", "--yes", "--stage", "staging", "--purge-bucket"],
            )
            .await;
        world.expect(0, &["diff"]).await;
        world.holds_everything_once().await;
    });
}
