//! Serves the embedded assets in the smallest encoding that the browser takes.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::compress::{quality, takes_brotli};
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
    let (encoding, body) = if takes_brotli(headers) {
        (Some("br"), asset.brotli)
    } else if quality(headers, "gzip") > 0.0 {
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
