//! What the topology costs in a month, before anyone sends it a request.
//!
//! Prices are written down here by hand with their day and source, because this crate asks
//! nobody; what is printed says so. They are those of Linux instances on demand, without taxes,
//! free tiers and discounts.

mod machine;

use std::fmt::Write;

pub use machine::{CREDIT, MACHINES, Machine, machine};

use crate::observed::State;
use crate::settings::{Nat, REGION, Settings};
use crate::topology::{AutoScalingGroup, LaunchTemplate, Resource, Topology};
use crate::values::Date;

/// An average month.
pub const HOURS: f64 = 730.0;

/// The day that the prices are of.
pub const PRICES_OF: Date = Date::of(2025, 6, 1);

const EC2_PRICES: &str = "https://aws.amazon.com/ec2/pricing/on-demand/";

/// Where they are published.
pub const SOURCES: [&str; 6] = [
    EC2_PRICES,
    "https://aws.amazon.com/ebs/pricing/",
    "https://aws.amazon.com/elasticloadbalancing/pricing/",
    "https://aws.amazon.com/vpc/pricing/",
    "https://aws.amazon.com/s3/pricing/",
    "https://aws.amazon.com/cloudwatch/pricing/",
];

/// What no estimate can know beforehand.
pub const NOT_INCLUDED: &str = "Not included, because it grows with use: traffic to the internet \
    (about 0.09 USD a GB) and between zones, data through NAT gateways (0.046 USD a GB; S3 goes \
    round them), load balancer capacity units (0.0076 USD an hour for each), S3 requests, CPU \
    credits beyond the instances' baseline, taxes.";

const NAT_GATEWAY_HOUR: f64 = 0.046;
const PUBLIC_ADDRESS_HOUR: f64 = 0.005;
const LOAD_BALANCER_HOUR: f64 = 0.023_94;
const GP3_GB_MONTH: f64 = 0.083_6;
const S3_GB_MONTH: f64 = 0.023;
/// Each figure that an alarm looks at.
const ALARM_FIGURE_MONTH: f64 = 0.10;

/// The published instance type by the hour.
const PUBLISHED_HOUR: f64 = 0.021_6;

/// A load balancer capacity unit by the hour: 25 new connections a second, or a GB an hour.
pub const BALANCER_UNIT_HOUR: f64 = 0.007_6;
/// A GB to the internet, before the discounts for volume.
pub const TRAFFIC_GB: f64 = 0.09;

/// Five releases of at most 30 MB, and the sample.
const STORED_GB: f64 = 0.2;

/// Access logs of 30 days: about 600 bytes a request before compression, and a million requests.
const LOGGED_GB: f64 = 0.6;

/// Why there is no estimate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// Prices differ between regions.
    #[error("the price table is of {REGION}, not of {0}: look at {EC2_PRICES}")]
    Region(String),
    /// The table has the usual instance types.
    #[error("the price table has no {0}: look at {EC2_PRICES}, or add it to cost/machine.rs")]
    InstanceType(String),
}

/// One line of the bill.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What is paid for.
    pub what: String,
    /// How many there are with the fewest instances, at first, and with the most.
    pub counts: [f64; 3],
    /// What one costs in a month, in USD.
    pub each: f64,
    /// Whether there is one for each instance.
    pub by_instance: bool,
}

/// The bill of a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// What is paid for.
    pub lines: Vec<Line>,
    /// What the other choice of NAT gateways would cost with the instances of the start, in USD.
    pub other_nat: (Nat, f64),
}

impl Estimate {
    /// The sum with the fewest instances, at first, and with the most, in USD.
    pub fn totals(&self) -> [f64; 3] {
        [0, 1, 2].map(|at| {
            self.lines
                .iter()
                .map(|line| line.counts[at] * line.each)
                .sum()
        })
    }

    /// What an instance costs in a month, its disk included, in USD.
    pub fn each_instance(&self) -> f64 {
        self.lines
            .iter()
            .filter(|line| line.by_instance)
            .map(|line| line.each)
            .sum()
    }

    /// What a month costs whatever the number of instances, in USD.
    pub fn fixed(&self) -> f64 {
        let lines = self.lines.iter().filter(|line| !line.by_instance);
        lines.map(|line| line.counts[0] * line.each).sum()
    }
}

/// What a resource costs in a month by being there, in USD, at the prices of `REGION`; a bucket
/// costs by what it stores, and a group's instances count as the published type.
pub fn monthly(state: &State) -> f64 {
    let hour = match state {
        State::NatGateway(_) => NAT_GATEWAY_HOUR,
        State::Address => PUBLIC_ADDRESS_HOUR,
        State::LoadBalancer(balancer) => {
            LOAD_BALANCER_HOUR + PUBLIC_ADDRESS_HOUR * balancer.subnets.len() as f64
        }
        State::AutoScalingGroup(group) => f64::from(group.life.desired) * PUBLISHED_HOUR,
        State::Alarm(alarm) => alarm.figures.len() as f64 * ALARM_FIGURE_MONTH / HOURS,
        _ => 0.0,
    };
    hour * HOURS
}

