//! What is in use cannot be deleted: AWS's `DependencyViolation`, which moto gives for few.

use anyhow::Result;

use super::{Question, Scene, balancers, endpoints};
use crate::protocol::{Answer, Element, Service};

const VIOLATION: &str = "DependencyViolation";
const INTERFACES: (&str, &str) = ("DescribeNetworkInterfaces", "networkInterfaceSet/item");

/// DeleteSecurityGroup: in use by an interface, or named by another group's rule.
pub(crate) async fn group(scene: &mut Scene<'_>, question: &Question) -> Result<Option<Answer>> {
    let id = question.get("GroupId").to_owned();
    let interfaces = interfaces(scene, question, ("group-id", &id)).await?;
    let groups = scene
        .ask(
            question,
            Service::Ec2,
            &[("Action", "DescribeSecurityGroups")],
        )
        .await?;
    let named = groups
        .iter()
        .flat_map(|document| document.all("securityGroupInfo/item"));
    let is_named = named.into_iter().any(|group| {
        let rules = [
            "ipPermissions/item/groups/item",
            "ipPermissionsEgress/item/groups/item",
        ];
        let mut named = rules.iter().flat_map(|path| group.all(path));
        group.text_at("groupId") != id && named.any(|rule| rule.text_at("groupId") == id)
    });
    if interfaces.is_empty() && !is_named {
        return Ok(None);
    }
    balancers::look(scene, question).await?;
    let message = format!("resource {id} has a dependent object");
    Ok(Some(question.refuse(VIOLATION, &message)))
}

/// DeleteSubnet: something has an interface in it. Its route table lets it go, as AWS does.
pub(crate) async fn subnet(scene: &mut Scene<'_>, question: &Question) -> Result<Option<Answer>> {
    let id = question.get("SubnetId").to_owned();
    if !interfaces(scene, question, ("subnet-id", &id))
        .await?
        .is_empty()
    {
        balancers::look(scene, question).await?;
        let message = format!("The subnet '{id}' has dependencies and cannot be deleted.");
        return Ok(Some(question.refuse(VIOLATION, &message)));
    }
    for association in tables_of(scene, question, &id)
        .await?
        .iter()
        .flat_map(|table| table.all("associationSet/item"))
    {
        if association.text_at("subnetId") == id {
            let association = association.text_at("routeTableAssociationId");
            let parameters = [
                ("Action", "DisassociateRouteTable"),
                ("AssociationId", association),
            ];
            scene.ask(question, Service::Ec2, &parameters).await?;
        }
    }
    Ok(None)
}

/// The route table that a subnet uses, in a list.
async fn tables_of(scene: &Scene<'_>, question: &Question, subnet: &str) -> Result<Vec<Element>> {
    let filter = ("association.subnet-id", subnet);
    let list = "routeTableSet/item";
    scene
        .list(question, "DescribeRouteTables", list, filter)
        .await
}

/// AssociateRouteTable: a subnet uses one table, which moto takes for this one, whichever it is.
pub(crate) async fn association(
    scene: &mut Scene<'_>,
    question: &Question,
) -> Result<Option<Answer>> {
    let (table, subnet) = (question.get("RouteTableId"), question.get("SubnetId"));
    let used = tables_of(scene, question, subnet).await?;
    let conflicts = used.iter().any(|it| it.text_at("routeTableId") != table);
    Ok(conflicts.then(|| {
        let message = format!(
            "the specified association for route table {table} conflicts with an existing association"
        );
        question.refuse("Resource.AlreadyAssociated", &message)
    }))
}

/// DetachInternetGateway: something in the network has a public address.
pub(crate) async fn gateway(scene: &mut Scene<'_>, question: &Question) -> Result<Option<Answer>> {
    let vpc = question.get("VpcId").to_owned();
    let interfaces = interfaces(scene, question, ("vpc-id", &vpc)).await?;
    let addresses = scene
        .ask(question, Service::Ec2, &[("Action", "DescribeAddresses")])
        .await?;
    let addresses: Vec<&Element> = addresses
        .iter()
        .flat_map(|document| document.all("addressesSet/item"))
        .collect();
    let is_mapped = interfaces.iter().any(|interface| {
        let id = interface.text_at("networkInterfaceId");
        scene.mended.balancers.is_public(id)
            || addresses
                .iter()
                .any(|address| address.text_at("networkInterfaceId") == id)
    });
    if !is_mapped {
        return Ok(None);
    }
    balancers::look(scene, question).await?;
    let message = format!(
        "Network {vpc} has some mapped public address(es). Please unmap those public \
         address(es) before detaching the gateway."
    );
    Ok(Some(question.refuse(VIOLATION, &message)))
}

/// DeleteVpc: anything is left in it but what AWS made with it.
pub(crate) async fn vpc(scene: &mut Scene<'_>, question: &Question) -> Result<Option<Answer>> {
    let id = question.get("VpcId").to_owned();
    for (operation, items, filter) in [
        ("DescribeSubnets", "subnetSet/item", "vpc-id"),
        (
            "DescribeInternetGateways",
            "internetGatewaySet/item",
            "attachment.vpc-id",
        ),
        ("DescribeVpcEndpoints", "vpcEndpointSet/item", "vpc-id"),
        (
            "DescribeNetworkInterfaces",
            "networkInterfaceSet/item",
            "vpc-id",
        ),
        ("DescribeSecurityGroups", "securityGroupInfo/item", "vpc-id"),
        ("DescribeRouteTables", "routeTableSet/item", "vpc-id"),
    ] {
        let left = scene
            .list(question, operation, items, (filter, &id))
            .await?;
        if left.iter().any(|item| !came_with_vpc(operation, item)) {
            let message = format!("The vpc '{id}' has dependencies and cannot be deleted.");
            return Ok(Some(question.refuse(VIOLATION, &message)));
        }
    }
    Ok(None)
}

/// Whether AWS made it with the network, and deletes it so.
fn came_with_vpc(operation: &str, item: &Element) -> bool {
    match operation {
        "DescribeSecurityGroups" => item.text_at("groupName") == "default",
        "DescribeRouteTables" => {
            let associations = item.all("associationSet/item");
            associations.iter().any(|one| one.text_at("main") == "true")
        }
        "DescribeVpcEndpoints" => !endpoints::is_there(item),
        _ => false,
    }
}

/// ReleaseAddress: the address is in use.
pub(crate) async fn address(scene: &mut Scene<'_>, question: &Question) -> Result<Option<Answer>> {
    let Some(id) = question.form.value("AllocationId") else {
        return Ok(None);
    };
    let parameters = [("Action", "DescribeAddresses"), ("AllocationId.1", id)];
    let document = scene.ask(question, Service::Ec2, &parameters).await?;
    let Some(address) = document.and_then(|document| document.find("addressesSet/item").cloned())
    else {
        let message = format!("The allocation ID '{id}' does not exist");
        return Ok(Some(
            question.refuse("InvalidAllocationID.NotFound", &message),
        ));
    };
    if address.text_at("associationId").is_empty() {
        return Ok(None);
    }
    let public = address.text_at("publicIp");
    let message = format!("Address {public} is in use.");
    Ok(Some(question.refuse("InvalidIPAddress.InUse", &message)))
}

async fn interfaces(
    scene: &Scene<'_>,
    question: &Question,
    filter: (&str, &str),
) -> Result<Vec<Element>> {
    let (operation, items) = INTERFACES;
    scene.list(question, operation, items, filter).await
}
