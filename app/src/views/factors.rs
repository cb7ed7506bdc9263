//! The factor page: which factors go with the outcome, and how.

use maud::{Markup, html};

use super::card::{card, table};
use super::controls::{Select, choices, column_options};
use super::{Frame, section};
use crate::charts::Card;
use crate::figures::{FactorCorrelation, FactorImpact};
use crate::format;

/// Names that the page's drop-downs offer.
pub struct FactorChoices {
    /// Numeric factors.
    pub numeric: Vec<String>,
    /// Categorical factors.
    pub categorical: Vec<String>,
    /// Whether trend lines are drawn.
    pub trend: bool,
}

/// The page's content; `cards` are the charts of single factors in their order, `all` the part about all
/// factors together.
pub fn factors(
    frame: &Frame,
    figures: &FactorImpact,
    cards: &[Card],
    options: &FactorChoices,
    all: &Markup,
) -> Markup {
    html! {
        (section("top", "Top factors", &top(figures)))
        h2.visually-hidden { "Charts" }
        div.cards {
            @for shown in cards {
                @if shown.id == "scatter" { (card(frame, shown, &controls(frame, figures, options))) }
                @else if shown.id == "variance" { (ranking(frame, shown)) }
                @else { (card(frame, shown, &html! {})) }
            }
        }
        (all)
    }
}

pub(super) fn top(figures: &FactorImpact) -> Markup {
    let positive = figures.top_positive();
    let negative = figures.top_negative();
    html! {
        div.top-factors {
            (top_list("Top positive factors", "positive", &positive))
            (top_list("Top negative factors", "negative", &negative))
        }
        p.note { "Numeric factors by their correlation with the score. An association is not a cause." }
    }
}

fn top_list(title: &str, sign: &str, factors: &[&FactorCorrelation]) -> Markup {
    html! {
        div {
            h3 { (title) }
            @if factors.is_empty() {
                p { "No numeric factor has a " (sign) " correlation with the score here." }
            } @else {
                ol {
                    @for factor in factors {
                        li {
                            (format::label(&factor.name)) " "
                            span.r { "r = " (format::decimals(factor.r, 2)) }
                        }
                    }
                }
            }
        }
    }
}

fn controls(frame: &Frame, figures: &FactorImpact, options: &FactorChoices) -> Markup {
    let Some(scatter) = &figures.scatter else {
        return html! {};
    };
    let mut colors = vec![(String::new(), "none".to_owned())];
    colors.extend(column_options(&options.categorical));
    let color = scatter.color.as_ref().map_or("", |(_, name)| name.as_str());
    let on_off = |word: &str| (word.to_owned(), word.to_owned());
    choices(
        frame,
        "What this chart shows",
        &[
            Select {
                name: "factor",
                label: "Factor",
                options: column_options(&options.numeric),
                selected: &scatter.x_name,
            },
            Select {
                name: "color",
                label: "Colour by",
                options: colors,
                selected: color,
            },
            Select {
                name: "trend",
                label: "Trend with 95 % band",
                options: vec![on_off("on"), on_off("off")],
                selected: if options.trend { "on" } else { "off" },
            },
        ],
    )
}

/// The ranking is read as a table first, so it is not folded.
fn ranking(frame: &Frame, shown: &Card) -> Markup {
    let note = html! {
        @if shown.drawing.is_some() {
            (table(&shown.table, "All factors by the share of variance explained"))
            p.note {
                "r² for numeric factors with Fisher's z interval, η² for categorical ones with the interval of the \
                 noncentral F; q is p adjusted for all factors by Benjamini and Hochberg."
            }
        }
    };
    card(frame, shown, &note)
}
