//! `/metrics`: what a scraper reads after a table of requests, and who may not read it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use support::{dashboard_on, get};
use tower::ServiceExt;

const SMALL: &str = include_str!("fixtures/small.csv");

/// The samples by name and labels, each of a family that has help and a type.
async fn scrape(app: &Router) -> BTreeMap<String, f64> {
    let answer = get(app, "/metrics").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["content-type"], "text/plain; version=0.0.4");
    let mut types = Vec::new();
    let mut samples = BTreeMap::new();
    for line in answer.body.lines() {
        if let Some(family) = line.strip_prefix("# TYPE ") {
            types.push(family.split(' ').next().unwrap().to_owned());
        } else if !line.starts_with("# HELP ") {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with(types.last().unwrap()), "{line}");
            let earlier = samples.insert(name.to_owned(), value.parse().unwrap());
            assert_eq!(earlier, None, "{line}");
        }
    }
    samples
}

async fn ask(app: &Router, method: &str, address: &str) {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let request = Request::builder().method(method).uri(address);
    let request = request.body(Body::empty()).unwrap();
    app.clone().oneshot(request).await.unwrap();
}

#[tokio::test]
async fn requests_are_counted_by_route_method_and_status() {
    let app = dashboard_on(SMALL);
    for (method, address) in [
        ("GET", "/overview"),
        ("GET", "/overview?Gender=Female"),
        ("GET", "/overview?Nothing=1"),
        ("HEAD", "/overview"),
        ("POST", "/overview"),
        ("BREW", "/overview"),
        ("GET", "/performance/bands.csv"),
        ("GET", "/performance/nothing.csv"),
        ("GET", "/wp-login.php"),
        ("GET", "/etc/passwd"),
    ] {
        ask(&app, method, address).await;
    }
    let samples = scrape(&app).await;
    let counted: Vec<(&str, f64)> = samples
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("http_requests_total")?, *value)))
        .collect();
    let expected = [
        (r#"{method="GET",route="/overview",status="200"}"#, 2.0),
        (r#"{method="GET",route="/overview",status="400"}"#, 1.0),
        (
            r#"{method="GET",route="/performance/{chart}",status="200"}"#,
            1.0,
        ),
        (
            r#"{method="GET",route="/performance/{chart}",status="404"}"#,
            1.0,
        ),
        (r#"{method="GET",route="other",status="404"}"#, 2.0),
        (r#"{method="HEAD",route="/overview",status="200"}"#, 1.0),
        (r#"{method="POST",route="/overview",status="405"}"#, 1.0),
        (r#"{method="other",route="/overview",status="405"}"#, 1.0),
    ];
    assert_eq!(counted, expected);
}

#[tokio::test]
async fn times_process_and_dataset_are_measured() {
    let app = dashboard_on(SMALL);
    ask(&app, "GET", "/overview").await;
    let rows = f64::from(u32::try_from(SMALL.lines().count() - 1).unwrap());
    let samples = scrape(&app).await;
    let cases = [
        (
            r#"http_request_duration_seconds_count{route="/overview"}"#,
            1.0,
            1.0,
        ),
        (
            r#"http_request_duration_seconds_bucket{route="/overview",le="+Inf"}"#,
            1.0,
            1.0,
        ),
        (
            r#"http_request_duration_seconds_sum{route="/overview"}"#,
            1e-6,
            60.0,
        ),
        // The scrape itself.
        ("http_requests_in_flight", 1.0, 1.0),
        ("student_analytics_dataset_rows", rows, rows),
        ("student_analytics_pages_waiting", 0.0, 0.0),
        ("student_analytics_pages_shed_total", 0.0, 0.0),
        ("student_analytics_dataset_age_seconds", 1e-9, 3600.0),
        ("process_cpu_seconds_total", 1e-6, 3600.0),
        ("process_start_time_seconds", 1.7e9, 1e11),
        #[cfg(target_os = "linux")]
        ("process_resident_memory_bytes", 1e6, 1e10),
        #[cfg(target_os = "linux")]
        ("process_open_fds", 3.0, 1e6),
    ];
    for (name, least, most) in cases {
        let value = samples.get(name).unwrap_or_else(|| panic!("no {name}"));
        assert!((least..=most).contains(value), "{name} {value}");
    }
    let again = scrape(&app).await;
    assert_eq!(again["http_requests_in_flight"], 1.0);
    assert!(again["process_cpu_seconds_total"] >= samples["process_cpu_seconds_total"]);
}

#[tokio::test]
async fn nobody_reads_them_through_a_proxy() {
    for (name, status) in [
        ("X-Forwarded-For", StatusCode::NOT_FOUND),
        ("Forwarded", StatusCode::NOT_FOUND),
        ("X-Amzn-Trace-Id", StatusCode::NOT_FOUND),
        ("X-Request-Id", StatusCode::OK),
    ] {
        let request = Request::get("/metrics").header(name, "203.0.113.7");
        let request = request.body(Body::empty()).unwrap();
        let response = dashboard_on(SMALL).oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{name}");
        assert!(!response.headers()["x-request-id"].is_empty());
    }
}
