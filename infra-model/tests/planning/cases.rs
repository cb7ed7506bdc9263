//! For every resource: nothing, create, update of each attribute, replace, delete, foreign,
//! adopted.

use infra_model::id::{Id, Kind};
use infra_model::observed::{Found, Observed, Status};
use infra_model::plan::{Action, Plan, ProblemKind, plan};
use infra_model::tags::Tags;
use infra_model::topology::{Choices, Topology};
use serde_json::{Value, json};

use crate::common::{apply, deployed, empty_cloud, settings, topology, verbs};

fn step(plan: &Plan, id: Id) -> Option<&infra_model::plan::Step> {
    plan.steps.iter().find(|step| step.id == Some(id))
}

fn ids() -> Vec<Id> {
    topology().entries().iter().map(|entry| entry.id).collect()
}

/// The item that a resource of the topology is, once everything is deployed.
fn item(cloud: &Observed, id: Id) -> Found {
    let plan = plan(&topology(), cloud);
    let at = step(&plan, id)
        .and_then(|step| step.action.item().cloned())
        .unwrap();
    cloud.get(&(id.kind(), at)).unwrap().clone()
}

fn adopting() -> Topology {
    topology().allowing(Choices {
        adopt: true,
        ..Choices::default()
    })
}

#[test]
fn what_is_as_it_should_be_stays() {
    let plan = plan(&topology(), &deployed(&topology()));
    for id in ids() {
        assert!(
            step(&plan, id).is_some_and(|step| step.action.is_nothing()),
            "{id}"
        );
    }
    assert!(plan.is_empty() && plan.problems.is_empty());
}

#[test]
fn what_is_missing_is_created() {
    let empty = plan(&topology(), &empty_cloud());
    for id in ids() {
        assert!(
            step(&empty, id).is_some_and(|it| it.action.verb() == "create"),
            "{id}"
        );

        let mut cloud = deployed(&topology());
        cloud.remove(&item(&cloud, id).key());
        let mended = plan(&topology(), &cloud);
        assert!(
            step(&mended, id).is_some_and(|it| it.action.verb() == "create"),
            "{id}"
        );
        let after = apply(&cloud, &mended, 1, usize::MAX);
        assert!(plan(&topology(), &after).is_empty(), "{id}");
    }
}

#[test]
fn what_is_not_wanted_is_deleted() {
    let cloud = deployed(&topology());
    let choices = Choices {
        purge_bucket: true,
        ..Choices::default()
    };
    let destroy = plan(&Topology::empty(&settings()).allowing(choices), &cloud);
    for id in ids() {
        // These go with what they are a part of.
        let silent = matches!(
            id.kind(),
            Kind::VpcDefaults | Kind::Listener | Kind::ScalingPolicy | Kind::Object
        );
        let deleted = destroy.steps.iter().any(|it| {
            matches!(it.action, Action::Delete { .. })
                && it.kind == id.kind()
                && it.name == topology().name(id)
        });
        assert_eq!(deleted, !silent, "{id}");
    }
    assert!(apply(&cloud, &destroy, 2, usize::MAX).resources.is_empty());
}

#[test]
fn a_second_one_is_deleted() {
    for id in ids()
        .into_iter()
        .filter(|id| id.kind().is_tagged() && !id.kind().is_named_by_id())
    {
        let mut cloud = deployed(&topology());
        let mut copy = item(&cloud, id);
        copy.id.0.push_str("-copy");
        cloud.put(copy);
        let expected = format!("delete {} {}", id.kind().words(), topology().name(id));
        assert_eq!(verbs(&plan(&topology(), &cloud)), [expected]);
    }
}

