//! How much faster than on AWS time passes: all intervals of the model alike, so that their
//! proportions stay.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The model's seconds in one second of the rehearsal, from 1 to 60.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeScale(f64);

impl TimeScale {
    /// As on AWS.
    pub const REAL: Self = Self(1.0);

    /// A duration of the model, as long as it is here.
    pub fn here(self, model: Duration) -> Duration {
        model.div_f64(self.0)
    }

    /// How often a second of the model fits into one here.
    pub fn factor(self) -> f64 {
        self.0
    }
}

impl FromStr for TimeScale {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let factor = text.parse::<f64>().ok();
        factor
            .filter(|factor| (1.0..=60.0).contains(factor))
            .map(Self)
            .ok_or_else(|| "it is not a number from 1 to 60".to_owned())
    }
}

impl fmt::Display for TimeScale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales() {
        let thirty = Duration::from_secs(30);
        for (text, here) in [("1", 30.0), ("10", 3.0), ("2.5", 12.0)] {
            let scale: TimeScale = text.parse().unwrap();
            assert_eq!(scale.here(thirty).as_secs_f64(), here);
        }
        for text in ["0", "0.5", "61", "NaN", "fast", ""] {
            assert!(text.parse::<TimeScale>().is_err(), "{text}");
        }
    }
}
