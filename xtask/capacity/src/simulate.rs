//! The simulation: requests come, the load balancer gives each to the next instance, and period by
//! period the scaling policy looks at the cores.
//!
//! It goes from step to step, a second or less, in which the rate is constant; within a step each
//! request is an event of its own. Loads of more requests than [`Plan::most`] are sampled: of each
//! period only the beginning is played, and of large fleets only some instances with their share of
//! the requests, which stand for the others. The queues are short enough (2 s) to forget within a
//! period how it began.

use crate::draws::Draws;
use crate::fleet::{Fleet, Group};
use crate::station::Fate;
use crate::trace::Trace;
use crate::waits::Waits;
use crate::work::Work;

/// Of larger fleets as many instances are played.
const PLAYED: usize = 12;
/// Of a period at least as much is played, in seconds.
const LEAST: f64 = 0.5;
/// Steps in a period.
const STEPS: u32 = 60;

/// How requests follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrivals {
    /// Independent of each other, as people are (a Poisson process).
    Independent,
    /// At equal distances, as the rehearsal sends them.
    Even,
}

/// What is simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The fleet.
    pub fleet: Fleet,
    /// The load.
    pub trace: Trace,
    /// What a request costs.
    pub work: Work,
    /// How requests come.
    pub arrivals: Arrivals,
    /// Instances at first.
    pub first: usize,
    /// The same seed gives the same figures.
    pub seed: u64,
    /// Beyond as many requests it is sampled.
    pub most: f64,
}

/// Requests by what became of them. Sampled, each that was played counts for several.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Requests {
    /// Those that came.
    pub came: f64,
    /// Those that were answered.
    pub answered: f64,
    /// Those refused because the queue was full, or no instance served.
    pub refused: f64,
    /// Those refused because they had waited too long.
    pub gave_up: f64,
}

impl Requests {
    /// Those that got no page.
    pub fn shed(&self) -> f64 {
        self.refused + self.gave_up
    }

    fn add(&mut self, other: Self) {
        self.came += other.came;
        self.answered += other.answered;
        self.refused += other.refused;
        self.gave_up += other.gave_up;
    }
}

/// A period of the scaling policy. Times are seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Period {
    /// Its end.
    pub end: f64,
    /// Instances that are wanted, there, and sent requests, at its end.
    pub instances: [usize; 3],
    /// Use of the cores in percent; `None` while no instance was warm.
    pub percent: Option<f64>,
    /// What came.
    pub requests: Requests,
    /// The mean and the 99th percentile of the answers' times; `None` without answers.
    pub mean: Option<f64>,
    /// The same.
    pub p99: Option<f64>,
}

/// The fleet is another from here on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// When, in seconds.
    pub at: f64,
    /// Instances that are wanted.
    pub wanted: usize,
    /// Instances that are there, and paid for.
    pub there: usize,
    /// Instances that are sent requests.
    pub serving: usize,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// Period by period.
    pub periods: Vec<Period>,
    /// The fleet at first, and each time that it was another.
    pub changes: Vec<Change>,
    /// All requests.
    pub requests: Requests,
    /// Mean time of the answers, in seconds.
    pub mean: Option<f64>,
    /// 50, 99 and 99.9 % of the answers came within as many seconds.
    pub within: [Option<f64>; 3],
    /// Instances that were there on average.
    pub instances: f64,
    /// CPU credits that are charged, in core minutes.
    pub credits: f64,
    /// The share of the time that was played.
    pub played: f64,
}

impl Plan {
    /// Plays it.
    pub fn run(&self) -> Course {
        Run::new(self).play()
    }

    /// How much of each period is played, in seconds.
    fn window(&self) -> f64 {
        let fleet = &self.fleet;
        let per_second = self.trace.mean();
        // What of them can be played at most: that of so many instances, when they are busy.
        let cores = (PLAYED * fleet.cores) as f64;
        let busy = cores * fleet.speed / self.work.mean().max(1e-9);
        let periods = (self.trace.end() / fleet.period).max(1.0);
        let window = self.most / (periods * per_second.min(busy).max(1e-9));
        window.max(LEAST).min(fleet.period)
    }
}

struct Run<'a> {
    plan: &'a Plan,
    group: Group<'a>,
    draws: Draws,
    /// Seconds that were played.
    clock: f64,
    /// When the next request comes, on that clock, in units of the mean distance.
    due: f64,
    all: Waits,
    waits: Waits,
    requests: Requests,
    changes: Vec<Change>,
}

