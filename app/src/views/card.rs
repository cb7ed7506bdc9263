//! A chart on a page: heading, finding, drawing, its figures as a table, downloads.

use maud::{Markup, PreEscaped, html};

use super::{Frame, guide};
use crate::charts::{Card, Cell, DataTable, Drawing};
use crate::format;

/// The figure that shows the card. `controls` choose what it shows; empty where nothing is chosen.
pub(super) fn card(frame: &Frame, card: &Card, controls: &Markup) -> Markup {
    html! {
        figure.chart id={ "chart-" (card.id) } aria-labelledby={ "title-" (card.id) } {
            h3 id={ "title-" (card.id) } { (card.title) }
            p.finding { (card.finding) }
            (controls)
            @if let Some(drawing) = &card.drawing {
                (plot(card, drawing))
                details.figures {
                    summary { "The figures as a table" }
                    (table(&card.table, &format!("Figures of “{}”", card.title)))
                }
                p.downloads {
                    a.csv href=(csv_address(frame, card)) download { "CSV" }
                    (guide::link(card.id))
                }
            }
        }
    }
}

pub(super) fn plot(card: &Card, drawing: &Drawing) -> Markup {
    html! {
        div.plot role="img" aria-label={ (card.title) ". " (card.finding) }
            style={ "height:" (drawing.height) "px" } {}
        script.option type="application/json" { (script_json(&drawing.option)) }
        @if !drawing.clicks.is_empty() {
            script.clicks type="application/json" {
                (script_json(&serde_json::json!(drawing.clicks)))
            }
        }
    }
}

/// Where the figures of a card are as CSV.
pub(super) fn csv_address(frame: &Frame, card: &Card) -> String {
    let path = format!("{}/{}.csv", frame.page.path(), card.id);
    match frame.tabs.iter().find(|(page, _)| *page == frame.page) {
        Some((_, href)) => match href.split_once('?') {
            Some((_, query)) => format!("{path}?{query}"),
            None => path,
        },
        None => path,
    }
}

/// JSON inside a script element: `<` is escaped, so that no text in it can end the element.
fn script_json(value: &serde_json::Value) -> PreEscaped<String> {
    PreEscaped(
        value
            .to_string()
            .replace('<', "\\u003c")
            .replace('\u{2028}', "\\u2028")
            .replace('\u{2029}', "\\u2029"),
    )
}

/// Rows that a table on a page has at most.
const MOST_ROWS: usize = 500;

/// A table that scrolls within itself on narrow screens; the region can be reached and scrolled
/// with the keyboard.
pub(super) fn table(table: &DataTable, caption: &str) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead {
                    tr {
                        @for (i, name) in table.header.iter().enumerate() {
                            th scope="col" class=[right_aligned(table, i).then_some("number")] { bdi { (name) } }
                        }
                    }
                }
                tbody {
                    @for row in table.rows.iter().take(MOST_ROWS) {
                        tr {
                            @for (i, cell) in row.iter().enumerate() {
                                @if i == 0 { th scope="row" { (content(cell)) } }
                                @else { td class=[cell.is_number().then_some("number")] { (content(cell)) } }
                            }
                        }
                    }
                }
            }
        }
        @if table.rows.len() > MOST_ROWS {
            p.note {
                "These are the first " (format::count(MOST_ROWS)) " of " (format::count(table.rows.len())) " rows."
            }
        }
    }
}

/// Whether the column at `i` holds figures, whose name is set above them.
fn right_aligned(table: &DataTable, i: usize) -> bool {
    i > 0
        && table
            .rows
            .first()
            .and_then(|row| row.get(i))
            .is_some_and(Cell::is_number)
}

fn content(cell: &Cell) -> Markup {
    match cell {
        Cell::Link { href, .. } => html! { a href=(href) { bdi { (cell.shown()) } } },
        Cell::Text(_) => html! { bdi { (cell.shown()) } },
        other => html! { (other.shown()) },
    }
}
