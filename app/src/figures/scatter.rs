//! Points of a scatter plot. Rows with the same coordinates are one point with a count, which
//! shows how dense a spot is where symbols on top of each other would hide it, and keeps pages
//! small: whole-numbered columns have few distinct pairs. Where there are too many even so, neighbours
//! are one point.

mod classes;

pub use classes::Class;

use super::Analysis;
use crate::dataset::ColumnId;
use crate::stats::{Pair, Pairs, Trend, marks};

/// Points that are drawn at most: more of them hide each other, and make the page heavy. A school's
/// thousands of whole-numbered scores have fewer.
pub const MOST_POINTS: usize = 5000;

/// A place in the plane and the rows that lie there, or in whose middle it is.
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
    /// Least and greatest x of the rows; NaN without any.
    pub span: [f64; 2],
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
    /// Cells across and upwards, in each of which the rows of a group are one point; `None` where each
    /// point is where its rows are.
    pub side: Option<usize>,
    /// The rows of all groups by classes of x, ascending.
    pub classes: Vec<Class>,
    /// Trend of all rows with both values.
    pub overall: Option<Trend>,
    /// Rows with both values, coloured or not.
    pub n: usize,
}

impl Scatter {
    /// With at most `most` points.
    pub(super) fn compute(
        analysis: &Analysis<'_>,
        x: ColumnId,
        y: ColumnId,
        color: Option<ColumnId>,
        with_trends: bool,
        most: usize,
    ) -> Self {
        let table = &analysis.selected;
        let pairs = table.pairs(x, y);
        let overall = Trend::of(&pairs);
        let n = pairs.n();
        let levels = match color {
            None => vec![(None, pairs)],
            Some(factor) => by_level(analysis, x, y, factor),
        };
        let all: Vec<&Pairs> = levels.iter().map(|(_, pairs)| pairs).collect();
        let marks = marks(&all, most);
        let classes = Class::of(&all);
        let groups = levels.into_iter().zip(marks.groups);
        let groups = groups.map(|((level, pairs), marks)| {
            let trend = match &level {
                _ if !with_trends => None,
                None => overall.clone(),
                Some(_) => Trend::of(&pairs),
            };
            group(level, &pairs, marks, trend)
        });
        Self {
            x,
            x_name: analysis.dataset.column(x).name.clone(),
            y,
            y_name: analysis.dataset.column(y).name.clone(),
            color: color.map(|id| (id, analysis.dataset.column(id).name.clone())),
            groups: groups.collect(),
            side: marks.side,
            classes,
            overall,
            n,
        }
    }

    /// Points of all groups.
    pub fn points(&self) -> impl Iterator<Item = &Point> {
        self.groups.iter().flat_map(|group| &group.points)
    }

    /// Rows that the points stand for: of a scatter that is coloured those with a level.
    pub fn drawn(&self) -> usize {
        self.groups.iter().map(|group| group.n).sum()
    }
}

/// A level with its position.
type Level = Option<(usize, String)>;

/// The pairs of each level that has any.
fn by_level(
    analysis: &Analysis<'_>,
    x: ColumnId,
    y: ColumnId,
    factor: ColumnId,
) -> Vec<(Level, Pairs)> {
    let table = &analysis.selected;
    let names = analysis.dataset.column(factor).levels();
    let by_level = table
        .coded(x)
        .pairs_by_level(&table.coded(y), &table.levels(factor));
    let levels = by_level.into_iter().enumerate();
    levels
        .filter(|(_, pairs)| pairs.n() > 0)
        .map(|(level, pairs)| (Some((level, names[level].clone())), pairs))
        .collect()
}

fn group(level: Level, pairs: &Pairs, marks: Vec<Pair>, trend: Option<Trend>) -> Group {
    let xs = || pairs.iter().map(|pair| pair.x);
    let points = marks
        .into_iter()
        .map(|Pair { x, y, count }| Point { x, y, count });
    Group {
        level,
        n: pairs.n(),
        points: points.collect(),
        span: [xs().fold(f64::NAN, f64::min), xs().fold(f64::NAN, f64::max)],
        trend,
    }
}
