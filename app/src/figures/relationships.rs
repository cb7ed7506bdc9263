//! Figures of the relationship page: any two numeric columns, and all of them against each other.

use super::baseline::larger_first;
use super::factors::LEAST_PAIRS;
use super::{Analysis, MOST_POINTS, Scatter};
use crate::dataset::ColumnId;
use crate::filter::Method;
use crate::stats::Matrix;

/// Absolute correlation from which a pair counts as strong unless the address says otherwise.
const STRONG: f64 = 0.5;

/// Correlations of all numeric columns.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixFigure {
    /// Which correlation.
    pub method: Method,
    /// Names of rows and columns.
    pub names: Vec<String>,
    /// The correlations and their numbers of pairs.
    pub matrix: Matrix,
}

/// Two numeric columns and their correlation.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// One column.
    pub a: ColumnId,
    /// Its name.
    pub a_name: String,
    /// The other, later in the file.
    pub b: ColumnId,
    /// Its name.
    pub b_name: String,
    /// Their correlation.
    pub r: f64,
    /// Rows with both values.
    pub n: usize,
}

/// Everything on the relationship page.
#[derive(Debug, Clone, PartialEq)]
pub struct Relationships {
    /// The chosen pair of columns; `None` with fewer than two numeric columns.
    pub scatter: Option<Scatter>,
    /// Empty without numeric columns.
    pub matrix: MatrixFigure,
    /// Smallest absolute correlation that counts as strong.
    pub threshold: f64,
    /// Pairs at or above the threshold, strongest first.
    pub strong: Vec<Pair>,
    /// The strongest pair, strong or not; `None` where no correlation is defined.
    pub strongest: Option<Pair>,
}

impl Relationships {
    /// Computes the page's figures.
    pub fn compute(analysis: &Analysis<'_>) -> Self {
        let choices = analysis.choices();
        let method = choices.method.unwrap_or_default();
        let threshold = choices.strong.unwrap_or(STRONG);
        let (matrix, pairs) = pairs(analysis, method);
        let y = choices.y.unwrap_or(analysis.outcome);
        let x = choices
            .x
            .or_else(|| analysis.numeric_or_best(None).filter(|&x| x != y))
            .or_else(|| analysis.dataset.numeric_ids().into_iter().find(|&x| x != y));
        Self {
            scatter: x.map(|x| Scatter::compute(analysis, x, y, choices.color, false, MOST_POINTS)),
            matrix,
            threshold,
            strong: pairs
                .iter()
                .filter(|pair| pair.r.abs() >= threshold)
                .cloned()
                .collect(),
            strongest: pairs.into_iter().find(|pair| !pair.r.is_nan()),
        }
    }
}

/// The matrix, and its pairs with the strongest first.
fn pairs(analysis: &Analysis<'_>, method: Method) -> (MatrixFigure, Vec<Pair>) {
    let ids = analysis.dataset.numeric_ids();
    let table = &analysis.selected;
    let matrix = Matrix::of(ids.len(), |i, j| match method {
        Method::Pearson => table.pearson(ids[i], ids[j]),
        Method::Spearman => table.coded(ids[i]).spearman(&table.coded(ids[j])),
    });
    let name = |id: ColumnId| analysis.dataset.column(id).name.clone();
    let mut pairs = Vec::new();
    for (i, &a) in ids.iter().enumerate() {
        for (j, &b) in ids.iter().enumerate().skip(i + 1) {
            let cell = &matrix.cells[i][j];
            if cell.n < LEAST_PAIRS {
                continue;
            }
            pairs.push(Pair {
                a,
                a_name: name(a),
                b,
                b_name: name(b),
                r: cell.r,
                n: cell.n,
            });
        }
    }
    pairs.sort_by(|a, b| larger_first(a.r.abs(), b.r.abs()));
    let figure = MatrixFigure {
        method,
        names: ids.iter().map(|&id| name(id)).collect(),
        matrix,
    };
    (figure, pairs)
}

/// The strength of a correlation in words, after Evans (1996), "Straightforward Statistics for the
/// Behavioral Sciences": very weak below 0.2, weak below 0.4, moderate below 0.6, strong below
/// 0.8, very strong from there.
pub fn strength(r: f64) -> &'static str {
    match r.abs() {
        r if r.is_nan() => "undefined",
        r if r < 0.2 => "very weak",
        r if r < 0.4 => "weak",
        r if r < 0.6 => "moderate",
        r if r < 0.8 => "strong",
        _ => "very strong",
    }
}
