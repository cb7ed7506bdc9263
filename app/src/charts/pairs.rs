//! The strong pairs of the correlation matrix, in words.

use super::matrix::method_name;
use super::{Cell, DataTable};
use crate::figures::{Pair, Relationships, strength};
use crate::format;

/// The pairs at or above the threshold as a table, and one sentence about them.
pub fn strong_pairs(figures: &Relationships) -> (String, DataTable) {
    let rows = figures
        .strong
        .iter()
        .map(|pair| {
            vec![
                Cell::Text(pair.a_name.clone()),
                Cell::Text(pair.b_name.clone()),
                Cell::Number(pair.r, 3),
                Cell::Count(pair.n),
                Cell::Words(interpretation(pair)),
            ]
        })
        .collect();
    let header = [
        "column",
        "and column",
        "correlation",
        "students",
        "interpretation",
    ];
    (finding(figures), DataTable::new(&header, rows))
}

fn interpretation(pair: &Pair) -> String {
    let direction = if pair.r < 0.0 { "low" } else { "high" };
    format!(
        "{}: high {} tends to go with {direction} {}",
        strength(pair.r),
        format::label(&pair.a_name),
        format::label(&pair.b_name)
    )
}

fn finding(figures: &Relationships) -> String {
    let method = method_name(figures.matrix.method);
    let threshold = format::value(figures.threshold);
    let Some(strongest) = &figures.strongest else {
        return "No correlation is defined here: there are too few students or columns, \
                or they do not vary."
            .to_owned();
    };
    let named = format!(
        "{} and {} ({method} r = {})",
        format::label(&strongest.a_name),
        format::label(&strongest.b_name),
        format::decimals(strongest.r, 2)
    );
    match figures.strong.len() {
        0 => format!("No pair reaches |r| ≥ {threshold}; the strongest is {named}."),
        1 => format!("One pair reaches |r| ≥ {threshold}: {named}."),
        n => format!("{n} pairs reach |r| ≥ {threshold}; the strongest is {named}."),
    }
}
