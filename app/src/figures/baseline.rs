//! What is computed once per dataset and outcome, over all rows: the figures that filtered ones
//! are compared with, the outcome's scale, and the order of the factors.

use std::sync::OnceLock;

use super::Metrics;
use crate::dataset::{ColumnId, Dataset};
use crate::stats::{Anova, Tally};

/// What the outcome's values allow to say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Lowest passing score; none where the values are not marks out of 100.
    pub pass_mark: Option<f64>,
    /// Whether the five performance bands apply.
    pub banded: bool,
}

/// The outcome over all rows.
#[derive(Debug)]
pub struct OutcomeBaseline {
    /// Its scale.
    pub scale: Scale,
    /// The overview's metrics without filters, with the scale's pass mark.
    pub metrics: Metrics,
    /// Every factor, by the share of the outcome's variance that it explains, largest first.
    pub most_useful: Vec<ColumnId>,
}

/// The baselines of a dataset, one for each numeric column, each computed on first use.
#[derive(Debug)]
pub struct Baseline {
    outcomes: Vec<OnceLock<OutcomeBaseline>>,
    extents: Vec<Option<[f64; 2]>>,
}

impl Baseline {
    /// Makes room for the dataset's columns and computes the default outcome's baseline.
    pub fn new(dataset: &Dataset) -> Self {
        let table = dataset.table();
        let extent_of = |id| extent(table.tally(id));
        let baseline = Self {
            outcomes: dataset.ids().map(|_| OnceLock::new()).collect(),
            extents: dataset.ids().map(extent_of).collect(),
        };
        baseline.of(dataset, dataset.default_outcome());
        baseline
    }

    /// The baseline of that outcome.
    pub fn of(&self, dataset: &Dataset, outcome: ColumnId) -> &OutcomeBaseline {
        self.outcomes[outcome.index()].get_or_init(|| OutcomeBaseline::new(dataset, outcome))
    }

    /// Smallest and largest value of a numeric column over all rows; `None` without values.
    pub fn extent(&self, column: ColumnId) -> Option<[f64; 2]> {
        self.extents[column.index()]
    }
}

impl OutcomeBaseline {
    fn new(dataset: &Dataset, outcome: ColumnId) -> Self {
        let table = dataset.table();
        let scale = Scale::of(table.tally(outcome));
        Self {
            scale,
            metrics: Metrics::of(&table, outcome, scale.pass_mark),
            most_useful: most_useful(dataset, outcome),
        }
    }
}

impl Scale {
    /// An outcome whose 0.1 and 99.9 percentiles lie within 0–100 is taken for marks out of 100;
    /// single values beyond that are slips, and flagged.
    fn of(scores: &Tally) -> Self {
        let low = scores.quantile(0.001);
        let high = scores.quantile(0.999);
        let banded = low >= 0.0 && high <= 100.0;
        Self {
            pass_mark: banded.then_some(crate::stats::PASS_MARK),
            banded,
        }
    }
}

fn most_useful(dataset: &Dataset, outcome: ColumnId) -> Vec<ColumnId> {
    let table = dataset.table();
    let mut explained: Vec<(ColumnId, f64)> = Vec::new();
    for id in dataset.numeric_ids() {
        if id != outcome {
            let r = table.pearson(id, outcome).r;
            explained.push((id, r.powi(2)));
        }
    }
    for id in dataset.factor_ids() {
        let test = Anova::of(&table.by_level(id, outcome));
        explained.push((id, test.map_or(f64::NAN, |test| test.eta2)));
    }
    explained.sort_by(|(a, x), (b, y)| larger_first(*x, *y).then(a.cmp(b)));
    explained.into_iter().map(|(id, _)| id).collect()
}

/// Orders larger values first and undefined ones last.
pub(super) fn larger_first(a: f64, b: f64) -> std::cmp::Ordering {
    let rank = |x: f64| if x.is_nan() { f64::NEG_INFINITY } else { x };
    rank(b).total_cmp(&rank(a))
}

fn extent(values: &Tally) -> Option<[f64; 2]> {
    (!values.is_empty()).then(|| [values.min(), values.max()])
}
