//! Answers that were computed and compressed, kept for who asks for the same again: one dataset, one
//! canonical address, one set of encodings.
//!
//! Who asks for one that is being computed waits for it, so that it is computed once. Only the default
//! dataset's are kept: what somebody uploaded is to be gone when it is deleted. A browser that names the
//! version that it has (`If-None-Match`) and has the present one is told so, without a body.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use headers::{ETag, HeaderMapExt, IfNoneMatch};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use super::compute::made;
use super::data::asked::Asked;
use super::{App, Loaded};
use crate::filter;
use crate::privacy::MinGroup;
use crate::views::{About, Stay};

/// Memory for answers, in bytes: more than a thousand pages.
const MEMORY: u64 = 16 << 20;
/// The largest answer that is kept, in bytes.
const LARGEST: usize = 1 << 20;
/// Answers that the cache expects.
const EXPECTED: usize = 2000;
/// What an answer takes beside its body and address, in bytes, roughly.
const OVERHEAD: usize = 512;
/// How long to wait for another's computation before beginning one's own.
const PATIENCE: Duration = Duration::from_secs(2);

/// What an answer is about, beside its address.
pub(super) struct Basis<'a> {
    pub(super) loaded: &'a Loaded,
    pub(super) about: &'a About,
    /// Whether there is a button to log out.
    pub(super) guarded: bool,
    /// The smallest group that is shown.
    pub(super) least: Option<MinGroup>,
}

/// What an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// Which dataset, of all that were loaded.
    dataset: u64,
    /// Why a newer one is not shown.
    fault: Option<String>,
    /// Whether there is a button to log out.
    guarded: bool,
    /// The smallest group that is shown.
    least: Option<MinGroup>,
    /// Path and canonical query.
    address: String,
    /// What the browser takes, as it says it. A header's value would keep all that was read with it.
    encodings: Vec<Vec<u8>>,
}

impl Key {
    /// None for what is not kept. `canonical` gives the one form of all queries that ask for the same.
    pub(super) fn of(
        basis: &Basis<'_>,
        request: &Request,
        canonical: impl FnOnce(&str, &str) -> Option<String>,
    ) -> Option<Self> {
        let fault = match &basis.about.stay {
            Stay::Fixed => None,
            Stay::Watched { fault, .. } => fault.clone(),
            Stay::Uploaded { .. } => return None,
        };
        if request.method() != Method::GET {
            return None;
        }
        let path = request.uri().path();
        let address = match request.uri().query() {
            None | Some("") => path.to_owned(),
            Some(query) => canonical(path, query)?,
        };
        let encodings = request.headers().get_all(header::ACCEPT_ENCODING);
        Some(Self {
            dataset: basis.loaded.number,
            fault,
            guarded: basis.guarded,
            least: basis.least,
            address,
            encodings: encodings.iter().map(|it| it.as_bytes().to_vec()).collect(),
        })
    }
}

/// A kept answer of status 200.
#[derive(Debug)]
struct Answer {
    headers: HeaderMap,
    version: ETag,
    body: Bytes,
}

impl Answer {
    /// The answer to a browser that has the versions named.
    fn to(&self, versions: Option<&IfNoneMatch>) -> Response {
        let (status, body) = match versions {
            Some(versions) if !versions.precondition_passes(&self.version) => {
                (StatusCode::NOT_MODIFIED, Body::empty())
            }
            _ => (StatusCode::OK, Body::from(self.body.clone())),
        };
        (status, self.headers.clone(), body).into_response()
    }
}

#[derive(Debug, Clone)]
struct ByMemory;

