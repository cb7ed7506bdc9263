//! Form controls that several pages share.

use maud::{Markup, html};

use super::Frame;
use crate::format;

/// A drop-down of the page's choices.
pub(super) struct Select<'a> {
    /// Parameter in the address.
    pub name: &'a str,
    /// What the user chooses.
    pub label: &'a str,
    /// Values with the text that is read.
    pub options: Vec<(String, String)>,
    /// The value in force.
    pub selected: &'a str,
}

impl Select<'_> {
    fn markup(&self) -> Markup {
        html! {
            label.field {
                span { (self.label) }
                select name=(self.name) {
                    @for (value, text) in &self.options {
                        option value=(value) selected[value == self.selected] { (text) }
                    }
                }
            }
        }
    }
}

/// Options whose values are column names.
pub(super) fn column_options(names: &[String]) -> Vec<(String, String)> {
    names
        .iter()
        .map(|name| (name.clone(), format::label(name)))
        .collect()
}

/// A form of drop-downs which keeps the filters and the other choices. With scripts a change
/// applies by itself; the button is for those without.
pub(super) fn choices(frame: &Frame, label: &str, selects: &[Select<'_>]) -> Markup {
    let own = |name: &str| selects.iter().any(|select| select.name == name);
    html! {
        form.choices method="get" action=(frame.page.path()) aria-label=(label) {
            @for (name, value) in frame.filters.iter().chain(&frame.choices) {
                @if !own(name) {
                    input type="hidden" name=(name) value=(value);
                }
            }
            @for select in selects { (select.markup()) }
            button.without-script type="submit" { "Show" }
        }
    }
}
