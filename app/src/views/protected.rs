//! Pages in privacy mode: what was released, and what is withheld.

use maud::{Markup, html};

use super::card::{card, csv_address, table};
use super::controls::{Select, choices, column_options};
use super::frame::Privacy;
use super::groups::{GroupForms, group_forms};
use super::report::Item;
use super::{Frame, section};
use crate::charts::Card;
use crate::privacy::Release;

/// The content of a page; `groups` are the forms of one that compares groups.
pub fn protected(frame: &Frame, release: &Release, groups: Option<&GroupForms>) -> Markup {
    html! {
        (withheld(release))
        @if let Some(groups) = groups {
            (section("groups", "The groups", &group_forms(frame, groups, false)))
        }
        h2.visually-hidden { "Figures" }
        @for shown in release.subjects.iter().flatten() {
            @if shown.drawing.is_some() {
                div.cards { (card(frame, shown, &controls(frame, release, shown))) }
            } @else {
                (section(shown.id, &shown.title, &figures(frame, shown)))
            }
        }
    }
}

/// That the mode is on, in a line.
pub(super) fn mode(privacy: &Privacy) -> Markup {
    html! {
        "Privacy mode: groups of fewer than " (privacy.least)
        " students are withheld, and nothing is shown of single students."
    }
}

/// What is withheld, as a part of a report; none where nothing is.
pub fn withheld_panel(release: &Release) -> Option<Item> {
    (!release.withheld.is_empty()).then(|| Item::Panel {
        id: "withheld",
        title: "Withheld",
        content: withheld(release),
    })
}

fn withheld(release: &Release) -> Markup {
    html! {
        @for reason in &release.withheld { p.notice { (reason) } }
    }
}

fn figures(frame: &Frame, shown: &Card) -> Markup {
    html! {
        p.finding { (shown.finding) }
        @if !shown.table.rows.is_empty() {
            (table(&shown.table, &format!("Figures of “{}”", shown.title)))
            p.downloads { a.csv href=(csv_address(frame, shown)) download { "CSV" } }
        }
    }
}

fn controls(frame: &Frame, release: &Release, shown: &Card) -> Markup {
    if shown.id != "average" {
        return html! {};
    }
    let select = Select {
        name: "by",
        label: "Category",
        options: column_options(&release.factors),
        selected: release.by.as_deref().unwrap_or_default(),
    };
    choices(frame, "Category of the averages", &[select])
}
