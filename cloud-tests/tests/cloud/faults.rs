//! What AWS does on a bad day, one test each: what passes is waited for, what does not is said
//! with its remedy, and running again goes on.

use std::io::{Read, Write};
use std::net::TcpListener;

use xtask_emulator::rules_from;

use cloud_tests::{Run, World, in_a_cloud};

/// Sets faults as a person would write them.
fn set(world: &World, faults: &[&str]) {
    let rules = rules_from(faults).expect("the faults are in the table");
    world.emulator().set_rules(rules);
}

/// A deployment that succeeds in spite of the faults, each resource once, and says these.
fn deploys_through(faults: &[&str], says: &[&str]) {
    in_a_cloud(async |world| {
        set(world, faults);
        let run = world.deploy().await;
        has_said(&run, says);
        set(world, &[]);
        world.expect(0, &["diff"]).await;
        world.holds_everything_once().await;
    });
}

/// It has said each of these.
fn has_said(run: &Run, parts: &[&str]) {
    let said = run.said();
    for part in parts {
        assert!(said.contains(part), "{part} is not in:\n{said}");
    }
}

/// A deployment that fails and says these; without the faults, running again completes it.
fn fails_and_goes_on(faults: &[&str], says: &[&str]) {
    in_a_cloud(async |world| {
        set(world, faults);
        let run = world
            .expect(1, &["deploy", "--yes", "--patience", "0.001"])
            .await;
        has_said(&run, says);
        set(world, &[]);
        world.deploy().await;
        world.expect(0, &["diff"]).await;
        world.holds_everything_once().await;
    });
}

/// A destruction that succeeds in spite of the faults, and leaves nothing.
fn destroys_through(faults: &[&str], says: &[&str]) {
    in_a_cloud(async |world| {
        world.deploy().await;
        set(world, faults);
        let run = world
            .expect(0, &["destroy", "--yes", "--purge-bucket"])
            .await;
        has_said(&run, says);
        has_said(&run, &["nothing of ours is left"]);
        set(world, &[]);
        world.holds_nothing().await;
    });
}

/// A destruction that fails and says these; without the faults, running again completes it.
fn destroys_in_the_end(faults: &[&str], says: &[&str]) {
    in_a_cloud(async |world| {
        world.deploy().await;
        set(world, faults);
        let destroy = ["destroy", "--yes", "--purge-bucket"];
        let impatient = ["--patience", "0.002"];
        let run = world
            .expect(1, &[&destroy[..], &impatient[..]].concat())
            .await;
        has_said(&run, says);
        set(world, &[]);
        world.expect(0, &destroy).await;
        world.holds_nothing().await;
    });
}

/// A table of tests: each is one function call under a name.
macro_rules! table {
    ($($name:ident: $check:ident($faults:expr, $says:expr);)+) => {
        $(
            #[test]
            fn $name() {
                $check(&$faults, &$says);
            }
        )+
    };
}

