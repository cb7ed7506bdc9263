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
