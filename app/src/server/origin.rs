//! Requests that change something are taken from this site's own pages only.
//!
//! A browser says where a request comes from: `Sec-Fetch-Site` over HTTPS and on localhost, `Origin`
//! with every POST. No page can change either. `Origin` is compared with `Host`, which a page of
//! another site cannot choose either; that is the only use of `Host` in this program, and a wrong one
//! can only lead to a refusal. `X-Forwarded-Host` counts for nothing: AWS's load balancer passes
//! `Host` on as it came, and other proxies must be told to. A request with neither header is not
//! from a browser, and carries nobody's cookies unasked.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::problem;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses what another site's page sent.
pub(super) async fn own(request: Request, next: Next) -> Response {
    if reads(request.method()) || from_here(request.headers()) {
        return next.run(request).await;
    }
    problem::refused(
        StatusCode::FORBIDDEN,
        "This request came from another site",
        "Forms are taken from the pages of this dashboard only.",
    )
}

fn reads(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}

fn from_here(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return site == "same-origin" || site == "none";
    }
    match (headers.get(header::ORIGIN), headers.get(header::HOST)) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(origin), Some(host)) => authority(origin.as_bytes()) == Some(host.as_bytes()),
    }
}

/// Host and port of an origin, which has nothing behind them.
fn authority(origin: &[u8]) -> Option<&[u8]> {
    let schemes: [&[u8]; 2] = [b"http://", b"https://"];
    schemes
        .iter()
        .find_map(|scheme| origin.strip_prefix(*scheme))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_own_pages_are_trusted() {
        let cases = [
            (None, None, true),
            (Some("same-origin"), None, true),
            (Some("none"), None, true),
            (Some("same-site"), None, false),
            (Some("cross-site"), Some("http://own:8501"), false),
            (Some("same-origin"), Some("null"), true),
            (None, Some("http://own:8501"), true),
            (None, Some("https://own:8501"), true),
            (None, Some("http://own"), false),
            (None, Some("http://evil"), false),
            (None, Some("http://evil/own:8501"), false),
            (None, Some("http://own:8501.evil"), false),
            (None, Some("own:8501"), false),
            (None, Some("null"), false),
            (None, Some(""), false),
        ];
        for (site, origin, trusted) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "own:8501".parse().unwrap());
            for (name, value) in [(SEC_FETCH_SITE, site), (header::ORIGIN, origin)] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            assert_eq!(from_here(&headers), trusted, "{site:?} {origin:?}");
        }
    }
}