#[test]
fn what_has_the_name_and_not_our_tags_is_reported() {
    for id in ids().into_iter().filter(|id| id.kind().is_tagged()) {
        let mut cloud = deployed(&topology());
        let found = item(&cloud, id);
        let name = topology().name(id);
        for tag in ["Project", "Stage", "ManagedBy", "Resource"] {
            let mut tags = found.tags.clone();
            tags.remove(tag);
            cloud.put(Found {
                tags,
                ..found.clone()
            });
            let plan = plan(&topology(), &cloud);
            let foreign: Vec<&str> = plan
                .problems
                .iter()
                .filter(|it| it.kind == ProblemKind::Foreign)
                .map(|it| it.name.as_str())
                .collect();
            assert_eq!(foreign, [&name], "{id} without {tag}");
            assert!(plan.is_refused() && step(&plan, id).is_none() && plan.blocked.contains(&id));
            assert!(
                plan.steps
                    .iter()
                    .all(|it| it.action.item() != Some(&found.id) || it.kind != id.kind())
            );
        }
    }
}

#[test]
fn what_has_the_name_is_taken_over_when_asked() {
    for id in ids().into_iter().filter(|id| id.kind().is_tagged()) {
        let mut cloud = deployed(&topology());
        let found = item(&cloud, id);
        cloud.put(Found {
            tags: Tags::default().with("Name", &topology().name(id)),
            ..found
        });
        let plan = plan(&adopting(), &cloud);
        let expected = format!("update {} {}", id.kind().words(), topology().name(id));
        assert_eq!(verbs(&plan), [expected], "{id}");
        let changes = step(&plan, id).unwrap().action.changes();
        let tags: Vec<String> = changes.iter().map(|it| it.attribute.to_string()).collect();
        assert_eq!(
            tags,
            ["tag ManagedBy", "tag Project", "tag Resource", "tag Stage"]
        );
        assert!(plan_is_empty_after(&cloud, &plan));
    }
}

fn plan_is_empty_after(cloud: &Observed, first: &Plan) -> bool {
    plan(&topology(), &apply(cloud, first, 3, usize::MAX)).is_empty()
}

