//! Launch template, Auto Scaling group and its policy.

use serde_json::{Value, json};

use crate::export::Part;
use crate::export::cloudformation::{get, reference, references, tags};
use crate::observed::{AutoScalingGroup, LaunchTemplate, ScalingPolicy};
use crate::topology::Topology;

pub(super) fn launch_template(part: &Part, it: &LaunchTemplate, topology: &Topology) -> Value {
    let Some(version) = it.versions.values().next() else {
        return Value::Null;
    };
    let image = format!(
        "{{{{resolve:ssm:{}}}}}",
        topology.settings().image.parameter()
    );
    let given = [
        ("instance", &version.instance_tags),
        ("volume", &version.volume_tags),
    ]
    .map(|(kind, given)| json!({ "ResourceType": kind, "Tags": tags(given) }));
    let devices: Vec<Value> = version
        .root
        .iter()
        .map(|root| json!({
            "DeviceName": root.device,
            "Ebs": {
                "VolumeType": root.volume_type, "VolumeSize": root.size, "Encrypted": root.encrypted,
            },
        }))
        .collect();
    json!({
        "LaunchTemplateName": part.name,
        "VersionDescription": version.description,
        "LaunchTemplateData": {
            "ImageId": image,
            "InstanceType": version.instance_type,
            "KeyName": version.key.as_ref().map(reference),
            "IamInstanceProfile": { "Arn": version.profile.as_ref().map(|it| get(it, "Arn")) },
            "SecurityGroupIds": version.groups.iter().map(|it| get(it, "GroupId")).collect::<Vec<_>>(),
            "UserData": { "Fn::Base64": version.user_data },
            "MetadataOptions": {
                "HttpEndpoint": "enabled",
                "HttpTokens": if version.metadata.token_required { "required" } else { "optional" },
                "HttpPutResponseHopLimit": version.metadata.hop_limit,
            },
            "BlockDeviceMappings": devices,
            "TagSpecifications": given,
        },
        "TagSpecifications": [{ "ResourceType": "launch-template", "Tags": tags(&part.tags) }],
    })
}

pub(super) fn auto_scaling_group(part: &Part, it: &AutoScalingGroup) -> Value {
    let tags: Vec<Value> = part
        .tags
        .iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value, "PropagateAtLaunch": false }))
        .collect();
    json!({
        "AutoScalingGroupName": part.name,
        "MinSize": it.min.to_string(),
        "MaxSize": it.max.to_string(),
        "VPCZoneIdentifier": references(&it.subnets),
        "TargetGroupARNs": references(&it.targets),
        "HealthCheckType": it.health_check,
        "HealthCheckGracePeriod": it.grace,
        "LaunchTemplate": {
            "LaunchTemplateId": reference(&it.template),
            "Version": get(&it.template, "LatestVersionNumber"),
        },
        "Tags": tags,
    })
}

/// CloudFormation gives the policy a name of its own.
pub(super) fn scaling_policy(it: &ScalingPolicy) -> Value {
    json!({
        "AutoScalingGroupName": reference(&it.group),
        "PolicyType": it.policy_type,
        "EstimatedInstanceWarmup": it.warm_up,
        "TargetTrackingConfiguration": {
            "PredefinedMetricSpecification": { "PredefinedMetricType": it.metric },
            "TargetValue": it.target,
        },
    })
}
