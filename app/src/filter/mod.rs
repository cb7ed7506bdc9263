//! Which rows a page is about and what it shows of them, as its address says.
//!
//! Second link of the chain: an address becomes a [`Request`], and its [`Filters`] make a
//! [`Table`] out of a [`Dataset`].

mod canonical;
mod choices;
mod grammar;
mod members;
mod problem;
mod scope;
#[cfg(test)]
mod tests;
mod words;

pub use canonical::parameter;
pub use choices::{Assumed, Bins, Choices, Groups, Method};
pub use grammar::{RESERVED, Request};
pub use problem::QueryProblem;
pub use scope::Scope;
pub use words::in_words;

use crate::dataset::{ColumnId, Dataset, Table};

/// A condition on one column. Rows without a value in it never meet it.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The row has one of these levels (positions in factor order, ascending, none twice).
    Levels(Vec<usize>),
    /// The value lies in the inclusive range; a missing bound does not bind.
    Range {
        /// Lower bound.
        low: Option<f64>,
        /// Upper bound.
        high: Option<f64>,
    },
}

/// Conditions that hold together, at most one a column, in column order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filters(Vec<(ColumnId, Condition)>);

impl Filters {
    /// The conditions in column order.
    pub fn iter(&self) -> impl Iterator<Item = (ColumnId, &Condition)> {
        self.0.iter().map(|(id, condition)| (*id, condition))
    }

    /// Whether every row passes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The condition on that column.
    pub fn get(&self, column: ColumnId) -> Option<&Condition> {
        self.0
            .iter()
            .find(|(id, _)| *id == column)
            .map(|(_, condition)| condition)
    }

    /// The same filters with this condition on the column, in place of any other on it.
    #[must_use]
    pub fn with(&self, column: ColumnId, condition: Condition) -> Self {
        let mut conditions = self.without(column).0;
        conditions.push((column, condition));
        conditions.sort_by_key(|(id, _)| *id);
        Self(conditions)
    }

    /// The same filters without a condition on the column.
    #[must_use]
    pub fn without(&self, column: ColumnId) -> Self {
        Self(
            self.0
                .iter()
                .filter(|(id, _)| *id != column)
                .cloned()
                .collect(),
        )
    }

    /// The same filters narrowed to that one level, or freed of it if that is all the column's
    /// condition asks for: what a click on a category does.
    #[must_use]
    pub fn toggled(&self, column: ColumnId, level: usize) -> Self {
        let only = Condition::Levels(vec![level]);
        if self.get(column) == Some(&only) {
            self.without(column)
        } else {
            self.with(column, only)
        }
    }

    /// The rows that meet every condition.
    pub fn apply<'a>(&self, dataset: &'a Dataset) -> Table<'a> {
        let all = dataset.table();
        if self.is_empty() {
            return all;
        }
        Table::of(dataset, &self.kept(&all))
    }

    /// Whether each row of the whole dataset meets every condition.
    fn kept(&self, all: &Table<'_>) -> Vec<bool> {
        let mut keep = vec![true; all.rows()];
        for (column, condition) in self.iter() {
            let meets = match condition {
                Condition::Levels(levels) => all.each_level(column, |level| {
                    level.is_some_and(|level| levels.contains(&level))
                }),
                Condition::Range { low, high } => {
                    let low = low.unwrap_or(f64::NEG_INFINITY);
                    let high = high.unwrap_or(f64::INFINITY);
                    all.each_number(column, |value| {
                        value.is_some_and(|value| value >= low && value <= high)
                    })
                }
            };
            for (keep, meets) in keep.iter_mut().zip(meets) {
                *keep &= meets;
            }
        }
        keep
    }
}
