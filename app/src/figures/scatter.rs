//! Points of a scatter plot. Rows with the same coordinates are one point with a count, which
//! shows how dense a spot is where symbols on top of each other would hide it, and keeps pages
//! small: whole-numbered columns have few distinct pairs.

use super::Analysis;
use crate::dataset::ColumnId;
use crate::stats::{MISSING_LEVEL, Trend, trend};

/// A place in the plane and the rows that lie there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Across.
    pub x: f64,
    /// Upwards.
    pub y: f64,
    /// Rows, at least one.
    pub count: usize,
}

/// Points of one colour.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The level that colours them and its position; `None` when there is no colouring factor.
    pub level: Option<(usize, String)>,
    /// Rows with both values.
    pub n: usize,
    /// Sorted by x, then y.
    pub points: Vec<Point>,
    /// Trend of the group; `None` for fewer than two different x, or when not asked for.
    pub trend: Option<Trend>,
}

/// A scatter plot of two numeric columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Scatter {
    /// Column across.
    pub x: ColumnId,
    /// Its name.
    pub x_name: String,
    /// Column upwards.
    pub y: ColumnId,
    /// Its name.
    pub y_name: String,
    /// Factor that colours the points, with its name.
    pub color: Option<(ColumnId, String)>,
    /// Groups with points; one without a colouring factor.
    pub groups: Vec<Group>,
    /// Trend of all rows with both values.
    pub overall: Option<Trend>,
    /// Rows with both values, coloured or not.
    pub n: usize,
}

impl Scatter {
    pub(super) fn compute(
        analysis: &Analysis<'_>,
        x: ColumnId,
        y: ColumnId,
        color: Option<ColumnId>,
        with_trends: bool,
    ) -> Self {
        let table = &analysis.selected;
        let (xs, ys) = (table.numbers(x), table.numbers(y));
        let pairs = complete(xs, ys);
        let n = pairs.len();
        let overall = trend(xs, ys);
        let groups = match color {
            None => vec![group(None, pairs, overall.clone().filter(|_| with_trends))],
            Some(factor) => {
                let levels = analysis.dataset.column(factor).levels();
                split(xs, ys, table.codes(factor), levels.len())
                    .into_iter()
                    .enumerate()
                    .filter(|(_, pairs)| !pairs.is_empty())
                    .map(|(level, pairs)| {
                        let fit = with_trends.then(|| fit(&pairs)).flatten();
                        group(Some((level, levels[level].clone())), pairs, fit)
                    })
                    .collect()
            }
        };
        Self {
            x,
            x_name: analysis.dataset.column(x).name.clone(),
            y,
            y_name: analysis.dataset.column(y).name.clone(),
            color: color.map(|id| (id, analysis.dataset.column(id).name.clone())),
            groups,
            overall,
            n,
        }
    }
}

type Pair = (f64, f64);

fn complete(xs: &[f64], ys: &[f64]) -> Vec<Pair> {
    xs.iter()
        .zip(ys)
        .map(|(&x, &y)| (x, y))
        .filter(|(x, y)| !x.is_nan() && !y.is_nan())
        .collect()
}

fn split(xs: &[f64], ys: &[f64], codes: &[u32], levels: usize) -> Vec<Vec<Pair>> {
    let mut split = vec![Vec::new(); levels];
    for ((&x, &y), &code) in xs.iter().zip(ys).zip(codes) {
        if code == MISSING_LEVEL || x.is_nan() || y.is_nan() {
            continue;
        }
        let level = usize::try_from(code).ok();
        if let Some(pairs) = level.and_then(|level| split.get_mut(level)) {
            pairs.push((x, y));
        }
    }
    split
}

fn fit(pairs: &[Pair]) -> Option<Trend> {
    let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    trend(&xs, &ys)
}

fn group(level: Option<(usize, String)>, mut pairs: Vec<Pair>, trend: Option<Trend>) -> Group {
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    Group {
        level,
        n: pairs.len(),
        points: pairs
            .chunk_by(|a, b| a == b)
            .map(|same| Point {
                x: same[0].0,
                y: same[0].1,
                count: same.len(),
            })
            .collect(),
        trend,
    }
}
