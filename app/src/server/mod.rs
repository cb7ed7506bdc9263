//! The routes, and what every response carries. Handlers only pass values on: from an address to
//! a request, from figures to views.

mod asset;
mod headers;
mod pages;
mod problem;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::dataset::Dataset;
use crate::figures::Baseline;
use crate::views::{About, Page};

/// What the handlers share: one dataset and what is known of it without filters.
#[derive(Debug)]
pub struct App {
    dataset: Dataset,
    baseline: Baseline,
    about: About,
}

impl App {
    /// Prepares a dataset for being served.
    pub fn new(dataset: Dataset, about: About) -> Arc<Self> {
        let baseline = Baseline::new(&dataset);
        Arc::new(Self {
            dataset,
            baseline,
            about,
        })
    }
}

/// Every route of the dashboard.
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
        .route("/assets/{name}", get(asset::serve))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(|| async { "ready\n" }))
        .fallback(problem::not_found)
        .layer(compression())
        .layer(SetResponseHeaderLayer::if_not_present(
            headers::CACHE_CONTROL.0,
            headers::CACHE_CONTROL.1,
        ))
        .layer(axum::middleware::map_response(headers::secure))
        .with_state(app)
}

/// Compression on the fly, fast rather than small: a page is made for one filter and seldom asked
/// for twice.
fn compression() -> CompressionLayer {
    CompressionLayer::new().quality(CompressionLevel::Precise(4))
}
