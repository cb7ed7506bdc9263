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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::dataset::read;
    use crate::filter::{Condition, Filters};

    #[test]
    fn columns_that_are_dropped_still_count_in_filters_of_before() {
        let csv = "y,x,g\n1,5,a\n2,6,a\n3,7,b\n4,8,b\n5,,\n";
        let all = read("x".to_owned(), csv.as_bytes(), "y").unwrap();
        let [x, g] = ["x", "g"].map(|name| all.find(name).unwrap());
        let dropped = all.without_columns(|id| id == x || id == g);
        let from_six = Condition::Range {
            low: Some(6.0),
            high: None,
        };
        for (id, condition, rows) in [(x, from_six, 3), (g, Condition::Levels(vec![1]), 2)] {
            let filters = Filters::default().with(id, condition);
            for dataset in [&all, &dropped] {
                assert_eq!(filters.apply(dataset).rows(), rows);
            }
            let unknown = filters.members(&dropped.table());
            assert_eq!(unknown.iter().filter(|member| member.is_none()).count(), 1);
        }
    }
}
