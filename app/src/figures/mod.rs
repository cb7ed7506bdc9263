//! The figures of each page: plain structs computed from a [`Table`] by the statistics.
//!
//! Between `stats`, which knows only columns, and `charts` and `views`, which only show.

mod baseline;
mod comparison;
mod explain;
mod explore;
mod factors;
mod overview;
mod performance;
mod regression_json;
mod relationships;
mod sample;
mod scatter;
mod stats_json;

pub use baseline::{Baseline, OutcomeBaseline, Scale};
pub use comparison::{Comparison, Contrast, Contrasted, Distributions, GroupFigure, LevelShare};
pub use explain::{
    Explain, Field, FieldValue, Influence, InfluentialRow, LevelTests, Model, NoModel,
    PartialShare, Residuals, TermFigure, Weight, WhatIf,
};
pub use explore::{
    ColumnBox, ColumnInfo, Explore, MissingColumn, MissingMap, Outliers, OutlyingValue, PairColumn,
    PairGroup, PairPlot, Rule,
};
pub use factors::{FactorCorrelation, FactorImpact, RankedFactor};
pub use overview::{FactorInfo, Metrics, Missing, NumericInfo, OutOfRange, Overview, Preview};
pub use performance::{Average, LevelBox, LevelMean, Performance, ScoreBoxes};
pub use relationships::{MatrixFigure, Pair, Relationships, strength};
pub use scatter::{Class, Group, MOST_POINTS, Point, Scatter};
pub use stats_json::stats_json;

use crate::dataset::{ColumnId, Dataset, Table};
use crate::filter::{Choices, Request};
use crate::stats::Tally;

/// What one page is computed from: the rows that its filters leave, all rows, and the outcome.
pub struct Analysis<'a> {
    /// The dataset.
    pub dataset: &'a Dataset,
    /// The address, understood.
    pub request: &'a Request,
    /// Rows that meet the filters.
    pub selected: Table<'a>,
    /// Column that is explained.
    pub outcome: ColumnId,
    /// The same outcome over all rows.
    pub baseline: &'a OutcomeBaseline,
    /// The whole dataset.
    dataset_baseline: &'a Baseline,
}

impl<'a> Analysis<'a> {
    /// Applies the request's filters.
    pub fn new(dataset: &'a Dataset, baseline: &'a Baseline, request: &'a Request) -> Self {
        let outcome = request
            .choices
            .target
            .unwrap_or_else(|| dataset.default_outcome());
        Self {
            dataset,
            request,
            selected: request.filters.apply(dataset),
            outcome,
            baseline: baseline.of(dataset, outcome),
            dataset_baseline: baseline,
        }
    }

    /// The page's selections.
    pub fn choices(&self) -> &Choices {
        &self.request.choices
    }

    /// How often each value of the outcome occurs.
    pub fn scores(&self) -> &Tally {
        self.selected.tally(self.outcome)
    }

    /// Name of the outcome.
    pub fn outcome_name(&self) -> &str {
        &self.dataset.column(self.outcome).name
    }

    /// Lowest score that passes: the address' mark, or the outcome's own.
    pub fn pass_mark(&self) -> Option<f64> {
        self.choices().pass.or(self.baseline.scale.pass_mark)
    }

    /// Smallest and largest value of a numeric column over all rows; `None` without values.
    pub fn extent(&self, column: ColumnId) -> Option<[f64; 2]> {
        self.dataset_baseline.extent(column)
    }

    /// Numeric columns other than the outcome.
    pub fn numeric_factors(&self) -> Vec<ColumnId> {
        let mut ids = self.dataset.numeric_ids();
        ids.retain(|&id| id != self.outcome);
        ids
    }

    /// The factor that `chosen` names, else the categorical factor that explains the outcome best.
    fn factor_or_best(&self, chosen: Option<ColumnId>) -> Option<ColumnId> {
        chosen.or_else(|| self.best(|id| !self.dataset.column(id).is_numeric()))
    }

    /// The numeric factor that `chosen` names, else the one that explains the outcome best.
    fn numeric_or_best(&self, chosen: Option<ColumnId>) -> Option<ColumnId> {
        chosen
            .filter(|&id| id != self.outcome)
            .or_else(|| self.best(|id| self.dataset.column(id).is_numeric()))
    }

    fn best(&self, wanted: impl Fn(ColumnId) -> bool) -> Option<ColumnId> {
        self.baseline
            .most_useful
            .iter()
            .copied()
            .find(|&id| wanted(id))
    }
}
