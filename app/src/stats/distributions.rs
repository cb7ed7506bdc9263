//! Quantiles and tail probabilities: the one module that uses statrs.
//!
//! Everything is NaN outside its domain, and every probability lies in 0..=1. Tails are computed
//! as such, never as one minus the rest, so small p-values keep their digits down to 1e-300.

use std::f64::consts::{SQRT_2, TAU};

use statrs::function::{erf, gamma};

use super::incomplete_beta::{leading_factor, poisson, regularised};

/// Above this noncentrality the Poisson mixture would take hundreds of thousands of terms.
pub(super) const MOST_NONCENTRAL: f64 = 1e8;

/// The standard normal deviate below which a share `p` in 0..=1 lies.
pub(super) fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let start = -SQRT_2 * erf::erfc_inv(2.0 * p);
    let density = (-0.5 * start * start).exp() / TAU.sqrt();
    // statrs' inverse has ten digits, as has its erfc; a Newton step on χ², whose root a normal
    // deviate is, brings the rest.
    let correction = (p.min(1.0 - p) - 0.5 * chi2_sf(start * start, 1.0)) / density;
    if correction.is_finite() {
        start - correction * start.signum()
    } else {
        start
    }
}

/// The value of Student's t with `df` > 0 degrees of freedom below which a share `p` in 0..=1 lies.
///
/// Newton's method on the logarithm of the tail (or, near the middle, of the share around zero)
/// against ln t: both are concave, so it cannot diverge.
pub(super) fn t_quantile(p: f64, df: f64) -> f64 {
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
pub(super) fn t_two_sided_p(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if df.is_infinite() {
        return chi2_sf(t * t, 1.0);
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
pub(super) fn f_sf(f: f64, df1: f64, df2: f64) -> f64 {
    if f.is_nan() || !degrees_are_valid(df1, df2) {
        return f64::NAN;
    }
    let [x, y] = shares(f.max(0.0) * (df1 / df2));
    regularised(0.5 * df2, 0.5 * df1, x, y)
}

/// Probability that χ² with `df` in 0..=1e9 degrees of freedom exceeds `x`.
pub(super) fn chi2_sf(x: f64, df: f64) -> f64 {
    // Beyond that, statrs' series would not end.
    if x.is_nan() || !(df > 0.0 && df <= 1e9) {
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
pub(super) fn noncentral_f_cdf(f: f64, df1: f64, df2: f64, lambda: f64) -> f64 {
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
        let goes_on = value > last || value > 1e-18 * (total + sum);
        if !goes_on {
            break; // also for NaN, which compares as neither
        }
        last = value;
    }
    sum
}

fn degrees_are_valid(df1: f64, df2: f64) -> bool {
    df1.is_finite() && df2.is_finite() && df1 > 0.0 && df2 > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_within(got: f64, want: f64, relative: f64) {
        assert!(
            (got / want - 1.0).abs() <= relative,
            "{got:e}, expected {want:e}"
        );
    }

    #[test]
    fn quantiles_have_twelve_digits() {
        let cases = [
            (0.975, 1.0, 12.706204736174694),
            (0.975, 2.0, 4.302652729749462),
            (0.975, 10.0, 2.228138851986274),
            (0.975, 6605.0, 1.9603232121882692),
            (0.975, 1e7, 1.959964221767205),
            (0.6, 3.0, 0.2766706623326898),
            (0.0005, 5.0, -6.86882662588111),
            (0.975, f64::INFINITY, 1.959963984540054),
        ];
        for (p, df, want) in cases {
            assert_within(t_quantile(p, df), want, 1e-12);
        }
        for (p, want) in [
            (0.975, 1.959963984540054),
            (0.3, -0.5244005127080409),
            (1e-300, -37.0470962993612),
        ] {
            assert_within(normal_quantile(p), want, 1e-12);
        }
        assert_eq!((normal_quantile(0.5), t_quantile(0.5, 3.0)), (0.0, 0.0));
        assert_eq!(
            (normal_quantile(1.0), t_quantile(0.0, 3.0)),
            (f64::INFINITY, f64::NEG_INFINITY)
        );
        assert!(normal_quantile(1.1).is_nan() && t_quantile(0.975, 0.0).is_nan());
    }

    #[test]
    fn tails_keep_their_digits() {
        let cases = [
            (t_two_sided_p(2.0, 10.0), 0.07338803477074037),
            (t_two_sided_p(-5.0, 3.0), 0.015392438073302294),
            (t_two_sided_p(36.0, 6605.0), 2.625287027564232e-259),
            // Forty-digit arithmetic: scipy itself has nine digits at ten million degrees of freedom.
            (t_two_sided_p(2.0, 1e7), 0.045500290891843),
            (f_sf(2.5, 4.0, 1e7), 0.04042774937399122),
            (f_sf(200.0, 4.0, 1e7), 7.803066298991791e-172),
            (f_sf(3.0, 2.0, 10.0), 0.09536743164062497),
            (f_sf(0.5, 4.0, 100.0), 0.7357709038200617),
            (f_sf(1500.0, 1.0, 6605.0), 6.779189370931754e-296),
            (f_sf(100.0, 12.0, 6590.0), 1.1626148602945959e-228),
            (chi2_sf(3.84, 1.0), 0.05004352124870519),
            (chi2_sf(0.1, 4.0), 0.9987908957257497),
            (chi2_sf(1300.0, 2.0), 5.111951948651156e-283),
        ];
        for (got, want) in cases {
            assert_within(got, want, 1e-11);
        }
    }

    #[test]
    fn tails_end_at_zero_and_one() {
        let inf = f64::INFINITY;
        assert_eq!(
            [
                t_two_sided_p(0.0, 4.0),
                f_sf(0.0, 2.0, 9.0),
                chi2_sf(0.0, 2.0)
            ],
            [1.0; 3]
        );
        assert_eq!(
            [
                t_two_sided_p(inf, 4.0),
                f_sf(inf, 2.0, 9.0),
                chi2_sf(inf, 2.0)
            ],
            [0.0; 3]
        );
        let nan = [
            t_two_sided_p(1.0, 0.0),
            f_sf(1.0, 2.0, 0.0),
            f_sf(f64::NAN, 2.0, 9.0),
            chi2_sf(1.0, 0.0),
        ];
        assert!(nan.iter().all(|p| p.is_nan()));
    }

    #[test]
    fn noncentral_f_is_scipys() {
        let cases = [
            (3.0, 2.0, 10.0, 1.0, 0.8133488976129373),
            (30.0, 2.0, 6604.0, 20.0, 0.9992685901743295),
            (2.0, 3.0, 50.0, 30.0, 0.0006746978996238923),
            (1e5, 4.0, 1000.0, 4e5, 0.49400831385744237),
        ];
        for (f, df1, df2, lambda, want) in cases {
            assert_within(noncentral_f_cdf(f, df1, df2, lambda), want, 1e-10);
        }
        assert_within(
            noncentral_f_cdf(3.0, 2.0, 10.0, 0.0),
            1.0 - f_sf(3.0, 2.0, 10.0),
            1e-13,
        );
        assert_eq!(noncentral_f_cdf(0.0, 2.0, 10.0, 5.0), 0.0);
        assert_eq!(noncentral_f_cdf(f64::INFINITY, 2.0, 10.0, 5.0), 1.0);
        assert!(noncentral_f_cdf(1.0, 2.0, 10.0, -1.0).is_nan());
    }
}
