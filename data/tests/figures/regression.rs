//! Ordinary least squares by the normal equations: the score on all factors, complete cases,
//! categorical factors coded against the alphabetically first level.

use std::collections::{BTreeMap, BTreeSet};

use super::{Columns, SCORE, Term};

pub(super) fn fit(columns: &Columns) -> BTreeMap<String, Term> {
    let (names, terms): (Vec<_>, Vec<_>) = design(columns).into_iter().unzip();
    let scores = columns.numbers(SCORE);
    let complete = |&row: &usize| columns.levels().all(|(_, levels)| levels[row].is_some());
    let mut equations = vec![vec![0.0; terms.len() + 1]; terms.len()];
    for row in (0..scores.len()).filter(complete) {
        let values: Vec<f64> = terms
            .iter()
            .map(|term| term[row])
            .chain([scores[row] as f64])
            .collect();
        for (equation, value) in equations.iter_mut().zip(&values) {
            for (sum, other) in equation.iter_mut().zip(&values) {
                *sum += value * other;
            }
        }
    }
    let stderr = f64::NAN;
    let terms = solve(equations)
        .into_iter()
        .map(|coef| Term { coef, stderr });
    names.into_iter().zip(terms).collect()
}

/// The named columns of the design matrix.
fn design(columns: &Columns) -> Vec<(String, Vec<f64>)> {
    let rows = columns.numbers(SCORE).len();
    let mut terms = vec![("Intercept".to_owned(), vec![1.0; rows])];
    for (name, numbers) in columns.numeric_factors() {
        let values = numbers.iter().map(|&number| number as f64).collect();
        terms.push((name.to_owned(), values));
    }
    for (name, levels) in columns.levels() {
        let distinct: BTreeSet<_> = levels.iter().flatten().collect();
        for level in distinct.into_iter().skip(1) {
            let has = |other: &Option<String>| f64::from(u8::from(other.as_ref() == Some(level)));
            terms.push((format!("{name}={level}"), levels.iter().map(has).collect()));
        }
    }
    terms
}

/// Solves linear equations, each a row of coefficients and the right-hand side, by Gauss-Jordan
/// elimination. The normal equations are positive definite and need no pivoting.
fn solve(mut equations: Vec<Vec<f64>>) -> Vec<f64> {
    for pivot in 0..equations.len() {
        let scale = equations[pivot][pivot];
        equations[pivot]
            .iter_mut()
            .for_each(|value| *value /= scale);
        let pivot_row = equations[pivot].clone();
        for (index, equation) in equations.iter_mut().enumerate() {
            let factor = equation[pivot];
            if index != pivot {
                equation
                    .iter_mut()
                    .zip(&pivot_row)
                    .for_each(|(value, above)| *value -= factor * above);
            }
        }
    }
    equations
        .into_iter()
        .filter_map(|mut equation| equation.pop())
        .collect()
}
