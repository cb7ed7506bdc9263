//! The factor page's second half: the model of all factors, what it expects of a student, and tests of
//! each factor alone.

use maud::{Markup, html};

use super::card::{card, table};
use super::{Frame, guide, section};
use crate::charts::Card;
use crate::figures::{Explain, Field, FieldValue, Model};
use crate::format;

/// Fields of the student that are always unfolded.
const UNFOLDED: usize = 6;
/// Fields that the page offers at most, beside those that are set.
const MOST_FIELDS: usize = 60;
/// Results that are written out at most.
const MOST_SENTENCES: usize = 100;

/// Results of the page, a sentence each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExplainWords {
    /// What the model expects of the student, or why there is none.
    pub expected: String,
    /// Every coefficient.
    pub coefficients: Vec<String>,
    /// What every factor adds.
    pub partial: Vec<String>,
    /// The tests of every factor.
    pub tests: Vec<String>,
}

/// The content; `cards` are its charts in their order.
pub fn explain(frame: &Frame, figures: &Explain, cards: &[Card], words: &ExplainWords) -> Markup {
    html! {
        h2 { "All factors together" }
        div.cards {
            @for shown in cards {
                @match (shown.id, &figures.model) {
                    ("coefficients", Ok(model)) => (card(frame, shown, &facts(model, shown, words))),
                    ("partial", _) => (card(frame, shown, &partial_note(words))),
                    ("residuals", _) => (card(frame, shown, &residual_note())),
                    ("influence", _) => (card(frame, shown, &influence_note(shown))),
                    ("tests", _) => (card(frame, shown, &tests_note(shown, words))),
                    _ => (card(frame, shown, &html! {})),
                }
            }
        }
        @if let Ok(model) = &figures.model {
            (section("what-if", "What if?", &what_if(frame, model, &words.expected)))
        }
    }
}

/// What a statistician asks of a model first.
pub(super) fn measures(model: &Model) -> Markup {
    let percent = |share: f64| format!("{} %", format::decimals(100.0 * share, 1));
    let degrees = format!(
        "{} ({} and {} degrees of freedom)",
        format::decimals(model.f, 1),
        format::count(model.df_model),
        format::count(model.df_residual)
    );
    html! {
        dl.facts {
            dt { "R²" } dd { (percent(model.r2)) }
            dt { "Adjusted R²" } dd { (percent(model.adjusted_r2)) }
            dt { "F" } dd { (degrees) ", p " (format::p_value(model.f_p)) }
            dt { "Residual standard error" } dd { (format::value(model.residual_std)) }
            dt { "Students used" } dd { (format::count(model.n)) }
            dt { "Left out, a value is missing" } dd { (format::count(model.dropped)) }
        }
    }
}

fn facts(model: &Model, shown: &Card, words: &ExplainWords) -> Markup {
    html! {
        (measures(model))
        @if shown.drawing.is_some() { (table(&shown.table, "Coefficients of the model")) }
        (references(model))
        (in_words(&words.coefficients))
    }
}

pub(super) fn references(model: &Model) -> Markup {
    let references: Vec<String> = model
        .references
        .iter()
        .map(|(factor, level)| format!("{} {}", format::label(factor), format::quoted(level)))
        .collect();
    let empty: Vec<String> = model.empty.iter().map(|name| format::label(name)).collect();
    html! {
        p.note {
            "Least squares over students with every value. A coefficient is the difference in the outcome \
             that goes along with one unit more, or with a level in place of the one it is compared with, \
             when all other factors stay as they are."
            @if !references.is_empty() && references.len() <= 20 {
                " Levels are compared with " (format::list(&references)) "."
            }
        }
        @if !model.aliased.is_empty() {
            p.note {
                (format::counted(model.aliased.len(), "term follows", "terms follow"))
                " from others, as a constant or a sum of them does, and so has no coefficient of its own (–)."
            }
        }
        @if !empty.is_empty() {
            p.note { (format::list(&empty)) ": no student here has a value, so the model leaves it out." }
        }
    }
}

