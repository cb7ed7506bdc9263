//! Multiple regression: the outcome as a weighted sum of all factors at once, by least squares.
//!
//! [`coding`] turns factors into columns, [`sweep`] solves for the weights, [`influence`] and
//! [`predict`] say how single rows bear on the model and what it expects of others.

mod coding;
mod compact;
mod influence;
mod predict;
#[cfg(test)]
mod properties;
mod sweep;

use serde::Serialize;
use thiserror::Error;
use twofloat::TwoFloat;

use super::Numbers;
use super::distributions::{f_sf, t_quantile, t_two_sided_p};
use coding::{Coding, Row, complete_rows, most_terms};
pub use coding::{Factor, Setting, Term};
use compact::Compact;
pub use influence::Influence;
pub use predict::Prediction;
use sweep::Swept;

/// Most terms of one model: solving takes time with their cube.
pub const MOST_TERMS: usize = 300;

/// Why there is no regression.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unfit {
    /// No row has the outcome and every factor.
    #[error("no row has the outcome and a value of every factor")]
    NoRows,
    /// Solving would take too long.
    #[error("the factors make {terms} terms, and a regression takes at most {MOST_TERMS}")]
    TooManyTerms {
        /// Terms that the factors have.
        terms: usize,
    },
}

/// One weight of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficient {
    /// What it is the weight of.
    pub term: Term,
    /// Outcome units per unit of a numeric factor, against the reference for a level.
    pub estimate: f64,
    /// Its standard error; NaN, as what follows from it, without degrees of freedom.
    pub stderr: f64,
    /// Estimate over standard error.
    pub t: f64,
    /// Two-sided p-value of a coefficient of 0, by Student's t.
    pub p: f64,
    /// 95 % interval.
    pub ci95: [f64; 2],
}

/// What a factor explains beyond all others: its terms together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Partial {
    /// Share of the squares that the other factors leave, 0..=1; NaN where they leave none.
    pub r2: f64,
    /// F of dropping the factor.
    pub f: f64,
    /// Probability of such an F where the factor has no association of its own.
    pub p: f64,
    /// Degrees of freedom that the factor takes.
    pub df: usize,
}

/// A least squares fit, after statsmodels' `OLS` with treatment coding.
///
/// A constant outcome leaves `r2` and `f` NaN; no degrees of freedom leave every error NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Regression {
    /// Rows with the outcome and every factor.
    pub n: usize,
    /// Rows with some of them missing.
    pub dropped: usize,
    /// Positions of the rows used, ascending.
    pub rows: Vec<usize>,
    /// Reference level of each factor: its first one with rows; `None` for numeric factors.
    pub references: Vec<Option<usize>>,
    /// Estimated terms: the intercept, then factor by factor.
    pub coefficients: Vec<Coefficient>,
    /// Terms that follow from those before them and so have no coefficient of their own.
    pub aliased: Vec<Term>,
    /// Share of the outcome's squares about its mean that the model explains; about 0 without an
    /// intercept.
    pub r2: f64,
    /// The same per degree of freedom, so that a useless factor does not raise it.
    pub adjusted_r2: f64,
    /// Explained over unexplained variance.
    pub f: f64,
    /// Probability of such an `f` where no factor has an association with the outcome.
    pub f_p: f64,
    /// Estimated terms without the intercept.
    pub df_model: usize,
    /// Rows less estimated terms.
    pub df_residual: usize,
    /// Standard deviation of the outcome about the model, in its units.
    pub residual_std: f64,
    /// Outcome that the model expects of each row used.
    pub fitted: Vec<f64>,
    /// Outcome less what is expected, per row used.
    pub residuals: Vec<f64>,
    /// What each factor explains beyond the others; `None` for one without terms of its own.
    pub partial: Vec<Option<Partial>>,
    coding: Coding,
    /// The rows used, where codes tell their values apart.
    compact: Option<Compact>,
    swept: Swept,
}

