//! The document around every page.

use maud::{DOCTYPE, Markup, html};

use super::sidebar::sidebar;
use super::{Frame, guide, protected};
use crate::assets;
use crate::format;

pub(super) const NAME: &str = "Student Analytics";

/// A whole page: frame and content.
pub fn page(frame: &Frame, content: &Markup) -> Markup {
    let body = html! {
        nav.tabs aria-label="Views" {
            ul {
                @for (tab, href) in &frame.tabs {
                    li {
                        a href=(href) aria-current=[(*tab == frame.page).then_some("page")] {
                            (tab.title())
                        }
                    }
                }
            }
        }
        // The sidebar comes last also where it stands on the left: a narrow window that is painted before
        // all of the page has arrived would show it on top, and then push it away.
        div.columns {
            main #main tabindex="-1" {
                h1 { (frame.page.title()) }
                (count_line(frame))
                (content)
            }
            (sidebar(frame))
        }
    };
    document(frame.page.title(), true, &body)
}

/// How many students the figures are about; screen readers hear it when it changes.
fn count_line(frame: &Frame) -> Markup {
    let (n, all) = (frame.selected, frame.about.rows);
    let percent = 100.0 * n as f64 / all as f64;
    html! {
        @if let Some(privacy) = &frame.privacy {
            p #count role="status" { (privacy.students) }
            p.note { (protected::mode(privacy)) " " (guide::link_as("What that means", "privacy")) }
        } @else {
            p #count role="status" {
                strong { (format::count(n)) } " of " (format::count(all)) " students ("
                (format::decimals(percent, 1)) " %)"
            }
        }
        // For paper too, where the sidebar is left out.
        @if !frame.conditions.is_empty() {
            p.in-force { "Only students with " (format::list(&frame.conditions)) "." }
        }
        @if frame.is_empty() {
            p.notice {
                "No students match these filters. "
                @if let Some(href) = &frame.clear_all { a href=(href) { "Clear all filters" } }
            }
        }
    }
}

/// A document without the frame, for pages that are not about a dataset.
pub(super) fn document(title: &str, charts: bool, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="description" content="What drives exam scores, in a table of student records.";
                title { (title) " · " (NAME) }
                link rel="icon" type="image/svg+xml" href=(assets::ICON.path);
                link rel="stylesheet" href=(assets::APP_CSS.path);
                script src=(assets::THEME_JS.path) {}
                @if charts {
                    script defer src=(assets::CHARTS_JS.path) data-library=(assets::ECHARTS.path) {}
                    script defer src=(assets::APP_JS.path) {}
                }
            }
            body {
                a.skip href="#main" { "Skip to the figures" }
                header.top {
                    a.brand href="/overview" { (NAME) }
                    // Pages without charts have no filters either.
                    @if charts { a.jump href="#sidebar" { "Filters" } }
                    button #theme.with-script type="button" { "Dark" }
                }
                (body)
            }
        }
    }
}
