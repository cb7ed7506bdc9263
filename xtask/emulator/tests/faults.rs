//! The faults, one test each: what a client sees, and that it passes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod lab;

use std::time::{Duration, Instant};

use lab::Lab;

const DESCRIBE_VPCS: [(&str, &str); 1] = [("Action", "DescribeVpcs")];
const CREATE_VPC: [(&str, &str); 2] = [("Action", "CreateVpc"), ("CidrBlock", "10.0.0.0/16")];

#[test]
fn delay() {
    let lab = Lab::new();
    lab.faults(&["delay=120"]);
    let began = Instant::now();
    lab.ec2(&DESCRIBE_VPCS);
    assert!(began.elapsed() >= Duration::from_millis(120));
}

#[test]
fn nat_takes_time() {
    let lab = Lab::new();
    lab.faults(&["nat-takes-time=2"]);
    let vpc = lab.vpc();
    lab.gateway(&vpc);
    let subnet = lab.subnet(&vpc, 0);
    let (nat, address) = lab.nat(&subnet);
    let table = lab
        .ec2(&[("Action", "CreateRouteTable"), ("VpcId", &vpc)])
        .get("routeTableId");
    let state = || {
        let described = lab.ec2(&[("Action", "DescribeNatGateways"), ("NatGatewayId.1", &nat)]);
        described.get("state")
    };
    let route = || {
        let made = lab.ec2(&[
            ("Action", "CreateRoute"),
            ("RouteTableId", &table),
            ("DestinationCidrBlock", "0.0.0.0/0"),
            ("NatGatewayId", &nat),
        ]);
        made.code()
    };
    let release = || {
        lab.ec2(&[("Action", "ReleaseAddress"), ("AllocationId", &address)])
            .code()
    };
    assert_eq!(route(), "InvalidNatGatewayID.NotFound");
    assert_eq!(
        [state(), state(), state()],
        ["pending", "pending", "available"]
    );
    assert_eq!(route(), "");
    lab.ec2(&[("Action", "DeleteNatGateway"), ("NatGatewayId", &nat)]);
    assert_eq!(release(), "InvalidIPAddress.InUse");
    assert_eq!(
        [state(), state(), state()],
        ["deleting", "deleting", "deleted"]
    );
    assert_eq!(release(), "");
}

#[test]
fn balancer_takes_time() {
    let lab = Lab::new();
    lab.faults(&["balancer-takes-time=2"]);
    let vpc = lab.vpc();
    let (a, b, group) = (
        lab.subnet(&vpc, 0),
        lab.subnet(&vpc, 1),
        lab.group(&vpc, "lb"),
    );
    lab.gateway(&vpc);
    lab.balancer([&a, &b], &group);
    let state = || {
        let described = lab.balancing(&[
            ("Action", "DescribeLoadBalancers"),
            ("Names.member.1", "balancer"),
        ]);
        let code = described.get("State");
        code.trim_start_matches("<Code>")
            .trim_end_matches("</Code>")
            .to_owned()
    };
    assert_eq!(
        [state(), state(), state()],
        ["provisioning", "provisioning", "active"]
    );
}

#[test]
fn targets_become_healthy_or_never_do() {
    for (fault, seen) in [
        (
            "targets-become-healthy=2",
            ["initial", "initial", "healthy"],
        ),
        (
            "targets-never-healthy",
            ["unhealthy", "unhealthy", "unhealthy"],
        ),
    ] {
        let lab = Lab::new();
        let (_, targets) = lab.running_group();
        lab.faults(&[fault]);
        let state = || {
            let health = lab.balancing(&[
                ("Action", "DescribeTargetHealth"),
                ("TargetGroupArn", &targets),
            ]);
            let mut states = health.all("State");
            assert_eq!(states.len(), 2, "{}", health.body);
            states.dedup();
            assert_eq!(states.len(), 1, "{}", health.body);
            states.remove(0)
        };
        assert_eq!([state(), state(), state()], seen, "{fault}");
    }
}

#[test]
fn instances_take_time() {
    let lab = Lab::new();
    lab.faults(&["instances-take-time=2"]);
    let (_, targets) = lab.running_group();
    let instances = || lab.described_group().all("InstanceId").len();
    let health = lab.balancing(&[
        ("Action", "DescribeTargetHealth"),
        ("TargetGroupArn", &targets),
    ]);
    assert_eq!(health.all("State"), [""; 0]);
    assert_eq!([instances(), instances(), instances()], [0, 0, 2]);
}

#[test]
fn refresh_takes() {
    let lab = Lab::new();
    let (template, _) = lab.running_group();
    lab.version(&template);
    lab.faults(&["refresh-takes=2"]);
    lab.refresh(&template, "2");
    let seen: Vec<String> = (0..5).map(|_| lab.refresh_status()).collect();
    let wanted = [
        "Pending",
        "InProgress",
        "InProgress",
        "InProgress",
        "Successful",
    ];
    assert_eq!(seen, wanted);
}