table! {
    far_away: deploys_through(["delay=20"], ["http://"]);
    nat_gateways_take_time: deploys_through(
        ["nat-takes-time=4"], ["create NAT gateway StudentAnalyticsNAT-a: waiting until it is available"]);
    load_balancers_take_time: deploys_through(
        ["balancer-takes-time=4"], ["create load balancer StudentAnalyticsLB: waiting until it is active"]);
    targets_become_healthy: deploys_through(["targets-become-healthy=3"], ["0 of 2 are healthy", "✓ 2 healthy targets"]);
    instances_take_time: deploys_through(["instances-take-time=900ms"], ["0 of 2 are healthy", "✓ 2 healthy targets"]);
    profiles_spread_slowly: deploys_through(["profile-propagation=2"], ["waiting until it is visible everywhere in AWS"]);
    what_is_new_is_not_found: deploys_through(["not-found-after-create=2"], []);
    calls_are_throttled: deploys_through(["throttling={\"every\":30}"], []);
    aws_itself_fails: deploys_through(["server-errors={\"every\":20}"], []);
    the_locks_first_reply_is_lost: deploys_through(["cut-after={\"action\":\"s3:PutObject\"}"], []);
    replies_of_uploading_are_lost: deploys_through([
        "cut-after=[{\"action\":\"s3:PutObject\",\"occurrence\":2},\
         {\"action\":\"s3:PutObject\",\"occurrence\":3}]"], []);
    lists_come_in_pages: deploys_through(["small-pages=2"], []);
    requests_are_lost: deploys_through([
        "cut-before=[{\"action\":\"ec2:CreateVpc\"},{\"action\":\"ec2:AllocateAddress\"},\
         {\"action\":\"ec2:CreateSubnet\"},{\"action\":\"iam:CreateRole\"},\
         {\"action\":\"elasticloadbalancing:CreateLoadBalancer\"},\
         {\"action\":\"autoscaling:CreateAutoScalingGroup\"}]"], []);
    replies_are_lost: deploys_through([
        "cut-after=[{\"action\":\"ec2:CreateVpc\"},{\"action\":\"ec2:CreateInternetGateway\"},\
         {\"action\":\"ec2:AllocateAddress\"},{\"action\":\"ec2:AllocateAddress\",\"occurrence\":2},\
         {\"action\":\"ec2:CreateSubnet\"},{\"action\":\"ec2:CreateNatGateway\"},\
         {\"action\":\"ec2:CreateRouteTable\"},{\"action\":\"ec2:CreateVpcEndpoint\"},\
         {\"action\":\"ec2:CreateSecurityGroup\"},{\"action\":\"ec2:ImportKeyPair\"},\
         {\"action\":\"ec2:CreateLaunchTemplate\"},{\"action\":\"ec2:CreateRoute\"},\
         {\"action\":\"ec2:AttachInternetGateway\"},{\"action\":\"ec2:AuthorizeSecurityGroupIngress\"},\
         {\"action\":\"iam:CreateRole\"},{\"action\":\"iam:CreateInstanceProfile\"},\
         {\"action\":\"iam:AddRoleToInstanceProfile\"},\
         {\"action\":\"elasticloadbalancing:CreateTargetGroup\"},\
         {\"action\":\"elasticloadbalancing:CreateLoadBalancer\"},\
         {\"action\":\"elasticloadbalancing:CreateListener\"},\
         {\"action\":\"autoscaling:CreateAutoScalingGroup\"},\
         {\"action\":\"autoscaling:PutScalingPolicy\"},\
         {\"action\":\"s3:CreateBucket\"}]"], []);

    quotas_are_reached: fails_and_goes_on(["quota=[\"ec2:AllocateAddress\"]"],
        ["ec2:AllocateAddress failed with AddressLimitExceeded", "raise it in Service Quotas",
         "not started, because this failed: create address StudentAnalyticsNAT-a",
         "✓ create load balancer StudentAnalyticsLB",
         "run the same command again: it goes on from here"]);
    permissions_are_lacking: fails_and_goes_on(["access-denied=ec2:CreateNatGateway"],
        ["ec2:CreateNatGateway failed with UnauthorizedOperation", "`cargo xtask policy` prints what is needed"]);
    targets_never_become_healthy: fails_and_goes_on(["targets-never-healthy"],
        ["target group StudentAnalyticsTargets", "0 of 2 are healthy", "what is deployed stays",
         "/var/log/student-analytics-bootstrap.log"]);

    interfaces_linger: destroys_through(["interfaces-linger=4"], ["and its network interfaces are gone"]);
    interfaces_stay_too_long: destroys_in_the_end(["interfaces-linger=20000ms"],
        ["load balancer StudentAnalyticsLB: waited", "and its network interfaces are gone", "last seen: network interface eni-", "owner amazon-elb",
         "not started, because this failed: delete load balancer StudentAnalyticsLB", "left:", "VPC StudentAnalyticsVPC: 0.00 USD a month",
         "run the same command again"]);
    gateways_go_too_slowly: destroys_in_the_end(["nat-takes-time=20000ms"],
        ["NAT gateway StudentAnalyticsNAT-a: waited", "until it is deleted", "NAT gateway StudentAnalyticsNAT-a: 33.58 USD a month"]);
    something_still_uses_a_group: destroys_in_the_end([
        "refusals={\"action\":\"ec2:DeleteSecurityGroup\",\"code\":\"DependencyViolation\",\"message\":\"resource has a dependent object\"}"],
        ["security group StudentAnalytics-App-SG: ec2:DeleteSecurityGroup waited", "still used by",
         "remove what uses it, then run the same command again"]);
    scaling_is_in_progress: destroys_through(["scaling-in-progress=2"], []);
    listeners_linger: destroys_through(["listener-lingers=2"], []);
    nat_gateways_go_slowly: destroys_through(["nat-takes-time=4"], ["waiting until it is deleted"]);
    destroying_is_throttled: destroys_through(["throttling={\"every\":40}", "server-errors={\"every\":30}"], []);
    destroying_in_pages: destroys_through(["small-pages=2"], []);
    replies_of_destroying_are_lost: destroys_through([
        "cut-after=[{\"action\":\"ec2:DeleteVpc\"},{\"action\":\"ec2:DeleteNatGateway\"},\
         {\"action\":\"ec2:ReleaseAddress\"},{\"action\":\"ec2:DeleteSubnet\"},\
         {\"action\":\"ec2:DetachInternetGateway\"},{\"action\":\"iam:DeleteRole\"},\
         {\"action\":\"elasticloadbalancing:DeleteLoadBalancer\"},\
         {\"action\":\"autoscaling:DeleteAutoScalingGroup\"},{\"action\":\"s3:DeleteBucket\"}]"], []);
}

#[test]
fn a_bucket_of_someone_else_is_said_before_anything_is_made() {
    in_a_cloud(async |world| {
        set(world, &["bucket-taken=student-performance-app-files"]);
        for command in [&["diff"][..], &["deploy", "--yes"]] {
            let run = world.expect(1, command).await;
            assert!(
                run.out.contains("student-performance-app-files"),
                "{}",
                run.out
            );
            assert!(run.out.contains("--bucket"), "{}", run.out);
        }
        let requests = world.emulator().requests();
        assert!(
            requests.iter().all(|request| !request.write),
            "{requests:?}"
        );
    });
}

