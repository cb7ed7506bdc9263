//! Points of a scatter plot. Rows with the same coordinates are one point with a count, which
//! shows how dense a spot is where symbols on top of each other would hide it, and keeps pages
//! small: whole-numbered columns have few distinct pairs.

use super::Analysis;
use crate::dataset::ColumnId;
use crate::stats::{Pair, Pairs, Trend};

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
        let pairs = table.pairs(x, y);
        let overall = Trend::of(&pairs);
        let groups = match color {
            None => vec![group(None, &pairs, overall.clone().filter(|_| with_trends))],
            Some(factor) => {
                let levels = analysis.dataset.column(factor).levels();
                let by_level = table
                    .coded(x)
                    .pairs_by_level(&table.coded(y), &table.levels(factor));
                let groups = by_level.iter().enumerate();
                groups
                    .filter(|(_, pairs)| pairs.n() > 0)
                    .map(|(level, pairs)| {
                        let fit = with_trends.then(|| Trend::of(pairs)).flatten();
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
            n: pairs.n(),
        }
    }
}

fn group(level: Option<(usize, String)>, pairs: &Pairs, trend: Option<Trend>) -> Group {
    let point = |pair: Pair| Point {
        x: pair.x,
        y: pair.y,
        count: pair.count,
    };
    Group {
        level,
        n: pairs.n(),
        points: pairs.iter().map(point).collect(),
        trend,
    }
}
