//! The form on which people say what the columns of their table hold.

use maud::{Markup, html};

use super::layout::document;
use crate::format;

/// One level of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelForm {
    /// Its number in the alphabet of the column's values, from 1.
    pub number: usize,
    /// The level, shortened.
    pub level: String,
    /// Where it stands, as it was typed.
    pub place: String,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnForm {
    /// Its number, from 1.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// What its cells are, in words.
    pub holds: String,
    /// Some of its values.
    pub examples: Vec<String>,
    /// Why an identifier is proposed, where other types are possible.
    pub sign: Option<&'static str>,
    /// The type that is chosen: `numeric`, `factor`, `ordered`, `identifier`, or none of them.
    pub kind: String,
    /// Its levels in their order; none where it cannot have any.
    pub levels: Vec<LevelForm>,
    /// What is wrong with it.
    pub problem: Option<String>,
}

/// All columns of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingForm {
    /// The dataset's name in addresses.
    pub id: String,
    /// Rows of the table.
    pub rows: usize,
    /// What has been said of the columns so far, in words.
    pub state: &'static str,
    /// What is wrong with what was sent.
    pub problems: Vec<String>,
    /// Number of the outcome, as it was sent.
    pub outcome: String,
    /// Number and name of the columns that can be it.
    pub outcomes: Vec<(usize, String)>,
    /// The columns.
    pub columns: Vec<ColumnForm>,
}

/// Types in the form with their words; the middle two need levels.
const KINDS: [(&str, &str); 4] = [
    ("numeric", "Numeric"),
    ("factor", "Category"),
    ("ordered", "Category on a scale (ordered)"),
    ("identifier", "Identifier: used in no figure"),
];

/// The page.
pub fn mapping(form: &MappingForm) -> Markup {
    let title = "What the columns hold";
    let body = html! {
        main #main.mapping tabindex="-1" {
            h1 { (title) }
            @if !form.problems.is_empty() { (problems(&form.problems)) }
            p {
                (form.state) " The table has " (format::counted(form.rows, "row", "rows")) " and "
                (format::counted(form.columns.len(), "column", "columns")) "."
            }
            form method="post" action={ "/datasets/" (form.id) "/mapping" } {
                (outcome(form))
                @for column in &form.columns { (fieldset(column)) }
                p.confirm {
                    button type="submit" { "Confirm" }
                    a href={ "/overview?data=" (form.id) } { "To the figures without a change" }
                }
            }
        }
    };
    document(title, false, &body)
}

fn problems(problems: &[String]) -> Markup {
    html! {
        div.notice role="alert" {
            p { strong { "Nothing is changed yet." } }
            ul { @for problem in problems { li { (problem) } } }
        }
    }
}

fn outcome(form: &MappingForm) -> Markup {
    html! {
        fieldset.column {
            legend { "Outcome" }
            label.field {
                span { "Column to explain" }
                select name="outcome" {
                    @for (number, name) in &form.outcomes {
                        option value=(number) selected[number.to_string() == form.outcome] {
                            (format::label(name))
                        }
                    }
                }
            }
            p.note { "A column of numbers whose type is numeric." }
        }
    }
}

fn fieldset(column: &ColumnForm) -> Markup {
    let said = format!("said-{}", column.number);
    let has_levels = !column.levels.is_empty();
    html! {
        fieldset.column {
            legend { bdi { (format::label(&column.name)) } }
            p.note #(said) {
                @if let Some(problem) = &column.problem { strong { (problem) } " " }
                (column.holds) @if !column.examples.is_empty() { ": " (listed(&column.examples)) " …" } @else { "." }
                @if let Some(sign) = column.sign { " " (sign) }
            }
            label.field {
                span { "Type" span.visually-hidden { " of " (format::label(&column.name)) } }
                select name={ "type." (column.number) } aria-describedby=(said)
                    aria-invalid=[column.problem.as_ref().map(|_| "true")] {
                    @for (kind, words) in KINDS {
                        @if has_levels || !["factor", "ordered"].contains(&kind) {
                            option value=(kind) selected[kind == column.kind] { (words) }
                        }
                    }
                }
            }
            @if has_levels { (levels(column)) }
        }
    }
}

fn listed(examples: &[String]) -> Markup {
    html! {
        @for (i, example) in examples.iter().enumerate() {
            @if i > 0 { ", " }
            bdi.example { (example) }
        }
    }
}

/// The order of the levels, for a category only.
fn levels(column: &ColumnForm) -> Markup {
    let open = column.kind == "ordered" || column.problem.is_some();
    html! {
        details open[open] {
            summary { "Order as a category" span.visually-hidden { ": " (format::label(&column.name)) } }
            p.note { "The level with the smallest number is drawn first; on a scale it is the lowest." }
            ol.places {
                @for level in &column.levels {
                    li {
                        label {
                            input type="number" step="any" inputmode="decimal"
                                name={ "level." (column.number) "." (level.number) }
                                value=(level.place);
                            bdi { (level.level) }
                        }
                    }
                }
            }
        }
    }
}
