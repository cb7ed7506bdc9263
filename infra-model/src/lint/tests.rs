//! One broken topology for each rule.

use super::*;
use crate::settings::{ImageFamily, Oidc, Payload, Settings};
use crate::topology::Resource;
use crate::values::{CertificateArn, Instances, ParameterPath, Port};

const TODAY: Date = Date::of(2026, 11, 23);

/// Nothing to find: the newer image, HTTPS, and known networks.
fn safe() -> Settings {
    let arn = "arn:aws:acm:eu-north-1:123456789012:certificate/0a1b";
    Settings {
        image: ImageFamily::AmazonLinux2023,
        certificate: Some(CertificateArn::new(arn).unwrap()),
        allowed: vec!["203.0.113.0/24".parse().unwrap()],
        ..Settings::published().unwrap()
    }
}

fn check(topology: &Topology, expected: &[&str]) {
    let found: Vec<String> = lint(topology, TODAY)
        .into_iter()
        .map(|it| format!("{:?} {}: {}", it.severity, it.resource, it.what))
        .collect();
    assert_eq!(found, expected);
}

fn check_settings(edit: impl FnOnce(&mut Settings), expected: &[&str]) {
    let mut settings = safe();
    edit(&mut settings);
    check(&Topology::new(&settings, &Payload::example()), expected);
}

fn check_edit(id: Id, edit: impl FnOnce(&mut Resource), expected: &[&str]) {
    let mut topology = Topology::new(&safe(), &Payload::example());
    edit(topology.resource_mut(id));
    check(&topology, expected);
}

macro_rules! edit {
    ($kind:ident, $it:ident, $edit:expr) => {
        |resource: &mut Resource| match resource {
            Resource::$kind($it) => {
                $edit;
            }
            _ => unreachable!("the id's kind"),
        }
    };
}

#[test]
fn the_published_system_works_and_warns() {
    check(
        &Topology::new(&Settings::published().unwrap(), &Payload::example()),
        &[
            "Warning balancer-rules: anyone on the internet may upload files",
            "Warning http-listener: pages and uploads travel unencrypted",
            "Warning launch-template: amazon-linux-2 has had no security updates since 2026-06-30",
        ],
    );
    check_settings(|_| {}, &[]);
}

/// Those who know a password are not anyone.
#[test]
fn with_a_password_uploads_are_no_risk() {
    let settings = Settings {
        access: Some(ParameterPath::new("/school").unwrap()),
        ..Settings::published().unwrap()
    };
    check(
        &Topology::new(&settings, &Payload::example()),
        &[
            "Warning http-listener: pages and uploads travel unencrypted",
            "Warning launch-template: amazon-linux-2 has had no security updates since 2026-06-30",
        ],
    );
}

#[test]
fn settings_that_do_not_fit_together_are_found() {
    let wrong_region = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b";
    check_settings(
        |it| it.min = Instances::of(5),
        &["Error auto-scaling-group: the minimum 5 is above the maximum 4"],
    );
    check_settings(
        |it| it.min = Instances::of(1),
        &["Warning auto-scaling-group: one instance is no spare for another"],
    );
    check_settings(
        |it| it.certificate = Some(CertificateArn::new(wrong_region).unwrap()),
        &["Error https-listener: its certificate is in us-east-1, not in eu-north-1"],
    );
    check_settings(
        |it| it.allowed.clear(),
        &["Error balancer-rules: nobody may connect to the load balancer"],
    );
    check_settings(
        |it| it.allowed = (0..31).map(|i| Cidr::of([203, 0, 113, i], 32)).collect(),
        &["Error balancer-rules: 62 rules let people in; AWS takes 60"],
    );
}

#[test]
fn people_sign_in_by_https_and_the_load_balancer_asks_about_them() {
    check_settings(|it| it.oidc = Some(Oidc::example()), &[]);
    check_settings(
        |it| {
            it.oidc = Some(Oidc::example());
            it.certificate = None;
        },
        &[
            "Error http-listener: people cannot sign in over plain HTTP",
            "Warning http-listener: pages and uploads travel unencrypted",
        ],
    );
    // Who has to sign in is not anyone.
    check_settings(
        |it| {
            it.oidc = Some(Oidc::example());
            it.allowed = vec![Cidr::ANYWHERE];
        },
        &[],
    );
    let settings = Settings {
        oidc: Some(Oidc::example()),
        ..safe()
    };
    let mut topology = Topology::new(&settings, &Payload::example());
    if let Resource::GroupRules(rules) = topology.resource_mut(Id::BalancerRules) {
        rules.egress.retain(|rule| rule.port != HTTPS);
    }
    check(
        &topology,
        &["Error balancer-rules: the load balancer may not ask the identity provider"],
    );
}

