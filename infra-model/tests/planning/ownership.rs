//! What is someone else's: reported, left alone, or taken over when asked.

use infra_model::id::{Id, Kind, Tier, Zone};
use infra_model::observed::{
    Endpoint, Found, GatewayAttachment, NatGateway, Observed, Route, RouteTable, RouteTarget, State,
};
use infra_model::plan::{Plan, plan};
use infra_model::render::{Colour, text};
use infra_model::tags::Tags;
use infra_model::topology::{Choices, Topology};
use insta::{assert_json_snapshot, assert_snapshot};

use crate::common::{
    apply, at, deployed, empty_cloud, found, settings, shown, state, topology, untagged,
};

/// A thing of someone else's, without a name, in our network.
fn strangers(id: &str, state: State) -> Found {
    Found::whole(id, None, Tags::default(), state)
}

fn without(cloud: &mut Observed, id: Id) {
    let key = found(cloud, id).key();
    cloud.remove(&key);
}

fn said(plan: &Plan) -> String {
    let lines = plan.problems.iter();
    lines
        .map(|it| format!("{}: {}; {}\n", it.name, it.what, it.remedy))
        .collect()
}

#[test]
fn the_name_belongs_to_someone_else() {
    let mut cloud = empty_cloud();
    let balancer = deployed(&topology())
        .resources
        .into_iter()
        .find(|it| it.kind() == Kind::LoadBalancer);
    cloud.put(Found {
        tags: Tags::default(),
        ..balancer.unwrap()
    });
    assert_snapshot!(shown(&topology(), &cloud).lines().skip(22).collect::<Vec<_>>().join("\n"), @r"
    + security group StudentAnalytics-LB-SG
    + security group StudentAnalytics-App-SG
    + rules of StudentAnalytics-LB-SG
    + rules of StudentAnalytics-App-SG
    + role StudentAnalyticsRole
    + policies of role StudentAnalyticsRole
    + instance profile StudentAnalyticsRole
    + key pair studentanalyst_keypair
    + target group StudentAnalyticsTargets: HTTP 8501
    + launch template StudentAnalyticsTemplate: t3.small from ami-2
    ✗ StudentAnalyticsLB: load balancer made-load-balancer-prod has this name and not our tags; rename or delete it, use another --stage, or take it over with --adopt
      not planned because of that: load-balancer, http-listener, auto-scaling-group, scaling-policy
    refused: nothing is changed until the above is mended
    ");
}

#[test]
fn the_bucket_belongs_to_someone_else() {
    let mut cloud = empty_cloud();
    let bucket = deployed(&topology())
        .resources
        .into_iter()
        .find(|it| it.kind() == Kind::Bucket);
    let mut bucket = Found {
        tags: Tags::default(),
        ..bucket.unwrap()
    };
    if let State::Bucket(state) = &mut bucket.state {
        state.is_someone_elses = true;
    }
    cloud.put(bucket);
    let problems = plan(&topology(), &cloud).problems;
    assert_json_snapshot!(problems, @r#"
    [
      {
        "kind": "foreign",
        "name": "student-performance-app-files",
        "what": "it belongs to another AWS account, or your credentials may not look at it (s3:ListBucket)",
        "remedy": "bucket names are global: choose another with --bucket"
      }
    ]
    "#);
    // Not even --adopt helps.
    let choices = Choices {
        adopt: true,
        ..Choices::default()
    };
    assert!(plan(&topology().allowing(choices), &cloud).is_refused());
}

#[test]
fn what_others_put_into_our_network_holds_it() {
    let mut cloud = deployed(&topology());
    let subnet = cloud
        .resources
        .iter()
        .find(|it| it.kind() == Kind::Subnet)
        .unwrap()
        .clone();
    cloud.put(Found {
        id: "subnet-theirs".into(),
        tags: Tags::default().with("Name", "Theirs"),
        ..subnet
    });
    let plan = plan(&Topology::empty(&settings()), &cloud);
    assert!(plan.is_refused());
    assert_json_snapshot!(plan.problems, @r#"
    [
      {
        "kind": "refused",
        "name": "StudentAnalyticsVPC",
        "what": "subnet Theirs is not ours and uses it, so it stays",
        "remedy": "delete that first, or move it elsewhere"
      }
    ]
    "#);
}

/// A system built by hand: names and all, but none of our tags, and subnets of its own choice.
#[test]
fn a_system_built_by_hand_is_taken_over() {
    let mut cloud = deployed(&topology());
    untagged(&mut cloud);
    for found in &mut cloud.resources {
        let kind = found.kind();
        if !kind.has_fixed_name() {
            found.tags = Tags::default();
        }
        match &mut found.state {
            State::Subnet(subnet) => subnet.cidr = subnet.cidr.replace("10.0.", "10.0.1"),
            State::KeyPair(key) => key.algorithm = "rsa".to_owned(),
            State::TargetGroup(group) => group.health.path = "/".to_owned(),
            State::AutoScalingGroup(group) => group.health_check = "EC2".to_owned(),
            _ => {}
        }
    }
    let adopting = topology().allowing(Choices {
        adopt: true,
        ..Choices::default()
    });
    let first = plan(&adopting, &cloud);
    assert_snapshot!(text(&first, Colour::Off), @r"
    ~ bucket student-performance-app-files: tags ManagedBy, Project, Resource, Stage → ours (it is taken over)
    ~ VPC StudentAnalyticsVPC: tags ManagedBy, Name, Project, Resource, Stage → ours (it is taken over)
    ~ internet gateway StudentAnalyticsIGW: tags ManagedBy, Name, Project, Resource, Stage → ours (it is taken over)
    ~ subnet StudentAnalyticsPublic-a: tags Adopted, ManagedBy, Name, Project, Resource, Stage → ours (it is taken over)
    ~ subnet StudentAnalyticsPublic-b: tags Adopted, ManagedBy, Name, Project, Resource, Stage → ours (it is taken over)
    ~ subnet StudentAnalyticsPrivate-a: tags Adopted, ManagedBy, Name, Project, Resource, Stage → ours (it is taken over)
    ~ subnet StudentAnalyticsPrivate-b: tags Adopted, ManagedBy, Name, Project, Resource, Stage → ours (it is taken over)
    ~ route table StudentAnalyticsPublic: tags ManagedBy, Name, Project, Resource, Stage → ours (it is taken over)
    ~ address StudentAnalyticsNAT-a: tags ManagedBy, Name, Project, Resource, Stage → ours (it is taken over)
    ~ NAT gateway StudentAnalyticsNAT-a: tags ManagedBy, Name, Project, Resource, Stage → ours (it is taken over)
    ~ address StudentAnalyticsNAT-b: tags ManagedBy, Name, Project, Resource, Stage → ours (it is taken over)
    ~ NAT gateway StudentAnalyticsNAT-b: tags ManagedBy, Name, Project, Resource, Stage → ours (it is taken over)
    ~ route table StudentAnalyticsPrivate-a: tags ManagedBy, Name, Project, Resource, Stage → ours (it is taken over)
    ~ route table StudentAnalyticsPrivate-b: tags ManagedBy, Name, Project, Resource, Stage → ours (it is taken over)
    ~ S3 endpoint StudentAnalyticsS3: tags ManagedBy, Name, Project, Resource, Stage → ours (it is taken over)
    ~ security group StudentAnalytics-LB-SG: tags ManagedBy, Project, Resource, Stage → ours (it is taken over)
    ~ security group StudentAnalytics-App-SG: tags ManagedBy, Project, Resource, Stage → ours (it is taken over)
    ~ role StudentAnalyticsRole: tags ManagedBy, Project, Resource, Stage → ours (it is taken over)
    ~ instance profile StudentAnalyticsRole: tags ManagedBy, Project, Resource, Stage → ours (it is taken over)
    ~ key pair studentanalyst_keypair: tags Adopted, ManagedBy, Project, Resource, Stage → ours (it is taken over)
    ~ target group StudentAnalyticsTargets: health check path / → /readyz; tags ManagedBy, Project, Resource, Stage → ours (it is taken over)
    ~ load balancer StudentAnalyticsLB: tags ManagedBy, Project, Resource, Stage → ours (it is taken over)
    ~ listener StudentAnalyticsLB:80: tags ManagedBy, Name, Project, Resource, Stage → ours (it is taken over)
    ~ launch template StudentAnalyticsTemplate: tags ManagedBy, Project, Resource, Stage → ours (it is taken over)
    ~ Auto Scaling group StudentAnalyticsASG: health check type EC2 → ELB; tags ManagedBy, Project, Resource, Stage → ours (it is taken over)
    0 to create, 25 to update, 0 to replace, 0 to delete, 11 unchanged; service is not interrupted
    ");
    // Afterwards it is ours, without being asked again.
    assert!(plan(&topology(), &apply(&cloud, &first, 7, usize::MAX)).is_empty());
    // Without --adopt, it is someone else's.
    assert!(plan(&topology(), &cloud).is_refused());

    // A group that goes by the load balancer's checks would end what serves before the new release
    // does.
    for found in &mut cloud.resources {
        if let State::AutoScalingGroup(group) = &mut found.state {
            group.health_check = "ELB".to_owned();
        }
    }
    let refused = plan(&adopting, &cloud);
    assert!(refused.is_refused() && refused.blocked.contains(&Id::TargetGroup));
    assert_snapshot!(said(&refused), @r"
    StudentAnalyticsTargets: another health check path would have Auto Scaling group StudentAnalyticsASG end the instances that serve now, for it goes by the load balancer's checks; set its health check type to EC2 (`aws autoscaling update-auto-scaling-group --health-check-type EC2`); when the new release runs, deploy sets it back
    ");
}

#[test]
fn what_others_put_in_the_way_is_said_beforehand() {
    let complete = deployed(&topology());
    let vpc = at(&complete, Id::Vpc);
    let mut shown = String::new();
    let mut check = |missing: Id, theirs: &[Found]| {
        let mut cloud = complete.clone();
        match missing.kind() {
            Kind::GatewayAttachment => cloud.resources.retain(|it| it.kind() != missing.kind()),
            _ => without(&mut cloud, missing),
        }
        theirs.iter().for_each(|it| cloud.put(it.clone()));
        let plan = plan(&topology(), &cloud);
        assert!(plan.is_refused() && plan.blocked.contains(&missing));
        shown.push_str(&said(&plan));
    };

    let gateway = strangers("igw-theirs", State::InternetGateway);
    let attachment = Found::part(State::GatewayAttachment(GatewayAttachment {
        gateway: "igw-theirs".into(),
        vpc: vpc.clone(),
    }));
    check(Id::GatewayAttachment, &[gateway, attachment]);

    let subnet = Id::Subnet(Tier::Private, Zone::B);
    let mut overlapping = found(&complete, subnet).state.clone();
    if let State::Subnet(subnet) = &mut overlapping {
        subnet.cidr = "10.0.8.0/22".to_owned();
    }
    check(subnet, &[strangers("subnet-theirs", overlapping)]);

    let tables = [at(&complete, Id::PrivateRouteTable(Zone::A))].into();
    let endpoint = State::Endpoint(Endpoint {
        vpc: vpc.clone(),
        service: "com.amazonaws.eu-north-1.s3".to_owned(),
        tables,
    });
    check(Id::S3Endpoint, &[strangers("vpce-theirs", endpoint)]);

    let nat = State::NatGateway(NatGateway {
        subnet: at(&complete, Id::Subnet(Tier::Public, Zone::A)),
        address: at(&complete, Id::Address(Zone::A)),
    });
    check(Id::NatGateway(Zone::A), &[strangers("nat-theirs", nat)]);

    let table = State::RouteTable(RouteTable {
        vpc,
        subnets: [at(&complete, Id::Subnet(Tier::Private, Zone::A))].into(),
    });
    let theirs = strangers("rtb-theirs", table);
    check(
        Id::PrivateRouteTable(Zone::A),
        std::slice::from_ref(&theirs),
    );
    assert_snapshot!(shown, @r"
    StudentAnalyticsIGW: internet gateway igw-theirs is attached to its VPC already; detach and delete that, or take it over with --adopt
    StudentAnalyticsPrivate-b: subnet subnet-theirs has these addresses; delete that, or move it elsewhere
    StudentAnalyticsS3: S3 endpoint vpce-theirs serves its route tables; delete that, or move it elsewhere
    StudentAnalyticsNAT-a: NAT gateway nat-theirs has its address; delete that, or move it elsewhere
    StudentAnalyticsPrivate-a: route table rtb-theirs is not ours and has its subnets; disassociate them from it
    ");

    // The same when our table only lost its subnet to theirs.
    let mut cloud = complete.clone();
    let id = Id::PrivateRouteTable(Zone::A);
    if let State::RouteTable(table) = state(&mut cloud, id) {
        table.subnets.clear();
    }
    cloud.put(theirs);
    assert!(plan(&topology(), &cloud).is_refused());
}

/// What lies beside ours and takes nothing from it is left alone, and does not hold `deploy` up.
#[test]
fn what_others_put_beside_ours_is_left_alone() {
    let mut cloud = deployed(&topology());
    let vpc = at(&cloud, Id::Vpc);
    let mut subnet = found(&cloud, Id::Subnet(Tier::Private, Zone::B))
        .state
        .clone();
    if let State::Subnet(subnet) = &mut subnet {
        subnet.cidr = "10.0.99.0/24".to_owned();
    }
    cloud.put(strangers("subnet-theirs", subnet));
    cloud.put(strangers(
        "rtb-theirs",
        State::RouteTable(RouteTable {
            vpc: vpc.clone(),
            subnets: ["subnet-theirs".into()].into(),
        }),
    ));
    cloud.put(Found::part(State::Route(Route {
        table: "rtb-theirs".into(),
        destination: "0.0.0.0/0".to_owned(),
        target: RouteTarget::Nat(at(&cloud, Id::NatGateway(Zone::B))),
    })));
    let deploy = plan(&topology(), &cloud);
    assert!(deploy.is_empty() && deploy.problems.is_empty());
    // `destroy` stops before the first step, for it could not end.
    assert_snapshot!(said(&plan(&Topology::empty(&settings()), &cloud)), @r"
    StudentAnalyticsVPC: subnet subnet-theirs is not ours and uses it, so it stays; delete that first, or move it elsewhere
    StudentAnalyticsNAT-b: route table rtb-theirs is not ours and uses it, so it stays; delete that first, or move it elsewhere
    StudentAnalyticsNAT-b: NAT gateway StudentAnalyticsNAT-b stays and uses it; look there
    StudentAnalyticsPublic-b: NAT gateway StudentAnalyticsNAT-b stays and uses it; look there
    ");
}
