//! Factors with their levels, one line each below a heading: what box plots and counts of all factors
//! have in common.

use crate::charts::{Cell, Clicks};
use crate::format;

/// Lines that a chart has at most, headings included.
const MOST_LINES: usize = 90;

/// Width of a chart in pixels below which names leave little room for what is drawn.
pub(super) const NARROW: usize = 400;
/// Width of the names there, in pixels.
pub(super) const NARROW_LABELS: usize = 96;

/// A level of a factor on its line.
pub(super) struct Line<'f, T> {
    /// Place on the axis, headings counted.
    pub place: usize,
    /// The factor.
    pub factor: &'f str,
    /// The level.
    pub level: &'f str,
    /// What the chart draws of it.
    pub item: T,
}

/// All lines of a chart.
pub(super) struct Lines<'f, T> {
    /// What stands at each place of the axis.
    pub labels: Vec<String>,
    /// Places of the headings.
    pub headings: Vec<usize>,
    /// The levels.
    pub lines: Vec<Line<'f, T>>,
}

impl<'f, T> Lines<'f, T> {
    /// As many of the factors as there is room for, and always the first.
    pub(super) fn new(factors: impl Iterator<Item = (&'f str, Vec<(&'f str, T)>)>) -> Self {
        let mut all = Self {
            labels: Vec::new(),
            headings: Vec::new(),
            lines: Vec::new(),
        };
        for (factor, levels) in factors.filter(|(_, levels)| !levels.is_empty()) {
            let room = all.labels.len() + 1 + levels.len() <= MOST_LINES;
            if !room && !all.headings.is_empty() {
                break;
            }
            all.headings.push(all.labels.len());
            all.labels.push(format::label(factor));
            for (level, item) in levels {
                all.lines.push(Line {
                    place: all.labels.len(),
                    factor,
                    level,
                    item,
                });
                all.labels.push(format::level(level).into_owned());
            }
        }
        all
    }

    /// Factors that are drawn.
    pub(super) fn factors(&self) -> usize {
        self.headings.len()
    }

    /// Height of the chart in pixels.
    pub(super) fn height(&self) -> usize {
        80 + 24 * self.labels.len().max(4)
    }

    /// Those of the clicks that lead from a line that is drawn.
    pub(super) fn clicks(&self, clicks: Clicks) -> Clicks {
        let drawn: std::collections::HashSet<String> = self
            .lines
            .iter()
            .map(|line| key(line.factor, line.level))
            .collect();
        clicks
            .into_iter()
            .filter(|(name, _)| drawn.contains(name))
            .collect()
    }
}

/// What a level of a factor is called where levels of several factors are: "Gender: Female".
pub(super) fn key(factor: &str, level: &str) -> String {
    format!("{}: {}", format::label(factor), format::level(level))
}

/// A level that leads where a click on its line does.
pub(super) fn linked(factor: &str, level: &str, clicks: &Clicks) -> Cell {
    let key = key(factor, level);
    match clicks.iter().find(|(name, _)| *name == key) {
        Some((_, href)) => Cell::Link {
            text: level.to_owned(),
            href: href.clone(),
        },
        None => Cell::Text(level.to_owned()),
    }
}

/// What a finding adds when a chart leaves factors to its table.
pub(super) fn left_out(drawn: usize, all: usize) -> String {
    match drawn < all {
        true => format!(" The chart draws {drawn} of {all} factors; the table has all."),
        false => String::new(),
    }
}

/// The clicks on the levels of one factor, as a chart of several factors names them.
pub fn of_factor(factor: &str, clicks: Clicks) -> Clicks {
    let label = format::label(factor);
    let named = clicks
        .into_iter()
        .map(|(level, href)| (format!("{label}: {level}"), href));
    named.collect()
}
