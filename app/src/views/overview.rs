//! The overview: headline figures, first rows, what is missing, what the columns hold.

use maud::{Markup, html};

use super::card::table;
use super::{Frame, guide, section};
use crate::charts::{Cell, DataTable};
use crate::dataset::{Column, Kind, entry};
use crate::figures::{FactorInfo, Metrics, NumericInfo, Overview};
use crate::format;

/// The page's content.
pub fn overview(frame: &Frame, figures: &Overview, columns: &[Column]) -> Markup {
    html! {
        (metrics(frame, figures))
        (section("preview", "First rows", &preview(figures, columns)))
        (section("missing", "Missing values", &missing(figures)))
        @if !figures.out_of_range.is_empty() {
            (section("range", "Values out of range", &out_of_range(figures)))
        }
        (section("columns", "Column information", &columns_info(figures)))
        (section("dictionary", "Data dictionary", &dictionary(columns)))
    }
}

pub(super) fn metrics(frame: &Frame, figures: &Overview) -> Markup {
    let (now, all) = (&figures.metrics, &figures.baseline);
    let filtered = frame.clear_all.is_some();
    let outcome = format::label(&frame.outcome);
    let difference = |a: f64, b: f64, unit: &str| {
        (filtered && !(a - b).is_nan())
            .then(|| format!("{}{unit} against all students", format::signed(a - b, 1)))
    };
    html! {
        dl.metrics aria-label="Headline figures" {
            (metric(
                &format!("Average {outcome}"),
                &format::decimals(now.mean, 1),
                difference(now.mean, all.mean, ""),
            ))
            @if let (Some(rate), Some(of_all)) = (now.pass_rate, all.pass_rate) {
                (metric(
                    &format!("Pass rate (≥ {})", frame.pass_mark.map(format::value).unwrap_or_default()),
                    &percent(rate),
                    difference(rate, of_all, " points"),
                ))
            }
            (metric(
                "Students",
                &format::count(now.students),
                filtered.then(|| {
                    let fewer = all.students - now.students;
                    format!("{} fewer than in the whole dataset", format::count(fewer))
                }),
            ))
            (metric(
                "Score range",
                &range(now),
                filtered.then(|| format!("{} for all students", range(all))),
            ))
        }
    }
}

fn percent(rate: f64) -> String {
    match rate.is_nan() {
        true => format::decimals(rate, 1),
        false => format!("{} %", format::decimals(rate, 1)),
    }
}

fn range(metrics: &Metrics) -> String {
    match metrics.scored {
        0 => "–".to_owned(),
        _ => format!(
            "{} to {}",
            format::value(metrics.min),
            format::value(metrics.max)
        ),
    }
}

fn metric(name: &str, value: &str, difference: Option<String>) -> Markup {
    html! {
        div.metric {
            dt { (name) }
            dd.figure { (value) }
            @if let Some(difference) = difference { dd.difference { (difference) } }
        }
    }
}

fn preview(figures: &Overview, columns: &[Column]) -> Markup {
    if figures.preview.rows.is_empty() {
        return html! { p { "There is no row to show." } };
    }
    let shown = columns.iter().filter(|column| !column.is_identifier());
    let header: Vec<&str> = std::iter::once("row")
        .chain(shown.map(|column| column.name.as_str()))
        .collect();
    let rows = figures
        .preview
        .rows
        .iter()
        .enumerate()
        .map(|(i, row)| {
            let cells = row.iter().map(|cell| match cell {
                Some(cell) => Cell::Text(cell.clone()),
                None => Cell::Words("missing".to_owned()),
            });
            std::iter::once(Cell::Count(i + 1)).chain(cells).collect()
        })
        .collect();
    table(
        &DataTable::new(&header, rows),
        "The first rows as they are in the file, without identifiers",
    )
}

pub(super) fn missing(figures: &Overview) -> Markup {
    if figures.missing.is_empty() {
        return html! { p { "There are no missing values." } };
    }
    let rows = figures
        .missing
        .iter()
        .map(|column| {
            vec![
                Cell::Text(column.column.clone()),
                Cell::Count(column.count),
                Cell::Number(column.percent, 1),
            ]
        })
        .collect();
    html! {
        (table(&DataTable::new(&["column", "missing", "percent"], rows), "Missing values per column"))
        p.note { "All other columns are complete. Figures leave out the rows that lack a value they need, and no others." }
    }
}

