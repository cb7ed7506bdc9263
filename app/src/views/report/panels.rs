//! What the report shows of each page beside its charts. First rows are left out: a report is about
//! figures, and the files of rows are there for the rest.

use super::Item;
use crate::charts::DataTable;
use crate::dataset::Column;
use crate::figures::{Comparison, Explain, Explore, FactorImpact, Overview};
use crate::format;
use crate::views::card::table;
use crate::views::{ExplainWords, Frame, compare, explain, explore, factors, overview};
use maud::html;

/// Columns with missing values that are named in a line.
const MOST_NAMED: usize = 5;

/// The overview's figures.
pub fn overview_panels(frame: &Frame, figures: &Overview, columns: &[Column]) -> Vec<Item> {
    let mut panels = vec![
        Item::Panel {
            id: "metrics",
            title: "Headline figures",
            content: overview::metrics(frame, figures),
        },
        Item::Panel {
            id: "missing",
            title: "Missing values",
            content: overview::missing(figures),
        },
    ];
    if !figures.out_of_range.is_empty() {
        panels.push(Item::Panel {
            id: "range",
            title: "Values out of range",
            content: overview::out_of_range(figures),
        });
    }
    panels.push(Item::Panel {
        id: "dictionary",
        title: "Data dictionary",
        content: overview::dictionary(columns),
    });
    panels
}

/// Which columns lack values, in a line.
pub fn missing_in_words(figures: &Overview) -> String {
    let missing = &figures.missing;
    if missing.is_empty() {
        return "none".to_owned();
    }
    let mut named: Vec<String> = missing
        .iter()
        .take(MOST_NAMED)
        .map(|of| format!("{} {}", format::label(&of.column), format::count(of.count)))
        .collect();
    if missing.len() > MOST_NAMED {
        let others = missing.len() - MOST_NAMED;
        named.push(format::counted(others, "other column", "other columns"));
    }
    format::list(&named)
}

/// The groups of the comparison and every measure of their difference.
pub fn compare_panels(figures: &Comparison, measures: &DataTable) -> Vec<Item> {
    vec![
        Item::Panel {
            id: "groups",
            title: "The groups",
            content: compare::who(figures),
        },
        Item::Panel {
            id: "difference",
            title: "The difference",
            content: table(measures, "Every measure of the difference"),
        },
    ]
}

/// In place of the comparison, where nothing makes groups.
pub fn no_comparison() -> Item {
    Item::Panel {
        id: "groups",
        title: "The groups",
        content: html! { p { "There are no groups to compare." } },
    }
}

/// The model of all factors, where there is one, and what it expects of a student.
pub fn explain_panels(figures: &Explain, words: &ExplainWords) -> Vec<Item> {
    let Ok(model) = &figures.model else {
        return vec![];
    };
    vec![
        Item::Panel {
            id: "model",
            title: "All factors together",
            content: html! { (explain::measures(model)) (explain::references(model)) },
        },
        Item::Panel {
            id: "expected",
            title: "What the model expects",
            content: html! { p.finding { (words.expected) } },
        },
    ]
}

/// The factor page's lists.
pub fn factor_panels(figures: &FactorImpact) -> Vec<Item> {
    vec![Item::Panel {
        id: "top",
        title: "Top factors",
        content: factors::top(figures),
    }]
}

/// The relationship page's strong pairs.
pub fn strong_panel((finding, pairs): &(String, DataTable)) -> Item {
    Item::Panel {
        id: "strong",
        title: "Strong pairs",
        content: html! {
            p.finding { (finding) }
            @if !pairs.rows.is_empty() { (table(pairs, "Strong pairs, strongest first")) }
        },
    }
}

/// The tables that the Explore page begins with.
pub fn explore_panels(figures: &Explore) -> Vec<Item> {
    vec![
        Item::Panel {
            id: "info",
            title: "Columns",
            content: table(
                &explore::info(&figures.columns),
                "All columns with their values",
            ),
        },
        Item::Panel {
            id: "describe",
            title: "Description",
            content: explore::described(figures),
        },
    ]
}
