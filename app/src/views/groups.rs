//! The form that says who is in the two groups of a comparison: for each the same controls as the
//! sidebar has for everyone.

use maud::{Markup, html};

use super::frame::{FilterView, filter_order, filter_view_of};
use super::sidebar::filter_markup;
use super::{Frame, Page};
use crate::figures::Analysis;
use crate::filter::{Choices, Filters, Groups, Request, Scope};
use crate::format;

/// Conditions of a group that are always unfolded, beside those that are set.
const UNFOLDED: usize = 3;
/// Conditions that the form offers at most, beside those that are set.
const MOST: usize = 30;

/// One group's part of the form.
#[derive(Debug, Clone, PartialEq)]
struct GroupForm {
    letter: &'static str,
    unfolded: Vec<FilterView>,
    folded: Vec<FilterView>,
    /// Where "the rest" leads, when the group has conditions.
    clear: Option<String>,
}

/// The form, as ready values.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupForms {
    groups: [GroupForm; 2],
    /// Where "swap" leads.
    swap: String,
    /// Where the page's own proposal is, when the address says something else.
    reset: Option<String>,
}

impl GroupForms {
    /// The form with the groups that the address names; `chosen` are those in force, which the page
    /// may have proposed.
    pub fn new(analysis: &Analysis<'_>, chosen: &Groups) -> Self {
        let to = |groups: Groups| {
            let choices = Choices {
                groups,
                ..analysis.choices().clone()
            };
            let request = Request {
                filters: analysis.request.filters.clone(),
                choices,
            };
            request.href(Page::Compare.path(), analysis.dataset)
        };
        let none = Groups::default();
        let named = &analysis.choices().groups;
        Self {
            groups: [
                group_form(analysis, Scope::A, &named.a, |a| {
                    to(Groups { a, ..named.clone() })
                }),
                group_form(analysis, Scope::B, &named.b, |b| {
                    to(Groups { b, ..named.clone() })
                }),
            ],
            swap: to(Groups {
                a: chosen.b.clone(),
                b: chosen.a.clone(),
            }),
            reset: (*named != none).then(|| to(none)),
        }
    }
}

fn group_form(
    analysis: &Analysis<'_>,
    scope: Scope,
    conditions: &Filters,
    to: impl Fn(Filters) -> String,
) -> GroupForm {
    let mut unfolded = Vec::new();
    let mut folded = Vec::new();
    for (i, id) in filter_order(analysis).into_iter().enumerate() {
        let set = conditions.get(id);
        if i >= MOST && set.is_none() {
            continue;
        }
        let clear = set.map(|_| to(conditions.without(id)));
        let view = filter_view_of(analysis, scope, id, set, clear);
        match set.is_some() || i < UNFOLDED {
            true => unfolded.push(view),
            false => folded.push(view),
        }
    }
    GroupForm {
        letter: match scope {
            Scope::B => "B",
            Scope::A | Scope::All => "A",
        },
        unfolded,
        folded,
        clear: (!conditions.is_empty()).then(|| to(Filters::default())),
    }
}

/// The form; open where nobody has chosen yet.
pub(super) fn group_forms(frame: &Frame, forms: &GroupForms, open: bool) -> Markup {
    let own =
        |name: &str| name.starts_with(Scope::A.prefix()) || name.starts_with(Scope::B.prefix());
    html! {
        details #choose-groups open[open] {
            summary { "Choose the groups" }
            form.groups method="get" action=(frame.page.path()) aria-label="The two groups" {
                @for (name, value) in frame.filters.iter().chain(&frame.choices) {
                    @if !own(name) { input type="hidden" name=(name) value=(value); }
                }
                div.sides { @for group in &forms.groups { (side(group)) } }
                button.without-script type="submit" { "Compare" }
            }
        }
        p.downloads {
            a href=(forms.swap) { "Swap A and B" }
            @if let Some(reset) = &forms.reset { a href=(reset) { "Start again" } }
        }
    }
}

fn side(group: &GroupForm) -> Markup {
    let letter = group.letter;
    html! {
        fieldset class={ "side side-" (letter.to_lowercase()) } {
            legend { "Group " (letter) }
            @match &group.clear {
                None => p.note { "Without a condition: everyone who is not in the other group." },
                Some(clear) => p.note {
                    a href=(clear) { "Make group " (letter) " the rest" }
                },
            }
            @for filter in &group.unfolded { (filter_markup(filter)) }
            @if !group.folded.is_empty() {
                details id={ "more-" (letter.to_lowercase()) } {
                    summary { "More conditions (" (format::count(group.folded.len())) ")" }
                    @for filter in &group.folded { (filter_markup(filter)) }
                }
            }
        }
    }
}
