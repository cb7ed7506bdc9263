//! The same dataset with fewer rows, fewer levels or fewer columns: what privacy mode works on.

use super::values::{Cell, Values};
use super::{Column, ColumnId, Dataset, Kind};

/// A factor's new levels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relevelled {
    /// Their names in order.
    pub(crate) levels: Vec<String>,
    /// For each of the former levels its position among the new ones.
    pub(crate) positions: Vec<u8>,
}

impl Dataset {
    /// The rows that `keep` marks, with the factors in `relevelled` given new levels.
    pub(crate) fn recoded(&self, keep: &[bool], relevelled: &[(ColumnId, Relevelled)]) -> Self {
        let rows = (0_u32..).zip(keep).filter(|(_, keep)| **keep);
        let mut recoded = self.of_rows(&rows.map(|(row, _)| row).collect::<Vec<_>>());
        for (id, new) in relevelled {
            recoded.relevel(*id, new);
        }
        recoded
    }

    fn relevel(&mut self, id: ColumnId, new: &Relevelled) {
        let position = |code: u8| new.positions.get(usize::from(code)).copied();
        if let Values::Levels(codes) = &mut self.values[id.index()] {
            for code in codes {
                *code = position(*code).unwrap_or(u8::MISSING);
            }
        }
        if let Kind::Factor { levels, .. } = &mut self.columns[id.index()].kind {
            levels.clone_from(&new.levels);
        }
    }

    fn of_rows(&self, rows: &[u32]) -> Self {
        Self {
            rows: rows.len(),
            values: self.values.iter().map(|values| values.at(rows)).collect(),
            name: self.name.clone(),
            columns: self.columns.clone(),
            texts: self.texts.clone(),
            outcome: self.outcome,
            reference: self.reference.clone(),
        }
    }

    /// The same with the columns that `drop` names used in no figure and no filter.
    #[must_use]
    pub(crate) fn without_columns(&self, drop: impl Fn(ColumnId) -> bool) -> Self {
        let columns = self.ids().map(|id| {
            let column = self.column(id);
            Column {
                name: column.name.clone(),
                kind: match drop(id) {
                    true => Kind::Identifier,
                    false => column.kind.clone(),
                },
            }
        });
        Self {
            columns: columns.collect(),
            ..self.clone()
        }
    }

    /// The columns alone.
    #[must_use]
    pub(crate) fn without_rows(&self) -> Self {
        Self {
            texts: self.texts.iter().map(|_| None).collect(),
            ..self.of_rows(&[])
        }
    }
}