fn partial_note(words: &ExplainWords) -> Markup {
    html! {
        p.note {
            "Partial R²: how much of what all other factors leave unexplained goes along with this one. q is p \
             adjusted for all factors by Benjamini and Hochberg."
        }
        (in_words(&words.partial))
    }
}

/// Every result as a sentence.
fn in_words(sentences: &[String]) -> Markup {
    html! {
        details.words {
            summary { "Each result in words" }
            ul { @for sentence in sentences.iter().take(MOST_SENTENCES) { li { (sentence) } } }
            @if sentences.len() > MOST_SENTENCES {
                p.note { "These are the first " (MOST_SENTENCES) " of " (format::count(sentences.len())) "." }
            }
        }
    }
}

fn residual_note() -> Markup {
    html! {
        p.note {
            "Without a pattern, the points are a band around 0 of even height; a bend or a funnel means that \
             the model leaves something out."
        }
    }
}

fn influence_note(shown: &Card) -> Markup {
    html! {
        @if shown.drawing.is_some() {
            (table(&shown.table, "Students that bear much on the model"))
            p.note {
                "Rows are counted from 1 without the header. Leverage: how unusual a student's factors are. \
                 Cook's distance: how far the model would move without the student. These are rows to look at, \
                 not to leave out."
            }
        }
    }
}

fn tests_note(shown: &Card, words: &ExplainWords) -> Markup {
    html! {
        (table(&shown.table, "Tests of each categorical factor"))
        p.note {
            "η² is the share of variance explained among these students, ω² the same without what chance alone \
             adds. F takes the spread of all levels as equal, Welch's F does not, and Kruskal and Wallis' H \
             compares ranks. q adjusts p over the factors of this table."
        }
        (in_words(&words.tests))
    }
}

fn what_if(frame: &Frame, model: &Model, expected: &str) -> Markup {
    let fields = &model.what_if.fields;
    let offered: Vec<&Field> = fields
        .iter()
        .enumerate()
        .filter(|(i, field)| *i < MOST_FIELDS || field.assumed)
        .map(|(_, field)| field)
        .collect();
    let (first, rest) = offered.split_at(UNFOLDED.min(offered.len()));
    let open = rest.iter().any(|field| field.assumed);
    html! {
        p.finding { (expected) }
        form.choices.student method="get" action=(frame.page.path()) aria-label="A student" {
            @for (name, value) in frame.filters.iter().chain(&frame.choices) {
                @if !name.starts_with("if.") { input type="hidden" name=(name) value=(value); }
            }
            div.fields { @for field in first { (field_markup(field)) } }
            @if !rest.is_empty() {
                details #more-student open[open] {
                    summary { "More factors (" (rest.len()) ")" }
                    div.fields { @for field in rest { (field_markup(field)) } }
                }
            }
            button.without-script type="submit" { "Predict" }
        }
        p.note {
            "What is not chosen is as with most students: the most common level, the median number. The model \
             says what goes along with what among these students, not what would change if one of them did \
             something else."
        }
        p.downloads { (guide::link_to("prediction")) }
    }
}

fn field_markup(field: &Field) -> Markup {
    let name = format!("if.{}", field.parameter);
    html! {
        label.field {
            span { bdi { (format::label(&field.factor)) } }
            @match &field.value {
                FieldValue::Number { value, usual, .. } => {
                    input type="number" step="any" inputmode="decimal" name=(name)
                        value=[field.assumed.then_some(value)] placeholder=(format::value(*usual));
                }
                FieldValue::Level { levels, value, usual } => {
                    select name=(name) {
                        option value="" selected[!field.assumed] { "as most: " (format::level(usual)) }
                        @for level in levels {
                            option value=(format::level(level)) selected[field.assumed && level == value] {
                                (format::level(level))
                            }
                        }
                        @if !levels.contains(value) {
                            option value=(format::level(value)) selected { (format::level(value)) }
                        }
                    }
                }
            }
        }
    }
}
