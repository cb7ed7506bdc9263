//! The routes, and what every response carries. Handlers only pass values on: from an address to
//! a request, from figures to views.

mod asset;
mod data;
mod headers;
mod metrics;
mod observe;
mod pages;
mod problem;
mod request_id;
mod stop;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state, map_response, map_response_with_state};
use axum::routing::{get, post};
use tokio::sync::Semaphore;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

pub use data::Loaded;
pub use data::current::Current;
pub use data::source::{LoadError, Source};
pub use data::uploads::{Limits, Uploads};
pub use data::watch::keep;
pub use stop::{Signals, serve};

use crate::views::Page;
use data::{asked, events, receive};
use metrics::Metrics;
use stop::Stopping;

/// What the handlers share: the default dataset, the uploaded ones unless uploads are off, and how the
/// process does.
#[derive(Debug)]
pub struct App {
    current: Arc<Current>,
    uploads: Option<Arc<Uploads>>,
    streams: Arc<Semaphore>,
    metrics: Metrics,
    stopping: Stopping,
}

impl App {
    /// Serves these datasets. Fails only if the program's metrics have names that Prometheus does
    /// not allow.
    pub fn new(
        current: Arc<Current>,
        uploads: Option<Arc<Uploads>>,
    ) -> Result<Arc<Self>, prometheus::Error> {
        Ok(Arc::new(Self {
            current,
            uploads,
            streams: Arc::new(Semaphore::new(events::MOST)),
            metrics: Metrics::new()?,
            stopping: Stopping::default(),
        }))
    }
}

/// Every route of the dashboard, and what every request passes, innermost first.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(pages::start))
        .route(Page::Overview.path(), get(pages::overview))
        .route(Page::Performance.path(), get(pages::performance))
        .route("/performance/{chart}", get(pages::performance_csv))
        .route(Page::Factors.path(), get(pages::factors))
        .route("/factors/{chart}", get(pages::factors_csv))
        .route(Page::Relationships.path(), get(pages::relationships))
        .route("/relationships/{chart}", get(pages::relationships_csv))
        .route("/stats.json", get(pages::stats))
        .route("/datasets", post(receive::receive))
        .route("/datasets/{id}/delete", post(receive::delete))
        // The limit of a file is the upload's own.
        .layer(DefaultBodyLimit::disable())
        .route("/events", get(events::stream))
        .route("/assets/{name}", get(asset::serve))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(stop::ready))
        .route("/metrics", get(metrics::show))
        .fallback(problem::not_found)
        .layer(CatchPanicLayer::custom(problem::after_panic))
        .layer(compression())
        .layer(SetResponseHeaderLayer::if_not_present(
            headers::CACHE_CONTROL.0,
            headers::CACHE_CONTROL.1,
        ))
        .layer(from_fn(asked::unkept))
        .layer(map_response(headers::secure))
        .layer(map_response_with_state(Arc::clone(&app), stop::move_on))
        .layer(from_fn_with_state(Arc::clone(&app), observe::observe))
        .with_state(app)
}

/// Compression on the fly, fast rather than small: a page is made for one filter and seldom asked
/// for twice.
fn compression() -> CompressionLayer {
    CompressionLayer::new().quality(CompressionLevel::Precise(4))
}