/// What a month costs.
pub fn estimate(topology: &Topology) -> Result<Estimate, Unknown> {
    let settings = topology.settings();
    if settings.region.as_str() != REGION {
        return Err(Unknown::Region(settings.region.to_string()));
    }
    let lines = lines(topology)?;
    let estimate = Estimate {
        lines,
        other_nat: (settings.nat, 0.0),
    };
    let (other, sign) = match settings.nat {
        Nat::PerZone => (Nat::Single, -1.0),
        Nat::Single => (Nat::PerZone, 1.0),
    };
    let one_nat = (NAT_GATEWAY_HOUR + PUBLIC_ADDRESS_HOUR) * HOURS;
    let total = estimate.totals()[1] + sign * one_nat;
    Ok(Estimate {
        other_nat: (other, total),
        ..estimate
    })
}

fn lines(topology: &Topology) -> Result<Vec<Line>, Unknown> {
    let mut sizes = [0.0; 3];
    let (mut nats, mut addresses, mut balancer_addresses) = (0.0, 0.0, 0.0);
    let (mut balancers, mut logs) = (0.0, 0.0);
    let mut alarms = Vec::new();
    let mut template: Option<&LaunchTemplate> = None;
    for entry in topology.entries() {
        match &entry.resource {
            Resource::AutoScalingGroup(AutoScalingGroup {
                min, first, max, ..
            }) => {
                sizes = [min, first, max].map(|size| f64::from(size.get()));
            }
            Resource::LaunchTemplate(it) => template = Some(it),
            Resource::NatGateway(_) => nats += 1.0,
            Resource::Address(_) => addresses += 1.0,
            Resource::LoadBalancer(balancer) => {
                logs += balancer.access_logs.iter().count() as f64 * LOGGED_GB;
                balancers += 1.0;
                balancer_addresses += balancer.subnets.len() as f64;
            }
            Resource::Alarm(alarm) => alarms.push((&entry.name, alarm.figures.len() as f64)),
            _ => {}
        }
    }
    let same = |count: f64| [count; 3];
    let line = |what: &str, counts, each| Line {
        what: what.to_owned(),
        counts,
        each,
        by_instance: false,
    };
    let by_instance = |line: Line| Line {
        by_instance: true,
        ..line
    };
    let mut lines = Vec::new();
    if let Some(template) = template {
        let name = template.instance_type.as_str();
        let hour = machine(name)?.hour;
        let size = template.root.size;
        let instance = line(&format!("Instance {name}"), sizes, hour * HOURS);
        lines.push(by_instance(instance));
        let disk = format!("Disk of {size} GiB, {}", template.root.volume_type);
        let disk = line(&disk, sizes, f64::from(size) * GP3_GB_MONTH);
        lines.push(by_instance(disk));
    }
    lines.push(line(
        "Load balancer",
        same(balancers),
        LOAD_BALANCER_HOUR * HOURS,
    ));
    let address = PUBLIC_ADDRESS_HOUR * HOURS;
    lines.push(line(
        "Public address of the load balancer",
        same(balancer_addresses),
        address,
    ));
    lines.push(line("NAT gateway", same(nats), NAT_GATEWAY_HOUR * HOURS));
    lines.push(line(
        "Public address of a NAT gateway",
        same(addresses),
        address,
    ));
    lines.push(line("S3, a GB", same(STORED_GB), S3_GB_MONTH));
    if logs > 0.0 {
        lines.push(line("Access logs, a GB", same(logs), S3_GB_MONTH));
    }
    for (name, figures) in alarms {
        let what = format!("Alarm {name}, a figure");
        lines.push(line(&what, same(figures), ALARM_FIGURE_MONTH));
    }
    Ok(lines)
}

/// What a resource that was left behind costs in a month, in USD, if it costs anything.
pub fn left_behind(kind: crate::id::Kind) -> Option<f64> {
    use crate::id::Kind;
    match kind {
        Kind::NatGateway => Some(NAT_GATEWAY_HOUR * HOURS),
        Kind::Address => Some(PUBLIC_ADDRESS_HOUR * HOURS),
        Kind::LoadBalancer => Some((LOAD_BALANCER_HOUR + 2.0 * PUBLIC_ADDRESS_HOUR) * HOURS),
        _ => None,
    }
}

