//! A system that someone built by hand after the published description becomes ours, and goes on
//! serving meanwhile.

use cloud_tests::{World, in_a_cloud};
use serde_json::{Value, json};
use xtask_emulator::{Rules, rules_from};

const BUCKET: &str = "student-performance-app-files";
const GROUP: &str = "StudentAnalyticsASG";

/// What was built: what serves must be the same afterwards.
struct Built {
    vpc: String,
    subnets: Vec<String>,
    nats: Vec<String>,
    targets: String,
    balancer: String,
    listener: String,
    template: String,
}

/// The AWS CLI with words in one line; `words` are filled in for the braces in turn.
async fn aws(world: &World, line: &str, words: &[&str]) -> Value {
    let mut words = words.iter();
    let filled: Vec<String> = line
        .split_whitespace()
        .map(|word| match word.contains("{}") {
            true => word.replace("{}", words.next().unwrap()),
            false => word.to_owned(),
        })
        .collect();
    let filled: Vec<&str> = filled.iter().map(String::as_str).collect();
    world.aws(&filled).await
}

/// The text at a JSON pointer.
fn at(answer: &Value, pointer: &str) -> String {
    let text = answer.pointer(pointer).and_then(Value::as_str);
    text.unwrap_or_else(|| panic!("no {pointer} in {answer}"))
        .to_owned()
}

async fn made(world: &World, line: &str, words: &[&str], pointer: &str) -> String {
    at(&aws(world, line, words).await, pointer)
}

/// A network as people build one: without names, with subnets of its own choice, and no endpoint.
async fn network(world: &World) -> (String, Vec<String>, Vec<String>) {
    let vpc = made(
        world,
        "ec2 create-vpc --cidr-block 10.0.0.0/16",
        &[],
        "/Vpc/VpcId",
    )
    .await;
    let hostnames = "ec2 modify-vpc-attribute --vpc-id {} --enable-dns-hostnames Value=true";
    aws(world, hostnames, &[&vpc]).await;
    let gateway = "/InternetGateway/InternetGatewayId";
    let gateway = made(world, "ec2 create-internet-gateway", &[], gateway).await;
    let attach = "ec2 attach-internet-gateway --internet-gateway-id {} --vpc-id {}";
    aws(world, attach, &[&gateway, &vpc]).await;
    let mut subnets = Vec::new();
    for (network, zone) in [
        ("10.0.101.0/24", "eu-north-1a"),
        ("10.0.102.0/24", "eu-north-1b"),
        ("10.0.32.0/20", "eu-north-1a"),
        ("10.0.48.0/20", "eu-north-1b"),
    ] {
        let create = "ec2 create-subnet --vpc-id {} --cidr-block {} --availability-zone {}";
        subnets.push(made(world, create, &[&vpc, network, zone], "/Subnet/SubnetId").await);
    }
    let table = async || {
        let create = "ec2 create-route-table --vpc-id {}";
        made(world, create, &[&vpc], "/RouteTable/RouteTableId").await
    };
    let associate = "ec2 associate-route-table --route-table-id {} --subnet-id {}";
    let public = table().await;
    let out =
        "ec2 create-route --route-table-id {} --destination-cidr-block 0.0.0.0/0 --gateway-id {}";
    aws(world, out, &[&public, &gateway]).await;
    let mut nats = Vec::new();
    for zone in 0..2 {
        aws(world, associate, &[&public, &subnets[zone]]).await;
        let address = made(
            world,
            "ec2 allocate-address --domain vpc",
            &[],
            "/AllocationId",
        )
        .await;
        let create = "ec2 create-nat-gateway --subnet-id {} --allocation-id {}";
        let nat = "/NatGateway/NatGatewayId";
        let nat = made(world, create, &[&subnets[zone], &address], nat).await;
        let private = table().await;
        let out = "ec2 create-route --route-table-id {} --destination-cidr-block 0.0.0.0/0 --nat-gateway-id {}";
        aws(world, out, &[&private, &nat]).await;
        aws(world, associate, &[&private, &subnets[zone + 2]]).await;
        nats.push(nat);
    }
    (vpc, subnets, nats)
}

async fn groups(world: &World, vpc: &str) -> (String, String) {
    let create = "ec2 create-security-group --group-name {} --description by-hand --vpc-id {}";
    let balancer = made(world, create, &["StudentAnalytics-LB-SG", vpc], "/GroupId").await;
    let app = made(world, create, &["StudentAnalytics-App-SG", vpc], "/GroupId").await;
    let open = "ec2 authorize-security-group-ingress --group-id {} --protocol tcp --port {} --cidr 0.0.0.0/0";
    aws(world, open, &[&balancer, "80"]).await;
    // Shells by SSH: we close that.
    aws(world, open, &[&app, "22"]).await;
    let inside = "ec2 authorize-security-group-ingress --group-id {} --protocol tcp --port 8501 --source-group {}";
    aws(world, inside, &[&app, &balancer]).await;
    (balancer, app)
}

