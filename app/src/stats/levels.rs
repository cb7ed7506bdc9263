//! Splits an outcome by the levels of a factor: what box plots per level and analyses of variance
//! take.

/// The outcomes present per level, in level order and within a level in row order.
///
/// `codes` and `outcome` hold one element per row. The result has `levels` vectors, empty ones
/// included. Rows whose outcome is NaN or whose code is not below `levels` (so also
/// [`MISSING_LEVEL`](super::MISSING_LEVEL)) are dropped.
pub fn by_level(codes: &[u32], levels: usize, outcome: &[f64]) -> Vec<Vec<f64>> {
    let mut sizes = vec![0; levels];
    for &code in codes {
        if let Some(size) = sizes.get_mut(code as usize) {
            *size += 1;
        }
    }
    let mut groups: Vec<Vec<f64>> = sizes.into_iter().map(Vec::with_capacity).collect();
    for (&code, &value) in codes.iter().zip(outcome) {
        if let Some(group) = groups.get_mut(code as usize).filter(|_| !value.is_nan()) {
            group.push(value);
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::MISSING_LEVEL;

    #[test]
    fn rows_missing_either_are_dropped() {
        let codes = [2, 0, MISSING_LEVEL, 2, 0, 7];
        let outcome = [5.0, 1.0, 9.0, 4.0, f64::NAN, 9.0];
        assert_eq!(
            by_level(&codes, 3, &outcome),
            [vec![1.0], vec![], vec![5.0, 4.0]]
        );
        assert_eq!(by_level(&codes, 0, &outcome), Vec::<Vec<f64>>::new());
    }
}