#[test]
fn refresh_fails() {
    for (fault, end) in [
        ("refresh-fails", "RollbackSuccessful"),
        ("refresh-fails=rollback-fails", "RollbackFailed"),
    ] {
        let lab = Lab::new();
        let (template, _) = lab.running_group();
        lab.version(&template);
        lab.faults(&[fault]);
        lab.refresh(&template, "2");
        let seen: Vec<String> = (0..3).map(|_| lab.refresh_status()).collect();
        assert_eq!(seen, ["InProgress", "RollbackInProgress", end]);
        assert_eq!(lab.described_group().get("Version"), "1");
        // Without a rollback it just fails.
        let plain = [
            ("Action", "StartInstanceRefresh"),
            ("AutoScalingGroupName", "group"),
        ];
        lab.scaling(&plain);
        assert_eq!(
            [lab.refresh_status(), lab.refresh_status()],
            ["InProgress", "Failed"]
        );
    }
}

#[test]
fn interfaces_linger() {
    let lab = Lab::new();
    let vpc = lab.vpc();
    let (a, b, group) = (
        lab.subnet(&vpc, 0),
        lab.subnet(&vpc, 1),
        lab.group(&vpc, "lb"),
    );
    let gateway = lab.gateway(&vpc);
    let balancer = lab.balancer([&a, &b], &group);
    lab.faults(&["interfaces-linger=4"]);
    lab.balancing(&[
        ("Action", "DeleteLoadBalancer"),
        ("LoadBalancerArn", &balancer),
    ]);
    let interfaces = || {
        let described = lab.ec2(&[
            ("Action", "DescribeNetworkInterfaces"),
            ("Filter.1.Name", "description"),
            ("Filter.1.Value.1", "ELB app/balancer/*"),
        ]);
        described.all("networkInterfaceId").len()
    };
    let delete_group = [
        ("Action", "DeleteSecurityGroup"),
        ("GroupId", group.as_str()),
    ];
    let detach = [
        ("Action", "DetachInternetGateway"),
        ("InternetGatewayId", gateway.as_str()),
        ("VpcId", vpc.as_str()),
    ];
    let delete_subnet = [("Action", "DeleteSubnet"), ("SubnetId", a.as_str())];
    for blocked in [&delete_group[..], &detach[..], &delete_subnet[..]] {
        assert_eq!(
            lab.ec2(blocked).code(),
            "DependencyViolation",
            "{blocked:?}"
        );
    }
    assert_eq!([interfaces(), interfaces()], [2, 0]);
    for free in [&delete_group[..], &detach[..], &delete_subnet[..]] {
        assert_eq!(lab.ec2(free).code(), "", "{free:?}");
    }
}

#[test]
fn profile_propagation() {
    let lab = Lab::new();
    lab.faults(&["profile-propagation=2"]);
    let group = [
        ("Action", "CreateAutoScalingGroup"),
        ("AutoScalingGroupName", "group"),
    ];
    let role = [
        ("Action", "AddRoleToInstanceProfile"),
        ("InstanceProfileName", "profile"),
        ("RoleName", "role"),
    ];
    for _ in 0..2 {
        let refused = lab.scaling(&group);
        assert_eq!(refused.code(), "ValidationError");
        assert!(
            refused
                .get("Message")
                .contains("Invalid IAM Instance Profile")
        );
        let refused = lab.iam(&role);
        assert_eq!(
            (refused.status, refused.code()),
            (404, "NoSuchEntity".to_owned())
        );
    }
    assert!(
        !lab.scaling(&group)
            .get("Message")
            .contains("Invalid IAM Instance Profile")
    );
}

#[test]
fn not_found_after_create() {
    let lab = Lab::new();
    lab.faults(&["not-found-after-create=2"]);
    let vpc = lab.vpc();
    let by_id = || {
        lab.ec2(&[("Action", "DescribeVpcs"), ("VpcId.1", &vpc)])
            .code()
    };
    assert_eq!(
        [by_id(), by_id(), by_id()],
        ["InvalidVpcID.NotFound", "InvalidVpcID.NotFound", ""]
    );
    let other = lab.vpc();
    let listed = || lab.ec2(&DESCRIBE_VPCS).body.contains(&other);
    assert_eq!([listed(), listed(), listed()], [false, false, true]);
}

