//! What a request may hold and how long its answer may take. Beyond it is an answer that says the
//! limit; what is beyond even the connection's own bounds never comes here (see `connection`).

use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::Limited;
use tokio::time::timeout;

use super::problem;

/// Bytes of a path with its query. AWS's load balancer takes no request line beyond 16 KB, so a
/// longer address would work in some places only.
const ADDRESS: usize = 16_000;
/// Parameters of a query: the form of a table of 400 columns sends fewer.
const PARAMETERS: usize = 1_000;
/// Bytes of all headers; browsers send one or two thousand, with the cookies of neighbours more.
const HEADERS: usize = 32 * 1024;

/// What the requests of one route may take.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    /// Bytes of the body.
    body: usize,
    /// Until there is an answer, the arrival of the body included.
    time: Duration,
}

/// The only place where a route gets more than others.
fn allowance(_route: Option<&str>) -> Allowance {
    Allowance {
        body: 8 * 1024,
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
        };
        problem::refused(status, title, &limit)
    }
}

/// Refuses what is too much, and gives up what takes too long.
pub(super) async fn keep(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let allowance = allowance(route.map(MatchedPath::as_str));
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
        Some(Excess::Body(allowance.body))
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

/// The answer when a body turned out to be too large while it was read.
pub(super) fn too_large(route: Option<&str>) -> Response {
    Excess::Body(allowance(route).body).into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn each_limit_is_kept_and_reached() {
        let address = |bytes: usize| format!("/{}", "a".repeat(bytes - 1));
        let parameters = |n: usize| format!("/?{}", vec!["a=1"; n].join("&"));
        let most = allowance(None).body;
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
            let found = excess(&uri.parse().unwrap(), &headers, allowance(None));
            assert_eq!(found, expected, "{} {bytes} {body}", uri.len());
        }
    }
}
