//! The mean outcome of both groups, and how far apart they are.

use super::{COLORS, LETTERS, conditions, names, nothing};
use crate::charts::card::NO_ROWS;
use crate::charts::dots::{Axis, Dot, dots};
use crate::charts::sentences;
use crate::charts::{Card, Cell, DataTable};
use crate::figures::Comparison;
use crate::format;

const ID: &str = "means";

/// The card of the means.
pub fn means(figures: &Comparison, outcome: &str) -> Card {
    let name = format::label(outcome);
    let title = format!("Average {name} of both groups");
    if let Some(reason) = nothing(figures) {
        return Card::without_chart(ID, title, &reason);
    }
    let names = names(figures);
    let points: Vec<Dot> = [0, 1]
        .into_iter()
        .filter(|&side: &usize| figures.groups[side].mean.is_finite())
        .map(|side: usize| Dot {
            name: names[side].clone(),
            value: figures.groups[side].mean,
            interval: figures.groups[side].interval,
            told: format::count(figures.groups[side].n),
            color: COLORS[side],
        })
        .collect();
    let axis = Axis {
        name: format!("mean {name}"),
        value: "mean",
        told: "students",
        zero: false,
        most: f64::INFINITY,
    };
    Card {
        id: ID,
        title,
        finding: finding(figures, outcome),
        drawing: (!points.is_empty()).then(|| dots(&points, &axis)),
        table: table(figures),
        download: None,
    }
}

fn finding(figures: &Comparison, outcome: &str) -> String {
    let name = format::label(outcome);
    let [a, b] = &figures.groups;
    if a.n == 0 || b.n == 0 {
        return NO_ROWS.to_owned();
    }
    let difference = a.mean - b.mean;
    let width = figures
        .difference
        .map_or(f64::NAN, |test| test.ci95[1] - test.ci95[0]);
    let places = format::places_for(difference).max(format::places_for(width));
    let averages = format!(
        "Group A averages {} and group B {} points of {name}",
        format::decimals(a.mean, places),
        format::decimals(b.mean, places)
    );
    let (Some(test), true) = (&figures.difference, a.n >= 2 && b.n >= 2) else {
        let letter = if a.n < 2 { "A" } else { "B" };
        return format!(
            "{averages}; with one student in group {letter} nothing can be said of how sure the difference is."
        );
    };
    let Some(g) = figures.g.filter(|_| test.p.is_finite()) else {
        return format!(
            "{averages}; within each group all students have the same, so the difference has neither an \
             effect size nor a test."
        );
    };
    sentences::difference(outcome, ["group A", "group B"], Some((test, &g)))
}

fn table(figures: &Comparison) -> DataTable {
    let rows = [0, 1].into_iter().map(|side: usize| {
        let group = &figures.groups[side];
        vec![
            Cell::Words(LETTERS[side].to_owned()),
            Cell::Text(conditions(group)),
            Cell::Count(group.rows),
            Cell::Count(group.n),
            Cell::Number(group.mean, 2),
            Cell::Interval(group.interval, 2),
            Cell::Number(group.std, 2),
            Cell::Value(group.median),
        ]
    });
    let header = [
        "group",
        "who",
        "students",
        "with an outcome",
        "mean",
        "95 % interval",
        "standard deviation",
        "median",
    ];
    DataTable::new(&header, rows.collect())
}

/// The difference by every measure: effects first, tests after them. Empty where nothing can be
/// compared.
pub fn difference_table(figures: &Comparison) -> DataTable {
    let none = || Cell::Interval(None, 3);
    let mut rows = Vec::new();
    if let Some(test) = &figures.difference {
        let places = format::places_for(test.difference).max(3);
        rows.push(vec![
            Cell::Words("difference of the means, A less B".to_owned()),
            Cell::Number(test.difference, places),
            Cell::Interval(Some(test.ci95).filter(|ends| ends[0].is_finite()), places),
            Cell::P(f64::NAN),
        ]);
    }
    if let Some(g) = &figures.g {
        rows.push(vec![
            Cell::Words("Hedges' g, in standard deviations".to_owned()),
            Cell::Number(g.g, 3),
            Cell::Interval(Some(g.ci95), 3),
            Cell::P(f64::NAN),
        ]);
    }
    if let Some(ranks) = &figures.ranks {
        rows.push(vec![
            Cell::Words("chance that one of A has more than one of B".to_owned()),
            Cell::Number(ranks.superiority, 3),
            none(),
            Cell::P(f64::NAN),
        ]);
    }
    if let Some(test) = &figures.difference {
        rows.push(vec![
            Cell::Words("Welch's t".to_owned()),
            Cell::Number(test.t, 3),
            none(),
            Cell::P(test.p),
        ]);
        rows.push(vec![
            Cell::Words("its degrees of freedom".to_owned()),
            Cell::Number(test.df, 1),
            none(),
            Cell::P(f64::NAN),
        ]);
    }
    if let Some(ranks) = &figures.ranks {
        rows.push(vec![
            Cell::Words("Mann and Whitney's U".to_owned()),
            Cell::Value(ranks.u),
            none(),
            Cell::P(ranks.p),
        ]);
    }
    DataTable::new(&["measure", "value", "95 % interval", "p"], rows)
}
