//! The trial of the scaling policy.

use std::time::Duration;

use anyhow::Result;

use super::{Found, Scene, cost};
use crate::fleet::Fleet;
use crate::report::took;

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
        let (least, most) = self.stage.fleet().await.bounds();
        let quota = self.stage.fleet().await.setting().quota;
        // At the usual rate hardly a request waits for another, so that what was used belongs to what
        // was answered; while the first ones are answered it does not.
        let cost = cost(self.stage, self.load, MEASURED).await?;
        self.load
            .set_rate(BUSY / 100.0 * least as f64 * quota / cost);
        let grown = self.grow(least, most, &mut found).await;
        self.load.set_rate(self.usual_rate);
        grown?;
        let is_back = |fleet: &Fleet| fleet.desired() == least && fleet.instances().len() == least;
        let model = Duration::from_secs(3600);
        let back = self.stage.wait("fewer instances", model, is_back).await?;
        found.fact(format!("back to {least} after {}", took(back)));
        Ok(found)
    }

    /// Users become as many as keep the fleet busy, until it is as large as it may be.
    async fn grow(&self, least: usize, most: usize, found: &mut Found) -> Result<()> {
        let mut measured = self.stage.fleet().await.period;
        // The first measurement is of fewer users, too.
        let model = Duration::from_secs(300);
        self.stage
            .wait("a measurement", model, |fleet| fleet.period != measured)
            .await?;
        measured = self.stage.fleet().await.period;
        for count in least + 1..=most {
            let is_there = |fleet: &Fleet| {
                if fleet.period != measured {
                    measured = fleet.period;
                    let step = (BUSY / fleet.percent.max(1.0)).clamp(1.0 / STEP, STEP);
                    self.load.set_rate(self.load.rate() * step);
                }
                fleet.desired() >= count && fleet.healthy() >= count
            };
            let model = Duration::from_secs(1800);
            let took_so_long = self.stage.wait("another instance", model, is_there).await?;
            let percent = self.stage.fleet().await.percent;
            found.fact(format!(
                "{count} after {} ({percent:.0} % used)",
                took(took_so_long)
            ));
        }
        Ok(())
    }
}
