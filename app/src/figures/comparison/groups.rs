//! Who is in which group.

use crate::dataset::ColumnId;
use crate::figures::Analysis;
use crate::filter::{Condition, Filters, Groups};
use crate::stats::{Levels, Tally};

/// The membership of each selected row.
pub(super) struct Members {
    /// By row: 1 for the first group, 2 for the second, 3 for both.
    rows: Vec<u8>,
    /// Rows in each.
    pub(super) sizes: [usize; 2],
    /// Rows in both.
    pub(super) in_both: usize,
    /// Rows in neither.
    pub(super) in_neither: usize,
    /// Rows in neither of which nobody can tell.
    pub(super) unknown: usize,
}

impl Members {
    /// A group without conditions is the rest: those of whom it is known that they are not in the
    /// other.
    pub(super) fn of(groups: &Groups, analysis: &Analysis<'_>) -> Self {
        let table = &analysis.selected;
        let not = |members: &[Option<bool>]| -> Vec<Option<bool>> {
            members.iter().map(|member| member.map(|is| !is)).collect()
        };
        let (a, b) = (groups.a.members(table), groups.b.members(table));
        let (a, b) = match (groups.a.is_empty(), groups.b.is_empty()) {
            (false, true) => (a.clone(), not(&a)),
            (true, false) => (not(&b), b),
            _ => (a, b),
        };
        let is = |member: Option<bool>| u8::from(member == Some(true));
        let pairs = || a.iter().copied().zip(b.iter().copied());
        let rows: Vec<u8> = pairs().map(|(a, b)| is(a) | is(b) << 1).collect();
        let counts = levels(&rows).counts();
        Self {
            sizes: [counts[1] + counts[3], counts[2] + counts[3]],
            in_both: counts[3],
            in_neither: counts[0],
            unknown: pairs()
                .zip(&rows)
                .filter(|((a, b), member)| **member == 0 && (a.is_none() || b.is_none()))
                .count(),
            rows,
        }
    }

    /// The numbers of each group; rows in both are in each.
    pub(super) fn both(&self, analysis: &Analysis<'_>, id: ColumnId) -> [Tally; 2] {
        let groups = analysis.selected.coded(id).by_level(&levels(&self.rows));
        [1, 2].map(|group| Tally::together([&groups[group], &groups[3]]))
    }

    /// How often each group has each level of a factor; rows in both are in each.
    pub(super) fn counts(&self, analysis: &Analysis<'_>, id: ColumnId) -> [Vec<usize>; 2] {
        let groups = analysis.selected.levels(id).by_level(&levels(&self.rows));
        [1, 2].map(|group| {
            let both = groups[group].iter().zip(&groups[3]);
            both.map(|(alone, in_both)| alone + in_both).collect()
        })
    }
}

fn levels(codes: &[u8]) -> Levels<'_> {
    Levels { codes, levels: 4 }
}

/// The groups that the page proposes: the first and the last level of the categorical factor that
/// explains the outcome best, or else those with at least the median of the best numeric factor and
/// the rest.
pub(super) fn proposed(analysis: &Analysis<'_>) -> Option<Groups> {
    let best = || analysis.baseline.most_useful.iter().copied();
    let levels = best().find_map(|id| ends(analysis, id));
    levels.or_else(|| {
        let numeric = best().find(|&id| analysis.dataset.column(id).is_numeric())?;
        let median = analysis.selected.tally(numeric).quantile(0.5);
        let range = Condition::Range {
            low: Some(if median.is_finite() { median } else { 0.0 }),
            high: None,
        };
        Some(Groups {
            a: Filters::default().with(numeric, range),
            b: Filters::default(),
        })
    })
}

/// The first and the last of a factor's levels with rows; `None` with fewer than two.
fn ends(analysis: &Analysis<'_>, id: ColumnId) -> Option<Groups> {
    let counts = analysis.selected.counts(id);
    let present = |count: &usize| *count > 0;
    let first = counts.iter().position(present)?;
    let last = counts.iter().rposition(present)?;
    let only = |level: usize| Filters::default().with(id, Condition::Levels(vec![level]));
    (first != last).then(|| Groups {
        a: only(first),
        b: only(last),
    })
}
