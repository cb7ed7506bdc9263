//! The page that asks for the password. It says nothing of the dataset.

use maud::{Markup, html};

use super::layout::document;

/// Asks for the password, and goes to `next` then. `said` is what was wrong with the last one.
pub fn login(next: &str, said: Option<&str>) -> Markup {
    let body = html! {
        main #main.problem tabindex="-1" {
            h1 { "Log in" }
            @if let Some(said) = said {
                p.notice #said role="alert" { (said) }
            }
            form.login method="post" action="/login" {
                input type="hidden" name="next" value=(next);
                label.field {
                    span { "Password" }
                    input type="password" name="password" required autofocus
                        autocomplete="current-password"
                        aria-describedby=[said.map(|_| "said")]
                        aria-invalid=[said.map(|_| "true")];
                }
                button type="submit" { "Log in" }
            }
        }
    };
    document("Log in", false, &body)
}
