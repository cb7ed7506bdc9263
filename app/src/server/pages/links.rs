//! Where clicks on the named parts of a chart lead: the same page, narrowed to what was clicked,
//! or freed of it by a second click.

use crate::charts::{self, Clicks};
use crate::dataset::ColumnId;
use crate::figures::Analysis;
use crate::filter::{Choices, Condition, Filters, Request};
use crate::format;
use crate::stats::BANDS;

/// A click on a level filters by it.
pub(super) fn levels(analysis: &Analysis<'_>, factor: ColumnId, path: &str) -> Clicks {
    let levels = analysis.dataset.column(factor).levels();
    levels
        .iter()
        .enumerate()
        .map(|(i, level)| {
            let filters = analysis.request.filters.toggled(factor, i);
            (
                format::level(level).into_owned(),
                href(analysis, filters, path),
            )
        })
        .collect()
}

/// A click on a level filters by it, on a chart of all factors.
pub(super) fn all_levels(analysis: &Analysis<'_>, path: &str) -> Clicks {
    let factors = analysis.dataset.factor_ids().into_iter();
    factors
        .flat_map(|factor| {
            let name = &analysis.dataset.column(factor).name;
            charts::of_factor(name, levels(analysis, factor, path))
        })
        .collect()
}

/// A click on a performance band filters by its range of scores, within the range that is already
/// asked for. Ranges are inclusive, so only whole-numbered scores have one for every band; others
/// have no links.
pub(super) fn bands(analysis: &Analysis<'_>, path: &str) -> Clicks {
    if !analysis.dataset.column(analysis.outcome).is_whole() {
        return Clicks::new();
    }
    let current = &analysis.request.filters;
    BANDS
        .iter()
        .enumerate()
        .map(|(i, band)| {
            let range = within(band_range(i), current.get(analysis.outcome));
            let filters = match current.get(analysis.outcome) == Some(&range) {
                true => current.without(analysis.outcome),
                false => current.with(analysis.outcome, range),
            };
            (band.label.to_owned(), href(analysis, filters, path))
        })
        .collect()
}

/// The scores of the band at `i`, whole numbers.
fn band_range(i: usize) -> [Option<f64>; 2] {
    let low = BANDS[i].floor;
    let high = i.checked_sub(1).map(|better| BANDS[better].floor - 1.0);
    [low.is_finite().then_some(low), high]
}

/// The part of a range that lies within the present one.
fn within([low, high]: [Option<f64>; 2], present: Option<&Condition>) -> Condition {
    let (least, most) = match present {
        Some(Condition::Range { low, high }) => (*low, *high),
        _ => (None, None),
    };
    Condition::Range {
        low: low.map_or(least, |a| Some(least.map_or(a, |b| a.max(b)))),
        high: high.map_or(most, |a| Some(most.map_or(a, |b| a.min(b)))),
    }
}

/// A click on a numeric factor draws it against the outcome.
pub(super) fn factors(analysis: &Analysis<'_>, path: &str) -> Clicks {
    analysis
        .numeric_factors()
        .into_iter()
        .map(|id| {
            let request = Request {
                filters: analysis.request.filters.clone(),
                choices: Choices {
                    factor: Some(id),
                    ..analysis.request.choices.clone()
                },
            };
            let name = analysis.dataset.column(id).name.clone();
            (name, request.href(path, analysis.dataset))
        })
        .collect()
}

fn href(analysis: &Analysis<'_>, filters: Filters, path: &str) -> String {
    let request = Request {
        filters,
        choices: analysis.request.choices.clone(),
    };
    request.href(path, analysis.dataset)
}
