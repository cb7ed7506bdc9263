//! What those rely on who apply or read plans: order, fingerprint, format, secrecy.

use infra_model::id::Id;
use infra_model::observed::{Observed, State};
use infra_model::plan::{Plan, Step, fingerprint, plan};
use infra_model::render::{Colour, document, text};
use infra_model::topology::Topology;
use insta::{assert_json_snapshot, assert_snapshot};

use crate::common::{deployed, empty_cloud, payload, payload_of, settings, state, topology};

#[test]
fn the_document_for_programs() {
    let mut cloud = deployed(&topology());
    if let State::TargetGroup(group) = state(&mut cloud, Id::TargetGroup) {
        group.deregistration_delay = 300;
    }
    let plan = plan(&topology(), &cloud);
    let mut document = document(&plan);
    document.steps.retain(|step| step.action != "nothing");
    document.fingerprint = "64 hexadecimal digits";
    assert_json_snapshot!(document, @r#"
    {
      "format": 1,
      "in_sync": false,
      "refused": false,
      "totals": {
        "create": 0,
        "update": 1,
        "replace": 0,
        "delete": 0,
        "unchanged": 35
      },
      "fingerprint": "64 hexadecimal digits",
      "steps": [
        {
          "resource": "target-group",
          "kind": "target-group",
          "name": "StudentAnalyticsTargets",
          "action": "update",
          "item": "made-target-group-prod",
          "changes": [
            {
              "attribute": "deregistration delay",
              "from": "300",
              "to": "30"
            }
          ],
          "interrupts": false,
          "reason": "it differs from the topology",
          "after": []
        }
      ],
      "problems": [],
      "blocked": []
    }
    "#);
}

#[test]
fn colour_is_for_terminals() {
    let plan = plan(&topology(), &empty_cloud());
    assert!(text(&plan, Colour::On).contains("\u{1b}[32m+\u{1b}[0m bucket"));
    assert!(!text(&plan, Colour::Off).contains('\u{1b}'));
}

#[test]
fn user_data_stays_out_of_plans() {
    let cloud = deployed(&topology());
    for next in [payload_of('b'), payload()] {
        let plan = plan(&Topology::new(&settings(), &next), &cloud);
        let all = format!(
            "{}{}",
            text(&plan, Colour::Off),
            serde_json::to_string(&document(&plan)).unwrap()
        );
        assert!(!all.contains("#!/bin/bash"), "{all}");
    }
}

#[test]
fn the_fingerprint_moves_with_what_is_compared_only() {
    let cloud = deployed(&topology());
    let before = fingerprint(&cloud);
    let edited = |edit: &dyn Fn(&mut Observed)| {
        let mut cloud = cloud.clone();
        edit(&mut cloud);
        fingerprint(&cloud)
    };
    assert_eq!(before, edited(&|it| it.resources.reverse()));
    assert_eq!(before, edited(&|it| it.images.clear()));
    let scaled = edited(&|it| {
        if let State::AutoScalingGroup(group) = state(it, Id::AutoScalingGroup) {
            group.life.desired = 4;
        }
    });
    assert_eq!(before, scaled);
    let raised = edited(&|it| {
        if let State::AutoScalingGroup(group) = state(it, Id::AutoScalingGroup) {
            group.max = 9;
        }
    });
    assert_ne!(before, raised);
    assert_ne!(before, edited(&|it| it.resources[3].tags.set("Name", "x")));
    assert_ne!(before, edited(&|it| it.resources.truncate(30)));
}

/// Each step with those that it waits for.
fn edges(plan: &Plan) -> String {
    let name = |index: usize| {
        plan.steps[index]
            .id
            .map_or_else(String::new, |id| id.to_string())
    };
    let line = |(index, step): (usize, &Step)| {
        let mut awaited: Vec<String> = step.after.iter().map(|it| name(*it)).collect();
        awaited.sort();
        format!("{} ← {}", name(index), awaited.join(" "))
            .trim_end()
            .to_owned()
            + "\n"
    };
    plan.steps.iter().enumerate().map(line).collect()
}

#[test]
fn nothing_waits_for_more_than_its_edges() {
    assert_snapshot!(edges(&plan(&topology(), &empty_cloud())), @r"
    bucket ←
    release ← bucket
    sample-data ← bucket
    vpc ←
    vpc-defaults ← vpc
    internet-gateway ←
    gateway-attachment ← internet-gateway vpc
    public-subnet-a ← vpc
    public-subnet-b ← vpc
    private-subnet-a ← vpc
    private-subnet-b ← vpc
    public-route-table ← public-subnet-a public-subnet-b vpc
    public-route ← gateway-attachment internet-gateway public-route-table
    address-a ←
    nat-gateway-a ← address-a gateway-attachment public-subnet-a
    address-b ←
    nat-gateway-b ← address-b gateway-attachment public-subnet-b
    private-route-table-a ← private-subnet-a vpc
    private-route-a ← nat-gateway-a private-route-table-a
    private-route-table-b ← private-subnet-b vpc
    private-route-b ← nat-gateway-b private-route-table-b
    s3-endpoint ← private-route-table-a private-route-table-b vpc
    balancer-group ← vpc
    app-group ← vpc
    balancer-rules ← app-group balancer-group
    app-rules ← app-group balancer-group
    role ←
    role-policies ← role
    instance-profile ← role
    key-pair ←
    target-group ← vpc
    load-balancer ← balancer-group gateway-attachment public-subnet-a public-subnet-b
    http-listener ← balancer-rules load-balancer target-group
    launch-template ← app-group instance-profile key-pair release
    auto-scaling-group ← app-rules balancer-rules http-listener launch-template private-route-a private-route-b private-subnet-a private-subnet-b release role-policies s3-endpoint sample-data target-group
    scaling-policy ← auto-scaling-group
    ");
}

#[test]
fn nothing_goes_before_what_needs_it() {
    let cloud = deployed(&topology());
    assert_snapshot!(edges(&plan(&Topology::empty(&settings()), &cloud)), @r"
    auto-scaling-group ←
    launch-template ← auto-scaling-group
    key-pair ← launch-template
    instance-profile ← launch-template
    role-policies ← auto-scaling-group instance-profile
    role ← instance-profile role-policies
    app-rules ← auto-scaling-group
    balancer-rules ← auto-scaling-group
    app-group ← app-rules balancer-rules launch-template
    private-route-a ← auto-scaling-group
    nat-gateway-a ← private-route-a
    address-a ← nat-gateway-a
    load-balancer ← auto-scaling-group
    balancer-group ← app-rules balancer-rules load-balancer
    target-group ← auto-scaling-group load-balancer
    s3-endpoint ← auto-scaling-group
    public-route ← load-balancer
    private-route-b ← auto-scaling-group
    nat-gateway-b ← private-route-b
    address-b ← nat-gateway-b
    gateway-attachment ← address-a address-b load-balancer nat-gateway-a nat-gateway-b public-route
    internet-gateway ← gateway-attachment public-route
    private-route-table-b ← gateway-attachment private-route-b s3-endpoint
    private-subnet-b ← auto-scaling-group gateway-attachment private-route-table-b
    private-route-table-a ← gateway-attachment private-route-a s3-endpoint
    private-subnet-a ← auto-scaling-group gateway-attachment private-route-table-a
    public-route-table ← gateway-attachment public-route
    public-subnet-a ← gateway-attachment load-balancer nat-gateway-a public-route-table
    public-subnet-b ← gateway-attachment load-balancer nat-gateway-b public-route-table
    vpc ← app-group balancer-group gateway-attachment private-route-table-a private-route-table-b private-subnet-a private-subnet-b public-route-table public-subnet-a public-subnet-b s3-endpoint target-group
    bucket ← address-a address-b app-group app-rules auto-scaling-group balancer-group balancer-rules gateway-attachment instance-profile internet-gateway key-pair launch-template load-balancer nat-gateway-a nat-gateway-b private-route-a private-route-b private-route-table-a private-route-table-b private-subnet-a private-subnet-b public-route public-route-table public-subnet-a public-subnet-b role role-policies s3-endpoint target-group vpc
    ");
}
