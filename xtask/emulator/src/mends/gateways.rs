//! NAT gateways: their interface and address are theirs until they are deleted, and then free;
//! both ways may take their time.

use std::collections::HashMap;

use anyhow::Result;

use super::{Question, Scene};
use crate::faults::rules::Countdown;
use crate::protocol::{Answer, Element, Service};

/// Gateways on their way, by their ids.
#[derive(Debug, Default)]
pub(crate) struct Gateways {
    coming: HashMap<String, Countdown>,
    going: HashMap<String, Going>,
    /// Those that could not become available, and their networks.
    failed: HashMap<String, String>,
}

#[derive(Debug)]
struct Going {
    countdown: Countdown,
    /// Pairs of association and interface.
    addresses: Vec<(String, String)>,
}

const GATEWAYS: &str = "natGatewaySet/item";
const PENDING: &str = "pending";

/// Names the gateway's interface, as AWS does, and lets the gateway take its time.
pub(crate) async fn after_create(
    scene: &mut Scene<'_>,
    question: &Question,
    answer: &mut Answer,
) -> Result<()> {
    if !answer.status.is_success() {
        return Ok(());
    }
    let document = answer.xml()?;
    let id = document.text_at("natGateway/natGatewayId").to_owned();
    let path = "natGateway/natGatewayAddressSet/item/networkInterfaceId";
    let description = format!("Interface for NAT Gateway {id}");
    let parameters = [
        ("Action", "ModifyNetworkInterfaceAttribute"),
        ("NetworkInterfaceId", document.text_at(path)),
        ("Description.Value", &description),
    ];
    scene.ask(question, Service::Ec2, &parameters).await?;
    let vpc = document.text_at("natGateway/vpcId");
    if !is_connected(scene, question, vpc).await? {
        scene
            .mended
            .gateways
            .failed
            .insert(id.clone(), vpc.to_owned());
    }
    let lasting = scene.rules.nat_takes_time;
    if let Some(lasting) = lasting {
        scene
            .mended
            .gateways
            .coming
            .insert(id.clone(), lasting.begin());
    }
    if lasting.is_some() || scene.mended.gateways.failed.contains_key(&id) {
        answer.edit(|document| {
            if let Some(gateway) = document.find_mut("natGateway") {
                gateway.put_text("state", PENDING);
            }
        })?;
    }
    Ok(())
}

/// Refuses to delete what is not there, which moto answers with a crash.
pub(crate) async fn before_delete(
    scene: &mut Scene<'_>,
    question: &Question,
) -> Result<Option<Answer>> {
    let gateway = gateway(scene, question).await?;
    Ok(gateway
        .is_none()
        .then(|| missing(question, question.get("NatGatewayId"))))
}

/// Frees the address and removes the interface, at once or after a while.
pub(crate) async fn after_delete(
    scene: &mut Scene<'_>,
    question: &Question,
    answer: &Answer,
) -> Result<()> {
    if !answer.status.is_success() {
        return Ok(());
    }
    let Some(gateway) = gateway(scene, question).await? else {
        return Ok(());
    };
    let id = question.get("NatGatewayId").to_owned();
    let gateways = &mut scene.mended.gateways;
    gateways.coming.remove(&id);
    let pair = |address: &Element| {
        let text = |name| address.text_at(name).to_owned();
        (text("associationId"), text("networkInterfaceId"))
    };
    let at_once = Countdown::Looks { left: 0, of: 0 };
    gateways.going.entry(id).or_insert(Going {
        countdown: scene
            .rules
            .nat_takes_time
            .map_or(at_once, |lasting| lasting.begin()),
        addresses: gateway
            .all("natGatewayAddressSet/item")
            .into_iter()
            .map(pair)
            .collect(),
    });
    sweep(scene, question).await
}

