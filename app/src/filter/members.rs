//! Which rows of a table are members of a group.

use super::{Condition, Filters};
use crate::dataset::Table;

impl Filters {
    /// Whether each row of the table meets every condition. `None` where nobody can tell: a value is
    /// missing, and no other condition rules the row out.
    pub fn members(&self, table: &Table<'_>) -> Vec<Option<bool>> {
        let mut members = vec![Some(true); table.rows()];
        for (column, condition) in self.iter() {
            let meets = match condition {
                Condition::Levels(levels) => {
                    table.each_level(column, |level| level.map(|level| levels.contains(&level)))
                }
                Condition::Range { low, high } => {
                    let low = low.unwrap_or(f64::NEG_INFINITY);
                    let high = high.unwrap_or(f64::INFINITY);
                    table.each_number(column, |value| {
                        value.map(|value| value >= low && value <= high)
                    })
                }
            };
            narrow(&mut members, &meets);
        }
        members
    }
}

/// Adds a condition: what it rules out is out, and what it cannot tell is unknown unless it is out.
fn narrow(members: &mut [Option<bool>], meets: &[Option<bool>]) {
    for (member, &meets) in members.iter_mut().zip(meets) {
        *member = match (*member, meets) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (None, _) | (_, None) => None,
            (Some(true), Some(true)) => Some(true),
        };
    }
}
