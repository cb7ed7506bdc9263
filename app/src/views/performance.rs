//! The performance page: distribution, bands, averages and boxes.

use maud::{Markup, html};

use super::Frame;
use super::card::card;
use super::controls::{Select, choices, column_options};
use crate::charts::Card;
use crate::figures::Performance;

/// The page's content; `cards` are its charts in their order, `factors` the names to choose from.
pub fn performance(
    frame: &Frame,
    figures: &Performance,
    cards: &[Card],
    factors: &[String],
) -> Markup {
    html! {
        h2.visually-hidden { "Charts" }
        div.cards {
            @for shown in cards {
                (card(frame, shown, &controls(frame, figures, shown.id, factors)))
            }
        }
        @if factors.is_empty() {
            p.notice { "This table has no categorical column, so there are no groups to compare." }
        }
    }
}

fn controls(frame: &Frame, figures: &Performance, id: &str, factors: &[String]) -> Markup {
    let by = |name, form: &str, selected: Option<&String>| {
        let select = Select {
            name,
            label: "Category",
            options: column_options(factors),
            selected: selected.map_or("", String::as_str),
        };
        choices(frame, form, &[select])
    };
    match id {
        "histogram" => bins(frame, figures),
        "average" => by(
            "by",
            "Category of the averages",
            figures.average.as_ref().map(|average| &average.name),
        ),
        "boxes" => by(
            "box",
            "Category of the boxes",
            figures.boxes.as_ref().map(|boxes| &boxes.name),
        ),
        _ => html! {},
    }
}

/// The choice of the histogram's bins, where there is one.
pub(super) fn bins(frame: &Frame, figures: &Performance) -> Markup {
    if !figures.whole_possible {
        return html! {};
    }
    let select = Select {
        name: "bins",
        label: "Bins",
        options: vec![
            ("whole".to_owned(), "one for each score".to_owned()),
            ("20".to_owned(), "20 of equal width".to_owned()),
        ],
        selected: figures.bins.word(),
    };
    choices(frame, "Bins of the histogram", &[select])
}
