//! One handler a page: the address is understood, the figures are computed, the view shows them.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Json};
use maud::Markup;

use super::data::asked::Asked;
use super::problem::{self, Failure};
use super::{App, Loaded};
use crate::charts::{self, Card};
use crate::dataset::ColumnId;
use crate::figures::{Analysis, Explore, Overview, Performance, Relationships, stats_json};
use crate::filter::Request;
use crate::views::{self, Frame, Page, RelationChoices, page};

mod compare;
mod factors;
mod links;

pub(super) use compare::{compare, compare_cards, compare_csv};
pub(super) use factors::{all_cards, factors, factors_csv, single_cards, words};

pub(super) type Answer = Result<Response, Failure>;

/// Understands the address, redirects what a form sent, and lets `content` make the page.
fn show(
    app: &App,
    asked: Asked,
    shown: Page,
    query: Option<String>,
    content: impl Fn(&Analysis<'_>, &Frame) -> Markup,
) -> Answer {
    let Asked {
        loaded,
        about,
        guarded,
    } = asked;
    let (request, from_form) = understand(&loaded, shown, query)?;
    if from_form {
        let canonical = request.href(shown.path(), &loaded.dataset);
        return Ok(Redirect::to(&canonical).into_response());
    }
    let analysis = Analysis::new(&loaded.dataset, &loaded.baseline, &request);
    let limit = app.uploads.as_ref().map(|uploads| uploads.most());
    let frame = Frame::new(shown, about, &analysis)
        .with_uploads(limit)
        .with_logout(guarded);
    Ok(page(&frame, &content(&analysis, &frame)).into_response())
}

pub(super) fn understand(
    loaded: &Loaded,
    page: Page,
    query: Option<String>,
) -> Result<(Request, bool), Failure> {
    let dataset = &loaded.dataset;
    Request::parse(&query.unwrap_or_default(), dataset).map_err(|problems| Failure::Query {
        back: Request::default().href(page.path(), dataset),
        problems,
    })
}

/// The first page, with whatever the address says.
pub(super) async fn start(RawQuery(query): RawQuery) -> Redirect {
    let path = Page::Overview.path();
    match query {
        Some(query) => Redirect::temporary(&format!("{path}?{query}")),
        None => Redirect::temporary(path),
    }
}

pub(super) async fn overview(
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Asked>,
    RawQuery(query): RawQuery,
) -> Answer {
    show(&app, asked, Page::Overview, query, |analysis, frame| {
        let figures = Overview::compute(analysis);
        views::overview(frame, &figures, analysis.dataset.columns())
    })
}

pub(super) async fn performance(
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Asked>,
    RawQuery(query): RawQuery,
) -> Answer {
    show(&app, asked, Page::Performance, query, |analysis, frame| {
        let figures = Performance::compute(analysis);
        let cards = performance_cards(analysis, &figures);
        let factors = names(analysis, analysis.dataset.factor_ids());
        views::performance(frame, &figures, &cards, &factors)
    })
}

pub(super) fn performance_cards(analysis: &Analysis<'_>, figures: &Performance) -> Vec<Card> {
    let outcome = analysis.outcome_name();
    let path = Page::Performance.path();
    let mut cards = vec![charts::histogram(figures, outcome)];
    if let Some(counts) = &figures.bands {
        cards.push(charts::bands(counts, links::bands(analysis, path)));
    }
    if let Some(average) = &figures.average {
        let clicks = links::levels(analysis, average.factor, path);
        cards.push(charts::average(average, outcome, clicks));
    }
    if let Some(boxes) = &figures.boxes {
        let clicks = links::levels(analysis, boxes.factor, path);
        cards.push(charts::boxes(boxes, outcome, clicks));
    }
    cards
}

pub(super) async fn relationships(
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Asked>,
    RawQuery(query): RawQuery,
) -> Answer {
    show(
        &app,
        asked,
        Page::Relationships,
        query,
        |analysis, frame| {
            let figures = Relationships::compute(analysis);
            let pairs = charts::strong_pairs(&figures);
            let cards = relationship_cards(&figures, &pairs.0);
            let options = RelationChoices {
                numeric: names(analysis, analysis.dataset.numeric_ids()),
                categorical: names(analysis, analysis.dataset.factor_ids()),
            };
            views::relationships(frame, &figures, &cards, &pairs, &options)
        },
    )
}

pub(super) fn relationship_cards(figures: &Relationships, finding: &str) -> Vec<Card> {
    let mut cards = Vec::new();
    if let Some(scatter) = &figures.scatter {
        cards.push(charts::relation_scatter(scatter));
    }
    cards.push(charts::matrix(&figures.matrix, finding));
    cards
}

pub(super) async fn guide() -> Markup {
    views::guide()
}

pub(super) async fn guide_topic(Path(topic): Path<String>) -> Answer {
    let page = views::guide_topic(&topic).ok_or(Failure::NoTopic)?;
    Ok(page.into_response())
}

fn names(analysis: &Analysis<'_>, ids: Vec<ColumnId>) -> Vec<String> {
    let name = |id| analysis.dataset.column(id).name.clone();
    ids.into_iter().map(name).collect()
}

/// The figures of one chart of a page, as a file to download.
fn csv(
    asked: &Asked,
    page: Page,
    file: &str,
    query: Option<String>,
    cards: impl Fn(&Analysis<'_>) -> Vec<Card>,
) -> Answer {
    let loaded = &asked.loaded;
    let (request, _) = understand(loaded, page, query)?;
    let analysis = Analysis::new(&loaded.dataset, &loaded.baseline, &request);
    let id = file.strip_suffix(".csv").ok_or(Failure::NoChart)?;
    let card = cards(&analysis)
        .into_iter()
        .find(|card| card.id == id)
        .ok_or(Failure::NoChart)?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{id}.csv\""),
        ),
    ];
    Ok((headers, card.csv()).into_response())
}

