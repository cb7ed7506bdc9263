//! Instances that someone plays with real parts. They are shown in the place of moto's own, which
//! are healthy from the first moment and do nothing.

use anyhow::Result;

use super::{Question, Scene};
use crate::protocol::{Answer, Element};

/// The instances of one group, as they are now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fleet {
    /// The group's name.
    pub group: String,
    /// The port of its targets.
    pub port: u16,
    /// Its instances.
    pub instances: Vec<Instance>,
}

/// An instance, with AWS's own words for its states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Its id.
    pub id: String,
    /// Its availability zone.
    pub zone: String,
    /// The template version that it was launched with.
    pub version: String,
    /// Its place in its life: `Pending`, `InService`, `Terminating`.
    pub lifecycle: &'static str,
    /// Whether the group takes it for healthy.
    pub is_healthy: bool,
    /// Its state as a target: `initial`, `healthy`, `unhealthy`, `draining`.
    pub target: &'static str,
}

/// How far the one who plays the instances has brought a refresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Some instances are replaced.
    Replacing {
        /// Of a hundred parts.
        percent: u32,
    },
    /// All instances run the wanted version.
    Replaced,
    /// The wanted version does not become healthy.
    Failing {
        /// Why.
        reason: String,
    },
    /// All instances run the version before again.
    Returned,
}

/// A refresh that is to be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its id.
    pub id: String,
    /// The template version wanted, if it is another than the group's.
    pub version: Option<String>,
    /// Whether it goes back to the version before.
    pub is_returning: bool,
    /// Percent of the desired capacity that must be healthy.
    pub min_healthy: usize,
    /// Percent of the desired capacity that may run.
    pub max_healthy: usize,
    /// Whether instances that already run the version stay.
    pub skips_matching: bool,
    /// Seconds before a new instance counts, if said.
    pub warm_up: Option<u32>,
}

/// Shows the group's instances in its description.
pub(crate) fn after_describe_groups(scene: &Scene<'_>, answer: &mut Answer) -> Result<()> {
    let Some(fleet) = &scene.mended.played else {
        return Ok(());
    };
    answer.edit(|document| {
        let path = "DescribeAutoScalingGroupsResult/AutoScalingGroups";
        let Some(groups) = document.find_mut(path) else {
            return;
        };
        let named = |group: &&mut Element| group.text_at("AutoScalingGroupName") == fleet.group;
        for group in groups.children.iter_mut().filter(named) {
            let template = group.find("LaunchTemplate").cloned();
            let shown = |instance| shown(instance, template.clone());
            let members = fleet.instances.iter().map(shown).collect();
            group.put(Element::tree("Instances", members));
        }
    })
}

fn shown(instance: &Instance, template: Option<Element>) -> Element {
    let health = match instance.is_healthy {
        true => "Healthy",
        false => "Unhealthy",
    };
    let mut member = Element::tree(
        "member",
        vec![
            Element::leaf("InstanceId", &instance.id),
            Element::leaf("AvailabilityZone", &instance.zone),
            Element::leaf("LifecycleState", instance.lifecycle),
            Element::leaf("HealthStatus", health),
            Element::leaf("ProtectedFromScaleIn", "false"),
        ],
    );
    if let Some(mut template) = template {
        template.put_text("Version", &instance.version);
        member.put(template);
    }
    member
}

/// Shows the instances as targets.
pub(crate) fn after_describe_targets(
    scene: &Scene<'_>,
    question: &Question,
    answer: &mut Answer,
) -> Result<()> {
    let Some(fleet) = &scene.mended.played else {
        return Ok(());
    };
    let targets = question.get("TargetGroupArn");
    let groups = &scene.mended.groups;
    if !groups.is_behind(&question.region, &fleet.group, targets) {
        return Ok(());
    }
    answer.edit(|document| {
        let path = "DescribeTargetHealthResult/TargetHealthDescriptions";
        if let Some(list) = document.find_mut(path) {
            let shown = |instance: &Instance| target(instance, fleet.port);
            list.children = fleet.instances.iter().map(shown).collect();
        }
    })
}

fn target(instance: &Instance, port: u16) -> Element {
    let reason = match instance.target {
        "initial" => "Elb.InitialHealthChecking",
        "unhealthy" => "Target.FailedHealthChecks",
        "draining" => "Target.DeregistrationInProgress",
        _ => "",
    };
    let mut health = vec![Element::leaf("State", instance.target)];
    if !reason.is_empty() {
        health.push(Element::leaf("Reason", reason));
    }
    let target = vec![
        Element::leaf("Id", &instance.id),
        Element::leaf("Port", port.to_string()),
    ];
    Element::tree(
        "member",
        vec![
            Element::tree("Target", target),
            Element::tree("TargetHealth", health),
        ],
    )
}
