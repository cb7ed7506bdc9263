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
                "http://{address}/overview did not {} within {} s: {why}; is this machine within --allow?",
                if redirects {
                    "lead to HTTPS"
                } else {
                    "return the dashboard"
                },
                bound.as_secs()
            );
        }
        tokio::time::sleep(pace.longest).await;
    }
}

/// What [`wait`] has seen. The page behind a redirect is not asked for: its certificate is for the
/// dashboard's own name, which need not lead here yet.
pub(crate) fn seen(address: &str, redirects: bool) -> String {
    match redirects {
        true => format!(
            "browsers are sent from {address} to HTTPS, behind which the targets are healthy"
        ),
        false => format!("the dashboard answers through {address}"),
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

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    /// Answers one request with this, and says where.
    fn answering(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            write!(stream, "HTTP/1.1 {answer}").unwrap();
        });
        address
    }

    #[test]
    fn a_page_is_the_dashboard_or_leads_to_https() {
        let end = "content-length: 0\r\nconnection: close\r\n\r\n";
        let to = |place: &str| format!("301 Moved\r\nlocation: {place}\r\n{end}").leak();
        for (answer, redirects, said) in [
            (&*to("https://lb.example:443/overview"), true, Ok(())),
            (
                &*to("http://lb.example/overview"),
                true,
                Err("instead of a redirect to HTTPS"),
            ),
            (
                &*to("https://lb.example:443/overview"),
                false,
                Err("status 301"),
            ),
            (
                "200 OK\r\ncontent-length: 17\r\n\r\nStudent Analytics",
                false,
                Ok(()),
            ),
            (
                "200 OK\r\ncontent-length: 17\r\n\r\nStudent Analytics",
                true,
                Err("instead of"),
            ),
            (
                "200 OK\r\ncontent-length: 5\r\n\r\nother",
                false,
                Err("status 200"),
            ),
        ] {
            match (request(&answering(answer), redirects), said) {
                (Ok(()), Ok(())) => {}
                (Err(why), Err(part)) => assert!(why.contains(part), "{why}"),
                (seen, _) => panic!("{answer}: {seen:?}"),
            }
        }
    }
}
