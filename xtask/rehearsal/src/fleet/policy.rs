//! The group's scaling policy: the use of the processors is measured, and followed.

use std::time::Instant;

use anyhow::Result;
use capacity::tracking::PERIOD;

use super::{Fleet, Phase};

impl Fleet {
    pub(super) async fn track(&mut self) -> Result<()> {
        let scale = self.setting.blueprint.scale;
        let elapsed = self.period.elapsed();
        if elapsed < scale.here(PERIOD) {
            return Ok(());
        }
        self.period = Instant::now();
        let warm_up = scale.here(self.setting.policy.warm_up);
        let available = elapsed.as_secs_f64() * self.setting.quota;
        let mut percents = Vec::new();
        let mut all_warm = true;
        for instance in &mut self.instances {
            let used = instance.used_in_period();
            if instance.phase != Phase::InService {
                continue;
            }
            if instance.is_warm(warm_up) {
                percents.push((used.as_secs_f64() / available * 100.0).min(100.0));
            } else {
                all_warm = false;
            }
        }
        if percents.is_empty() {
            return Ok(());
        }
        self.percent = percents.iter().sum::<f64>() / percents.len() as f64;
        // What warms up is not measured yet, and counts as there.
        if !all_warm || self.refresh.is_some() {
            return Ok(());
        }
        let target = self.setting.policy.target;
        let desired = self.group.desired;
        let wanted = self
            .tracking
            .note(self.percent, target, desired, self.bounds());
        if let Some(wanted) = wanted {
            self.say(format!(
                "{:.0} % of the processors are used: {desired} instances become {wanted}",
                self.percent
            ));
            self.setting
                .cloud
                .set_desired(&self.group.name, wanted)
                .await?;
            self.group.desired = wanted;
        }
        Ok(())
    }
}
