//! The sidebar: data source and filters.

use maud::{Markup, html};

use super::frame::{About, Choice, Control, FilterView, Stay};
use super::{Frame, Page};
use crate::format;

pub(super) fn sidebar(frame: &Frame) -> Markup {
    html! {
        aside #sidebar aria-label="Data and filters" {
            (source(frame))
            form #filters method="get" action=(frame.page.path()) aria-label="Filters" {
                @for (name, value) in &frame.carried {
                    input type="hidden" name=(name) value=(value);
                }
                (outcome(frame))
                div.filters-head {
                    h2 { "Filters" }
                    @if let Some(href) = &frame.clear_all {
                        a #clear-all href=(href) { "Clear all" }
                    }
                }
                @if frame.privacy.is_some() {
                    p.note { "Two filters at most; ranges are widened to fixed steps." }
                }
                @for filter in &frame.unfolded { (filter_markup(filter)) }
                @if !frame.folded.is_empty() { (folded(frame)) }
                @if frame.left_out > 0 {
                    p.note {
                        (format::counted(frame.left_out, "further column", "further columns"))
                        " can be filtered by in the address, as in Column=10..30."
                    }
                }
                button #apply.without-script type="submit" { "Apply filters" }
            }
        }
    }
}

fn source(frame: &Frame) -> Markup {
    let about = &frame.about;
    html! {
        section.source aria-labelledby="heading-source" data-version=[version(about)] {
            h2 #heading-source { "Data" }
            dl {
                dt { "Source" } dd { (about.name) }
                dt { "Rows" }
                dd {
                    @match &frame.privacy {
                        Some(privacy) => (privacy.all),
                        None => (format::count(about.rows)),
                    }
                }
                dt { "Loaded" } dd { (about.loaded) }
                dt { "From" } dd { (about.origin) }
            }
            (exports(frame))
            @match &about.stay {
                Stay::Fixed | Stay::Watched { fault: None, .. } => {}
                Stay::Watched { fault: Some(fault), .. } => (stale(fault)),
                Stay::Uploaded { id, until, guessed } => (own(id, until, *guessed, frame.privacy.is_none())),
            }
            @if let Some(limit) = frame.upload_limit { (upload(limit)) }
            @if frame.guarded {
                form method="post" action="/logout" { button type="submit" { "Log out" } }
            }
        }
    }
}

/// The version by which an open page knows that there is a newer one.
fn version(about: &About) -> Option<&str> {
    match &about.stay {
        Stay::Watched { version, .. } => Some(version),
        Stay::Fixed | Stay::Uploaded { .. } => None,
    }
}

/// The selected rows as files.
fn exports(frame: &Frame) -> Markup {
    html! {
        @if frame.privacy.is_none() {
            p.exports {
                span { "Download these " (format::counted(frame.selected, "row", "rows")) ":" }
                @for (format, href) in &frame.exports {
                    " " a href=(href) download { (format.name()) }
                }
            }
        }
        p.exports {
            span { "All pages in one file:" }
            " " a href=(frame.report) download { "Report" }
        }
    }
}

fn stale(fault: &str) -> Markup {
    html! {
        p.notice { "The newest data cannot be used, so these are the figures of before: " (fault) "." }
    }
}

/// What the owner of an uploaded dataset may do.
fn own(id: &str, until: &str, guessed: bool, columns: bool) -> Markup {
    html! {
        @if guessed {
            p.notice { "What the columns hold is guessed, and nobody has confirmed it yet." }
        }
        @if columns {
            p { a href={ "/datasets/" (id) "/mapping" } data-leave { "Columns" } ": outcome, types, identifiers" }
        }
        p.note { "Kept until " (until) ". Whoever has this page's address can see it." }
        form.actions method="post" action={ "/datasets/" (id) "/delete" } {
            button type="submit" { "Delete this data" }
            a href=(Page::Overview.path()) data-leave { "Leave it" }
        }
    }
}

fn upload(limit: u64) -> Markup {
    let megabytes = limit / 1_000_000;
    html! {
        form #upload method="post" action="/datasets" enctype="multipart/form-data"
            data-limit=(limit) aria-label="Own data" {
            label.field {
                span { "Your own CSV file, up to " (megabytes) " MB, kept for a day" }
                input type="file" name="file" accept=".csv,.tsv,.txt,text/csv" required;
            }
            progress.with-script max="1" value="0" aria-label="Upload" hidden {}
            p.with-script role="status" {}
            button type="submit" { "Upload" }
        }
    }
}

fn outcome(frame: &Frame) -> Markup {
    html! {
        fieldset.filter {
            legend { "Outcome" }
            label.field {
                span { "Column to explain" }
                select name="target" {
                    @for name in &frame.outcomes {
                        option value=(name) selected[*name == frame.outcome] {
                            (format::label(name))
                        }
                    }
                }
            }
            label.field {
                span { "Pass mark" }
                input type="number" name="pass" step="any" inputmode="decimal"
                    value=[frame.chosen_pass_mark] placeholder=(default_mark(frame));
            }
        }
    }
}

fn default_mark(frame: &Frame) -> String {
    frame
        .default_pass_mark
        .map_or_else(|| "none".to_owned(), format::value)
}

fn folded(frame: &Frame) -> Markup {
    let active = frame.folded.iter().any(|filter| filter.clear.is_some());
    html! {
        details #more-filters open[active] {
            summary { "More filters (" (frame.folded.len()) ")" }
            @for filter in &frame.folded { (filter_markup(filter)) }
        }
    }
}

pub(super) fn filter_markup(filter: &FilterView) -> Markup {
    let label = format::label(&filter.column);
    html! {
        fieldset class=(if filter.clear.is_some() { "filter active" } else { "filter" }) {
            legend { bdi { (label) } }
            @if let Some(href) = &filter.clear {
                a.clear href=(href) { "Clear" span.visually-hidden { " " (label) } }
            }
            @match &filter.control {
                Control::Levels(choices) => (levels(filter, choices)),
                Control::Range { low, high, extent, single_field } => {
                    @if *single_field { (single_range(filter, *low, *high)) }
                    @else { (range(filter, [*low, *high], *extent)) }
                }
            }
        }
    }
}

fn levels(filter: &FilterView, choices: &[Choice]) -> Markup {
    html! {
        div.levels {
            @for choice in choices {
                label.level {
                    input type="checkbox" name=(filter.parameter) value=(choice.value)
                        checked[choice.chosen];
                    span title=[choice.whole.as_deref()] { bdi { (choice.value) } }
                }
            }
        }
    }
}

fn range(filter: &FilterView, bounds: [Option<f64>; 2], extent: Option<[f64; 2]>) -> Markup {
    let ends = [("min", "from", 0), ("max", "to", 1)];
    html! {
        div.range {
            @for (suffix, word, end) in ends {
                label.field {
                    span { (word) span.visually-hidden { " " (format::label(&filter.column)) } }
                    input type="number" step="any" inputmode="decimal"
                        name={ (filter.parameter) "." (suffix) }
                        value=[bounds[end]]
                        placeholder=[extent.map(|extent| format::value(extent[end]))];
                }
            }
        }
    }
}

fn single_range(filter: &FilterView, low: Option<f64>, high: Option<f64>) -> Markup {
    let bound = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let value =
        (low.is_some() || high.is_some()).then(|| format!("{}..{}", bound(low), bound(high)));
    html! {
        label.field {
            span { "range" span.visually-hidden { " of " (format::label(&filter.column)) } }
            input type="text" name=(filter.parameter) value=[value] placeholder="10..30";
        }
    }
}
