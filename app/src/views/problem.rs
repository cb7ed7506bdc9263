//! Pages in place of figures: what is wrong with an address or a file, and what has to be chosen first.

use maud::{Markup, html};

use super::Page;
use super::layout::document;
use crate::format;

/// A title, every problem, and the way back.
pub fn problem(title: &str, problems: &[String], back: &str) -> Markup {
    let body = html! {
        main #main.problem tabindex="-1" {
            h1 { (title) }
            ul {
                @for problem in problems { li { (problem) } }
            }
            p { a href=(back) { "Back to the dashboard" } }
        }
    };
    document(title, false, &body)
}

/// Asks which column an uploaded table is to explain; each comes with the address that does so.
pub fn choose_outcome(choices: &[(String, String)]) -> Markup {
    let title = "Which column is to be explained?";
    let body = html! {
        main #main.problem tabindex="-1" {
            h1 { (title) }
            p { "The table has no column of the expected name. Choose the outcome among its numbers:" }
            ul {
                @for (name, href) in choices { li { a href=(href) { (format::label(name)) } } }
            }
            p { a href=(Page::Overview.path()) { "Back to the dashboard" } }
        }
    };
    document(title, false, &body)
}
