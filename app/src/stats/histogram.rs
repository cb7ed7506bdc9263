//! Histograms: equal bins as numpy counts them, and one bin per whole number.
//!
//! Twenty equal bins over whole scores hold two or three scores in turn and draw false peaks; hence
//! the second kind.

use serde::Serialize;

use super::tally::Tally;

/// Counts between edges: bin `i` holds the values from `edges[i]` up to, not including,
/// `edges[i + 1]`; the last bin includes its upper edge.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Histogram {
    /// Ascending, one more than bins, in the unit of the values.
    pub edges: Vec<f64>,
    /// Values per bin.
    pub counts: Vec<usize>,
}

/// The most bins that [`whole_numbers`] makes.
const MOST_BINS: f64 = 200.0;

/// Up to here a whole number and its half-way edges are exact in an `f64`.
const LARGEST_WHOLE: f64 = 4_503_599_627_370_496.0;

/// `bins` bins of equal width from the least to the greatest value present: `numpy.histogram`.
///
/// Equal values get bins over ±0.5. `None` without values or bins, with infinite values, and where
/// the range is too narrow for that many distinct edges (numpy raises an error there).
pub fn equal_width(values: &[f64], bins: usize) -> Option<Histogram> {
    Tally::of(values).equal_width(bins)
}

/// [`equal_width`] of values that are counted.
fn of_equal_width(values: &Tally, bins: usize) -> Option<Histogram> {
    let (mut first, mut last) = range(values)?;
    if first == last {
        (first, last) = (first - 0.5, last + 0.5);
    }
    let width = last - first;
    if bins == 0 || !width.is_finite() {
        return None;
    }
    let step = width / bins as f64;
    let mut edges: Vec<f64> = (0..=bins).map(|i| i as f64 * step + first).collect();
    edges[bins] = last;
    if edges.windows(2).any(|pair| pair[0] >= pair[1]) {
        return None;
    }
    let mut counts = vec![0; bins];
    for &(value, count) in values.runs() {
        let guess = (((value - first) / width) * bins as f64) as usize;
        counts[bin_of(value, &edges, guess.min(bins - 1))] += count;
    }
    Some(Histogram { edges, counts })
}

/// Numpy's correction: the division may land one bin beside the one whose edges hold the value.
fn bin_of(value: f64, edges: &[f64], guess: usize) -> usize {
    let last = edges.len() - 2;
    let bin = if value < edges[guess] {
        guess.saturating_sub(1)
    } else {
        guess
    };
    if bin < last && value >= edges[bin + 1] {
        bin + 1
    } else {
        bin
    }
}

/// One bin per whole number k, from k − 0.5 to k + 0.5.
///
/// Where that would take more than 200 bins they are 5, 10, 20, 50, 100, … wide, whichever comes
/// first with at most 200, and begin at multiples of their width (less a half). `None` without
/// values, and when a value is not whole or beyond 2^52.
pub fn whole_numbers(values: &[f64]) -> Option<Histogram> {
    Tally::of(values).whole_numbers()
}

/// [`whole_numbers`] of values that are counted.
fn of_whole_numbers(values: &Tally) -> Option<Histogram> {
    let whole = |value: f64| value.fract() == 0.0 && value.abs() <= LARGEST_WHOLE;
    if !values.runs().iter().all(|&(value, _)| whole(value)) {
        return None;
    }
    let (min, max) = range(values)?;
    let width = whole_width(min, max);
    let first = (min / width).floor();
    let bins = ((max / width).floor() - first) as usize + 1;
    let edges = (0..=bins)
        .map(|i| (first + i as f64) * width - 0.5)
        .collect();
    let mut counts = vec![0; bins];
    for (value, count) in values.runs() {
        counts[((value / width).floor() - first) as usize] += count;
    }
    Some(Histogram { edges, counts })
}

/// The first of 1, 5, 10, 20, 50, 100, … that needs at most [`MOST_BINS`] bins.
fn whole_width(min: f64, max: f64) -> f64 {
    let bins = |width: f64| (max / width).floor() - (min / width).floor() + 1.0;
    let mut decade = 1.0;
    loop {
        // 2 is left out: pairs of scores are what this histogram is there to avoid.
        let steps: &[f64] = if decade == 1.0 {
            &[1.0, 5.0]
        } else {
            &[1.0, 2.0, 5.0]
        };
        if let Some(step) = steps.iter().find(|&step| bins(step * decade) <= MOST_BINS) {
            return step * decade;
        }
        decade *= 10.0;
    }
}

