//! Boxes of the numeric columns, and every value that a rule finds outlying.

use crate::dataset::ColumnId;
use crate::figures::Analysis;
use crate::figures::overview::possible_range;
use crate::stats::BoxStats;

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
        let mut columns = Vec::new();
        let mut values = Vec::new();
        for id in analysis.dataset.numeric_ids() {
            let Some(stats) = analysis.selected.tally(id).box_stats() else {
                continue;
            };
            values.extend(caught(analysis, id, &stats, columns.len()));
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

fn caught(
    analysis: &Analysis<'_>,
    id: ColumnId,
    stats: &BoxStats,
    column: usize,
) -> Vec<OutlyingValue> {
    let [low, high] = stats.fences();
    let possible = possible_range(analysis, analysis.dataset, id);
    let rules = |value: f64| {
        let rules = [
            (value < low).then_some(Rule::Below(low)),
            (value > high).then_some(Rule::Above(high)),
            possible
                .filter(|[least, most]| value < *least || value > *most)
                .map(Rule::Impossible),
        ];
        rules.into_iter().flatten()
    };
    // Of most rows this is all that is asked.
    let is_caught = |value: Option<f64>| value.filter(|value| rules(*value).next().is_some());
    let found = analysis.selected.each_number(id, is_caught);
    let caught = found.into_iter().enumerate();
    caught
        .filter_map(|(row, value)| Some((row, value?)))
        .map(|(row, value)| OutlyingValue {
            row: analysis.selected.position(row) + 1,
            column,
            value,
            rules: rules(value).collect(),
        })
        .collect()
}
