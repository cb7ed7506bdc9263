//! The Explore page: the steps of an exploratory analysis, one below the other.

use maud::{Markup, html};

use super::card::{card, csv_address, table};
use super::controls::{Select, choices, column_options};
use super::overview::describe;
use super::{Frame, performance, relationships, section};
use crate::charts::{Card, Cell, DataTable};
use crate::figures::{ColumnInfo, Explore, FactorInfo};

/// The page's content; `cards` are its steps after the tables, in their order, and `factors` the
/// names that the pair plot can be coloured by.
pub fn explore(frame: &Frame, figures: &Explore, cards: &[Card], factors: &[String]) -> Markup {
    html! {
        (contents(cards))
        (section("info", "Columns", &table(&info(&figures.columns), "All columns with their values")))
        (section("describe", "Description", &described(figures)))
        h2.visually-hidden { "Charts" }
        div.cards.steps {
            @for shown in cards {
                @if shown.id == "outlying" { (outlying(frame, shown)) }
                @else { (card(frame, shown, &controls(frame, figures, shown.id, factors))) }
            }
        }
    }
}

/// Links to the steps of a page that is long.
fn contents(cards: &[Card]) -> Markup {
    html! {
        nav.contents aria-label="Steps of this page" {
            ol {
                li { a href="#heading-info" { "Columns" } }
                li { a href="#heading-describe" { "Description" } }
                @for shown in cards {
                    li { a href={ "#" (anchor(shown)) "-" (shown.id) } { (shown.title) } }
                }
            }
        }
    }
}

/// The first part of the name of the element that a step begins with.
fn anchor(shown: &Card) -> &'static str {
    match shown.id {
        "outlying" => "heading",
        _ => "title",
    }
}

pub(super) fn info(columns: &[ColumnInfo]) -> DataTable {
    let rows = columns
        .iter()
        .map(|info| {
            vec![
                Cell::Text(info.column.clone()),
                Cell::Words(info.type_name.to_owned()),
                Cell::Count(info.present),
                Cell::Count(info.missing),
            ]
        })
        .collect();
    DataTable::new(&["column", "type", "values", "missing"], rows)
}

pub(super) fn described(figures: &Explore) -> Markup {
    html! {
        @if figures.numeric.is_empty() { p { "There is no numeric column." } }
        @else { (table(&describe(&figures.numeric), "Numeric columns described")) }
        @if figures.factors.is_empty() { p { "There is no categorical column." } }
        @else { (table(&describe_factors(&figures.factors), "Categorical columns described")) }
    }
}

/// The factors as pandas describes them: values, different ones, the commonest and how often it is.
fn describe_factors(factors: &[FactorInfo]) -> DataTable {
    let rows = factors
        .iter()
        .map(|info| {
            let counts = || info.levels.iter().map(|(_, count)| *count);
            let (top, frequency) = match &info.most_common {
                Some((level, count)) => (Cell::Text(level.clone()), *count),
                None => (Cell::Words("–".to_owned()), 0),
            };
            vec![
                Cell::Text(info.column.clone()),
                Cell::Words(info.type_name.to_owned()),
                Cell::Count(counts().sum()),
                Cell::Count(counts().filter(|count| *count > 0).count()),
                top,
                Cell::Count(frequency),
            ]
        })
        .collect();
    let header = ["column", "type", "count", "unique", "top", "freq"];
    DataTable::new(&header, rows)
}

fn controls(frame: &Frame, figures: &Explore, id: &str, factors: &[String]) -> Markup {
    match id {
        "matrix" => relationships::method(frame, &figures.relationships),
        "histogram" => performance::bins(frame, &figures.performance),
        "pairs" => color(frame, figures, factors),
        _ => html! {},
    }
}

fn color(frame: &Frame, figures: &Explore, factors: &[String]) -> Markup {
    let Some((_, selected)) = &figures.pairs.color else {
        return html! {};
    };
    let select = Select {
        name: "color",
        label: "Colour by",
        options: column_options(factors),
        selected,
    };
    choices(frame, "Colours of the pairs", &[select])
}

/// The outlying values: a list without a chart.
fn outlying(frame: &Frame, list: &Card) -> Markup {
    let content = html! {
        p.finding { (list.finding) }
        @if !list.table.rows.is_empty() {
            (table(&list.table, "Outlying values with the rule that caught each"))
            p.note { "Row 1 is the first one below the header of the file." }
            p.downloads { a.csv href=(csv_address(frame, list)) download { "CSV" } }
        }
    };
    section(list.id, &list.title, &content)
}
