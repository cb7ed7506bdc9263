//! Does the mean outcome differ between the levels of a factor whose groups spread differently?
//! Welch's analysis of variance.

use serde::Serialize;

use super::{
    distributions::f_sf,
    tally::{Tally, present_groups, tallies},
};

/// Welch's analysis of variance, after statsmodels' `anova_oneway` with `use_var="unequal"`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WelchAnova {
    /// Weighted variance between the groups over what their own spreads let expect.
    pub f: f64,
    /// Probability of such an `f` where all groups share one mean.
    pub p: f64,
    /// Groups less one.
    pub df_between: f64,
    /// Approximate degrees of freedom of the spreads within groups, in general not whole.
    pub df_within: f64,
}

/// Welch's analysis of variance over groups of outcomes.
///
/// Welch, "On the Comparison of Several Mean Values: An Alternative Approach" (1951). `None` with
/// fewer than two groups that have values, and where a group has one value or equal ones: without a
/// spread of its own it has no weight.
pub fn welch_anova(groups: &[Vec<f64>]) -> Option<WelchAnova> {
    WelchAnova::of(&tallies(groups))
}

impl WelchAnova {
    /// [`welch_anova`] of groups that are counted.
    pub fn of(groups: &[Tally]) -> Option<Self> {
        let groups = present_groups(groups);
        let spreads = groups
            .iter()
            .all(|group| group.n() >= 2 && !group.is_constant());
        if groups.len() < 2 || !spreads {
            return None;
        }
        let total: usize = groups.iter().map(|group| group.n()).sum();
        // Means about a common offset: far from zero, their differences would lose digits.
        let offset = groups
            .iter()
            .map(|group| group.sum(|value| value))
            .sum::<f64>()
            / total as f64;
        let weighed: Vec<(f64, f64, f64)> = groups
            .iter()
            .map(|group| {
                let n = group.n() as f64;
                let weight = n / group.standard_deviation().powi(2);
                (n, weight, group.sum(|value| value - offset) / n)
            })
            .collect();
        let weights: f64 = weighed.iter().map(|(_, weight, _)| weight).sum();
        let centre = weighed.iter().map(|(_, w, mean)| w * mean).sum::<f64>() / weights;
        let k = groups.len() as f64;
        let between = weighed
            .iter()
            .map(|(_, w, mean)| w * (mean - centre).powi(2))
            .sum::<f64>()
            / (k - 1.0);
        let unsure = weighed
            .iter()
            .map(|(n, w, _)| (1.0 - w / weights).powi(2) / (n - 1.0))
            .sum::<f64>()
            / (k * k - 1.0);
        let f = between / (1.0 + 2.0 * (k - 2.0) * unsure);
        let df_within = 1.0 / (3.0 * unsure);
        Some(Self {
            f,
            p: f_sf(f, k - 1.0, df_within),
            df_between: k - 1.0,
            df_within,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::stats::mean_difference;
    use crate::stats::testing::{assert_close, plain_column};

    #[test]
    fn a_group_without_spread_has_no_weight() {
        let cases: [&[&[f64]]; 4] = [
            &[],
            &[&[1.0, 2.0], &[], &[f64::NAN]],
            &[&[1.0, 2.0], &[3.0]],
            &[&[1.0, 2.0], &[3.0, 3.0, f64::NAN]],
        ];
        for groups in cases {
            let groups: Vec<Vec<f64>> = groups.iter().map(|group| group.to_vec()).collect();
            assert_eq!(welch_anova(&groups), None, "{groups:?}");
        }
    }

    proptest! {
        #[test]
        fn two_groups_are_welchs_t_squared(a in plain_column(), b in plain_column()) {
            let Some(welch) = welch_anova(&[a.clone(), b.clone()]) else { return Ok(()) };
            let difference = mean_difference(&a, &b).unwrap();
            prop_assume!(difference.t.is_finite());
            assert_close(welch.f, difference.t * difference.t);
            assert_close(welch.df_within, difference.df);
            assert_close(welch.p, difference.p);
        }
    }
}
