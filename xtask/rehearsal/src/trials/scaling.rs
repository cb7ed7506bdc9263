//! The trial of the scaling policy.

use std::time::Duration;

use anyhow::Result;
use capacity::rehearsal::{Rise, Scaling};
use capacity::tracking::PERIOD;

use super::{Found, Scene, cost};
use crate::fleet::Fleet;
use crate::report::{median, took};

/// The share of its processors that the largest fleet is to use at the peak: above the target for
/// one instance fewer, below it for all.
const PEAK: f64 = 0.62;
/// Requests by which the cost of one is measured: every page several times.
const MEASURED: u64 = 48;

impl Scene<'_> {
    /// Load for the whole fleet, one instance after the other, and then the usual load again.
    pub(super) async fn rise_and_fall(&self) -> Result<Found> {
        let mut found = Found::default();
        let (least, most) = self.stage.fleet().await.bounds();
        let quota = self.stage.fleet().await.setting().quota;
        // At the usual rate hardly a request waits for another, so that what was used belongs to what
        // was answered; while the first ones are answered it does not.
        let cost = cost(self.stage, self.load, MEASURED).await?;
        let mut scaling = self.scaling(cost, PEAK * most as f64 * quota / cost).await;
        self.load.set_rate(scaling.high_rate);
        let model = Duration::from_secs(1800);
        for count in least + 1..=most {
            let is_there = |fleet: &Fleet| fleet.desired() >= count && fleet.healthy() >= count;
            let waited = self.stage.wait("another instance", model, is_there).await;
            let Ok(took_so_long) = waited else {
                self.load.set_rate(self.usual_rate);
                waited?;
                break;
            };
            let percent = self.stage.fleet().await.percent;
            scaling.rises.push(Rise {
                instances: count,
                after: took_so_long.as_secs_f64(),
                percent,
            });
            found.fact(format!(
                "{count} after {} ({percent:.0} % used)",
                took(took_so_long)
            ));
        }
        self.load.set_rate(self.usual_rate);
        let is_back = |fleet: &Fleet| fleet.desired() == least && fleet.instances().len() == least;
        let back = self
            .stage
            .wait("fewer instances", model * 2, is_back)
            .await?;
        found.fact(format!("back to {least} after {}", took(back)));
        scaling.back_after = Some(back.as_secs_f64());
        // Instances were launched meanwhile.
        let launches = self.stage.fleet().await.launches.clone();
        scaling.boot = median(&launches).unwrap_or(scaling.boot);
        found.scaling = Some(scaling);
        Ok(found)
    }

    /// The trial before anything was seen.
    async fn scaling(&self, work: f64, high_rate: f64) -> Scaling {
        let fleet = self.stage.fleet().await;
        let (setting, scale) = (fleet.setting(), self.stage.scale());
        let here = |model: Duration| scale.here(model).as_secs_f64();
        let (min, max) = fleet.bounds();
        Scaling {
            time_scale: scale.factor(),
            work,
            usual_rate: self.usual_rate,
            high_rate,
            declared: setting.quota,
            min,
            max,
            target: setting.policy.target,
            period: here(PERIOD),
            warm_up: here(setting.policy.warm_up),
            check: here(setting.targets.interval),
            checks: setting.targets.healthy,
            drain: here(setting.targets.delay),
            boot: 0.0,
            rises: Vec::new(),
            back_after: None,
        }
    }
}
