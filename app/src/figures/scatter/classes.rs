//! The rows of a scatter plot by classes of x, for the table beside it.

use crate::stats::{Pair, Pairs};

/// Values of x that are classes of their own at most.
const MOST_VALUES: usize = 50;
/// Classes of equal width where there are more of them.
const CLASSES: f64 = 20.0;

/// Rows whose x lies in one class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Class {
    /// Least and greatest x.
    pub x: [f64; 2],
    /// Rows, at least one.
    pub n: usize,
    /// Least and greatest y.
    pub y: [f64; 2],
    /// Mean y.
    pub mean: f64,
}

impl Class {
    /// Cut where x changes, or into classes of equal width when that is too often.
    pub(super) fn of(groups: &[&Pairs]) -> Vec<Self> {
        let mut pairs: Vec<Pair> = groups.iter().flat_map(|pairs| pairs.iter()).collect();
        pairs.sort_by(|a, b| a.x.total_cmp(&b.x));
        let single = || pairs.chunk_by(|a, b| a.x == b.x);
        let (Some(first), Some(last)) = (pairs.first(), pairs.last()) else {
            return Vec::new();
        };
        if single().nth(MOST_VALUES).is_none() {
            return single().map(Self::of_rows).collect();
        }
        let width = (last.x - first.x) / CLASSES;
        let class = |x: f64| ((x - first.x) / width).floor().min(CLASSES - 1.0);
        let classes = pairs.chunk_by(|a, b| class(a.x) == class(b.x));
        classes.map(Self::of_rows).collect()
    }

    /// Of rows in the order of x, at least one.
    fn of_rows(rows: &[Pair]) -> Self {
        let n: usize = rows.iter().map(|row| row.count).sum();
        let total: f64 = rows.iter().map(|row| row.y * row.count as f64).sum();
        let ys = || rows.iter().map(|row| row.y);
        let xs = || rows.iter().map(|row| row.x);
        Self {
            x: [xs().fold(f64::NAN, f64::min), xs().fold(f64::NAN, f64::max)],
            n,
            y: [ys().fold(f64::NAN, f64::min), ys().fold(f64::NAN, f64::max)],
            mean: total / n as f64,
        }
    }
}
