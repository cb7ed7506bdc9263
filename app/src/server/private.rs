//! The same addresses in privacy mode. What these handlers get is a dataset that keeps its rows to itself:
//! the middleware puts no other one into a request, so a page that is not made for this mode has nothing to show.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, Request as HttpRequest, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::access::LoggedIn;
use super::data::asked::{self, Asked};
use super::data::source::readable;
use super::export::file_stem;
use super::problem::{self, Failure};
use super::report::{Finished, ReportError};
use super::{App, Loaded, compress, compression, compute, kept};
use crate::charts::Card;
use crate::export::Format;
use crate::filter::Request;
use crate::privacy::{MinGroup, Protected, Release, Subject};
use crate::views::{
    self, About, Frame, GroupForms, Page, Part, REPORT, Report, Stay, page as document,
    withheld_panel,
};

type Answer = Result<Response, Failure>;

/// The dataset that a request is about, without a way to its rows.
#[derive(Clone)]
pub(super) struct Guarded {
    loaded: Arc<Loaded>,
    least: MinGroup,
    about: About,
    logged_in: bool,
}

impl Guarded {
    fn protected(&self) -> &Protected {
        self.loaded.protected(self.least)
    }
}

/// The pages that show figures, each with its charts' figures as files.
pub(super) fn pages(app: &Arc<App>, least: MinGroup) -> Router<Arc<App>> {
    let mut routes = Router::new();
    for page in Page::ALL {
        routes = routes
            .route(
                page.path(),
                get(move |app, asked, query| show(page, app, asked, query)),
            )
            .route(
                &format!("{}/{{chart}}", page.path()),
                get(move |asked, chart, query| csv(page, asked, chart, query)),
            );
    }
    routes
        .route("/stats.json", get(stats))
        .route_layer(from_fn(compress::page))
        .route_layer(compression())
        .route_layer(from_fn_with_state(Arc::clone(app), compute::compute))
        .route_layer(from_fn_with_state(Arc::clone(app), keep))
        .route_layer(from_fn_with_state((Arc::clone(app), least), find))
}

/// The report, which says when it was made.
pub(super) fn reports(app: &Arc<App>, least: MinGroup) -> Router<Arc<App>> {
    Router::new()
        .route(REPORT, get(report))
        .route_layer(from_fn(compress::page))
        .route_layer(compression())
        .route_layer(from_fn_with_state(Arc::clone(app), compute::compute))
        .route_layer(from_fn_with_state((Arc::clone(app), least), find))
}

/// What shows rows, or columns as their file has them.
pub(super) fn rows() -> Router<Arc<App>> {
    let refused = || get(refuse);
    Router::new()
        .route(Format::Csv.path(), refused())
        .route(Format::Json.path(), refused())
        .route(Format::Parquet.path(), refused())
        .route(super::mapping::ROUTE, refused().post(refuse))
}

async fn refuse() -> Response {
    problem::refused(
        StatusCode::FORBIDDEN,
        "Rows are not shown in privacy mode",
        "This server shows figures of groups and nothing of single students, so it gives no rows and no \
         columns as files have them. The guide says more at /guide/privacy.",
    )
}

/// Finds the dataset and takes its rows out of sight.
async fn find(
    State((app, least)): State<(Arc<App>, MinGroup)>,
    mut request: HttpRequest,
    next: Next,
) -> Result<Response, Failure> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let guarded = request.extensions().get::<LoggedIn>().is_some();
    let Asked {
        loaded,
        mut about,
        guarded,
    } = asked::named(&app, &query, guarded)
        .await
        .map_err(Failure::without_cells)?;
    // What is wrong with a newer file is said with cells of it.
    if let Stay::Watched {
        fault: Some(fault), ..
    } = &mut about.stay
    {
        "what is wrong with it is not told in privacy mode".clone_into(fault);
    }
    let rows = compute::Rows(loaded.dataset.rows());
    request.extensions_mut().insert(rows);
    request.extensions_mut().insert(Guarded {
        loaded,
        least,
        about,
        logged_in: guarded,
    });
    Ok(next.run(request).await)
}

/// Answers with what is kept. Only queries that this mode understands have a key, and what is kept
/// has passed the gate.
async fn keep(
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Guarded>,
    request: HttpRequest,
    next: Next,
) -> Response {
    let basis = kept::Basis {
        loaded: &asked.loaded,
        about: &asked.about,
        guarded: asked.logged_in,
        least: Some(asked.least),
    };
    let key = kept::Key::of(&basis, &request, |path, query| {
        let protected = asked.protected();
        let (request, from_form) = protected.understand(query).ok()?;
        (!from_form).then(|| request.href(path, protected.columns()))
    });
    kept::answer(&app, key, request, next).await
}

fn subject(page: Page) -> Subject {
    match page {
        Page::Overview => Subject::Overview,
        Page::Performance => Subject::Performance,
        Page::Factors => Subject::Factors,
        Page::Relationships => Subject::Relationships,
        Page::Explore => Subject::Explore,
        Page::Compare => Subject::Compare,
    }
}

