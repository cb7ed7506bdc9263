//! Mends of listings: filters, pages, and what is not there, against the real moto.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod lab;

use lab::Lab;

#[test]
fn every_listing_honours_tag_filters() {
    let lab = Lab::new();
    let vpc = lab.vpc();
    let subnet = lab.subnet(&vpc, 0);
    let gateway = lab.gateway(&vpc);
    let (nat, address) = lab.nat(&subnet);
    let group = lab.group(&vpc, "app");
    let template = lab.template(&group);
    let table = lab
        .ec2(&[("Action", "CreateRouteTable"), ("VpcId", &vpc)])
        .get("routeTableId");
    let endpoint = lab
        .ec2(&[
            ("Action", "CreateVpcEndpoint"),
            ("VpcId", &vpc),
            ("ServiceName", "com.amazonaws.eu-north-1.s3"),
            ("RouteTableId.1", &table),
        ])
        .get("vpcEndpointId");
    let key = lab
        .ec2(&[
            ("Action", "CreateKeyPair"),
            ("KeyName", "key"),
            ("KeyType", "ed25519"),
        ])
        .get("keyPairId");
    for (operation, id) in [
        ("DescribeVpcs", &vpc),
        ("DescribeSubnets", &subnet),
        ("DescribeInternetGateways", &gateway),
        ("DescribeNatGateways", &nat),
        ("DescribeAddresses", &address),
        ("DescribeRouteTables", &table),
        ("DescribeVpcEndpoints", &endpoint),
        ("DescribeSecurityGroups", &group),
        ("DescribeKeyPairs", &key),
        ("DescribeLaunchTemplates", &template),
    ] {
        lab.ec2(&[
            ("Action", "CreateTags"),
            ("ResourceId.1", id),
            ("Tag.1.Key", "Project"),
            ("Tag.1.Value", operation),
        ]);
        for (name, value, found) in [
            ("tag:Project", operation, true),
            ("tag:Project", "Describe*", true),
            ("tag:Project", "another", false),
            ("tag:Stage", operation, false),
            ("tag-key", "Project", true),
            ("tag-key", "Stage", false),
        ] {
            let listed = lab.ec2(&[
                ("Action", operation),
                ("Filter.1.Name", name),
                ("Filter.1.Value.1", value),
            ]);
            assert_eq!(listed.status, 200, "{operation}: {}", listed.body);
            let is_listed = listed.body.contains(&format!(">{id}<"));
            assert_eq!(is_listed, found, "{operation} {name}={value}");
        }
    }
}

#[test]
fn other_filters_of_a_reconciler_are_honoured() {
    let lab = Lab::new();
    let (vpc, other) = (lab.vpc(), lab.vpc());
    let subnet = lab.subnet(&vpc, 0);
    let gateway = lab.gateway(&vpc);
    let (nat, _) = lab.nat(&subnet);
    let group = lab.group(&vpc, "app");
    lab.template(&group);
    for (operation, name, right, wrong, id) in [
        ("DescribeNatGateways", "state", "available", "deleted", &nat),
        (
            "DescribeNatGateways",
            "vpc-id",
            vpc.as_str(),
            other.as_str(),
            &nat,
        ),
        ("DescribeSubnets", "vpc-id", &vpc, &other, &subnet),
        (
            "DescribeSubnets",
            "cidr-block",
            "10.0.0.0/24",
            "10.0.1.0/24",
            &subnet,
        ),
        (
            "DescribeInternetGateways",
            "attachment.vpc-id",
            &vpc,
            &other,
            &gateway,
        ),
        ("DescribeSecurityGroups", "vpc-id", &vpc, &other, &group),
        ("DescribeSecurityGroups", "group-name", "app", "lb", &group),
        ("DescribeSecurityGroups", "group-id", &group, "sg-1", &group),
        (
            "DescribeLaunchTemplates",
            "launch-template-name",
            "template",
            "other",
            &group,
        ),
        (
            "DescribeNetworkInterfaces",
            "subnet-id",
            &subnet,
            "subnet-1",
            &subnet,
        ),
        (
            "DescribeNetworkInterfaces",
            "description",
            "Interface for NAT*",
            "ELB*",
            &subnet,
        ),
        (
            "DescribeNetworkInterfaces",
            "status",
            "in-use",
            "available",
            &subnet,
        ),
        ("DescribeRouteTables", "vpc-id", &vpc, &other, &vpc),
        (
            "DescribeRouteTables",
            "association.main",
            "true",
            "no",
            &vpc,
        ),
    ] {
        for (value, found) in [(right, true), (wrong, false)] {
            let listed = lab.ec2(&[
                ("Action", operation),
                ("Filter.1.Name", name),
                ("Filter.1.Value.1", value),
            ]);
            let shown = match operation {
                "DescribeLaunchTemplates" => listed.body.contains("<launchTemplateName>"),
                _ => listed.body.contains(&format!(">{id}<")),
            };
            assert_eq!(shown, found, "{operation} {name}={value}: {}", listed.body);
        }
    }
}

