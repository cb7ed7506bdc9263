//! A smooth density over the histogram: `scipy.stats.gaussian_kde` with Scott's rule.

use std::f64::consts::TAU;

use serde::Serialize;

use super::tally::Tally;

/// A density estimate on an even grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kde {
    /// Scott's factor n^(−1/5).
    pub factor: f64,
    /// Standard deviation of one kernel, in the unit of the values.
    pub bandwidth: f64,
    /// Grid from the least to the greatest value, in the unit of the values.
    pub x: Vec<f64>,
    /// Density at each grid point, per unit of the values.
    pub y: Vec<f64>,
}

/// Gaussian kernel density of the values present at `points` even steps from least to greatest.
///
/// Scott, "Multivariate Density Estimation" (1992): the bandwidth is the sample standard deviation
/// times n^(−1/5). `None` below two values, without spread, and with infinite values.
pub fn gaussian_kde(values: &[f64], points: usize) -> Option<Kde> {
    Tally::of(values).kde(points)
}

impl Tally {
    /// Density as [`gaussian_kde`] estimates it.
    pub fn kde(&self, points: usize) -> Option<Kde> {
        smoothed(self, points, 0.0)
    }

    /// The same for whole numbers, to be drawn: the bandwidth is at least 0.5, since a narrower
    /// kernel shows waves between one whole number and the next.
    pub fn kde_of_whole_numbers(&self, points: usize) -> Option<Kde> {
        smoothed(self, points, 0.5)
    }
}

fn smoothed(values: &Tally, points: usize, least_bandwidth: f64) -> Option<Kde> {
    let n = values.n() as f64;
    let (min, max) = (values.min(), values.max());
    let factor = n.powf(-0.2);
    let bandwidth = (values.standard_deviation() * factor).max(least_bandwidth);
    // Also refuses NaN, which infinite values and a single value leave.
    if !(bandwidth > 0.0 && bandwidth.is_finite() && min < max) {
        return None;
    }
    let x = grid(min, max, points);
    let scale = n * bandwidth * TAU.sqrt();
    let y = x
        .iter()
        .map(|&at| density(values.runs(), n, at, bandwidth) / scale)
        .collect();
    Some(Kde {
        factor,
        bandwidth,
        x,
        y,
    })
}

/// Sum of the kernels at a point, before normalisation.
///
/// Equal kernels need one exponential, and those that are too far to count none.
fn density(kernels: &[(f64, usize)], n: f64, at: f64, bandwidth: f64) -> f64 {
    let reach = bandwidth * reach(kernels, n, at, bandwidth);
    let from = kernels.partition_point(|(centre, _)| *centre < at - reach);
    let to = kernels.partition_point(|(centre, _)| *centre <= at + reach);
    let kernel = |&(centre, count): &(f64, usize)| {
        let distance = (at - centre) / bandwidth;
        count as f64 * (-0.5 * distance * distance).exp()
    };
    kernels[from..to].iter().map(kernel).sum()
}

/// The bandwidths beyond which all kernels together are less than 10⁻¹⁷ of the nearest one, which is
/// less than a sum of doubles can hold: n exp(−r²/2) < 10⁻¹⁷ exp(−d²/2).
fn reach(kernels: &[(f64, usize)], n: f64, at: f64, bandwidth: f64) -> f64 {
    let next = kernels.partition_point(|(centre, _)| *centre < at);
    let around = &kernels[next.saturating_sub(1)..kernels.len().min(next + 1)];
    let distances = around
        .iter()
        .map(|(centre, _)| ((at - centre) / bandwidth).abs());
    let nearest = distances.fold(f64::INFINITY, f64::min);
    (nearest * nearest + 2.0 * (n.ln() - 1e-17_f64.ln())).sqrt()
}

/// `numpy.linspace(min, max, points)`.
fn grid(min: f64, max: f64, points: usize) -> Vec<f64> {
    let Some(last) = points.checked_sub(1) else {
        return Vec::new();
    };
    let step = (max - min) / last.max(1) as f64;
    let mut grid: Vec<f64> = (0..points).map(|i| i as f64 * step + min).collect();
    if last > 0 {
        grid[last] = max;
    }
    grid
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::stats::testing::{assert_all_close, plain_column};

    #[test]
    fn density_is_scipys() {
        let values = [1.0, 2.0, 2.0, f64::NAN, 3.0, 5.0, 8.0, 13.0, 40.0];
        let kde = gaussian_kde(&values, 4).unwrap();
        assert_all_close(
            &[kde.factor, kde.bandwidth],
            &[0.6597539553864471, 8.60755895447771],
        );
        assert_eq!(kde.x, [1.0, 14.0, 27.0, 40.0]);
        let y = [
            0.03449697203862273,
            0.02250964248798358,
            0.004473224945421414,
            0.005844497742692418,
        ];
        assert_all_close(&kde.y, &y);
    }

    #[test]
    fn without_spread_there_is_no_density() {
        for values in [&[][..], &[1.0], &[0.1; 9], &[1.0, f64::INFINITY]] {
            assert_eq!(gaussian_kde(values, 50), None, "{values:?}");
        }
        assert_eq!(gaussian_kde(&[1.0, 2.0], 0).unwrap().x, [0.0; 0]);
        assert_eq!(gaussian_kde(&[1.0, 2.0], 1).unwrap().x, [1.0]);
    }

    #[test]
    fn kernels_that_are_left_out_are_too_far_to_count() {
        // Two clouds and a student far from both, so that grid points lie in clouds and in gaps.
        let mut values: Vec<f64> = (0..3_000).map(|i| f64::from(i * i % 997) / 100.0).collect();
        values.extend((0..2_000).map(|i| 400.0 + f64::from(i * 7 % 31)));
        values.push(9_999.5);
        let kde = gaussian_kde(&values, 300).unwrap();
        let scale = values.len() as f64 * kde.bandwidth * TAU.sqrt();
        for (at, y) in kde.x.iter().zip(&kde.y) {
            let kernel = |value: &f64| (-0.5 * ((at - value) / kde.bandwidth).powi(2)).exp();
            let all = values.iter().map(kernel).sum::<f64>() / scale;
            assert!(
                (y - all).abs() <= 1e-13 * all,
                "{y:e}, not {all:e}, at {at}"
            );
        }
    }

    proptest! {
        #[test]
        fn density_is_positive_and_holds_at_most_everything(values in plain_column()) {
            let Some(kde) = gaussian_kde(&values, 200) else { return Ok(()) };
            prop_assert!(kde.y.iter().all(|&y| y >= 0.0));
            let area = (kde.x[1] - kde.x[0]) * kde.y.iter().sum::<f64>();
            prop_assert!(area > 0.3 && area < 1.05, "{area}");
        }
    }
}