pub(super) async fn performance_csv(
    Extension(asked): Extension<Asked>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    csv(&asked, Page::Performance, &file, query, |analysis| {
        performance_cards(analysis, &Performance::compute(analysis))
    })
}

pub(super) async fn relationships_csv(
    Extension(asked): Extension<Asked>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    csv(&asked, Page::Relationships, &file, query, |analysis| {
        let figures = Relationships::compute(analysis);
        let (finding, _) = charts::strong_pairs(&figures);
        relationship_cards(&figures, &finding)
    })
}

pub(super) async fn explore(
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Asked>,
    RawQuery(query): RawQuery,
) -> Answer {
    show(&app, asked, Page::Explore, query, |analysis, frame| {
        let figures = Explore::compute(analysis);
        let outlying = charts::outlying(&figures.outliers);
        let cards = explore_cards(analysis, &figures, outlying);
        let factors = names(analysis, analysis.dataset.factor_ids());
        views::explore(frame, &figures, &cards, &factors)
    })
}

/// The steps of the page after its tables, with the list of outlying values that the answer needs.
pub(super) fn explore_cards(
    analysis: &Analysis<'_>,
    figures: &Explore,
    outlying: Card,
) -> Vec<Card> {
    let outcome = analysis.outcome_name();
    let (correlations, _) = charts::strong_pairs(&figures.relationships);
    let matrix = &figures.relationships.matrix;
    let clicks = || links::all_levels(analysis, Page::Explore.path());
    vec![
        charts::missing_map(&figures.missing),
        charts::matrix(matrix, &correlations),
        charts::scatters(&figures.scatters, figures.numeric_factors, outcome),
        charts::score_boxes(&figures.boxes, outcome, clicks()),
        charts::counts(&figures.factors, clicks()),
        charts::pair_plot(&figures.pairs, &figures.relationships),
        charts::outlier_boxes(&figures.outliers),
        outlying,
        charts::histogram(&figures.performance, outcome),
    ]
}

pub(super) async fn explore_csv(
    Extension(asked): Extension<Asked>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    csv(&asked, Page::Explore, &file, query, |analysis| {
        let figures = Explore::compute(analysis);
        let outlying = charts::outlying_in_full(&figures.outliers);
        explore_cards(analysis, &figures, outlying)
    })
}

pub(super) async fn stats(Extension(asked): Extension<Asked>, RawQuery(query): RawQuery) -> Answer {
    let loaded = asked.loaded;
    let request = match Request::parse(&query.unwrap_or_default(), &loaded.dataset) {
        Ok((request, _)) => request,
        Err(problems) => return Ok(problem::json(&problems)),
    };
    let analysis = Analysis::new(&loaded.dataset, &loaded.baseline, &request);
    Ok(Json(stats_json(&analysis)).into_response())
}
