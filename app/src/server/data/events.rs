//! `/events`: tells open pages which version of the default dataset is served, now and whenever that
//! changes. A page that shows another one offers to load it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{Stream, unfold};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::watch::Receiver;

use super::current;
use crate::server::App;
use crate::server::connection::Lasting;
use crate::views::Stay;

/// Streams at a time; who comes after them is told to come again.
pub(in crate::server) const MOST: usize = 256;
/// A comment so often keeps proxies from closing a silent stream: AWS's load balancer does after a minute.
const COMMENT_EVERY: Duration = Duration::from_secs(20);
/// How soon one who was turned away may come again, in seconds.
const RETRY_AFTER: &str = "60";

/// Answers with a stream that lasts until the client goes or the process drains.
pub(in crate::server) async fn stream(State(app): State<Arc<App>>) -> Response {
    let permit = Arc::clone(&app.streams).try_acquire_owned();
    match permit {
        Ok(permit) if !app.stopping.begun() => {
            let comments = KeepAlive::new().interval(COMMENT_EVERY);
            let stream = Sse::new(versions(app, permit)).keep_alive(comments);
            (Extension(Lasting), stream).into_response()
        }
        _ => {
            let headers = [(header::RETRY_AFTER, RETRY_AFTER)];
            (StatusCode::SERVICE_UNAVAILABLE, headers, "full\n").into_response()
        }
    }
}

/// The version served now, then each further one.
fn versions(
    app: Arc<App>,
    permit: OwnedSemaphorePermit,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let mut states = app.current.subscribe();
    states.mark_changed();
    let said = None;
    unfold(
        (app, permit, states, said),
        async |(app, permit, mut states, said)| {
            let next = tokio::select! {
                next = changed(&mut states, said.as_ref()) => next?,
                () = app.stopping.wait() => return None,
            };
            let event = Event::default().event("dataset").data(&next);
            Some((Ok(event), (app, permit, states, Some(next))))
        },
    )
}

async fn changed(states: &mut Receiver<current::State>, said: Option<&String>) -> Option<String> {
    loop {
        states.changed().await.ok()?;
        let state = states.borrow_and_update().clone();
        let version = match state.loaded.map(|loaded| loaded.about.stay.clone()) {
            Some(Stay::Watched { version, .. }) => version,
            _ => continue,
        };
        if said != Some(&version) {
            return Some(version);
        }
    }
}