/// Shows what is on its way, and counts the look.
pub(crate) async fn after_describe(
    scene: &mut Scene<'_>,
    question: &Question,
    answer: &mut Answer,
) -> Result<()> {
    let gateways = &mut scene.mended.gateways;
    answer.edit(|document| {
        let Some(list) = document.find_mut("natGatewaySet") else {
            return;
        };
        for gateway in &mut list.children {
            let id = gateway.text_at("natGatewayId").to_owned();
            if gateways.coming.get_mut(&id).is_some_and(Countdown::look) {
                gateway.put_text("state", PENDING);
            } else if gateways
                .going
                .get_mut(&id)
                .is_some_and(|going| going.countdown.look())
            {
                gateway.put_text("state", "deleting");
            } else if let Some(vpc) = gateways.failed.get(&id)
                && gateway.text_at("state") == "available"
            {
                gateway.put_text("state", "failed");
                gateway.put_text("failureCode", "Gateway.NotAttached");
                let message = format!("Network {vpc} has no Internet gateway attached");
                gateway.put_text("failureMessage", &message);
            }
        }
    })?;
    sweep(scene, question).await
}

/// A route to a NAT gateway that is not available yet, or to an internet gateway that is not
/// attached, is refused.
pub(crate) async fn before_route(scene: &Scene<'_>, question: &Question) -> Result<Option<Answer>> {
    let id = question.get("NatGatewayId");
    let gateways = &scene.mended.gateways;
    let is_coming = gateways.coming.get(id).is_some_and(Countdown::is_going);
    if is_coming || gateways.failed.contains_key(id) {
        let message = format!("The natGateway ID '{id}' does not exist");
        return Ok(Some(
            question.refuse("InvalidNatGatewayID.NotFound", &message),
        ));
    }
    let gateway = question.get("GatewayId");
    if !gateway.starts_with("igw-") {
        return Ok(None);
    }
    let table = question.get("RouteTableId");
    let filter = ("route-table-id", table);
    let tables = scene
        .list(
            question,
            "DescribeRouteTables",
            "routeTableSet/item",
            filter,
        )
        .await?;
    let vpc = tables.first().map_or("", |table| table.text_at("vpcId"));
    let attached = attached(scene, question, vpc).await?;
    if tables.is_empty()
        || attached
            .iter()
            .any(|one| one.text_at("internetGatewayId") == gateway)
    {
        return Ok(None);
    }
    let message =
        format!("route table {table} and network gateway {gateway} belong to different networks");
    Ok(Some(question.refuse("InvalidParameterValue", &message)))
}

/// Whether a network has an internet gateway.
pub(crate) async fn is_connected(
    scene: &Scene<'_>,
    question: &Question,
    vpc: &str,
) -> Result<bool> {
    Ok(!attached(scene, question, vpc).await?.is_empty())
}

async fn attached(scene: &Scene<'_>, question: &Question, vpc: &str) -> Result<Vec<Element>> {
    let filter = ("attachment.vpc-id", vpc);
    let items = "internetGatewaySet/item";
    scene
        .list(question, "DescribeInternetGateways", items, filter)
        .await
}

/// Frees what gateways whose time is over had.
async fn sweep(scene: &mut Scene<'_>, question: &Question) -> Result<()> {
    let going = std::mem::take(&mut scene.mended.gateways.going);
    let (kept, gone): (HashMap<_, _>, HashMap<_, _>) = going
        .into_iter()
        .partition(|(_, going)| going.countdown.is_going());
    scene.mended.gateways.going = kept;
    for (association, interface) in gone.into_values().flat_map(|going| going.addresses) {
        let free = [
            ("Action", "DisassociateAddress"),
            ("AssociationId", association.as_str()),
        ];
        scene.ask(question, Service::Ec2, &free).await?;
        let remove = [
            ("Action", "DeleteNetworkInterface"),
            ("NetworkInterfaceId", interface.as_str()),
        ];
        scene.ask(question, Service::Ec2, &remove).await?;
    }
    Ok(())
}

async fn gateway(scene: &Scene<'_>, question: &Question) -> Result<Option<Element>> {
    let id = question.get("NatGatewayId");
    let parameters = [("Action", "DescribeNatGateways"), ("NatGatewayId.1", id)];
    let document = scene.ask(question, Service::Ec2, &parameters).await?;
    Ok(document.and_then(|document| document.find(GATEWAYS).cloned()))
}

fn missing(question: &Question, id: &str) -> Answer {
    question.refuse(
        "NatGatewayNotFound",
        &format!("The Nat Gateway {id} was not found"),
    )
}
