//! Mends of networks and load balancers: tokens, names, and what is in use, against the real
//! moto.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod lab;

use lab::Lab;

#[test]
fn a_client_token_makes_one_resource() {
    let lab = Lab::new();
    let vpc = lab.vpc();
    let subnet = lab.subnet(&vpc, 0);
    let address = lab
        .ec2(&[("Action", "AllocateAddress")])
        .get("allocationId");
    let template = lab.template(&lab.group(&vpc, "app"));
    let nat = [
        ("SubnetId", subnet.as_str()),
        ("AllocationId", address.as_str()),
    ];
    let endpoint = [
        ("VpcId", vpc.as_str()),
        ("ServiceName", "com.amazonaws.eu-north-1.s3"),
    ];
    let name = [
        ("LaunchTemplateName", "second"),
        ("LaunchTemplateData.UserData", "b25l"),
    ];
    let version = [
        ("LaunchTemplateId", template.as_str()),
        ("LaunchTemplateData.UserData", "eA=="),
    ];
    for (action, parameters, id) in [
        ("CreateNatGateway", &nat[..], "natGatewayId"),
        ("CreateRouteTable", &endpoint[..1], "routeTableId"),
        ("CreateVpcEndpoint", &endpoint[..], "vpcEndpointId"),
        ("CreateLaunchTemplate", &name[..], "launchTemplateId"),
        ("CreateLaunchTemplateVersion", &version[..], "versionNumber"),
    ] {
        let ask = |token: &str, more: &[(&str, &str)]| {
            let mut form = vec![("Action", action), ("ClientToken", token)];
            form.extend_from_slice(parameters);
            form.extend_from_slice(more);
            lab.ec2(&form)
        };
        let first = ask("one", &[]);
        assert_eq!(first.status, 200, "{action}: {}", first.body);
        assert!(!first.get(id).is_empty());
        assert_eq!(ask("one", &[]).get(id), first.get(id), "{action}");
        let other = ask("one", &[("More", "1")]);
        assert_eq!(other.code(), "IdempotentParameterMismatch", "{action}");
    }
}

#[test]
fn balancers_target_groups_and_listeners_are_made_once() {
    let lab = Lab::new();
    let vpc = lab.vpc();
    let (a, b, group) = (
        lab.subnet(&vpc, 0),
        lab.subnet(&vpc, 1),
        lab.group(&vpc, "lb"),
    );
    lab.gateway(&vpc);
    let (balancer, targets) = (lab.balancer([&a, &b], &group), lab.target_group(&vpc));
    let listener = |action_type: &str| {
        lab.balancing(&[
            ("Action", "CreateListener"),
            ("LoadBalancerArn", &balancer),
            ("Protocol", "HTTP"),
            ("Port", "80"),
            ("DefaultActions.member.1.Type", action_type),
            ("DefaultActions.member.1.TargetGroupArn", &targets),
        ])
    };
    let first = listener("forward").get("ListenerArn");
    assert!(!first.is_empty());
    assert_eq!(lab.balancer([&a, &b], &group), balancer);
    assert_eq!(lab.target_group(&vpc), targets);
    assert_eq!(listener("forward").get("ListenerArn"), first);
    assert_eq!(listener("fixed-response").code(), "DuplicateListener");
    let other = [
        ("Name", "balancer"),
        ("Scheme", "internal"),
        ("Subnets.member.1", &a),
    ];
    let other = lab.balancing(&[&[("Action", "CreateLoadBalancer")], &other[..]].concat());
    assert_eq!(other.code(), "DuplicateLoadBalancerName");
    let other = [
        ("Name", "targets"),
        ("Protocol", "HTTP"),
        ("Port", "1"),
        ("VpcId", &vpc),
    ];
    let other = lab.balancing(&[&[("Action", "CreateTargetGroup")], &other[..]].concat());
    assert_eq!(other.code(), "DuplicateTargetGroupName");
    let interfaces = lab.ec2(&[
        ("Action", "DescribeNetworkInterfaces"),
        ("Filter.1.Name", "description"),
        ("Filter.1.Value.1", "ELB app/balancer/*"),
    ]);
    assert_eq!(interfaces.all("requesterId"), ["amazon-elb", "amazon-elb"]);
}

