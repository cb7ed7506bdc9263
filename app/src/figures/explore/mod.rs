//! Figures of the Explore page: the steps of an exploratory analysis, each over the same rows.

mod missing;
mod outliers;
mod pairs;

pub use missing::{MissingColumn, MissingMap};
pub use outliers::{ColumnBox, Outliers, OutlyingValue, Rule};
pub use pairs::{PairColumn, PairGroup, PairPlot};

use super::overview::{factors, numeric_columns};
use super::performance::score_boxes;
use super::{Analysis, FactorInfo, NumericInfo, Performance, Relationships, Scatter, ScoreBoxes};
use crate::dataset::ColumnId;

/// Numeric factors that are drawn against the outcome at most.
const MOST_SCATTERS: usize = 12;
/// Points of one factor that are drawn at most, in a plot that is a ninth of a large one.
const MOST_POINTS: usize = 1200;

/// A column as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnInfo {
    /// Name.
    pub column: String,
    /// Type in words.
    pub type_name: &'static str,
    /// Rows with a value.
    pub present: usize,
    /// Rows without one.
    pub missing: usize,
}

/// Everything on the Explore page, in its order.
#[derive(Debug, Clone, PartialEq)]
pub struct Explore {
    /// Rows that meet the filters.
    pub rows: usize,
    /// All columns, in column order.
    pub columns: Vec<ColumnInfo>,
    /// Numeric columns described, in column order.
    pub numeric: Vec<NumericInfo>,
    /// Factors with the rows of each level, in column order.
    pub factors: Vec<FactorInfo>,
    /// Where values are missing.
    pub missing: MissingMap,
    /// Correlations of all numeric columns.
    pub relationships: Relationships,
    /// The outcome against numeric factors, in column order: all of them, or the 12 that explain
    /// most of it.
    pub scatters: Vec<Scatter>,
    /// Numeric factors that there are.
    pub numeric_factors: usize,
    /// Boxes of the outcome by every factor, in column order.
    pub boxes: Vec<ScoreBoxes>,
    /// Numeric columns against each other.
    pub pairs: PairPlot,
    /// Boxes of the numeric columns and what lies beyond them.
    pub outliers: Outliers,
    /// The outcome's distribution.
    pub performance: Performance,
}

impl Explore {
    /// Computes the page's figures.
    pub fn compute(analysis: &Analysis<'_>) -> Self {
        let (dataset, table) = (analysis.dataset, &analysis.selected);
        let scattered = the_most_useful(analysis, analysis.numeric_factors(), MOST_SCATTERS);
        Self {
            rows: table.rows(),
            columns: dataset
                .ids()
                .map(|id| ColumnInfo {
                    column: dataset.column(id).name.clone(),
                    type_name: dataset.column(id).type_name(),
                    present: table.rows() - table.missing(id),
                    missing: table.missing(id),
                })
                .collect(),
            numeric: numeric_columns(table),
            factors: factors(table),
            missing: MissingMap::compute(table),
            relationships: Relationships::compute(analysis),
            scatters: scattered
                .into_iter()
                .map(|x| Scatter::compute(analysis, x, analysis.outcome, None, true, MOST_POINTS))
                .collect(),
            numeric_factors: analysis.numeric_factors().len(),
            boxes: dataset
                .factor_ids()
                .into_iter()
                .map(|id| score_boxes(analysis, id))
                .collect(),
            pairs: PairPlot::compute(analysis),
            outliers: Outliers::compute(analysis),
            performance: Performance::compute(analysis),
        }
    }
}

/// The columns of `ids` that explain most of the outcome, at most so many, in their order.
fn the_most_useful(analysis: &Analysis<'_>, mut ids: Vec<ColumnId>, most: usize) -> Vec<ColumnId> {
    if ids.len() > most {
        let order = &analysis.baseline.most_useful;
        let rank = |id: &ColumnId| order.iter().position(|other| other == id);
        ids.sort_by_key(|id| rank(id).unwrap_or(usize::MAX));
        ids.truncate(most);
        ids.sort();
    }
    ids
}
