//! Many tests at once: false discovery rates for the table that ranks all factors.

/// Benjamini and Hochberg's adjusted p-values, in the order of `p`.
///
/// "Controlling the False Discovery Rate" (1995), as statsmodels' `fdr_bh`: p times the number of
/// tests over its rank, made monotone from the largest down, at most 1. NaN stays NaN and does not
/// count as a test.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|&i| !p[i].is_nan()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let tests = order.len() as f64;
    let mut adjusted = vec![f64::NAN; p.len()];
    let mut least: f64 = 1.0;
    for (rank, &i) in order.iter().enumerate().rev() {
        least = least.min(p[i] * tests / (rank + 1) as f64);
        adjusted[i] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::testing::assert_all_close;

    #[test]
    fn adjusted_as_statsmodels() {
        let q = benjamini_hochberg(&[0.01, 0.04, 0.03, f64::NAN, 0.005, 0.8, 0.03]);
        assert_all_close(&q, &[0.03, 0.048, 0.045, f64::NAN, 0.03, 0.8, 0.045]);
        assert_eq!(benjamini_hochberg(&[0.2]), [0.2]);
        assert_eq!(benjamini_hochberg(&[]), [0.0; 0]);
    }

    proptest! {
        #[test]
        fn order_is_kept_and_nothing_shrinks(p in prop::collection::vec(0.0..=1.0, 0..40)) {
            let q = benjamini_hochberg(&p);
            for i in 0..p.len() {
                // p n / n may lose a digit.
                prop_assert!(p[i] <= q[i] * (1.0 + 1e-15) && q[i] <= 1.0);
                prop_assert!((0..i).all(|j| (p[i] <= p[j]) == (q[i] <= q[j]) || q[i] == q[j]));
            }
        }
    }
}
