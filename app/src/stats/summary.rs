//! The eight figures of pandas' `describe`, and the mean with its interval.
//!
//! The first step after the filter: box plots, histograms and density estimates use `sorted` and
//! `quantile` from here.

use serde::Serialize;

use super::{distributions::t_quantile, sums, tally::Tally};

/// What pandas' `describe` gives for a numeric column, in the column's unit.
///
/// Without values `count` is 0 and the rest NaN; `std` (n − 1) is NaN for a single value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Values present.
    pub count: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Sample standard deviation.
    pub std: f64,
    /// Least value.
    pub min: f64,
    /// First quartile.
    pub q1: f64,
    /// Second quartile.
    pub median: f64,
    /// Third quartile.
    pub q3: f64,
    /// Greatest value.
    pub max: f64,
}

/// Summary of the values present.
pub fn summarize(values: &[f64]) -> Summary {
    Tally::of(values).summary()
}

impl Tally {
    /// The eight figures.
    pub fn summary(&self) -> Summary {
        let [q1, median, q3] = [0.25, 0.5, 0.75].map(|p| self.quantile(p));
        Summary {
            count: self.n(),
            mean: self.mean(),
            std: self.standard_deviation(),
            min: self.min(),
            q1,
            median,
            q3,
            max: self.max(),
        }
    }

    /// Arithmetic mean; NaN without values.
    pub fn mean(&self) -> f64 {
        match self.is_constant() {
            true => self.max(),
            false => self.sum(|value| value) / self.n() as f64,
        }
    }

    /// Quantile as [`quantile`] gives it.
    pub fn quantile(&self, p: f64) -> f64 {
        interpolated(self.n(), p, |position| {
            let mut before = 0;
            let run = self.runs().iter().find(|(_, count)| {
                before += count;
                before > position
            });
            run.map_or(f64::NAN, |(value, _)| *value)
        })
    }

    /// Sample standard deviation (n − 1); NaN below two values.
    pub fn standard_deviation(&self) -> f64 {
        match self.n() {
            0 | 1 => f64::NAN,
            n => (self.squares() / (n - 1) as f64).sqrt(),
        }
    }

    /// 95 % interval of the mean by Student's t with n − 1 degrees of freedom; `None` below two values.
    pub fn mean_interval(&self) -> Option<[f64; 2]> {
        if self.n() < 2 {
            return None;
        }
        let (n, mean) = (self.n() as f64, self.mean());
        let half = t_quantile(0.975, n - 1.0) * self.standard_deviation() / n.sqrt();
        Some([mean - half, mean + half])
    }
}

/// The values present, ascending.
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = present(values);
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// The values present, in their order.
pub(super) fn present(values: &[f64]) -> Vec<f64> {
    values
        .iter()
        .copied()
        .filter(|value| !value.is_nan())
        .collect()
}

/// Arithmetic mean of the values present; NaN without values.
pub fn mean(values: &[f64]) -> f64 {
    let values = present(values);
    sums::sum(values.iter().copied()) / values.len() as f64
}

/// Quantile of ascending values without missing ones, `p` in 0..=1; NaN without values.
///
/// Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996), type 7: linear
/// interpolation at (n − 1) p, the default of pandas and numpy.
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    interpolated(sorted.len(), p, |position| sorted[position])
}

/// [`quantile`] of values in any order, which it changes.
pub fn quantile_of_any_order(values: &mut [f64], p: f64) -> f64 {
    let n = values.len();
    let at = std::cell::RefCell::new(values);
    interpolated(n, p, |position| {
        *at.borrow_mut()
            .select_nth_unstable_by(position, f64::total_cmp)
            .1
    })
}

/// Quantile of `n` ascending values of which each is known by its position.
fn interpolated(n: usize, p: f64, at: impl Fn(usize) -> f64) -> f64 {
    let Some(last) = n.checked_sub(1) else {
        return f64::NAN;
    };
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let position = last as f64 * p;
    let below = (position as usize).min(last);
    let (low, high) = (at(below), at((below + 1).min(last)));
    let share = position - below as f64;
    if low == high {
        low // infinite neighbours have no difference to interpolate in
    } else if share < 0.5 {
        low + (high - low) * share
    } else {
        high - (high - low) * (1.0 - share) // as numpy: exact at the upper end
    }
}

/// 95 % interval of the mean of the values present, by Student's t with n − 1 degrees of freedom.
///
/// `None` below two values.
pub fn mean_interval(values: &[f64]) -> Option<[f64; 2]> {
    Tally::of(values).mean_interval()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::stats::testing::{assert_all_close, assert_close, plain_column};

    const VALUES: [f64; 9] = [40.0, 1.0, 2.0, 8.0, f64::NAN, 2.0, 3.0, 13.0, 5.0];

    #[test]
    fn summary_is_pandas_describe() {
        let s = summarize(&VALUES);
        assert_eq!(s.count, 8);
        assert_all_close(
            &[s.mean, s.std, s.min, s.q1, s.median, s.q3, s.max],
            &[9.25, 13.046619704516788, 1.0, 2.0, 4.0, 9.25, 40.0],
        );
    }

    #[test]
    fn few_values_leave_figures_undefined() {
        let none = summarize(&[f64::NAN]);
        assert_eq!(none.count, 0);
        assert!(
            [none.mean, none.std, none.min, none.median, none.max]
                .iter()
                .all(|v| v.is_nan())
        );
        let one = summarize(&[3.5]);
        assert_eq!((one.count, one.mean, one.q1, one.max), (1, 3.5, 3.5, 3.5));
        assert!(one.std.is_nan());
        assert_eq!(mean_interval(&[3.5]), None);
    }

    #[test]
    fn quantiles_are_type_seven() {
        let sorted = sorted(&VALUES);
        let mut any_order = [40.0, 1.0, 2.0, 8.0, 2.0, 3.0, 13.0, 5.0];
        for (p, want) in [(0.0, 1.0), (0.1, 1.7), (0.9, 21.1), (1.0, 40.0)] {
            assert_close(quantile(&sorted, p), want);
            assert_close(quantile_of_any_order(&mut any_order, p), want);
        }
        assert!(quantile(&sorted, 1.1).is_nan());
        assert!(quantile(&[], 0.5).is_nan());
        assert_eq!(
            quantile(&[1.0, f64::INFINITY, f64::INFINITY], 0.75),
            f64::INFINITY
        );
    }

    #[test]
    fn mean_interval_is_students() {
        let interval = mean_interval(&VALUES).unwrap();
        assert_all_close(&interval, &[-1.6572470295224733, 20.157247029522473]);
    }

    proptest! {
        #[test]
        fn figures_are_in_order(values in plain_column()) {
            let s = summarize(&values);
            prop_assume!(s.count > 0);
            let ordered = [s.min, s.q1, s.median, s.q3, s.max];
            prop_assert!(ordered.is_sorted(), "{ordered:?}");
            prop_assert!(s.min <= s.mean + 1e-9 && s.mean <= s.max + 1e-9);
        }
    }
}
