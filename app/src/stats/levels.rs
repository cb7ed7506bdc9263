//! Splits an outcome by the levels of a factor: what box plots per level and analyses of variance
//! take.

/// The outcomes present per level, in level order and within a level in row order.
///
/// `codes` and `outcome` hold one element per row. The result has `levels` vectors, empty ones
/// included. Rows whose outcome is NaN or whose code is not below `levels` (so also
/// [`MISSING_LEVEL`](super::MISSING_LEVEL)) are dropped.
pub fn by_level(codes: &[u32], levels: usize, outcome: &[f64]) -> Vec<Vec<f64>> {
    let mut groups = vec![Vec::new(); levels];
    for (&code, &value) in codes.iter().zip(outcome) {
        if let Some(group) = groups.get_mut(code as usize).filter(|_| !value.is_nan()) {
            group.push(value);
        }
    }
    groups
}
