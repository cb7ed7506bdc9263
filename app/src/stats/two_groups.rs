//! Two groups side by side: how far apart their means lie, in points and in standard deviations,
//! and how often a member of one has more than a member of the other.

use serde::Serialize;

use super::{
    distributions::{chi2_sf, normal_quantile, t_quantile, t_two_sided_p},
    incomplete_beta::stirling_error,
    sums,
    tally::Tally,
};

/// Difference of two means by Welch's t, after scipy's `ttest_ind` with `equal_var=False`.
///
/// Two constant groups leave `t` infinite, or NaN where they are equal, and the rest NaN.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MeanDifference {
    /// Mean of the first group less that of the second.
    pub difference: f64,
    /// Its 95 % interval.
    pub ci95: [f64; 2],
    /// Difference over its standard error.
    pub t: f64,
    /// Welch's and Satterthwaite's degrees of freedom, in general not whole.
    pub df: f64,
    /// Two-sided p-value of equal means.
    pub p: f64,
}

/// Difference of the means of two groups that may spread differently; `None` where a group has
/// fewer than two values.
///
/// Welch, "The Generalization of 'Student's' Problem when Several Different Population Variances
/// are Involved" (1947).
pub fn mean_difference(a: &[f64], b: &[f64]) -> Option<MeanDifference> {
    MeanDifference::of(&Tally::of(a), &Tally::of(b))
}

impl MeanDifference {
    /// [`mean_difference`] of groups that are counted.
    pub fn of(a: &Tally, b: &Tally) -> Option<Self> {
        let [a, b] = Moments::of_both(a, b)?;
        let (a_square, b_square) = (a.variance() / a.n, b.variance() / b.n);
        let square = a_square + b_square;
        let shares =
            (a_square / square).powi(2) / (a.n - 1.0) + (b_square / square).powi(2) / (b.n - 1.0);
        let (difference, df) = (a.mean - b.mean, 1.0 / shares);
        let t = difference / square.sqrt();
        let half = t_quantile(0.975, df) * square.sqrt();
        Some(Self {
            difference,
            ci95: [difference - half, difference + half],
            t,
            df,
            p: t_two_sided_p(t, df),
        })
    }
}

/// A difference of means in standard deviations.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HedgesG {
    /// Hedges' g: positive where the first group's mean is larger.
    pub g: f64,
    /// Its approximate 95 % interval.
    pub ci95: [f64; 2],
}

/// Hedges' g of two groups; `None` where a group has fewer than two values, NaN or infinite where
/// neither has a spread.
///
/// Hedges, "Distribution Theory for Glass's Estimator of Effect Size and Related Estimators" (1981):
/// the difference over the pooled standard deviation, times Γ(m/2) / (√(m/2) Γ((m−1)/2)) for m
/// degrees of freedom, which makes it unbiased. The interval is that of Hedges and Olkin,
/// "Statistical Methods for Meta-Analysis" (1985), 5.B: normal with variance
/// (n₁ + n₂) / (n₁ n₂) + g² / (2 (n₁ + n₂)).
pub fn hedges_g(a: &[f64], b: &[f64]) -> Option<HedgesG> {
    HedgesG::of(&Tally::of(a), &Tally::of(b))
}

impl HedgesG {
    /// [`hedges_g`] of groups that are counted.
    pub fn of(a: &Tally, b: &Tally) -> Option<Self> {
        let [a, b] = Moments::of_both(a, b)?;
        let df = a.n + b.n - 2.0;
        let pooled = ((a.squares + b.squares) / df).sqrt();
        let g = unbiasing(df) * (a.mean - b.mean) / pooled;
        let n = a.n + b.n;
        let half = normal_quantile(0.975) * (n / (a.n * b.n) + g * g / (2.0 * n)).sqrt();
        Some(Self {
            g,
            ci95: [g - half, g + half],
        })
    }
}

/// Γ(m/2) / (√(m/2) Γ((m−1)/2)) for m ≥ 2: the logarithms of the gammas would cancel, so they are
/// taken apart by Stirling's formula.
fn unbiasing(m: f64) -> f64 {
    let (z, before) = (0.5 * m, 0.5 * (m - 1.0));
    let logarithm = -(z - 1.0) * (-0.5 / z).ln_1p() - 0.5;
    (logarithm + stirling_error(z) - stirling_error(before)).exp()
}

/// Size, mean and squares about it, the means less a common offset.
struct Moments {
    n: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn of_both(a: &Tally, b: &Tally) -> Option<[Self; 2]> {
        if a.n() < 2 || b.n() < 2 {
            return None;
        }
        // Far from zero, the difference of two rounded means would be rounding.
        let offset = a.mean();
        Some([a, b].map(|values| Self::about(values, offset)))
    }

    fn about(values: &Tally, offset: f64) -> Self {
        let n = values.n() as f64;
        let mean = match values.is_constant() {
            true => values.min() - offset,
            false => values.sum(|value| value - offset) / n,
        };
        Self {
            n,
            mean,
            squares: values.sum(|value| (value - offset - mean).powi(2)),
        }
    }

    fn variance(&self) -> f64 {
        self.squares / (self.n - 1.0)
    }
}

