//! The policy: which figures may be shown of which students. Everything else in this module asks here.
//!
//! Conditions cut the students into patterns: each meets each condition or does not. A figure that
//! splits students into parts adds together students of whole patterns and whole parts, and so does all that
//! follows from it and from the figures that dropping conditions gives. So it is shown only if each
//! part has nobody or enough students within each pattern: then no sum or difference of them is a group too small.

use std::collections::BTreeMap;

/// The smallest group that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MinGroup(usize);

/// Distinct values up to which a mean and a spread tell how many students have each.
const FEW: usize = 4;

/// A figure, if it may be shown. Only a `Gate` makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown<T>(Option<T>);

impl MinGroup {
    /// Groups below `n` students are withheld; `None` for 0, which withholds nothing.
    pub fn new(n: usize) -> Option<Self> {
        (n > 0).then_some(Self(n))
    }

    /// Students that a group must have.
    pub fn get(self) -> usize {
        self.0
    }

    /// A count in words: the nearest multiple of the smallest group, or of ten where that is more; not 0.
    pub fn about(self, n: usize) -> usize {
        let step = self.0.max(10);
        step * ((n + step / 2) / step).max(1)
    }
}

impl<T> Shown<T> {
    /// None, whatever it would be.
    pub(super) fn withheld() -> Self {
        Self(None)
    }

    /// The figure; `None` where it is withheld.
    pub fn figure(&self) -> Option<&T> {
        self.0.as_ref()
    }

    /// The figure as something else.
    pub fn map<U>(self, into: impl FnOnce(T) -> U) -> Shown<U> {
        Shown(self.0.map(into))
    }
}

/// What may be shown under some conditions.
#[derive(Debug)]
pub(super) struct Gate {
    least: MinGroup,
    conditions: usize,
    /// For each student the conditions that it meets, one bit each.
    patterns: Vec<u8>,
}

/// Students of one part within one pattern.
#[derive(Clone)]
struct Cell {
    students: usize,
    /// For each column of values how many students have each, until there are more than [`FEW`].
    values: Vec<Option<BTreeMap<u64, usize>>>,
}

impl Gate {
    /// For so many students; `conditions` say of each whether it meets them, and are few.
    pub(super) fn new(least: MinGroup, students: usize, conditions: &[&[bool]]) -> Self {
        let mut patterns = vec![0; students];
        for (bit, condition) in conditions.iter().enumerate() {
            for (pattern, &meets) in patterns.iter_mut().zip(*condition) {
                *pattern |= u8::from(meets) << bit;
            }
        }
        Self {
            least,
            conditions: conditions.len(),
            patterns,
        }
    }

    /// Whether the students may be split into these parts, and means and spreads of the values be
    /// shown of each. Without parts they are all one.
    pub(super) fn holds(&self, parts: Option<&[u32]>, values: &[&[f64]]) -> bool {
        let cells = self.cells(parts, values);
        cells.values().all(|&n| n >= self.least.get())
    }

    /// The smallest group that figures of each part tell of within each pattern: its students, or those of
    /// them with one of few values. Where nobody is there is none.
    pub(super) fn cells(
        &self,
        parts: Option<&[u32]>,
        values: &[&[f64]],
    ) -> BTreeMap<(u8, u32), usize> {
        let last = parts.and_then(|parts| parts.iter().max());
        let width = last.map_or(1, |last| *last as usize + 1);
        let nobody = Cell {
            students: 0,
            values: vec![Some(BTreeMap::new()); values.len()],
        };
        let mut cells = vec![nobody; width << self.conditions];
        for (student, &pattern) in self.patterns.iter().enumerate() {
            let part = parts.map_or(0, |parts| parts[student]);
            let cell = &mut cells[usize::from(pattern) * width + part as usize];
            cell.students += 1;
            for (counts, values) in cell.values.iter_mut().zip(values) {
                count(counts, values[student]);
            }
        }
        let smallest = |cell: Cell| {
            let few = cell.values.iter().flatten().flat_map(BTreeMap::values);
            few.copied().fold(cell.students, usize::min)
        };
        cells
            .into_iter()
            .enumerate()
            .filter(|(_, cell)| cell.students > 0)
            .map(|(at, cell)| (((at / width) as u8, (at % width) as u32), smallest(cell)))
            .collect()
    }

    /// The conditions that a student meets, one bit each.
    pub(super) fn pattern(&self, student: usize) -> u8 {
        self.patterns[student]
    }

    /// What `figure` computes, if those parts and values may be shown.
    pub(super) fn show<T>(
        &self,
        parts: Option<&[u32]>,
        values: &[&[f64]],
        figure: impl FnOnce() -> T,
    ) -> Shown<T> {
        Shown(self.holds(parts, values).then(figure))
    }
}

/// Counts a value; values that are not few need no counts.
fn count(counts: &mut Option<BTreeMap<u64, usize>>, value: f64) {
    let Some(known) = counts else {
        return;
    };
    // Zero has two signs.
    *known.entry((value + 0.0).to_bits()).or_default() += 1;
    if known.len() > FEW {
        *counts = None;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn gate(students: usize, conditions: &[&[bool]]) -> Gate {
        Gate::new(MinGroup::new(3).unwrap(), students, conditions)
    }

    #[test]
    fn parts_have_nobody_or_enough_in_every_pattern() {
        let half = [true, true, true, false, false, false];
        let (four, five) = (
            [true, true, true, true, false, false],
            [true, true, true, true, true, false],
        );
        type Conditions<'a> = &'a [&'a [bool]];
        let cases: [(Conditions<'_>, [u32; 6], bool); 7] = [
            (&[], [0, 0, 0, 1, 1, 1], true),
            (&[], [0, 0, 1, 1, 1, 1], false),
            (&[&half], [0; 6], true),
            // Nobody of part 1 is in the first half.
            (&[&half], [0, 0, 0, 1, 1, 1], true),
            (&[&half], [0, 1, 0, 1, 0, 1], false),
            // All but two, all but one: who does not meet a condition is a group too.
            (&[&four], [0; 6], false),
            (&[&half, &five], [0; 6], false),
        ];
        for (conditions, parts, expected) in cases {
            let found = gate(6, conditions).holds(Some(&parts), &[]);
            assert_eq!(found, expected, "{conditions:?} {parts:?}");
        }
    }

    #[test]
    fn few_values_are_groups_that_a_mean_gives_away() {
        let cases: [(&[f64], bool); 5] = [
            (&[1.0; 8], true),
            (&[0.0, 0.0, 0.0, 0.0, -0.0, 1.0, 1.0, 1.0], true),
            (&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0], false),
            (&[0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 3.0], false),
            (&[0.0, 1.0, 2.0, 3.0, 4.0, 4.0, 4.0, 4.0], true),
        ];
        for (values, expected) in cases {
            assert_eq!(gate(8, &[]).holds(None, &[values]), expected, "{values:?}");
        }
    }

    #[test]
    fn counts_in_words_are_coarse() {
        let cases = [
            (10, 2784, 2780),
            (10, 15, 20),
            (25, 60, 50),
            (5, 17, 20),
            (2, 3, 10),
        ];
        for (least, n, expected) in cases {
            assert_eq!(MinGroup::new(least).unwrap().about(n), expected);
        }
        assert_eq!(MinGroup::new(0), None);
    }
}
