//! The instance refresh: the only way in which a new template version reaches instances.

use aws_sdk_autoscaling::types::{
    DesiredConfiguration, InstanceRefresh, InstanceRefreshStatus, LaunchTemplateSpecification,
    RefreshPreferences,
};
use infra_model::topology::Refresh;

use crate::apply::Error;
use crate::clients::Clients;
use crate::failure::{Failure, failed};
use crate::wait::{REFRESHED, Seen, Wait};

/// How often another refresh may come first.
const OTHERS: usize = 3;

/// Which version the instances of which group should run.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The group's name.
    pub group: &'a str,
    /// The template's id.
    pub template: &'a str,
    /// The template version's number.
    pub version: &'a str,
    /// How it goes.
    pub how: Refresh,
}

/// Starts a refresh and returns its id. When one to the same version is running, that is it;
/// when another is running, its end comes first.
pub async fn start(
    clients: &Clients,
    wait: &Wait<'_>,
    target: &Target<'_>,
) -> Result<String, Error> {
    let mut others = 0;
    loop {
        let failure = match begin(clients, wait, target).await {
            Ok(id) => return Ok(id),
            Err(failure) => failure,
        };
        if !failure.is(&["InstanceRefreshInProgress"]) || others == OTHERS {
            return Err(failure.into());
        }
        if let Some(running) = running(clients, wait, target).await? {
            let id = running.instance_refresh_id().unwrap_or_default();
            if is_to(&running, target) {
                return Ok(id.to_owned());
            }
            ended(clients, wait, target.group, id).await?;
        } else {
            // It has just ended, or is not visible yet.
            tokio::time::sleep(wait.pace.longest).await;
        }
        others += 1;
    }
}

/// Follows a refresh to its end. Anything but success is an error, which says what runs now.
pub async fn follow(
    clients: &Clients,
    wait: &Wait<'_>,
    target: &Target<'_>,
    id: &str,
) -> Result<(), Error> {
    use InstanceRefreshStatus::*;
    let refresh = ended(clients, wait, target.group, id).await?;
    let remedy = match refresh.status() {
        Some(Successful) => return Ok(()),
        Some(RollbackSuccessful) => {
            "all instances run the version before; mend the release or the boot script, and \
             deploy again"
        }
        Some(Cancelled) => "someone cancelled it; deploying again goes on",
        _ => {
            "instances of both versions may run; `cargo xtask rollback` returns to the version \
             before"
        }
    };
    let status = refresh.status().map_or("unknown", |status| status.as_str());
    Err(Error::Refresh {
        resource: wait.resource.to_owned(),
        version: target.version.to_owned(),
        status: status.to_owned(),
        reason: refresh
            .status_reason()
            .unwrap_or("no reason given")
            .trim_end_matches('.')
            .to_owned(),
        remedy,
    })
}

async fn begin(clients: &Clients, wait: &Wait<'_>, target: &Target<'_>) -> Result<String, Failure> {
    let call = "autoscaling:StartInstanceRefresh";
    let Refresh {
        min_healthy,
        max_healthy,
        auto_rollback,
        skip_matching,
    } = target.how;
    let percent = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    let preferences = RefreshPreferences::builder()
        .min_healthy_percentage(percent(min_healthy))
        .max_healthy_percentage(percent(max_healthy))
        .auto_rollback(auto_rollback)
        .skip_matching(skip_matching)
        .build();
    let template = LaunchTemplateSpecification::builder()
        .launch_template_id(target.template)
        .version(target.version)
        .build();
    let desired = DesiredConfiguration::builder().launch_template(template);
    let answer = clients
        .scaling
        .start_instance_refresh()
        .auto_scaling_group_name(target.group)
        .desired_configuration(desired.build())
        .preferences(preferences)
        .send()
        .await
        .map_err(failed(call, wait.resource))?;
    Ok(answer.instance_refresh_id().unwrap_or_default().to_owned())
}

/// The refresh that has not ended.
async fn running(
    clients: &Clients,
    wait: &Wait<'_>,
    target: &Target<'_>,
) -> Result<Option<InstanceRefresh>, Failure> {
    let all = describe(clients, wait, target.group, None).await?;
    Ok(all.into_iter().find(|refresh| !is_over(refresh)))
}

fn is_to(refresh: &InstanceRefresh, target: &Target<'_>) -> bool {
    let desired = refresh.desired_configuration();
    let template = desired.and_then(|desired| desired.launch_template());
    template.is_some_and(|it| {
        it.launch_template_id() == Some(target.template) && it.version() == Some(target.version)
    })
}

fn is_over(refresh: &InstanceRefresh) -> bool {
    use InstanceRefreshStatus::*;
    matches!(
        refresh.status(),
        Some(Successful | Failed | Cancelled | RollbackFailed | RollbackSuccessful)
    )
}

/// Waits for the end of a refresh, whatever that is.
async fn ended(
    clients: &Clients,
    wait: &Wait<'_>,
    group: &str,
    id: &str,
) -> Result<InstanceRefresh, Error> {
    let until = wait.until(&REFRESHED, async || {
        let found = describe(clients, wait, group, Some(id)).await?;
        Ok(match found.into_iter().next() {
            Some(refresh) if is_over(&refresh) => Seen::Ready(refresh),
            Some(refresh) => Seen::NotYet(progress(&refresh)),
            None => Seen::NotYet("not visible yet".to_owned()),
        })
    });
    until.await
}

fn progress(refresh: &InstanceRefresh) -> String {
    let status = refresh
        .status()
        .map_or("starting", |status| status.as_str());
    let percent = refresh.percentage_complete().unwrap_or(0);
    match refresh.status_reason() {
        Some(reason) => format!("{status}, {percent} %: {}", reason.trim_end_matches('.')),
        None => format!("{status}, {percent} %"),
    }
}

async fn describe(
    clients: &Clients,
    wait: &Wait<'_>,
    group: &str,
    id: Option<&str>,
) -> Result<Vec<InstanceRefresh>, Failure> {
    let call = "autoscaling:DescribeInstanceRefreshes";
    let answer = clients
        .scaling
        .describe_instance_refreshes()
        .auto_scaling_group_name(group)
        .set_instance_refresh_ids(id.map(|id| vec![id.to_owned()]))
        .send()
        .await
        .map_err(failed(call, wait.resource))?;
    Ok(answer.instance_refreshes().to_vec())
}
