//! Whether the number who meet two conditions tells too much beside the figures under each.

use super::differences::{Part, tell};
use super::masks::Masks;
use super::release::Protected;
use super::under::finest;
use crate::dataset::ColumnId;

impl Protected {
    /// Whether a group too small follows from the number who meet both of two conditions, and from figures
    /// under each alone by parts of a column that is not shown under both.
    pub(super) fn total_tells(&self, masks: &Masks, outcome: ColumnId) -> bool {
        let singles = masks.singles();
        let [first, second] = singles.as_slice() else {
            return false;
        };
        let alone = [first, second].map(|one| self.hidden(one, outcome));
        if alone.iter().any(|hidden| hidden.contains(&outcome)) {
            return false;
        }
        let under_both = self.hidden(masks, outcome);
        let by_columns = under_both
            .into_iter()
            .filter(|id| !alone.iter().any(|hidden| hidden.contains(id)))
            .any(|id| self.column_tells(masks, id, outcome));
        by_columns || self.parts_tell(masks, [first, second], outcome)
    }

    fn column_tells(&self, masks: &Masks, id: ColumnId, outcome: ColumnId) -> bool {
        let table = self.dataset.table();
        let gate = masks.gate(self.least, table.rows());
        let (cells, parts) = match self.dataset.column(id).levels().len() {
            0 => (gate.cells(None, &[table.numbers(id)]), 1),
            levels => {
                let scores = table.numbers(outcome);
                (gate.cells(Some(table.codes(id)), &[scores]), levels)
            }
        };
        let of = |part: u32| {
            [0, 1, 2, 3].map(|pattern| cells.get(&(pattern, part)).copied().unwrap_or_default())
        };
        let parts: Vec<Part> = (0..parts as u32)
            .map(|part| Part {
                cells: of(part),
                within: [part; 2],
            })
            .collect();
        // A number's sum over those who meet both is not shown, so it takes that some pattern is empty.
        let is_number = self.dataset.column(id).is_numeric();
        let whole = is_number && parts.iter().all(|part| !part.cells.contains(&0));
        !whole && tell(&parts, self.least.get())
    }

    fn parts_tell(&self, masks: &Masks, singles: [&Masks; 2], outcome: ColumnId) -> bool {
        let Some(steps) = &self.steps[outcome.index()] else {
            return false;
        };
        let table = self.dataset.table();
        let values = table.numbers(outcome);
        let gate = masks.gate(self.least, values.len());
        let cut = |masks: &Masks| finest(steps, values, masks, self.least);
        let ([Some(first), Some(second)], Some(common)) = (singles.map(cut), cut(masks)) else {
            return false;
        };
        if gate.holds(Some(&steps.parts(common, values)), &[]) {
            return false;
        }
        let Some(every) = cut(&Masks::default()) else {
            return false;
        };
        let mut parts: Vec<Option<Part>> = vec![None; steps.cuts(every).len() + 1];
        let [finest, first, second] = [every, first, second].map(|cut| steps.parts(cut, values));
        for (student, &part) in finest.iter().enumerate() {
            let part = parts[part as usize].get_or_insert(Part {
                cells: [0; 4],
                within: [first[student], second[student]],
            });
            part.cells[usize::from(gate.pattern(student))] += 1;
        }
        let parts: Vec<Part> = parts.into_iter().flatten().collect();
        tell(&parts, self.least.get())
    }
}
