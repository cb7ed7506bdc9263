//! Whom the figures of privacy mode are about, settled once for a dataset and not for each page.
//!
//! Rows with a missing value are left out, so that every figure is about the same students and no two
//! counts differ by the few who lack something; columns that mostly lack values are left out before.
//! Rare levels become one, with the next larger ones where they would still be too few.

use super::gate::MinGroup;
use crate::dataset::{ColumnId, Dataset, Relevelled};
use crate::stats::MISSING_LEVEL;

/// Share of rows that may lack a value of a column before the column is left out.
const MOST_MISSING: f64 = 0.2;

/// The students of a dataset and the columns that are left out.
pub(super) struct Population {
    pub(super) dataset: Dataset,
    pub(super) left_out: Vec<String>,
}

impl Population {
    pub(super) fn of(dataset: &Dataset, least: MinGroup) -> Self {
        let table = dataset.table();
        let most = dataset.rows() as f64 * MOST_MISSING;
        let dropped = |id: ColumnId| {
            dataset.column(id).is_identifier()
                || (id != dataset.default_outcome() && table.missing(id) as f64 > most)
        };
        let mut complete = vec![true; dataset.rows()];
        for id in dataset.ids().filter(|&id| !dropped(id)) {
            for (complete, gap) in complete.iter_mut().zip(table.gaps(id)) {
                *complete &= !gap;
            }
        }
        let relevelled: Vec<(ColumnId, Relevelled)> = dataset
            .factor_ids()
            .into_iter()
            .filter_map(|id| Some((id, pooled(dataset, id, &complete, least)?)))
            .collect();
        let left_out = dataset
            .ids()
            .filter(|&id| dropped(id) && !dataset.column(id).is_identifier())
            .map(|id| dataset.column(id).name.clone())
            .collect();
        let population = dataset
            .recoded(&complete, &relevelled)
            .without_columns(dropped);
        Self {
            dataset: population,
            left_out,
        }
    }
}

/// The factor's levels with the rare ones made one; `None` if none is rare.
fn pooled(dataset: &Dataset, id: ColumnId, kept: &[bool], least: MinGroup) -> Option<Relevelled> {
    let levels = dataset.column(id).levels();
    let mut counts = vec![0; levels.len()];
    for (&code, kept) in dataset.table().codes(id).iter().zip(kept) {
        if *kept && code != MISSING_LEVEL {
            counts[code as usize] += 1;
        }
    }
    let rare = rare(&counts, least);
    if !rare.contains(&true) {
        return None;
    }
    let mut names: Vec<String> = Vec::new();
    let mut positions = Vec::new();
    for (level, rare) in levels.iter().zip(&rare) {
        positions.push((!rare).then_some(names.len() as u8));
        if !rare {
            names.push(level.clone());
        }
    }
    // At most as many levels as a byte counts; see `MAX_LEVELS`.
    let pool = names.len() as u8;
    let mut name = "Other (too few to show)".to_owned();
    while names.contains(&name) {
        name.push('*');
    }
    names.push(name);
    Some(Relevelled {
        levels: names,
        positions: positions
            .into_iter()
            .map(|position| position.unwrap_or(pool))
            .collect(),
    })
}

/// Which levels become one: those with too few students, none included, and then the smallest others
/// until they have enough together.
fn rare(counts: &[usize], least: MinGroup) -> Vec<bool> {
    let mut rare: Vec<bool> = counts.iter().map(|&n| n < least.get()).collect();
    loop {
        let of = |pooled: bool| {
            let all = counts.iter().enumerate().zip(&rare);
            all.filter(move |(_, rare)| **rare == pooled)
                .map(|(level, _)| level)
        };
        let together: usize = of(true).map(|(_, n)| n).sum();
        if together == 0 || together >= least.get() {
            return rare;
        }
        match of(false).min_by_key(|(_, n)| **n).map(|(level, _)| level) {
            Some(smallest) => rare[smallest] = true,
            None => return rare,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::dataset::read;

    #[test]
    fn rare_levels_take_the_smallest_other_along() {
        let cases: [(&[usize], &[bool]); 6] = [
            (&[50, 60], &[false, false]),
            (&[50, 4, 60], &[true, true, false]),
            (&[50, 4, 60, 7], &[false, true, false, true]),
            (&[4, 4], &[true, true]),
            (&[50, 0, 60], &[false, true, false]),
            (&[], &[]),
        ];
        for (counts, expected) in cases {
            let found = rare(counts, MinGroup::new(10).unwrap());
            assert_eq!(found, expected, "{counts:?}");
        }
    }

    #[test]
    fn students_are_complete_and_rare_levels_have_no_name() {
        let mut csv = "Exam_Score,Group,Hours,Mostly\n".to_owned();
        for i in 0..60 {
            let group = ["a", "b", "a", "b", "c"][if i < 4 { 4 } else { i % 4 }];
            let hours = if i == 59 {
                String::new()
            } else {
                i.to_string()
            };
            let mostly = if i % 2 == 0 { "" } else { "7" };
            csv += &format!("{},{group},{hours},{mostly}\n", 50 + i % 40);
        }
        let dataset = read("x".to_owned(), csv.as_bytes(), "Exam_Score").unwrap();
        let found = Population::of(&dataset, MinGroup::new(5).unwrap());
        assert_eq!(found.dataset.rows(), 59);
        assert_eq!(found.left_out, ["Mostly"]);
        let group = found.dataset.find("Group").unwrap();
        let levels = found.dataset.column(group).levels();
        assert_eq!(levels, ["a", "Other (too few to show)"]);
        let pooled = found.dataset.table();
        let pooled = pooled.codes(group).iter().filter(|&&code| code == 1);
        assert_eq!(pooled.count(), 59 - 28);
    }
}
