//! Intervals for the share of variance explained, so that numeric and categorical factors can be
//! ranked in one table.

use super::{
    correlation::correlation_interval,
    distributions::{MOST_NONCENTRAL, noncentral_f_cdf},
};

/// 95 % interval of r² over `n` pairs: Fisher's z interval of r, squared.
///
/// The lower bound is 0 when the interval of r holds 0. `None` as for [`correlation_interval`].
pub fn r2_interval(r: f64, n: usize) -> Option<[f64; 2]> {
    let interval = correlation_interval(r, n)?;
    let [low, high] = interval.map(|bound| bound * bound);
    let holds_zero = interval[0] <= 0.0 && interval[1] >= 0.0;
    Some([if holds_zero { 0.0 } else { low.min(high) }, low.max(high)])
}

/// 95 % interval of η² from the F of a one-way analysis of variance and its degrees of freedom.
///
/// Steiger, "Beyond the F Test" (2004): the noncentralities λ under which F lies at the 97.5 and
/// the 2.5 percentile, turned to η² = λ / (λ + df_between + df_within + 1). A bound is 0 where even
/// λ = 0 puts F lower. `None` for an infinite or undefined F and where λ would pass
/// `MOST_NONCENTRAL`.
pub fn eta2_interval(f: f64, df_between: f64, df_within: f64) -> Option<[f64; 2]> {
    let low = noncentrality(f, df_between, df_within, 0.975)?;
    let high = noncentrality(f, df_between, df_within, 0.025)?;
    Some([low, high].map(|lambda| lambda / (lambda + df_between + df_within + 1.0)))
}

/// The λ under which `f` has the share `p` below it; 0 where λ = 0 has less than that below.
fn noncentrality(f: f64, df1: f64, df2: f64, p: f64) -> Option<f64> {
    let excess = |lambda: f64| noncentral_f_cdf(f, df1, df2, lambda) - p;
    let at_zero = excess(0.0);
    if !f.is_finite() || at_zero.is_nan() {
        return None;
    }
    if at_zero <= 0.0 {
        return Some(0.0);
    }
    let mut above = (0.0, at_zero);
    let mut lambda = (f * df1).clamp(1.0, MOST_NONCENTRAL);
    loop {
        let here = (lambda, excess(lambda));
        if here.1 <= 0.0 {
            return Some(root(excess, above, here));
        }
        if lambda >= MOST_NONCENTRAL {
            return None;
        }
        above = here;
        lambda = (2.0 * lambda).min(MOST_NONCENTRAL);
    }
}

/// Where a falling function is 0, between a point above and one not above: regula falsi with the
/// Illinois rule (Dowell and Jarratt, 1971), which halves the height of a point that stays twice.
fn root(function: impl Fn(f64) -> f64, mut above: (f64, f64), mut below: (f64, f64)) -> f64 {
    let mut last_was_above = None;
    let mut x = below.0;
    for _ in 0..200 {
        let next = above.0 + (below.0 - above.0) * above.1 / (above.1 - below.1);
        if (next - x).abs() <= 1e-14 * next {
            return next;
        }
        x = next;
        let here = (x, function(x));
        let is_above = here.1 > 0.0;
        let stayed_twice = last_was_above == Some(is_above);
        let (moves, stays) = if is_above {
            (&mut above, &mut below)
        } else {
            (&mut below, &mut above)
        };
        *moves = here;
        if stayed_twice {
            stays.1 *= 0.5;
        }
        last_was_above = Some(is_above);
    }
    x
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::stats::testing::{assert_all_close, assert_close};

    #[test]
    fn r2_interval_squares_fishers() {
        let [low, high] = correlation_interval(0.6, 50).unwrap();
        assert_all_close(&r2_interval(0.6, 50).unwrap(), &[low * low, high * high]);
        assert_all_close(&r2_interval(-0.6, 50).unwrap(), &[low * low, high * high]);
        // The interval of a weak correlation holds 0, and its longer side is the upper bound.
        let [low, _] = correlation_interval(-0.05, 50).unwrap();
        assert_all_close(&r2_interval(-0.05, 50).unwrap(), &[0.0, low * low]);
        assert_eq!(r2_interval(0.5, 3), None);
    }

    #[test]
    fn eta2_bounds_stop_at_zero() {
        assert_eq!(eta2_interval(1e-3, 3.0, 100.0), Some([0.0, 0.0]));
        assert_eq!(eta2_interval(1.2, 3.0, 100.0).unwrap()[0], 0.0);
        for f in [f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(eta2_interval(f, 3.0, 100.0), None, "{f}");
        }
        assert_eq!(eta2_interval(2.0, 1.0, 0.0), None);
    }

    proptest! {
        #[test]
        fn bounds_put_f_at_its_percentiles(
            f in 0.0..400.0, levels in 2..30_u32, rows in 40..20_000_u32,
        ) {
            let (df1, df2) = (f64::from(levels - 1), f64::from(rows - levels));
            let [low, high] = eta2_interval(f, df1, df2).unwrap();
            prop_assert!(0.0 <= low && low <= high && high < 1.0);
            for (eta2, p) in [(low, 0.975), (high, 0.025)] {
                let lambda = eta2 / (1.0 - eta2) * (df1 + df2 + 1.0);
                let reached = noncentral_f_cdf(f, df1, df2, lambda);
                if eta2 > 0.0 {
                    assert_close(reached, p);
                } else {
                    prop_assert!(reached <= p);
                }
            }
        }
    }
}
