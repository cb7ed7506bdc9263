//! The regression of the outcome on all factors.

use super::columns;
use super::influence::{Influence, Residuals};
use super::what_if::WhatIf;
use crate::dataset::ColumnId;
use crate::figures::Analysis;
use crate::figures::baseline::larger_first;
use crate::format;
use crate::stats::{
    Coefficient, MOST_TERMS, Partial, Regression, Term, Unfit, benjamini_hochberg, regress_coded,
};

/// Why there is no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoModel {
    /// Nothing to explain the outcome by.
    #[error(
        "This table has no factor with values beside the outcome, so there is nothing to explain it by."
    )]
    NoFactor,
    /// Nobody is complete.
    #[error(
        "No student here has an outcome and a value of every factor, so there is no model of all factors."
    )]
    NoRows,
    /// Nothing to explain.
    #[error(
        "All students with a value of every factor have the same outcome, so there is nothing to explain."
    )]
    Constant,
    /// Every student could be met exactly.
    #[error(
        "With a value of every factor there {rows}, too few for a model of {terms}: it would meet each of them exactly and say nothing of others. Fewer filters leave more students."
    )]
    TooFew {
        /// "are 12 students".
        rows: String,
        /// "13 terms".
        terms: String,
    },
    /// It would take too long.
    #[error(
        "The factors have {terms} terms, and a model takes at most {MOST_TERMS}. A table with fewer columns, or fewer levels in them, has one."
    )]
    TooManyTerms {
        /// Terms of the factors.
        terms: usize,
    },
}

/// What a weight is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Weight {
    /// What the model expects where every number is 0 and every level the reference.
    Intercept,
    /// One unit more of a numeric factor.
    Unit {
        /// The factor.
        factor: String,
    },
    /// A level in place of the reference.
    Level {
        /// The factor.
        factor: String,
        /// The level.
        level: String,
        /// What it is compared with.
        reference: String,
    },
}

/// One weight of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct TermFigure {
    /// What it is the weight of.
    pub weight: Weight,
    /// Its estimate in units of the outcome, with how sure it is.
    pub coefficient: Coefficient,
}

/// What a factor explains beyond all others.
#[derive(Debug, Clone, PartialEq)]
pub struct PartialShare {
    /// Its name.
    pub factor: String,
    /// Its share of what the others leave, with its test.
    pub partial: Partial,
    /// The test's p-value adjusted over all factors (Benjamini-Hochberg).
    pub q: f64,
}

/// The outcome as a weighted sum of all factors.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Students with the outcome and every factor.
    pub n: usize,
    /// Students left out, since something is missing.
    pub dropped: usize,
    /// Factors left out, since no student here has a value.
    pub empty: Vec<String>,
    /// Weights: the intercept, then factor by factor.
    pub terms: Vec<TermFigure>,
    /// Weights that follow from others and so have no figures.
    pub aliased: Vec<Weight>,
    /// Reference level of each categorical factor.
    pub references: Vec<(String, String)>,
    /// Share of the outcome's variance explained.
    pub r2: f64,
    /// The same, corrected for the number of terms.
    pub adjusted_r2: f64,
    /// Explained over unexplained variance.
    pub f: f64,
    /// p-value of that F.
    pub f_p: f64,
    /// Terms without the intercept.
    pub df_model: usize,
    /// Students less terms.
    pub df_residual: usize,
    /// Standard deviation of students about what is expected of them, in units of the outcome.
    pub residual_std: f64,
    /// What each factor explains beyond the others, largest share first.
    pub partial: Vec<PartialShare>,
    /// How far students lie from what is expected.
    pub residuals: Residuals,
    /// Students that bear much on the model.
    pub influence: Influence,
    /// What is expected of a student that the address describes.
    pub what_if: WhatIf,
}

