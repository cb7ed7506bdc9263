//! What a regression expects of a row it has not seen.

use serde::Serialize;
use twofloat::TwoFloat;

use super::Regression;
use super::coding::{Row, Setting};
use super::influence::Quadratic;
use crate::stats::distributions::t_quantile;

/// Share of a term's value by which settings may miss what an aliased term follows from.
const CONSISTENT: f64 = 1e-7;

/// An expected outcome with its two intervals, in the outcome's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Prediction {
    /// Expected outcome.
    pub mean: f64,
    /// 95 % interval of the mean outcome of all such rows; NaN without degrees of freedom.
    pub mean_ci95: [f64; 2],
    /// 95 % interval of the outcome of one such row: the prediction interval.
    pub ci95: [f64; 2],
    /// Leverage such a row would have: far above that of the rows used, the model extrapolates.
    pub leverage: f64,
}

impl Regression {
    /// Expected outcome of a row with one setting per factor, in their order.
    ///
    /// Draper and Smith, "Applied Regression Analysis" (1998), 5.1. `None` for a setting that is
    /// not its factor's, a level without rows, and settings that contradict what the rows show of
    /// an aliased term: of such rows the data says nothing.
    pub fn predict(&self, settings: &[Setting]) -> Option<Prediction> {
        let row = self.coding.describe(settings)?;
        if !self.is_consistent(&row) {
            return None;
        }
        let weight = |term: usize| match self.swept.holds(term) {
            true => self.swept.coefficient(term),
            false => TwoFloat::from(0.0),
        };
        let ones = row.ones.iter().map(|&term| weight(term));
        let numbers = row.numbers.iter().map(|&(term, x)| weight(term) * x);
        let nothing = TwoFloat::from(0.0);
        let sum = ones.chain(numbers).fold(nothing, |sum, part| sum + part);
        let unit = self.coding.outcome;
        let mean = f64::from(sum / unit.scale + unit.shift);
        let leverage = Quadratic::new(&self.swept, self.coding.terms.len()).of(&row);
        let reach = t_quantile(0.975, self.df_residual as f64) * self.residual_std;
        let around = |variance: f64| {
            let half = reach * variance.sqrt();
            [mean - half, mean + half]
        };
        Some(Prediction {
            mean,
            mean_ci95: around(leverage),
            ci95: around(1.0 + leverage),
            leverage,
        })
    }

    /// Whether every aliased term has the value that follows from the others.
    fn is_consistent(&self, row: &Row) -> bool {
        let terms = self.coding.terms.len();
        let mut values = vec![0.0; terms];
        row.ones.iter().for_each(|&term| values[term] = 1.0);
        row.numbers.iter().for_each(|&(term, x)| values[term] = x);
        let (inside, outside): (Vec<usize>, Vec<usize>) =
            (0..terms).partition(|&term| self.swept.holds(term));
        outside.iter().all(|&term| {
            let parts = inside
                .iter()
                .map(|&i| self.swept.weight(i, term) * values[i]);
            let (sum, size) = parts.fold((0.0, values[term].abs()), |(sum, size), part: f64| {
                (sum + part, size + part.abs())
            });
            (sum - values[term]).abs() <= CONSISTENT * f64::max(size, CONSISTENT)
        })
    }
}
