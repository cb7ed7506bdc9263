//! How far a fleet goes, and what larger loads need.

use infra_model::cost::{HOURS, Machine};

use crate::bill::{Bill, Usage};
use crate::demand::{Demand, VIEWS_PER_VISIT};
use crate::fleet::Fleet;
use crate::simulate::{Arrivals, Plan};
use crate::trace::Trace;

/// A fleet has come to its end where it refuses more than this share of the requests…
pub const MOST_SHED: f64 = 0.001;
/// …or where one in a hundred takes longer, in seconds.
pub const MOST_P99: f64 = 0.5;

/// For how long a load is tried, in periods.
const TRIED: f64 = 3.0;
/// Halvings until the end is known to 1 %.
const HALVINGS: u32 = 8;

/// Where a fleet of the most instances ends, all of them serving: requests a second, by
/// simulation.
pub fn end(fleet: &Fleet, demand: &Demand, seed: u64) -> f64 {
    let work = demand.work();
    let bears = |rate: f64| {
        let course = Plan {
            fleet: Fleet {
                min: fleet.max,
                ..fleet.clone()
            },
            trace: Trace::constant(rate, TRIED * fleet.period),
            work: work.clone(),
            arrivals: Arrivals::Independent,
            first: fleet.max,
            seed,
            most: 200_000.0,
        }
        .run();
        let requests = course.requests;
        let is_fast = course.within[1].is_none_or(|seconds| seconds <= MOST_P99);
        requests.shed() <= MOST_SHED * requests.came && is_fast
    };
    // All cores at work all the time bear that, and no more.
    let (mut low, mut high) = (0.0, 1.02 * cores(fleet) / work.mean().max(1e-9));
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if bears(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// The rate at which the most instances are used to `share` (0 to 1), in requests a second.
pub fn rate_at(fleet: &Fleet, demand: &Demand, share: f64) -> f64 {
    share * cores(fleet) / demand.work().mean().max(1e-9)
}

/// All cores of the largest fleet, as fast as the one that was measured.
fn cores(fleet: &Fleet) -> f64 {
    (fleet.max * fleet.cores) as f64 * fleet.speed
}

/// Assets that a first view loads: scripts, style sheet, icon.
const ASSETS: f64 = 6.0;

/// What answers a part of the requests before they come to the fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cdn {
    /// Nothing.
    None,
    /// The assets, which never change, under an address of its own.
    Assets,
    /// Everything passes through it; it answers assets and the pages that many ask for alike.
    Pages,
}

/// What a load takes with one instance type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// The type.
    pub machine: &'static Machine,
    /// Instances at the highest rate, used to the target.
    pub instances: usize,
    /// A month of the trace, again and again.
    pub bill: Bill,
}

/// What does not depend on the type.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The fleet's minimum, target and speed.
    pub fleet: &'a Fleet,
    /// What users ask for.
    pub demand: &'a Demand,
    /// When.
    pub trace: &'a Trace,
    /// An instance's disk, USD a month.
    pub disk: f64,
    /// The topology without instances, USD a month.
    pub fixed: f64,
}

impl Ground<'_> {
    /// What the load takes with instances of that type. The number of instances follows the trace
    /// without delay here.
    pub fn choice(&self, machine: &'static Machine, cdn: Cdn) -> Choice {
        let Self {
            fleet,
            demand,
            trace,
            ..
        } = self;
        let mean = match cdn {
            Cdn::Pages => demand.mean_behind_cdn(),
            Cdn::None | Cdn::Assets => demand.work().mean(),
        };
        let capacity = f64::from(machine.cores) * fleet.speed;
        let needed = |rate: f64| {
            let exact = rate * mean / (capacity * fleet.target / 100.0);
            // Finite and not negative.
            (exact.ceil() as usize).max(fleet.min)
        };
        const LOOKS: u32 = 1_000;
        let (mut there, mut credits) = (0.0, 0.0);
        for look in 0..LOOKS {
            let rate = trace.rate(trace.end() * (f64::from(look) + 0.5) / f64::from(LOOKS));
            let count = needed(rate) as f64;
            there += count;
            // Owed from one hour and earned in another: what a day's mean is above the baseline.
            credits +=
                rate * mean / fleet.speed - count * machine.baseline * f64::from(machine.cores);
        }
        let (there, credits) = (there / f64::from(LOOKS), credits / f64::from(LOOKS) / 60.0);
        let rate = trace.mean();
        let usage = Usage {
            instances: there,
            credits: if machine.baseline < 1.0 {
                credits.max(0.0)
            } else {
                0.0
            },
            ..self.usage(rate, cdn)
        };
        Choice {
            machine,
            instances: needed(trace.highest()),
            bill: Bill::of(&usage, machine.hour * HOURS + self.disk, self.fixed),
        }
    }

    /// What passes load balancer and CDN in an average second.
    fn usage(&self, rate: f64, cdn: Cdn) -> Usage {
        let demand = self.demand;
        let (all, assets) = (rate * demand.bytes(), rate * demand.asset_bytes());
        let none = Usage {
            instances: 0.0,
            credits: 0.0,
            views: rate,
            bytes: all,
            direct_bytes: all,
            cdn_requests: 0.0,
            cdn_bytes: 0.0,
        };
        match cdn {
            Cdn::None => none,
            Cdn::Assets => Usage {
                bytes: all - assets,
                direct_bytes: all - assets,
                cdn_requests: rate * ASSETS / VIEWS_PER_VISIT,
                cdn_bytes: assets,
                ..none
            },
            Cdn::Pages => Usage {
                views: rate * (1.0 - demand.shared),
                bytes: (all - assets) * (1.0 - demand.shared),
                direct_bytes: 0.0,
                cdn_requests: rate * (1.0 + ASSETS / VIEWS_PER_VISIT),
                cdn_bytes: all,
                ..none
            },
        }
    }
}
