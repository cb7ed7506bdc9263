//! The relationship page: any two numeric columns, and all against all.

use maud::{Markup, html};

use super::card::{card, table};
use super::controls::{Select, choices, column_options};
use super::{Frame, section};
use crate::charts::{Card, DataTable};
use crate::figures::Relationships;

/// Names that the page's drop-downs offer.
pub struct RelationChoices {
    /// Numeric columns.
    pub numeric: Vec<String>,
    /// Categorical factors.
    pub categorical: Vec<String>,
}

/// The page's content: its charts in their order, then the strong pairs as a sentence and a table.
pub fn relationships(
    frame: &Frame,
    figures: &Relationships,
    cards: &[Card],
    (finding, pairs): &(String, DataTable),
    options: &RelationChoices,
) -> Markup {
    let strong = html! {
        p.finding { (finding) }
        (threshold(frame, figures))
        @if !pairs.rows.is_empty() { (table(pairs, "Strong pairs, strongest first")) }
    };
    html! {
        h2.visually-hidden { "Charts" }
        div.cards {
            @for shown in cards {
                @if shown.id == "matrix" { (card(frame, shown, &method(frame, figures))) }
                @else { (card(frame, shown, &axes(frame, figures, options))) }
            }
        }
        (section("strong", "Strong pairs", &strong))
    }
}

fn axes(frame: &Frame, figures: &Relationships, options: &RelationChoices) -> Markup {
    let Some(scatter) = &figures.scatter else {
        return html! {};
    };
    let mut colors = vec![(String::new(), "none".to_owned())];
    colors.extend(column_options(&options.categorical));
    choices(
        frame,
        "What this chart shows",
        &[
            Select {
                name: "x",
                label: "Across",
                options: column_options(&options.numeric),
                selected: &scatter.x_name,
            },
            Select {
                name: "y",
                label: "Upwards",
                options: column_options(&options.numeric),
                selected: &scatter.y_name,
            },
            Select {
                name: "color",
                label: "Colour by",
                options: colors,
                selected: scatter.color.as_ref().map_or("", |(_, name)| name.as_str()),
            },
        ],
    )
}

/// The choice of the matrix' correlation.
pub(super) fn method(frame: &Frame, figures: &Relationships) -> Markup {
    let option = |value: &str, text: &str| (value.to_owned(), text.to_owned());
    choices(
        frame,
        "Correlation of this chart",
        &[Select {
            name: "method",
            label: "Correlation",
            options: vec![option("pearson", "Pearson"), option("spearman", "Spearman")],
            selected: figures.matrix.method.word(),
        }],
    )
}

fn threshold(frame: &Frame, figures: &Relationships) -> Markup {
    let mut steps: Vec<f64> = (1..=9).map(|tenth| f64::from(tenth) / 10.0).collect();
    if !steps.contains(&figures.threshold) {
        steps.push(figures.threshold);
        steps.sort_by(f64::total_cmp);
    }
    let options = steps
        .iter()
        .map(|step| (step.to_string(), format!("|r| ≥ {step}")))
        .collect();
    choices(
        frame,
        "Strength of the pairs listed",
        &[Select {
            name: "strong",
            label: "Strong from",
            options,
            selected: &figures.threshold.to_string(),
        }],
    )
}
