//! What every answer carries, what is too much for a request, and who may change anything; on a
//! small table, without a network.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use support::dashboard_on;
use tower::ServiceExt;

const SMALL: &str = include_str!("fixtures/small.csv");

type Headers<'a> = &'a [(&'a str, &'a str)];

async fn ask(app: &Router, method: &str, address: &str, headers: Headers<'_>) -> Response {
    let mut request = Request::builder().method(method).uri(address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    app.clone().oneshot(request).await.unwrap()
}

async fn text(response: Response) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let app = dashboard_on(SMALL);
    let long = format!("/overview?{}", "a".repeat(16_000));
    let large = "c".repeat(33_000);
    let cases: [(&str, &str, Headers<'_>, u16); 15] = [
        ("GET", "/overview", &[], 200),
        ("HEAD", "/overview", &[], 200),
        ("GET", "/stats.json", &[], 200),
        ("GET", "/performance/bands.csv", &[], 200),
        ("GET", "/healthz", &[], 200),
        ("GET", "/", &[], 307),
        ("GET", "/overview?Gender=", &[], 303),
        ("GET", "/overview?nope=1", &[], 400),
        (
            "POST",
            "/overview",
            &[("Sec-Fetch-Site", "cross-site")],
            403,
        ),
        ("GET", "/nope", &[], 404),
        ("GET", "/performance/nope.csv", &[], 404),
        ("POST", "/overview", &[], 405),
        ("GET", "/overview", &[("Content-Length", "8193")], 413),
        ("GET", &long, &[], 414),
        ("GET", "/overview", &[("Cookie", &large)], 431),
    ];
    for (method, address, headers, status) in cases {
        let answer = ask(&app, method, address, headers).await;
        assert_eq!(answer.status(), status, "{method} {address:.40}");
        let is = |name: &str, start: &str| {
            let value = answer.headers()[name].to_str().unwrap();
            assert!(value.starts_with(start), "{address:.40}: {name}: {value}");
            value.to_owned()
        };
        let policy = is(
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self';",
        );
        assert!(!policy.contains("unsafe-eval") && !policy.contains("script-src 'self' 'unsafe"));
        is("x-content-type-options", "nosniff");
        is("referrer-policy", "same-origin");
        is("x-frame-options", "DENY");
        is("cross-origin-opener-policy", "same-origin");
        is("cross-origin-resource-policy", "same-origin");
        is("permissions-policy", "camera=()");
        is("x-request-id", "");
        let transport = answer.headers().get("strict-transport-security");
        assert_eq!(transport, None, "{address:.40}");
    }
}

#[tokio::test]
async fn https_is_kept_to_where_it_was_used() {
    let app = dashboard_on(SMALL);
    for (proto, said) in [
        ("https", true),
        ("HTTPS", true),
        ("http", false),
        ("", false),
    ] {
        for address in ["/overview", "/nope"] {
            let answer = ask(&app, "GET", address, &[("X-Forwarded-Proto", proto)]).await;
            let found = answer.headers().contains_key("strict-transport-security");
            assert_eq!(found, said, "{proto} {address}");
        }
    }
}

#[tokio::test]
async fn what_is_too_much_is_said() {
    let app = dashboard_on(SMALL);
    let long = format!("/nope?{}", "a".repeat(16_000));
    let many = format!("/stats.json?{}", "x=&".repeat(1_000));
    let large = "c".repeat(33_000);
    let cases: [(&str, Headers<'_>, StatusCode, &str); 4] = [
        (&long, &[], StatusCode::URI_TOO_LONG, "16000 bytes"),
        (
            &many,
            &[],
            StatusCode::BAD_REQUEST,
            "1000 filters and choices",
        ),
        (
            "/overview",
            &[("Cookie", &large)],
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "32768 bytes",
        ),
        (
            "/overview",
            &[("Content-Length", "9000")],
            StatusCode::PAYLOAD_TOO_LARGE,
            "8192 bytes",
        ),
    ];
    for (address, headers, status, said) in cases {
        let answer = ask(&app, "GET", address, headers).await;
        assert_eq!(answer.status(), status, "{said}");
        let body = text(answer).await;
        assert!(body.contains(said), "{body}");
    }
}

/// Redirects stay on this host, whatever the address and the host's name in the request.
#[tokio::test]
async fn redirects_stay_here() {
    let app = dashboard_on(SMALL);
    let cases = [
        ("/?//evil.example", "/overview?//evil.example"),
        (
            "/?next=https://evil.example",
            "/overview?next=https://evil.example",
        ),
        ("/?%0d%0aSet-Cookie:a=b", "/overview?%0d%0aSet-Cookie:a=b"),
        ("/?\u{fc}", "/overview?"),
        ("/overview?Gender=Male&Gender=", "/overview?Gender=Male"),
        (
            "/overview?bins=&Hours_Studied.min=1",
            "/overview?Hours_Studied=1..",
        ),
        ("http://evil.example/?a", "/overview?a"),
    ];
    for (address, expected) in cases {
        let headers: Headers<'_> = &[
            ("Host", "evil.example"),
            ("X-Forwarded-Host", "evil.example"),
        ];
        let answer = ask(&app, "GET", address, headers).await;
        assert!(answer.status().is_redirection(), "{address}");
        let location = String::from_utf8_lossy(answer.headers()["location"].as_bytes());
        assert!(location.starts_with(expected), "{address}: {location}");
        assert_eq!(answer.headers().get("set-cookie"), None, "{address}");
    }
    for address in [
        "//evil.example",
        "//evil.example/overview?Gender=",
        "/overview/..//evil",
    ] {
        let answer = ask(&app, "GET", address, &[]).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{address}");
    }
}

/// The name of the host has no influence on any page.
#[tokio::test]
async fn the_host_is_not_used() {
    let app = dashboard_on(SMALL);
    for address in ["/overview", "/performance", "/nope", "/overview?nope=1"] {
        let headers: Headers<'_> = &[
            ("Host", "evil.example"),
            ("X-Forwarded-Host", "evil.example"),
        ];
        let strange = text(ask(&app, "GET", address, headers).await).await;
        let usual = text(ask(&app, "GET", address, &[("Host", "here")]).await).await;
        assert_eq!(strange, usual, "{address}");
    }
}