/// Mann and Whitney's test, after scipy's `mannwhitneyu` with `method="asymptotic"`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MannWhitney {
    /// Pairs in which the first group's member has more; a tie counts as half.
    pub u: f64,
    /// Two-sided p-value of one distribution for both, by the normal with corrections for ties and
    /// continuity; 1 when all values tie.
    pub p: f64,
    /// Probability that a member of the first group has more than one of the second, 0..=1; ties
    /// count as half.
    ///
    /// McGraw and Wong, "A Common Language Effect Size Statistic" (1992), from ranks rather than a
    /// normal distribution: U / (n₁ n₂).
    pub superiority: f64,
}

/// Mann and Whitney's test of two groups; `None` where one has no values.
///
/// "On a Test of Whether One of Two Random Variables Is Stochastically Larger Than the Other"
/// (1947); the variance is that of all ranks, whose ties thereby count.
pub fn mann_whitney(a: &[f64], b: &[f64]) -> Option<MannWhitney> {
    MannWhitney::of(&Tally::of(a), &Tally::of(b))
}

impl MannWhitney {
    /// [`mann_whitney`] of groups that are counted.
    pub fn of(a: &Tally, b: &Tally) -> Option<Self> {
        if a.is_empty() || b.is_empty() {
            return None;
        }
        let all = Tally::together([a, b]);
        let (n, m) = (a.n() as f64, b.n() as f64);
        let middle = 0.5 * (n + m + 1.0);
        let ranks: Vec<f64> = all.ranks().map(|rank| rank - middle).collect();
        let own: Vec<(f64, usize)> = all
            .places(a)
            .map(|(place, count)| (ranks[place], count))
            .collect();
        let excess = sums::weighted(own.iter().copied());
        let every = all.runs().iter().zip(&ranks);
        let squares = sums::weighted(every.map(|((_, count), rank)| (rank.powi(2), *count)));
        let spread = (n * m / (n + m) / (n + m - 1.0) * squares).sqrt();
        let z = (excess.abs() - 0.5) / spread;
        let u = excess + 0.5 * n * m;
        Some(Self {
            u,
            p: if z > 0.0 { chi2_sf(z * z, 1.0) } else { 1.0 },
            superiority: u / (n * m),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::stats::testing::{assert_all_close, assert_close, plain_column};

    #[test]
    fn the_correction_is_exact() {
        // By forty-digit arithmetic; for 2 it is √(1/π).
        let cases = [
            (2.0, 0.5641895835477563),
            (3.0, 0.7236012545582677),
            (10.0, 0.9227456080530871),
            (6606.0, 0.9998864618353849),
            (1e7, 0.9999999249999978),
        ];
        for (m, want) in cases {
            assert!(
                (unbiasing(m) / want - 1.0).abs() < 1e-13,
                "{m}: {}",
                unbiasing(m)
            );
        }
    }

    #[test]
    fn few_or_equal_values_leave_figures_undefined() {
        assert_eq!(mean_difference(&[1.0], &[1.0, 2.0]), None);
        assert_eq!(hedges_g(&[1.0, f64::NAN], &[1.0, 2.0]), None);
        assert_eq!(mann_whitney(&[], &[1.0]), None);
        let equal = mean_difference(&[0.1; 3], &[0.1; 4]).unwrap();
        assert_eq!(equal.difference, 0.0);
        assert!(equal.t.is_nan() && equal.p.is_nan());
        let apart = hedges_g(&[2.0; 3], &[1.0; 4]).unwrap();
        assert_eq!(apart.g, f64::INFINITY);
        let tied = mann_whitney(&[3.0; 2], &[3.0; 5]).unwrap();
        assert_eq!((tied.u, tied.p, tied.superiority), (5.0, 1.0, 0.5));
    }

    proptest! {
        #[test]
        fn swapping_groups_mirrors_the_figures(a in plain_column(), b in plain_column()) {
            if let Some(forth) = mann_whitney(&a, &b) {
                let back = mann_whitney(&b, &a).unwrap();
                assert_close(forth.superiority + back.superiority, 1.0);
                assert_close(forth.p, back.p);
            }
            let Some(forth) = mean_difference(&a, &b) else { return Ok(()) };
            prop_assume!(forth.t.is_finite() && forth.t.abs() < 1e6);
            let back = mean_difference(&b, &a).unwrap();
            assert_all_close(
                &[forth.difference, forth.ci95[0], forth.df, forth.p],
                &[-back.difference, -back.ci95[1], back.df, back.p],
            );
            let (forth, back) = (hedges_g(&a, &b).unwrap(), hedges_g(&b, &a).unwrap());
            assert_all_close(&[forth.g, forth.ci95[0]], &[-back.g, -back.ci95[1]]);
        }

        #[test]
        fn the_unit_does_not_matter_to_g(
            a in plain_column(), b in plain_column(), power in -8..9_i32, shift in -50..50_i32,
        ) {
            let other = |values: &[f64]| -> Vec<f64> {
                values.iter().map(|v| (v + f64::from(shift)) * 2.0_f64.powi(power)).collect()
            };
            let Some(g) = hedges_g(&a, &b) else { return Ok(()) };
            prop_assume!(g.g.is_finite() && g.g.abs() < 1e6);
            let moved = hedges_g(&other(&a), &other(&b)).unwrap();
            prop_assert!((moved.g - g.g).abs() < 1e-9 * g.g.abs().max(1.0));
            let ranks = mann_whitney(&other(&a), &other(&b)).unwrap();
            prop_assert!((0.0..=1.0).contains(&ranks.superiority) && (0.0..=1.0).contains(&ranks.p));
        }
    }
}