fn understand(
    protected: &Protected,
    page: Page,
    query: Option<String>,
) -> Result<(Request, bool), Failure> {
    let understood = protected.understand(&query.unwrap_or_default());
    understood.map_err(|problems| Failure::Query {
        back: Request::default().href(page.path(), protected.columns()),
        problems,
    })
}

async fn show(
    page: Page,
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Guarded>,
    RawQuery(query): RawQuery,
) -> Answer {
    let protected = asked.protected();
    let (request, from_form) = understand(protected, page, query)?;
    if from_form {
        let canonical = request.href(page.path(), protected.columns());
        return Ok(Redirect::to(&canonical).into_response());
    }
    let release = protected.release(&request, &[subject(page)]);
    let surroundings = protected.surroundings(&request);
    let limit = app.uploads.as_ref().map(|uploads| uploads.most());
    let frame = Frame::protected(
        page,
        asked.about.clone(),
        &surroundings,
        protected,
        &release,
    )
    .with_uploads(limit)
    .with_logout(asked.logged_in);
    let groups = &request.choices.groups;
    let forms = (page == Page::Compare).then(|| GroupForms::new(&surroundings, groups));
    let content = views::protected(&frame, &release, forms.as_ref());
    Ok(document(&frame, &content).into_response())
}

async fn csv(
    page: Page,
    Extension(asked): Extension<Guarded>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let protected = asked.protected();
    let (request, _) = understand(protected, page, query)?;
    let release = protected.release(&request, &[subject(page)]);
    let id = file.strip_suffix(".csv").ok_or(Failure::NoChart)?;
    let mut cards = release.subjects.into_iter().flatten();
    let card = cards.find(|card| card.id == id).ok_or(Failure::NoChart)?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{id}.csv\""),
        ),
    ];
    Ok((headers, card.csv()).into_response())
}

async fn stats(Extension(asked): Extension<Guarded>, RawQuery(query): RawQuery) -> Answer {
    let protected = asked.protected();
    let request = match protected.understand(&query.unwrap_or_default()) {
        Ok((request, _)) => request,
        Err(problems) => return Ok(problem::json(&problems)),
    };
    let release = protected.release(&request, &Page::ALL.map(subject));
    Ok(Json(figures(protected, &release)).into_response())
}

/// Every card's figures; null with the reason where they are withheld.
fn figures(protected: &Protected, release: &Release) -> Value {
    let figure = |card: &Card| match card.table.rows.is_empty() {
        true => json!({ "rows": null, "withheld": card.finding }),
        false => json!({ "header": card.table.header, "rows": card.table.to_json() }),
    };
    let cards = release.subjects.iter().flatten();
    let all: serde_json::Map<String, Value> = cards
        .map(|card| (card.id.to_owned(), figure(card)))
        .collect();
    json!({
        "min_group": protected.least().get(),
        "students": release.students,
        "withheld": release.withheld,
        "figures": all,
    })
}

async fn report(Extension(asked): Extension<Guarded>, RawQuery(query): RawQuery) -> Answer {
    let protected = asked.protected();
    let (request, from_form) = understand(protected, Page::Overview, query)?;
    if from_form {
        let canonical = request.href(REPORT, protected.columns());
        return Ok(Redirect::to(&canonical).into_response());
    }
    let about = asked.about.clone();
    let finished = assemble(protected, about, &request, Timestamp::now(), |_| ());
    let stem = file_stem(protected.columns().name(), !request.filters.is_empty());
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{stem}-report.html\""),
        ),
    ];
    Ok((headers, finished.html).into_response())
}

/// The report on what `query` asks for; see [`super::write_report`].
pub(super) fn write_report(
    loaded: &Loaded,
    least: MinGroup,
    query: &str,
    written: Timestamp,
    begun: impl FnMut(Page),
) -> Result<Finished, ReportError> {
    let protected = loaded.protected(least);
    let (request, _) = protected.understand(query).map_err(ReportError::Query)?;
    let about = loaded.about.clone();
    Ok(assemble(protected, about, &request, written, begun))
}

fn assemble(
    protected: &Protected,
    about: About,
    request: &Request,
    written: Timestamp,
    mut begun: impl FnMut(Page),
) -> Finished {
    Page::ALL.into_iter().for_each(&mut begun);
    let release = protected.release(request, &Page::ALL.map(subject));
    let surroundings = protected.surroundings(request);
    let frame = Frame::protected(Page::Overview, about, &surroundings, protected, &release);
    let mut panels: Vec<_> = withheld_panel(&release).into_iter().collect();
    let mut subjects = release.subjects.clone().into_iter();
    let parts = Page::ALL.map(|page| {
        Part::new(
            page,
            std::mem::take(&mut panels),
            subjects.next().unwrap_or_default(),
        )
    });
    let report = Report {
        written: readable(written),
        query: request.to_query(protected.columns()),
        missing: "students who lack a value are left out of every figure".to_owned(),
        parts: parts.into(),
    };
    Finished {
        html: views::report(&frame, &report).into_string(),
        is_empty: release.is_empty,
        students: release.students,
    }
}
