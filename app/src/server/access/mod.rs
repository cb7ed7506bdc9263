//! Access control by one password, when the service is given one.
//!
//! Who knows the password gets a signed cookie ([`session`]) that any instance with the same key
//! accepts; nothing is kept on the server, so logging out is the browser's forgetting of it. Health
//! checks, metrics and assets stay open: they hold nothing of the dataset.

mod attempts;
mod login;
mod password;
mod session;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::{App, compute::Queue, problem};
use attempts::Attempts;
use password::Password;
use session::Key;

pub use password::{PasswordError, hash_password};
pub use session::KeyError;

/// Where the password is asked for.
const LOGIN: &str = "/login";
/// Where the cookie is taken away.
const LOGOUT: &str = "/logout";
/// Routes that ask for no cookie.
const OPEN: [&str; 6] = [
    "/assets/{name}",
    "/healthz",
    "/metrics",
    "/readyz",
    LOGIN,
    LOGOUT,
];

/// Verifications that wait for their turn: one at a time has 19 MiB.
const WAITING: usize = 8;
/// The longest wait for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Marks a request of one who has logged in.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoggedIn;

/// Everything that decides who comes in.
#[derive(Debug)]
pub struct Access {
    password: Arc<Password>,
    key: Key,
    attempts: Attempts,
    verifying: Queue,
}

impl Access {
    /// Access by the password of this hash, with cookies of this key, or of a random one that only
    /// this process has.
    ///
    /// # Errors
    /// What is no hash of a password, and a key that is too short, or not to be had.
    pub fn new(hash: &str, key: Option<&[u8]>) -> Result<Arc<Self>, AccessError> {
        let password = Password::new(hash)?;
        // A new password makes all cookies of the former one invalid.
        let key = match key {
            Some(secret) => Key::new(secret, password.hash())?,
            None => Key::random(password.hash())?,
        };
        Ok(Arc::new(Self {
            password: Arc::new(password),
            key,
            attempts: Attempts::default(),
            verifying: Queue::of(1, WAITING, PATIENCE),
        }))
    }
}

/// Why there can be no access control.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The password's hash.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The cookie's key.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// The routes, for those who have logged in, and the page on which they do.
pub(super) fn protect(routes: Router<Arc<App>>, access: Arc<Access>) -> Router<Arc<App>> {
    let own = Router::new()
        .route(LOGIN, get(login::form).post(login::log_in))
        .route(LOGOUT, post(login::log_out))
        .with_state(Arc::clone(&access));
    routes
        .merge(own)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(from_fn_with_state(access, guard))
}

/// Lets those pass who have a cookie, and sends browsers to the login.
async fn guard(State(access): State<Arc<Access>>, mut request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    if route.is_some_and(|route| OPEN.contains(&route.as_str())) {
        return next.run(request).await;
    }
    if !session::in_headers(request.headers(), &access.key, now()) {
        return refuse(&request);
    }
    request.extensions_mut().insert(LoggedIn);
    let mut response = next.run(request).await;
    // Nothing stays in a cache, or in the browser after logging out.
    let keep_nothing = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, keep_nothing);
    response
}

fn refuse(request: &Request) -> Response {
    if !request.method().is_safe() || !takes_pages(request.headers()) {
        return problem::refused(
            StatusCode::FORBIDDEN,
            "This dashboard asks for a password",
            &format!("Please log in at {LOGIN}."),
        );
    }
    let asked = request.uri().path_and_query();
    let asked = asked.map_or("/", |asked| asked.as_str());
    let next = form_urlencoded::byte_serialize(asked.as_bytes()).collect::<String>();
    Redirect::to(&format!("{LOGIN}?next={next}")).into_response()
}

/// Whether a person sees the answer.
fn takes_pages(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    let accept = accept.and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// Seconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}
