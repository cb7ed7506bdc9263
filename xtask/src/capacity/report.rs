//! What comes of a load, in words and as JSON.

use std::fmt::Write as _;

use capacity::growth::{self, Cdn, Choice, MOST_P99, MOST_SHED};
use capacity::{Bill, Course, Period, Usage};
use infra_model::cost::{HOURS, MACHINES, PRICES_OF};
use serde_json::{Value, json};

use super::Scene;
use super::words::{clock, milliseconds, rate, whole};

/// The growth that is asked about, beside the users that were given.
const GROWTH: [u64; 2] = [100_000, 10_000_000];
/// The most instances that a group of the model may have.
const MOST_INSTANCES: usize = 100;
/// Lines of the table over time.
const LINES: usize = 24;

/// What came of it.
#[derive(Debug)]
pub(super) struct Report<'a> {
    scene: &'a Scene,
    course: Course,
    bill: Bill,
    /// Where the most instances end; where they are used to the target; and what they bear for ever
    /// without paying for credits. Requests a second.
    ends: [f64; 3],
    growth: Vec<Growth>,
}

/// So many users, with each instance type: without a CDN, and with one for assets and for pages.
#[derive(Debug)]
struct Growth {
    users: u64,
    choices: Vec<[Choice; 3]>,
}

impl<'a> Report<'a> {
    /// Simulates.
    pub(super) fn of(scene: &'a Scene) -> Self {
        let course = scene.plan().run();
        let (fleet, demand) = (&scene.fleet, &scene.costs.demand);
        let seconds = scene.trace.end();
        let rate = course.requests.came / seconds;
        let usage = Usage {
            instances: course.instances,
            credits: course.credits / seconds,
            views: rate,
            bytes: rate * demand.bytes(),
            direct_bytes: rate * demand.bytes(),
            cdn_requests: 0.0,
            cdn_bytes: 0.0,
        };
        let mut asked: Vec<u64> = GROWTH.to_vec();
        asked.push(scene.users);
        asked.sort_unstable();
        asked.dedup();
        let growth = asked.into_iter().map(|users| {
            let trace = scene.trace.scaled_to(users as f64 / scene.think);
            let ground = scene.ground(&trace);
            let of = |machine| {
                [Cdn::None, Cdn::Assets, Cdn::Pages].map(|cdn| ground.choice(machine, cdn))
            };
            Growth {
                users,
                choices: MACHINES.iter().map(of).collect(),
            }
        });
        Self {
            scene,
            bill: Bill::of(&usage, scene.each, scene.fixed),
            ends: [
                growth::end(fleet, demand, scene.seed),
                growth::rate_at(fleet, demand, fleet.target / 100.0),
                growth::rate_at(fleet, demand, fleet.earning.baseline),
            ],
            growth: growth.collect(),
            course,
        }
    }

    /// For people.
    pub(super) fn words(&self) -> String {
        [
            self.ground(),
            self.over_time(),
            self.sum(),
            self.month(),
            self.end(),
            self.growth_table(),
        ]
        .join("\n")
    }

    fn ground(&self) -> String {
        let Scene {
            fleet,
            machine,
            costs,
            trace,
            ..
        } = self.scene;
        let demand = &costs.demand;
        format!(
            "{} users at the busiest, a view every {} s: {} requests a second, {} on average over {}.\n\
             A view takes {:.2} ms of a core on average ({} pages alike, {:.0} % of the views without a filter), and {} bytes \
             with its part of the assets. Measured: {}.\n\
             {} to {} × {}: {} cores each, {} times as fast as the one that was measured, {:.0} % of each is the \
             baseline. The policy aims at {:.0} %; an instance is sent requests {:.0} s after its launch. Times are the \
             instance's, without the network.\n",
            whole(self.scene.users as f64),
            self.scene.think,
            rate(trace.highest()),
            rate(trace.mean()),
            self.scene.shape,
            demand.work().mean() * 1e3,
            demand.pages.len(),
            demand.shared * 100.0,
            whole(demand.bytes()),
            costs.source,
            fleet.min,
            fleet.max,
            machine.name,
            machine.cores,
            fleet.speed,
            machine.baseline * 100.0,
            fleet.target,
            fleet.ready_after(),
        )
    }

    fn over_time(&self) -> String {
        let mut text = "| until | requests a second | instances serve, wanted | cores used | p99 at worst | refused |\n\
                        | --- | ---: | ---: | ---: | ---: | ---: |\n"
            .to_owned();
        for line in self.lines() {
            let _ = writeln!(
                text,
                "| {} | {} | {}, {} | {} | {} | {} |",
                clock(line.end),
                rate(line.rate),
                line.serving,
                line.wanted,
                line.percent
                    .map_or("–".to_owned(), |percent| format!("{percent:.0} %")),
                milliseconds(line.p99),
                percent(line.shed, line.came),
            );
        }
        text
    }