/// Role, profile, key pair, and the bucket with the school's own table.
async fn access(world: &World) {
    let place = "s3api create-bucket --bucket {} --create-bucket-configuration LocationConstraint=eu-north-1";
    aws(world, place, &[BUCKET]).await;
    let table = world.file("grades.csv", "Exam_Score\n70\n");
    let put = "s3api put-object --bucket {} --key StudentPerformanceFactors.csv --body {}";
    aws(world, put, &[BUCKET, table.to_str().unwrap()]).await;
    let trust = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
        "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" }] });
    let trust = trust.to_string();
    let role = "iam create-role --role-name StudentAnalyticsRole --assume-role-policy-document {}";
    aws(world, role, &[&trust]).await;
    for line in [
        "iam attach-role-policy --role-name StudentAnalyticsRole --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
        "iam create-instance-profile --instance-profile-name StudentAnalyticsRole",
        "iam add-role-to-instance-profile --instance-profile-name StudentAnalyticsRole --role-name StudentAnalyticsRole",
        "ec2 create-key-pair --key-name studentanalyst_keypair",
    ] {
        aws(world, line, &[]).await;
    }
}

/// Everything, in the order of the published description.
async fn build_by_hand(world: &World) -> Built {
    let (vpc, subnets, nats) = network(world).await;
    let (balancer_group, app_group) = groups(world, &vpc).await;
    access(world).await;
    let image = "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2";
    let image = made(
        world,
        "ssm get-parameter --name {}",
        &[image],
        "/Parameter/Value",
    )
    .await;
    let data = json!({
        "ImageId": image, "InstanceType": "t3.small", "KeyName": "studentanalyst_keypair",
        "IamInstanceProfile": { "Name": "StudentAnalyticsRole" }, "SecurityGroupIds": [app_group],
        "UserData": "IyEvYmluL2Jhc2gKcGlwIGluc3RhbGwgc3RyZWFtbGl0Cg==",
    });
    let data = data.to_string();
    let create = "ec2 create-launch-template --launch-template-name StudentAnalyticsTemplate --launch-template-data {}";
    let template = made(world, create, &[&data], "/LaunchTemplate/LaunchTemplateId").await;
    let create = "elbv2 create-target-group --name StudentAnalyticsTargets --protocol HTTP --port 8501 --vpc-id {} --health-check-path /";
    let targets = made(world, create, &[&vpc], "/TargetGroups/0/TargetGroupArn").await;
    let create =
        "elbv2 create-load-balancer --name StudentAnalyticsLB --subnets {} {} --security-groups {}";
    let words = [&*subnets[0], &*subnets[1], &*balancer_group];
    let balancer = made(world, create, &words, "/LoadBalancers/0/LoadBalancerArn").await;
    let create = "elbv2 create-listener --load-balancer-arn {} --protocol HTTP --port 80 --default-actions Type=forward,TargetGroupArn={}";
    let listener = made(
        world,
        create,
        &[&balancer, &targets],
        "/Listeners/0/ListenerArn",
    )
    .await;
    let private = format!("{},{}", subnets[2], subnets[3]);
    let create = "autoscaling create-auto-scaling-group --auto-scaling-group-name StudentAnalyticsASG --launch-template LaunchTemplateName=StudentAnalyticsTemplate,Version=$Latest --min-size 2 --max-size 4 --desired-capacity 2 --vpc-zone-identifier {} --target-group-arns {}";
    aws(world, create, &[&private, &targets]).await;
    let tracking = json!({ "TargetValue": 70.0,
        "PredefinedMetricSpecification": { "PredefinedMetricType": "ASGAverageCPUUtilization" } });
    let tracking = tracking.to_string();
    let put = "autoscaling put-scaling-policy --auto-scaling-group-name StudentAnalyticsASG --policy-name cpu --policy-type TargetTrackingScaling --target-tracking-configuration {}";
    aws(world, put, &[&tracking]).await;
    Built {
        vpc,
        subnets,
        nats,
        targets,
        balancer,
        listener,
        template,
    }
}

/// By whose checks Auto Scaling ends instances.
async fn health_check(world: &World) -> String {
    let groups = aws(world, "autoscaling describe-auto-scaling-groups", &[]).await;
    at(&groups, "/AutoScalingGroups/0/HealthCheckType")
}

