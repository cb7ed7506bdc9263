//! The straight line through two numeric columns: ordinary least squares with one factor.

use serde::Serialize;

use super::{
    distributions::{t_quantile, t_two_sided_p},
    pairs::Pairs,
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
    Trend::of(&Pairs::of(x, y))
}

impl Trend {
    /// [`trend`] of pairs that are counted.
    pub fn of(pairs: &Pairs) -> Option<Self> {
        let [same_x, same_y] = pairs.constant();
        if same_x {
            return None;
        }
        let centred = pairs.centred();
        let x_squares = centred.sum(|pair| pair.x * pair.x);
        let slope = match same_y {
            true => 0.0,
            false => centred.sum(|pair| pair.x * pair.y) / x_squares,
        };
        // From the residuals: 1 − r² has no digits left on a steep, clean line.
        let residual_squares = centred.sum(|pair| (pair.y - slope * pair.x).powi(2));
        let y_squares = centred.sum(|pair| pair.y * pair.y);
        let r = match same_y {
            true => f64::NAN,
            false => slope * x_squares.sqrt() / y_squares.sqrt(),
        };
        let r = r.clamp(-1.0, 1.0);
        let ([x_mean, y_mean], df) = (pairs.means(), (pairs.n() - 2) as f64);
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
        Some(Self {
            n: pairs.n(),
            slope,
            intercept: y_mean - slope * x_mean,
            r,
            r2: r * r,
            p: slope_p(r, residual_squares / y_squares, df, same_y),
            slope_stderr,
            slope_ci95: [slope - half, slope + half],
            x_mean,
            x_squares,
            residual_std,
            t_critical,
        })
    }
}

/// P-value of slope 0, where `unexplained` is 1 − r².
fn slope_p(r: f64, unexplained: f64, df: f64, flat: bool) -> f64 {
    if df > 0.0 {
        return t_two_sided_p(r * (df / (unexplained + 2.0 * TINY)).sqrt(), df);
    }
    // Two points always lie on a line; scipy answers by whether it is level.
    if flat { 1.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::stats::testing::{assert_all_close, assert_close};

    const NAN: f64 = f64::NAN;

    #[test]
    fn trend_is_linregress() {
        let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, NAN];
        let t = trend(&x, &[2.0, 1.0, 4.0, 3.0, 7.0, 5.0, NAN, 1.0]).unwrap();
        assert_eq!(t.n, 6);
        assert_all_close(
            &[t.slope, t.intercept, t.r, t.p, t.slope_stderr],
            &[
                0.9142857142857143,
                0.4666666666666668,
                0.7917946548886297,
                0.06051140336275658,
                0.3526382586966403,
            ],
        );
        assert_all_close(&t.slope_ci95, &[-0.06479505297804566, 1.8933664815494762]);
        assert_all_close(&t.band(0.0), &[-3.3463051083654083, 4.279638441698737]);
        assert_all_close(&t.band(3.5), &[1.99456793032505, 5.338765403008286]);
        assert_close(t.at(3.5), 11.0 / 3.0);
    }

    #[test]
    fn edge_cases_are_scipys() {
        // x, y, then slope, r, p and standard error of the slope
        let cases: [(&[f64], &[f64], [f64; 4]); 4] = [
            (&[1.0, 2.0], &[5.0, 5.0], [0.0, NAN, 1.0, 0.0]),
            (&[1.0, 2.0], &[5.0, 6.0], [1.0, 1.0, 0.0, 0.0]),
            (&[1.0, 2.0, 3.0], &[0.1, 0.1, 0.1], [0.0, NAN, NAN, NAN]),
            (
                &[0.0, 1.0, 2.0, 3.0],
                &[1.0, 3.0, 5.0, 7.0],
                [2.0, 1.0, 1e-20, 0.0],
            ),
        ];
        for (x, y, want) in cases {
            let t = trend(x, y).unwrap();
            assert_all_close(&[t.slope, t.r, t.p, t.slope_stderr], &want);
            assert_eq!(t.slope_ci95[0].is_nan(), t.n == 2 || t.r.is_nan());
        }
        for x in [&[][..], &[1.0], &[0.1, 0.1, 0.1], &[1.0, NAN]] {
            assert_eq!(trend(x, &[1.0, 2.0, 3.0]), None, "{x:?}");
        }
    }

    #[test]
    fn a_large_offset_costs_no_digits() {
        let x: Vec<f64> = (0..9).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|x| 0.5 * x + (x * 7.0) % 3.0).collect();
        let far_x: Vec<f64> = x.iter().map(|x| x + 1e9).collect();
        let far_y: Vec<f64> = y.iter().map(|y| y - 1e9).collect();
        let (near, far) = (trend(&x, &y).unwrap(), trend(&far_x, &far_y).unwrap());
        assert_close(far.slope, near.slope);
        assert_close(far.slope_stderr, near.slope_stderr);
        assert_close(far.p, near.p);
    }
}
