//! Pages in place of figures: what is wrong with an address or a file.

use maud::{Markup, html};

use super::layout::document;

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

/// What is said where a mapping that was saved cannot be read, with the way to its form.
pub fn unreadable(what: &str, form: &str) -> Markup {
    let title = "The columns are to be confirmed again";
    let body = html! {
        main #main.problem tabindex="-1" {
            h1 { (title) }
            p { (what) }
            p { a href=(form) { "Say what the columns hold" } }
        }
    };
    document(title, false, &body)
}
