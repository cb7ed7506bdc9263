//! A dashboard on a given table, asked without a network.

// Each test file uses a part of it.
#![allow(dead_code, clippy::expect_used)]

pub(crate) mod uploads;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use student_analytics::dataset::{Dataset, read};
use student_analytics::privacy::MinGroup;
use student_analytics::server::{Access, App, Current, Loaded, router};
use student_analytics::views::{About, Stay};
use tower::ServiceExt;

/// Every chart whose figures can be downloaded, by its page and id.
pub(crate) const CHARTS: [&str; 26] = [
    "performance/histogram",
    "performance/bands",
    "performance/average",
    "performance/boxes",
    "factors/correlation",
    "factors/scatter",
    "factors/variance",
    "factors/coefficients",
    "factors/partial",
    "factors/residuals",
    "factors/influence",
    "factors/tests",
    "relationships/relation",
    "relationships/matrix",
    "explore/missing",
    "explore/matrix",
    "explore/scatters",
    "explore/boxes",
    "explore/counts",
    "explore/pairs",
    "explore/outliers",
    "explore/outlying",
    "explore/histogram",
    "compare/means",
    "compare/distributions",
    "compare/contrasts",
];

/// A dashboard on the dataset that asks for no password.
pub(crate) fn dashboard(dataset: Dataset) -> Router {
    guarded(dataset, None)
}

/// A dashboard on the dataset, loaded at a fixed time.
pub(crate) fn guarded(dataset: Dataset, access: Option<Arc<Access>>) -> Router {
    let app = App::new(current(dataset), None).expect("the metrics have valid names");
    router(app, access)
}

/// A dashboard that withholds groups of fewer students.
pub(crate) fn withholding(dataset: Dataset, min_group: usize) -> Router {
    let app = App::withholding(current(dataset), None, MinGroup::new(min_group));
    router(app.expect("the metrics have valid names"), None)
}

/// The dataset as it is served.
fn current(dataset: Dataset) -> Arc<Current> {
    let about = About {
        name: dataset.name().to_owned(),
        rows: dataset.rows(),
        origin: "a test".to_owned(),
        loaded: "2026-01-31 12:00 UTC".to_owned(),
        stay: Stay::Fixed,
    };
    Arc::new(Current::of(Loaded::new(dataset, about)))
}

/// A dashboard on a CSV text whose outcome is `Exam_Score`.
pub(crate) fn dashboard_on(csv: &str) -> Router {
    let dataset = read("fixture.csv".to_owned(), csv.as_bytes(), "Exam_Score");
    dashboard(dataset.expect("the fixture is a table"))
}

/// What the dashboard answers.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// Asks for an address.
pub(crate) async fn get(dashboard: &Router, address: &str) -> Answer {
    send(
        dashboard,
        Request::get(address).body(Body::empty()).expect(address),
    )
    .await
}

/// Sends a request.
pub(crate) async fn send(dashboard: &Router, request: Request<Body>) -> Answer {
    let response = dashboard
        .clone()
        .oneshot(request)
        .await
        .expect("infallible");
    let (head, body) = response.into_parts();
    let body = body
        .collect()
        .await
        .expect("the body is in memory")
        .to_bytes();
    Answer {
        status: head.status,
        headers: head.headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

/// What stands between the two, the first time.
pub(crate) fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    let rest = &text[text.find(start)? + start.len()..];
    Some(&rest[..rest.find(end)?])
}
