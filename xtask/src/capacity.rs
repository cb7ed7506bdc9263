//! `cargo xtask capacity`: how many instances a load needs, what its users wait, and what it costs,
//! by simulation. It asks nobody: costs of views come from a file of `cargo xtask bench`, the fleet
//! from the topology, prices from the model.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use capacity::growth::Ground;
use capacity::{Arrivals, Earning, Fleet, Plan, Queue, Trace};
use infra_model::cost::{self, Machine};
use infra_model::id::Id;
use infra_model::topology::{Resource, Topology};

use crate::output;
use deployment::Deployment;

mod costs;
mod rehearsed;
mod report;
mod words;

/// Simulates the fleet under a load: instances over time, waits, refused requests, the month's bill.
///
/// Users make a view every half minute (--think). Their load follows a working day, or the shape of
/// --trace; half of their views are of pages that many ask for alike (--shared), the others have
/// filters that nobody asked for before. What a view costs comes from a file of `cargo xtask bench
/// --json`. A core of the instance type counts as the core on which that was measured (--speed).
#[derive(Debug, clap::Args)]
pub(crate) struct Capacity {
    /// Users at the busiest time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000), required_unless_present_any = ["trace", "rehearsal"])]
    users: Option<u64>,
    /// CSV with the header `seconds,requests_per_second`: seconds ascend from 0, the rate goes
    /// straight from one line to the next. With --users its highest rate is theirs
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Seconds from a user's view to the next
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = positive)]
    think: f64,
    /// Share of the views that are of pages without a filter, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = share)]
    shared: f64,
    /// Figures of `cargo xtask bench --json` [default: those that come with the project]
    #[arg(long, value_name = "FILE")]
    costs: Option<PathBuf>,
    /// Students in the table: figures of that size are taken
    #[arg(long, value_name = "ROWS", default_value_t = student_analytics_data::DEFAULT_ROWS)]
    rows: u64,
    /// How fast a core of the instance is beside the one that was measured
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = positive)]
    speed: f64,
    /// Seconds from a launch until the instance answers [default: the group's grace period]
    #[arg(long, value_name = "SECONDS", value_parser = positive)]
    boot: Option<f64>,
    /// The same seed gives the same figures
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Simulate the trial of the scaling policy in this file of `cargo xtask rehearse --json`, and
    /// print both side by side
    #[arg(long, value_name = "FILE")]
    rehearsal: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    deployment: Deployment,
}

/// Requests that are played one by one; beyond, a sample.
const PLAYED: f64 = 2e6;

fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok();
    number
        .filter(|number| (0.001..=100_000.0).contains(number))
        .ok_or_else(|| "it is not a number from 0.001 to 100000".to_owned())
}

fn share(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok();
    number
        .filter(|number| (0.0..=1.0).contains(number))
        .ok_or_else(|| "it is not a number from 0 to 1".to_owned())
}

/// Everything that a report is made of.
#[derive(Debug)]
struct Scene {
    users: u64,
    think: f64,
    shape: String,
    trace: Trace,
    costs: costs::Costs,
    fleet: Fleet,
    machine: &'static Machine,
    seed: u64,
    /// USD a month: an instance with its disk, the disk alone, and the rest of the topology.
    each: f64,
    disk: f64,
    fixed: f64,
}

impl Capacity {
    /// Simulates and prints.
    pub(crate) fn run(&self) -> Result<()> {
        if let Some(file) = &self.rehearsal {
            let document =
                rehearsed::document(&read(file)?).with_context(|| format!("{}", file.display()))?;
            return output::print(&match self.json {
                true => serde_json::to_string_pretty(&document.json())? + "\n",
                false => document.table(),
            });
        }
        let scene = self.scene()?;
        let report = report::Report::of(&scene);
        output::print(&match self.json {
            true => serde_json::to_string_pretty(&report.json())? + "\n",
            false => report.words(),
        })
    }

    fn scene(&self) -> Result<Scene> {
        let topology = self.deployment.topology()?;
        let settings = topology.settings();
        let estimate = cost::estimate(&topology)?;
        let machine = cost::machine(settings.instance_type.as_str())?;
        let costs = match &self.costs {
            Some(file) => costs::read(&read(file)?, self.rows, self.shared)
                .with_context(|| format!("{}", file.display()))?,
            None => costs::read(costs::COMMITTED, self.rows, self.shared)?,
        };
        let (trace, shape) = self.load()?;
        let users = (trace.highest() * self.think).round();
        Ok(Scene {
            // Bounded by the options' own bounds.
            users: self.users.unwrap_or(users as u64),
            think: self.think,
            shape,
            trace,
            costs,
            fleet: self.fleet(&topology, machine)?,
            machine,
            seed: self.seed,
            each: estimate.each_instance(),
            disk: estimate.each_instance() - machine.hour * cost::HOURS,
            fixed: estimate.fixed(),
        })
    }

    /// The load, and its shape in words.
    fn load(&self) -> Result<(Trace, String)> {
        let highest = self.users.map(|users| users as f64 / self.think);
        match (&self.trace, highest) {
            (Some(file), highest) => {
                let trace =
                    Trace::parse(&read(file)?).with_context(|| format!("{}", file.display()))?;
                let trace = highest.map_or(trace.clone(), |highest| trace.scaled_to(highest));
                Ok((trace, format!("the shape of {}", file.display())))
            }
            (None, Some(highest)) => Ok((Trace::day(highest), "a working day".to_owned())),
            (None, None) => bail!("how many users? Add --users N, or --trace FILE"),
        }
    }

    fn fleet(&self, topology: &Topology, machine: &Machine) -> Result<Fleet> {
        let resource = |id: Id| topology.entry(id).map(|entry| &entry.resource);
        let (
            Some(Resource::AutoScalingGroup(group)),
            Some(Resource::ScalingPolicy(policy)),
            Some(Resource::TargetGroup(targets)),
        ) = (
            resource(Id::AutoScalingGroup),
            resource(Id::ScalingPolicy),
            resource(Id::TargetGroup),
        )
        else {
            bail!("the topology has no group that scales");
        };
        let cores = usize::try_from(machine.cores)?;
        Ok(Fleet {
            min: usize::from(group.min.get()),
            max: usize::from(group.max.get()),
            target: f64::from(policy.target.get()),
            period: capacity::tracking::PERIOD.as_secs_f64(),
            boot: self.boot.unwrap_or(f64::from(group.grace)),
            check: f64::from(targets.health.interval),
            checks: targets.health.healthy,
            warm_up: f64::from(policy.warm_up),
            drain: f64::from(targets.deregistration_delay),
            cores,
            declared: f64::from(machine.cores),
            speed: self.speed,
            queue: Queue::DASHBOARD,
            earning: Earning {
                cores: f64::from(machine.cores),
                baseline: machine.baseline,
            },
        })
    }
}

impl Scene {
    fn plan(&self) -> Plan {
        Plan {
            fleet: self.fleet.clone(),
            trace: self.trace.clone(),
            work: self.costs.demand.work(),
            arrivals: Arrivals::Independent,
            first: self.fleet.min,
            seed: self.seed,
            most: PLAYED,
        }
    }

    fn ground<'a>(&'a self, trace: &'a Trace) -> Ground<'a> {
        Ground {
            fleet: &self.fleet,
            demand: &self.costs.demand,
            trace,
            disk: self.disk,
            fixed: self.fixed,
        }
    }
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}
