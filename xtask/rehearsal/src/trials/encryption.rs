//! The trial of a certificate: users who come as before are led to HTTPS.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use hyper::header::STRICT_TRANSPORT_SECURITY;

use super::{Found, Scene};
use crate::balancer;
use crate::report::took;

/// An address with a filter, which a redirect must keep.
const PAGE: &str = "/overview?Gender=Female";
/// How many requests are answered by HTTPS before it counts.
const ANSWERED: u64 = 24;

impl Scene<'_> {
    /// What is deployed is deployed again with a certificate, and nothing else.
    pub(super) async fn https(&self) -> Result<Found> {
        let mut found = Found::default();
        let visitor = self.stage.visitor();
        let http = format!("{}{PAGE}", self.stage.origin());
        let before = visitor.ask(&http).await?;
        found.demand(before.status.is_success(), || {
            format!("HTTP says {} without a certificate", before.status)
        });

        let began = Instant::now();
        let ended = self.stage.deploy_https().await?;
        found.demand(ended.status == 0, || {
            format!("deploy ended with {}:\n{}", ended.status, ended.said)
        });
        found.fact(format!("deploy took {}", took(began.elapsed())));

        let (secure, instance) = {
            let fleet = self.stage.fleet().await;
            let id = fleet.serving_ids().into_iter().next();
            let id = id.context("no instance serves")?;
            let slot = fleet.instance(&id).context("the instance is gone")?.slot;
            let port = fleet.setting().targets.port;
            let instance = format!("http://{}:{port}{PAGE}", balancer::address(slot));
            (fleet.addresses().https, instance)
        };
        let there = format!("https://{secure}{PAGE}");
        let sent_away = visitor.ask(&http).await?;
        found.demand(
            sent_away.status == 301 && sent_away.location() == Some(&there),
            || {
                format!(
                    "HTTP says {} and {:?}",
                    sent_away.status,
                    sent_away.location()
                )
            },
        );
        let page = visitor.ask(&there).await?;
        found.demand(page.status.is_success(), || {
            format!("HTTPS says {}", page.status)
        });
        let has_hsts = page.headers.contains_key(STRICT_TRANSPORT_SECURITY);
        found.demand(has_hsts, || "HTTPS has no HSTS".to_owned());
        let plain = visitor.ask(&instance).await?;
        let has_hsts = plain.headers.contains_key(STRICT_TRANSPORT_SECURITY);
        found.demand(!has_hsts, || "HTTP has HSTS".to_owned());

        let counts = || self.load.counts().secure;
        let wanted = counts() + ANSWERED;
        let model = Duration::from_secs(300);
        self.stage
            .wait("answers by HTTPS", model, |_| counts() >= wanted)
            .await?;
        found.fact("users are led to HTTPS, which says that it is for good (HSTS)".to_owned());
        Ok(found)
    }
}