/// Least and greatest value; `None` without values.
fn range(values: &Tally) -> Option<(f64, f64)> {
    (!values.is_empty()).then(|| (values.min(), values.max()))
}

impl Tally {
    /// Bins of equal width, as [`equal_width`] makes them.
    pub fn equal_width(&self, bins: usize) -> Option<Histogram> {
        of_equal_width(self, bins)
    }

    /// A bin per whole number, as [`whole_numbers`] makes them.
    pub fn whole_numbers(&self) -> Option<Histogram> {
        of_whole_numbers(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::stats::testing::{assert_all_close, plain_column};

    #[test]
    fn equal_width_is_numpys() {
        // Tenths sit on the edges, some of them a rounding error to the wrong side.
        let tenths: Vec<f64> = (0..=10).map(|i| 0.1 * f64::from(i)).collect();
        let skewed = [1.0, 2.0, 2.0, 3.0, 5.0, 8.0, 13.0, 40.0];
        let cases = [
            (&skewed[..], vec![6, 1, 0, 0, 1], [1.0, 8.8]),
            (&[3.0, f64::NAN, 3.0, 3.0], vec![0, 0, 3, 0], [2.5, 2.75]),
            (&tenths, vec![1, 1, 1, 1, 1, 1, 1, 1, 1, 2], [0.0, 0.1]),
            (&[-1.0, 1.0], vec![2], [-1.0, 1.0]),
        ];
        for (values, counts, edges) in cases {
            let h = equal_width(values, counts.len()).unwrap();
            assert_eq!(h.counts, counts, "{values:?}");
            assert_all_close(&h.edges[..2], &edges);
        }
    }

    #[test]
    fn equal_width_needs_a_range() {
        for values in [
            &[][..],
            &[f64::NAN],
            &[1.0, f64::INFINITY],
            &[1e16, 1e16 + 2.0],
        ] {
            assert_eq!(equal_width(values, 20), None, "{values:?}");
        }
        assert_eq!(equal_width(&[1.0, 2.0], 0), None);
    }

    #[test]
    fn whole_numbers_have_a_bin_each() {
        let h = whole_numbers(&[3.0, 1.0, 3.0, f64::NAN, -1.0]).unwrap();
        assert_eq!(h.counts, [1, 0, 1, 0, 2]);
        assert_eq!(h.edges, [-1.5, -0.5, 0.5, 1.5, 2.5, 3.5]);
        assert_eq!(whole_numbers(&[1.0, 1.5]), None);
        assert_eq!(whole_numbers(&[f64::NAN]), None);
        assert_eq!(whole_numbers(&[1e300]), None);
    }

    #[test]
    fn wide_ranges_have_wider_bins() {
        let cases = [
            (0.0, 199.0, 1.0),
            (0.0, 200.0, 5.0),
            (-3.0, 996.0, 10.0),
            (0.0, 1999.0, 10.0),
        ];
        for (min, max, width) in cases {
            let h = whole_numbers(&[min, max]).unwrap();
            assert_eq!(h.edges[1] - h.edges[0], width, "{min} to {max}");
            assert!(h.counts.len() <= 200);
            assert_eq!((h.edges[0] + 0.5) % width, 0.0);
        }
    }

    proptest! {
        #[test]
        fn counts_sum_to_the_values(values in plain_column(), bins in 1..50_usize) {
            let present = values.iter().filter(|v| !v.is_nan()).count();
            if let Some(h) = equal_width(&values, bins) {
                prop_assert_eq!(h.counts.iter().sum::<usize>(), present);
                prop_assert_eq!((h.counts.len(), h.edges.len()), (bins, bins + 1));
                prop_assert!(h.edges.is_sorted_by(|a, b| a < b));
            }
            let whole: Vec<f64> = values.iter().map(|v| (v * 100.0).round()).collect();
            if let Some(h) = whole_numbers(&whole) {
                prop_assert_eq!(h.counts.iter().sum::<usize>(), present);
                prop_assert!(h.counts.len() <= 200);
                prop_assert!(h.counts[0] > 0 && h.counts[h.counts.len() - 1] > 0);
            }
        }
    }
}
