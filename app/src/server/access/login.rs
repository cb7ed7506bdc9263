//! The page that asks for the password, and what it sends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use tokio::task::spawn_blocking;
use tracing::warn;

use super::attempts::{Client, WINDOW};
use super::{Access, LOGIN, now, session};
use crate::server::{headers, limits, problem};
use crate::views::{self, Page};

/// What is sent: the password, and where to go then.
#[derive(Debug, PartialEq, Eq)]
struct Sent {
    password: String,
    next: String,
}

impl Sent {
    fn read(form: &[u8]) -> Self {
        let mut sent = Self {
            password: String::new(),
            next: Page::Overview.path().to_owned(),
        };
        for (name, value) in form_urlencoded::parse(form) {
            match &*name {
                "password" => sent.password = value.into_owned(),
                "next" if is_local(&value) => sent.next = value.into_owned(),
                _ => {}
            }
        }
        sent
    }
}

/// Whether an address is a path on this host. Browsers read `//host` and `/\host` as other hosts, and
/// leave out tabs and line breaks; nothing that is beyond ASCII stands in an address unencoded.
fn is_local(address: &str) -> bool {
    let harmless = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    address.starts_with('/') && !address.starts_with("//") && address.bytes().all(harmless)
}

/// The page.
pub(super) async fn form(RawQuery(query): RawQuery) -> Markup {
    let sent = Sent::read(query.unwrap_or_default().as_bytes());
    views::login(&sent.next, None)
}

/// Gives the cookie to who knows the password.
pub(super) async fn log_in(
    State(access): State<Arc<Access>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(body) = body else {
        return limits::too_large();
    };
    let sent = Sent::read(&body);
    let peer = peer.map(|Extension(ConnectInfo(peer))| peer.ip());
    let client = Client::new(&headers, peer);
    if !access.attempts.take(client, Instant::now()) {
        return too_often(&sent.next);
    }
    let right = verify(&access, sent.password).await;
    if right != Some(false) {
        access.attempts.give_back(client);
    }
    match right {
        Some(true) => {
            let cookie = session::cookie(&access.key, now(), headers::by_https(&headers));
            with_cookie(Redirect::to(&sent.next), &cookie)
        }
        Some(false) => {
            warn!("a wrong password was tried");
            let page = views::login(&sent.next, Some("That is not the password."));
            (StatusCode::FORBIDDEN, page).into_response()
        }
        None => problem::busy("Too many log in at once. Please try again in a moment."),
    }
}

/// Whether it is the password, looked at when it is its turn and off the threads that serve; none if
/// the turn does not come.
async fn verify(access: &Access, password: String) -> Option<bool> {
    let turn = access.verifying.turn().await?;
    let own = Arc::clone(&access.password);
    let work = move || {
        let _turn = turn;
        own.is(password.as_bytes())
    };
    spawn_blocking(work).await.ok()
}

fn too_often(next: &str) -> Response {
    let seconds = WINDOW.as_secs();
    let said = "There were too many attempts. Please wait a minute.";
    let page = views::login(next, Some(said));
    let later = [(header::RETRY_AFTER, HeaderValue::from(seconds))];
    (StatusCode::TOO_MANY_REQUESTS, later, page).into_response()
}

/// Takes the cookie away.
pub(super) async fn log_out(headers: HeaderMap) -> Response {
    let cookie = session::no_cookie(headers::by_https(&headers));
    with_cookie(Redirect::to(LOGIN), &cookie)
}

fn with_cookie(redirect: Redirect, cookie: &str) -> Response {
    let mut response = redirect.into_response();
    // It is made of digits, letters and what stands between attributes.
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_addresses_are_gone_to() {
        let cases = [
            ("next=/factors", "/factors"),
            (
                "next=%2Foverview%3FGender%3DMale%26a%3D%25C3%25BC",
                "/overview?Gender=Male&a=%C3%BC",
            ),
            (
                "next=/a?b=https://evil.example",
                "/a?b=https://evil.example",
            ),
            ("next=/nope&next=//evil.example", "/nope"),
            ("next=//evil.example", "/overview"),
            ("next=///evil.example", "/overview"),
            ("next=/%5Cevil.example", "/overview"),
            ("next=%5C%5Cevil.example", "/overview"),
            ("next=/%09/evil.example", "/overview"),
            ("next=/%0d%0aSet-Cookie:a=b", "/overview"),
            ("next=%20/factors", "/overview"),
            ("next=https://evil.example", "/overview"),
            ("next=javascript:alert(1)", "/overview"),
            ("next=evil.example", "/overview"),
            ("next=/%C3%BC", "/overview"),
            ("next=", "/overview"),
            ("", "/overview"),
        ];
        for (form, next) in cases {
            assert_eq!(Sent::read(form.as_bytes()).next, next, "{form}");
        }
    }
}