#[test]
fn throttling_and_server_errors() {
    for (fault, ec2, scaling) in [
        (
            "throttling",
            (503, "RequestLimitExceeded"),
            (400, "Throttling"),
        ),
        (
            "server-errors",
            (500, "InternalError"),
            (500, "InternalFailure"),
        ),
    ] {
        let lab = Lab::new();
        lab.faults(&[fault]);
        let seen = |reply: lab::Reply| (reply.status, reply.code());
        let refused = seen(lab.ec2(&DESCRIBE_VPCS));
        assert_eq!(refused, (ec2.0, ec2.1.to_owned()));
        assert_eq!(lab.ec2(&DESCRIBE_VPCS).status, 200, "once for each action");
        let refused = seen(lab.scaling(&[("Action", "DescribePolicies")]));
        assert_eq!(refused, (scaling.0, scaling.1.to_owned()));
        lab.faults(&[&format!("{fault}={{\"every\":3}}")]);
        let statuses: Vec<u16> = (0..6).map(|_| lab.ec2(&DESCRIBE_VPCS).status).collect();
        assert_eq!(statuses, [200, 200, ec2.0, 200, 200, ec2.0]);
    }
}

#[test]
fn cut_before_and_after() {
    for (fault, vpcs) in [("cut-before", 2), ("cut-after", 3)] {
        let lab = Lab::new();
        lab.faults(&[&format!(
            "{fault}={{\"action\":\"ec2:CreateVpc\",\"occurrence\":2}}"
        )]);
        let before = lab.ec2(&DESCRIBE_VPCS).all("vpcId").len();
        let made: Vec<bool> = (0..3)
            .map(|_| lab.try_call("ec2", &CREATE_VPC).is_ok())
            .collect();
        assert_eq!(made, [true, false, true], "{fault}");
        let after = lab.ec2(&DESCRIBE_VPCS).all("vpcId").len();
        assert_eq!(after - before, vpcs, "{fault}");
    }
}

#[test]
fn small_pages() {
    let lab = Lab::new();
    let vpc = lab.vpc();
    for number in 0..5 {
        lab.subnet(&vpc, number);
        lab.iam(&[
            ("Action", "CreateInstanceProfile"),
            ("InstanceProfileName", &format!("profile-{number}")),
        ]);
    }
    lab.bucket("bucket-one");
    for key in ["a", "b", "c"] {
        lab.http("PUT", &format!("/bucket-one/{key}"), "x");
    }
    lab.faults(&["small-pages"]);
    let first = lab.ec2(&[("Action", "DescribeSubnets")]);
    assert_eq!(first.all("subnetId").len(), 2);
    assert!(!first.get("nextToken").is_empty());
    let profiles = [("Action", "ListInstanceProfiles")];
    let mut marker = String::new();
    let mut listed = 0;
    for truncated in ["true", "true", "false"] {
        let mut form = profiles.to_vec();
        if !marker.is_empty() {
            form.push(("Marker", &marker));
        }
        let page = lab.iam(&form);
        listed += page.all("InstanceProfileName").len();
        assert_eq!(page.get("IsTruncated"), truncated);
        marker = page.get("Marker");
    }
    assert_eq!(listed, 5);
    for query in ["list-type=2", "versions"] {
        let page = lab.http("GET", &format!("/bucket-one?{query}"), "");
        assert_eq!(page.all("Key"), ["a", "b"], "{query}");
        assert_eq!(page.get("IsTruncated"), "true", "{query}");
    }
}

#[test]
fn bucket_taken() {
    let lab = Lab::new();
    lab.faults(&["bucket-taken=theirs"]);
    let made = lab.bucket("theirs");
    assert_eq!(
        (made.status, made.code()),
        (409, "BucketAlreadyExists".to_owned())
    );
    for (method, path) in [
        ("HEAD", "/theirs"),
        ("GET", "/theirs?policy"),
        ("PUT", "/theirs/key"),
    ] {
        assert_eq!(lab.http(method, path, "").status, 403, "{method} {path}");
    }
    assert_eq!(lab.bucket("bucket-ours").status, 200);
}

#[test]
fn refusals_by_name_and_of_ones_choice() {
    let lab = Lab::new();
    for (fault, form, code) in [
        (
            "quota",
            [("Action", "AllocateAddress"), ("Domain", "vpc")],
            "AddressLimitExceeded",
        ),
        ("quota=ec2:CreateVpc", CREATE_VPC, "VpcLimitExceeded"),
        (
            "access-denied=ec2:CreateVpc",
            CREATE_VPC,
            "UnauthorizedOperation",
        ),
        (
            r#"refusals={"action":"ec2:CreateVpc","code":"Odd","message":"odd"}"#,
            CREATE_VPC,
            "Odd",
        ),
    ] {
        lab.faults(&[fault]);
        assert_eq!(lab.ec2(&form).code(), code, "{fault}");
    }
    for (fault, service, action, code) in [
        (
            "scaling-in-progress=1",
            "autoscaling",
            "DeleteAutoScalingGroup",
            "ScalingActivityInProgress",
        ),
        (
            "listener-lingers=1",
            "elasticloadbalancing",
            "DeleteTargetGroup",
            "ResourceInUse",
        ),
    ] {
        lab.faults(&[fault]);
        assert_eq!(
            lab.call(service, &[("Action", action)]).code(),
            code,
            "{fault}"
        );
        assert_ne!(
            lab.call(service, &[("Action", action)]).code(),
            code,
            "{fault}"
        );
    }
}
