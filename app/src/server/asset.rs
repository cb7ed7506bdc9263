//! Serves the embedded assets in the smallest encoding that the browser takes.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::problem;
use crate::assets::{ALL, Asset};

/// A year, the longest that caches keep: the path changes with the content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

pub(super) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let found = ALL
        .into_iter()
        .find(|asset| asset.path.strip_prefix("/assets/") == Some(name.as_str()));
    match found {
        Some(asset) => respond(asset, &headers),
        None => problem::not_found().await,
    }
}

fn respond(asset: &'static Asset, headers: &HeaderMap) -> Response {
    let (encoding, body) = if accepts(headers, "br") {
        (Some("br"), asset.brotli)
    } else if accepts(headers, "gzip") {
        (Some("gzip"), asset.gzip)
    } else {
        (None, asset.raw)
    };
    let mut response = (
        [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static(asset.media_type),
            ),
            (header::CACHE_CONTROL, FOR_EVER),
            (header::VARY, HeaderValue::from_static("accept-encoding")),
        ],
        body,
    )
        .into_response();
    let encoding = HeaderValue::from_static(encoding.unwrap_or("identity"));
    response
        .headers_mut()
        .insert(header::CONTENT_ENCODING, encoding);
    response
}

/// Whether the request takes that encoding: it is named, and not with a quality of zero.
pub(super) fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|offer| {
            let mut parts = offer.split(';').map(str::trim);
            let named = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case(encoding));
            let refused = parts.any(|part| {
                part.strip_prefix("q=")
                    .and_then(|quality| quality.parse::<f32>().ok())
                    .is_some_and(|quality| quality <= 0.0)
            });
            named && !refused
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn encodings_are_negotiated() {
        let cases = [
            ("gzip, deflate, br", true, true),
            ("gzip;q=1.0, br;q=0", false, true),
            ("BR", true, false),
            ("identity", false, false),
            ("", false, false),
            ("brotli", false, false),
        ];
        for (offer, brotli, gzip) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, offer.parse().unwrap());
            assert_eq!(accepts(&headers, "br"), brotli, "{offer}");
            assert_eq!(accepts(&headers, "gzip"), gzip, "{offer}");
        }
    }
}
