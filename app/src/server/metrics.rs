//! `/metrics`, in Prometheus' text format: requests, the process and the dataset.
//!
//! Labels come from closed sets, route templates and known methods, so that no client can make more
//! series, and nothing from the dataset is in them.
//!
//! **Who may read it**: whoever reaches the port directly. Through a load balancer everything on the
//! port is public, so a request that came through a proxy is told that there is nothing: AWS's load
//! balancer adds `X-Forwarded-For` and `X-Amzn-Trace-Id` to each request, and no client can take
//! them away. A scraper asks the instances by their own addresses.

mod dataset;
mod process;

use std::sync::Arc;
use std::time::Duration;

use axum::extract;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus::{
    HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, Result, TEXT_FORMAT,
    TextEncoder,
};
use tracing::error;

use super::compute::Gauges;
use super::{App, problem, request_id};

/// Upper bounds of the times to answer, in seconds: a page takes milliseconds.
const BUCKETS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];

/// What a request carries that came through a proxy.
const PROXIED: [HeaderName; 3] = [
    header::FORWARDED,
    HeaderName::from_static("x-forwarded-for"),
    request_id::X_AMZN_TRACE_ID,
];

/// What the process counts of itself.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    in_flight: IntGauge,
    queue: Gauges,
}

impl Metrics {
    /// Counts from now on. Fails only for names that the format does not allow.
    pub(super) fn new() -> Result<Self> {
        let requests = IntCounterVec::new(
            Opts::new("http_requests_total", "Requests that were answered."),
            &["route", "method", "status"],
        )?;
        let seconds = HistogramVec::new(
            HistogramOpts::new(
                "http_request_duration_seconds",
                "Time from a request's arrival until its answer was handed over.",
            )
            .buckets(BUCKETS.to_vec()),
            &["route"],
        )?;
        let in_flight = IntGauge::new("http_requests_in_flight", "Requests being answered.")?;
        let queue = Gauges::new()?;
        let registry = Registry::new();
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        registry.register(Box::new(in_flight.clone()))?;
        registry.register(Box::new(queue.waiting.clone()))?;
        registry.register(Box::new(queue.shed.clone()))?;
        registry.register(Box::new(process::start_time()?))?;
        Ok(Self {
            registry,
            requests,
            seconds,
            in_flight,
            queue,
        })
    }

    /// What is counted of the pages' queue.
    pub(super) fn queue(&self) -> &Gauges {
        &self.queue
    }

    /// A request arrived.
    pub(super) fn begin(&self) {
        self.in_flight.inc();
    }

    /// A request is over.
    pub(super) fn end(&self, route: &str, method: &str, status: &str, took: Duration) {
        self.in_flight.dec();
        let labels = [route, method, status];
        self.requests.with_label_values(&labels).inc();
        let seconds = self.seconds.with_label_values(&[route]);
        seconds.observe(took.as_secs_f64());
    }

    fn text(&self, app: &App) -> Result<String> {
        let current = app.current.state();
        let mut families = self.registry.gather();
        families.extend(dataset::now(&current, app.min_group.is_some())?);
        families.extend(dataset::kept(&app.kept)?);
        if let Some(uploads) = app.uploads.as_deref() {
            families.extend(dataset::uploads(uploads)?);
        }
        families.extend(process::now()?);
        TextEncoder::new().encode_to_string(&families)
    }
}

/// What the process counted, for those who ask it directly.
pub(super) async fn show(
    extract::State(app): extract::State<Arc<App>>,
    headers: HeaderMap,
) -> Response {
    if PROXIED.iter().any(|name| headers.contains_key(name)) {
        return problem::not_found().await;
    }
    match app.metrics.text(&app) {
        Ok(text) => ([(header::CONTENT_TYPE, TEXT_FORMAT)], text).into_response(),
        Err(error) => {
            error!(%error, "the metrics cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
