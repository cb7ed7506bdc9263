//! The rehearsal's trial of the scaling policy: what it says of itself, and the same simulated.

use serde::{Deserialize, Serialize};

use crate::credits::Earning;
use crate::fleet::Fleet;
use crate::simulate::{Arrivals, Change, Plan};
use crate::station::Queue;
use crate::trace::Trace;
use crate::work::Work;

/// The trial, in the rehearsal's own seconds: all intervals of the model are already divided by
/// `time_scale`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scaling {
    /// How much faster than on AWS time passed.
    pub time_scale: f64,
    /// CPU seconds of a request.
    pub work: f64,
    /// Requests a second before and after.
    pub usual_rate: f64,
    /// How the load rose: its users become more as the fleet does.
    pub steps: Vec<Step>,
    /// The cores that an instance was declared to have.
    pub declared: f64,
    /// Fewest instances.
    pub min: usize,
    /// Most instances.
    pub max: usize,
    /// The policy's target, in percent.
    pub target: f64,
    /// From one look at the use of the cores to the next.
    pub period: f64,
    /// How long a new instance's use does not count.
    pub warm_up: f64,
    /// From one health check to the next.
    pub check: f64,
    /// Checks that a new instance passes before it is sent requests.
    pub checks: u32,
    /// How long one that leaves finishes what it was sent.
    pub drain: f64,
    /// From a launch to the first answer, the median.
    pub boot: f64,
    /// What was seen as the load was high.
    pub rises: Vec<Rise>,
    /// Seconds from the usual load to the fewest instances; nothing if that was not seen.
    pub back_after: Option<f64>,
}

/// The load changed, until its next step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Seconds since the first step.
    pub after: f64,
    /// Requests a second from then on.
    pub rate: f64,
}

/// The fleet had another instance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rise {
    /// As many served.
    pub instances: usize,
    /// Seconds since the one before, or since the load rose.
    pub after: f64,
    /// Use of the cores in the last period, in percent.
    pub percent: f64,
}

/// What of a trial cannot be: a figure beyond what any rehearsal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is out of bounds: is this a report that the rehearsal wrote?")]
pub struct Impossible(&'static str);

/// Periods that a part of the trial may take in the simulation.
const PATIENCE: f64 = 60.0;

impl Scaling {
    /// Refuses what cannot be simulated.
    ///
    /// # Errors
    /// The first figure that no rehearsal has.
    pub fn check(&self) -> Result<(), Impossible> {
        let figures = [
            ("time_scale", self.time_scale, 1.0..=60.0),
            ("work", self.work, 1e-6..=60.0),
            ("usual_rate", self.usual_rate, 0.0..=1e4),
            ("declared", self.declared, 0.01..=8.0),
            ("target", self.target, 1.0..=100.0),
            ("period", self.period, 0.1..=600.0),
            ("warm_up", self.warm_up, 0.0..=3600.0),
            ("check", self.check, 0.01..=600.0),
            ("drain", self.drain, 0.0..=3600.0),
            ("boot", self.boot, 0.0..=3600.0),
        ];
        let bad = figures
            .iter()
            .find(|(_, figure, bounds)| !bounds.contains(figure));
        match bad {
            Some((name, ..)) => Err(Impossible(name)),
            None if self.min == 0 || self.min > 100 => Err(Impossible("min")),
            None if self.max < self.min || self.max > 100 => Err(Impossible("max")),
            None if self.checks == 0 || self.checks > 100 => Err(Impossible("checks")),
            None if !self.is_rising() => Err(Impossible("steps")),
            None => Ok(()),
        }
    }

    /// Whether the steps begin with 0 and ascend in time, as far as a simulation goes.
    fn is_rising(&self) -> bool {
        let times: Vec<f64> = self.steps.iter().map(|step| step.after).collect();
        times.first() == Some(&0.0)
            && times.is_sorted_by(|one, next| one < next)
            && self.steps.iter().all(|step| {
                (0.0..=PATIENCE * self.period).contains(&step.after)
                    && (0.0..=1e4).contains(&step.rate)
            })
    }

    /// The same trial with the same load, simulated. The load rises when a period begins, which in
    /// the rehearsal it does at any time within one.
    #[must_use]
    pub fn simulated(&self) -> Self {
        let long = PATIENCE * self.period;
        let before = self.period;
        let mut points = vec![(0.0, self.usual_rate), (before, self.usual_rate)];
        for step in &self.steps {
            change(&mut points, before + step.after, step.rate);
        }
        let rising = self.plan(lasting(points.clone(), before + long));
        let course = rising.run();
        let (mut rises, mut since) = (Vec::new(), before);
        for count in self.min + 1..=self.max {
            let serves = |change: &&Change| change.serving >= count && change.wanted >= count;
            let Some(change) = course.changes.iter().find(serves) else {
                break;
            };
            let seen = course
                .periods
                .iter()
                .take_while(|period| period.end <= change.at);
            rises.push(Rise {
                instances: count,
                after: change.at - since,
                percent: seen.last().and_then(|period| period.percent).unwrap_or(0.0),
            });
            since = change.at;
        }
        points.retain(|(at, _)| *at <= since);
        change(&mut points, since, self.usual_rate);
        let falling = self.plan(lasting(points, since + long));
        let changes = falling.run().changes;
        let is_back = |change: &&Change| {
            change.at > since && change.wanted == self.min && change.there == self.min
        };
        let back = changes.iter().find(is_back);
        Self {
            rises,
            back_after: back.map(|change| change.at - since),
            ..self.clone()
        }
    }

    fn plan(&self, points: Vec<(f64, f64)>) -> Plan {
        Plan {
            fleet: Fleet {
                min: self.min,
                max: self.max,
                target: self.target,
                period: self.period,
                boot: self.boot,
                check: self.check,
                checks: self.checks,
                warm_up: self.warm_up,
                drain: self.drain,
                // A sandbox is declared to have less than it has.
                cores: 1,
                declared: self.declared,
                speed: 1.0,
                queue: Queue::DASHBOARD,
                earning: Earning {
                    cores: 1.0,
                    baseline: 1.0,
                },
            },
            trace: Trace::of(points),
            work: Work::Fixed(self.work),
            arrivals: Arrivals::Even,
            first: self.min,
            seed: 1,
            most: f64::INFINITY,
        }
    }
}

/// From that second on the rate is another.
fn change(points: &mut Vec<(f64, f64)>, at: f64, rate: f64) {
    const AT_ONCE: f64 = 1e-6;
    if let Some((last, before)) = points.last().copied() {
        let at = at.max(last + AT_ONCE);
        points.push((at, before));
        points.push((at + AT_ONCE, rate));
    }
}

/// The last rate lasts to that second.
fn lasting(mut points: Vec<(f64, f64)>, end: f64) -> Vec<(f64, f64)> {
    if let Some((_, rate)) = points.last().copied() {
        points.push((end, rate));
    }
    points
}
