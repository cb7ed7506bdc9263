//! What a page shows beside its rows: the outcome and the selections in its charts.

use super::Filters;
use crate::dataset::ColumnId;

/// How the outcome's histogram is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bins {
    /// One bin for every whole number.
    Whole,
    /// Twenty bins of equal width.
    Twenty,
}

/// Which correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// Pearson's product-moment correlation.
    #[default]
    Pearson,
    /// Spearman's rank correlation.
    Spearman,
}

/// The two groups of a comparison, each by its conditions; one without any is the rest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Groups {
    /// `a.Column`: conditions on the first.
    pub a: Filters,
    /// `b.Column`: conditions on the second.
    pub b: Filters,
}

/// What is assumed of one column of a student whose outcome is predicted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Assumed {
    /// A number, finite.
    Number(f64),
    /// A level, by its position in factor order.
    Level(usize),
}

/// The selections of all pages; each page reads its own. `None` means that the address does not
/// say, and the page takes its default.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Choices {
    /// `target`: the outcome, a numeric column.
    pub target: Option<ColumnId>,
    /// `pass`: lowest score that passes.
    pub pass: Option<f64>,
    /// `bins`: cut of the histogram.
    pub bins: Option<Bins>,
    /// `by`: factor whose levels' average scores are shown.
    pub by: Option<ColumnId>,
    /// `box`: factor whose levels' boxes are shown.
    pub box_by: Option<ColumnId>,
    /// `factor`: numeric factor drawn against the outcome.
    pub factor: Option<ColumnId>,
    /// `color`: factor that colours points.
    pub color: Option<ColumnId>,
    /// `trend`: whether trend lines are drawn; `on` unless it says `off`.
    pub trend: Option<bool>,
    /// `x`: numeric column across.
    pub x: Option<ColumnId>,
    /// `y`: numeric column upwards.
    pub y: Option<ColumnId>,
    /// `method`: correlation of the matrix and of the strong pairs.
    pub method: Option<Method>,
    /// `strong`: smallest absolute correlation of a strong pair, between 0 and 1.
    pub strong: Option<f64>,
    /// `a.Column` and `b.Column`: the groups that are compared.
    pub groups: Groups,
    /// `if.Column`: what is assumed of a student, in column order, at most one a column.
    pub assumed: Vec<(ColumnId, Assumed)>,
}

impl Choices {
    /// What is assumed of that column.
    pub fn assumed(&self, column: ColumnId) -> Option<Assumed> {
        let found = self.assumed.iter().find(|(id, _)| *id == column);
        found.map(|(_, assumed)| *assumed)
    }
}
