//! `/export.csv`, `/export.json`, `/export.parquet`: the rows that meet the filters, as a file.
//!
//! A file is sent part by part, each made when the client has taken the one before: what a download
//! holds in memory does not grow with it, and a slow client keeps no thread.

use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{Stream, StreamExt, unfold};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tracing::error;

use super::data::asked::Asked;
use super::problem::{self, Failure};
use super::{App, Loaded, compute};
use crate::export::{Export, Format};
use crate::filter::Request;
use crate::views::Page;

/// Parts that are made at a time: the other cores are for pages.
static MAKING: Semaphore = Semaphore::const_new(1);

type Answer = Result<Response, Failure>;

pub(super) async fn csv(
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Asked>,
    RawQuery(query): RawQuery,
) -> Answer {
    answer(&app, asked.loaded, Format::Csv, query).await
}

pub(super) async fn json(
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Asked>,
    RawQuery(query): RawQuery,
) -> Answer {
    answer(&app, asked.loaded, Format::Json, query).await
}

pub(super) async fn parquet(
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Asked>,
    RawQuery(query): RawQuery,
) -> Answer {
    answer(&app, asked.loaded, Format::Parquet, query).await
}

async fn answer(app: &App, loaded: Arc<Loaded>, format: Format, query: Option<String>) -> Answer {
    let request = match Request::parse(&query.unwrap_or_default(), &loaded.dataset) {
        Ok((request, _)) => request,
        Err(problems) if format == Format::Json => return Ok(problem::json(&problems)),
        Err(problems) => {
            return Err(Failure::Query {
                back: Request::default().href(Page::Overview.path(), &loaded.dataset),
                problems,
            });
        }
    };
    let Some(turn) = compute::turn(app, loaded.dataset.rows()).await else {
        return Ok(compute::crowded());
    };
    let name = file_name(loaded.dataset.name(), !request.filters.is_empty(), format);
    let begin = move || {
        let _turn = turn;
        let selected = request.filters.apply(&loaded.dataset);
        Export::new(&selected, format)
    };
    let export = match spawn_blocking(begin).await {
        Ok(export) => export?,
        Err(failed) if failed.is_panic() => return Ok(problem::after_panic(failed.into_panic())),
        // Only when the process ends.
        Err(_) => return Ok(problem::busy("The service stops. Please try again.")),
    };
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, Body::from_stream(parts(export))).into_response())
}

/// The parts of the file. One that cannot be made ends the answer before its end, which clients
/// notice. Compression asks once more after the last one.
fn parts(export: Export) -> impl Stream<Item = Result<Bytes, &'static str>> {
    let parts = unfold(Some(export), async |export| {
        let mut export = export?;
        // Never closed.
        let place = MAKING.acquire().await.ok()?;
        let make = move || {
            let _place = place;
            (export.next_part(), export)
        };
        match spawn_blocking(make).await {
            Ok((Ok(part), export)) => Some((Ok(Bytes::from(part?)), Some(export))),
            Ok((Err(_), _)) | Err(_) => {
                error!("a part of an export could not be made");
                Some((Err("the file could not be finished"), None))
            }
        }
    });
    parts.fuse()
}

/// Characters of a dataset's name that are kept in that of a file.
const LONGEST_STEM: usize = 60;

fn file_name(dataset: &str, filtered: bool, format: Format) -> String {
    format!("{}.{}", file_stem(dataset, filtered), format.extension())
}

/// The beginning of a file's name: the dataset's, with nothing in it that a header or a file system
/// would take amiss.
pub(super) fn file_stem(dataset: &str, filtered: bool) -> String {
    let ending = |end: &str| end.len() <= 4 && end.bytes().all(|b| b.is_ascii_alphanumeric());
    let stem = match dataset.rsplit_once('.') {
        Some((stem, end)) if ending(end) => stem,
        _ => dataset,
    };
    let kept = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words: Vec<&str> = stem
        .split(|c| !kept(c))
        .filter(|word| !word.is_empty())
        .collect();
    let mut stem = words.join("-");
    stem.truncate(LONGEST_STEM);
    if stem.is_empty() {
        "students".clone_into(&mut stem);
    }
    if filtered {
        stem.push_str("-filtered");
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_after_their_dataset() {
        let long = "a".repeat(300);
        let cases = [
            (
                "StudentPerformanceFactors.csv",
                false,
                "StudentPerformanceFactors.csv".to_owned(),
            ),
            (
                "class 3b (2026).csv",
                true,
                "class-3b-2026-filtered.csv".to_owned(),
            ),
            ("../../etc/passwd", false, "etc-passwd.csv".to_owned()),
            (
                "a\"; filename=\"b.exe",
                false,
                "a-filename-b.csv".to_owned(),
            ),
            ("a\r\nSet-Cookie: b", false, "a-Set-Cookie-b.csv".to_owned()),
            ("\u{05D0}.csv", false, "students.csv".to_owned()),
            ("", true, "students-filtered.csv".to_owned()),
            (&long, false, format!("{}.csv", "a".repeat(60))),
        ];
        for (dataset, filtered, expected) in cases {
            assert_eq!(
                file_name(dataset, filtered, Format::Csv),
                expected,
                "{dataset}"
            );
        }
    }
}