/// One attribute that differs: where, what AWS holds instead, what the plan does, and what it
/// says of it. The empty text stands for an attribute that is not compared.
type Case = (Id, &'static str, Value, &'static str, &'static str);

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    use infra_model::id::{Tier::*, Zone::*};
    let subnet = Id::Subnet(Private, A);
    let other = || json!({ "existing": "other" });
    let everyone =
        json!({ "protocol": "tcp", "ports": [22, 22], "peer": { "network": "0.0.0.0/0" } });
    let open = json!({
        "Version": "2012-10-17",
        "Statement": { "Effect": "Allow", "Action": "s3:*", "Resource": "*" },
    });
    let signs_in = json!({
        "issuer": "https://id.example.org", "authorization_endpoint": "", "token_endpoint": "",
        "user_info_endpoint": "", "client_id": "x", "scope": "openid", "session_timeout": 1,
        "unauthenticated": "allow", "cookie": "", "extra_parameters": {},
    });
    let update = "update";
    vec![
        (Id::Bucket, "/region", json!("us-east-1"), "refused", "region us-east-1 → eu-north-1"),
        (Id::Bucket, "/is_someone_elses", json!(true), "nothing", ""),
        (Id::Bucket, "/blocks_public_access", json!(false), update, "public access blocked no → yes"),
        (Id::Bucket, "/encryption", json!("aws:kms"), update, "encryption aws:kms → AES256"),
        (Id::Bucket, "/policy", json!(null), update, "policy none → deny * s3:* arn:aws:s3:::student-performance-app-files+arn:aws:s3:::student-performance-app-files/* if {\"Bool\":{\"aws:SecureTransport\":[\"false\"]}}"),
        (Id::Bucket, "/versioning", json!(false), update, "versioning no → yes"),
        (Id::Bucket, "/lifecycle", json!([]), update, "lifecycle none → all (* noncurrent 30 d unfinished 1 d markers), uploads (uploads/* current 1 d noncurrent 1 d unfinished 1 d)"),
        (Id::Bucket, "/holds_content", json!(true), "nothing", ""),
        (Id::Release, "/sha256", json!(null), update, "SHA-256 none → aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        (Id::SampleData, "/sha256", json!("6".repeat(64)), "nothing", ""),
        (Id::SampleData, "/modified", json!(1), "nothing", ""),
        (Id::Role, "/trust", open.clone(), update, "trust allow s3:* * → allow ec2.amazonaws.com sts:assumerole"),
        (Id::RolePolicies, "/inline", json!({ "ReadFiles": open }), update, "policy ReadFiles allow s3:* * → allow s3:getobject arn:aws:s3:::student-performance-app-files/*; allow s3:listbucket arn:aws:s3:::student-performance-app-files"),
        (Id::RolePolicies, "/managed", json!([]), update, "managed policies none → arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"),
        (Id::InstanceProfile, "/roles", json!([]), update, "role none → StudentAnalyticsRole"),
        (Id::KeyPair, "/algorithm", json!("rsa"), "replace", "algorithm rsa → ed25519"),
        (Id::KeyPair, "/public_key", json!("ssh-ed25519 AAAA"), "nothing", ""),
        (Id::Vpc, "/cidr", json!("10.9.0.0/16"), "refused", "CIDR 10.9.0.0/16 → 10.0.0.0/16"),
        (Id::Vpc, "/dns_hostnames", json!(false), update, "DNS hostnames no → yes"),
        (Id::Vpc, "/dns_support", json!(false), update, "DNS support no → yes"),
        (Id::VpcDefaults, "/ingress", json!([everyone]), update, "default group in tcp 22 0.0.0.0/0 → none"),
        (Id::VpcDefaults, "/egress", json!([everyone]), update, "default group out tcp 22 0.0.0.0/0 → none"),
        (Id::VpcDefaults, "/main_routes", json!(["0.0.0.0/0"]), update, "main routes 0.0.0.0/0 → none"),
        (Id::GatewayAttachment, "/vpc", other(), "replace", "VPC other → made-vpc-prod"),
        (subnet, "/vpc", other(), "refused", "VPC other → made-vpc-prod"),
        (subnet, "/zone", json!("eu-north-1c"), "refused", "zone eu-north-1c → eu-north-1a"),
        (subnet, "/cidr", json!("10.0.9.0/24"), "refused", "CIDR 10.0.9.0/24 → 10.0.10.0/24"),
        (subnet, "/public_addresses", json!(true), update, "public addresses yes → no"),
        (Id::NatGateway(A), "/subnet", other(), "replace", "subnet other → made-public-subnet-a-prod"),
        (Id::NatGateway(A), "/address", other(), "replace", "address other → made-address-a-prod"),
        (Id::PrivateRouteTable(A), "/vpc", other(), "refused", "VPC other → made-vpc-prod"),
        (Id::PrivateRouteTable(A), "/subnets", json!([]), update, "subnets none → made-private-subnet-a-prod"),
        (Id::PrivateRoute(A), "/target", json!({ "other": "pcx-1" }), update, "0.0.0.0/0 via pcx-1 → made-nat-gateway-a-prod"),
        (Id::S3Endpoint, "/vpc", other(), "replace", "VPC other → made-vpc-prod"),
        (Id::S3Endpoint, "/service", json!("com.amazonaws.eu-north-1.dynamodb"), "replace", "service com.amazonaws.eu-north-1.dynamodb → com.amazonaws.eu-north-1.s3"),
        (Id::S3Endpoint, "/tables", json!([]), update, "route tables none → made-private-route-table-a-prod, made-private-route-table-b-prod"),
        (Id::AppGroup, "/vpc", other(), "refused", "VPC other → made-vpc-prod"),
        (Id::AppGroup, "/description", json!("by hand"), "nothing", ""),
        (Id::AppRules, "/ingress", json!([everyone]), update, "in tcp 22 0.0.0.0/0 → tcp 8501 made-balancer-group-prod"),
        (Id::AppRules, "/egress", json!([]), update, "out none → tcp 443 0.0.0.0/0"),
        (Id::TargetGroup, "/vpc", other(), "refused", "VPC other → made-vpc-prod"),
        (Id::TargetGroup, "/protocol", json!("HTTPS"), "refused", "protocol HTTPS → HTTP"),
        (Id::TargetGroup, "/port", json!(80), "refused", "port 80 → 8501"),
        (Id::TargetGroup, "/target_type", json!("ip"), "refused", "target type ip → instance"),
        (Id::TargetGroup, "/health/protocol", json!("HTTPS"), update, "health check protocol HTTPS → HTTP"),
        (Id::TargetGroup, "/health/port", json!("80"), update, "health check port 80 → traffic-port"),
        (Id::TargetGroup, "/health/path", json!("/"), update, "health check path / → /readyz"),
        (Id::TargetGroup, "/health/interval", json!(5), update, "health check interval 5 → 30"),
        (Id::TargetGroup, "/health/timeout", json!(2), update, "health check timeout 2 → 10"),
        (Id::TargetGroup, "/health/healthy", json!(5), update, "healthy threshold 5 → 2"),
        (Id::TargetGroup, "/health/unhealthy", json!(5), update, "unhealthy threshold 5 → 2"),
        (Id::TargetGroup, "/health/matcher", json!("200-399"), update, "health check codes 200-399 → 200"),
        (Id::TargetGroup, "/deregistration_delay", json!(300), update, "deregistration delay 300 → 30"),
        (Id::LoadBalancer, "/balancer_type", json!("network"), "refused", "type network → application"),
        (Id::LoadBalancer, "/scheme", json!("internal"), "refused", "scheme internal → internet-facing"),
        (Id::LoadBalancer, "/subnets", json!([]), update, "subnets none → made-public-subnet-a-prod, made-public-subnet-b-prod"),
        (Id::LoadBalancer, "/groups", json!([]), update, "security groups none → made-balancer-group-prod"),
        (Id::LoadBalancer, "/drops_invalid_headers", json!(false), update, "drops invalid headers no → yes"),
        (Id::LoadBalancer, "/access_logs", json!({ "bucket": { "existing": "elsewhere" }, "prefix": "logs" }), update, "access logs elsewhere/logs → none"),
        (Id::LaunchTemplate, "/versions/1/image", json!("ami-1"), "nothing", ""),
        (Id::LoadBalancer, "/dns_name", json!("x.elb.amazonaws.com"), "nothing", ""),
        (Id::HttpListener, "/protocol", json!("HTTPS"), update, "protocol HTTPS → HTTP"),
        (Id::HttpListener, "/certificate", json!("arn:old"), update, "certificate arn:old → none"),
        (Id::HttpListener, "/tls_policy", json!("old"), update, "TLS policy old → none"),
        (Id::HttpListener, "/sign_in", signs_in, update, "sign-in client x of https://id.example.org → none"),
        (Id::HttpListener, "/action", json!({ "other": "fixed-response 503" }), update, "action fixed-response 503 → forward to made-target-group-prod"),
        (Id::AutoScalingGroup, "/min", json!(1), update, "minimum 1 → 2"),
        (Id::AutoScalingGroup, "/max", json!(10), update, "maximum 10 → 4"),
        (Id::AutoScalingGroup, "/subnets", json!([]), update, "subnets none → made-private-subnet-a-prod, made-private-subnet-b-prod"),
        (Id::AutoScalingGroup, "/targets", json!([]), update, "target groups none → made-target-group-prod"),
        (Id::AutoScalingGroup, "/template", other(), update, "template other → made-launch-template-prod"),
        (Id::AutoScalingGroup, "/template_version", json!("$Latest"), update, "template version $Latest → 1"),
        (Id::AutoScalingGroup, "/health_check", json!("EC2"), update, "health check type EC2 → ELB"),
        (Id::AutoScalingGroup, "/grace", json!(0), update, "grace period 0 → 120"),
        (Id::AutoScalingGroup, "/life", json!({ "desired": 3, "running_versions": [1] }), "nothing", ""),
        (Id::ScalingPolicy, "/policy_type", json!("StepScaling"), update, "policy type StepScaling → TargetTrackingScaling"),
        (Id::ScalingPolicy, "/metric", json!(null), update, "metric none → ASGAverageCPUUtilization"),
        (Id::ScalingPolicy, "/target", json!(90.0), update, "target 90 → 70"),
        (Id::ScalingPolicy, "/warm_up", json!(null), update, "warm-up none → 60"),
    ]
}

/// What differs between two versions of the template: each makes a third, and a rolling refresh.
#[rustfmt::skip]
fn template_cases() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("/description", json!("amazon-linux-2023"), "image family amazon-linux-2023 → amazon-linux-2"),
        ("/instance_type", json!("t3.large"), "instance type t3.large → t3.small"),
        ("/key", json!(null), "key pair none → studentanalyst_keypair"),
        ("/profile", json!(null), "instance profile none → StudentAnalyticsRole"),
        ("/groups", json!([]), "security groups none → made-app-group-prod"),
        ("/user_data", json!("#!/bin/sh"), "user data 3af71adb… → c61ea9c4…"),
        ("/metadata/token_required", json!(false), "metadata service token optional, hop limit 1 → token required, hop limit 1"),
        ("/metadata/hop_limit", json!(2), "metadata service token required, hop limit 2 → token required, hop limit 1"),
        ("/root/size", json!(20), "root volume /dev/xvda gp3 20 GiB encrypted → /dev/xvda gp3 8 GiB encrypted"),
        ("/root/encrypted", json!(false), "root volume /dev/xvda gp3 8 GiB not encrypted → /dev/xvda gp3 8 GiB encrypted"),
        ("/root/volume_type", json!("gp2"), "root volume /dev/xvda gp2 8 GiB encrypted → /dev/xvda gp3 8 GiB encrypted"),
        ("/root/device", json!("/dev/sda1"), "root volume /dev/sda1 gp3 8 GiB encrypted → /dev/xvda gp3 8 GiB encrypted"),
        ("/root", json!(null), "root volume none → /dev/xvda gp3 8 GiB encrypted"),
        ("/instance_tags", json!({ "Name": "x", "Theirs": "y" }), "instance tags Name=x Theirs=y → ManagedBy=student-analytics-xtask Name=StudentAnalyticsInstance Project=StudentAnalytics Release=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa Resource=instance Stage=prod"),
        ("/volume_tags", json!({ "Name": "x" }), "volume tags Name=x → ManagedBy=student-analytics-xtask Name=StudentAnalyticsInstance Project=StudentAnalytics Release=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa Resource=instance Stage=prod"),
    ]
}

