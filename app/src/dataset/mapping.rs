//! What people say of a table's columns: which is the outcome, what each holds, in which order its
//! levels are drawn. Proposed from what the columns hold and how they are called, changed by who
//! knows better, kept as JSON beside the table, and applied while the table is read.
//!
//! A mapping belongs to one table, whose bytes never change. So it names levels by their positions in
//! the alphabet of the column's own values: it stays small however long levels are, holds no cell,
//! and means the same whatever order another version of the program would propose.

mod error;
mod inference;
mod read;
mod signs;

use serde::{Deserialize, Serialize};

pub use error::{ColumnName, MappingError};
pub use inference::{Inference, Inferred};
pub use read::{Mapped, read_mapped};
pub use signs::Sign;

use super::{Column, Kind};

/// The form of the JSON; one with another number is not read.
const VERSION: u32 = 1;

/// What one column holds, as somebody says or as is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Numbers.
    Numeric,
    /// Levels whose order means nothing: their positions in the alphabet, in the order in which they
    /// are drawn.
    Factor(Vec<u8>),
    /// Levels from the lowest to the highest.
    Ordered(Vec<u8>),
    /// What names or describes single rows, and stands nowhere but in the data dictionary.
    Identifier,
}

/// What the columns of a table hold, and which of them is explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    version: u32,
    /// Position of the outcome, counted from 0.
    outcome: usize,
    columns: Vec<Named>,
}

/// A column's role under the column's name, by which a mapping of another table is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
    role: Role,
}

impl Mapping {
    /// One with these roles in column order.
    ///
    /// # Errors
    /// All that does not fit what the table holds, in column order.
    pub fn new(
        inference: &Inference,
        outcome: usize,
        roles: Vec<Role>,
    ) -> Result<Self, Vec<MappingError>> {
        let columns = inference.columns().iter().zip(roles);
        let mapping = Self {
            version: VERSION,
            outcome,
            columns: columns
                .map(|(column, role)| Named {
                    name: column.name.clone(),
                    role,
                })
                .collect(),
        };
        mapping.check(inference)?;
        Ok(mapping)
    }

    /// Reads the JSON that [`Mapping::to_json`] writes. Whether it fits a table is seen once it is
    /// applied.
    ///
    /// # Errors
    /// If it is anything else, or of another version.
    pub fn from_json(json: &[u8]) -> Result<Self, MappingError> {
        let mapping: Self = serde_json::from_slice(json).map_err(|_| MappingError::Malformed)?;
        match mapping.version {
            VERSION => Ok(mapping),
            _ => Err(MappingError::Malformed),
        }
    }

    /// The mapping as JSON, of some ten bytes a column beside its name, and four a level.
    ///
    /// # Errors
    /// None that is known: it holds names and numbers only.
    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }

    /// Position of the outcome, counted from 0.
    pub fn outcome(&self) -> usize {
        self.outcome
    }

    /// The roles in column order.
    pub fn roles(&self) -> impl ExactSizeIterator<Item = &Role> {
        self.columns.iter().map(|column| &column.role)
    }

    /// Whether it fits the table; what does not is named, in column order.
    fn check(&self, inference: &Inference) -> Result<(), Vec<MappingError>> {
        let table = inference.columns();
        let mine = self.columns.iter().map(|column| &column.name);
        if !mine.eq(table.iter().map(|column| &column.name)) {
            return Err(vec![MappingError::OtherTable]);
        }
        let roles = self.columns.iter().zip(table).enumerate();
        let of_roles = roles.filter_map(|(i, (named, column))| fault(i, &named.role, column));
        let of_outcome = self.outcome_fault(inference);
        let faults: Vec<MappingError> = of_roles.chain(of_outcome).collect();
        if faults.is_empty() {
            return Ok(());
        }
        Err(faults)
    }

    fn outcome_fault(&self, inference: &Inference) -> Option<MappingError> {
        let (Some(named), Some(column)) = (
            self.columns.get(self.outcome),
            inference.columns().get(self.outcome),
        ) else {
            return Some(MappingError::NoOutcome);
        };
        let name = ColumnName::new(self.outcome, &column.name);
        if named.role != Role::Numeric {
            return Some(MappingError::OutcomeNotNumeric(name));
        }
        (column.present == 0).then_some(MappingError::OutcomeEmpty(name))
    }

    /// The columns as the mapping has them; it has been checked.
    fn columns(&self, inference: &Inference) -> Vec<Column> {
        let roles = self.columns.iter().zip(inference.columns());
        roles
            .map(|(named, column)| Column {
                name: named.name.clone(),
                kind: kind(&named.role, column),
            })
            .collect()
    }
}

/// What does not fit about one column. Whether its cells are numbers is for the reader to say, which
/// knows their rows.
fn fault(position: usize, role: &Role, column: &Inferred) -> Option<MappingError> {
    let name = || ColumnName::new(position, &column.name);
    let (Role::Factor(order) | Role::Ordered(order)) = role else {
        return None;
    };
    let Some(levels) = &column.levels else {
        return Some(MappingError::ManyLevels(name()));
    };
    if levels.is_empty() {
        return Some(MappingError::NoLevels(name()));
    }
    let mut sorted = order.clone();
    sorted.sort_unstable();
    let complete = sorted.iter().map(|&i| usize::from(i)).eq(0..levels.len());
    (!complete).then(|| MappingError::Order(name()))
}

fn kind(role: &Role, column: &Inferred) -> Kind {
    let (order, ordered) = match role {
        Role::Numeric => {
            return Kind::Numeric {
                whole: column.whole,
            };
        }
        Role::Identifier => return Kind::Identifier,
        Role::Factor(order) => (order, false),
        Role::Ordered(order) => (order, true),
    };
    let alphabet = column.levels.as_deref().unwrap_or_default();
    let levels = order.iter().filter_map(|&i| alphabet.get(usize::from(i)));
    Kind::Factor {
        levels: levels.cloned().collect(),
        ordered,
    }
}

#[cfg(test)]
mod tests;
