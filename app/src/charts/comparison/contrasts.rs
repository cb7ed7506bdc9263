//! The factors in which the groups differ most.

use super::nothing;
use crate::charts::dots::{Axis, Dot, dots};
use crate::charts::{Card, Cell, DataTable, left_to_table, palette};
use crate::figures::{Comparison, Contrast, Contrasted, LevelShare};
use crate::format;

const ID: &str = "contrasts";
/// Factors that the chart draws.
const DRAWN: usize = 20;

/// The card of the factors.
pub fn contrasts(figures: &Comparison) -> Card {
    let title = "Factors in which the groups differ most".to_owned();
    let groups = figures.groups.iter();
    if groups.clone().any(|group| group.rows == 0)
        && let Some(reason) = nothing(figures)
    {
        return Card::without_chart(ID, title, &reason);
    }
    let defined: Vec<&Contrasted> = figures
        .contrasts
        .iter()
        .filter(|contrasted| contrasted.association.is_finite())
        .collect();
    let Some(first) = defined.first() else {
        let reason = match figures.contrasts.is_empty() {
            true => "This table has no factor beside the outcome and those that define the groups.",
            false => "In no other factor can the groups differ: each has one value here, or none.",
        };
        return Card::without_chart(ID, title, reason);
    };
    let shown = &defined[..defined.len().min(DRAWN)];
    let points: Vec<Dot> = shown
        .iter()
        .map(|contrasted| Dot {
            name: contrasted.factor.clone(),
            value: contrasted.association,
            interval: None,
            told: effect(contrasted),
            color: match contrasted.contrast {
                Contrast::Numbers { .. } => palette::SERIES[0],
                Contrast::Levels(_) => palette::SERIES[2],
            },
        })
        .collect();
    let axis = Axis {
        name: "association, 0 to 1".to_owned(),
        value: "association",
        told: "difference",
        zero: true,
        most: 1.0,
    };
    Card {
        id: ID,
        title,
        finding: finding(figures, first, &defined) + &left_to_table(shown.len(), defined.len()),
        drawing: Some(dots(&points, &axis)),
        table: table(&figures.contrasts),
        download: Some(details(&figures.contrasts)),
    }
}

/// The difference in the factor's own measure.
fn effect(contrasted: &Contrasted) -> String {
    match &contrasted.contrast {
        Contrast::Numbers { g, .. } => format!("g = {}", format::decimals(*g, 2)),
        Contrast::Levels(_) => format!("V = {}", format::decimals(contrasted.association, 2)),
    }
}

fn finding(figures: &Comparison, first: &Contrasted, defined: &[&Contrasted]) -> String {
    let clear = defined
        .iter()
        .filter(|contrasted| contrasted.q < 0.05)
        .count();
    let chance = match clear {
        0 => "no factor differs by more than chance alone may explain (all q ≥ 0.05)".to_owned(),
        clear => format!(
            "in {clear} of {} the groups differ by more than chance alone is likely to explain (q < 0.05)",
            format::counted(defined.len(), "factor", "factors")
        ),
    };
    let own = match figures.defining.len() {
        0 => String::new(),
        _ => {
            let names: Vec<String> = figures
                .defining
                .iter()
                .map(|name| format::label(name))
                .collect();
            let verb = if names.len() == 1 { "is" } else { "are" };
            format!(
                " {} {verb} left out, by which the groups are made.",
                format::list(&names)
            )
        }
    };
    let name = format::label(&first.factor);
    let most = match (&first.contrast, first.association < 0.005) {
        (_, true) => "The groups hardly differ in any other factor".to_owned(),
        (
            Contrast::Numbers {
                means: [a, b], g, ..
            },
            _,
        ) => format!(
            "The groups differ most in {name}, with an average of {} in A and {} in B{}",
            format::value(*a),
            format::value(*b),
            match g.is_finite() {
                true => format!(" (g = {})", format::decimals(*g, 2)),
                false => String::new(),
            }
        ),
        (Contrast::Levels(levels), _) => match widest(levels) {
            None => format!("The groups differ most in {name}"),
            Some(level) => format!(
                "The groups differ most in {name}: {} is {} % of A and {} % of B (V = {})",
                format::quoted(&level.level),
                format::decimals(100.0 * level.shares[0], 1),
                format::decimals(100.0 * level.shares[1], 1),
                format::decimals(first.association, 2)
            ),
        },
    };
    format!("{most}; {chance}.{own}")
}

