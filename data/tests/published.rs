//! The sample against the published dataset, figure by figure, within the stated tolerances.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod figures;

use figures::Figures;
use figures::comparison::{Comparison, compare, figures_of};
use student_analytics_data::DEFAULT_SEED;

#[test]
fn the_default_sample_meets_every_tolerance() {
    let comparisons = compare(&figures_of(DEFAULT_SEED), &Figures::published());
    let mut report = String::new();
    for Comparison {
        figure,
        sample,
        published,
        tolerance,
    } in comparisons.iter().filter(|one| one.strain() > 1.0)
    {
        report += &format!("{figure}: {sample}, published {published} ± {tolerance}\n");
    }
    assert!(report.is_empty(), "out of tolerance:\n{report}");
}

#[test]
fn every_published_figure_has_its_counterpart() {
    let (sample, published) = (figures_of(DEFAULT_SEED), Figures::published());
    assert_eq!(sample.rows, published.rows);
    assert_eq!(sample.missing, published.missing);
    assert_eq!(level_names(&sample), level_names(&published));
    assert!(sample.numeric.keys().eq(published.numeric.keys()));
    assert!(sample.regression.keys().eq(published.regression.keys()));
}

fn level_names(figures: &Figures) -> Vec<(&str, Vec<&str>)> {
    figures
        .levels
        .iter()
        .map(|(column, levels)| (column.as_str(), levels.keys().map(String::as_str).collect()))
        .collect()
}
