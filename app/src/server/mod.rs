//! The routes, and what every response carries. Handlers only pass values on: from an address to
//! a request, from figures to views.

mod access;
mod asset;
mod compress;
mod compute;
mod connection;
mod data;
mod export;
mod headers;
mod kept;
mod limits;
mod metrics;
mod observe;
mod origin;
mod pages;
mod private;
mod problem;
mod report;
mod request_id;
mod stop;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state, map_response_with_state};
use axum::routing::{MethodRouter, get, post};
use tokio::sync::Semaphore;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::set_header::SetResponseHeaderLayer;

pub use access::{Access, AccessError, KeyError, PasswordError, hash_password};
pub use data::Loaded;
pub use data::current::Current;
pub use data::source::{LoadError, Source};
pub use data::uploads::{Limits, Uploads};
pub use data::watch::keep;
pub use report::{Finished, ReportError, write_report};
pub use stop::{Signals, serve};

use crate::export::Format;
use crate::privacy::MinGroup;
use crate::views::{GUIDE, Page, REPORT};
use compute::{Queue, Threads};
use data::{asked, events, mapping, receive};
use kept::Kept;
use metrics::Metrics;
use stop::Stopping;

/// What the handlers share: the default dataset, the uploaded ones unless uploads are off, and how the
/// process does.
#[derive(Debug)]
pub struct App {
    current: Arc<Current>,
    uploads: Option<Arc<Uploads>>,
    streams: Arc<Semaphore>,
    receiving: Semaphore,
    metrics: Metrics,
    queue: Queue,
    threads: Threads,
    kept: Kept,
    stopping: Stopping,
    min_group: Option<MinGroup>,
}

impl App {
    /// Serves these datasets. Fails only if the program's metrics have names that Prometheus does
    /// not allow.
    pub fn new(
        current: Arc<Current>,
        uploads: Option<Arc<Uploads>>,
    ) -> Result<Arc<Self>, prometheus::Error> {
        Self::withholding(current, uploads, None)
    }

    /// Serves no figure of fewer students than that, whatever the dataset. Fails as [`Self::new`].
    pub fn withholding(
        current: Arc<Current>,
        uploads: Option<Arc<Uploads>>,
        min_group: Option<MinGroup>,
    ) -> Result<Arc<Self>, prometheus::Error> {
        Ok(Arc::new(Self {
            current,
            uploads,
            streams: Arc::new(Semaphore::new(events::MOST)),
            receiving: Semaphore::new(receive::MOST),
            metrics: Metrics::new()?,
            queue: Queue::new(),
            threads: Threads::new(),
            kept: Kept::new(),
            stopping: Stopping::default(),
            min_group,
        }))
    }
}

/// Every route of the dashboard, and what every request passes, innermost first. With access
/// control only who has logged in gets further than to the health checks.
pub fn router(app: Arc<App>, access: Option<Arc<Access>>) -> Router {
    let routes = routes(&app);
    let routes = match access {
        Some(access) => access::protect(routes, access),
        None => routes,
    };
    routes
        .layer(from_fn(origin::own))
        .layer(from_fn_with_state(Arc::clone(&app), limits::keep))
        .layer(CatchPanicLayer::custom(problem::after_panic))
        .layer(compression())
        .layer(SetResponseHeaderLayer::if_not_present(
            headers::CACHE_CONTROL.0,
            headers::CACHE_CONTROL.1,
        ))
        .layer(from_fn(asked::unkept))
        .layer(from_fn(headers::secure))
        .layer(map_response_with_state(Arc::clone(&app), stop::move_on))
        .layer(from_fn_with_state(Arc::clone(&app), observe::observe))
        .with_state(app)
}

fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    let of_datasets = match app.min_group {
        None => Router::new()
            .merge(pages(app))
            .merge(reports(app))
            .merge(exports(app))
            .merge(mapping_form(app)),
        Some(least) => private::pages(app, least)
            .merge(private::reports(app, least))
            .merge(private::rows()),
    };
    of_datasets
        .route("/", get(pages::start))
        .route(receive::ROUTE, upload())
        .route("/datasets/{id}/delete", post(receive::delete))
        .route(GUIDE, get(pages::guide))
        .route("/guide/{topic}", get(pages::guide_topic))
        .route("/events", get(events::stream))
        .route("/assets/{name}", get(asset::serve))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(stop::ready))
        .route("/metrics", get(metrics::show))
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::wrong_method)
}

/// What is computed and compressed when it is its turn.
fn pages(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route(Page::Overview.path(), get(pages::overview))
        .route(Page::Performance.path(), get(pages::performance))
        .route("/performance/{chart}", get(pages::performance_csv))
        .route(Page::Factors.path(), get(pages::factors))
        .route("/factors/{chart}", get(pages::factors_csv))
        .route(Page::Relationships.path(), get(pages::relationships))
        .route("/relationships/{chart}", get(pages::relationships_csv))
        .route(Page::Explore.path(), get(pages::explore))
        .route("/explore/{chart}", get(pages::explore_csv))
        .route(Page::Compare.path(), get(pages::compare))
        .route("/compare/{chart}", get(pages::compare_csv))
        .route("/stats.json", get(pages::stats))
        .route_layer(from_fn(compress::page))
        .route_layer(compression())
        .route_layer(from_fn_with_state(Arc::clone(app), compute::compute))
        // What is kept needs no core either.
        .route_layer(from_fn_with_state(Arc::clone(app), kept::keep))
        // To wait for the store needs no core, so it comes before the wait for one.
        .route_layer(from_fn_with_state(Arc::clone(app), asked::find))
}

/// The report, which says when it was made.
fn reports(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route(REPORT, get(report::show))
        .route_layer(from_fn(compress::page))
        .route_layer(compression())
        .route_layer(from_fn_with_state(Arc::clone(app), compute::compute))
        .route_layer(from_fn_with_state(Arc::clone(app), asked::find))
}

/// Rows as files. Those of text are compressed as they go; Parquet is already.
fn exports(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route(Format::Csv.path(), get(export::csv))
        .route(Format::Json.path(), get(export::json))
        .route_layer(compression())
        .route(Format::Parquet.path(), get(export::parquet))
        .route_layer(from_fn_with_state(Arc::clone(app), asked::find))
}

/// The form for an upload's columns, which may be as large as a page.
fn mapping_form(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route(mapping::ROUTE, get(mapping::show))
        .route_layer(from_fn(compress::page))
        .route_layer(compression())
        .route_layer(from_fn_with_state(Arc::clone(app), compute::compute))
        .route_layer(from_fn_with_state(Arc::clone(app), asked::find_by_path))
        .route(mapping::ROUTE, post(mapping::save))
}

/// Takes files, of which [`limits`] knows the size.
fn upload() -> MethodRouter<Arc<App>> {
    post(receive::receive).layer(DefaultBodyLimit::disable())
}

/// Compression with gzip as it goes, of what [`compress`] leaves: fast rather than small too.
fn compression() -> CompressionLayer<impl Predicate> {
    let worth_it =
        DefaultPredicate::new().and(NotForContentType::new(Format::Parquet.media_type()));
    CompressionLayer::new()
        .quality(CompressionLevel::Precise(4))
        .compress_when(worth_it)
}
