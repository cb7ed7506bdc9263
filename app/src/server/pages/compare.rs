//! The comparison page.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, RawQuery, State};

use super::{Answer, csv, show};
use crate::charts::{self, Card};
use crate::figures::{Analysis, Comparison};
use crate::server::App;
use crate::server::data::asked::Asked;
use crate::views::{self, GroupForms, Page};

pub(in crate::server) async fn compare(
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Asked>,
    RawQuery(query): RawQuery,
) -> Answer {
    show(&app, asked, Page::Compare, query, |analysis, frame| {
        let Some(figures) = Comparison::compute(analysis) else {
            return views::no_groups();
        };
        let cards = cards(analysis, &figures);
        let measures = charts::difference_table(&figures);
        let forms = GroupForms::new(analysis, &figures.chosen);
        views::compare(frame, &figures, &cards, &measures, &forms)
    })
}

/// The page's charts; none where no two groups can be formed.
pub(in crate::server) fn compare_cards(analysis: &Analysis<'_>) -> Vec<Card> {
    let figures = Comparison::compute(analysis);
    figures.map_or_else(Vec::new, |figures| cards(analysis, &figures))
}

fn cards(analysis: &Analysis<'_>, figures: &Comparison) -> Vec<Card> {
    let outcome = analysis.outcome_name();
    vec![
        charts::means(figures, outcome),
        charts::distributions(figures, outcome),
        charts::contrasts(figures),
    ]
}

pub(in crate::server) async fn compare_csv(
    Extension(asked): Extension<Asked>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    csv(&asked, Page::Compare, &file, query, compare_cards)
}
