//! The last proof of a deployment: a request through the load balancer returns the dashboard.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::wait::Pace;

/// What every page of the dashboard holds.
const MARK: &str = "Student Analytics";
/// How long one request may take.
const REQUEST: Duration = Duration::from_secs(10);
/// How long the load balancer may take from healthy targets to the first page: its name spreads
/// through DNS meanwhile.
const BOUND: Duration = Duration::from_secs(180);

/// Requests `http://ADDRESS/overview` until it is the dashboard, or a redirect to HTTPS where
/// the deployment asks for one.
pub(crate) async fn wait(address: &str, redirects: bool, pace: &Pace) -> Result<()> {
    let bound = BOUND.mul_f64(pace.patience);
    let started = Instant::now();
    loop {
        let asked = address.to_owned();
        let seen = tokio::task::spawn_blocking(move || request(&asked, redirects)).await?;
        let Err(why) = seen else { return Ok(()) };
        if started.elapsed() >= bound {
            bail!(
                "http://{address}/overview did not return the dashboard within {} s: {why}; is this machine within --allow?",
                bound.as_secs()
            );
        }
        tokio::time::sleep(pace.longest).await;
    }
}

/// One request; why it was not the dashboard.
fn request(address: &str, redirects: bool) -> Result<(), String> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(REQUEST))
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .into();
    let answer = agent
        .get(format!("http://{address}/overview"))
        .call()
        .map_err(|error| error.to_string())?;
    let status = answer.status();
    if redirects {
        let to = answer.headers().get("location");
        let secure = to.is_some_and(|to| to.as_bytes().starts_with(b"https://"));
        return match status.is_redirection() && secure {
            true => Ok(()),
            false => Err(format!("status {status} instead of a redirect to HTTPS")),
        };
    }
    let text = answer
        .into_body()
        .read_to_string()
        .map_err(|error| error.to_string())?;
    match status.is_success() && text.contains(MARK) {
        true => Ok(()),
        false => Err(format!("status {status}")),
    }
}
