//! The routes, and what every response carries. Handlers only pass values on: from an address to
//! a request, from figures to views.

mod access;
mod asset;
mod compute;
mod connection;
mod headers;
mod limits;
mod metrics;
mod observe;
mod origin;
mod pages;
mod problem;
mod request_id;
mod stop;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response_with_state};
use axum::routing::get;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

pub use access::{Access, AccessError, KeyError, PasswordError, hash_password};
pub use stop::{Signals, serve};

use crate::dataset::Dataset;
use crate::figures::Baseline;
use crate::views::{About, Page};
use compute::Queue;
use metrics::Metrics;
use stop::Stopping;

/// What the handlers share: one dataset, what is known of it without filters, and how the process
/// does.
#[derive(Debug)]
pub struct App {
    dataset: Dataset,
    baseline: Baseline,
    about: About,
    metrics: Metrics,
    queue: Queue,
    stopping: Stopping,
}

impl App {
    /// Prepares a dataset for being served. Fails only if the program's metrics have names that
    /// Prometheus does not allow.
    pub fn new(dataset: Dataset, about: About) -> Result<Arc<Self>, prometheus::Error> {
        let baseline = Baseline::new(&dataset);
        Ok(Arc::new(Self {
            metrics: Metrics::new(dataset.rows())?,
            dataset,
            baseline,
            about,
            queue: Queue::new(),
            stopping: Stopping::default(),
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
        .layer(from_fn(limits::keep))
        .layer(CatchPanicLayer::custom(problem::after_panic))
        .layer(compression())
        .layer(SetResponseHeaderLayer::if_not_present(
            headers::CACHE_CONTROL.0,
            headers::CACHE_CONTROL.1,
        ))
        .layer(from_fn(headers::secure))
        .layer(map_response_with_state(Arc::clone(&app), stop::move_on))
        .layer(from_fn_with_state(Arc::clone(&app), observe::observe))
        .with_state(app)
}

fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .merge(pages(app))
        .route("/", get(pages::start))
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
        .route("/stats.json", get(pages::stats))
        .route_layer(compression())
        .route_layer(from_fn_with_state(Arc::clone(app), compute::compute))
}

/// Compression on the fly, fast rather than small: a page is made for one filter and seldom asked
/// for twice.
fn compression() -> CompressionLayer {
    CompressionLayer::new().quality(CompressionLevel::Precise(4))
}
