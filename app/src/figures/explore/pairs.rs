//! Numeric columns in pairs, coloured by a factor: a sample of the rows to draw, and the density of
//! every column in every level over all rows.

use super::the_most_useful;
use crate::dataset::ColumnId;
use crate::figures::{Analysis, sample};
use crate::stats::{
    Kde, MISSING_LEVEL, Summary, gaussian_kde, gaussian_kde_of_whole_numbers, summarize,
};

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
        let (rows, levels) = rows_by_level(analysis, color);
        // The sample is of all rows at once, so that each group has its share of it.
        let total: usize = rows.iter().map(|(_, rows)| rows.len()).sum();
        let mut drawn = vec![false; analysis.selected.rows()];
        let mut together: Vec<usize> = rows
            .iter()
            .flat_map(|(_, rows)| rows.iter().copied())
            .collect();
        together.sort_unstable();
        for position in sample(total, MOST_ROWS) {
            drawn[together[position]] = true;
        }
        Self {
            columns: ids
                .iter()
                .map(|&id| dataset.column(id).name.clone())
                .collect(),
            numeric: dataset.numeric_ids().len(),
            color: color.map(|id| (id, dataset.column(id).name.clone())),
            groups: rows
                .into_iter()
                .map(|(level, rows)| group(analysis, &ids, level, &rows, &drawn))
                .collect(),
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

type Level = Option<(usize, String)>;

/// Rows of each of the commonest levels, in factor order, and how many levels have rows.
fn rows_by_level(
    analysis: &Analysis<'_>,
    color: Option<ColumnId>,
) -> (Vec<(Level, Vec<usize>)>, usize) {
    let Some(factor) = color else {
        return (vec![(None, (0..analysis.selected.rows()).collect())], 1);
    };
    let names = analysis.dataset.column(factor).levels();
    let mut rows = vec![Vec::new(); names.len()];
    for (row, &code) in analysis.selected.codes(factor).iter().enumerate() {
        let level = usize::try_from(code).ok().filter(|_| code != MISSING_LEVEL);
        if let Some(rows) = level.and_then(|level| rows.get_mut(level)) {
            rows.push(row);
        }
    }
    let mut common: Vec<(usize, Vec<usize>)> = rows
        .into_iter()
        .enumerate()
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    let levels = common.len();
    common.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    common.truncate(MOST_LEVELS);
    common.sort_by_key(|(level, _)| *level);
    let named = common
        .into_iter()
        .map(|(level, rows)| (Some((level, names[level].clone())), rows));
    (named.collect(), levels)
}

fn group(
    analysis: &Analysis<'_>,
    ids: &[ColumnId],
    level: Level,
    rows: &[usize],
    drawn: &[bool],
) -> PairGroup {
    let table = &analysis.selected;
    let columns = ids.iter().map(|&id| {
        let values = table.numbers(id);
        let own: Vec<f64> = rows.iter().map(|&row| values[row]).collect();
        PairColumn {
            summary: summarize(&own),
            kde: match analysis.dataset.column(id).is_whole() {
                true => gaussian_kde_of_whole_numbers(&own, KDE_POINTS),
                false => gaussian_kde(&own, KDE_POINTS),
            },
        }
    });
    let shown = rows.iter().filter(|&&row| drawn[row]);
    PairGroup {
        level,
        n: rows.len(),
        drawn: shown
            .map(|&row| ids.iter().map(|&id| table.numbers(id)[row]).collect())
            .collect(),
        columns: columns.collect(),
    }
}