#[test]
fn what_is_in_use_is_not_deleted() {
    let lab = Lab::new();
    let vpc = lab.vpc();
    let (a, b, private) = (
        lab.subnet(&vpc, 0),
        lab.subnet(&vpc, 1),
        lab.subnet(&vpc, 10),
    );
    let gateway = lab.gateway(&vpc);
    let (nat, address) = lab.nat(&a);
    let (front, app) = (lab.group(&vpc, "lb"), lab.group(&vpc, "app"));
    lab.ec2(&[
        ("Action", "AuthorizeSecurityGroupIngress"),
        ("GroupId", &app),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "8501"),
        ("IpPermissions.1.ToPort", "8501"),
        ("IpPermissions.1.Groups.1.GroupId", &front),
    ]);
    let balancer = lab.balancer([&a, &b], &front);
    let targets = lab.target_group(&vpc);
    let listener = lab.balancing(&[
        ("Action", "CreateListener"),
        ("LoadBalancerArn", &balancer),
        ("Protocol", "HTTP"),
        ("Port", "80"),
        ("DefaultActions.member.1.Type", "forward"),
        ("DefaultActions.member.1.TargetGroupArn", &targets),
    ]);
    let listener = listener.get("ListenerArn");
    let group = lab.scaling_group(&lab.template(&app), &private, &targets);
    assert_eq!(group.status, 200, "{}", group.body);

    let ec2 = |action: &'static str, name: &'static str, id: &str| {
        let reply = lab.ec2(&[("Action", action), (name, id), ("VpcId", &vpc)]);
        (action, reply.code())
    };
    let violation = |action| (action, "DependencyViolation".to_owned());
    let fine = |action| (action, String::new());
    for group in [&front, &app] {
        let refused = ec2("DeleteSecurityGroup", "GroupId", group);
        assert_eq!(refused, violation("DeleteSecurityGroup"));
    }
    for subnet in [&a, &b, &private] {
        assert_eq!(
            ec2("DeleteSubnet", "SubnetId", subnet),
            violation("DeleteSubnet")
        );
    }
    let detach = || ec2("DetachInternetGateway", "InternetGatewayId", &gateway);
    assert_eq!(detach(), violation("DetachInternetGateway"));
    assert_eq!(ec2("DeleteVpc", "Unused", ""), violation("DeleteVpc"));
    let release = || ec2("ReleaseAddress", "AllocationId", &address);
    assert_eq!(release().1, "InvalidIPAddress.InUse");
    let delete_targets = [
        ("Action", "DeleteTargetGroup"),
        ("TargetGroupArn", &targets),
    ];
    assert_eq!(lab.balancing(&delete_targets).code(), "ResourceInUse");

    // In the order of a destroy, everything goes.
    let force = [("AutoScalingGroupName", "group"), ("ForceDelete", "true")];
    lab.scaling(&[&[("Action", "DeleteAutoScalingGroup")], &force[..]].concat());
    lab.balancing(&[("Action", "DeleteListener"), ("ListenerArn", &listener)]);
    lab.balancing(&[
        ("Action", "DeleteLoadBalancer"),
        ("LoadBalancerArn", &balancer),
    ]);
    assert_eq!(lab.balancing(&delete_targets).status, 200);
    assert_eq!(
        detach(),
        violation("DetachInternetGateway"),
        "the NAT's address is still mapped"
    );
    assert_eq!(
        ec2("DeleteNatGateway", "NatGatewayId", &nat),
        fine("DeleteNatGateway")
    );
    assert_eq!(release(), fine("ReleaseAddress"));
    assert_eq!(detach(), fine("DetachInternetGateway"));
    let refused = ec2("DeleteSecurityGroup", "GroupId", &front);
    assert_eq!(
        refused,
        violation("DeleteSecurityGroup"),
        "the app's rule names it"
    );
    for group in [&app, &front] {
        assert_eq!(
            ec2("DeleteSecurityGroup", "GroupId", group),
            fine("DeleteSecurityGroup")
        );
    }
    for subnet in [&a, &b, &private] {
        assert_eq!(
            ec2("DeleteSubnet", "SubnetId", subnet),
            fine("DeleteSubnet")
        );
    }
    assert_eq!(ec2("DeleteVpc", "Unused", ""), fine("DeleteVpc"));
}

