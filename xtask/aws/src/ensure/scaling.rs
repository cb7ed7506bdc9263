//! How many instances the load needs.

use aws_sdk_autoscaling::types::{
    MetricType, PredefinedMetricSpecification, TargetTrackingConfiguration,
};
use infra_model::observed::ScalingPolicy;

use crate::apply::{Doing, Error};

/// Makes the policy, or makes all its attributes so: AWS takes it as a whole.
pub(super) async fn put(doing: &Doing<'_>, want: &ScalingPolicy) -> Result<(), Error> {
    let ScalingPolicy {
        group,
        name,
        policy_type,
        metric,
        target,
        warm_up,
    } = want;
    let metric = metric.as_deref().map(|metric| {
        PredefinedMetricSpecification::builder()
            .predefined_metric_type(MetricType::from(metric))
            .build()
    });
    let tracking = TargetTrackingConfiguration::builder()
        .set_predefined_metric_specification(metric)
        .set_target_value(*target)
        .build();
    let warm_up = warm_up.and_then(|seconds| i32::try_from(seconds).ok());
    let call = doing.clients.scaling.put_scaling_policy();
    let answer = call
        .auto_scaling_group_name(doing.at(group)?)
        .policy_name(name)
        .policy_type(policy_type)
        .target_tracking_configuration(tracking)
        .set_estimated_instance_warmup(warm_up)
        .send()
        .await;
    answer.map_err(doing.failed("autoscaling:PutScalingPolicy"))?;
    Ok(())
}

pub(super) async fn delete(doing: &Doing<'_>, from: &ScalingPolicy) -> Result<(), Error> {
    let call = doing.clients.scaling.delete_policy();
    let answer = call
        .auto_scaling_group_name(doing.at(&from.group)?)
        .policy_name(&from.name)
        .send()
        .await;
    match answer
        .map(drop)
        .map_err(doing.failed("autoscaling:DeletePolicy"))
    {
        // Auto Scaling has no code of its own for what is not there.
        Err(failure)
            if failure.is(&["ValidationError"]) && failure.message.contains("not found") =>
        {
            Ok(())
        }
        Err(failure) => Err(failure.into()),
        Ok(()) => Ok(()),
    }
}
