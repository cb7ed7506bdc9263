//! Plans as people read them.

use infra_model::id::{Id, Kind, Tier, Zone};
use infra_model::observed::{Observed, Rule, State, TemplateVersion};
use infra_model::plan::plan;
use infra_model::render::{Colour, text};
use infra_model::settings::{ImageFamily, Nat, Settings};
use infra_model::topology::{Choices, Topology};
use infra_model::values::{CertificateArn, InstanceType, Percent};
use insta::assert_snapshot;

use crate::common::{
    apply, deployed, empty_cloud, payload, payload_of, plan_is_empty, settings, shown, state,
    topology, verbs,
};

#[test]
fn a_first_deployment() {
    assert_snapshot!(shown(&topology(), &empty_cloud()), @r"
    + bucket student-performance-app-files
    + object releases/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/student-analytics
    + object StudentPerformanceFactors.csv
    + VPC StudentAnalyticsVPC: 10.0.0.0/16
    + defaults of VPC StudentAnalyticsVPC
    + internet gateway StudentAnalyticsIGW
    + attachment of gateway StudentAnalyticsIGW
    + subnet StudentAnalyticsPublic-a: 10.0.0.0/24 in eu-north-1a
    + subnet StudentAnalyticsPublic-b: 10.0.1.0/24 in eu-north-1b
    + subnet StudentAnalyticsPrivate-a: 10.0.10.0/24 in eu-north-1a
    + subnet StudentAnalyticsPrivate-b: 10.0.11.0/24 in eu-north-1b
    + route table StudentAnalyticsPublic
    + default route of StudentAnalyticsPublic
    + address StudentAnalyticsNAT-a
    + NAT gateway StudentAnalyticsNAT-a
    + address StudentAnalyticsNAT-b
    + NAT gateway StudentAnalyticsNAT-b
    + route table StudentAnalyticsPrivate-a
    + default route of StudentAnalyticsPrivate-a
    + route table StudentAnalyticsPrivate-b
    + default route of StudentAnalyticsPrivate-b
    + S3 endpoint StudentAnalyticsS3
    + security group StudentAnalytics-LB-SG
    + security group StudentAnalytics-App-SG
    + rules of StudentAnalytics-LB-SG
    + rules of StudentAnalytics-App-SG
    + role StudentAnalyticsRole
    + policies of role StudentAnalyticsRole
    + instance profile StudentAnalyticsRole
    + key pair studentanalyst_keypair
    + target group StudentAnalyticsTargets: HTTP 8501
    + load balancer StudentAnalyticsLB
    + listener StudentAnalyticsLB:80: HTTP
    + launch template StudentAnalyticsTemplate: t3.small from ami-2
    + Auto Scaling group StudentAnalyticsASG: 2 to 4 instances
    + scaling policy StudentAnalyticsCPU70: 70 % CPU
    36 to create, 0 to update, 0 to replace, 0 to delete, 0 unchanged; service is not interrupted
    ");
}

#[test]
fn a_second_deployment() {
    assert_snapshot!(shown(&topology(), &deployed(&topology())), @"in sync: 36 resources are as they should be");
}

#[test]
fn a_destruction() {
    let cloud = deployed(&topology());
    assert_snapshot!(shown(&Topology::empty(&settings()), &cloud), @r"
    - Auto Scaling group StudentAnalyticsASG (nothing is to be left) interrupts service
    - launch template StudentAnalyticsTemplate (nothing is to be left)
    - key pair studentanalyst_keypair (nothing is to be left)
    - instance profile StudentAnalyticsRole (nothing is to be left)
    - policies of role StudentAnalyticsRole (nothing is to be left)
    - role StudentAnalyticsRole (nothing is to be left)
    - rules of StudentAnalytics-App-SG (nothing is to be left)
    - rules of StudentAnalytics-LB-SG (nothing is to be left)
    - security group StudentAnalytics-App-SG (nothing is to be left)
    - default route of StudentAnalyticsPrivate-a (nothing is to be left)
    - NAT gateway StudentAnalyticsNAT-a (nothing is to be left)
    - address StudentAnalyticsNAT-a (nothing is to be left)
    - load balancer StudentAnalyticsLB (nothing is to be left) interrupts service
    - security group StudentAnalytics-LB-SG (nothing is to be left)
    - target group StudentAnalyticsTargets (nothing is to be left) interrupts service
    - S3 endpoint StudentAnalyticsS3 (nothing is to be left)
    - default route of StudentAnalyticsPublic (nothing is to be left)
    - default route of StudentAnalyticsPrivate-b (nothing is to be left)
    - NAT gateway StudentAnalyticsNAT-b (nothing is to be left)
    - address StudentAnalyticsNAT-b (nothing is to be left)
    - attachment of gateway StudentAnalyticsIGW (nothing is to be left) interrupts service
    - internet gateway StudentAnalyticsIGW (nothing is to be left)
    - route table StudentAnalyticsPrivate-b (nothing is to be left)
    - subnet StudentAnalyticsPrivate-b (nothing is to be left)
    - route table StudentAnalyticsPrivate-a (nothing is to be left)
    - subnet StudentAnalyticsPrivate-a (nothing is to be left)
    - route table StudentAnalyticsPublic (nothing is to be left)
    - subnet StudentAnalyticsPublic-a (nothing is to be left)
    - subnet StudentAnalyticsPublic-b (nothing is to be left)
    - VPC StudentAnalyticsVPC (nothing is to be left)
    - bucket student-performance-app-files (nothing is to be left)
    0 to create, 0 to update, 0 to replace, 31 to delete, 0 unchanged; 4 steps interrupt service
    ");
}

#[test]
fn a_bucket_with_files_stays() {
    let mut cloud = deployed(&topology());
    if let State::Bucket(bucket) = state(&mut cloud, Id::Bucket) {
        bucket.holds_content = true;
    }
    let empty = Topology::empty(&settings());
    let first = plan(&empty, &cloud);
    let left = apply(&cloud, &first, 0, usize::MAX);
    assert!(!first.is_refused());
    assert_snapshot!(text(&plan(&empty, &left), Colour::Off), @r"
    i student-performance-app-files: the bucket holds files, so it stays; delete it with its files by --purge-bucket
    in sync: there is nothing to do
    ");
    let purging = empty.allowing(Choices {
        purge_bucket: true,
        ..Choices::default()
    });
    assert_snapshot!(shown(&purging, &left), @r"
    - bucket student-performance-app-files (nothing is to be left)
    0 to create, 0 to update, 0 to replace, 1 to delete, 0 unchanged; service is not interrupted
    ");
}

#[test]
fn drift() {
    let mut cloud = deployed(&topology());
    let rules = cloud
        .resources
        .iter_mut()
        .find_map(|found| match &mut found.state {
            State::GroupRules(rules) if rules.group == "made-app-group-prod".into() => Some(rules),
            _ => None,
        });
    let world = infra_model::observed::Peer::Network("0.0.0.0/0".to_owned());
    let ssh = Rule {
        protocol: "tcp".to_owned(),
        ports: Some((22, 22)),
        peer: world,
    };
    rules.unwrap().ingress.insert(ssh);
    if let State::AutoScalingGroup(group) = state(&mut cloud, Id::AutoScalingGroup) {
        group.max = 10;
        group.life.desired = 3;
    }
    let balancer = cloud
        .resources
        .iter_mut()
        .find(|it| it.kind() == Kind::LoadBalancer)
        .unwrap();
    balancer.tags.remove("Name");
    assert_snapshot!(shown(&topology(), &cloud), @r"
    ~ rules of StudentAnalytics-App-SG: in tcp 22 0.0.0.0/0, tcp 8501 made-balancer-group-prod → tcp 8501 made-balancer-group-prod (it differs from the topology)
    ~ load balancer StudentAnalyticsLB: tag Name none → StudentAnalyticsLB (its tags were changed)
    ~ Auto Scaling group StudentAnalyticsASG: maximum 10 → 4 (it differs from the topology)
    0 to create, 3 to update, 0 to replace, 0 to delete, 33 unchanged; service is not interrupted
    ");
}

#[test]
fn a_new_release() {
    let cloud = deployed(&topology());
    assert_snapshot!(shown(&Topology::new(&settings(), &payload_of('b')), &cloud), @r"
    + object releases/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb/student-analytics
    ~ launch template StudentAnalyticsTemplate: version 1 → 2; user data c61ea9c4… → b068aa2f…; instance tags Release=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa → Release=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb; volume tags Release=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa → Release=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb (it differs from the topology)
    ~ Auto Scaling group StudentAnalyticsASG: template version 1 → 2 (instances are replaced one after another)
    1 to create, 2 to update, 0 to replace, 0 to delete, 33 unchanged; service is not interrupted
    ");
}

#[test]
fn a_release_that_a_version_has_already_is_no_new_version() {
    let next = Topology::new(&settings(), &payload_of('b'));
    let cloud = deployed(&topology());
    let cloud = apply(&cloud, &plan(&next, &cloud), 0, usize::MAX);
    assert_snapshot!(shown(&topology(), &cloud), @r"
    ~ Auto Scaling group StudentAnalyticsASG: template version 2 → 1 (instances are replaced one after another)
    0 to create, 1 to update, 0 to replace, 0 to delete, 35 unchanged; service is not interrupted
    ");
    assert_eq!(cloud.release_in_use(&settings()), Some("b".repeat(64)));
    assert_eq!(cloud.releases_before(&settings()), ["a".repeat(64)]);
    let back = apply(&cloud, &plan(&topology(), &cloud), 0, usize::MAX);
    assert_eq!(back.releases_before(&settings()), [] as [&str; 0]);
}

#[test]
fn what_was_in_use_before_is_known_though_numbers_say_otherwise() {
    let of = |digit| Topology::new(&settings(), &payload_of(digit));
    let deploy = |cloud: &Observed, to: &Topology| apply(cloud, &plan(to, cloud), 0, usize::MAX);
    let before = |cloud: &Observed| cloud.releases_before(&settings()).concat();
    let [a, b, c] = ['a', 'b', 'c'].map(|it| it.to_string().repeat(64));

    // From `b`, which was bad, back to `a`; then `c` comes after `a`.
    let returned = deploy(&deploy(&deployed(&of('a')), &of('b')), &of('a'));
    let cloud = deploy(&returned, &of('c'));
    assert_eq!(before(&cloud), a);

    // Another setting is no other release, and what returns to one is not after what it left.
    let mut smaller = settings();
    smaller.instance_type = InstanceType::new("t3.micro").unwrap();
    let changed = |digit| Topology::new(&smaller, &payload_of(digit));
    let cloud = deploy(&returned, &changed('a'));
    assert_eq!(before(&cloud), "");
    let cloud = deploy(&deploy(&returned, &of('c')), &changed('a'));
    assert_eq!(before(&cloud), "");

    // A version that says nothing, as versions of old do, comes after the one before it by number.
    let mut cloud = deploy(&returned, &of('c'));
    for found in &mut cloud.resources {
        if let State::LaunchTemplate(template) = &mut found.state {
            template
                .versions
                .values_mut()
                .for_each(|it| it.after = None);
        }
    }
    assert_eq!(before(&cloud), [&*b, &*a].concat());
    assert_eq!(before(&deploy(&cloud, &of('b'))), a);
    assert_eq!(cloud.release_in_use(&settings()), Some(c));
}

#[test]
fn a_versions_note_is_read_as_it_was_written() {
    for (note, family, after) in [
        ("amazon-linux-2", "amazon-linux-2", None),
        (
            "amazon-linux-2023, after version 12",
            "amazon-linux-2023",
            Some(12),
        ),
        (
            "by hand, after version two",
            "by hand, after version two",
            None,
        ),
    ] {
        assert_eq!(
            TemplateVersion::read_note(note),
            (family.to_owned(), after),
            "{note}"
        );
    }
}

#[test]
fn old_releases_are_pruned_and_those_in_use_kept() {
    let mut cloud = empty_cloud();
    for digit in "abcdef0".chars() {
        let topology = Topology::new(&settings(), &payload_of(digit));
        cloud = apply(&cloud, &plan(&topology, &cloud), 0, usize::MAX);
        for (age, found) in cloud.resources.iter_mut().enumerate() {
            if let State::Object(object) = &mut found.state
                && object.modified == 0
            {
                object.modified = 1_000 + age as u64;
            }
        }
    }
    let releases: Vec<&str> = cloud
        .resources
        .iter()
        .filter_map(|found| match &found.state {
            State::Object(object) => object.key.strip_prefix("releases/").map(|key| &key[..1]),
            _ => None,
        })
        .collect();
    assert_eq!(releases, ["c", "d", "e", "f", "0"]);

    // Back to the oldest that is left: nothing is pruned, for it counts as one of the five.
    let back = Topology::new(&settings(), &payload_of('c'));
    let deletes = verbs(&plan(&back, &cloud))
        .into_iter()
        .filter(|it| it.starts_with("delete"));
    assert_eq!(deletes.count(), 0);
}

#[test]
fn one_nat_gateway_instead_of_two() {
    let single = Settings {
        nat: Nat::Single,
        ..settings()
    };
    assert_snapshot!(shown(&Topology::new(&single, &payload()), &deployed(&topology())), @r"
    ~ default route of StudentAnalyticsPrivate-b: 0.0.0.0/0 via made-nat-gateway-b-prod → made-nat-gateway-a-prod (it differs from the topology)
    - NAT gateway StudentAnalyticsNAT-b (the topology does not have it)
    - address StudentAnalyticsNAT-b (the topology does not have it)
    0 to create, 1 to update, 0 to replace, 2 to delete, 33 unchanged; service is not interrupted
    ");
}

#[test]
fn https() {
    let arn = "arn:aws:acm:eu-north-1:123456789012:certificate/0a1b";
    let https = Settings {
        certificate: Some(CertificateArn::new(arn).unwrap()),
        ..settings()
    };
    let https = Topology::new(&https, &payload());
    assert_snapshot!(shown(&https, &deployed(&topology())), @r"
    ~ rules of StudentAnalytics-LB-SG: in tcp 80 0.0.0.0/0 → tcp 80 0.0.0.0/0, tcp 443 0.0.0.0/0 (it differs from the topology)
    + listener StudentAnalyticsLB:443: HTTPS
    ~ listener StudentAnalyticsLB:80: action forward to made-target-group-prod → redirect to HTTPS (it differs from the topology)
    1 to create, 2 to update, 0 to replace, 0 to delete, 34 unchanged; service is not interrupted
    ");
    let gone = plan(&Topology::empty(&settings()), &deployed(&https));
    assert!(gone.problems.is_empty(), "{:?}", gone.problems);
    assert_snapshot!(shown(&topology(), &deployed(&https)), @r"
    ~ rules of StudentAnalytics-LB-SG: in tcp 80 0.0.0.0/0, tcp 443 0.0.0.0/0 → tcp 80 0.0.0.0/0 (it differs from the topology)
    ~ listener StudentAnalyticsLB:80: action redirect to HTTPS → forward to made-target-group-prod (it differs from the topology)
    - listener StudentAnalyticsLB:443 (the topology does not have it) interrupts service
    i StudentAnalyticsLB:443: browsers that were here by HTTPS ask by nothing else for a year, and will not reach the dashboard under this name; keep --certificate, or give the dashboard another name
    0 to create, 2 to update, 0 to replace, 1 to delete, 34 unchanged; 1 step interrupts service
    ");
}

#[test]
fn access_logs() {
    let logging = Settings {
        access_logs: Some("123456789012".parse().unwrap()),
        ..settings()
    };
    let logging = Topology::new(&logging, &payload());
    assert_snapshot!(shown(&logging, &deployed(&topology())), @r#"
    ~ bucket student-performance-app-files: policy deny * s3:* arn:aws:s3:::student-performance-app-files+arn:aws:s3:::student-performance-app-files/* if {"Bool":{"aws:SecureTransport":["false"]}} → deny * s3:* arn:aws:s3:::student-performance-app-files+arn:aws:s3:::student-performance-app-files/* if {"Bool":{"aws:SecureTransport":["false"]}}; allow logdelivery.elasticloadbalancing.amazonaws.com s3:putobject arn:aws:s3:::student-performance-app-files/access-logs/AWSLogs/123456789012/*; lifecycle all (* noncurrent 30 d unfinished 1 d markers), uploads (uploads/* current 1 d noncurrent 1 d unfinished 1 d) → access-logs (access-logs/* current 30 d noncurrent 1 d unfinished 1 d), all (* noncurrent 30 d unfinished 1 d markers), uploads (uploads/* current 1 d noncurrent 1 d unfinished 1 d) (it differs from the topology)
    ~ load balancer StudentAnalyticsLB: access logs none → student-performance-app-files/access-logs (it differs from the topology)
    0 to create, 2 to update, 0 to replace, 0 to delete, 34 unchanged; service is not interrupted
    "#);
    assert_snapshot!(shown(&topology(), &deployed(&logging)), @r#"
    ~ bucket student-performance-app-files: policy deny * s3:* arn:aws:s3:::student-performance-app-files+arn:aws:s3:::student-performance-app-files/* if {"Bool":{"aws:SecureTransport":["false"]}}; allow logdelivery.elasticloadbalancing.amazonaws.com s3:putobject arn:aws:s3:::student-performance-app-files/access-logs/AWSLogs/123456789012/* → deny * s3:* arn:aws:s3:::student-performance-app-files+arn:aws:s3:::student-performance-app-files/* if {"Bool":{"aws:SecureTransport":["false"]}}; lifecycle access-logs (access-logs/* current 30 d noncurrent 1 d unfinished 1 d), all (* noncurrent 30 d unfinished 1 d markers), uploads (uploads/* current 1 d noncurrent 1 d unfinished 1 d) → all (* noncurrent 30 d unfinished 1 d markers), uploads (uploads/* current 1 d noncurrent 1 d unfinished 1 d) (it differs from the topology)
    ~ load balancer StudentAnalyticsLB: access logs student-performance-app-files/access-logs → none (it differs from the topology)
    0 to create, 2 to update, 0 to replace, 0 to delete, 34 unchanged; service is not interrupted
    "#);
    assert!(plan_is_empty(&logging, &deployed(&logging)));
}

#[test]
fn another_scaling_target() {
    let busier = Settings {
        target: Percent::of(85),
        ..settings()
    };
    assert_snapshot!(shown(&Topology::new(&busier, &payload()), &deployed(&topology())), @r"
    + scaling policy StudentAnalyticsCPU85: 85 % CPU
    - scaling policy StudentAnalyticsCPU70 (the topology has another one)
    1 to create, 0 to update, 0 to replace, 1 to delete, 35 unchanged; service is not interrupted
    ");
}

#[test]
fn a_newer_image_is_a_notice_until_it_is_asked_for() {
    let mut cloud = deployed(&topology());
    cloud
        .images
        .insert(ImageFamily::AmazonLinux2, "ami-3".to_owned());
    assert_snapshot!(shown(&topology(), &cloud), @r"
    i StudentAnalyticsTemplate: a newer image is there: ami-2 → ami-3; move to it with --update-image
    in sync: 36 resources are as they should be
    ");
    let choices = Choices {
        update_image: true,
        ..Choices::default()
    };
    assert_snapshot!(shown(&topology().allowing(choices), &cloud), @r"
    ~ launch template StudentAnalyticsTemplate: version 1 → 2; image ami-2 → ami-3 (it differs from the topology)
    ~ Auto Scaling group StudentAnalyticsASG: template version 1 → 2 (instances are replaced one after another)
    0 to create, 2 to update, 0 to replace, 0 to delete, 34 unchanged; service is not interrupted
    ");
}

#[test]
fn another_operating_system() {
    let newer = Settings {
        image: ImageFamily::AmazonLinux2023,
        ..settings()
    };
    assert_snapshot!(shown(&Topology::new(&newer, &payload()), &deployed(&topology())), @r"
    ~ launch template StudentAnalyticsTemplate: version 1 → 2; image family amazon-linux-2 → amazon-linux-2023; image ami-2 → ami-2023 (it differs from the topology)
    ~ Auto Scaling group StudentAnalyticsASG: template version 1 → 2 (instances are replaced one after another)
    0 to create, 2 to update, 0 to replace, 0 to delete, 34 unchanged; service is not interrupted
    ");
}

#[test]
fn a_change_that_would_take_everything_away_is_refused() {
    let mut cloud = deployed(&topology());
    if let State::Subnet(subnet) = state(&mut cloud, Id::Subnet(Tier::Public, Zone::A)) {
        subnet.cidr = "10.0.7.0/24".to_owned();
    }
    assert_snapshot!(shown(&topology(), &cloud), @r"
    ✗ StudentAnalyticsPublic-a: CIDR 10.0.7.0/24 → 10.0.0.0/24 cannot change in place, and NAT gateway StudentAnalyticsNAT-a uses it; run `destroy`, then `deploy`; or deploy another --stage beside it and move over
      not planned because of that: public-subnet-a, nat-gateway-a, public-route-table, public-route, private-route-a, load-balancer, http-listener, auto-scaling-group, scaling-policy
    refused: nothing is changed until the above is mended
    ");
}

#[test]
fn a_key_that_is_given_is_imported() {
    let key = format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5{} me@here", "A".repeat(48));
    let mut settings = settings();
    settings.public_key = Some(key.parse().unwrap());
    let plan = plan(
        &Topology::new(&settings, &payload()),
        &deployed(&topology()),
    );
    assert_eq!(verbs(&plan), ["replace key pair studentanalyst_keypair"]);
    let change = &plan
        .steps
        .iter()
        .find(|it| it.id == Some(Id::KeyPair))
        .unwrap()
        .action
        .changes()[0];
    assert_eq!(
        format!("none → {}", key.trim_end_matches(" me@here")),
        format!("{} → {}", change.from, change.to)
    );
}
