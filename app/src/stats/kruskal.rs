//! Does the outcome's distribution differ between the levels of a factor? Kruskal and Wallis' test
//! on ranks, which asks for no normal distribution.

use serde::Serialize;

use super::{
    distributions::chi2_sf,
    sums,
    tally::{Tally, present_groups, tallies},
};

/// Kruskal and Wallis' test, after `scipy.stats.kruskal`. Both figures are NaN when all values tie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Kruskal {
    /// Kruskal and Wallis' H, corrected for ties.
    pub h: f64,
    /// Probability of such an H where all groups share one distribution, by χ².
    pub p: f64,
}

/// The test over groups of outcomes; `None` with fewer than two groups that have values.
///
/// Kruskal and Wallis, "Use of Ranks in One-Criterion Variance Analysis" (1952): the variance of
/// the groups' mean ranks over that of all ranks, whose ties thereby count.
pub fn kruskal(groups: &[Vec<f64>]) -> Option<Kruskal> {
    Kruskal::of(&tallies(groups))
}

impl Kruskal {
    /// [`kruskal`] of groups that are counted.
    pub fn of(groups: &[Tally]) -> Option<Self> {
        let groups = present_groups(groups);
        if groups.len() < 2 {
            return None;
        }
        let all = Tally::together(groups.iter().copied());
        let middle = (all.n() + 1) as f64 / 2.0;
        let excess: Vec<f64> = all.ranks().map(|rank| rank - middle).collect();
        let runs = all.runs().iter().zip(&excess);
        let total = sums::weighted(runs.map(|((_, count), excess)| (excess.powi(2), *count)));
        let mut between = 0.0;
        for group in &groups {
            let own: Vec<(f64, usize)> = all
                .places(group)
                .map(|(place, count)| (excess[place], count))
                .collect();
            let excess = sums::weighted(own.iter().copied());
            between += excess * excess / group.n() as f64;
        }
        let h = (all.n() - 1) as f64 * between / total;
        Some(Self {
            h,
            p: chi2_sf(h, (groups.len() - 1) as f64),
        })
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
    fn the_test_is_scipys() {
        let cases: [(&[&[f64]], [f64; 2]); 5] = [
            (
                &[
                    &[1.0, 2.0, 3.0],
                    &[],
                    &[2.0, NAN, 4.0, 6.0],
                    &[5.0, 5.0, 8.0],
                ],
                [4.768361581920906, 0.0921644506128508],
            ),
            (&[&[1.0], &[2.0, 4.0, 5.0]], [1.8, 0.17971249487899588]),
            (&[&[1.0, 1.0], &[2.0, 2.0]], [3.0, 0.0832645166635504]),
            (&[&[0.1, 0.1], &[0.1]], [NAN; 2]),
            (&[&[1.0], &[2.0], &[4.0]], [2.0, 0.36787944117144245]),
        ];
        for (groups, want) in cases {
            let groups: Vec<Vec<f64>> = groups.iter().map(|group| group.to_vec()).collect();
            let test = kruskal(&groups).unwrap();
            assert_all_close(&[test.h, test.p], &want);
        }
        assert_eq!(kruskal(&[vec![1.0], vec![NAN]]), None);
    }

    proptest! {
        #[test]
        fn probabilities_stay_in_range(a in plain_column(), b in plain_column()) {
            let Some(test) = kruskal(&[a, b]) else { return Ok(()) };
            prop_assert!(test.p.is_nan() || (0.0..=1.0).contains(&test.p), "{}", test.p);
        }
    }
}
