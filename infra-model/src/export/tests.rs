//! What can be said of the documents without the tools that read them.

use super::*;
use crate::settings::{Alarms, Nat, Oidc, Payload};
use crate::values::{CertificateArn, UserData};

fn topology(settings: &Settings) -> Topology {
    let payload = Payload {
        user_data: UserData::new("#!/bin/bash\necho \"${HOME} %{x}\"\n").unwrap(),
        ..Payload::example()
    };
    Topology::new(settings, &payload)
}

fn variants() -> Vec<Settings> {
    let published = Settings::published().unwrap();
    let arn = "arn:aws:acm:eu-north-1:123456789012:certificate/0a1b";
    let other = Settings {
        nat: Nat::Single,
        stage: "staging".parse().unwrap(),
        certificate: Some(CertificateArn::new(arn).unwrap()),
        oidc: Some(Oidc::example()),
        access_logs: Some("123456789012".parse().unwrap()),
        alarms: Some(Alarms::example()),
        ..published.clone()
    };
    vec![published, other]
}

#[test]
fn every_resource_is_in_both_by_its_name() {
    for settings in variants() {
        let topology = topology(&settings);
        for document in [terraform(&topology), cloudformation(&topology)] {
            // A listener has no name, and CloudFormation gives it no tags.
            let named = |kind: Kind| kind.is_tagged() && kind != Kind::Listener;
            for entry in topology.entries().iter().filter(|it| named(it.id.kind())) {
                assert!(document.contains(&entry.name), "{} is missing", entry.name);
            }
            assert!(!document.contains("null"), "a value is missing");
        }
    }
}

#[test]
fn the_secret_is_a_parameter_where_people_sign_in() {
    let [published, other] = variants().try_into().unwrap();
    let (without, with) = (topology(&published), topology(&other));
    for document in [terraform(&without), cloudformation(&without)] {
        assert!(!document.to_lowercase().contains("secret"), "{document}");
    }
    let hcl = terraform(&with);
    assert!(
        hcl.contains("client_secret              = var.oidc_client_secret"),
        "{hcl}"
    );
    assert!(hcl.contains("sensitive   = true"), "{hcl}");
    let template = cloudformation(&with);
    assert!(template.contains("NoEcho: true"), "{template}");
    assert!(template.contains("ClientSecret:\n"), "{template}");
    assert!(template.contains("Ref: OidcClientSecret"), "{template}");
}

#[test]
fn scripts_are_not_templates() {
    let topology = topology(&variants()[0]);
    assert!(terraform(&topology).contains("$${HOME} %%{x}"));
    assert!(cloudformation(&topology).contains("${HOME} %{x}"));
}

#[test]
fn lists_of_braces_match() {
    for settings in variants() {
        let text = terraform(&topology(&settings));
        assert_eq!(text.matches('{').count(), text.matches('}').count());
    }
}
