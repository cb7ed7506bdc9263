//! Numeric columns in pairs, coloured by a factor: a sample of the rows to draw, and the density of
//! every column in every level over all rows.

use std::rc::Rc;

use super::the_most_useful;
use crate::dataset::ColumnId;
use crate::figures::Analysis;
use crate::figures::sample::sample;
use crate::stats::{Kde, Summary, Tally};

/// Columns that are drawn at most: more of them leave each plot too small to be read.
const MOST_COLUMNS: usize = 8;
/// Rows that are drawn at most: more of them hide each other, and make the page heavy.
const MOST_ROWS: usize = 1000;
/// Levels that are told apart by colour at most.
const MOST_LEVELS: usize = 8;
/// Points of a density curve.
const KDE_POINTS: usize = 60;
/// The factor that colours first where a table has it.
const FIRST_FACTOR: &str = "Gender";

/// A column within a group.
#[derive(Debug, Clone, PartialEq)]
pub struct PairColumn {
    /// Its figures.
    pub summary: Summary,
    /// Its density; `None` without two different values.
    pub kde: Option<Kde>,
}

/// The rows of one colour.
#[derive(Debug, Clone, PartialEq)]
pub struct PairGroup {
    /// The level and its position in factor order; `None` in a table without factors.
    pub level: Option<(usize, String)>,
    /// Its rows.
    pub n: usize,
    /// Those that are drawn: a value for each column, NaN where missing.
    pub drawn: Vec<Vec<f64>>,
    /// Figures of each column over all rows of the group.
    pub columns: Vec<PairColumn>,
}

/// Numeric columns in pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct PairPlot {
    /// Names of the columns that are drawn, in column order.
    pub columns: Vec<String>,
    /// Numeric columns that there are.
    pub numeric: usize,
    /// Factor that colours, with its name.
    pub color: Option<(ColumnId, String)>,
    /// Groups with rows, in factor order: those of the commonest levels.
    pub groups: Vec<PairGroup>,
    /// Levels with rows that there are.
    pub levels: usize,
}

impl PairPlot {
    pub(super) fn compute(analysis: &Analysis<'_>) -> Self {
        let dataset = analysis.dataset;
        let ids = columns(analysis);
        let color = color(analysis);
        let (shown, levels) = commonest(analysis, color);
        let drawn = drawn(analysis, color, &shown);
        Self {
            columns: ids
                .iter()
                .map(|&id| dataset.column(id).name.clone())
                .collect(),
            numeric: dataset.numeric_ids().len(),
            color: color.map(|id| (id, dataset.column(id).name.clone())),
            groups: groups(analysis, &ids, color, shown, drawn),
            levels,
        }
    }

    /// Rows that are drawn.
    pub fn drawn(&self) -> usize {
        self.groups.iter().map(|group| group.drawn.len()).sum()
    }

    /// Rows of all groups.
    pub fn rows(&self) -> usize {
        self.groups.iter().map(|group| group.n).sum()
    }
}

/// The outcome and the numeric factors that explain most of it, in column order.
fn columns(analysis: &Analysis<'_>) -> Vec<ColumnId> {
    let factors = analysis.numeric_factors();
    let mut ids = the_most_useful(analysis, factors, MOST_COLUMNS - 1);
    ids.push(analysis.outcome);
    ids.sort();
    ids
}

/// The factor that the address chooses, else the one that people look at first, else the first.
fn color(analysis: &Analysis<'_>) -> Option<ColumnId> {
    let factors = analysis.dataset.factor_ids();
    let first = || {
        factors
            .iter()
            .copied()
            .find(|&id| analysis.dataset.column(id).name == FIRST_FACTOR)
    };
    let chosen = analysis.choices().color.or_else(first);
    chosen.or_else(|| factors.first().copied())
}

/// A level with its rows.
type Common = (usize, usize);

/// The commonest levels with their rows, in factor order, and how many levels have rows. Without a
/// factor all rows are of one level.
fn commonest(analysis: &Analysis<'_>, color: Option<ColumnId>) -> (Vec<Common>, usize) {
    let counts = match color {
        Some(factor) => analysis.selected.counts(factor).to_vec(),
        None => return (vec![(0, analysis.selected.rows())], 1),
    };
    let mut common: Vec<Common> = counts.into_iter().enumerate().collect();
    common.retain(|(_, count)| *count > 0);
    let levels = common.len();
    common.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    common.truncate(MOST_LEVELS);
    common.sort_by_key(|(level, _)| *level);
    (common, levels)
}

/// The rows of each such level that are drawn. The sample is of all rows at once, so that each level
/// has its share of it.
fn drawn(analysis: &Analysis<'_>, color: Option<ColumnId>, shown: &[Common]) -> Vec<Vec<usize>> {
    let total = shown.iter().map(|(_, count)| count).sum();
    let mut wanted = sample(total, MOST_ROWS).into_iter().peekable();
    let mut drawn = vec![Vec::new(); shown.len()];
    let place = |level: Option<usize>| shown.iter().position(|(shown, _)| Some(*shown) == level);
    let places = match color {
        Some(factor) => analysis.selected.each_level(factor, place),
        None => vec![Some(0); analysis.selected.rows()],
    };
    let members = places.into_iter().enumerate();
    let members = members.filter_map(|(row, place)| Some((row, place?)));
    for (number, (row, place)) in members.enumerate() {
        if wanted.next_if_eq(&number).is_some() {
            drawn[place].push(row);
        }
    }
    drawn
}

fn groups(
    analysis: &Analysis<'_>,
    ids: &[ColumnId],
    color: Option<ColumnId>,
    shown: Vec<Common>,
    drawn: Vec<Vec<usize>>,
) -> Vec<PairGroup> {
    let table = &analysis.selected;
    // Of each column one tally for each level.
    let tallies: Vec<Rc<Vec<Tally>>> = ids
        .iter()
        .map(|&id| match color {
            Some(factor) => table.by_level(factor, id),
            None => Rc::new(vec![table.tally(id).clone()]),
        })
        .collect();
    let name = |level: usize| {
        let column = analysis.dataset.column(color?);
        Some((level, column.levels()[level].clone()))
    };
    let groups = shown.into_iter().zip(drawn);
    groups
        .map(|((level, n), rows)| PairGroup {
            level: name(level),
            n,
            drawn: rows
                .iter()
                .map(|&row| ids.iter().map(|&id| table.number(row, id)).collect())
                .collect(),
            columns: ids
                .iter()
                .zip(&tallies)
                .map(|(&id, of)| column(analysis, id, &of[level]))
                .collect(),
        })
        .collect()
}

fn column(analysis: &Analysis<'_>, id: ColumnId, values: &Tally) -> PairColumn {
    PairColumn {
        summary: values.summary(),
        kde: match analysis.dataset.column(id).is_whole() {
            true => values.kde_of_whole_numbers(KDE_POINTS),
            false => values.kde(KDE_POINTS),
        },
    }
}
