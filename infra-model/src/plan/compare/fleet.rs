//! Launch template versions, Auto Scaling group, scaling policy.

use sha2::{Digest, Sha256};

use crate::observed::{AutoScalingGroup, ScalingPolicy, TemplateVersion};
use crate::plan::compare::{Attribute, Change, Changes};
use crate::tags::Tags;

/// How two versions of a template differ.
pub(in crate::plan) fn versions(have: &TemplateVersion, want: &TemplateVersion) -> Vec<Change> {
    let mut changes = Changes::default();
    let TemplateVersion {
        description,
        after: _, // history, which nobody wants otherwise
        image,
        instance_type,
        key,
        profile,
        groups,
        user_data,
        metadata,
        root,
        instance_tags,
        volume_tags,
    } = have;
    changes.compare(Attribute::ImageFamily, description, &want.description);
    changes.compare(Attribute::Image, image, &want.image);
    changes.compare(Attribute::InstanceType, instance_type, &want.instance_type);
    changes.compare(Attribute::Key, key, &want.key);
    changes.compare(Attribute::Profile, profile, &want.profile);
    changes.compare(Attribute::InstanceGroups, groups, &want.groups);
    if !same_script(user_data, &want.user_data) {
        let (from, to) = (stand_in(user_data), stand_in(&want.user_data));
        changes.0.push(Change::of(Attribute::UserData, from, to));
    }
    changes.compare(Attribute::Metadata, metadata, &want.metadata);
    changes.compare(Attribute::RootVolume, root, &want.root);
    given_tags(
        &mut changes,
        Attribute::InstanceTags,
        instance_tags,
        &want.instance_tags,
    );
    given_tags(
        &mut changes,
        Attribute::VolumeTags,
        volume_tags,
        &want.volume_tags,
    );
    changes.0
}

/// Tags that a version gives are all ours; those that differ are shown.
fn given_tags(changes: &mut Changes, attribute: Attribute, have: &Tags, want: &Tags) {
    let (from, to) = (have.without(want), want.without(have));
    changes.compare(attribute, &from, &to);
}

/// A script means the same with other line ends, and with or without one at its end.
fn same_script(have: &str, want: &str) -> bool {
    have.trim_end().lines().eq(want.trim_end().lines())
}

/// User data may hold what nobody should read in a log: its checksum stands for it.
fn stand_in(script: &str) -> String {
    if script.is_empty() {
        return "none".to_owned();
    }
    let digest = Sha256::digest(script.as_bytes());
    let hex: String = digest
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{hex}…")
}

pub(super) fn group(changes: &mut Changes, have: &AutoScalingGroup, want: &AutoScalingGroup) {
    let AutoScalingGroup {
        min,
        max,
        subnets,
        targets,
        template,
        template_version,
        health_check,
        grace,
        life: _, // the cloud's own
    } = have;
    changes.compare(Attribute::Min, min, &want.min);
    changes.compare(Attribute::Max, max, &want.max);
    changes.compare(Attribute::GroupSubnets, subnets, &want.subnets);
    changes.compare(Attribute::GroupTargets, targets, &want.targets);
    changes.compare(Attribute::Template, template, &want.template);
    changes.compare(
        Attribute::TemplateVersion,
        template_version,
        &want.template_version,
    );
    changes.compare(Attribute::HealthCheckType, health_check, &want.health_check);
    changes.compare(Attribute::Grace, grace, &want.grace);
}

pub(super) fn assign_group(
    attribute: &Attribute,
    have: &mut AutoScalingGroup,
    want: &AutoScalingGroup,
) {
    match attribute {
        Attribute::Min => have.min = want.min,
        Attribute::Max => have.max = want.max,
        Attribute::GroupSubnets => have.subnets.clone_from(&want.subnets),
        Attribute::GroupTargets => have.targets.clone_from(&want.targets),
        Attribute::Template => have.template = want.template.clone(),
        Attribute::TemplateVersion => have.template_version.clone_from(&want.template_version),
        Attribute::HealthCheckType => have.health_check.clone_from(&want.health_check),
        Attribute::Grace => have.grace = want.grace,
        _ => {}
    }
}

pub(super) fn policy(changes: &mut Changes, have: &ScalingPolicy, want: &ScalingPolicy) {
    let ScalingPolicy {
        group: _, // a part is found with its whole, by its name
        name: _,
        policy_type,
        metric,
        target,
        warm_up,
    } = have;
    changes.compare(Attribute::PolicyType, policy_type, &want.policy_type);
    changes.compare(Attribute::Metric, metric, &want.metric);
    changes.compare(Attribute::Target, target, &want.target);
    changes.compare(Attribute::WarmUp, warm_up, &want.warm_up);
}

pub(super) fn assign_policy(attribute: &Attribute, have: &mut ScalingPolicy, want: &ScalingPolicy) {
    match attribute {
        Attribute::PolicyType => have.policy_type.clone_from(&want.policy_type),
        Attribute::Metric => have.metric.clone_from(&want.metric),
        Attribute::Target => have.target = want.target,
        Attribute::WarmUp => have.warm_up = want.warm_up,
        _ => {}
    }
}
