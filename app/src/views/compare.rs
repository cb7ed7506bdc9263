//! The comparison page: two groups side by side.

use maud::{Markup, html};

use super::card::{card, table};
use super::groups::{GroupForms, group_forms};
use super::{Frame, section};
use crate::charts::{Card, DataTable};
use crate::figures::{Comparison, GroupFigure};
use crate::format;

/// The page's content; `cards` are its charts in their order, `measures` every measure of the
/// difference.
pub fn compare(
    frame: &Frame,
    figures: &Comparison,
    cards: &[Card],
    measures: &DataTable,
    forms: &GroupForms,
) -> Markup {
    let groups = html! {
        (who(figures))
        (group_forms(frame, forms, figures.proposed))
    };
    html! {
        (section("groups", "The groups", &groups))
        h2.visually-hidden { "Charts" }
        div.cards {
            @for shown in cards {
                @match shown.id {
                    "means" => (card(frame, shown, &difference(shown, measures))),
                    "contrasts" => (card(frame, shown, &contrasts(shown))),
                    _ => (card(frame, shown, &html! {})),
                }
            }
        }
    }
}

/// The page's content where no group is named and none can be proposed.
pub fn no_groups() -> Markup {
    html! {
        p.notice {
            "This table has no column beside the outcome to make groups by. Groups by the outcome itself can be \
             named in the address, as in a.Column=10..30."
        }
    }
}

pub(super) fn who(figures: &Comparison) -> Markup {
    let [a, b] = &figures.groups;
    html! {
        dl.facts {
            dt.side-a { "Group A" } dd { (conditions(a)) " (" (format::counted(a.rows, "student", "students")) ")" }
            dt.side-b { "Group B" } dd { (conditions(b)) " (" (format::counted(b.rows, "student", "students")) ")" }
        }
        @if figures.proposed {
            p.note { "Nobody has chosen groups yet, so these are proposed by the factor that explains the outcome best." }
        }
        @if figures.both > 0 { (overlap(figures)) }
        @if figures.neither > 0 {
            p.note {
                (format::counted(figures.neither, "student is", "students are")) " in neither group"
                @if figures.unknown > 0 {
                    ", " (format::count(figures.unknown)) " of them because a value that decides it is missing"
                }
                "."
            }
        }
        @if figures.by_outcome {
            p.notice {
                "The groups are made by the outcome itself. That they differ in it is no finding, and its tests \
                 mean nothing; the other factors may still be compared."
            }
        }
    }
}

fn overlap(figures: &Comparison) -> Markup {
    let [a, b] = &figures.groups;
    let same = figures.both == a.rows && figures.both == b.rows;
    html! {
        p.notice {
            @if same { "Both groups hold the same students, so every difference is 0. " }
            @else {
                (format::counted(figures.both, "student is", "students are")) " in both groups and "
                (if figures.both == 1 { "counts" } else { "count" }) " in each. "
            }
            "The tests and intervals take the groups as separate, so here they are only rough."
        }
    }
}

fn conditions(group: &GroupFigure) -> String {
    match group.conditions.as_slice() {
        [] => "everyone else".to_owned(),
        conditions => format::list(conditions),
    }
}

fn difference(shown: &Card, measures: &DataTable) -> Markup {
    html! {
        @if shown.drawing.is_some() {
            (table(&shown.table, "Both groups in figures"))
            (table(measures, "The difference"))
            p.note {
                "Effects come before tests: with many students a difference of no importance has a small p. Welch's \
                 t asks whether the means differ, whatever the spreads; Mann and Whitney's U whether one group tends \
                 to have more. A difference between groups is not by itself the effect of what makes them groups."
            }
        }
    }
}

fn contrasts(shown: &Card) -> Markup {
    html! {
        @if shown.drawing.is_some() {
            (table(&shown.table, "How the groups differ in each factor"))
            p.note {
                "The association is 0 where the groups are alike in a factor and 1 where it tells them apart: \
                 the correlation with membership for numbers, Cramér's V for levels. g is the difference of the \
                 means in standard deviations; of levels the table has the one whose share differs most, and the \
                 dashboard’s CSV has all. q is p adjusted over these factors."
            }
        }
    }
}
