//! Both pictures name everything that a reader looks for, and follow the settings.

use super::*;
use crate::settings::{Alarms, Nat, Oidc, Payload, Settings};
use crate::values::CertificateArn;

fn topology(settings: Settings) -> Topology {
    Topology::new(&settings, &Payload::example())
}

#[test]
fn every_name_and_port_is_shown() {
    let topology = topology(Settings::published().unwrap());
    for (picture, parts) in [(mermaid(&topology), "<br>"), (svg(&topology), "")] {
        let mut shown = vec![
            "HTTP 80",
            "HTTP 8501",
            "HTTPS 443",
            "10.0.0.0/16",
            "eu-north-1a",
            "2 to 4",
            "t3.small",
        ];
        let names: Vec<String> = [
            Id::Vpc,
            Id::InternetGateway,
            Id::LoadBalancer,
            Id::BalancerGroup,
            Id::AppGroup,
            Id::AutoScalingGroup,
            Id::S3Endpoint,
        ]
        .into_iter()
        .chain(Zone::ALL.into_iter().flat_map(|zone| {
            [
                Id::NatGateway(zone),
                Id::Subnet(Tier::Public, zone),
                Id::Subnet(Tier::Private, zone),
            ]
        }))
        .map(|id| topology.name(id))
        .collect();
        shown.extend(names.iter().map(String::as_str));
        for text in shown {
            assert!(
                picture.contains(text),
                "{text} is not in the picture {parts}"
            );
        }
    }
}

#[test]
fn the_pictures_follow_the_settings() {
    let arn = "arn:aws:acm:eu-north-1:123456789012:certificate/0a1b";
    let settings = Settings {
        nat: Nat::Single,
        certificate: Some(CertificateArn::new(arn).unwrap()),
        allowed: ["203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24"]
            .map(|network| network.parse().unwrap())
            .to_vec(),
        stage: "staging".parse().unwrap(),
        access_logs: Some("123456789012".parse().unwrap()),
        alarms: Some(Alarms::example()),
        ..Settings::published().unwrap()
    };
    let topology = topology(settings);
    for picture in [mermaid(&topology), svg(&topology)] {
        assert!(picture.contains("StudentAnalyticsLB-staging"));
        assert!(picture.contains("HTTP 80, HTTPS 443"));
        assert!(picture.contains("203.0.113.0/24 and 2 more"));
        assert!(!picture.contains("StudentAnalyticsNAT-b"));
        assert!(picture.contains("access logs"));
        assert!(picture.contains("alarms by mail"));
    }
}

#[test]
fn the_identity_provider_is_shown_where_people_sign_in() {
    let arn = "arn:aws:acm:eu-north-1:123456789012:certificate/0a1b";
    let https = Settings {
        certificate: Some(CertificateArn::new(arn).unwrap()),
        ..Settings::published().unwrap()
    };
    let closed = Settings {
        oidc: Some(Oidc::example()),
        ..https.clone()
    };
    for draw in [mermaid, svg] {
        assert!(!draw(&topology(https.clone())).contains("Identity provider"));
        let picture = draw(&topology(closed.clone()));
        for text in ["Identity provider", "id.example.org", "sign in"] {
            assert!(picture.contains(text), "{text} is not in the picture");
        }
    }
}

#[test]
fn names_are_escaped() {
    assert!(!svg(&topology(Settings::published().unwrap())).contains("& "));
}
