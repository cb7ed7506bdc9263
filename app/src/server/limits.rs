//! What a request may hold and how long its answer may take. Beyond it is an answer that says the
//! limit; what is beyond even the connection's own bounds never comes here (see `connection`).

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::Limited;
use tokio::time::timeout;

use super::App;
use super::data::{mapping, receive};
use super::problem::{self, UploadProblem};

/// Bytes of a path with its query. AWS's load balancer takes no request line beyond 16 KB, so a
/// longer address would work in some places only.
const ADDRESS: usize = 16_000;
/// Parameters of a query: the form of a table of 400 columns sends fewer.
const PARAMETERS: usize = 1_000;
/// Bytes of all headers; browsers send one or two thousand, with the cookies of neighbours more.
const HEADERS: usize = 32 * 1024;

/// Bytes of a form beside its file.
const FORM: u64 = 8 * 1024;
/// What sending and reading a file may take: 200 MB come over a line of 1 Mbit/s. One whose bytes stop
/// coming is given up sooner, by [`receive`].
pub(super) const UPLOAD: Duration = Duration::from_secs(30 * 60);

/// What the requests of one route may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Allowance {
    /// Bytes of the body.
    body: usize,
    /// What a larger one is.
    beyond: Excess,
    /// Until there is an answer, the arrival of the body included.
    time: Duration,
}

/// The only place where a route gets more than others; `file` is the largest file that is taken.
fn allowance(route: Option<&str>, file: Option<u64>) -> Allowance {
    const MOST: usize = 8 * 1024;
    match (route, file) {
        (Some(receive::ROUTE), Some(file)) => Allowance {
            // As much again of a file that is too large is taken in, for its sender to see the answer.
            body: usize::try_from(2 * file + FORM).unwrap_or(usize::MAX),
            beyond: Excess::File(file),
            time: UPLOAD,
        },
        (Some(mapping::ROUTE), Some(_)) => form_of(mapping::MOST_BYTES),
        _ => form_of(MOST),
    }
}

fn form_of(bytes: usize) -> Allowance {
    Allowance {
        body: bytes,
        beyond: Excess::Body(bytes),
        time: Duration::from_secs(30),
    }
}

/// What a request has too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Excess {
    Address,
    Parameters,
    Headers,
    Body(usize),
    File(u64),
}

impl IntoResponse for Excess {
    fn into_response(self) -> Response {
        let (status, title, limit) = match self {
            Self::Address => (
                StatusCode::URI_TOO_LONG,
                "This address is too long",
                format!("An address may have {ADDRESS} bytes."),
            ),
            Self::Parameters => (
                StatusCode::BAD_REQUEST,
                "This address has too many parameters",
                format!("An address may have {PARAMETERS} filters and choices."),
            ),
            Self::Headers => (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "This request's headers are too large",
                format!("Headers may have {HEADERS} bytes. Deleting this site's cookies may help."),
            ),
            Self::Body(most) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "This request is too large",
                format!("What is sent to this address may have {most} bytes."),
            ),
            Self::File(most) => return UploadProblem::TooLarge(most).into_response(),
        };
        problem::refused(status, title, &limit)
    }
}

/// Refuses what is too much, and gives up what takes too long.
pub(super) async fn keep(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let file = app.uploads.as_ref().map(|uploads| uploads.most());
    let allowance = allowance(route.map(MatchedPath::as_str), file);
    if let Some(excess) = excess(request.uri(), request.headers(), allowance) {
        return excess.into_response();
    }
    let has_body = !request.body().is_end_stream();
    let request = request.map(|body| Body::new(Limited::new(body, allowance.body)));
    match timeout(allowance.time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => overdue(has_body, allowance.time),
    }
}

fn excess(uri: &Uri, headers: &HeaderMap, allowance: Allowance) -> Option<Excess> {
    let query = uri.query().unwrap_or_default();
    let length = headers.get(header::CONTENT_LENGTH);
    // hyper has refused what is no number.
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if uri.path().len() + query.len() > ADDRESS {
        Some(Excess::Address)
    } else if query.split('&').count() > PARAMETERS {
        Some(Excess::Parameters)
    } else if size(headers) > HEADERS {
        Some(Excess::Headers)
    } else if length.is_some_and(|length| length > allowance.body as u64) {
        Some(allowance.beyond)
    } else {
        None
    }
}