#[test]
fn a_system_built_by_hand_becomes_ours_and_what_serves_stays() {
    in_a_cloud(async |world| {
        let built = build_by_hand(world).await;
        let release = world.file("release", "the release");
        let artifact = ["--artifact", release.to_str().unwrap()];

        let run = world
            .expect(1, &[&["deploy", "--yes"][..], &artifact].concat())
            .await;
        assert!(run.out.contains("take it over with --adopt"), "{}", run.out);

        // The plan says what changes, and that nothing that serves is made anew.
        let run = world
            .expect(2, &[&["diff", "--adopt"][..], &artifact].concat())
            .await;
        for part in [
            "load balancer StudentAnalyticsLB",
            "health check path / → /readyz",
            "0 to replace",
            "service is not interrupted",
        ] {
            assert!(run.out.contains(part), "{part}: {}", run.out);
        }

        // A release that does not become healthy leaves what was built serving.
        let deploy = [&["deploy", "--yes", "--adopt"][..], &artifact].concat();
        let fails = rules_from(&["refresh-fails"]).unwrap();
        world.emulator().set_rules(fails);
        let run = world.expect(1, &deploy).await;
        assert!(
            run.err.contains("all instances run the version before"),
            "{}",
            run.err
        );
        assert_eq!(world.version_in_use().await, "1");
        assert_eq!(health_check(world).await, "EC2");

        world.emulator().set_rules(Rules::default());
        world.emulator().clear_requests();
        world.expect(0, &deploy).await;
        let requests = world.emulator().requests();
        let last = |operation| requests.iter().rposition(|it| it.operation == operation);
        assert!(last("UpdateAutoScalingGroup") > last("StartInstanceRefresh"));
        assert_eq!(health_check(world).await, "ELB");
        let gone: Vec<&str> = requests
            .iter()
            .map(|it| it.operation.as_str())
            .filter(|it| it.starts_with("Delete") && *it != "DeleteObject")
            .collect();
        // What goes are the policy and the role's permissions that the description has otherwise.
        assert!(
            gone.iter().all(|it| ["DeletePolicy"].contains(it)),
            "{gone:?}"
        );

        // Ours from now on, without being asked again.
        world.expect(0, &["diff"]).await;
        let found = aws(
            world,
            "ec2 describe-subnets --filters Name=tag:Stage,Values=prod",
            &[],
        )
        .await;
        let mut subnets: Vec<String> = found["Subnets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| at(it, "/SubnetId"))
            .collect();
        subnets.sort();
        let mut before = built.subnets.clone();
        before.sort();
        assert_eq!(subnets, before);
        let found = aws(world, "ec2 describe-nat-gateways", &[]).await;
        let nats = found["NatGateways"].as_array().unwrap();
        for nat in nats {
            assert!(built.nats.contains(&at(nat, "/NatGatewayId")), "{nat}");
            assert_eq!(at(nat, "/VpcId"), built.vpc);
        }
        for (line, pointer, id) in [
            (
                "elbv2 describe-load-balancers --names StudentAnalyticsLB",
                "/LoadBalancers/0/LoadBalancerArn",
                &built.balancer,
            ),
            (
                "elbv2 describe-target-groups --names StudentAnalyticsTargets",
                "/TargetGroups/0/TargetGroupArn",
                &built.targets,
            ),
            (
                "ec2 describe-launch-templates",
                "/LaunchTemplates/0/LaunchTemplateId",
                &built.template,
            ),
        ] {
            assert_eq!(&made(world, line, &[], pointer).await, id);
        }
        let listeners = "elbv2 describe-listeners --load-balancer-arn {}";
        let listener = made(
            world,
            listeners,
            &[&built.balancer],
            "/Listeners/0/ListenerArn",
        )
        .await;
        assert_eq!(listener, built.listener);
        // The school's table is as it was.
        let head = "s3api head-object --bucket {} --key StudentPerformanceFactors.csv";
        let head = aws(world, head, &[BUCKET]).await;
        assert_eq!(head["ContentLength"], 14);
        // No shell by SSH any more.
        let groups =
            "ec2 describe-security-groups --filters Name=group-name,Values=StudentAnalytics-App-SG";
        let groups = aws(world, groups, &[]).await.to_string();
        assert!(!groups.contains("\"FromPort\":22"), "{groups}");
        let group = "autoscaling describe-policies --auto-scaling-group-name {}";
        let policies = aws(world, group, &[GROUP]).await;
        assert_eq!(
            policies["ScalingPolicies"].as_array().unwrap().len(),
            1,
            "{policies}"
        );

        world
            .expect(0, &["destroy", "--yes", "--purge-bucket"])
            .await;
        world.holds_nothing().await;
    });
}
