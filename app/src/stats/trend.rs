//! The straight line through two numeric columns: ordinary least squares with one factor.

use serde::Serialize;

use super::{
    correlation::complete,
    distributions::{t_quantile, t_two_sided_p},
    sums,
};

/// Keeps the t statistic of a perfect line finite, as scipy does.
const TINY: f64 = 1e-20;

/// A line y = intercept + slope x, after `scipy.stats.linregress`.
///
/// With two rows `slope_stderr` is 0, the interval and the band NaN, and `p` 0, or 1 when both
/// outcomes are equal. A constant outcome has slope 0 and NaN for `r` and what follows from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trend {
    /// Complete rows.
    pub n: usize,
    /// Outcome units per factor unit.
    pub slope: f64,
    /// Outcome where the factor is 0.
    pub intercept: f64,
    /// Pearson's correlation, −1..=1.
    pub r: f64,
    /// Share of the outcome's variance that the line explains, 0..=1.
    pub r2: f64,
    /// Two-sided p-value of slope 0, by Student's t with n − 2 degrees of freedom.
    pub p: f64,
    /// Standard error of the slope.
    pub slope_stderr: f64,
    /// 95 % interval of the slope.
    pub slope_ci95: [f64; 2],
    /// Mean of the factor, where the band is narrowest.
    pub x_mean: f64,
    /// Sum of the factor's squared deviations from its mean.
    pub x_squares: f64,
    /// Standard error of the outcome about the line (n − 2).
    pub residual_std: f64,
    /// 97.5 % quantile of Student's t with n − 2 degrees of freedom.
    pub t_critical: f64,
}

impl Trend {
    /// The line's outcome at a value of the factor.
    pub fn at(&self, x: f64) -> f64 {
        self.intercept + self.slope * x
    }

    /// 95 % confidence band of the mean outcome at a value of the factor.
    ///
    /// Draper and Smith, "Applied Regression Analysis" (1998), 3.1.
    pub fn band(&self, x: f64) -> [f64; 2] {
        let distance = x - self.x_mean;
        let leverage = 1.0 / self.n as f64 + distance * distance / self.x_squares;
        let half = self.t_critical * self.residual_std * leverage.sqrt();
        [self.at(x) - half, self.at(x) + half]
    }
}

/// The trend of `y` over `x`, from rows where both are finite; `None` below two distinct `x`.
pub fn trend(x: &[f64], y: &[f64]) -> Option<Trend> {
    let (x, y): (Vec<f64>, Vec<f64>) = complete(x, y, |v| v.is_finite()).unzip();
    if x.len() < 2 || sums::constant(&x) {
        return None;
    }
    let (dx, dy) = (sums::centred(&x), sums::centred(&y));
    let x_squares = sums::dot(&dx, &dx);
    let slope = if sums::constant(&y) {
        0.0
    } else {
        sums::dot(&dx, &dy) / x_squares
    };
    // From the residuals: 1 − r² has no digits left on a steep, clean line.
    let residual_squares: f64 = dx
        .iter()
        .zip(&dy)
        .map(|(dx, dy)| (dy - slope * dx).powi(2))
        .sum();
    let y_squares = sums::dot(&dy, &dy);
    let r = if sums::constant(&y) {
        f64::NAN
    } else {
        slope * x_squares.sqrt() / y_squares.sqrt()
    };
    let r = r.clamp(-1.0, 1.0);
    let (x_mean, df) = (sums::mean(&x), (x.len() - 2) as f64);
    let residual_std = if df > 0.0 {
        (residual_squares / df).sqrt()
    } else {
        0.0
    };
    let slope_stderr = if df > 0.0 && r.is_nan() {
        f64::NAN
    } else {
        residual_std / x_squares.sqrt()
    };
    let t_critical = t_quantile(0.975, df);
    let half = t_critical * slope_stderr;
    Some(Trend {
        n: x.len(),
        slope,
        intercept: sums::mean(&y) - slope * x_mean,
        r,
        r2: r * r,
        p: slope_p(r, residual_squares / y_squares, df, y[0] == y[1]),
        slope_stderr,
        slope_ci95: [slope - half, slope + half],
        x_mean,
        x_squares,
        residual_std,
        t_critical,
    })
}

/// P-value of slope 0, where `unexplained` is 1 − r².
fn slope_p(r: f64, unexplained: f64, df: f64, flat: bool) -> f64 {
    if df > 0.0 {
        return t_two_sided_p(r * (df / (unexplained + 2.0 * TINY)).sqrt(), df);
    }
    // Two points always lie on a line; scipy answers by whether it is level.
    if flat { 1.0 } else { 0.0 }
}