/// Regression of the outcome on all factors, with an intercept.
///
/// Rows in which anything is missing or infinite are left out.
///
/// # Errors
/// Without complete rows, and with more than [`MOST_TERMS`] terms.
pub fn regress(outcome: &[f64], factors: &[Factor<'_>]) -> Result<Regression, Unfit> {
    fit(&Factor::Numeric(outcome), factors, true)
}

/// [`regress`] on an outcome whose numbers are coded: where the factors' values are too, rows are counted
/// rather than multiplied, but for the columns whose numbers a byte does not tell apart.
///
/// # Errors
/// As [`regress`].
pub fn regress_coded(outcome: Numbers<'_>, factors: &[Factor<'_>]) -> Result<Regression, Unfit> {
    fit(&Factor::Coded(outcome), factors, true)
}

/// [`regress`] through the origin: without an intercept.
///
/// # Errors
/// As [`regress`].
pub fn regress_through_origin(
    outcome: &[f64],
    factors: &[Factor<'_>],
) -> Result<Regression, Unfit> {
    fit(&Factor::Numeric(outcome), factors, false)
}

fn fit(
    outcome: &Factor<'_>,
    factors: &[Factor<'_>],
    has_intercept: bool,
) -> Result<Regression, Unfit> {
    let terms = most_terms(factors, has_intercept);
    if terms > MOST_TERMS {
        return Err(Unfit::TooManyTerms { terms });
    }
    let rows = complete_rows(factors, outcome);
    if rows.is_empty() {
        return Err(Unfit::NoRows);
    }
    let coding = Coding::new(factors, outcome, &rows, has_intercept);
    let compact = Compact::new(&coding, factors, outcome, &rows);
    let mut swept = match &compact {
        Some(compact) => Swept::of(compact.products(coding.terms.len() + 1)),
        None => Swept::new(&coding, factors, outcome, &rows),
    };
    if has_intercept {
        swept.enter(0);
    }
    let total = swept.unexplained();
    swept.enter_all();

    let weights: Vec<TwoFloat> = (0..coding.terms.len())
        .map(|term| match swept.holds(term) {
            true => swept.coefficient(term),
            false => TwoFloat::from(0.0),
        })
        .collect();
    let scale = coding.outcome.scale;
    let (residuals, squares) = match &compact {
        Some(compact) => in_units(scale, compact.residuals(&weights)),
        None => in_units(scale, residuals(&coding, &weights, factors, outcome, &rows)),
    };
    let fitted = rows
        .iter()
        .zip(&residuals)
        .map(|(&row, rest)| outcome.number(row) - rest);
    let (estimated, aliased): (Vec<usize>, Vec<usize>) =
        (0..coding.terms.len()).partition(|&term| swept.holds(term));
    let df_residual = rows.len().saturating_sub(estimated.len());
    let df_model = estimated.len() - usize::from(has_intercept && swept.holds(0));
    let (df1, df2) = (df_model as f64, df_residual as f64);
    let explained = f64::from((total - squares) / total);
    let unexplained = f64::from(squares / total);
    let variance = if df_residual > 0 {
        f64::from(squares) / df2
    } else {
        f64::NAN
    };
    let f = (explained / df1) / (unexplained / df2);
    let all_rows = (rows.len() - usize::from(has_intercept)) as f64;
    Ok(Regression {
        n: rows.len(),
        dropped: outcome.len() - rows.len(),
        references: coding.references(),
        coefficients: coefficients(&coding, &swept, &estimated, variance, df2),
        aliased: aliased.iter().map(|&term| coding.terms[term]).collect(),
        r2: explained,
        adjusted_r2: 1.0 - unexplained * all_rows / df2,
        f,
        f_p: f_sf(f, df1, df2),
        df_model,
        df_residual,
        residual_std: variance.sqrt() / coding.outcome.scale,
        fitted: fitted.collect(),
        residuals,
        partial: (0..factors.len())
            .map(|factor| partial(&coding, &swept, factor, df2))
            .collect(),
        rows,
        coding,
        compact,
        swept,
    })
}

/// Residuals in the data's unit, from those in the outcome's [`Unit`](coding::Unit), of which the sum
/// of the squares is.
fn in_units(scale: f64, residuals: impl Iterator<Item = TwoFloat>) -> (Vec<f64>, TwoFloat) {
    let mut squares = TwoFloat::from(0.0);
    let residuals = residuals.map(|rest| {
        squares += rest * rest;
        f64::from(rest) / scale
    });
    (residuals.collect(), squares)
}

/// Outcome less model per row.
///
/// In long arithmetic: large terms may cancel to a small expectation.
fn residuals(
    coding: &Coding,
    weights: &[TwoFloat],
    factors: &[Factor<'_>],
    outcome: &Factor<'_>,
    rows: &[usize],
) -> impl Iterator<Item = TwoFloat> {
    let mut row = Row::default();
    rows.iter().map(move |&number| {
        coding.read(factors, number, &mut row);
        let mut rest = TwoFloat::from(coding.outcome.apply(outcome.number(number)));
        row.ones.iter().for_each(|&term| rest -= weights[term]);
        row.numbers
            .iter()
            .for_each(|&(term, value)| rest -= weights[term] * value);
        rest
    })
}

/// Coefficients in the units of the data, from those in the [`Unit`](coding::Unit)s of the columns.
fn coefficients(
    coding: &Coding,
    swept: &Swept,
    estimated: &[usize],
    variance: f64,
    df: f64,
) -> Vec<Coefficient> {
    let mut scales = vec![1.0; coding.terms.len()];
    let mut shifts = vec![0.0; coding.terms.len()];
    for (term, unit) in coding.units() {
        scales[term] = unit.scale;
        shifts[term] = unit.shift;
    }
    // What one unit of the intercept is made of: the shifts taken off the columns.
    let origin: Vec<(usize, TwoFloat)> = estimated
        .iter()
        .filter(|&&term| shifts[term] != 0.0)
        .map(|&term| (term, -TwoFloat::new_mul(scales[term], shifts[term])))
        .chain(coding.has_intercept.then_some((0, TwoFloat::from(1.0))))
        .collect();
    let zero = || TwoFloat::from(0.0);
    let one = |term: usize| {
        let (estimate, square) = if coding.terms[term] == Term::Intercept {
            let estimate = origin.iter().fold(zero(), |sum, &(term, share)| {
                sum + swept.coefficient(term) * share
            });
            let square = origin.iter().fold(zero(), |sum, &(a, left)| {
                origin.iter().fold(sum, |sum, &(b, right)| {
                    sum + swept.inverse(a, b) * left * right
                })
            });
            let shifted = estimate / coding.outcome.scale + coding.outcome.shift;
            (shifted, f64::from(square).sqrt())
        } else {
            let estimate = swept.coefficient(term) * scales[term] / coding.outcome.scale;
            let root = f64::from(swept.inverse(term, term)).sqrt();
            (estimate, root * scales[term])
        };
        let estimate = f64::from(estimate);
        let stderr = variance.sqrt() * square / coding.outcome.scale;
        let half = t_quantile(0.975, df) * stderr;
        Coefficient {
            term: coding.terms[term],
            estimate,
            stderr,
            t: estimate / stderr,
            p: t_two_sided_p(estimate / stderr, df),
            ci95: [estimate - half, estimate + half],
        }
    };
    estimated.iter().map(|&term| one(term)).collect()
}

/// What is lost without a factor: its terms are swept out, and those that followed from them in.
fn partial(coding: &Coding, swept: &Swept, factor: usize, df: f64) -> Option<Partial> {
    let own = |term: &usize| coding.terms[*term].factor() == Some(factor);
    let all = 0..coding.terms.len();
    let held = all.clone().filter(|&term| swept.holds(term)).count();
    if !all.clone().filter(own).any(|term| swept.holds(term)) {
        return None;
    }
    let mut without = swept.clone();
    all.clone().filter(own).for_each(|term| without.leave(term));
    all.clone()
        .filter(|term| !own(term))
        .for_each(|term| without.enter(term));
    let left = all.filter(|&term| without.holds(term)).count();
    let taken = held - left.min(held);
    if taken == 0 {
        return None;
    }
    let (full, reduced) = (swept.unexplained(), without.unexplained());
    let lost = f64::from(reduced - full).max(0.0);
    let f = (lost / taken as f64) / (f64::from(full) / df);
    Some(Partial {
        r2: lost / f64::from(reduced),
        f,
        p: f_sf(f, taken as f64, df),
        df: taken,
    })
}
