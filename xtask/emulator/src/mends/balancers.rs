//! Load balancers have a network interface in each subnet, which outlives them for a while.

use anyhow::Result;

use super::{Question, Scene, gateways};
use crate::faults::rules::Countdown;
use crate::protocol::{Answer, Call, Element, Service};

/// The interfaces of load balancers.
#[derive(Debug, Default)]
pub(crate) struct Balancers {
    interfaces: Vec<Interface>,
}

#[derive(Debug)]
struct Interface {
    id: String,
    balancer: String,
    /// Whether it has a public address.
    public: bool,
    /// Of a deleted load balancer: how long it stays.
    leaving: Option<Countdown>,
}

impl Balancers {
    /// Whether an interface has a public address.
    pub(crate) fn is_public(&self, interface: &str) -> bool {
        let found = self.interfaces.iter().find(|one| one.id == interface);
        found.is_some_and(|one| one.public)
    }
}

/// One faces the internet unless it is said otherwise; moto shows what was said.
pub(crate) fn default_scheme(call: &mut Call) {
    call.edit(|form| {
        if form.value("Scheme").is_none() {
            form.set("Scheme", "internet-facing");
        }
    });
}

/// Refuses one that faces the internet in a network without a way there.
pub(crate) async fn before_create(
    scene: &Scene<'_>,
    question: &Question,
) -> Result<Option<Answer>> {
    let subnets = question.form.list("Subnets.member");
    let Some(subnet) = subnets
        .first()
        .filter(|_| question.get("Scheme") != "internal")
    else {
        return Ok(None);
    };
    let filter = ("subnet-id", *subnet);
    let found = scene
        .list(question, "DescribeSubnets", "subnetSet/item", filter)
        .await?;
    let Some(vpc) = found.first().map(|subnet| subnet.text_at("vpcId")) else {
        return Ok(None);
    };
    let is_connected = gateways::is_connected(scene, question, vpc).await?;
    let message = format!("VPC {vpc} has no internet gateway");
    Ok((!is_connected).then(|| question.refuse("InvalidSubnet", &message)))
}

/// Makes the interfaces of a new load balancer.
pub(crate) async fn after_create(
    scene: &mut Scene<'_>,
    question: &Question,
    answer: &Answer,
) -> Result<()> {
    if !answer.status.is_success() {
        return Ok(());
    }
    let document = answer.xml()?;
    let Some(balancer) = document.find("CreateLoadBalancerResult/LoadBalancers/member") else {
        return Ok(());
    };
    attach(scene, question, balancer).await
}

/// Makes them anew where groups or subnets change.
pub(crate) async fn after_change(
    scene: &mut Scene<'_>,
    question: &Question,
    answer: &Answer,
) -> Result<()> {
    let arn = question.get("LoadBalancerArn");
    if !answer.status.is_success() {
        return Ok(());
    }
    let parameters = [
        ("Action", "DescribeLoadBalancers"),
        ("LoadBalancerArns.member.1", arn),
    ];
    let document = scene.ask(question, Service::Balancing, &parameters).await?;
    let path = "DescribeLoadBalancersResult/LoadBalancers/member";
    let Some(balancer) = document.and_then(|document| document.find(path).cloned()) else {
        return Ok(());
    };
    for interface in &mut scene.mended.balancers.interfaces {
        if interface.balancer == arn && interface.leaving.is_none() {
            interface.leaving = Some(Countdown::Looks { left: 0, of: 0 });
        }
    }
    sweep(scene, question).await?;
    attach(scene, question, &balancer).await
}

/// Lets the interfaces go, at once or after a while.
pub(crate) async fn before_delete(
    scene: &mut Scene<'_>,
    question: &Question,
) -> Result<Option<Answer>> {
    let arn = question.get("LoadBalancerArn");
    let lasting = scene.rules.interfaces_linger;
    for interface in &mut scene.mended.balancers.interfaces {
        if interface.balancer == arn && interface.leaving.is_none() {
            let at_once = Countdown::Looks { left: 0, of: 0 };
            interface.leaving = Some(lasting.map_or(at_once, |lasting| lasting.begin()));
        }
    }
    sweep(scene, question).await?;
    Ok(None)
}

/// Shows load balancers' and gateways' interfaces as in use and as not the client's, and counts
/// the look for those that linger.
pub(crate) async fn after_describe_interfaces(
    scene: &mut Scene<'_>,
    question: &Question,
    answer: &mut Answer,
) -> Result<()> {
    answer.edit(|document| {
        let Some(list) = document.find_mut("networkInterfaceSet") else {
            return;
        };
        for interface in &mut list.children {
            let description = interface.text_at("description");
            let requester = if description.starts_with("ELB ") {
                "amazon-elb"
            } else if description.starts_with("Interface for NAT Gateway") {
                "123456789012"
            } else {
                continue;
            };
            interface.put_text("requesterId", requester);
            interface.put_text("requesterManaged", "true");
            interface.put_text("status", "in-use");
        }
    })?;
    look(scene, question).await
}

/// A look at the interfaces that linger: those whose time is over go.
pub(crate) async fn look(scene: &mut Scene<'_>, question: &Question) -> Result<()> {
    for interface in &mut scene.mended.balancers.interfaces {
        if let Some(leaving) = &mut interface.leaving {
            leaving.look();
        }
    }
    sweep(scene, question).await
}

/// Removes those whose time is over.
async fn sweep(scene: &mut Scene<'_>, question: &Question) -> Result<()> {
    let over = |one: &Interface| one.leaving.is_some_and(|leaving| !leaving.is_going());
    let all = std::mem::take(&mut scene.mended.balancers.interfaces);
    let (gone, kept) = all.into_iter().partition(over);
    scene.mended.balancers.interfaces = kept;
    let gone: Vec<Interface> = gone;
    for interface in gone {
        let id = interface.id.as_str();
        let parameters = [
            ("Action", "DeleteNetworkInterface"),
            ("NetworkInterfaceId", id),
        ];
        scene.ask(question, Service::Ec2, &parameters).await?;
    }
    Ok(())
}

async fn attach(scene: &mut Scene<'_>, question: &Question, balancer: &Element) -> Result<()> {
    let arn = balancer.text_at("LoadBalancerArn");
    let name = arn
        .split_once("loadbalancer/")
        .map_or(arn, |(_, name)| name);
    let description = format!("ELB {name}");
    let groups: Vec<(String, &str)> = balancer
        .all("SecurityGroups/member")
        .into_iter()
        .enumerate()
        .map(|(index, group)| {
            (
                format!("SecurityGroupId.{}", index + 1),
                group.text.as_str(),
            )
        })
        .collect();
    for zone in balancer.all("AvailabilityZones/member") {
        let mut parameters = vec![
            ("Action", "CreateNetworkInterface"),
            ("SubnetId", zone.text_at("SubnetId")),
            ("Description", &description),
        ];
        parameters.extend(groups.iter().map(|(name, group)| (name.as_str(), *group)));
        let made = scene.ask(question, Service::Ec2, &parameters).await?;
        let id = made
            .as_ref()
            .map(|made| made.text_at("networkInterface/networkInterfaceId"));
        anyhow::ensure!(
            id.is_some(),
            "moto refused an interface for the load balancer {arn}"
        );
        scene.mended.balancers.interfaces.push(Interface {
            id: id.unwrap_or_default().to_owned(),
            balancer: arn.to_owned(),
            public: balancer.text_at("Scheme") == "internet-facing",
            leaving: None,
        });
    }
    Ok(())
}
