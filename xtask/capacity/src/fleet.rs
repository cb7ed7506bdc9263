//! The Auto Scaling group: instances that boot, serve and drain, as many as the scaling policy
//! wants. It plays by the rules of the rehearsal's controller, whose policy it shares.

use crate::credits::{Credits, Earning};
use crate::station::{Queue, Station};
use crate::tracking::Tracking;

/// A fleet's settings. Times are seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Fleet {
    /// Fewest instances.
    pub min: usize,
    /// Most instances.
    pub max: usize,
    /// Average use of the cores that is aimed at, in percent.
    pub target: f64,
    /// From one look at the use of the cores to the next.
    pub period: f64,
    /// From an instance's launch until it can answer.
    pub boot: f64,
    /// From one health check to the next.
    pub check: f64,
    /// Checks that it has to pass before it is sent requests.
    pub checks: u32,
    /// How long a new instance's use does not count, from its first request on.
    pub warm_up: f64,
    /// How long one that leaves finishes what it was sent.
    pub drain: f64,
    /// Cores that work at once in an instance.
    pub cores: usize,
    /// Cores that the policy takes an instance to have; the same, except in rehearsals.
    pub declared: f64,
    /// How fast a core is, beside the one on which work was measured.
    pub speed: f64,
    /// The queue before the cores.
    pub queue: Queue,
    /// How an instance earns CPU credits.
    pub earning: Earning,
}

impl Fleet {
    /// From an instance's launch until it is sent requests: the first check that it can pass, and
    /// the further ones.
    pub fn ready_after(&self) -> f64 {
        let first = (self.boot / self.check).ceil() * self.check;
        first + self.check * f64::from(self.checks.saturating_sub(1))
    }
}

#[derive(Clone, Debug)]
struct Instance {
    station: Station,
    serves_from: f64,
    /// When it stops to be there, once it leaves.
    gone_at: Option<f64>,
    credits: Credits,
    busy_before: f64,
}

/// A fleet at work.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    fleet: &'a Fleet,
    instances: Vec<Instance>,
    tracking: Tracking,
    desired: usize,
    next: usize,
    /// Credits charged until now.
    pub(crate) charged: f64,
}

impl<'a> Group<'a> {
    /// So many instances that serve, and are warm.
    pub(crate) fn new(fleet: &'a Fleet, desired: usize) -> Self {
        let desired = desired.clamp(fleet.min, fleet.max);
        let mut group = Self {
            fleet,
            instances: Vec::new(),
            tracking: Tracking::default(),
            desired,
            next: 0,
            charged: 0.0,
        };
        for _ in 0..desired {
            group.launch(f64::NEG_INFINITY);
        }
        group
    }

    fn launch(&mut self, serves_from: f64) {
        self.instances.push(Instance {
            station: Station::new(self.fleet.cores, self.fleet.queue),
            serves_from,
            gone_at: None,
            credits: Credits::default(),
            busy_before: 0.0,
        });
    }

    /// How many are paid for.
    pub(crate) fn there(&self) -> usize {
        self.instances.len()
    }

    /// How many are wanted.
    pub(crate) fn desired(&self) -> usize {
        self.desired
    }

    /// How many are sent requests.
    pub(crate) fn serving(&self, now: f64) -> usize {
        self.instances.iter().filter(|it| it.serves(now)).count()
    }

    /// The instance that the next request goes to, of the first `among` that serve:
    /// each in turn, as the load balancer does it.
    pub(crate) fn turn(&mut self, now: f64, among: usize) -> Option<&mut Station> {
        let turn = self.next % among.max(1);
        self.next = turn + 1;
        let mut serving = self.instances.iter_mut().filter(|it| it.serves(now));
        serving.nth(turn).map(|it| &mut it.station)
    }

    /// Those that have drained go.
    pub(crate) fn part(&mut self, now: f64) {
        let is_gone = |it: &Instance| it.gone_at.is_some_and(|at| at <= now);
        let owed = self.instances.iter().filter(|it| is_gone(it));
        self.charged += owed.map(|it| it.credits.owed()).sum::<f64>();
        self.instances.retain(|it| !is_gone(it));
    }

    /// The period ends in which `played` seconds were played: the use of the declared cores in
    /// percent, averaged over the first `among` that serve and are warm. Stations have a clock of
    /// their own.
    pub(crate) fn observe(
        &mut self,
        now: f64,
        clock: f64,
        played: f64,
        among: usize,
    ) -> Option<f64> {
        let (fleet, mut percents) = (self.fleet, Vec::new());
        for instance in self
            .instances
            .iter_mut()
            .filter(|it| it.serves(now))
            .take(among)
        {
            let busy = instance.station.busy(clock);
            let used = (busy - instance.busy_before) / (played * fleet.declared);
            instance.busy_before = busy;
            if instance.serves_from + fleet.warm_up <= now {
                percents.push((used * 100.0).clamp(0.0, 100.0));
            }
        }
        let count = percents.len();
        let percent = (count > 0).then(|| percents.iter().sum::<f64>() / count as f64);
        self.earn(now, percent.unwrap_or(0.0) / 100.0);
        percent
    }

    fn earn(&mut self, now: f64, used: f64) {
        let (earning, minutes) = (self.fleet.earning, self.fleet.period / 60.0);
        for instance in &mut self.instances {
            let used = if instance.serves(now) { used } else { 0.0 };
            self.charged += instance.credits.pass(earning, minutes, used);
        }
    }

    /// The policy's answer to a period's use: the new number of instances, if it is another. While
    /// one boots or warms up, nothing is decided.
    pub(crate) fn scale(&mut self, now: f64, percent: f64) -> Option<usize> {
        let fleet = self.fleet;
        let all_warm = self
            .instances
            .iter()
            .all(|it| it.gone_at.is_some() || it.serves_from + fleet.warm_up <= now);
        if !all_warm {
            return None;
        }
        let bounds = (fleet.min, fleet.max);
        let wanted = self
            .tracking
            .note(percent, fleet.target, self.desired, bounds)?;
        for _ in self.desired..wanted {
            self.launch(now + fleet.ready_after());
        }
        let stay = self.instances.iter_mut().filter(|it| it.gone_at.is_none());
        for instance in stay.take(self.desired.saturating_sub(wanted)) {
            instance.gone_at = Some(now + fleet.drain);
        }
        self.desired = wanted;
        Some(wanted)
    }

    /// Credits that are still owed.
    pub(crate) fn owed(&self) -> f64 {
        self.instances.iter().map(|it| it.credits.owed()).sum()
    }
}

impl Instance {
    fn serves(&self, now: f64) -> bool {
        self.serves_from <= now && self.gone_at.is_none()
    }
}