    /// Periods, as many together as give [`LINES`] lines.
    fn lines(&self) -> Vec<Line> {
        let periods = &self.course.periods;
        let length = self.scene.fleet.period;
        let chunks = periods.chunks(periods.len().div_ceil(LINES).max(1));
        chunks.map(|chunk| Line::of(chunk, length)).collect()
    }

    fn sum(&self) -> String {
        let Course {
            requests,
            within,
            instances,
            played,
            ..
        } = &self.course;
        let [half, most, nearly] = within.map(milliseconds);
        format!(
            "{} requests: {} answered, {} refused ({}). Half of the answers within {half}, 99 % within {most}, 99.9 % \
             within {nearly}. {instances:.2} instances on average.{}\n",
            whole(requests.came),
            whole(requests.answered),
            whole(requests.shed()),
            percent(requests.shed(), requests.came),
            match *played < 1.0 {
                true => format!(
                    " Of each minute {:.1} s were played, for the whole.",
                    played * self.scene.fleet.period
                ),
                false => String::new(),
            },
        )
    }

    fn month(&self) -> String {
        let bill = &self.bill;
        format!(
            "| USD a month, if this goes on all month | |\n| --- | ---: |\n\
             | instances with disks | {:.2} |\n| CPU credits beyond the baseline (unlimited mode) | {:.2} |\n\
             | load balancer, gateways, addresses, storage | {:.2} |\n| load balancer capacity units | {:.2} |\n\
             | traffic to the internet | {:.2} |\n| **total** | **{:.2}** |\n\n\
             Prices of {PRICES_OF}, before discounts for volume and free tiers, without taxes.\n",
            bill.instances,
            bill.credits,
            bill.fixed,
            bill.units,
            bill.traffic,
            bill.total(),
        )
    }

    fn end(&self) -> String {
        let Scene {
            fleet,
            machine,
            think,
            ..
        } = self.scene;
        let users = |rate: f64| whole(rate * think);
        let [end, target, baseline] = self.ends;
        let mut text = format!(
            "{} × {} end at {} users ({} requests a second): beyond, more than {:.1} % are refused or 1 % take longer \
             than {:.0} ms. They are used to {:.0} % at {} users.",
            fleet.max,
            machine.name,
            users(end),
            rate(end),
            MOST_SHED * 100.0,
            MOST_P99 * 1e3,
            fleet.target,
            users(target),
        );
        if machine.baseline < 1.0 {
            let _ = write!(
                text,
                " Their credits last for ever up to {} users; at {:.0} % all day each instance costs {:.3} USD an hour \
                 instead of {:.3}. In standard mode, once the credits are used up, {0} users would be the end.",
                users(baseline),
                fleet.target,
                machine.hour_at(fleet.target / 100.0),
                machine.hour
            );
        }
        text + "\n"
    }

    fn growth_table(&self) -> String {
        let mut text = String::new();
        for growth in &self.growth {
            let _ = write!(text, "{}", self.of_growth(growth));
        }
        text + "By CPU alone: an instance's memory has to hold the table too (a t3.micro has 1 GiB, a t3.small 2).\n\
                Assets never change under their address, and a CDN may keep them for ever. Pages without a filter it may \
                keep only when the dashboard lets it (today they are `no-cache`), and only where everyone may see them: \
                not with a password or sign-in. CDN: CloudFront at 0.085 USD a GB and 1.20 USD a million requests.\n"
    }