/// The cloud with one value of one resource's state exchanged.
fn with(cloud: &Observed, id: Id, pointer: &str, value: Value) -> Observed {
    let mut cloud = cloud.clone();
    let mut found = item(&cloud, id);
    let key = found.key();
    let mut state = serde_json::to_value(&found.state).unwrap();
    let kind = state.as_object().unwrap().keys().next().unwrap().clone();
    *state.pointer_mut(&format!("/{kind}{pointer}")).unwrap() = value;
    found.state = serde_json::from_value(state).unwrap();
    let place = cloud
        .resources
        .iter_mut()
        .find(|it| it.key() == key)
        .unwrap();
    *place = found;
    cloud
}

#[test]
fn each_attribute_that_differs_is_mended() {
    let cloud = deployed(&topology());
    for (id, pointer, value, verb, change) in cases() {
        let damaged = with(&cloud, id, pointer, value);
        let plan = plan(&topology(), &damaged);
        let place = format!("{id}{pointer}");
        match verb {
            "nothing" => assert!(plan.is_empty(), "{place}: {:?}", verbs(&plan)),
            "refused" => {
                let problem = plan
                    .problems
                    .iter()
                    .find(|it| it.kind == ProblemKind::Refused);
                let what = &problem.unwrap_or_else(|| panic!("{place} is planned")).what;
                assert!(what.starts_with(change), "{place}: {what}");
            }
            _ => {
                let step = step(&plan, id).unwrap();
                let said: Vec<String> = step
                    .action
                    .changes()
                    .iter()
                    .map(|it| it.to_string())
                    .collect();
                assert_eq!(step.action.verb(), verb, "{place}");
                assert!(said.iter().any(|it| it == change), "{place}: {said:?}");
                assert!(
                    plan_is_empty_after(&damaged, &plan),
                    "{place} does not converge"
                );
            }
        }
    }
}

