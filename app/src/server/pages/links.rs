//! Where clicks on the named parts of a chart lead: the same page, narrowed to what was clicked,
//! or freed of it by a second click.

use crate::charts::Clicks;
use crate::dataset::ColumnId;
use crate::figures::Analysis;
use crate::filter::{Choices, Condition, Filters, Request};
use crate::stats::BANDS;

/// A click on a level filters by it.
pub(super) fn levels(analysis: &Analysis<'_>, factor: ColumnId, path: &str) -> Clicks {
    let levels = analysis.dataset.column(factor).levels();
    levels
        .iter()
        .enumerate()
        .map(|(i, level)| {
            let filters = analysis.request.filters.toggled(factor, i);
            (level.clone(), href(analysis, filters, path))
        })
        .collect()
}

/// A click on a performance band filters by its range of scores.
pub(super) fn bands(analysis: &Analysis<'_>, path: &str) -> Clicks {
    BANDS
        .iter()
        .enumerate()
        .filter_map(|(i, band)| {
            let range = band_range(i, analysis.dataset.column(analysis.outcome).is_whole())?;
            let current = &analysis.request.filters;
            let filters = match current.get(analysis.outcome) == Some(&range) {
                true => current.without(analysis.outcome),
                false => current.with(analysis.outcome, range),
            };
            Some((band.label.to_owned(), href(analysis, filters, path)))
        })
        .collect()
}

/// Ranges are inclusive, so only whole-numbered scores have one for every band below the best.
fn band_range(i: usize, whole: bool) -> Option<Condition> {
    let low = BANDS[i].floor;
    let high = match i.checked_sub(1) {
        None => None,
        Some(_) if !whole => return None,
        Some(better) => Some(BANDS[better].floor - 1.0),
    };
    Some(Condition::Range {
        low: low.is_finite().then_some(low),
        high,
    })
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