#[test]
fn what_is_not_there_is_an_error() {
    let lab = Lab::new();
    for (action, name, id, code) in [
        (
            "DescribeNatGateways",
            "NatGatewayId.1",
            "nat-12345678",
            "NatGatewayNotFound",
        ),
        (
            "DeleteNatGateway",
            "NatGatewayId",
            "nat-12345678",
            "NatGatewayNotFound",
        ),
        (
            "DescribeKeyPairs",
            "KeyPairId.1",
            "key-12345678",
            "InvalidKeyPair.NotFound",
        ),
        (
            "DescribeLaunchTemplates",
            "LaunchTemplateId.1",
            "lt-1",
            "InvalidLaunchTemplateId.NotFound",
        ),
        (
            "DeleteLaunchTemplate",
            "LaunchTemplateId",
            "lt-1",
            "InvalidLaunchTemplateId.NotFound",
        ),
    ] {
        let reply = lab.ec2(&[("Action", action), (name, id)]);
        assert_eq!(reply.code(), code, "{action}");
    }
}

#[test]
fn lists_come_in_pages_for_those_who_ask() {
    let lab = Lab::new();
    let vpc = lab.vpc();
    let mut made: Vec<String> = (0..5).map(|number| lab.subnet(&vpc, number)).collect();
    let mut listed = Vec::new();
    let mut token = String::new();
    loop {
        let mut form = vec![
            ("Action", "DescribeSubnets"),
            ("Filter.1.Name", "vpc-id"),
            ("Filter.1.Value.1", &vpc),
            ("MaxResults", "2"),
        ];
        if !token.is_empty() {
            form.push(("NextToken", &token));
        }
        let page = lab.ec2(&form);
        assert!(page.all("subnetId").len() <= 2);
        listed.extend(page.all("subnetId"));
        token = page.get("nextToken");
        if token.is_empty() {
            break;
        }
    }
    made.sort();
    listed.sort();
    assert_eq!(listed, made);
}

#[test]
fn listings_of_tags_honour_filters_and_name_types_as_aws_does() {
    let lab = Lab::new();
    let tag = [
        ("TagSpecification.1.Tag.1.Key", "Project"),
        ("TagSpecification.1.Tag.1.Value", "ours"),
    ];
    let address = [
        ("Action", "AllocateAddress"),
        ("TagSpecification.1.ResourceType", "elastic-ip"),
    ];
    lab.ec2(&[&address[..], &tag[..]].concat());
    for (name, value, types) in [
        ("tag:Project", "ours", &["elastic-ip"][..]),
        ("tag:Project", "theirs", &[]),
        ("tag:Stage", "ours", &[]),
        ("key", "Project", &["elastic-ip"]),
        ("resource-type", "elastic-ip", &["elastic-ip"]),
        ("resource-type", "vpc", &[]),
    ] {
        let listed = lab.ec2(&[
            ("Action", "DescribeTags"),
            ("Filter.1.Name", name),
            ("Filter.1.Value.1", value),
        ]);
        assert_eq!(listed.all("resourceType"), types, "{name}={value}");
    }
}
