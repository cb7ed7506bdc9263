//! Conditions with who meets each, for the gate.

use super::gate::{Gate, MinGroup};
use crate::dataset::{ColumnId, Dataset, Table};
use crate::filter::{Condition, Filters};

/// Conditions, none twice, with who meets each.
#[derive(Debug, Clone, Default)]
pub(super) struct Masks(Vec<((ColumnId, Condition), Vec<bool>)>);

impl Masks {
    pub(super) fn of(dataset: &Dataset, filters: &Filters) -> Self {
        let mut masks = Self::default();
        masks.add(&dataset.table(), filters);
        masks
    }

    pub(super) fn add(&mut self, table: &Table<'_>, filters: &Filters) {
        for (id, condition) in filters.iter() {
            let condition = (id, condition.clone());
            if self.0.iter().any(|(known, _)| *known == condition) {
                continue;
            }
            let alone = Filters::default().with(id, condition.1.clone());
            let members = alone.members(table).into_iter();
            // Nobody lacks a value.
            let members = members.map(|member| member == Some(true)).collect();
            self.0.push((condition, members));
        }
    }

    pub(super) fn gate(&self, least: MinGroup, students: usize) -> Gate {
        let conditions: Vec<&[bool]> = self.0.iter().map(|(_, mask)| mask.as_slice()).collect();
        Gate::new(least, students, &conditions)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Who meets all.
    pub(super) fn all(&self, students: usize) -> Vec<bool> {
        let mut all = vec![true; students];
        for (_, mask) in &self.0 {
            for (all, meets) in all.iter_mut().zip(mask) {
                *all &= meets;
            }
        }
        all
    }

    /// Each condition by itself.
    pub(super) fn singles(&self) -> Vec<Self> {
        self.0.iter().map(|one| Self(vec![one.clone()])).collect()
    }
}