impl Weighter<Key, Arc<Answer>> for ByMemory {
    fn weight(&self, key: &Key, answer: &Arc<Answer>) -> u64 {
        let encodings = key.encodings.iter().map(Vec::len).sum::<usize>();
        let bytes = answer.body.len() + key.address.len() + encodings + OVERHEAD;
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

/// The answers that are kept.
#[derive(Debug)]
pub(super) struct Kept {
    answers: Cache<Key, Arc<Answer>, ByMemory>,
    served: AtomicU64,
}

impl Kept {
    pub(super) fn new() -> Self {
        Self {
            answers: Cache::with_weighter(EXPECTED, MEMORY, ByMemory),
            served: AtomicU64::new(0),
        }
    }

    /// Bytes that are kept.
    pub(super) fn bytes(&self) -> u64 {
        self.answers.weight()
    }

    /// How many requests were answered with what was kept.
    pub(super) fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }
}

/// Answers with what is kept, or keeps what is computed.
pub(super) async fn keep(
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Asked>,
    request: Request,
    next: Next,
) -> Response {
    let basis = Basis {
        loaded: &asked.loaded,
        about: &asked.about,
        guarded: asked.guarded,
        least: None,
    };
    let dataset = &asked.loaded.dataset;
    let key = Key::of(&basis, &request, |path, query| {
        let (request, from_form) = filter::Request::parse(query, dataset).ok()?;
        // A form's is redirected.
        (!from_form).then(|| request.href(path, dataset))
    });
    answer(&app, key, request, next).await
}

/// The answer that is kept under the key, or else is computed.
pub(super) async fn answer(app: &App, key: Option<Key>, request: Request, next: Next) -> Response {
    let Some(key) = key else {
        return next.run(request).await;
    };
    let versions = request.headers().typed_get::<IfNoneMatch>();
    let found = app.kept.answers.get_value_or_guard_async(&key);
    match timeout(PATIENCE, found).await {
        Ok(Ok(answer)) => {
            app.kept.served.fetch_add(1, Ordering::Relaxed);
            answer.to(versions.as_ref())
        }
        Ok(Err(place)) => match whole(next.run(request).await).await {
            Ok(answer) => {
                let answer = Arc::new(answer);
                let response = answer.to(versions.as_ref());
                if answer.body.len() <= LARGEST {
                    // Full of what is asked for more often, the cache may refuse it.
                    let _ = place.insert(answer);
                }
                response
            }
            Err(other) => other,
        },
        Err(_) => next.run(request).await,
    }
}

/// The answer with its version; as an error the response that is not to be kept.
async fn whole(response: Response) -> Result<Answer, Response> {
    if response.status() != StatusCode::OK {
        return Err(response);
    }
    let (mut head, body) = response.into_parts();
    let body = made(body).await?;
    let digest = Sha256::digest(&body);
    let name: String = digest[..12].iter().map(|it| format!("{it:02x}")).collect();
    let Ok(version) = format!("\"{name}\"").parse::<ETag>() else {
        return Err(Response::from_parts(head, Body::from(body)));
    };
    head.headers.typed_insert(version.clone());
    // A copy: what was made among a page's columns, on a thread that computes, would keep that memory from
    // going back to the system for as long as it is kept.
    Ok(Answer {
        headers: head.headers.clone(),
        version,
        body: Bytes::copy_from_slice(&body),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use axum::Router;
    use axum::body::to_bytes;
    use tower::ServiceExt;

    use super::*;
    use crate::server::{Current, router, testing};

    fn loaded(csv: &str) -> Loaded {
        testing::loaded(csv, Stay::Fixed)
    }

    const CSV: &str = "Exam_Score,Sex,Town\n70,f,a\n71,f,b\n72,m,a\n73,m,b\n";

    fn service() -> (Arc<App>, Arc<Current>, Router) {
        let current = Arc::new(Current::of(loaded(CSV)));
        let app = App::new(Arc::clone(&current), None).unwrap();
        (Arc::clone(&app), current, router(app, None))
    }

    async fn ask(routes: &Router, path: &str, headers: &[(&str, &str)]) -> (Response<()>, Bytes) {
        let mut request = Request::get(path).body(Body::empty()).unwrap();
        for (name, value) in headers {
            let name: axum::http::HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let (head, body) = routes.clone().oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (Response::from_parts(head, ()), body)
    }

    #[tokio::test]
    async fn the_same_is_computed_once_however_it_is_asked() {
        let (app, _, routes) = service();
        let (first, body) = ask(&routes, "/performance?Town=a&Sex=f", &[]).await;
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(app.kept.served(), 0);
        for same in [
            "/performance?Town=a&Sex=f",
            "/performance?Sex=f&Town=a",
            "/performance?%53ex=f&Town=%61",
        ] {
            let (again, kept) = ask(&routes, same, &[]).await;
            assert_eq!(again.status(), StatusCode::OK, "{same}");
            assert_eq!(kept, body, "{same}");
            assert_eq!(again.headers()[header::CACHE_CONTROL], "no-cache");
            assert_eq!(again.headers()[header::X_FRAME_OPTIONS], "DENY");
        }
        assert_eq!(app.kept.served(), 3);
        assert!(app.kept.bytes() > body.len() as u64);
        ask(&routes, "/performance?Sex=m&Town=a", &[]).await;
        ask(&routes, "/overview?Sex=f&Town=a", &[]).await;
        assert_eq!(app.kept.served(), 3);
    }

    #[tokio::test]
    async fn many_who_ask_at_once_wait_for_one() {
        let (app, _, routes) = service();
        let all = (0..20).map(|_| {
            let routes = routes.clone();
            tokio::spawn(async move { ask(&routes, "/explore", &[]).await.0.status() })
        });
        for answer in all.collect::<Vec<_>>() {
            assert_eq!(answer.await.unwrap(), StatusCode::OK);
        }
        assert_eq!(app.kept.served(), 19);
    }

    #[tokio::test]
    async fn a_browser_that_has_the_version_gets_no_body() {
        let (_, _, routes) = service();
        let brotli = ("accept-encoding", "br");
        let (first, body) = ask(&routes, "/overview", &[brotli]).await;
        let version = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        assert_eq!(first.headers()[header::CONTENT_ENCODING], "br");
        let (plain, _) = ask(&routes, "/overview", &[]).await;
        assert_ne!(plain.headers()[header::ETAG], version.as_str());

        let weak = format!("\"other\", W/{version}");
        for (known, status) in [
            (version.as_str(), StatusCode::NOT_MODIFIED),
            (&weak, StatusCode::NOT_MODIFIED),
            ("*", StatusCode::NOT_MODIFIED),
            ("\"other\"", StatusCode::OK),
            ("no version", StatusCode::OK),
        ] {
            let headers = [brotli, ("if-none-match", known)];
            let (answer, sent) = ask(&routes, "/overview", &headers).await;
            assert_eq!(answer.status(), status, "{known}");
            assert_eq!(answer.headers()[header::ETAG], version.as_str(), "{known}");
            assert_eq!(answer.headers()[header::VARY], "accept-encoding", "{known}");
            match status {
                StatusCode::OK => assert_eq!(sent, body, "{known}"),
                _ => assert!(sent.is_empty(), "{known}"),
            }
        }
    }

    #[tokio::test]
    async fn new_data_is_shown_at_once() {
        let (app, current, routes) = service();
        let (old, _) = ask(&routes, "/overview", &[]).await;
        current.swap(loaded("Exam_Score\n1\n2\n"));
        let (new, _) = ask(&routes, "/overview", &[]).await;
        assert_ne!(old.headers()[header::ETAG], new.headers()[header::ETAG]);
        assert_eq!(app.kept.served(), 0);
    }

    #[tokio::test]
    async fn what_is_no_page_is_not_kept() {
        let (app, _, routes) = service();
        for (path, status) in [
            ("/overview?Sex=x", StatusCode::BAD_REQUEST),
            ("/overview?Exam_Score.min=70", StatusCode::SEE_OTHER),
            ("/performance/nothing.csv", StatusCode::NOT_FOUND),
            ("/report.html", StatusCode::OK),
        ] {
            for _ in 0..2 {
                let (answer, _) = ask(&routes, path, &[]).await;
                assert_eq!(answer.status(), status, "{path}");
                assert!(!answer.headers().contains_key(header::ETAG), "{path}");
            }
        }
        assert_eq!(app.kept.served(), 0);
        assert_eq!(app.kept.bytes(), 0);
    }
}
