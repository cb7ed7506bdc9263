//! Does the mean outcome differ between the levels of a factor? One-way analysis of variance with
//! its effect size.

use serde::Serialize;

use super::{
    distributions::f_sf,
    tally::{Tally, present_groups, tallies},
};

/// One-way analysis of variance, after `scipy.stats.f_oneway`.
///
/// Constant but different groups have an infinite `f`; equal values everywhere, or one value per
/// group, leave `f` NaN.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Anova {
    /// Values in all groups.
    pub n: usize,
    /// Groups with values.
    pub levels: usize,
    /// Variance between the groups over variance within them.
    pub f: f64,
    /// Probability of such an `f` where all groups share one mean.
    pub p: f64,
    /// Share of the outcome's variance that the levels explain, 0..=1: SSB / SST.
    pub eta2: f64,
    /// The same for all such students rather than those here: η² less what chance alone adds, at
    /// most 1 and below 0 where chance would have added more.
    ///
    /// Hays, "Statistics for Psychologists" (1963): ω² = (SSB − df_between MSW) / (SST + MSW).
    pub omega2: f64,
    /// Groups less one.
    pub df_between: f64,
    /// Values less groups.
    pub df_within: f64,
}

/// Analysis of variance over groups of outcomes; `None` with fewer than two groups that have values.
pub fn anova(groups: &[Vec<f64>]) -> Option<Anova> {
    Anova::of(&tallies(groups))
}

impl Anova {
    /// [`anova`] of groups that are counted.
    pub fn of(groups: &[Tally]) -> Option<Self> {
        let groups = present_groups(groups);
        let levels = groups.len();
        if levels < 2 {
            return None;
        }
        let n: usize = groups.iter().map(|group| group.n()).sum();
        let df_between = (levels - 1) as f64;
        let df_within = (n - levels) as f64;
        let spread = Spread::of(&groups, n);
        let f = spread.f_ratio(df_between, df_within);
        Some(Self {
            n,
            levels,
            f,
            p: f_sf(f, df_between, df_within),
            eta2: spread.between / (spread.between + spread.within),
            omega2: spread.omega2(df_between, df_within),
            df_between,
            df_within,
        })
    }
}

/// Sums of squares between and within the groups, each from deviations rather than as the
/// difference of larger sums.
struct Spread {
    between: f64,
    within: f64,
    /// Every group's values are equal.
    constant_groups: bool,
    /// All values are equal.
    constant: bool,
}

impl Spread {
    fn of(groups: &[&Tally], n: usize) -> Self {
        let constant_groups = groups.iter().all(|group| group.is_constant());
        let constant =
            constant_groups && groups.windows(2).all(|pair| pair[0].min() == pair[1].min());
        if constant {
            return Self {
                between: 0.0,
                within: 0.0,
                constant_groups,
                constant,
            };
        }
        // Any offset near the data will do: it leaves small numbers, whose sums keep their digits.
        let total: f64 = groups.iter().map(|group| group.sum(|value| value)).sum();
        let offset = total / n as f64;
        let means: Vec<f64> = groups
            .iter()
            .map(|group| group.sum(|value| value - offset) / group.n() as f64)
            .collect();
        let sized = || groups.iter().zip(&means);
        let grand = sized()
            .map(|(group, mean)| group.n() as f64 * mean)
            .sum::<f64>()
            / n as f64;
        Self {
            between: sized()
                .map(|(group, mean)| group.n() as f64 * (mean - grand).powi(2))
                .sum(),
            within: sized()
                .filter(|(group, _)| !group.is_constant())
                .map(|(group, mean)| group.sum(|value| (value - offset - mean).powi(2)))
                .sum(),
            constant_groups,
            constant,
        }
    }

    /// ω²; NaN where the variance within groups is.
    fn omega2(&self, df_between: f64, df_within: f64) -> f64 {
        let mean_within = self.within / df_within;
        (self.between - df_between * mean_within) / (self.between + self.within + mean_within)
    }

    /// F, with scipy's answers where it is not a number.
    fn f_ratio(&self, df_between: f64, df_within: f64) -> f64 {
        if df_within == 0.0 || self.constant {
            f64::NAN
        } else if self.constant_groups {
            f64::INFINITY
        } else {
            (self.between / df_between) / (self.within / df_within)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::stats::testing::{assert_all_close, plain_column};

    const NAN: f64 = f64::NAN;

    #[test]
    fn anova_is_scipys() {
        // groups, then F, p, η² and ω²
        let cases: [(&[&[f64]], [f64; 4]); 5] = [
            (
                &[
                    &[1.0, 2.0, 3.0],
                    &[],
                    &[2.0, NAN, 4.0, 6.0],
                    &[5.0, 5.0, 8.0],
                ],
                [4.5, 0.064, 0.6, 7.0 / 16.0],
            ),
            (
                &[&[1.0], &[2.0, 4.0, 5.0]],
                [16.0 / 7.0, 0.2697032566597785, 8.0 / 15.0, 9.0 / 37.0],
            ),
            (&[&[1.0, 1.0], &[2.0, 2.0]], [f64::INFINITY, 0.0, 1.0, 1.0]),
            (&[&[0.1, 0.1], &[0.1]], [NAN; 4]),
            (&[&[1.0], &[2.0], &[4.0]], [NAN, NAN, 1.0, NAN]),
        ];
        for (groups, want) in cases {
            let groups: Vec<Vec<f64>> = groups.iter().map(|group| group.to_vec()).collect();
            let a = anova(&groups).unwrap();
            assert_all_close(&[a.f, a.p, a.eta2, a.omega2], &want);
        }
    }

    #[test]
    fn one_group_has_nothing_to_compare_with() {
        assert_eq!(anova(&[]), None);
        assert_eq!(anova(&[vec![1.0, 2.0], vec![], vec![NAN]]), None);
    }

    /// NIST's SmLs01, 04 and 07: F = 21 about ever larger offsets. What remains of the error is that
    /// of tenths near 1e6 and 1e12 as floating-point numbers.
    #[test]
    fn offsets_cost_no_digits() {
        for (offset, tolerance) in [(1.0, 1e-13), (1e6, 1e-10), (1e12, 1e-4)] {
            let group = |level: u32| -> Vec<f64> {
                let centre = if level == 0 {
                    0.4
                } else if level % 2 == 1 {
                    0.3
                } else {
                    0.5
                };
                let steps = (0..21).map(|row| {
                    if row == 0 {
                        0.0
                    } else {
                        0.1 - 0.2 * f64::from(row % 2)
                    }
                });
                steps
                    .map(|step| offset + ((centre + step) * 10.0_f64).round() / 10.0)
                    .collect()
            };
            let a = anova(&(0..9).map(group).collect::<Vec<_>>()).unwrap();
            assert!((a.f / 21.0 - 1.0).abs() < tolerance, "{offset}: {}", a.f);
            assert!(
                (a.eta2 / 0.482758620689655 - 1.0).abs() < tolerance,
                "{offset}: {}",
                a.eta2
            );
        }
    }

    proptest! {
        #[test]
        fn shares_and_probabilities_stay_in_range(a in plain_column(), b in plain_column()) {
            let Some(anova) = anova(&[a, b]) else { return Ok(()) };
            for share in [anova.eta2, anova.p] {
                prop_assert!(share.is_nan() || (0.0..=1.0).contains(&share), "{share}");
            }
        }
    }
}
