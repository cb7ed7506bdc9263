//! Boxes of the numeric columns, and every value that a rule finds outlying.

use crate::dataset::ColumnId;
use crate::figures::Analysis;
use crate::figures::overview::possible_range;
use crate::stats::{BoxStats, box_stats};

/// Why a value is called outlying.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// Below this fence: the lower quartile less 1.5 interquartile ranges.
    Below(f64),
    /// Above this fence: the upper quartile and 1.5 interquartile ranges.
    Above(f64),
    /// Outside what is possible in the column.
    Impossible([f64; 2]),
}

/// A numeric column with values.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnBox {
    /// Name.
    pub column: String,
    /// Its box.
    pub stats: BoxStats,
}

/// A value that a rule caught.
#[derive(Debug, Clone, PartialEq)]
pub struct OutlyingValue {
    /// Row of the dataset, counted from 1 and without the header.
    pub row: usize,
    /// Position in [`Outliers::columns`].
    pub column: usize,
    /// The value.
    pub value: f64,
    /// What caught it, at least one rule.
    pub rules: Vec<Rule>,
}

/// What lies far from the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Outliers {
    /// Numeric columns with values, in column order.
    pub columns: Vec<ColumnBox>,
    /// Outlying values by column, and by row within one.
    pub values: Vec<OutlyingValue>,
    /// Rows with at least one of them.
    pub students: usize,
}

impl Outliers {
    /// The outliers of the rows that meet the filters; the fences are of those rows too.
    pub(super) fn compute(analysis: &Analysis<'_>) -> Self {
        let rows = analysis.request.filters.positions(analysis.dataset);
        let mut columns = Vec::new();
        let mut values = Vec::new();
        for id in analysis.dataset.numeric_ids() {
            let Some(stats) = box_stats(analysis.selected.numbers(id)) else {
                continue;
            };
            values.extend(caught(analysis, id, &stats, &rows, columns.len()));
            columns.push(ColumnBox {
                column: analysis.dataset.column(id).name.clone(),
                stats,
            });
        }
        let mut students: Vec<usize> = values.iter().map(|value| value.row).collect();
        students.sort_unstable();
        students.dedup();
        Self {
            columns,
            values,
            students: students.len(),
        }
    }
}

fn caught<'a>(
    analysis: &'a Analysis<'_>,
    id: ColumnId,
    stats: &BoxStats,
    rows: &'a [usize],
    column: usize,
) -> impl Iterator<Item = OutlyingValue> + use<'a> {
    let [low, high] = stats.fences();
    let possible = possible_range(analysis, analysis.dataset, id);
    let values = analysis.selected.numbers(id).iter().zip(rows);
    values.filter_map(move |(&value, row)| {
        let rules: Vec<Rule> = [
            (value < low).then_some(Rule::Below(low)),
            (value > high).then_some(Rule::Above(high)),
            possible
                .filter(|[least, most]| value < *least || value > *most)
                .map(Rule::Impossible),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!rules.is_empty()).then_some(OutlyingValue {
            row: row + 1,
            column,
            value,
            rules,
        })
    })
}
