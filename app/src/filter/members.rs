//! Which rows of a table are members of a group.

use super::{Condition, Filters};
use crate::dataset::Table;
use crate::stats::MISSING_LEVEL;

impl Filters {
    /// Whether each row of the table meets every condition. `None` where nobody can tell: a value is
    /// missing, and no other condition rules the row out.
    pub fn members(&self, table: &Table<'_>) -> Vec<Option<bool>> {
        let mut members = vec![Some(true); table.rows()];
        for (column, condition) in self.iter() {
            match condition {
                Condition::Levels(levels) => narrow(&mut members, table.codes(column), |code| {
                    let known = code != MISSING_LEVEL;
                    known.then(|| levels.contains(&(code as usize)))
                }),
                Condition::Range { low, high } => {
                    let low = low.unwrap_or(f64::NEG_INFINITY);
                    let high = high.unwrap_or(f64::INFINITY);
                    narrow(&mut members, table.numbers(column), |value: f64| {
                        (!value.is_nan()).then_some(value >= low && value <= high)
                    });
                }
            }
        }
        members
    }
}

/// Adds a condition: what it rules out is out, and what it cannot tell is unknown unless it is out.
fn narrow<T: Copy>(members: &mut [Option<bool>], values: &[T], meets: impl Fn(T) -> Option<bool>) {
    for (member, &value) in members.iter_mut().zip(values) {
        *member = match (*member, meets(value)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (None, _) | (_, None) => None,
            (Some(true), Some(true)) => Some(true),
        };
    }
}
