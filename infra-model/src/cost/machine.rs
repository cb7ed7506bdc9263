//! Instance types: what one costs, and what it computes.

use super::{PUBLISHED_HOUR, Unknown};
use crate::settings::INSTANCE_TYPE;

/// An instance type of the price table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Machine {
    /// Its name.
    pub name: &'static str,
    /// USD an hour, Linux on demand.
    pub hour: f64,
    /// Virtual cores: hardware threads, two of which share a core.
    pub cores: u32,
    /// The share of each virtual core that is its baseline, which CPU credits are earned for; 1 of
    /// types without credits. See
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html>.
    pub baseline: f64,
}

/// What a credit beyond the baseline costs in unlimited mode, in USD: a virtual core at work for a
/// minute (0.05 USD an hour, t3 with Linux, at <https://aws.amazon.com/ec2/pricing/on-demand/>).
pub const CREDIT: f64 = 0.05 / 60.0;

/// `c5.large` by the hour; larger sizes of a family cost in proportion to their cores.
const C5_LARGE: f64 = 0.091;
/// `m6i.large` by the hour.
const M6I_LARGE: f64 = 0.102;

/// The price table, each family from small to large.
pub const MACHINES: [Machine; 14] = [
    of("t3.micro", 0.010_8, 2, 0.1),
    of(INSTANCE_TYPE, PUBLISHED_HOUR, 2, 0.2),
    of("t3.medium", 0.043_2, 2, 0.2),
    of("t3.large", 0.086_4, 2, 0.3),
    of("t3.xlarge", 0.172_8, 4, 0.4),
    of("m5.large", 0.102, 2, 1.0),
    of("m6i.large", M6I_LARGE, 2, 1.0),
    of("m6i.xlarge", 2.0 * M6I_LARGE, 4, 1.0),
    of("m6i.4xlarge", 8.0 * M6I_LARGE, 16, 1.0),
    of("c5.large", C5_LARGE, 2, 1.0),
    of("c5.xlarge", 2.0 * C5_LARGE, 4, 1.0),
    of("c5.2xlarge", 4.0 * C5_LARGE, 8, 1.0),
    of("c5.4xlarge", 8.0 * C5_LARGE, 16, 1.0),
    of("c5.9xlarge", 18.0 * C5_LARGE, 36, 1.0),
];

const fn of(name: &'static str, hour: f64, cores: u32, baseline: f64) -> Machine {
    Machine {
        name,
        hour,
        cores,
        baseline,
    }
}

/// The type of that name.
///
/// # Errors
/// The table does not have it.
pub fn machine(name: &str) -> Result<&'static Machine, Unknown> {
    let known = MACHINES.iter().find(|machine| machine.name == name);
    known.ok_or_else(|| Unknown::InstanceType(name.to_owned()))
}

impl Machine {
    /// What an hour costs in which its cores are used to that share (0 to 1), credits included, in
    /// USD.
    pub fn hour_at(&self, used: f64) -> f64 {
        let beyond = (used - self.baseline).max(0.0) * f64::from(self.cores);
        self.hour + beyond * 60.0 * CREDIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_its_baseline_a_t3_small_costs_more_than_its_price() {
        let small = machine("t3.small").unwrap();
        assert_eq!(small.hour_at(0.2), small.hour);
        // 2 cores at half of an hour each, 0.05 USD for a whole one.
        assert!((small.hour_at(0.7) - 0.071_6).abs() < 1e-12);
        let large = machine("c5.large").unwrap();
        assert_eq!(large.hour_at(1.0), large.hour);
    }
}
