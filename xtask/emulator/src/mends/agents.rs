//! SSM's agents on the instances, which moto does not have: every instance that runs has one.

use std::collections::BTreeSet;

use anyhow::Result;
use hyper::StatusCode;
use serde_json::{Value, json};

use super::{Question, Scene};
use crate::protocol::{Answer, Service};

/// DescribeInstanceInformation.
pub(crate) async fn describe(scene: &Scene<'_>, question: &Question) -> Result<Option<Answer>> {
    let running = match scene.rules.agents_offline {
        true => BTreeSet::new(),
        false => running(scene, question).await?,
    };
    let asked: Value = serde_json::from_slice(&question.body).unwrap_or_default();
    let filters = asked["Filters"].as_array().into_iter().flatten();
    let by_id = filters.filter(|filter| filter["Key"] == "InstanceIds");
    let wanted: Vec<&str> = by_id
        .flat_map(|filter| filter["Values"].as_array().into_iter().flatten())
        .filter_map(Value::as_str)
        .collect();
    let shown = running
        .iter()
        .filter(|id| wanted.is_empty() || wanted.contains(&id.as_str()))
        .map(|id| json!({ "InstanceId": id, "PingStatus": "Online", "PlatformType": "Linux" }));
    let body = json!({ "InstanceInformationList": shown.collect::<Vec<_>>() });
    Ok(Some(Answer::new(
        StatusCode::OK,
        "application/x-amz-json-1.1",
        body.to_string(),
    )))
}

/// The instances that run: those that are played, else moto's.
async fn running(scene: &Scene<'_>, question: &Question) -> Result<BTreeSet<String>> {
    if let Some(fleet) = &scene.mended.played {
        return Ok(fleet.instances.iter().map(|it| it.id.clone()).collect());
    }
    let parameters = [
        ("Action", "DescribeInstances"),
        ("Filter.1.Name", "instance-state-name"),
        ("Filter.1.Value.1", "running"),
    ];
    let document = scene.ask(question, Service::Ec2, &parameters).await?;
    let reservations = document.iter().flat_map(|it| it.all("reservationSet/item"));
    let instances = reservations.flat_map(|it| it.all("instancesSet/item"));
    Ok(instances
        .map(|it| it.text_at("instanceId").to_owned())
        .collect())
}
