//! Where values are missing: how many in each column, and in which stretches of the table.

use crate::dataset::Table;

/// Stretches of rows that a table is cut into at most: a screen has few more pixels to tell them by.
const MOST_STRETCHES: usize = 120;

/// A column that lacks values.
#[derive(Debug, Clone, PartialEq)]
pub struct MissingColumn {
    /// Name.
    pub column: String,
    /// Rows without a value.
    pub count: usize,
    /// Those of each stretch, first rows first.
    pub stretches: Vec<usize>,
}

/// The gaps of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct MissingMap {
    /// Rows in all.
    pub rows: usize,
    /// Columns in all.
    pub columns: usize,
    /// Rows that one stretch has, the last one perhaps fewer; at least 1.
    pub stretch: usize,
    /// Columns with gaps, in column order.
    pub gaps: Vec<MissingColumn>,
}

impl MissingMap {
    /// The gaps of these rows.
    pub(super) fn compute(table: &Table<'_>) -> Self {
        let dataset = table.dataset();
        let stretch = table.rows().div_ceil(MOST_STRETCHES).max(1);
        let with_gaps = dataset.ids().filter(|&id| table.missing(id) > 0);
        Self {
            rows: table.rows(),
            columns: dataset.columns().len(),
            stretch,
            gaps: with_gaps
                .map(|id| MissingColumn {
                    column: dataset.column(id).name.clone(),
                    count: table.missing(id),
                    stretches: table
                        .gaps(id)
                        .chunks(stretch)
                        .map(|rows| rows.iter().filter(|gap| **gap).count())
                        .collect(),
                })
                .collect(),
        }
    }

    /// First and last row of a stretch, counted from 1.
    pub fn rows_of(&self, stretch: usize) -> [usize; 2] {
        let first = stretch * self.stretch;
        [first + 1, (first + self.stretch).min(self.rows)]
    }

    /// Rows that a stretch has.
    pub fn size_of(&self, stretch: usize) -> usize {
        let [first, last] = self.rows_of(stretch);
        last + 1 - first
    }
}