#[test]
fn a_new_release_rolls_through_and_a_bad_one_goes_back() {
    in_a_cloud(async |world| {
        let first = world.file("first", "one");
        let second = world.file("second", "two");
        let artifact = |file: &std::path::Path| file.to_str().unwrap().to_owned();
        let (first, second) = (artifact(&first), artifact(&second));
        world
            .expect(0, &["deploy", "--yes", "--artifact", &first])
            .await;

        set(world, &["refresh-fails=\"rollback-succeeds\""]);
        let run = world
            .expect(1, &["deploy", "--yes", "--artifact", &second])
            .await;
        assert!(
            run.err.contains("ended as RollbackSuccessful"),
            "{}",
            run.err
        );
        assert_eq!(world.version_in_use().await, "1");

        set(world, &["refresh-fails=\"rollback-fails\""]);
        let run = world
            .expect(1, &["deploy", "--yes", "--artifact", &second])
            .await;
        assert!(run.err.contains("RollbackFailed"), "{}", run.err);

        set(world, &["refresh-takes=3"]);
        let run = world
            .expect(0, &["deploy", "--yes", "--artifact", &second])
            .await;
        assert!(
            run.err
                .contains("waiting until it runs the new template version"),
            "{}",
            run.err
        );
        assert_eq!(world.version_in_use().await, "2");
        world.expect(0, &["diff"]).await;

        // Without --artifact, the release in use is kept.
        let run = world.deploy().await;
        assert!(run.out.contains("in sync"), "{}", run.out);
    });
}

#[test]
fn what_has_our_names_and_not_our_tags_is_left_alone_until_it_is_adopted() {
    in_a_cloud(async |world| {
        let trust = r#"{"Version":"2012-10-17","Statement":[]}"#;
        let make = "iam create-role --role-name StudentAnalyticsRole --assume-role-policy-document";
        let words: Vec<&str> = make.split(' ').chain([trust]).collect();
        world.aws(&words).await;
        let make = "ec2 create-key-pair --key-name studentanalyst_keypair --key-type ed25519";
        world.aws(&make.split(' ').collect::<Vec<_>>()).await;
        let make = "s3api create-bucket --bucket student-performance-app-files \
                    --create-bucket-configuration LocationConstraint=eu-north-1";
        world
            .aws(&make.split_whitespace().collect::<Vec<_>>())
            .await;
        world.emulator().clear_requests();

        for command in [&["diff"][..], &["deploy", "--yes"]] {
            let run = world.expect(1, command).await;
            for name in [
                "StudentAnalyticsRole",
                "studentanalyst_keypair",
                "student-performance-app-files",
            ] {
                let said = format!("{name} has this name and not our tags");
                assert!(run.out.contains(&said), "{}", run.out);
            }
            assert!(run.out.contains("take it over with --adopt"), "{}", run.out);
        }
        let requests = world.emulator().requests();
        assert!(
            requests.iter().all(|request| !request.write),
            "{requests:?}"
        );

        world.expect(2, &["diff", "--adopt"]).await;
        world.expect(0, &["deploy", "--yes", "--adopt"]).await;
        world.expect(0, &["diff"]).await;
        world.holds_everything_once().await;
    });
}

/// An address at which nothing answers.
fn closed_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// An address at which one page answers, whatever is asked.
fn page(text: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // What is asked does not matter.
            let _ = stream.read(&mut [0; 4096]);
            let length = text.len();
            let head = "HTTP/1.1 200 OK\r\nconnection: close";
            write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{text}").unwrap();
        }
    });
    address
}

#[test]
fn a_release_whose_page_fails_goes_back() {
    in_a_cloud(async |world| {
        let (first, second) = (world.file("first", "one"), world.file("second", "two"));
        let (first, second) = (first.to_str().unwrap(), second.to_str().unwrap());
        let deploy = async |exit, artifact: &str, address: &str| {
            let release = ["deploy", "--yes", "--artifact", artifact];
            let proof = ["--lb-address", address, "--patience", "0.01"];
            world
                .expect(exit, &[&release[..], &proof[..]].concat())
                .await
        };
        let good = page("<title>Overview · Student Analytics</title>");
        let other = page("<title>Welcome to a web server</title>");

        // A first deployment has nothing to go back to.
        let run = deploy(1, first, &closed_address()).await;
        assert!(
            run.err.contains("did not return the dashboard"),
            "{}",
            run.err
        );
        assert!(run.err.contains("what is deployed stays"), "{}", run.err);
        let run = deploy(0, first, &good).await;
        assert!(
            run.err.contains("the dashboard answers through"),
            "{}",
            run.err
        );

        let run = deploy(1, second, &other).await;
        assert!(run.err.contains("returned to version 1"), "{}", run.err);
        assert_eq!(world.version_in_use().await, "1");
        deploy(0, second, &good).await;
        assert_eq!(world.version_in_use().await, "2");
    });
}