pub(super) fn out_of_range(figures: &Overview) -> Markup {
    html! {
        ul.plain {
            @for column in &figures.out_of_range {
                li {
                    strong { (format::label(&column.column)) } ": "
                    @for (i, (value, count)) in column.values.iter().take(20).enumerate() {
                        @if i > 0 { ", " }
                        (format::value(*value)) " (" (format::counted(*count, "student", "students")) ")"
                    }
                    @if column.values.len() > 20 { " and " (column.values.len() - 20) " more values" }
                    ". Possible are " (format::value(column.range[0])) " to "
                    (format::value(column.range[1])) ". The rows are kept."
                }
            }
        }
    }
}

fn columns_info(figures: &Overview) -> Markup {
    html! {
        @if figures.numeric.is_empty() { p { "There is no numeric column." } }
        @else { (table(&describe(&figures.numeric), "Numeric columns")) }
        @if figures.factors.is_empty() { p { "There is no categorical column." } }
        @else { (table(&levels(&figures.factors), "Categorical columns")) }
        p.downloads { (guide::link_to("summary")) }
    }
}

/// The numeric columns as pandas describes them.
pub(super) fn describe(columns: &[NumericInfo]) -> DataTable {
    let rows = columns
        .iter()
        .map(|info| {
            let s = &info.summary;
            let mut row = vec![
                Cell::Text(info.column.clone()),
                Cell::Words(info.type_name.to_owned()),
                Cell::Count(s.count),
                Cell::Number(s.mean, 2),
                Cell::Number(s.std, 2),
            ];
            row.extend([s.min, s.q1, s.median, s.q3, s.max].map(Cell::Value));
            row
        })
        .collect();
    let header = [
        "column", "type", "count", "mean", "std", "min", "25 %", "median", "75 %", "max",
    ];
    DataTable::new(&header, rows)
}

fn levels(factors: &[FactorInfo]) -> DataTable {
    let rows = factors
        .iter()
        .map(|info| {
            let levels: Vec<String> = info
                .levels
                .iter()
                .map(|(level, count)| {
                    format!("{} ({})", format::quoted(level), format::count(*count))
                })
                .collect();
            let (common, count) = match &info.most_common {
                Some((level, count)) => (level.clone(), *count),
                None => ("–".to_owned(), 0),
            };
            vec![
                Cell::Text(info.column.clone()),
                Cell::Words(info.type_name.to_owned()),
                Cell::Words(levels.join(", ")),
                Cell::Text(common),
                Cell::Count(count),
            ]
        })
        .collect();
    let header = [
        "column",
        "type",
        "levels (students)",
        "most common",
        "students",
    ];
    DataTable::new(&header, rows)
}

pub(super) fn dictionary(columns: &[Column]) -> Markup {
    let rows = columns
        .iter()
        .map(|column| {
            let meaning = entry(&column.name).map_or("", |entry| entry.meaning);
            vec![
                Cell::Text(column.name.clone()),
                Cell::Words(column.type_name().to_owned()),
                Cell::Words(values(column)),
                Cell::Words(meaning.to_owned()),
            ]
        })
        .collect();
    table(
        &DataTable::new(&["column", "type", "possible values", "meaning"], rows),
        "What each column is",
    )
}

fn values(column: &Column) -> String {
    let joined = |levels: &[String], by: &str| {
        let names: Vec<String> = levels.iter().map(|level| format::quoted(level)).collect();
        names.join(by)
    };
    match &column.kind {
        Kind::Factor {
            levels,
            ordered: true,
        } => joined(levels, " < "),
        Kind::Factor {
            levels,
            ordered: false,
        } => joined(levels, ", "),
        Kind::Identifier => "text; used in no figure".to_owned(),
        Kind::Numeric { .. } => match entry(&column.name).and_then(|entry| entry.range) {
            Some([low, high]) => format!("{} to {}", format::value(low), format::value(high)),
            None => "any number".to_owned(),
        },
    }
}
