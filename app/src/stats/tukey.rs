//! Box plots by Tukey's rule. ECharts' own box transform ends the whiskers at the fences, which
//! is not that rule, so boxes are computed here and drawn as they are.

use serde::Serialize;

use super::tally::Tally;

/// A box with whiskers, in the unit of the values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BoxStats {
    /// Values present.
    pub n: usize,
    /// First quartile, the lower edge of the box.
    pub q1: f64,
    /// Median.
    pub median: f64,
    /// Third quartile, the upper edge of the box.
    pub q3: f64,
    /// Least value within 1.5 interquartile ranges of the box.
    pub whisker_low: f64,
    /// Greatest value within 1.5 interquartile ranges of the box.
    pub whisker_high: f64,
    /// Values beyond the whiskers, ascending, repeated as often as they occur.
    pub outliers: Vec<f64>,
}

impl BoxStats {
    /// Where outliers begin: 1.5 interquartile ranges below and above the box.
    pub fn fences(&self) -> [f64; 2] {
        fences(self.q1, self.q3)
    }
}

fn fences(q1: f64, q3: f64) -> [f64; 2] {
    let reach = 1.5 * (q3 - q1);
    [q1 - reach, q3 + reach]
}

/// Box of the values present; `None` without values.
///
/// Tukey, "Exploratory Data Analysis" (1977): whiskers end at the most extreme data within 1.5
/// interquartile ranges of the box. Infinite values can leave the fences undefined; then the
/// whiskers are NaN.
pub fn box_stats(values: &[f64]) -> Option<BoxStats> {
    Tally::of(values).box_stats()
}

impl Tally {
    /// Box as [`box_stats`] makes it.
    pub fn box_stats(&self) -> Option<BoxStats> {
        if self.is_empty() {
            return None;
        }
        let [q1, median, q3] = [0.25, 0.5, 0.75].map(|p| self.quantile(p));
        let [low, high] = fences(q1, q3);
        let runs = || self.runs().iter().copied();
        let mut inside = runs().filter(|(value, _)| (low..=high).contains(value));
        let whisker_low = inside.next().map_or(f64::NAN, |(value, _)| value);
        let whisker_high = inside.next_back().map_or(whisker_low, |(value, _)| value);
        let outliers = runs()
            .filter(|&(value, _)| value < low || value > high)
            .flat_map(|(value, count)| std::iter::repeat_n(value, count));
        Some(BoxStats {
            n: self.n(),
            q1,
            median,
            q3,
            whisker_low,
            whisker_high,
            outliers: outliers.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::stats::testing::plain_column;

    #[test]
    fn whiskers_end_at_data() {
        let nan = f64::NAN;
        let cases: [(&[f64], [f64; 2], &[f64]); 4] = [
            // The upper fence is 20.125, and no value lies there.
            (
                &[40.0, 1.0, 2.0, nan, 8.0, 2.0, 3.0, 13.0, 5.0],
                [1.0, 13.0],
                &[40.0],
            ),
            (&[5.0, 5.0, 5.0, 5.0, 6.0, 4.0], [5.0, 5.0], &[4.0, 6.0]),
            (&[7.0], [7.0, 7.0], &[]),
            (&[1.0, 2.0, 3.0], [1.0, 3.0], &[]),
        ];
        for (values, whiskers, outliers) in cases {
            let b = box_stats(values).unwrap();
            assert_eq!([b.whisker_low, b.whisker_high], whiskers, "{values:?}");
            assert_eq!(b.outliers, outliers, "{values:?}");
        }
        assert_eq!(box_stats(&[nan]), None);
    }

    proptest! {
        #[test]
        fn every_value_is_inside_or_an_outlier(values in plain_column()) {
            let Some(b) = box_stats(&values) else { return Ok(()) };
            let inside = |v: &&f64| (b.whisker_low..=b.whisker_high).contains(*v);
            prop_assert_eq!(values.iter().filter(inside).count() + b.outliers.len(), b.n);
            prop_assert!(values.contains(&b.whisker_low) && values.contains(&b.whisker_high));
            let reach = 1.5 * (b.q3 - b.q1);
            prop_assert!(b.whisker_low >= b.q1 - reach && b.whisker_high <= b.q3 + reach);
        }
    }
}
