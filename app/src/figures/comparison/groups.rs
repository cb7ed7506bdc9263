//! Who is in which group.

use crate::dataset::ColumnId;
use crate::figures::Analysis;
use crate::filter::{Condition, Filters, Groups};
use crate::stats::{MISSING_LEVEL, quantile, sorted};

/// The membership of each selected row.
pub(super) struct Members {
    /// In the first group, in the second.
    rows: Vec<[bool; 2]>,
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
        let pairs = || a.iter().copied().zip(b.iter().copied());
        let is = |member: Option<bool>| member == Some(true);
        let rows: Vec<[bool; 2]> = pairs().map(|(a, b)| [is(a), is(b)]).collect();
        let count = |wanted: fn(&[bool; 2]) -> bool| rows.iter().filter(|row| wanted(row)).count();
        Self {
            sizes: [count(|[a, _]| *a), count(|[_, b]| *b)],
            in_both: count(|[a, b]| *a && *b),
            in_neither: count(|[a, b]| !*a && !*b),
            unknown: pairs()
                .filter(|&(a, b)| !is(a) && !is(b) && (a.is_none() || b.is_none()))
                .count(),
            rows,
        }
    }

    /// The values of each group; rows in both are in each.
    pub(super) fn both<T: Copy>(&self, values: &[T]) -> [Vec<T>; 2] {
        [0, 1].map(|side: usize| {
            let rows = self.rows.iter().zip(values);
            rows.filter(|(row, _)| row[side])
                .map(|(_, &value)| value)
                .collect()
        })
    }
}

/// The groups that the page proposes: the first and the last level of the categorical factor that
/// explains the outcome best, or else those with at least the median of the best numeric factor and
/// the rest.
pub(super) fn proposed(analysis: &Analysis<'_>) -> Option<Groups> {
    let best = || analysis.baseline.most_useful.iter().copied();
    let levels = best().find_map(|id| ends(analysis, id));
    levels.or_else(|| {
        let numeric = best().find(|&id| analysis.dataset.column(id).is_numeric())?;
        let values = sorted(analysis.selected.numbers(numeric));
        let median = quantile(&values, 0.5);
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
    let codes = analysis.selected.codes(id).iter().copied();
    let present = codes.filter(|&code| code != MISSING_LEVEL);
    let (first, last) = (present.clone().min()?, present.max()?);
    let only = |level: u32| Filters::default().with(id, Condition::Levels(vec![level as usize]));
    (first != last).then(|| Groups {
        a: only(first),
        b: only(last),
    })
}