#[test]
fn each_difference_of_a_template_makes_a_version_and_a_refresh() {
    let cloud = deployed(&topology());
    for (pointer, value, change) in template_cases() {
        let damaged = with(
            &cloud,
            Id::LaunchTemplate,
            &format!("/versions/1{pointer}"),
            value,
        );
        let plan = plan(&topology(), &damaged);
        let said: Vec<String> = plan
            .steps
            .iter()
            .flat_map(|it| it.action.changes())
            .map(|it| it.to_string())
            .collect();
        assert!(said.iter().any(|it| it == change), "{pointer}: {said:?}");
        assert!(
            said.iter().any(|it| it == "template version 1 → 2"),
            "{pointer}: {said:?}"
        );
        assert!(
            plan_is_empty_after(&damaged, &plan),
            "{pointer} does not converge"
        );
    }
}

/// A new attribute needs a line in the tables above.
#[test]
fn the_tables_have_every_attribute() {
    let cloud = deployed(&topology());
    let mut covered: Vec<(Kind, String)> = cases()
        .into_iter()
        .map(|(id, pointer, ..)| (id.kind(), pointer.to_owned()))
        .collect();
    let template = template_cases().into_iter().map(|(pointer, ..)| pointer);
    covered.extend(template.map(|it| (Kind::LaunchTemplate, format!("/versions/1{it}"))));
    for found in &cloud.resources {
        let state = serde_json::to_value(&found.state).unwrap();
        let Some(kind) = state.as_object() else {
            continue;
        };
        for pointer in leaves(kind.values().next().unwrap()) {
            let of = found.kind();
            let known = covered
                .iter()
                .any(|(kind, covered)| *kind == of && pointer.starts_with(covered.as_str()));
            assert!(known || is_identity(of, &pointer), "{of:?} {pointer}");
        }
    }
}