/// The level whose share differs most.
fn widest(levels: &[LevelShare]) -> Option<&LevelShare> {
    let size = |level: &LevelShare| {
        level
            .difference
            .map_or(0.0, |(difference, _)| difference.abs())
    };
    let levels = levels
        .iter()
        .rev()
        .filter(|level| level.difference.is_some());
    levels.max_by(|a, b| size(a).total_cmp(&size(b)))
}

/// One line a factor; of a categorical one the level whose share differs most.
fn table(contrasts: &[Contrasted]) -> DataTable {
    let rows = contrasts.iter().map(|contrasted| {
        let [of_a, of_b, measure, size, interval] = match &contrasted.contrast {
            Contrast::Numbers { means, g, interval } => [
                Cell::Words(format!("mean {}", format::value(means[0]))),
                Cell::Words(format!("mean {}", format::value(means[1]))),
                Cell::Words("g".to_owned()),
                Cell::Number(*g, 3),
                Cell::Interval(interval.filter(|ends| ends[0].is_finite()), 3),
            ],
            Contrast::Levels(levels) => {
                let share = |side: usize| {
                    let level = widest(levels);
                    let words = level.map(|level| {
                        let percent = format::decimals(100.0 * level.shares[side], 1);
                        format!("{} {percent} %", format::level(&level.level))
                    });
                    Cell::Words(words.unwrap_or_else(|| "–".to_owned()))
                };
                [
                    share(0),
                    share(1),
                    Cell::Words("V".to_owned()),
                    Cell::Number(contrasted.association, 3),
                    Cell::Interval(None, 3),
                ]
            }
        };
        vec![
            Cell::Text(contrasted.factor.clone()),
            Cell::Number(contrasted.association, 3),
            of_a,
            of_b,
            measure,
            size,
            interval,
            Cell::P(contrasted.p),
            Cell::P(contrasted.q),
        ]
    });
    let header = [
        "factor",
        "association",
        "in A",
        "in B",
        "measure",
        "size",
        "95 % interval",
        "p",
        "q",
    ];
    DataTable::new(&header, rows.collect())
}

/// Every level of every factor, for the CSV.
fn details(contrasts: &[Contrasted]) -> DataTable {
    let mut rows = Vec::new();
    for contrasted in contrasts {
        let mut add = |level: &str,
                       sizes: [usize; 2],
                       figures: [f64; 2],
                       difference: Cell,
                       interval: Cell| {
            rows.push(vec![
                Cell::Text(contrasted.factor.clone()),
                Cell::Text(level.to_owned()),
                Cell::Number(contrasted.association, 3),
                Cell::Count(sizes[0]),
                Cell::Count(sizes[1]),
                Cell::Number(figures[0], 3),
                Cell::Number(figures[1], 3),
                difference,
                interval,
                Cell::P(contrasted.p),
                Cell::P(contrasted.q),
            ]);
        };
        match &contrasted.contrast {
            Contrast::Numbers { means, g, interval } => {
                let interval = interval.filter(|ends| ends[0].is_finite());
                add(
                    "",
                    contrasted.n,
                    *means,
                    Cell::Number(*g, 3),
                    Cell::Interval(interval, 3),
                );
            }
            Contrast::Levels(levels) => {
                for level in levels {
                    let (difference, interval) = level.difference.unzip();
                    let difference = Cell::Number(difference.unwrap_or(f64::NAN), 3);
                    let interval = Cell::Interval(interval, 3);
                    add(
                        &level.level,
                        level.counts,
                        level.shares,
                        difference,
                        interval,
                    );
                }
            }
        }
    }
    let header = [
        "factor",
        "level",
        "association",
        "students of A",
        "students of B",
        "mean or share in A",
        "mean or share in B",
        "g or difference of shares",
        "95 % interval",
        "p",
        "q",
    ];
    DataTable::new(&header, rows)
}