/// The bytes of the headers as they came, with colon, space and line break.
fn size(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum()
}

fn overdue(has_body: bool, time: Duration) -> Response {
    let seconds = time.as_secs();
    if has_body {
        let limit = format!("What is sent to this address may take {seconds} seconds.");
        let title = "This request took too long";
        return problem::refused(StatusCode::REQUEST_TIMEOUT, title, &limit);
    }
    problem::busy(&format!(
        "There was no answer within {seconds} seconds. Please try again."
    ))
}

/// The answer when the body of a form without a file turned out to be too large while it was read.
pub(super) fn too_large() -> Response {
    allowance(None, None).beyond.into_response()
}

/// The same for a form that may have so many bytes.
pub(super) fn form_too_large(most: usize) -> Response {
    Excess::Body(most).into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::dataset::{MAX_COLUMNS, MAX_LEVELS};

    #[test]
    fn each_limit_is_kept_and_reached() {
        let address = |bytes: usize| format!("/{}", "a".repeat(bytes - 1));
        let parameters = |n: usize| format!("/?{}", vec!["a=1"; n].join("&"));
        let most = allowance(None, None).body;
        let cases = [
            (address(ADDRESS), 0, 0, None),
            (address(ADDRESS + 1), 0, 0, Some(Excess::Address)),
            (parameters(PARAMETERS), 0, 0, None),
            (parameters(PARAMETERS + 1), 0, 0, Some(Excess::Parameters)),
            ("/".to_owned(), HEADERS, 0, None),
            ("/".to_owned(), HEADERS + 1, 0, Some(Excess::Headers)),
            ("/".to_owned(), 100, most, None),
            ("/".to_owned(), 100, most + 1, Some(Excess::Body(most))),
            ("/".to_owned(), 100, usize::MAX, Some(Excess::Body(most))),
        ];
        for (uri, bytes, body, expected) in cases {
            let mut headers = HeaderMap::new();
            if body > 0 {
                headers.insert(header::CONTENT_LENGTH, body.into());
            }
            if let Some(rest) = bytes.checked_sub(size(&headers) + "cookie: \r\n".len()) {
                headers.insert(header::COOKIE, "c".repeat(rest).parse().unwrap());
                assert_eq!(size(&headers), bytes);
            }
            let found = excess(&uri.parse().unwrap(), &headers, allowance(None, None));
            assert_eq!(found, expected, "{} {bytes} {body}", uri.len());
        }
    }

    #[test]
    fn a_mapping_of_the_widest_table_fits() {
        let widest =
            MAX_COLUMNS * (MAX_LEVELS * "level.500.50=50&".len() + "type.500=identifier&".len());
        let found = allowance(Some(mapping::ROUTE), Some(1));
        assert!(
            found.body > widest && found.body < 1_000_000,
            "{}",
            found.body
        );
        assert_eq!(allowance(Some(mapping::ROUTE), None).body, 8192);
    }

    #[test]
    fn uploads_alone_get_more() {
        const MB: u64 = 1_000_000;
        let usual = allowance(None, None);
        assert_eq!((usual.body, usual.time.as_secs()), (8192, 30));
        let cases = [
            (Some("/overview"), Some(200 * MB), None),
            (Some("/login"), Some(200 * MB), None),
            (Some("/datasets/{id}/delete"), Some(200 * MB), None),
            (Some("/events"), Some(200 * MB), None),
            (None, Some(200 * MB), None),
            (Some("/datasets"), None, None),
            (Some("/datasets"), Some(MB), Some(MB)),
            (Some("/datasets"), Some(200 * MB), Some(200 * MB)),
            (
                Some("/datasets"),
                Some(1_000_000 * MB),
                Some(1_000_000 * MB),
            ),
        ];
        for (route, limit, file) in cases {
            let found = allowance(route, limit);
            let Some(file) = file else {
                assert_eq!(found, usual, "{route:?} {limit:?}");
                continue;
            };
            assert!(
                found.body as u64 > file,
                "{file}: there is room for the file"
            );
            assert_eq!(found.beyond, Excess::File(file));
            assert!(found.time >= Duration::from_secs(600));
        }
    }
}
