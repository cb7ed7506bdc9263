//! Histograms: equal bins as numpy counts them, and one bin per whole number.
//!
//! Twenty equal bins over whole scores hold two or three scores in turn and draw false peaks; hence
//! the second kind.

use serde::Serialize;

use super::summary::present;

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
    let values = present(values);
    let (mut first, mut last) = range(&values)?;
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
    for value in values {
        let guess = (((value - first) / width) * bins as f64) as usize;
        counts[bin_of(value, &edges, guess.min(bins - 1))] += 1;
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
    let values = present(values);
    if values
        .iter()
        .any(|value| value.fract() != 0.0 || value.abs() > LARGEST_WHOLE)
    {
        return None;
    }
    let (min, max) = range(&values)?;
    let width = whole_width(min, max);
    let first = (min / width).floor();
    let bins = ((max / width).floor() - first) as usize + 1;
    let edges = (0..=bins)
        .map(|i| (first + i as f64) * width - 0.5)
        .collect();
    let mut counts = vec![0; bins];
    for value in values {
        counts[((value / width).floor() - first) as usize] += 1;
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
fn range(values: &[f64]) -> Option<(f64, f64)> {
    let min = values.iter().copied().reduce(f64::min)?;
    let max = values.iter().copied().reduce(f64::max)?;
    Some((min, max))
}