/// What says which one it is, or what came before it, and so cannot differ.
fn is_identity(kind: Kind, pointer: &str) -> bool {
    match kind {
        Kind::Object => matches!(pointer, "/bucket/existing" | "/key"),
        Kind::RolePolicies => pointer.starts_with("/role"),
        Kind::VpcDefaults => pointer.starts_with("/vpc"),
        Kind::GatewayAttachment => pointer.starts_with("/gateway"),
        Kind::Route => pointer.starts_with("/table") || pointer == "/destination",
        Kind::GroupRules => pointer.starts_with("/group"),
        Kind::Listener => pointer.starts_with("/balancer") || pointer == "/port",
        Kind::LaunchTemplate => pointer.ends_with("/after"),
        Kind::ScalingPolicy => pointer.starts_with("/group") || pointer == "/name",
        _ => false,
    }
}

/// The places of all values, lists as one.
fn leaves(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, inner)| {
                leaves(inner)
                    .into_iter()
                    .map(move |rest| format!("/{key}{rest}"))
            })
            .collect(),
        _ => vec![String::new()],
    }
}

/// For each resource of its own: what happens when it does not work. Those that others lie in or
/// stand on cannot be made anew under them.
#[test]
fn what_failed_is_replaced_or_the_plan_is_refused() {
    let mut table = String::new();
    for id in ids().into_iter().filter(|id| id.kind().is_tagged()) {
        let mut cloud = deployed(&topology());
        let failed = Found {
            status: Status::Failed,
            ..item(&cloud, id)
        };
        cloud.put(failed);
        let plan = plan(&topology(), &cloud);
        let done = match plan.problems.first() {
            Some(problem) => format!("refused, for {}", problem.what),
            None => verbs(&plan).join(", "),
        };
        table.push_str(&format!("{id}: {done}\n"));
        if !plan.is_refused() {
            assert!(plan_is_empty_after(&cloud, &plan), "{id} does not converge");
        }
    }
    insta::assert_snapshot!(table, @r"
    bucket: refused, for it failed, and it may hold files
    vpc: refused, for it failed, and security group StudentAnalytics-App-SG uses it
    internet-gateway: refused, for it failed, and route table StudentAnalyticsPublic uses it
    public-subnet-a: refused, for it failed, and NAT gateway StudentAnalyticsNAT-a uses it
    public-subnet-b: refused, for it failed, and NAT gateway StudentAnalyticsNAT-b uses it
    private-subnet-a: refused, for it failed, and route table StudentAnalyticsPrivate-a uses it
    private-subnet-b: refused, for it failed, and route table StudentAnalyticsPrivate-b uses it
    public-route-table: replace route table StudentAnalyticsPublic, create default route of StudentAnalyticsPublic
    address-a: refused, for it failed, and NAT gateway StudentAnalyticsNAT-a uses it
    nat-gateway-a: replace NAT gateway StudentAnalyticsNAT-a, update default route of StudentAnalyticsPrivate-a
    address-b: refused, for it failed, and NAT gateway StudentAnalyticsNAT-b uses it
    nat-gateway-b: replace NAT gateway StudentAnalyticsNAT-b, update default route of StudentAnalyticsPrivate-b
    private-route-table-a: refused, for it failed, and S3 endpoint StudentAnalyticsS3 uses it
    private-route-table-b: refused, for it failed, and S3 endpoint StudentAnalyticsS3 uses it
    s3-endpoint: replace S3 endpoint StudentAnalyticsS3
    balancer-group: refused, for it failed, and security group StudentAnalytics-App-SG uses it
    app-group: refused, for it failed, and launch template StudentAnalyticsTemplate uses it
    role: refused, for it failed, and instance profile StudentAnalyticsRole uses it
    instance-profile: refused, for it failed, and launch template StudentAnalyticsTemplate uses it
    key-pair: replace key pair studentanalyst_keypair
    target-group: refused, for it failed, and listener StudentAnalyticsLB:80 uses it
    load-balancer: replace load balancer StudentAnalyticsLB, create listener StudentAnalyticsLB:80
    http-listener: replace listener StudentAnalyticsLB:80
    launch-template: refused, for it failed, and Auto Scaling group StudentAnalyticsASG uses it
    auto-scaling-group: replace Auto Scaling group StudentAnalyticsASG, create scaling policy StudentAnalyticsCPU70
    ");
}

#[test]
fn what_nobody_uses_yet_is_replaced() {
    let mut cloud = deployed(&topology());
    for id in [Id::AutoScalingGroup, Id::HttpListener, Id::LoadBalancer] {
        cloud.remove(&item_of_name(&cloud, id).key());
    }
    let cloud = with(&cloud, Id::TargetGroup, "/port", json!(80));
    let plan = plan(&topology(), &cloud);
    assert!(!plan.is_refused());
    assert!(verbs(&plan).contains(&"replace target group StudentAnalyticsTargets".to_owned()));
    assert!(plan_is_empty_after(&cloud, &plan));
}

fn item_of_name(cloud: &Observed, id: Id) -> Found {
    let of_id = |it: &&Found| it.tags.get("Resource") == Some(&id.to_string());
    cloud.resources.iter().find(of_id).unwrap().clone()
}
