//! The group's instance refresh, step by step.

use std::time::Duration;

use anyhow::Result;
use xtask_emulator::{Progress, Running};

use super::{Fleet, Health};
use crate::rolling::{self, Bounds, Next, Part};

/// How many instances of a new version may fail before a refresh gives up. AWS goes on trying
/// for an hour; what it does then is the same.
const ATTEMPTS: usize = 2;

/// A refresh that goes on.
#[derive(Debug)]
pub(super) struct Refresh {
    pub(super) running: Running,
    /// Instances of the new version that failed.
    pub(super) failed: usize,
    pub(super) is_given_up: bool,
}

impl Fleet {
    pub(super) async fn roll(&mut self) -> Result<()> {
        let Some(refresh) = &self.refresh else {
            return Ok(());
        };
        let running = refresh.running.clone();
        let id = running.id.clone();
        if refresh.failed >= ATTEMPTS && !running.is_returning {
            let reason = "instances of the new version fail their health checks".to_owned();
            if !refresh.is_given_up {
                self.say(format!("the refresh goes back: {reason}"));
            }
            if let Some(refresh) = &mut self.refresh {
                refresh.is_given_up = true;
            }
            self.setting
                .emulator
                .note_refresh(&id, Progress::Failing { reason })
                .await;
            return Ok(());
        }
        let old = self.group.version.clone();
        let wanted = match (running.is_returning, running.version) {
            (false, Some(version)) => version,
            _ => old,
        };
        let warm_up = running.warm_up.map(|it| Duration::from_secs(it.into()));
        let warm_up = self
            .setting
            .blueprint
            .scale
            .here(warm_up.unwrap_or(self.group.grace));
        let places = self.serving();
        let part = |place: &usize| {
            let instance = &self.instances[*place];
            let is_wanted = instance.version == wanted;
            let is_warm = instance.is_warm(warm_up);
            Part {
                is_wanted,
                is_ready: instance.health == Health::Healthy && (is_warm || !is_wanted),
            }
        };
        let parts: Vec<Part> = places.iter().map(part).collect();
        let bounds = Bounds {
            desired: self.group.desired,
            min_healthy: running.min_healthy,
            max_healthy: running.max_healthy,
        };
        let percent = rolling::percent(&parts, self.group.desired);
        let progress = match rolling::next(&parts, bounds) {
            Next::Launch => {
                self.launch(wanted).await?;
                Progress::Replacing { percent }
            }
            Next::Terminate(part) => {
                self.leave(places[part], "another version takes its place")
                    .await?;
                Progress::Replacing { percent }
            }
            Next::Wait => Progress::Replacing { percent },
            Next::Done if running.is_returning => Progress::Returned,
            Next::Done => Progress::Replaced,
        };
        self.setting.emulator.note_refresh(&id, progress).await;
        Ok(())
    }
}
