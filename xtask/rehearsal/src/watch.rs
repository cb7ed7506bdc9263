//! What people see of a running rehearsal: events as they happen and, on a terminal, the fleet.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::fleet::{Fleet, Health, Phase};
use crate::load::{Counts, Load};
use crate::stage::Stage;

/// Between two pictures.
const PICTURE: Duration = Duration::from_millis(500);

/// Shows the fleet until it is dropped.
pub(crate) async fn show(stage: &Stage, load: &Load) -> Infallible {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{msg}") {
        bar.set_style(style);
    }
    let began = std::time::Instant::now();
    let mut told = 0;
    loop {
        {
            let fleet = stage.fleet().await;
            for (at, event) in &fleet.events[told.min(fleet.events.len())..] {
                let since = at.saturating_duration_since(began).as_secs_f64();
                let line = format!("{since:7.1} s  {event}");
                match bar.is_hidden() {
                    true => eprintln!("{line}"),
                    false => bar.println(line),
                }
            }
            told = fleet.events.len();
            bar.set_message(picture(&fleet, &load.counts(), load.rate()));
        }
        tokio::time::sleep(PICTURE).await;
    }
}

/// The fleet and its users, in lines.
fn picture(fleet: &Fleet, counts: &Counts, rate: f64) -> String {
    let mut text = format!(
        "{} of {} healthy · {:.0} % of the processors · {rate:.1} requests a second: {} good, {} failed, {} under way\n",
        fleet.healthy(),
        fleet.desired(),
        fleet.percent,
        counts.good,
        counts.failed.len(),
        counts.in_flight()
    );
    for instance in fleet.instances() {
        let state = match (instance.phase, instance.health) {
            (Phase::Draining { .. }, _) => "draining",
            (Phase::Stopping { .. }, _) => "stopping",
            (Phase::InService, Health::Initial) => "starting",
            (Phase::InService, Health::Healthy) => "healthy",
            (Phase::InService, Health::Unhealthy) => "unhealthy",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  {}  {}  version {}  {state:9}  {:5.1} s of CPU  {} requests",
            instance.id,
            instance.zone,
            instance.version,
            instance.used.as_secs_f64(),
            instance.requests()
        );
    }
    text
}

/// Plays users at that rate, and shows the fleet, for as long as it is awaited.
pub async fn watch(stage: &Stage, rate: f64) -> Infallible {
    let load = Load::start(stage.visitor(), stage.origin(), rate);
    show(stage, &load).await
}
