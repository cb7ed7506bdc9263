//! Tests of whether the outcome differs between the levels of each categorical factor, the effect
//! before the tests.

use crate::charts::dots::{Axis, Dot, dots};
use crate::charts::sentences;
use crate::charts::{Card, Cell, DataTable, MOST_LINES, left_to_table, palette};
use crate::figures::LevelTests;
use crate::format;

/// The card of the tests; `None` where no factor can be tested.
pub fn level_tests(tests: &[LevelTests], outcome: &str) -> Option<Card> {
    let defined: Vec<&LevelTests> = tests
        .iter()
        .filter(|tests| tests.omega2.is_finite())
        .collect();
    let first = defined.first()?;
    let shown = &defined[..defined.len().min(MOST_LINES)];
    let points: Vec<Dot> = shown
        .iter()
        .map(|tests| Dot {
            name: tests.factor.clone(),
            value: 100.0 * tests.omega2,
            interval: None,
            told: format::decimals(100.0 * tests.eta2, 2),
            color: match tests.omega2 < 0.0 {
                true => palette::NEGATIVE,
                false => palette::POSITIVE,
            },
        })
        .collect();
    let axis = Axis {
        name: "ω², % of variance explained".to_owned(),
        value: "ω² in percent",
        told: "η² in percent",
        zero: true,
        most: 100.0,
    };
    Some(Card {
        id: "tests",
        title: format!("Does {} differ between levels?", format::label(outcome)),
        finding: finding(first, &defined, outcome) + &left_to_table(shown.len(), defined.len()),
        drawing: Some(dots(&points, &axis)),
        table: table(tests),
        download: None,
    })
}

fn finding(first: &LevelTests, all: &[&LevelTests], outcome: &str) -> String {
    let welch = all.iter().filter(|tests| tests.welch_q < 0.05).count();
    let ranks = all.iter().filter(|tests| tests.kruskal_q < 0.05).count();
    let all = all.len();
    let adjusted = match (all, welch, ranks) {
        (1, ..) => String::new(),
        (_, 0, 0) => " Adjusted for all factors here, neither Welch's test nor that of the ranks rules chance \
                      out for any (all q ≥ 0.05)."
            .to_owned(),
        _ => format!(
            " Adjusted for all factors here, chance alone is an unlikely explanation (q < 0.05) for {welch} of \
             {all} by Welch's test and for {ranks} by that of the ranks."
        ),
    };
    sentence(first, outcome) + &adjusted
}

/// The tests of every factor in words.
pub fn tests_in_words(tests: &[LevelTests], outcome: &str) -> Vec<String> {
    let tests = tests.iter();
    tests.map(|tests| sentence(tests, outcome)).collect()
}

fn sentence(tests: &LevelTests, outcome: &str) -> String {
    sentences::welch(outcome, &tests.factor, tests.omega2, tests.welch.as_ref())
}

fn table(tests: &[LevelTests]) -> DataTable {
    let rows = tests.iter().map(|tests| {
        let welch = |figure: fn(&crate::stats::WelchAnova) -> f64| {
            tests.welch.as_ref().map_or(f64::NAN, figure)
        };
        let ranks = |figure: fn(&crate::stats::Kruskal) -> f64| {
            tests.kruskal.as_ref().map_or(f64::NAN, figure)
        };
        vec![
            Cell::Text(tests.factor.clone()),
            Cell::Count(tests.levels),
            Cell::Count(tests.n),
            Cell::Number(100.0 * tests.omega2, 2),
            Cell::Number(100.0 * tests.eta2, 2),
            Cell::Number(tests.f, 2),
            Cell::P(tests.p),
            Cell::Number(welch(|welch| welch.f), 2),
            Cell::Number(welch(|welch| welch.df_within), 1),
            Cell::P(welch(|welch| welch.p)),
            Cell::P(tests.welch_q),
            Cell::Number(ranks(|ranks| ranks.h), 2),
            Cell::P(ranks(|ranks| ranks.p)),
            Cell::P(tests.kruskal_q),
        ]
    });
    let header = [
        "factor",
        "levels",
        "students",
        "ω² in percent",
        "η² in percent",
        "F",
        "p",
        "Welch's F",
        "Welch's df",
        "Welch's p",
        "Welch's q",
        "Kruskal-Wallis H",
        "H's p",
        "H's q",
    ];
    DataTable::new(&header, rows.collect())
}
