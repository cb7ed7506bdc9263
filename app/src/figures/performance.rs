//! Figures of the performance page: the outcome's distribution and its levels.

use std::rc::Rc;

use super::Analysis;
use super::baseline::larger_first;
use crate::dataset::ColumnId;
use crate::filter::Bins;
use crate::stats::{BoxStats, Histogram, Kde, Tally};

/// Points of the density curve.
pub(super) const KDE_POINTS: usize = 50;
/// Bins of the histogram that is not cut at whole numbers.
pub(super) const EQUAL_BINS: usize = 20;

/// Mean outcome of one level.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelMean {
    /// Position in factor order.
    pub level: usize,
    /// Name.
    pub name: String,
    /// Rows with that level and an outcome.
    pub n: usize,
    /// Mean outcome.
    pub mean: f64,
    /// 95 % confidence interval of the mean; `None` below two rows.
    pub interval: Option<[f64; 2]>,
}

/// Mean outcome by the levels of a factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Average {
    /// The factor.
    pub factor: ColumnId,
    /// Its name.
    pub name: String,
    /// Levels with rows, largest mean first.
    pub levels: Vec<LevelMean>,
}

/// Box of one level.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelBox {
    /// Position in factor order.
    pub level: usize,
    /// Name.
    pub name: String,
    /// Its box.
    pub stats: BoxStats,
}

/// Boxes of the outcome by the levels of a factor.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreBoxes {
    /// The factor.
    pub factor: ColumnId,
    /// Its name.
    pub name: String,
    /// Levels with rows, in factor order.
    pub levels: Vec<LevelBox>,
}

/// Everything on the performance page.
#[derive(Debug, Clone, PartialEq)]
pub struct Performance {
    /// Outcomes present.
    pub n: usize,
    /// Mean outcome, NaN without any.
    pub mean: f64,
    /// How the histogram is cut.
    pub bins: Bins,
    /// Whether the outcome can be cut at whole numbers.
    pub whole_possible: bool,
    /// `None` without outcomes.
    pub histogram: Option<Histogram>,
    /// `None` for fewer than two different outcomes.
    pub kde: Option<Kde>,
    /// Box of all outcomes.
    pub stats: Option<BoxStats>,
    /// Rows in each performance band; `None` for outcomes that are not marks out of 100.
    pub bands: Option<[usize; 5]>,
    /// `None` without a factor.
    pub average: Option<Average>,
    /// `None` without a factor.
    pub boxes: Option<ScoreBoxes>,
}

impl Performance {
    /// Computes the page's figures.
    pub fn compute(analysis: &Analysis<'_>) -> Self {
        let scores = analysis.scores();
        let whole_possible = analysis.dataset.column(analysis.outcome).is_whole();
        let bins = match analysis.choices().bins {
            Some(Bins::Twenty) => Bins::Twenty,
            _ if whole_possible => Bins::Whole,
            _ => Bins::Twenty,
        };
        let whole = (bins == Bins::Whole)
            .then(|| scores.whole_numbers())
            .flatten();
        // Whole numbers too large for bins of their own still have twenty.
        let (bins, histogram) = match whole {
            Some(whole) => (bins, Some(whole)),
            None if scores.mean().is_nan() => (bins, None),
            None => (Bins::Twenty, scores.equal_width(EQUAL_BINS)),
        };
        let choices = analysis.choices();
        Self {
            n: scores.n(),
            mean: scores.mean(),
            bins,
            whole_possible,
            histogram,
            kde: if whole_possible {
                scores.kde_of_whole_numbers(KDE_POINTS)
            } else {
                scores.kde(KDE_POINTS)
            },
            stats: scores.box_stats(),
            bands: analysis.baseline.scale.banded.then(|| scores.bands()),
            average: analysis
                .factor_or_best(choices.by)
                .map(|id| average(analysis, id)),
            boxes: analysis
                .factor_or_best(choices.box_by)
                .map(|id| score_boxes(analysis, id)),
        }
    }
}

/// The outcomes of each level of a factor, in factor order.
pub(super) fn scores_by(analysis: &Analysis<'_>, factor: ColumnId) -> Rc<Vec<Tally>> {
    analysis.selected.by_level(factor, analysis.outcome)
}

fn average(analysis: &Analysis<'_>, factor: ColumnId) -> Average {
    let column = analysis.dataset.column(factor);
    let groups = scores_by(analysis, factor);
    let mut levels: Vec<LevelMean> = groups
        .iter()
        .enumerate()
        .filter(|(_, group)| !group.is_empty())
        .map(|(level, group)| LevelMean {
            level,
            name: column.levels()[level].clone(),
            n: group.n(),
            mean: group.mean(),
            interval: group.mean_interval(),
        })
        .collect();
    levels.sort_by(|a, b| larger_first(a.mean, b.mean));
    Average {
        factor,
        name: column.name.clone(),
        levels,
    }
}

/// Boxes of the outcome by the levels of a factor.
pub(super) fn score_boxes(analysis: &Analysis<'_>, factor: ColumnId) -> ScoreBoxes {
    let column = analysis.dataset.column(factor);
    let levels = scores_by(analysis, factor)
        .iter()
        .enumerate()
        .filter_map(|(level, group)| {
            Some(LevelBox {
                level,
                name: column.levels()[level].clone(),
                stats: group.box_stats()?,
            })
        })
        .collect();
    ScoreBoxes {
        factor,
        name: column.name.clone(),
        levels,
    }
}
