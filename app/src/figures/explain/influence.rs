//! How far students lie from what the model expects, and which of them bear much on it.

use crate::figures::{Analysis, Point};
use crate::stats::{self, Regression, pearson, quantile_of_any_order};

/// Cells across and upwards within which students are one point: finer than a symbol.
const CELLS: usize = 120;
/// Influential students that are listed.
const LISTED: usize = 20;

/// How far students lie from what is expected of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Residuals {
    /// Expected outcome across, outcome less that upwards, sorted; students that lie within a
    /// hundredth of the axes are one point.
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
        let sizes: Vec<f64> = fit.residuals.iter().map(|rest| rest.abs()).collect();
        let largest = fit.residuals.iter().copied();
        Self {
            points: points(&fit.fitted, &fit.residuals),
            quartiles: [0.25, 0.75].map(|p| quantile_of_any_order(&mut residuals, p)),
            largest: largest.fold(0.0, |a: f64, b| if b.abs() > a.abs() { b } else { a }),
            spread: pearson(&fit.fitted, &sizes).r,
        }
    }
}

fn points(across: &[f64], upwards: &[f64]) -> Vec<Point> {
    let (x, y) = (Cells::of(across), Cells::of(upwards));
    let mut counts = vec![0; (CELLS + 1) * (CELLS + 1)];
    for (&a, &b) in across.iter().zip(upwards) {
        counts[x.cell(a) * (CELLS + 1) + y.cell(b)] += 1;
    }
    let cells = counts.into_iter().enumerate();
    cells
        .filter(|(_, count)| *count > 0)
        .map(|(cell, count)| Point {
            x: x.middle(cell / (CELLS + 1)),
            y: y.middle(cell % (CELLS + 1)),
            count,
        })
        .collect()
}

/// Even steps over the values.
struct Cells {
    low: f64,
    /// 0 where all values are one.
    width: f64,
}

impl Cells {
    fn of(values: &[f64]) -> Self {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let width = high / CELLS as f64 - low / CELLS as f64;
        Self {
            low,
            width: if width.is_finite() { width } else { 0.0 },
        }
    }

    /// Which one a value lies in.
    fn cell(&self, value: f64) -> usize {
        match self.width > 0.0 {
            true => (((value - self.low) / self.width).round() as usize).min(CELLS),
            false => 0,
        }
    }

    fn middle(&self, cell: usize) -> f64 {
        self.low + cell as f64 * self.width
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
        influence: &stats::Influence,
    ) -> Self {
        let above = influence.influential();
        let rows = above.iter().take(LISTED).map(|&i| InfluentialRow {
            row: analysis.selected.position(fit.rows[i]) + 1,
            outcome: fit.fitted[i] + fit.residuals[i],
            expected: fit.fitted[i],
            leverage: influence.leverage[i],
            studentized: influence.external[i],
            cook: influence.cook[i],
        });
        Self {
            rows: rows.collect(),
            above: above.len(),
        }
    }
}
