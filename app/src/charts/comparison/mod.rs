//! Charts of the comparison page: two groups side by side.

mod contrasts;
mod distributions;
mod means;

pub use contrasts::contrasts;
pub use distributions::distributions;
pub use means::{difference_table, means};

use super::palette;
use crate::figures::{Comparison, GroupFigure};
use crate::format;

/// Colours of the groups.
const COLORS: [&str; 2] = [palette::SERIES[0], palette::SERIES[1]];
/// Letters of the groups.
const LETTERS: [&str; 2] = ["A", "B"];
/// Characters of a group's name on a chart.
const LONGEST: usize = 60;

/// The conditions of a group in words.
fn conditions(group: &GroupFigure) -> String {
    match group.conditions.as_slice() {
        [] => "everyone else".to_owned(),
        conditions => format::list(conditions),
    }
}

/// The names of the groups on charts: the letter, and who they are where that is short.
fn names(figures: &Comparison) -> [String; 2] {
    [0, 1].map(|side: usize| {
        let conditions = conditions(&figures.groups[side]);
        match conditions.chars().nth(LONGEST) {
            None => format!("{}: {conditions}", LETTERS[side]),
            Some(_) => format!("Group {}", LETTERS[side]),
        }
    })
}

/// Why nothing can be compared, if so.
fn nothing(figures: &Comparison) -> Option<String> {
    let [a, b] = &figures.groups;
    let empty = |n: usize| n == 0;
    match (empty(a.rows), empty(b.rows)) {
        (true, true) => {
            return Some("Neither group has a student, so there is nothing to compare.".to_owned());
        }
        (true, false) => return Some(alone("A")),
        (false, true) => return Some(alone("B")),
        (false, false) => {}
    }
    let lacks = |letter: &str| {
        Some(format!(
            "No student of group {letter} has an outcome, so the groups cannot be compared."
        ))
    };
    match (empty(a.n), empty(b.n)) {
        (true, true) => Some(
            "No student of either group has an outcome, so there is nothing to compare.".to_owned(),
        ),
        (true, false) => lacks("A"),
        (false, true) => lacks("B"),
        (false, false) => None,
    }
}

fn alone(letter: &str) -> String {
    format!(
        "Group {letter} has no student, so there is nothing to compare with. Its conditions, or the filters \
         for both groups, are too narrow."
    )
}
