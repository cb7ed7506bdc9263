//! Do two groups differ in what levels of a factor they have? Cramér's V and the difference of
//! proportions.

use serde::Serialize;

use super::distributions::{chi2_sf, normal_quantile};

/// Association of two categorical factors, from their table of counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Association {
    /// Rows counted.
    pub n: usize,
    /// Pearson's χ², without continuity correction.
    pub chi2: f64,
    /// Degrees of freedom.
    pub df: usize,
    /// Probability of such a χ² where the factors have nothing to do with each other.
    pub p: f64,
    /// Cramér's V, 0..=1: χ² over the largest it could be with these sizes, as a root.
    pub v: f64,
}

/// Association within a table of counts, one inner slice per group with one count per level.
///
/// Cramér, "Mathematical Methods of Statistics" (1946), 21.9, after scipy's `chi2_contingency`
/// without correction. Groups and levels without rows are left out; `None` with fewer than two of
/// either. A slice shorter than others has no rows of the levels it lacks.
pub fn association(counts: &[Vec<usize>]) -> Option<Association> {
    let levels = counts.iter().map(Vec::len).max().unwrap_or(0);
    let at = |group: &Vec<usize>, level: usize| group.get(level).copied().unwrap_or(0) as f64;
    let groups: Vec<&Vec<usize>> = counts
        .iter()
        .filter(|group| group.iter().any(|&count| count > 0))
        .collect();
    let columns: Vec<(usize, f64)> = (0..levels)
        .map(|level| (level, groups.iter().map(|group| at(group, level)).sum()))
        .filter(|&(_, total)| total > 0.0)
        .collect();
    let least = groups.len().min(columns.len());
    if least < 2 {
        return None;
    }
    let n: f64 = columns.iter().map(|(_, total)| total).sum();
    let mut chi2 = 0.0;
    for group in &groups {
        let size: f64 = columns.iter().map(|&(level, _)| at(group, level)).sum();
        for &(level, total) in &columns {
            let expected = size * (total / n);
            chi2 += (at(group, level) - expected).powi(2) / expected;
        }
    }
    let df = (groups.len() - 1) * (columns.len() - 1);
    Some(Association {
        n: n as usize,
        chi2,
        df,
        p: chi2_sf(chi2, df as f64),
        v: (chi2 / n / (least - 1) as f64).sqrt().min(1.0),
    })
}

/// Difference of two proportions, each `hits` of `n`, and its 95 % interval; `None` where a group
/// is empty or has more hits than rows.
///
/// Newcombe, "Interval Estimation for the Difference Between Independent Proportions" (1998),
/// method 10: from Wilson's interval of each, so that it stays within −1..=1 and is of use for
/// proportions of 0 and 1.
pub fn proportion_difference(a: (usize, usize), b: (usize, usize)) -> Option<(f64, [f64; 2])> {
    let ([a_low, a_high], [b_low, b_high]) = (wilson(a)?, wilson(b)?);
    let (p, q) = (a.0 as f64 / a.1 as f64, b.0 as f64 / b.1 as f64);
    let difference = p - q;
    let below = (p - a_low).hypot(b_high - q);
    let above = (a_high - p).hypot(q - b_low);
    Some((difference, [difference - below, difference + above]))
}

/// Wilson's 95 % interval of a proportion ("Probable Inference", 1927).
fn wilson((hits, n): (usize, usize)) -> Option<[f64; 2]> {
    if n == 0 || hits > n {
        return None;
    }
    let (p, n, z) = (hits as f64 / n as f64, n as f64, normal_quantile(0.975));
    let centre = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + z * z / n;
    Some([
        ((centre - half) / whole).max(0.0),
        ((centre + half) / whole).min(1.0),
    ])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::stats::testing::{assert_all_close, assert_close};

    #[test]
    fn tables_are_scipys() {
        // counts, then χ², p and V
        let cases: [(&[&[usize]], [f64; 3]); 3] = [
            (
                &[&[10, 20], &[20, 10]],
                [20.0 / 3.0, 0.009823274507519235, 1.0 / 3.0],
            ),
            (&[&[5, 0, 0], &[0, 0, 5]], [10.0, 0.001565402258002549, 1.0]),
            (&[&[3, 6], &[1, 2], &[]], [0.0, 1.0, 0.0]),
        ];
        for (counts, want) in cases {
            let counts: Vec<Vec<usize>> = counts.iter().map(|group| group.to_vec()).collect();
            let a = association(&counts).unwrap();
            assert_all_close(&[a.chi2, a.p, a.v], &want);
        }
        assert_eq!(association(&[vec![1, 2], vec![0, 0]]), None);
        assert_eq!(association(&[vec![1], vec![2]]), None);
        assert_eq!(association(&[]), None);
    }

    /// Newcombe's table II: (a) to (h) of method 10.
    #[test]
    fn intervals_are_newcombes() {
        let cases = [
            ((56, 70), (48, 80), 0.2, [0.0524, 0.3339]),
            ((9, 10), (3, 10), 0.6, [0.1705, 0.8090]),
            ((10, 10), (0, 20), 1.0, [0.6791, 1.0]),
            ((0, 10), (0, 20), 0.0, [-0.1611, 0.2775]),
        ];
        for (a, b, difference, [low, high]) in cases {
            let (got, interval) = proportion_difference(a, b).unwrap();
            assert_close(got, difference);
            let near = |got: f64, want: f64| (got - want).abs() < 5.1e-5;
            assert!(
                near(interval[0], low) && near(interval[1], high),
                "{interval:?}"
            );
        }
        assert_eq!(proportion_difference((0, 0), (1, 2)), None);
        assert_eq!(proportion_difference((3, 2), (1, 2)), None);
    }

    proptest! {
        #[test]
        fn v_is_a_share_and_order_does_not_matter(
            mut counts in prop::collection::vec(prop::collection::vec(0..30_usize, 3), 2..5),
        ) {
            let Some(forth) = association(&counts) else { return Ok(()) };
            prop_assert!((0.0..=1.0).contains(&forth.v));
            counts.reverse();
            assert_close(association(&counts).unwrap().chi2, forth.chi2);
        }
    }
}
