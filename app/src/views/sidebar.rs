//! The sidebar: data source and filters.

use maud::{Markup, html};

use super::Frame;
use super::frame::{Choice, Control, FilterView};
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
        section.source aria-labelledby="heading-source" {
            h2 #heading-source { "Data" }
            dl {
                dt { "Source" } dd { (about.name) }
                dt { "Rows" } dd { (format::count(about.rows)) }
                dt { "Loaded" } dd { (about.loaded) }
                dt { "From" } dd { (about.origin) }
            }
            @if about.guarded {
                form method="post" action="/logout" { button type="submit" { "Log out" } }
            }
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

fn filter_markup(filter: &FilterView) -> Markup {
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