#[test]
fn tables_and_subnets_and_endpoints_let_each_other_go() {
    let lab = Lab::new();
    let vpc = lab.vpc();
    let subnet = lab.subnet(&vpc, 0);
    let table = lab
        .ec2(&[("Action", "CreateRouteTable"), ("VpcId", &vpc)])
        .get("routeTableId");
    let associate = |table: &str| {
        lab.ec2(&[
            ("Action", "AssociateRouteTable"),
            ("RouteTableId", table),
            ("SubnetId", &subnet),
        ])
    };
    assert_eq!(associate(&table).status, 200);
    // A subnet uses one table; to say so again is no harm.
    let other = lab
        .ec2(&[("Action", "CreateRouteTable"), ("VpcId", &vpc)])
        .get("routeTableId");
    assert_eq!(associate(&other).get("Code"), "Resource.AlreadyAssociated");
    assert_eq!(associate(&table).status, 200);
    lab.ec2(&[("Action", "DeleteRouteTable"), ("RouteTableId", &other)]);
    let endpoint = lab.ec2(&[
        ("Action", "CreateVpcEndpoint"),
        ("VpcId", &vpc),
        ("ServiceName", "com.amazonaws.eu-north-1.s3"),
        ("RouteTableId.1", &table),
    ]);
    let endpoint = endpoint.get("vpcEndpointId");
    for (action, name, id) in [
        ("DeleteSubnet", "SubnetId", &subnet),
        ("DeleteRouteTable", "RouteTableId", &table),
        ("DeleteVpcEndpoints", "VpcEndpointId.1", &endpoint),
        ("DeleteVpc", "VpcId", &vpc),
    ] {
        let reply = lab.ec2(&[("Action", action), (name, id)]);
        assert_eq!(reply.status, 200, "{action}: {}", reply.body);
    }
    let left = lab.ec2(&[("Action", "DescribeVpcEndpoints")]);
    assert!(!left.body.contains(&endpoint), "{}", left.body);
}

#[test]
fn what_faces_the_internet_needs_an_attached_gateway() {
    let lab = Lab::new();
    let vpc = lab.vpc();
    let (a, b, group) = (
        lab.subnet(&vpc, 0),
        lab.subnet(&vpc, 1),
        lab.group(&vpc, "lb"),
    );
    assert_eq!(lab.balancer([&a, &b], &group), "");
    let (nat, _) = lab.nat(&a);
    let described = lab.ec2(&[("Action", "DescribeNatGateways"), ("NatGatewayId.1", &nat)]);
    assert_eq!(described.get("state"), "failed");
    assert_eq!(described.get("failureCode"), "Gateway.NotAttached");
    let table = lab
        .ec2(&[("Action", "CreateRouteTable"), ("VpcId", &vpc)])
        .get("routeTableId");
    let detached = lab
        .ec2(&[("Action", "CreateInternetGateway")])
        .get("internetGatewayId");
    let attached = lab.gateway(&vpc);
    for (gateway, code) in [(&detached, "InvalidParameterValue"), (&attached, "")] {
        let route = lab.ec2(&[
            ("Action", "CreateRoute"),
            ("RouteTableId", &table),
            ("DestinationCidrBlock", "0.0.0.0/0"),
            ("GatewayId", gateway),
        ]);
        assert_eq!(route.code(), code, "{gateway}");
    }
    assert_ne!(lab.balancer([&a, &b], &group), "");
}

#[test]
fn an_endpoints_routes_move_with_its_tables() {
    let lab = Lab::new();
    let vpc = lab.vpc();
    let table = || {
        let made = lab.ec2(&[("Action", "CreateRouteTable"), ("VpcId", &vpc)]);
        made.get("routeTableId")
    };
    let (first, second) = (table(), table());
    let endpoint = lab.ec2(&[
        ("Action", "CreateVpcEndpoint"),
        ("VpcId", &vpc),
        ("ServiceName", "com.amazonaws.eu-north-1.s3"),
        ("RouteTableId.1", &first),
    ]);
    let endpoint = endpoint.get("vpcEndpointId");
    let modified = lab.ec2(&[
        ("Action", "ModifyVpcEndpoint"),
        ("VpcEndpointId", &endpoint),
        ("AddRouteTableId.1", &second),
        ("RemoveRouteTableId.1", &first),
    ]);
    assert_eq!(modified.status, 200, "{}", modified.body);
    for (table, is_routed) in [(&first, false), (&second, true)] {
        let described = lab.ec2(&[("Action", "DescribeRouteTables"), ("RouteTableId.1", table)]);
        assert_eq!(
            described.body.contains(&endpoint),
            is_routed,
            "{}",
            described.body
        );
    }
    let deleted = lab.ec2(&[
        ("Action", "DeleteVpcEndpoints"),
        ("VpcEndpointId.1", &endpoint),
    ]);
    assert_eq!(deleted.status, 200, "{}", deleted.body);
}
