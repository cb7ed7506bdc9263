//! The page that says what is wrong with an address.

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
