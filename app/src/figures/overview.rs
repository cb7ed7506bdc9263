//! Figures of the overview: the headline metrics, what the columns hold, what is missing.

use serde::Serialize;

use super::Analysis;
use crate::dataset::{Column, ColumnId, Dataset, Entry, Table, entry};
use crate::stats::Summary;

/// Rows shown as they are.
const PREVIEW_ROWS: usize = 10;

/// The headline figures of an outcome. NaN where undefined.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Metrics {
    /// Rows, with or without an outcome.
    pub students: usize,
    /// Rows with an outcome.
    pub scored: usize,
    /// Mean outcome.
    pub mean: f64,
    /// Percent of the outcomes at or above the pass mark; `None` without a mark.
    pub pass_rate: Option<f64>,
    /// Smallest outcome.
    pub min: f64,
    /// Largest outcome.
    pub max: f64,
}

impl Metrics {
    /// Metrics of the outcome over the table's rows.
    pub fn of(table: &Table<'_>, outcome: ColumnId, pass_mark: Option<f64>) -> Self {
        let scores = table.tally(outcome);
        Self {
            students: table.rows(),
            scored: scores.n(),
            mean: scores.mean(),
            pass_rate: pass_mark.map(|mark| scores.pass_rate(mark)),
            min: scores.min(),
            max: scores.max(),
        }
    }
}

/// A column and its missing values.
#[derive(Debug, Clone, PartialEq)]
pub struct Missing {
    /// Name.
    pub column: String,
    /// Rows without a value.
    pub count: usize,
    /// Their share of the rows, in percent.
    pub percent: f64,
}

/// A numeric column with values that cannot be.
#[derive(Debug, Clone, PartialEq)]
pub struct OutOfRange {
    /// Name.
    pub column: String,
    /// What is possible, both inclusive.
    pub range: [f64; 2],
    /// The distinct values outside, with how often each occurs.
    pub values: Vec<(f64, usize)>,
}

/// A numeric column described as pandas does.
#[derive(Debug, Clone, PartialEq)]
pub struct NumericInfo {
    /// Name.
    pub column: String,
    /// Type in words.
    pub type_name: &'static str,
    /// Its summary.
    pub summary: Summary,
}

/// A factor with its levels.
#[derive(Debug, Clone, PartialEq)]
pub struct FactorInfo {
    /// The column in the dataset.
    pub id: ColumnId,
    /// Name.
    pub column: String,
    /// Type in words.
    pub type_name: &'static str,
    /// Each level with its number of rows, in factor order.
    pub levels: Vec<(String, usize)>,
    /// The level with most rows, the first of several; `None` without rows.
    pub most_common: Option<(String, usize)>,
}

/// The first rows as they are, without identifiers.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// Cells of each row in column order, identifiers left out; `None` where missing.
    pub rows: Vec<Vec<Option<String>>>,
}

/// Everything on the overview page.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// Of the filtered rows.
    pub metrics: Metrics,
    /// Of all rows, with the same pass mark.
    pub baseline: Metrics,
    /// The first rows.
    pub preview: Preview,
    /// Columns with missing values, in column order.
    pub missing: Vec<Missing>,
    /// Columns with impossible values, in column order.
    pub out_of_range: Vec<OutOfRange>,
    /// Numeric columns, in column order.
    pub numeric: Vec<NumericInfo>,
    /// Factors, in column order.
    pub factors: Vec<FactorInfo>,
}

impl Overview {
    /// Computes the page's figures.
    pub fn compute(analysis: &Analysis<'_>) -> Self {
        let dataset = analysis.dataset;
        let table = &analysis.selected;
        let mark = analysis.pass_mark();
        let baseline = if mark == analysis.baseline.scale.pass_mark {
            analysis.baseline.metrics
        } else {
            Metrics::of(&dataset.table(), analysis.outcome, mark)
        };
        Self {
            metrics: Metrics::of(table, analysis.outcome, mark),
            baseline,
            preview: preview(table),
            missing: missing(table),
            out_of_range: out_of_range(analysis),
            numeric: numeric_columns(table),
            factors: factors(table),
        }
    }
}

/// The numeric columns described, in column order.
pub(super) fn numeric_columns(table: &Table<'_>) -> Vec<NumericInfo> {
    let dataset = table.dataset();
    let described = dataset.numeric_ids().into_iter().map(|id| NumericInfo {
        column: dataset.column(id).name.clone(),
        type_name: dataset.column(id).type_name(),
        summary: table.tally(id).summary(),
    });
    described.collect()
}

/// The factors with their levels, in column order.
pub(super) fn factors(table: &Table<'_>) -> Vec<FactorInfo> {
    let ids = table.dataset().factor_ids().into_iter();
    ids.map(|id| factor_info(table, id)).collect()
}

fn preview(table: &Table<'_>) -> Preview {
    let dataset = table.dataset();
    let cells = |row| {
        let ids = dataset.ids();
        let shown = ids.filter(|&id| !dataset.column(id).is_identifier());
        shown.map(|id| table.cell(row, id)).collect()
    };
    Preview {
        rows: (0..table.rows().min(PREVIEW_ROWS)).map(cells).collect(),
    }
}

fn missing(table: &Table<'_>) -> Vec<Missing> {
    let dataset = table.dataset();
    dataset
        .ids()
        .map(|id| (id, table.missing(id)))
        .filter(|(_, count)| *count > 0)
        .map(|(id, count)| Missing {
            column: dataset.column(id).name.clone(),
            count,
            percent: 100.0 * count as f64 / table.rows() as f64,
        })
        .collect()
}

/// Values outside what the dictionary calls possible, and outside 0–100 for marks out of 100.
fn out_of_range(analysis: &Analysis<'_>) -> Vec<OutOfRange> {
    let dataset = analysis.dataset;
    let mut found = Vec::new();
    for id in dataset.numeric_ids() {
        let Some(range) = possible_range(analysis, dataset, id) else {
            continue;
        };
        let mut values = analysis.selected.tally(id).runs().to_vec();
        values.retain(|(value, _)| *value < range[0] || *value > range[1]);
        if !values.is_empty() {
            found.push(OutOfRange {
                column: dataset.column(id).name.clone(),
                range,
                values,
            });
        }
    }
    found
}

/// What is possible in a column, both inclusive; `None` where nothing is known of it.
pub(super) fn possible_range(
    analysis: &Analysis<'_>,
    dataset: &Dataset,
    id: ColumnId,
) -> Option<[f64; 2]> {
    let known: Option<&Entry> = entry(&dataset.column(id).name);
    known.and_then(|entry| entry.range).or_else(|| {
        (id == analysis.outcome && analysis.baseline.scale.banded).then_some([0.0, 100.0])
    })
}

fn factor_info(table: &Table<'_>, id: ColumnId) -> FactorInfo {
    let column: &Column = table.dataset().column(id);
    let counts = table.counts(id).iter().copied();
    let levels: Vec<(String, usize)> = column.levels().iter().cloned().zip(counts).collect();
    let most_common = levels
        .iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .filter(|(_, count)| *count > 0)
        .cloned();
    FactorInfo {
        id,
        column: column.name.clone(),
        type_name: column.type_name(),
        levels,
        most_common,
    }
}
