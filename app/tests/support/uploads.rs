//! Dashboards that take uploads, and what a browser sends them.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use student_analytics::dataset::read;
use student_analytics::privacy::MinGroup;
use student_analytics::server::{App, Current, Limits, Loaded, Uploads, router};
use student_analytics::store::{Location, Store};
use student_analytics::views::{About, Stay};

use super::{Answer, send};

pub(crate) const SMALL: &str = include_str!("../fixtures/small.csv");

/// Limits that no test reaches unless it wants to.
pub(crate) const LIMITS: Limits = Limits {
    file: 1_000_000,
    cache: 10_000_000,
    lifetime: Duration::from_secs(3600),
};

/// A dashboard on the small table that takes uploads.
pub(crate) fn dashboard(store: &Store, limits: Limits) -> Router {
    withholding(store, limits, 0)
}

/// The same where groups of fewer students are withheld; 0 withholds nothing.
pub(crate) fn withholding(store: &Store, limits: Limits, min_group: usize) -> Router {
    let dataset = read("small.csv".to_owned(), SMALL.as_bytes(), "Exam_Score").unwrap();
    let about = About {
        name: "small.csv".to_owned(),
        rows: dataset.rows(),
        origin: "a test".to_owned(),
        loaded: "2026-01-31 12:00 UTC".to_owned(),
        stay: Stay::Fixed,
    };
    let current = Arc::new(Current::of(Loaded::new(dataset, about)));
    let uploads = Uploads::new(store.clone(), limits, "Exam_Score".to_owned());
    let least = MinGroup::new(min_group);
    let app = App::withholding(current, Some(Arc::new(uploads)), least);
    router(app.unwrap(), None)
}

/// A folder that no other test has; empty.
pub(crate) fn folder(name: &str) -> Location {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // Left by an earlier run.
    let _ = std::fs::remove_dir_all(&folder);
    Location::Local(folder)
}

/// One in memory, one in a folder.
pub(crate) fn stores(name: &str) -> [Store; 2] {
    [Store::memory(), Store::open(&folder(name)).unwrap()]
}

/// A form with a file, as a browser sends it.
pub(crate) fn form(field: &str, csv: &str) -> Request<Body> {
    let body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"f.csv\"\r\n\r\n{csv}\r\n--edge--\r\n"
    );
    let request = Request::post("/datasets");
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
    request.body(Body::from(body)).unwrap()
}

/// Sends a file.
pub(crate) async fn upload(app: &Router, csv: &str) -> Answer {
    send(app, form("file", csv)).await
}

/// Where an answer leads.
pub(crate) fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.headers[header::LOCATION]
        .to_str()
        .unwrap()
        .to_owned()
}

/// The address of the figures of an upload that was taken, confirmed or not.
pub(crate) fn address(answer: &Answer) -> String {
    let location = location(answer);
    let form = location.strip_prefix("/datasets/");
    match form.and_then(|rest| rest.strip_suffix("/mapping")) {
        Some(id) => format!("/overview?data={id}"),
        None => location,
    }
}

/// Nothing of it stays in a cache.
pub(crate) fn is_unkept(answer: &Answer) {
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
}
