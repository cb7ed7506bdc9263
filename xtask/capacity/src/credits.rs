//! CPU credits of burstable instances in unlimited mode, which is AWS's default for t3.
//!
//! A credit is a core at work for a minute. An instance earns them at its baseline's rate and keeps
//! at most those of a day; one that has none goes on, at most a day's in debt, and what is beyond
//! that is charged. What an instance owes when it ends is charged too. (Amazon EC2 User Guide,
//! "Unlimited mode concepts".)

/// How an instance earns: cores, and the share of each that is its baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Earning {
    /// Virtual cores.
    pub cores: f64,
    /// The share of each core that it may use for ever; 1 of an instance without credits.
    pub baseline: f64,
}

impl Earning {
    fn per_minute(self) -> f64 {
        self.cores * self.baseline
    }

    /// Credits of a day.
    fn most(self) -> f64 {
        self.per_minute() * 24.0 * 60.0
    }
}

/// An instance's credits; below 0 it is in debt.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Credits(f64);

impl Credits {
    /// Some minutes at a share of its cores; the credits that are charged.
    pub(crate) fn pass(&mut self, earning: Earning, minutes: f64, used: f64) -> f64 {
        let most = earning.most();
        let balance = self.0 + minutes * (earning.per_minute() - used * earning.cores);
        self.0 = balance.clamp(-most, most);
        (self.0 - balance).max(0.0)
    }

    /// What it owes.
    pub(crate) fn owed(self) -> f64 {
        (-self.0).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_t3_small_beyond_its_baseline_is_charged_after_a_day_of_debt() {
        let small = Earning {
            cores: 2.0,
            baseline: 0.2,
        };
        let mut credits = Credits::default();
        // Earns 24 an hour, as AWS says, and 576 at most.
        assert_eq!(credits.pass(small, 60.0, 0.0), 0.0);
        assert!((credits.0 - 24.0).abs() < 1e-9);
        assert_eq!(credits.pass(small, 60.0 * 48.0, 0.0), 0.0);
        assert!((credits.0 - 576.0).abs() < 1e-9);
        // At 70 % it uses 60 an hour more than it earns: 19.2 hours until nothing is charged.
        assert_eq!(credits.pass(small, 60.0 * 19.2, 0.7), 0.0);
        assert!((credits.owed() - 576.0).abs() < 1e-6);
        assert!((credits.pass(small, 60.0, 0.7) - 60.0).abs() < 1e-6);
    }
}