impl<'a> Run<'a> {
    fn new(plan: &'a Plan) -> Self {
        let mut draws = Draws::seeded(plan.seed);
        let due = plan.arrivals.next(&mut draws);
        Self {
            plan,
            group: Group::new(&plan.fleet, plan.first),
            draws,
            clock: 0.0,
            due,
            all: Waits::new(),
            waits: Waits::new(),
            requests: Requests::default(),
            changes: Vec::new(),
        }
    }

    fn play(mut self) -> Course {
        let (period, end) = (self.plan.fleet.period, self.plan.trace.end());
        let window = self.plan.window();
        let (mut periods, mut total, mut there) = (Vec::new(), Requests::default(), 0.0);
        // Bounded by the trace's longest and the shortest period.
        let count = (end / period - 1e-9).ceil().max(1.0) as usize;
        for index in 0..count {
            let begin = index as f64 * period;
            there += self.period(begin, window);
            let end = begin + period;
            let among = self.group.serving(end).min(PLAYED);
            let percent = self.group.observe(end, self.clock, window, among);
            if let Some(percent) = percent {
                self.group.scale(end, percent);
            }
            let waits = std::mem::replace(&mut self.waits, Waits::new());
            let requests = std::mem::take(&mut self.requests);
            total.add(requests);
            self.all.merge(&waits);
            periods.push(Period {
                end,
                instances: [
                    self.group.desired(),
                    self.group.there(),
                    self.group.serving(end),
                ],
                percent,
                requests,
                mean: waits.mean(),
                p99: waits.within(0.99),
            });
        }
        Course {
            periods,
            changes: self.changes,
            requests: total,
            mean: self.all.mean(),
            within: [0.5, 0.99, 0.999].map(|share| self.all.within(share)),
            instances: there / count as f64,
            credits: self.group.charged + self.group.owed(),
            played: window / period,
        }
    }

    /// One period; how many instances were there on average.
    fn period(&mut self, begin: f64, window: f64) -> f64 {
        let step = self.plan.fleet.period / f64::from(STEPS);
        let (mut left, mut there) = (window, 0.0);
        for index in 0..STEPS {
            let now = begin + f64::from(index) * step;
            self.group.part(now);
            self.note(now);
            there += self.group.there() as f64;
            let played = left.min(step);
            if played > 0.0 {
                self.step(now, played, self.plan.fleet.period / window);
                left -= played;
            }
        }
        there / f64::from(STEPS)
    }

    fn note(&mut self, at: f64) {
        let group = &self.group;
        let now = (group.desired(), group.there(), group.serving(at));
        let last = self.changes.last();
        if last.is_none_or(|it| (it.wanted, it.there, it.serving) != now) {
            let (wanted, there, serving) = now;
            self.changes.push(Change {
                at,
                wanted,
                there,
                serving,
            });
        }
    }

    /// The requests of some seconds, each of which counts for `weight`.
    fn step(&mut self, now: f64, seconds: f64, weight: f64) {
        let serving = self.group.serving(now);
        let among = serving.min(PLAYED);
        // Without anyone who serves, all of them are refused.
        let share = if serving == 0 {
            1.0
        } else {
            among as f64 / serving as f64
        };
        let rate = self.plan.trace.rate(now) * share;
        let weight = weight / share;
        let end = self.clock + seconds;
        let mut left = seconds * rate;
        while self.due <= left {
            left -= self.due;
            self.due = self.plan.arrivals.next(&mut self.draws);
            self.request(end - left / rate, now, among, weight);
        }
        self.due -= left;
        self.clock = end;
    }

    fn request(&mut self, at: f64, now: f64, among: usize, weight: f64) {
        let work = self.plan.work.draw(&mut self.draws) / self.plan.fleet.speed;
        let station = self.group.turn(now, among);
        let fate = station.map_or(Fate::Refused, |station| station.take(at, work));
        self.requests.came += weight;
        match fate {
            Fate::Answered(seconds) => {
                self.requests.answered += weight;
                self.waits.add(seconds, weight);
            }
            Fate::Refused => self.requests.refused += weight,
            Fate::GaveUp => self.requests.gave_up += weight,
        }
    }
}

impl Arrivals {
    /// From one request to the next, in units of the mean distance.
    fn next(self, draws: &mut Draws) -> f64 {
        match self {
            Self::Independent => draws.exponential(1.0),
            Self::Even => 1.0,
        }
    }
}