#[test]
fn networks_lie_in_the_vpc_and_apart() {
    let private_b = Id::Subnet(Tier::Private, Zone::B);
    check_edit(
        private_b,
        edit!(Subnet, it, it.cidr = Cidr::of([10, 1, 0, 0], 24)),
        &["Error private-subnet-b: 10.1.0.0/24 is not inside the VPC's 10.0.0.0/16"],
    );
    check_edit(
        private_b,
        edit!(Subnet, it, it.cidr = Cidr::of([10, 0, 0, 0], 23)),
        &[
            "Error private-subnet-b: 10.0.0.0/23 overlaps 10.0.0.0/24 of public-subnet-a",
            "Error private-subnet-b: 10.0.0.0/23 overlaps 10.0.1.0/24 of public-subnet-b",
        ],
    );
    check_edit(
        private_b,
        edit!(Subnet, it, it.zone = Zone::A),
        &["Error auto-scaling-group: its subnets are in 1 zone"],
    );
    check_edit(
        private_b,
        edit!(Subnet, it, it.public_addresses = true),
        &["Error private-subnet-b: instances would have public addresses"],
    );
    check_edit(
        Id::LoadBalancer,
        edit!(LoadBalancer, it, it.subnets.truncate(1)),
        &["Error load-balancer: its subnets are in 1 zone"],
    );
}

#[test]
fn the_port_is_the_same_everywhere() {
    let other = Port::of(9000);
    let mut payload = Payload::example();
    payload.unit_port = other;
    check(
        &Topology::new(&safe(), &payload),
        &["Error target-group: targets are asked on port 8501, and the unit serves 9000"],
    );
    check_edit(
        Id::TargetGroup,
        edit!(TargetGroup, it, it.health.port = "9000".to_owned()),
        &["Error target-group: health is checked on port 9000, and served on 8501"],
    );
    check_edit(
        Id::AppRules,
        edit!(GroupRules, it, it.ingress[0].port = other),
        &[
            "Error app-rules: port 8501 of the targets is closed",
            "Error app-rules: the app admits more than the load balancer: port 9000 from balancer-group",
            "Error app-rules: the app does not admit the load balancer on port 8501",
        ],
    );
}

#[test]
fn the_load_balancer_reaches_the_app_and_nothing_else_does() {
    check_edit(
        Id::BalancerRules,
        edit!(GroupRules, it, it.egress.clear()),
        &["Error balancer-rules: the load balancer may not connect to port 8501 of the app"],
    );
    let ssh = Rule {
        port: Port::of(22),
        peer: Peer::Network(Cidr::ANYWHERE),
    };
    check_edit(
        Id::AppRules,
        edit!(GroupRules, it, it.ingress.push(ssh)),
        &["Error app-rules: the app admits more than the load balancer: port 22 from 0.0.0.0/0"],
    );
    check_edit(
        Id::BalancerRules,
        edit!(GroupRules, it, it.ingress[0].port = Port::of(8080)),
        &["Error balancer-rules: it admits port 8080, where nothing listens"],
    );
}

#[test]
fn instances_have_a_way_out_and_no_way_in() {
    check_edit(
        Id::PrivateRoute(Zone::A),
        edit!(Route, it, it.destination = Cidr::of([10, 0, 0, 0], 8)),
        &["Error auto-scaling-group: private-subnet-a has no route to a NAT gateway"],
    );
    check_edit(
        Id::PrivateRoute(Zone::B),
        edit!(
            Route,
            it,
            it.via = Via::Gateway(Handle::to(Id::InternetGateway))
        ),
        &["Error auto-scaling-group: private-subnet-b leads straight to the internet"],
    );
    check_edit(
        Id::NatGateway(Zone::A),
        edit!(
            NatGateway,
            it,
            it.subnet = Handle::to(Id::Subnet(Tier::Private, Zone::A))
        ),
        &["Error nat-gateway-a: its subnet is not routed to the internet gateway"],
    );
    check_edit(
        Id::PublicRoute,
        edit!(Route, it, it.destination = Cidr::of([10, 0, 0, 0], 8)),
        &[
            "Error nat-gateway-a: its subnet is not routed to the internet gateway",
            "Error nat-gateway-b: its subnet is not routed to the internet gateway",
            "Error load-balancer: public-subnet-a is not routed to the internet gateway",
            "Error load-balancer: public-subnet-b is not routed to the internet gateway",
        ],
    );
}

#[test]
fn health_checks_can_pass() {
    check_edit(
        Id::TargetGroup,
        edit!(TargetGroup, it, it.health.timeout = 30),
        &["Error target-group: a check may take 30 s, and the next comes after 30 s"],
    );
    check_edit(
        Id::AutoScalingGroup,
        edit!(AutoScalingGroup, it, it.grace = 0),
        &["Error auto-scaling-group: instances are judged while they boot"],
    );
}

#[test]
fn every_finding_says_what_to_do() {
    let mut settings = Settings::published().unwrap();
    settings.max = Instances::of(1);
    for finding in lint(&Topology::new(&settings, &Payload::example()), TODAY) {
        assert!(
            !finding.remedy.is_empty() && !finding.remedy.ends_with('.'),
            "{finding:?}"
        );
    }
}