/// The estimate as a table of Markdown, with what it rests on.
pub fn table(settings: &Settings, estimate: &Estimate) -> String {
    let (min, max) = (settings.min, settings.max);
    let mut text = format!(
        "| USD a month in {REGION} | each | at least ({min}) | at first ({min}) | at most ({max}) |\n\
         | --- | ---: | ---: | ---: | ---: |\n"
    );
    for Line {
        what, counts, each, ..
    } in &estimate.lines
    {
        let [min, first, max] = counts.map(|count| count * each);
        let _ = writeln!(
            text,
            "| {what} | {each:.2} | {min:.2} | {first:.2} | {max:.2} |"
        );
    }
    let [least, first, most] = estimate.totals();
    let _ = writeln!(
        text,
        "| **Total** | | **{least:.2}** | **{first:.2}** | **{most:.2}** |"
    );
    let (nat, total) = estimate.other_nat;
    let other = match nat {
        Nat::Single => "With one NAT gateway for both zones (`--nat single`)",
        Nat::PerZone => "With a NAT gateway in each zone (`--nat per-zone`)",
    };
    let sources = SOURCES.join(", ");
    let _ = write!(
        text,
        "\n{other}: {total:.2} at first.\n\n{NOT_INCLUDED}\n\nPrices of {PRICES_OF}, written \
         down by hand; today's are at {sources}.\n"
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Payload;
    use crate::values::{InstanceType, Region};

    fn topology(settings: &Settings) -> Topology {
        Topology::new(settings, &Payload::example())
    }

    #[test]
    fn the_published_system() {
        let settings = Settings::published().unwrap();
        let estimate = estimate(&topology(&settings)).unwrap();
        insta::assert_snapshot!(table(&settings, &estimate), @r"
        | USD a month in eu-north-1 | each | at least (2) | at first (2) | at most (4) |
        | --- | ---: | ---: | ---: | ---: |
        | Instance t3.small | 15.77 | 31.54 | 31.54 | 63.07 |
        | Disk of 8 GiB, gp3 | 0.67 | 1.34 | 1.34 | 2.68 |
        | Load balancer | 17.48 | 17.48 | 17.48 | 17.48 |
        | Public address of the load balancer | 3.65 | 7.30 | 7.30 | 7.30 |
        | NAT gateway | 33.58 | 67.16 | 67.16 | 67.16 |
        | Public address of a NAT gateway | 3.65 | 7.30 | 7.30 | 7.30 |
        | S3, a GB | 0.02 | 0.00 | 0.00 | 0.00 |
        | **Total** | | **132.11** | **132.11** | **164.99** |

        With one NAT gateway for both zones (`--nat single`): 94.88 at first.

        Not included, because it grows with use: traffic to the internet (about 0.09 USD a GB) and between zones, data through NAT gateways (0.046 USD a GB; S3 goes round them), load balancer capacity units (0.0076 USD an hour for each), S3 requests, CPU credits beyond the instances' baseline, taxes.

        Prices of 2025-06-01, written down by hand; today's are at https://aws.amazon.com/ec2/pricing/on-demand/, https://aws.amazon.com/ebs/pricing/, https://aws.amazon.com/elasticloadbalancing/pricing/, https://aws.amazon.com/vpc/pricing/, https://aws.amazon.com/s3/pricing/, https://aws.amazon.com/cloudwatch/pricing/.
        ");
    }

    #[test]
    fn access_logs_are_a_line_of_their_own() {
        let settings = Settings {
            access_logs: Some("123456789012".parse().unwrap()),
            ..Settings::published().unwrap()
        };
        let estimate = estimate(&topology(&settings)).unwrap();
        let line = estimate.lines.last().unwrap();
        assert_eq!(line.what, "Access logs, a GB");
        assert!((line.counts[1] * line.each - 0.0138).abs() < 1e-9);
    }

    #[test]
    fn one_nat_gateway_is_told_of_the_other_way_round() {
        let both = Settings::published().unwrap();
        let single = Settings {
            nat: Nat::Single,
            ..both.clone()
        };
        let (both, single) = (
            estimate(&topology(&both)).unwrap(),
            estimate(&topology(&single)).unwrap(),
        );
        assert_eq!(both.other_nat.0, Nat::Single);
        assert!((both.other_nat.1 - single.totals()[1]).abs() < 1e-9);
        let parts = both.fixed() + 2.0 * both.each_instance();
        assert!((parts - both.totals()[1]).abs() < 1e-9);
        assert!((single.other_nat.1 - both.totals()[1]).abs() < 1e-9);
    }

    #[test]
    fn what_the_table_does_not_know_is_said() {
        let settings = Settings::published().unwrap();
        let elsewhere = Settings {
            region: Region::new("us-east-1").unwrap(),
            ..settings.clone()
        };
        let large = Settings {
            instance_type: InstanceType::new("x1.large").unwrap(),
            ..settings
        };
        for (settings, expected) in [(elsewhere, "us-east-1"), (large, "x1.large")] {
            let error = estimate(&topology(&settings)).unwrap_err().to_string();
            assert!(
                error.contains(expected) && error.contains("https://"),
                "{error}"
            );
        }
    }
}