    fn of_growth(&self, growth: &Growth) -> String {
        let mut text = format!(
            "{} users, {} requests a second at the busiest:\n\n\
             | instance type | instances | USD a month | with a CDN for assets | CDN for pages without a filter too |\n\
             | --- | ---: | ---: | ---: | ---: |\n",
            whole(growth.users as f64),
            rate(growth.users as f64 / self.scene.think)
        );
        // What the group can have, by price; and beyond, the largest.
        let is_possible = |choices: &&[Choice; 3]| choices[0].instances <= MOST_INSTANCES;
        let mut shown: Vec<_> = growth.choices.iter().filter(is_possible).collect();
        if shown.is_empty() {
            shown = growth.choices.iter().collect();
        }
        shown.sort_by(|a, b| a[0].bill.total().total_cmp(&b[0].bill.total()));
        shown.truncate(5);
        for [none, assets, pages] in &shown {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} with {} |",
                none.machine.name,
                none.instances,
                whole(none.bill.total()),
                whole(assets.bill.total()),
                whole(pages.bill.total()),
                pages.instances
            );
        }
        let cheapest = shown
            .iter()
            .flat_map(|choices| choices.iter())
            .min_by(|a, b| a.bill.total().total_cmp(&b.bill.total()));
        if let Some(choice) = cheapest {
            let _ = write!(
                text,
                "\nCheapest of these: {} USD a month, with --instance-type {} --max {}",
                whole(choice.bill.total()),
                choice.machine.name,
                choice.instances.max(self.scene.fleet.min)
            );
            let _ = match choice.instances > MOST_INSTANCES {
                true => writeln!(
                    text,
                    ", which is more than a group of the model has ({MOST_INSTANCES}).\n"
                ),
                false => writeln!(text, ".\n"),
            };
        }
        text
    }

    /// For programs: seconds, bytes, USD a month.
    pub(super) fn json(&self) -> Value {
        let Scene {
            fleet,
            machine,
            costs,
            trace,
            ..
        } = self.scene;
        let period = |it: &Period| {
            json!({
                "end": it.end, "wanted": it.instances[0], "there": it.instances[1], "serving": it.instances[2],
                "percent": it.percent, "came": it.requests.came, "answered": it.requests.answered,
                "refused": it.requests.refused, "gave_up": it.requests.gave_up, "mean": it.mean, "p99": it.p99,
            })
        };
        let requests = &self.course.requests;
        let [p50, p99, p999] = self.course.within;
        let choice = |it: &Choice| json!({"instances": it.instances, "usd": it.bill.total()});
        let growth = self.growth.iter().map(|growth| {
            let choices = growth.choices.iter().map(|[none, assets, pages]| {
                json!({
                    "instance_type": none.machine.name, "without_cdn": choice(none),
                    "cdn_for_assets": choice(assets), "cdn_for_pages": choice(pages),
                })
            });
            json!({"users": growth.users, "choices": choices.collect::<Vec<_>>()})
        });
        let [end, target, baseline] = self.ends;
        json!({
            "users": self.scene.users,
            "think": self.scene.think,
            "highest_rate": trace.highest(),
            "mean_rate": trace.mean(),
            "source": costs.source,
            "cpu": costs.demand.work().mean(),
            "bytes": costs.demand.bytes(),
            "instance_type": machine.name,
            "min": fleet.min,
            "max": fleet.max,
            "target": fleet.target,
            "ready_after": fleet.ready_after(),
            "played": self.course.played,
            "requests": {
                "came": requests.came, "answered": requests.answered, "refused": requests.refused,
                "gave_up": requests.gave_up,
            },
            "mean": self.course.mean, "p50": p50, "p99": p99, "p999": p999,
            "instances": self.course.instances,
            "usd": {
                "instances": self.bill.instances, "credits": self.bill.credits, "fixed": self.bill.fixed,
                "units": self.bill.units, "traffic": self.bill.traffic, "total": self.bill.total(),
            },
            "ends": {"refuses": end, "target": target, "baseline": baseline},
            "growth": growth.collect::<Vec<_>>(),
            "periods": self.course.periods.iter().map(period).collect::<Vec<_>>(),
            "hours_in_a_month": HOURS,
        })
    }
}

/// Periods together.
#[derive(Debug)]
struct Line {
    end: f64,
    rate: f64,
    serving: usize,
    wanted: usize,
    percent: Option<f64>,
    p99: Option<f64>,
    came: f64,
    shed: f64,
}

impl Line {
    /// Of at least one period, each of that length: the last one's instances, the mean use, the
    /// worst wait.
    fn of(periods: &[Period], length: f64) -> Self {
        let sum = |of: &dyn Fn(&Period) -> f64| periods.iter().map(of).sum::<f64>();
        let percents: Vec<f64> = periods.iter().filter_map(|it| it.percent).collect();
        let count = percents.len();
        let [wanted, _, serving] = periods.last().map_or([0; 3], |it| it.instances);
        let came = sum(&|it| it.requests.came);
        Self {
            end: periods.last().map_or(0.0, |it| it.end),
            rate: came / (length * periods.len() as f64),
            serving,
            wanted,
            percent: (count > 0).then(|| percents.iter().sum::<f64>() / count as f64),
            p99: periods.iter().filter_map(|it| it.p99).reduce(f64::max),
            came,
            shed: sum(&|it| it.requests.shed()),
        }
    }
}

/// A part in percent, with as many digits as say something.
fn percent(part: f64, all: f64) -> String {
    match part / all * 100.0 {
        _ if part == 0.0 => "0".to_owned(),
        percent if percent < 0.01 => "< 0.01 %".to_owned(),
        percent if percent < 10.0 => format!("{percent:.2} %"),
        percent => format!("{percent:.0} %"),
    }
}

#[cfg(test)]
mod tests;
