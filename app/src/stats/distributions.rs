//! Quantiles and tail probabilities: the one module that uses statrs.
//!
//! Everything is NaN outside its domain, and every probability lies in 0..=1. Tails are computed
//! as such, never as one minus the rest, so small p-values keep their digits down to 1e-300.

use std::f64::consts::{SQRT_2, TAU};

use statrs::function::{erf, gamma};

use super::incomplete_beta::{leading_factor, poisson, regularised};

/// Above this noncentrality the Poisson mixture would take hundreds of thousands of terms.
pub const MOST_NONCENTRAL: f64 = 1e8;

/// The standard normal deviate below which a share `p` in 0..=1 lies.
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let start = -SQRT_2 * erf::erfc_inv(2.0 * p);
    let density = (-0.5 * start * start).exp() / TAU.sqrt();
    // statrs' inverse is good to nine digits; a Newton step on its erfc doubles them.
    let correction = (0.5 * erf::erfc(-start / SQRT_2) - p) / density;
    if correction.is_finite() {
        start - correction
    } else {
        start
    }
}

/// The value of Student's t with `df` > 0 degrees of freedom below which a share `p` in 0..=1 lies.
///
/// Newton's method on the logarithm of the tail (or, near the middle, of the share around zero)
/// against ln t: both are concave, so it cannot diverge.
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    let start = normal_quantile(p);
    if start == 0.0 || start.is_infinite() || df.is_infinite() {
        return start;
    }
    let tail = 2.0 * p.min(1.0 - p);
    let middle = (2.0 * p - 1.0).abs();
    let mut ln_t = start.abs().ln();
    for _ in 0..100 {
        let [x, y] = t_shares(ln_t.exp(), df);
        let slope = 2.0 * leading_factor(0.5 * df, 0.5, x, y);
        let step = if tail < middle {
            let share = regularised(0.5 * df, 0.5, x, y);
            (share / tail).ln() * share / slope
        } else {
            let share = regularised(0.5, 0.5 * df, y, x);
            -(share / middle).ln() * share / slope
        };
        if !step.is_finite() {
            break;
        }
        ln_t += step;
        if step.abs() < 1e-14 {
            break;
        }
    }
    ln_t.exp().copysign(start)
}

/// Probability that |T| is at least |t|, for Student's t with `df` > 0 degrees of freedom.
pub fn t_two_sided_p(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if df.is_infinite() {
        return erf::erfc(t.abs() / SQRT_2);
    }
    let [x, y] = t_shares(t, df);
    regularised(0.5 * df, 0.5, x, y)
}

/// df / (df + t²) and t² / (df + t²).
fn t_shares(t: f64, df: f64) -> [f64; 2] {
    shares(t * (t / df))
}

/// 1 / (1 + ratio) and ratio / (1 + ratio), for a ratio from 0 to infinity.
fn shares(ratio: f64) -> [f64; 2] {
    let rest = if ratio > 1.0 {
        1.0 / (1.0 / ratio + 1.0)
    } else {
        ratio / (1.0 + ratio)
    };
    [1.0 / (1.0 + ratio), rest]
}

/// Probability that F with `df1`, `df2` > 0 degrees of freedom exceeds `f`.
pub fn f_sf(f: f64, df1: f64, df2: f64) -> f64 {
    if f.is_nan() || !degrees_are_valid(df1, df2) {
        return f64::NAN;
    }
    let [x, y] = shares(f.max(0.0) * (df1 / df2));
    regularised(0.5 * df2, 0.5 * df1, x, y)
}

/// Probability that χ² with `df` > 0 degrees of freedom exceeds `x`.
pub fn chi2_sf(x: f64, df: f64) -> f64 {
    if x.is_nan() || !df.is_finite() || df <= 0.0 {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 1.0;
    }
    if x.is_infinite() {
        return 0.0;
    }
    gamma::checked_gamma_ur(0.5 * df, 0.5 * x)
        .unwrap_or(f64::NAN)
        .clamp(0.0, 1.0)
}

/// Probability that the noncentral F with `df1`, `df2` > 0 degrees of freedom and noncentrality
/// `lambda` in 0..=[`MOST_NONCENTRAL`] is at most `f`.
///
/// Johnson, Kotz and Balakrishnan, "Continuous Univariate Distributions" 2 (1995), 30.10: a
/// mixture of incomplete betas with Poisson weights, summed outward from the largest weight.
pub fn noncentral_f_cdf(f: f64, df1: f64, df2: f64, lambda: f64) -> f64 {
    let valid = (0.0..=MOST_NONCENTRAL).contains(&lambda) && degrees_are_valid(df1, df2);
    if f.is_nan() || !valid {
        return f64::NAN;
    }
    let [y, x] = shares(f.max(0.0) * (df1 / df2));
    let (a, b, mean) = (0.5 * df1, 0.5 * df2, 0.5 * lambda);
    if lambda == 0.0 || x <= 0.0 || y <= 0.0 {
        return regularised(a, b, x, y);
    }
    poisson_mixture(a, b, x, y, mean).clamp(0.0, 1.0)
}

/// One summand of the mixture: the Poisson weight of `count`, I_x(a, b) for a = df1 / 2 + count,
/// and by how much that is above I_x(a + 1, b) (DLMF 8.17.20).
#[derive(Clone, Copy)]
struct Summand {
    count: f64,
    a: f64,
    weight: f64,
    beta: f64,
    drop: f64,
}

fn poisson_mixture(a: f64, b: f64, x: f64, y: f64, mean: f64) -> f64 {
    let count = mean.floor();
    let a = a + count;
    let centre = Summand {
        count,
        a,
        weight: poisson(count, mean),
        beta: regularised(a, b, x, y),
        drop: leading_factor(a, b, x, y) / a,
    };
    let next = |s: Summand| Summand {
        count: s.count + 1.0,
        a: s.a + 1.0,
        weight: s.weight * mean / (s.count + 1.0),
        beta: (s.beta - s.drop).max(0.0),
        drop: s.drop * x * (s.a + b) / (s.a + 1.0),
    };
    let previous = |s: Summand| {
        let drop = s.drop * s.a / (x * (s.a - 1.0 + b));
        Summand {
            count: s.count - 1.0,
            a: s.a - 1.0,
            weight: s.weight * s.count / mean,
            beta: (s.beta + drop).min(1.0),
            drop,
        }
    };
    let mut total = centre.weight * centre.beta;
    total += sum_outward(centre, next, total, |_| true);
    total + sum_outward(centre, previous, total, |s| s.count > 0.0)
}

/// Sum of the summands beyond `from`, until they fall below what can change `total`.
fn sum_outward(
    from: Summand,
    step: impl Fn(Summand) -> Summand,
    total: f64,
    has_next: impl Fn(Summand) -> bool,
) -> f64 {
    let (mut summand, mut sum) = (from, 0.0);
    let mut last = from.weight * from.beta;
    while has_next(summand) {
        summand = step(summand);
        let value = summand.weight * summand.beta;
        sum += value;
        // The summands rise to one peak and fall from there, so small and falling means done.
        if value <= last && value <= 1e-18 * (total + sum) {
            break;
        }
        last = value;
    }
    sum
}

fn degrees_are_valid(df1: f64, df2: f64) -> bool {
    df1.is_finite() && df2.is_finite() && df1 > 0.0 && df2 > 0.0
}
