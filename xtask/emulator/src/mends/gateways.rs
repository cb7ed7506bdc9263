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
    if let Some(lasting) = scene.rules.nat_takes_time {
        scene.mended.gateways.coming.insert(id, lasting.begin());
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

/// Shows what is on its way, and counts the look. A gateway that was asked for by its id and is
/// not there is an error.
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
            }
        }
    })?;
    let document = answer.xml()?;
    let found = document.all(GATEWAYS);
    let ids = question.form.list("NatGatewayId");
    let is_missing = |id: &&&str| {
        found
            .iter()
            .all(|item| item.text_at("natGatewayId") != **id)
    };
    if let Some(id) = ids.iter().find(is_missing) {
        *answer = missing(question, id);
    }
    sweep(scene, question).await
}

/// A route to a gateway that is not available yet is refused.
pub(crate) fn before_route(scene: &Scene<'_>, question: &Question) -> Option<Answer> {
    let id = question.get("NatGatewayId");
    let coming = scene.mended.gateways.coming.get(id)?;
    coming.is_going().then(|| {
        let message = format!("The natGateway ID '{id}' does not exist");
        question.refuse("InvalidNatGatewayID.NotFound", &message)
    })
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
