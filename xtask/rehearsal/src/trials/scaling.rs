//! The trial of the scaling policy.

use std::time::{Duration, Instant};

use anyhow::Result;
use capacity::rehearsal::{Rise, Scaling, Step};
use capacity::tracking::PERIOD;

use super::{Found, Scene, cost};
use crate::fleet::Fleet;
use crate::report::{median, took};

/// Percent of its processors that users keep every fleet busy with: above the target, so that it
/// grows, and below what it can do, so that nobody waits for long.
const BUSY: f64 = 85.0;
/// The most by which users become more, or fewer, from one measurement to the next.
const STEP: f64 = 1.25;
/// Requests by which the cost of one is measured: every page several times.
const MEASURED: u64 = 48;

impl Scene<'_> {
    /// Load for the whole fleet, one instance after the other, and then the usual load again.
    pub(super) async fn rise_and_fall(&self) -> Result<Found> {
        let mut found = Found::default();
        // At the usual rate hardly a request waits for another, so that what was used belongs to what
        // was answered; while the first ones are answered it does not.
        let cost = cost(self.stage, self.load, MEASURED).await?;
        let mut scaling = self.scaling(cost).await;
        let grown = self.grow(&mut scaling, &mut found).await;
        self.load.set_rate(self.usual_rate);
        grown?;
        let least = scaling.min;
        let is_back = |fleet: &Fleet| fleet.desired() == least && fleet.instances().len() == least;
        let model = Duration::from_secs(3600);
        let back = self.stage.wait("fewer instances", model, is_back).await?;
        found.fact(format!("back to {least} after {}", took(back)));
        scaling.back_after = Some(back.as_secs_f64());
        // Instances were launched meanwhile.
        let launches = self.stage.fleet().await.launches.clone();
        scaling.boot = median(&launches).unwrap_or(scaling.boot);
        found.scaling = Some(scaling);
        Ok(found)
    }

    /// Users become as many as keep the fleet busy, until it is as large as it may be.
    async fn grow(&self, scaling: &mut Scaling, found: &mut Found) -> Result<()> {
        let began = Instant::now();
        let mut rise = |rate: f64| {
            self.load.set_rate(rate);
            let after = match scaling.steps.is_empty() {
                true => 0.0,
                false => began.elapsed().as_secs_f64(),
            };
            scaling.steps.push(Step { after, rate });
        };
        rise(BUSY / 100.0 * scaling.min as f64 * scaling.declared / scaling.work);
        let mut measured = self.stage.fleet().await.period;
        // The first measurement is of fewer users, too.
        let model = Duration::from_secs(300);
        self.stage
            .wait("a measurement", model, |fleet| fleet.period != measured)
            .await?;
        measured = self.stage.fleet().await.period;
        let mut since = began;
        for count in scaling.min + 1..=scaling.max {
            let is_there = |fleet: &Fleet| {
                if fleet.period != measured {
                    measured = fleet.period;
                    let step = (BUSY / fleet.percent.max(1.0)).clamp(1.0 / STEP, STEP);
                    rise(self.load.rate() * step);
                }
                fleet.desired() >= count && fleet.healthy() >= count
            };
            let model = Duration::from_secs(1800);
            self.stage.wait("another instance", model, is_there).await?;
            let after = since.elapsed();
            since = Instant::now();
            let percent = self.stage.fleet().await.percent;
            scaling.rises.push(Rise {
                instances: count,
                after: after.as_secs_f64(),
                percent,
            });
            found.fact(format!(
                "{count} after {} ({percent:.0} % used)",
                took(after)
            ));
        }
        Ok(())
    }

    /// The trial before anything was seen.
    async fn scaling(&self, work: f64) -> Scaling {
        let fleet = self.stage.fleet().await;
        let (setting, scale) = (fleet.setting(), self.stage.scale());
        let here = |model: Duration| scale.here(model).as_secs_f64();
        let (min, max) = fleet.bounds();
        Scaling {
            time_scale: scale.factor(),
            work,
            usual_rate: self.usual_rate,
            steps: Vec::new(),
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
