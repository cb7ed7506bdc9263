//! Does the outcome's distribution differ between the levels of a factor? Kruskal and Wallis' test
//! on ranks, which asks for no normal distribution.

use serde::Serialize;

use super::{correlation::average_ranks, distributions::chi2_sf, levels::present_groups};

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
    let groups = present_groups(groups);
    if groups.len() < 2 {
        return None;
    }
    let values = groups.concat();
    let ranks = average_ranks(&values);
    let middle = (values.len() + 1) as f64 / 2.0;
    let total: f64 = ranks.iter().map(|rank| (rank - middle).powi(2)).sum();
    let mut rest = ranks.as_slice();
    let mut between = 0.0;
    for group in &groups {
        let (own, others) = rest.split_at(group.len());
        let excess: f64 = own.iter().map(|rank| rank - middle).sum();
        between += excess * excess / group.len() as f64;
        rest = others;
    }
    let h = (values.len() - 1) as f64 * between / total;
    Some(Kruskal {
        h,
        p: chi2_sf(h, (groups.len() - 1) as f64),
    })
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