impl Model {
    pub(super) fn compute(analysis: &Analysis<'_>) -> Result<Self, NoModel> {
        let mut ids = analysis.numeric_factors();
        ids.extend(analysis.dataset.factor_ids());
        ids.sort();
        let rows = analysis.selected.rows();
        let (ids, empty): (Vec<_>, Vec<_>) = ids
            .into_iter()
            .partition(|&id| rows == 0 || analysis.selected.missing(id) < rows);
        if ids.is_empty() {
            return Err(NoModel::NoFactor);
        }
        let factors = columns(analysis, &ids);
        let scores = analysis.selected.coded(analysis.outcome);
        let fit = regress_coded(scores, &factors).map_err(|unfit| match unfit {
            Unfit::NoRows => NoModel::NoRows,
            Unfit::TooManyTerms { terms } => NoModel::TooManyTerms { terms },
        })?;
        refuse(&fit, analysis)?;
        let name = |id: &ColumnId| analysis.dataset.column(*id).name.clone();
        let words = Words {
            analysis,
            ids: &ids,
            fit: &fit,
        };
        // First, as the leverages of all rows are then no longer there.
        let influence = Influence::of(analysis, &fit, &fit.influence(&factors));
        let partial = partial(&fit, &ids.iter().map(name).collect::<Vec<_>>());
        let mut what_if = WhatIf::compute(analysis, &ids, &fit);
        let place = |factor: &str| partial.iter().position(|share| share.factor == factor);
        what_if
            .fields
            .sort_by_key(|field| place(&field.factor).unwrap_or(usize::MAX));
        Ok(Self {
            n: fit.n,
            dropped: fit.dropped,
            empty: empty.iter().map(name).collect(),
            terms: words.terms(),
            aliased: fit.aliased.iter().map(|&term| words.of(term)).collect(),
            references: words.references(),
            r2: fit.r2,
            adjusted_r2: fit.adjusted_r2,
            f: fit.f,
            f_p: fit.f_p,
            df_model: fit.df_model,
            df_residual: fit.df_residual,
            residual_std: fit.residual_std,
            partial,
            residuals: Residuals::of(&fit),
            influence,
            what_if,
        })
    }
}

/// Why a fit says nothing, if so.
fn refuse(fit: &Regression, analysis: &Analysis<'_>) -> Result<(), NoModel> {
    let scores = analysis.selected.coded(analysis.outcome);
    let scores = scores.tally_of(&fit.rows);
    if fit.df_residual == 0 {
        return Err(NoModel::TooFew {
            rows: match fit.n {
                1 => "is 1 student".to_owned(),
                n => format!("are {} students", format::count(n)),
            },
            terms: format::counted(fit.coefficients.len(), "term", "terms"),
        });
    }
    if scores.min() == scores.max() || fit.r2.is_nan() {
        return Err(NoModel::Constant);
    }
    Ok(())
}

/// Terms by the names of their columns and levels.
struct Words<'w, 'a> {
    analysis: &'w Analysis<'a>,
    ids: &'w [ColumnId],
    fit: &'w Regression,
}

impl Words<'_, '_> {
    fn name(&self, factor: usize) -> String {
        self.analysis.dataset.column(self.ids[factor]).name.clone()
    }

    fn level(&self, factor: usize, level: usize) -> String {
        let levels = self.analysis.dataset.column(self.ids[factor]).levels();
        levels.get(level).cloned().unwrap_or_default()
    }

    fn of(&self, term: Term) -> Weight {
        match term {
            Term::Intercept => Weight::Intercept,
            Term::Numeric { factor } => Weight::Unit {
                factor: self.name(factor),
            },
            Term::Level { factor, level } => Weight::Level {
                factor: self.name(factor),
                level: self.level(factor, level),
                reference: self.reference(factor).unwrap_or_default(),
            },
        }
    }

    fn reference(&self, factor: usize) -> Option<String> {
        Some(self.level(factor, self.fit.references[factor]?))
    }

    fn references(&self) -> Vec<(String, String)> {
        (0..self.ids.len())
            .filter_map(|factor| Some((self.name(factor), self.reference(factor)?)))
            .collect()
    }

    fn terms(&self) -> Vec<TermFigure> {
        let coefficients = self.fit.coefficients.iter();
        coefficients
            .map(|coefficient| TermFigure {
                weight: self.of(coefficient.term),
                coefficient: coefficient.clone(),
            })
            .collect()
    }
}

fn partial(fit: &Regression, names: &[String]) -> Vec<PartialShare> {
    let mut shares: Vec<PartialShare> = names
        .iter()
        .zip(&fit.partial)
        .filter_map(|(name, partial)| {
            Some(PartialShare {
                factor: name.clone(),
                partial: (*partial)?,
                q: f64::NAN,
            })
        })
        .collect();
    let p: Vec<f64> = shares.iter().map(|share| share.partial.p).collect();
    for (share, q) in shares.iter_mut().zip(benjamini_hochberg(&p)) {
        share.q = q;
    }
    shares.sort_by(|a, b| larger_first(a.partial.r2, b.partial.r2));
    shares
}
