//! Launch template, Auto Scaling group and its policy.

use serde_json::json;

use crate::export::Part;
use crate::export::hcl::{Block, Expression};
use crate::export::terraform::{at, ids, tags};
use crate::observed::{AutoScalingGroup, LaunchTemplate, ScalingPolicy};

pub(super) fn launch_template(block: Block, part: &Part, it: &LaunchTemplate) -> Vec<Block> {
    let Some(version) = it.versions.values().next() else {
        return Vec::new();
    };
    let script = Expression::Heredoc(version.user_data.clone());
    let mut block = block
        .set("name", part.name.as_str())
        .set(
            "description",
            version.description.clone().unwrap_or_default(),
        )
        .raw("image_id", "data.aws_ssm_parameter.image.value")
        .set("instance_type", version.instance_type.as_str());
    if let Some(key) = &version.key {
        let address = at(key, "key_name");
        block = block.raw(
            "key_name",
            if part.imports_key {
                address
            } else {
                format!("data.{address}")
            },
        );
    }
    block = block
        .set("vpc_security_group_ids", ids(&version.groups, "id"))
        .set("user_data", Expression::Base64(Box::new(script)))
        .set("tags", tags(part));
    if let Some(profile) = &version.profile {
        block =
            block.block(Block::new("iam_instance_profile", &[]).raw("name", at(profile, "name")));
    }
    block = block.block(
        Block::new("metadata_options", &[])
            .set("http_endpoint", "enabled")
            .set(
                "http_tokens",
                if version.metadata.token_required {
                    "required"
                } else {
                    "optional"
                },
            )
            .set("http_put_response_hop_limit", version.metadata.hop_limit),
    );
    if let Some(root) = &version.root {
        let ebs = Block::new("ebs", &[])
            .set("volume_type", root.volume_type.as_str())
            .set("volume_size", root.size)
            .set("encrypted", root.encrypted);
        let device =
            Block::new("block_device_mappings", &[]).set("device_name", root.device.as_str());
        block = block.block(device.block(ebs));
    }
    for (kind, tags) in [
        ("instance", &version.instance_tags),
        ("volume", &version.volume_tags),
    ] {
        block = block.block(
            Block::new("tag_specifications", &[])
                .set("resource_type", kind)
                .set("tags", json!(tags)),
        );
    }
    vec![block]
}

pub(super) fn auto_scaling_group(block: Block, part: &Part, it: &AutoScalingGroup) -> Block {
    let template = Block::new("launch_template", &[])
        .raw("id", at(&it.template, "id"))
        .raw("version", at(&it.template, "latest_version"));
    let mut block = block
        .set("name", part.name.as_str())
        .set("min_size", it.min)
        .set("max_size", it.max)
        .set("desired_capacity", it.life.desired)
        .set("vpc_zone_identifier", ids(&it.subnets, "id"))
        .set("target_group_arns", ids(&it.targets, "arn"))
        .set("health_check_type", it.health_check.as_str())
        .set("health_check_grace_period", it.grace)
        .block(template);
    if let Some(refresh) = &it.life.refresh {
        let preferences = Block::new("preferences", &[])
            .set("min_healthy_percentage", refresh.min_healthy)
            .set("max_healthy_percentage", refresh.max_healthy)
            .set("auto_rollback", refresh.auto_rollback)
            .set("skip_matching", refresh.skip_matching);
        let strategy = Block::new("instance_refresh", &[]).set("strategy", "Rolling");
        block = block.block(strategy.block(preferences));
    }
    for (key, value) in part.tags.iter() {
        block = block.block(
            Block::new("tag", &[])
                .set("key", key)
                .set("value", value)
                .set("propagate_at_launch", false),
        );
    }
    // Scaling chooses the desired capacity after the first deployment.
    let ignore = Block::new("lifecycle", &[]).raw("ignore_changes", "[desired_capacity]");
    block.block(ignore)
}

pub(super) fn scaling_policy(block: Block, it: &ScalingPolicy) -> Block {
    let metric = Block::new("predefined_metric_specification", &[]).set(
        "predefined_metric_type",
        it.metric.clone().unwrap_or_default(),
    );
    let tracking = Block::new("target_tracking_configuration", &[])
        .set("target_value", it.target.unwrap_or_default())
        .block(metric);
    block
        .set("name", it.name.as_str())
        .raw("autoscaling_group_name", at(&it.group, "name"))
        .set("policy_type", it.policy_type.as_str())
        .set("estimated_instance_warmup", it.warm_up.unwrap_or_default())
        .block(tracking)
}
