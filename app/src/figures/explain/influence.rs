//! How far students lie from what the model expects, and which of them bear much on it.

use crate::figures::{Analysis, MOST_POINTS, Point};
use crate::stats::{self, Regression, pearson_of_rows, quantile_of_any_order};

/// Steps across and upwards at which students are one point, finer than a symbol; the first that leave
/// at most [`MOST_POINTS`] are taken, which no table has more of at the last.
const STEPS: [usize; 4] = [120, 100, 84, 69];
/// Influential students that are listed.
const LISTED: usize = 20;

/// How far students lie from what is expected of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Residuals {
    /// Expected outcome across, outcome less that upwards, sorted; students that lie within about a
    /// hundredth of the axes are one point, of which there are at most 5,000.
    pub points: Vec<Point>,
    /// Lower and upper quartile of the residuals.
    pub quartiles: [f64; 2],
    /// The residual of largest size.
    pub largest: f64,
    /// Correlation of the residuals' sizes with what is expected: far from 0, the model is surer
    /// of some students than of others. NaN where one does not vary.
    pub spread: f64,
}

impl Residuals {
    pub(super) fn of(fit: &Regression) -> Self {
        let mut residuals = fit.residuals.clone();
        let largest = fit.residuals.iter().copied();
        let expected = |row: usize| fit.fitted[row];
        let spread = pearson_of_rows(fit.n, expected, |row| fit.residuals[row].abs());
        Self {
            points: points(&fit.fitted, &fit.residuals),
            quartiles: [0.25, 0.75].map(|p| quantile_of_any_order(&mut residuals, p)),
            largest: largest.fold(0.0, |a: f64, b| if b.abs() > a.abs() { b } else { a }),
            spread: spread.r,
        }
    }
}

fn points(across: &[f64], upwards: &[f64]) -> Vec<Point> {
    let mut finest_first = STEPS.iter().map(|&steps| at_steps(across, upwards, steps));
    let found = finest_first.find(|points| points.len() <= MOST_POINTS);
    found.unwrap_or_default()
}

fn at_steps(across: &[f64], upwards: &[f64], steps: usize) -> Vec<Point> {
    let (x, y) = (Steps::over(across, steps), Steps::over(upwards, steps));
    let side = steps + 1;
    let mut counts = vec![0; side * side];
    for (&a, &b) in across.iter().zip(upwards) {
        counts[x.nearest(a) * side + y.nearest(b)] += 1;
    }
    let cells = counts.into_iter().enumerate();
    cells
        .filter(|(_, count)| *count > 0)
        .map(|(cell, count)| Point {
            x: x.at(cell / side),
            y: y.at(cell % side),
            count,
        })
        .collect()
}

/// Even steps over the values.
struct Steps {
    low: f64,
    steps: usize,
    /// 0 where all values are one.
    width: f64,
}

impl Steps {
    fn over(values: &[f64], steps: usize) -> Self {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let width = high / steps as f64 - low / steps as f64;
        Self {
            low,
            steps,
            width: if width.is_finite() { width } else { 0.0 },
        }
    }

    /// The step that is nearest to a value.
    fn nearest(&self, value: f64) -> usize {
        match self.width > 0.0 {
            true => (((value - self.low) / self.width).round() as usize).min(self.steps),
            false => 0,
        }
    }

    fn at(&self, step: usize) -> f64 {
        self.low + step as f64 * self.width
    }
}

/// A student that bears much on the model.
#[derive(Debug, Clone, PartialEq)]
pub struct InfluentialRow {
    /// Row of the dataset, counted from 1 and without the header.
    pub row: usize,
    /// The outcome.
    pub outcome: f64,
    /// What the model expects.
    pub expected: f64,
    /// Weight of the student's outcome in that, 0–1.
    pub leverage: f64,
    /// Residual over the standard deviation that the others give.
    pub studentized: f64,
    /// Cook's distance.
    pub cook: f64,
}

/// Which students bear much on the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Influence {
    /// Those with a Cook's distance above 4 / n.
    pub above: usize,
    /// The first of them, largest distance first.
    pub rows: Vec<InfluentialRow>,
}

impl Influence {
    pub(super) fn of(
        analysis: &Analysis<'_>,
        fit: &Regression,
        influence: &stats::Influence<'_>,
    ) -> Self {
        let above = influence.influential();
        let rows = above.iter().take(LISTED).map(|&i| InfluentialRow {
            row: analysis.selected.position(fit.rows[i]) + 1,
            outcome: fit.fitted[i] + fit.residuals[i],
            expected: fit.fitted[i],
            leverage: influence.leverage[i],
            studentized: influence.external(i),
            cook: influence.cook(i),
        });
        Self {
            rows: rows.collect(),
            above: above.len(),
        }
    }
}
