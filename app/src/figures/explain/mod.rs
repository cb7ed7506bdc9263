//! Figures of the factor page's second half: all factors in one model of the outcome, what it
//! expects of a student, and how sure tests are of each factor alone.

mod influence;
mod model;
mod tests;
mod what_if;

pub use influence::{Influence, InfluentialRow, Residuals};
pub use model::{Model, NoModel, PartialShare, TermFigure, Weight};
pub use tests::LevelTests;
pub use what_if::{Field, FieldValue, WhatIf};

use super::Analysis;
use crate::dataset::ColumnId;
use crate::stats::Factor;

/// Everything on the factor page that is about several factors or several tests at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Explain {
    /// The outcome as a weighted sum of all factors, or why there is none.
    pub model: Result<Model, NoModel>,
    /// Tests of each categorical factor, by ω², largest first.
    pub tests: Vec<LevelTests>,
}

impl Explain {
    /// Computes the figures.
    pub fn compute(analysis: &Analysis<'_>) -> Self {
        Self {
            model: Model::compute(analysis),
            tests: tests::compute(analysis),
        }
    }
}

/// The factors as a regression takes them.
fn columns<'a>(analysis: &'a Analysis<'_>, ids: &[ColumnId]) -> Vec<Factor<'a>> {
    let factor = |&id: &ColumnId| {
        let column = analysis.dataset.column(id);
        match column.is_numeric() {
            true => Factor::Coded(analysis.selected.coded(id)),
            false => Factor::Levels(analysis.selected.levels(id)),
        }
    };
    ids.iter().map(factor).collect()
}
