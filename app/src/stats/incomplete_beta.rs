//! The regularised incomplete beta function, from which the t, F and noncentral F distributions
//! follow.
//!
//! statrs has one, but it subtracts log-gammas (eight digits are left at ten million degrees of
//! freedom) and stops after 140 terms. Here x and its complement are both given, so that neither
//! is rounded away, and the leading factor comes from Loader's saddle-point expansion.

use std::f64::consts::TAU;

/// Terms of the continued fraction: it needs about the square root of the larger parameter, so
/// this reaches beyond 10^9.
const MOST_TERMS: u32 = 200_000;

/// The regularised incomplete beta function I_x(a, b), in 0..=1, for a, b > 0, x in 0..=1 and
/// y = 1 − x.
///
/// On the side of the mean where the continued fraction converges fast.
pub(super) fn regularised(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    let value = if x < (a + 1.0) / (a + b + 2.0) {
        leading_factor(a, b, x, y) / continued_fraction(a, b, x, y)
    } else {
        1.0 - leading_factor(b, a, y, x) / continued_fraction(b, a, y, x)
    };
    value.clamp(0.0, 1.0)
}

/// x^a y^b / B(a, b), for y = 1 − x.
///
/// Loader, "Fast and Accurate Computation of Binomial Probabilities" (2000): powers and gammas
/// cancel on paper, not in floating point.
pub(super) fn leading_factor(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let exponent = stirling_error(n)
        - stirling_error(a)
        - stirling_error(b)
        - deviance(a, n * x)
        - deviance(b, n * y);
    (a * (b / n) / TAU).sqrt() * exponent.exp()
}

/// Probability of `count` events (a whole number) where `mean` > 0 are expected.
pub(super) fn poisson(count: f64, mean: f64) -> f64 {
    if count == 0.0 {
        return (-mean).exp();
    }
    (-stirling_error(count) - deviance(count, mean)).exp() / (TAU * count).sqrt()
}

/// What Stirling's formula lacks: ln Γ(z) = (z − ½) ln z − z + ½ ln 2π + this, for z > 0.
pub(super) fn stirling_error(z: f64) -> f64 {
    const COEFFICIENTS: [f64; 6] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
    ];
    let (mut z, mut error) = (z, 0.0);
    // The series needs a large argument; Γ(z + 1) = z Γ(z) leads there.
    while z < 16.0 {
        error += (z + 0.5) * (1.0 / z).ln_1p() - 1.0;
        z += 1.0;
    }
    let inverse_square = 1.0 / (z * z);
    error
        + COEFFICIENTS
            .iter()
            .rev()
            .fold(0.0, |sum, c| sum * inverse_square + c)
            / z
}

/// Loader's D₀: observed ln(observed / expected) + expected − observed, without cancellation where
/// the two are close.
fn deviance(observed: f64, expected: f64) -> f64 {
    let difference = observed - expected;
    if difference.abs() >= 0.1 * (observed + expected) {
        return observed * (observed / expected).ln() - difference;
    }
    let v = difference / (observed + expected);
    let mut sum = difference * v;
    let mut power = 2.0 * observed * v;
    // v < 0.1, so each term is a hundredth of the one before it.
    for odd in (3..40).step_by(2) {
        power *= v * v;
        sum += power / f64::from(odd);
    }
    sum
}

/// x^a y^b / (B(a, b) I_x(a, b)), by the even part of the usual continued fraction.
///
/// Didonato and Morris, "Algorithm 708" (1992), BFRAC: unlike the usual form it takes y, whose
/// digits are lost in x when x is close to 1. Summed by Lentz's method, as modified by Thompson and
/// Barnett (1986).
fn continued_fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let lambda = a * y - b * x;
    let mut value = away_from_zero(a / (a + 1.0) * (lambda + 1.0));
    let (mut c, mut d) = (value, 0.0);
    for term in 1..=MOST_TERMS {
        let m = f64::from(term);
        let odd = a + 2.0 * m - 1.0;
        let share = m * (b - m) * x / odd;
        let numerator = share * (a + m - 1.0) * (a + b + m - 1.0) * x / odd;
        let denominator = m + share + (a + m) / (odd + 2.0) * (lambda + 1.0 + m * (1.0 + y));
        d = 1.0 / away_from_zero(denominator + numerator * d);
        c = away_from_zero(denominator + numerator / c);
        value *= c * d;
        if (c * d - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

/// Lentz's method divides by partial sums, which may vanish.
fn away_from_zero(value: f64) -> f64 {
    if value.abs() < 1e-300 { 1e-300 } else { value }
}
