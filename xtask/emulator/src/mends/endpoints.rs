//! Gateway endpoints: their routes come and go with their tables, and they go when deleted.

use anyhow::Result;

use super::{Question, Scene};
use crate::protocol::{Answer, Call, Element, Service};

/// CreateVpcEndpoint makes a gateway endpoint unless told otherwise; moto then cannot delete it.
pub(crate) fn before_create(call: &mut Call) {
    if call.operation == "CreateVpcEndpoint" {
        call.edit(|form| {
            if !form.has("VpcEndpointType") {
                form.set("VpcEndpointType", "Gateway");
            }
        });
    }
}

/// DeleteRouteTable: endpoints let it go.
pub(crate) async fn before_delete_table(
    scene: &mut Scene<'_>,
    question: &Question,
) -> Result<Option<Answer>> {
    let id = question.get("RouteTableId");
    let all = [("Action", "DescribeVpcEndpoints")];
    let endpoints = scene.ask(question, Service::Ec2, &all).await?;
    let endpoints = endpoints
        .iter()
        .flat_map(|document| document.all("vpcEndpointSet/item"));
    for endpoint in endpoints {
        let tables = endpoint.all("routeTableIdSet/item");
        if is_there(endpoint) && tables.iter().any(|table| table.text == id) {
            let parameters = [
                ("Action", "ModifyVpcEndpoint"),
                ("VpcEndpointId", endpoint.text_at("vpcEndpointId")),
                ("RemoveRouteTableId.1", id),
            ];
            scene.ask(question, Service::Ec2, &parameters).await?;
        }
    }
    Ok(None)
}

/// ModifyVpcEndpoint: routes move with the tables, which moto forgets.
pub(crate) async fn after_modify(
    scene: &Scene<'_>,
    question: &Question,
    answer: &Answer,
) -> Result<()> {
    if !answer.status.is_success() {
        return Ok(());
    }
    let endpoint = question.get("VpcEndpointId");
    let all = [("Action", "DescribeRouteTables")];
    let tables = scene.ask(question, Service::Ec2, &all).await?;
    let routes = tables
        .iter()
        .flat_map(|document| document.all("routeTableSet/item/routeSet/item"));
    let of_endpoint = |route: &&Element| route.text_at("gatewayId") == endpoint;
    let Some(route) = routes.into_iter().find(of_endpoint) else {
        return Ok(());
    };
    let list = route.text_at("destinationPrefixListId");
    for table in question.form.list("AddRouteTableId") {
        let parameters = [
            ("Action", "CreateRoute"),
            ("RouteTableId", table),
            ("DestinationPrefixListId", list),
            ("GatewayId", endpoint),
        ];
        scene.ask(question, Service::Ec2, &parameters).await?;
    }
    for table in question.form.list("RemoveRouteTableId") {
        let parameters = [
            ("Action", "DeleteRoute"),
            ("RouteTableId", table),
            ("DestinationPrefixListId", list),
        ];
        scene.ask(question, Service::Ec2, &parameters).await?;
    }
    Ok(())
}

/// A deleted endpoint is not listed for ever.
pub(crate) fn after_describe(answer: &mut Answer) -> Result<()> {
    answer.edit(|document| {
        if let Some(list) = document.find_mut("vpcEndpointSet") {
            list.children.retain(is_there);
        }
    })
}

/// Whether a described endpoint is not deleted.
pub(crate) fn is_there(endpoint: &Element) -> bool {
    endpoint.text_at("state") != "deleted"
}
