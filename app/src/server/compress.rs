//! Pages in Brotli, whole: compressed as they go they would take 8 MB each, since it is not known how much
//! is still to come, and the C library would then keep blocks of that size for every thread. What is made
//! as it goes, exports above all, is compressed with gzip by a layer.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use brotli::BrotliCompress;
use brotli::enc::BrotliEncoderParams;
use tracing::error;

use super::compute::made;

/// How hard it tries, of 0 to 11: fast rather than small, since most pages are made for one filter and
/// seldom asked for twice. The next step takes up to twice as long for 6 % fewer bytes.
const QUALITY: i32 = 3;
/// Binary logarithm of the distance over which it finds repetitions, in bytes: about a page.
const WINDOW: i32 = 18;
/// Bytes that are compressed at least; with fewer an answer stays as it is.
const LEAST: usize = 32;

/// Compresses the answer, if the browser takes that.
pub(super) async fn page(request: Request, next: Next) -> Response {
    let wanted = takes_brotli(request.headers());
    let (mut head, body) = next.run(request).await.into_parts();
    if !wanted || head.headers.contains_key(header::CONTENT_ENCODING) {
        return Response::from_parts(head, body);
    }
    let bytes = match made(body).await {
        Ok(bytes) => bytes,
        Err(answer) => return answer,
    };
    if bytes.len() < LEAST {
        return Response::from_parts(head, Body::from(bytes));
    }
    let parameters = BrotliEncoderParams {
        quality: QUALITY,
        lgwin: WINDOW,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut compressed = Vec::with_capacity(bytes.len() / 4);
    // From memory to memory it does not fail.
    if let Err(error) = BrotliCompress(&mut &bytes[..], &mut compressed, &parameters) {
        error!(%error, "the answer could not be compressed");
        return Response::from_parts(head, Body::from(bytes));
    }
    let (encoding, varies) = (
        HeaderValue::from_static("br"),
        HeaderValue::from_static("accept-encoding"),
    );
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.insert(header::CONTENT_ENCODING, encoding);
    head.headers.append(header::VARY, varies);
    Response::from_parts(head, Body::from(compressed))
}

/// Whether a request takes Brotli, and nothing rather.
pub(super) fn takes_brotli(headers: &HeaderMap) -> bool {
    let brotli = quality(headers, "br");
    brotli > 0.0 && brotli >= quality(headers, "gzip")
}

/// How much a request wants that encoding, 0 to 1; 0 where it is not named, or in a way that cannot be read.
pub(super) fn quality(headers: &HeaderMap, encoding: &str) -> f32 {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    let offers = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let of = |offer: &str| {
        let (name, quality) = offer.split_once(';').unwrap_or((offer, "q=1"));
        let (key, quality) = quality.trim().split_once('=')?;
        let is_it =
            name.trim().eq_ignore_ascii_case(encoding) && key.trim().eq_ignore_ascii_case("q");
        is_it.then(|| quality.trim().parse::<f32>().unwrap_or_default())
    };
    offers.filter_map(of).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use axum::Router;
    use axum::body::to_bytes;
    use axum::http::{Method, StatusCode};
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    /// A page with little to find in it, and one of many windows.
    fn pages() -> [String; 2] {
        let numbers = (0..2_000_000_u32).map(|i| i.wrapping_mul(2_654_435_761) >> 28);
        let digits: String = numbers.map(|number| format!("{number:x}")).collect();
        [digits[..300].to_owned(), digits]
    }

    async fn ask(method: Method, offer: Option<&str>, text: &str) -> Response {
        let text = text.to_owned();
        let routes = Router::new()
            .route("/", get(async move || text.clone()))
            .route_layer(from_fn(page));
        let mut request = Request::builder().method(method).uri("/");
        if let Some(offer) = offer {
            request = request.header(header::ACCEPT_ENCODING, offer);
        }
        let request = request.body(Body::empty()).unwrap();
        routes.oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn who_takes_brotli_gets_the_same_page_in_fewer_bytes() {
        for text in pages() {
            let answer = ask(Method::GET, Some("gzip, deflate, br"), &text).await;
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(answer.headers()[header::CONTENT_ENCODING], "br");
            assert_eq!(answer.headers()[header::VARY], "accept-encoding");
            let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            assert!(bytes.len() < text.len() * 3 / 4, "{}", bytes.len());
            let mut plain = Vec::new();
            brotli::BrotliDecompress(&mut &bytes[..], &mut plain).unwrap();
            assert_eq!(String::from_utf8(plain).unwrap(), text);
        }
    }

    #[tokio::test]
    async fn others_get_it_as_it_is() {
        let [text, _] = pages();
        let short = &text[..LEAST - 1];
        let cases = [
            (None, text.as_str()),
            (Some("gzip, br;q=0"), &text),
            (Some("br"), short),
        ];
        for (offer, text) in cases {
            let answer = ask(Method::GET, offer, text).await;
            assert!(!answer.headers().contains_key(header::CONTENT_ENCODING));
            let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            assert_eq!(bytes, text, "{offer:?}");
        }
    }

    #[tokio::test]
    async fn a_head_is_that_of_the_page() {
        let [text, _] = pages();
        let length = async |method| {
            let answer = ask(method, Some("br"), &text).await;
            assert_eq!(answer.headers()[header::CONTENT_ENCODING], "br");
            answer.headers()[header::CONTENT_LENGTH].clone()
        };
        assert_eq!(length(Method::HEAD).await, length(Method::GET).await);
    }

    #[test]
    fn encodings_are_negotiated() {
        let cases = [
            ("gzip, deflate, br", 1.0, 1.0, true),
            ("gzip;q=1.0, br;q=0", 0.0, 1.0, false),
            ("gzip;q=1, br;Q=0", 0.0, 1.0, false),
            ("br;q=0.1, gzip;q=0.5", 0.1, 0.5, false),
            ("br ; q=0.5, gzip;q=0.5", 0.5, 0.5, true),
            ("br;q=abc", 0.0, 0.0, false),
            ("br;level=4", 0.0, 0.0, false),
            ("BR", 1.0, 0.0, true),
            ("identity", 0.0, 0.0, false),
            ("", 0.0, 0.0, false),
            ("brotli", 0.0, 0.0, false),
        ];
        for (offer, brotli, gzip, taken) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, offer.parse().unwrap());
            assert_eq!(quality(&headers, "br"), brotli, "{offer}");
            assert_eq!(quality(&headers, "gzip"), gzip, "{offer}");
            assert_eq!(takes_brotli(&headers), taken, "{offer}");
        }
    }
}
