//! Access control: who comes in, with which cookie, and what the login refuses.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use student_analytics::dataset::read;
use student_analytics::server::{Access, hash_password};
use support::{dashboard_on, guarded};
use tower::ServiceExt;

const SMALL: &str = include_str!("fixtures/small.csv");
const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
const PASSWORD: &str = "correct horse";

static HASH: LazyLock<String> = LazyLock::new(|| hash_password(PASSWORD).unwrap());

/// An instance of the service.
fn instance(key: Option<&[u8]>) -> Router {
    let dataset = read("fixture.csv".to_owned(), SMALL.as_bytes(), "Exam_Score").unwrap();
    guarded(dataset, Some(Access::new(&HASH, key).unwrap()))
}

type Headers<'a> = &'a [(&'a str, &'a str)];

async fn ask(
    app: &Router,
    method: &str,
    address: &str,
    headers: Headers<'_>,
    body: &str,
) -> Response {
    let mut request = Request::builder().method(method).uri(address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    app.clone().oneshot(request).await.unwrap()
}

async fn log_in(app: &Router, password: &str, next: &str, headers: Headers<'_>) -> Response {
    let body = format!("password={password}&next={next}");
    ask(app, "POST", "/login", headers, &body).await
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let value = response.headers().get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

async fn text(response: Response) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

/// The cookie of one who logs in, as a browser sends it.
async fn cookie(app: &Router) -> String {
    let answer = log_in(app, "correct+horse", "/", &[]).await;
    let cookie = header(&answer, "set-cookie");
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn without_a_cookie_there_is_the_login_only() {
    let app = instance(Some(KEY));
    let page = "text/html,application/xhtml+xml";
    let asked = "/login?next=%2Foverview%3FGender%3DMale%26by%3D";
    let cases = [
        ("GET", "/healthz", "*/*", 200, ""),
        ("GET", "/readyz", "*/*", 200, ""),
        ("GET", "/metrics", "*/*", 200, ""),
        (
            "GET",
            student_analytics::assets::APP_CSS.path,
            "*/*",
            200,
            "",
        ),
        ("GET", "/assets/nothing", "*/*", 404, ""),
        ("GET", "/login", page, 200, ""),
        ("HEAD", "/login", page, 200, ""),
        ("PUT", "/login", page, 405, ""),
        ("GET", "/logout", page, 405, ""),
        ("GET", "/", page, 303, "/login?next=%2F"),
        ("GET", "/overview?Gender=Male&by=", page, 303, asked),
        ("HEAD", "/overview?Gender=Male&by=", page, 303, asked),
        ("GET", "/nope", page, 303, "/login?next=%2Fnope"),
        ("GET", "//evil", page, 303, "/login?next=%2F%2Fevil"),
        ("GET", "/overview", "*/*", 403, ""),
        ("GET", "/stats.json", "application/json", 403, ""),
        ("GET", "/performance/bands.csv", "", 403, ""),
        ("POST", "/overview", page, 403, ""),
        ("POST", "/datasets", page, 403, ""),
        ("POST", "/datasets/0/delete", page, 403, ""),
        ("GET", "/events", "text/event-stream", 403, ""),
        (
            "GET",
            "/healthz/../overview",
            page,
            303,
            "/login?next=%2Fhealthz%2F..%2Foverview",
        ),
    ];
    for (method, address, accept, status, location) in cases {
        let answer = ask(&app, method, address, &[("Accept", accept)], "").await;
        assert_eq!(answer.status(), status, "{method} {address}");
        assert_eq!(header(&answer, "location"), location, "{method} {address}");
        assert_eq!(header(&answer, "x-frame-options"), "DENY");
        let body = text(answer).await;
        assert!(!body.contains("Gender"), "{method} {address}: {body}");
    }
}

#[tokio::test]
async fn the_password_lets_in_and_logging_out_ends_it() {
    let app = instance(Some(KEY));
    let answer = log_in(&app, "correct+horse", "/factors?by=Gender", &[]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(header(&answer, "location"), "/factors?by=Gender");
    let given = header(&answer, "set-cookie").to_owned();
    assert!(
        given.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax"),
        "{given}"
    );

    let cookie = cookie(&app).await;
    let answer = ask(&app, "GET", "/overview", &[("Cookie", &cookie)], "").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(header(&answer, "cache-control"), "no-store");
    assert!(text(answer).await.contains("action=\"/logout\""));

    let answer = ask(&app, "POST", "/logout", &[("Cookie", &cookie)], "").await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(header(&answer, "location"), "/login");
    assert!(header(&answer, "set-cookie").starts_with("session=; Path=/; Max-Age=0;"));
}

#[tokio::test]
async fn instances_accept_the_cookies_of_one_another() {
    let cookie = cookie(&instance(Some(KEY))).await;
    for (key, status) in [(Some(KEY), 200), (Some(&[b'k'; 32][..]), 403), (None, 403)] {
        let headers: Headers<'_> = &[("Cookie", &cookie)];
        let answer = ask(&instance(key), "GET", "/stats.json", headers, "").await;
        assert_eq!(answer.status(), status);
    }
}

#[tokio::test]
async fn cookies_go_by_https_where_there_is_https() {
    let app = instance(Some(KEY));
    for (proto, secure) in [("https", true), ("http", false)] {
        let answer = log_in(&app, "correct+horse", "/", &[("X-Forwarded-Proto", proto)]).await;
        let cookie = header(&answer, "set-cookie");
        assert_eq!(cookie.ends_with("; Secure"), secure, "{cookie}");
    }
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let app = instance(Some(KEY));
    let from = |client: &'static str| [("X-Forwarded-For", client)];
    for i in 0..12 {
        let answer = log_in(&app, "guess", "/factors", &from("192.0.2.1, 203.0.113.7")).await;
        let (status, said) = match i {
            0..10 => (StatusCode::FORBIDDEN, "That is not the password."),
            _ => (
                StatusCode::TOO_MANY_REQUESTS,
                "There were too many attempts.",
            ),
        };
        assert_eq!(answer.status(), status, "{i}");
        assert_eq!(header(&answer, "set-cookie"), "", "{i}");
        let body = text(answer).await;
        assert!(
            body.contains(said) && body.contains("value=\"/factors\""),
            "{body}"
        );
    }
    let same = log_in(&app, "correct+horse", "/", &from("203.0.113.7")).await;
    assert_eq!(same.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(header(&same, "retry-after"), "60");
    let other = log_in(&app, "correct+horse", "/", &from("203.0.113.8")).await;
    assert_eq!(other.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn strange_logins_are_refused() {
    let app = instance(Some(KEY));
    let long = format!("password={}", "a".repeat(9_000));
    let next = "password=correct+horse&next=//evil.example";
    let cases: [(Headers<'_>, &str, u16, &str); 7] = [
        (&[], "", 403, ""),
        (&[], "password=", 403, ""),
        (&[], "{\"password\": 1}", 403, ""),
        (&[], &long, 413, ""),
        (&[("Sec-Fetch-Site", "cross-site")], next, 403, ""),
        (&[("Host", "own"), ("Origin", "http://evil")], next, 403, ""),
        (
            &[("Host", "own"), ("Origin", "http://own")],
            next,
            303,
            "/overview",
        ),
    ];
    for (headers, body, status, location) in cases {
        let answer = ask(&app, "POST", "/login", headers, body).await;
        assert_eq!(answer.status(), status, "{headers:?} {body:.40}");
        assert_eq!(header(&answer, "location"), location, "{body:.40}");
    }
}

#[tokio::test]
async fn the_login_page_looks_as_reviewed() {
    let answer = ask(
        &instance(Some(KEY)),
        "GET",
        "/login?next=/a%22%3E%3Cb%3E",
        &[],
        "",
    )
    .await;
    let body = text(answer).await;
    let main = &body[body.find("<main").unwrap()..body.find("</body>").unwrap()];
    insta::assert_snapshot!("login", main.replace("><", ">\n<"));
}

#[tokio::test]
async fn without_a_password_there_is_no_login() {
    let app = dashboard_on(SMALL);
    for (method, address) in [("GET", "/login"), ("POST", "/login"), ("POST", "/logout")] {
        let answer = ask(&app, method, address, &[], "").await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{method} {address}");
    }
}
