//! What can be wrong with a mapping, each with the column and the remedy.

use std::fmt;

use crate::dataset::MAX_LEVELS;
use crate::dataset::problem::shortened;

/// A column in a message: its number as a spreadsheet counts, and its name, shortened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnName {
    /// Its number, counted from 1.
    number: usize,
    name: String,
}

impl ColumnName {
    /// The column at a position counted from 0.
    pub fn new(position: usize, name: &str) -> Self {
        Self {
            number: position + 1,
            name: shortened(name),
        }
    }

    /// Position of the column, counted from 0.
    pub fn position(&self) -> usize {
        self.number - 1
    }
}

impl fmt::Display for ColumnName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "column {} (`{}`)", self.number, self.name)
    }
}

/// Why a mapping cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// It is not what this version of the program writes.
    #[error("what is known of the columns cannot be read. Confirm them again")]
    Malformed,
    /// Its columns are not those of the table.
    #[error("what is known of the columns belongs to another table. Confirm them again")]
    OtherTable,
    /// Nothing says which column is explained, or the table has no such column.
    #[error("no column is chosen as the outcome. Choose one that holds numbers")]
    NoOutcome,
    /// The outcome is something else than numbers.
    #[error(
        "{0} is the outcome, so its type has to be numeric. Change its type, or choose another outcome"
    )]
    OutcomeNotNumeric(ColumnName),
    /// There is nothing to explain.
    #[error("{0} holds no value in any row, so it cannot be the outcome. Choose another one")]
    OutcomeEmpty(ColumnName),
    /// A position that the table does not have.
    #[error("the table has no column {0}. Open the page again and choose anew")]
    NoColumn(String),
    /// The form says nothing of a column, or what is none of the types.
    #[error("{0} has no type. Choose one: numeric, factor, ordered or identifier")]
    NoType(ColumnName),
    /// Too many levels to draw.
    #[error(
        "{0} has more than {most} different values, so it cannot be a category. Choose numeric or identifier",
        most = MAX_LEVELS
    )]
    ManyLevels(ColumnName),
    /// No value at all.
    #[error("{0} holds no value in any row, so it has no levels. Choose numeric or identifier")]
    NoLevels(ColumnName),
    /// The order leaves levels out or names them twice.
    #[error("the order of {0} is incomplete. Give every level a number of its own")]
    Order(ColumnName),
    /// A level's place is not a number.
    #[error("{0}: `{1}` is not a number that says where a level stands. Number the levels from 1")]
    Place(ColumnName, String),
}

impl MappingError {
    /// Position of the column that it is about, counted from 0.
    pub fn position(&self) -> Option<usize> {
        match self {
            Self::Malformed | Self::OtherTable | Self::NoOutcome | Self::NoColumn(_) => None,
            Self::OutcomeNotNumeric(name)
            | Self::OutcomeEmpty(name)
            | Self::NoType(name)
            | Self::ManyLevels(name)
            | Self::NoLevels(name)
            | Self::Order(name)
            | Self::Place(name, _) => Some(name.position()),
        }
    }
}
