//! Whether the deployment serves: healthy targets behind the load balancer, and its address.

use std::time::Duration;

use anyhow::{Context, Result};
use aws_sdk_elasticloadbalancingv2::types::TargetHealthStateEnum;

use crate::clients::Clients;
use crate::failure::Failure;
use crate::wait::{Bound, Seen, Wait};

/// The targets answer their health check. An instance boots in a minute or two; the check then
/// has to succeed twice.
pub(crate) const HEALTHY: Bound = Bound {
    state: "has healthy targets only",
    limit: Duration::from_secs(15 * 60),
    remedy: "look at the instances' boot log (/var/log/student-analytics-bootstrap.log)",
};

/// Waits until the target group has as many healthy targets as the group has instances, and no
/// other but those that leave; how many.
pub(crate) async fn wait_healthy(
    clients: &Clients,
    targets: &str,
    least: usize,
    wait: &Wait<'_>,
) -> Result<usize> {
    let healthy = wait
        .until(&HEALTHY, async || {
            let answer = clients
                .balancing
                .describe_target_health()
                .target_group_arn(targets)
                .send()
                .await
                .map_err(|error| {
                    Failure::of(
                        "elasticloadbalancing:DescribeTargetHealth",
                        wait.resource,
                        &error,
                    )
                })?;
            let states: Vec<_> = answer
                .target_health_descriptions()
                .iter()
                .filter_map(|it| it.target_health()?.state())
                .filter(|state| **state != TargetHealthStateEnum::Draining)
                .cloned()
                .collect();
            let healthy = states
                .iter()
                .filter(|state| **state == TargetHealthStateEnum::Healthy)
                .count();
            match healthy == states.len() && healthy >= least {
                true => Ok(Seen::Ready(healthy)),
                false => Ok(Seen::NotYet(format!(
                    "{healthy} of {} are healthy",
                    states.len().max(least)
                ))),
            }
        })
        .await?;
    Ok(healthy)
}

/// The load balancer's name for browsers.
pub(crate) async fn dns_name(clients: &Clients, balancer: &str, about: &str) -> Result<String> {
    let answer = clients
        .balancing
        .describe_load_balancers()
        .load_balancer_arns(balancer)
        .send()
        .await
        .map_err(|error| {
            Failure::of("elasticloadbalancing:DescribeLoadBalancers", about, &error)
        })?;
    answer
        .load_balancers()
        .iter()
        .find_map(|it| it.dns_name().map(str::to_owned))
        .with_context(|| {
            format!("{about}: AWS gives it no address yet; run the same command again")
        })
}
