//! Where pages are computed: on threads of their own, as many at once as there are cores, behind a
//! queue that is short.
//!
//! Computing and compressing a page takes milliseconds to seconds. On the threads that serve
//! connections it would hold up everything else, health checks first; and a queue without an end
//! would let everyone wait until nobody does. So those who find it full, or wait too long in it, are
//! told to come again; not at once, since clients that ask again with no pause would then keep the cores
//! busy with refusals. Health checks, assets and metrics do not pass here.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use prometheus::{IntCounter, IntGauge};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{sleep, timeout};
use tracing::{Span, error, warn};

use super::{App, problem};

/// Pages that may wait, for each that is computed: at 4 ms each the last one waits a quarter of a
/// second.
const WAITING: usize = 64;
/// The longest wait, when pages take longer than that.
const PATIENCE: Duration = Duration::from_secs(2);

/// Rows of a dataset beyond which one page is computed at a time: of ten million rows of the sample's
/// columns a page takes up to 640 MB beside the 210 MB of the dataset, and an instance's service has 1 GB.
const ALONE: usize = 4_000_000;

/// How long a refusal waits: a thousand clients get a thousand of them a second, a few per cent of a core.
/// Meanwhile the connection keeps its place; where refusals hold all places, the next one comes a second
/// late.
const PAUSE: Duration = Duration::from_secs(1);

/// Rows of the dataset that a request is about; an extension of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows(pub(super) usize);

/// The queue before the cores.
#[derive(Debug)]
pub(super) struct Queue {
    /// Computing and waiting.
    places: Arc<Semaphore>,
    /// Computing.
    cores: Arc<Semaphore>,
    /// All of them.
    all: u32,
    patience: Duration,
}

/// Threads for pages alone, as many as there are cores. The C library keeps a part of what a thread has freed
/// for that thread: with the many threads that files and uploads may occupy, that adds up.
#[derive(Debug)]
pub(super) struct Threads(Option<Runtime>);

impl Threads {
    pub(super) fn new() -> Self {
        let runtime = Builder::new_current_thread()
            .max_blocking_threads(cores())
            .thread_name("page")
            .build();
        if let Err(error) = &runtime {
            warn!(%error, "pages are computed on the threads of other work");
        }
        Self(runtime.ok())
    }

    fn start<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        match &self.0 {
            Some(runtime) => runtime.spawn_blocking(work),
            None => spawn_blocking(work),
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // Whoever drops it may be one that must not wait.
            runtime.shutdown_background();
        }
    }
}

fn cores() -> usize {
    // Two, if the system does not say, are right for a small one.
    available_parallelism().map_or(2, usize::from)
}

/// The right to compute.
#[derive(Debug)]
pub(super) struct Turn {
    _place: OwnedSemaphorePermit,
    _cores: OwnedSemaphorePermit,
}

/// One that waits is counted, until it is dropped: a client may go away meanwhile.
struct Waits<'a>(&'a IntGauge);

impl<'a> Waits<'a> {
    fn new(waiting: &'a IntGauge) -> Self {
        waiting.inc();
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Queue {
    /// For this machine.
    pub(super) fn new() -> Self {
        let cores = cores();
        Self::of(cores, cores * WAITING, PATIENCE)
    }

    /// For work of its own kind.
    pub(super) fn of(cores: usize, waiting: usize, patience: Duration) -> Self {
        Self {
            places: Arc::new(Semaphore::new(cores + waiting)),
            cores: Arc::new(Semaphore::new(cores)),
            all: u32::try_from(cores).unwrap_or(u32::MAX),
            patience,
        }
    }

    /// A turn, as soon as it comes; none if the queue is full or too slow.
    pub(super) async fn turn(&self) -> Option<Turn> {
        self.turn_on(1, self.patience).await
    }

    /// The same for work on so many rows: on many it is done while nothing else is; with more patience, as
    /// each page takes longer.
    async fn turn_for(&self, rows: usize) -> Option<Turn> {
        if rows > ALONE {
            self.turn_on(self.all, 5 * self.patience).await
        } else {
            self.turn().await
        }
    }

    async fn turn_on(&self, cores: u32, patience: Duration) -> Option<Turn> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let cores = Arc::clone(&self.cores).acquire_many_owned(cores);
        let cores = timeout(patience, cores).await.ok()?.ok()?;
        Some(Turn {
            _place: place,
            _cores: cores,
        })
    }
}

/// How the queue does.
#[derive(Clone, Debug)]
pub(super) struct Gauges {
    pub(super) waiting: IntGauge,
    pub(super) shed: IntCounter,
}

impl Gauges {
    pub(super) fn new() -> prometheus::Result<Self> {
        Ok(Self {
            waiting: IntGauge::new(
                "student_analytics_pages_waiting",
                "Pages that wait for a core.",
            )?,
            shed: IntCounter::new(
                "student_analytics_pages_shed_total",
                "Pages that were refused with 503, since too many waited.",
            )?,
        })
    }
}

/// A turn for work on a request about so many rows, and what the metrics say of it; none comes late.
pub(super) async fn turn(app: &App, rows: usize) -> Option<Turn> {
    let gauges = app.metrics.queue();
    let waits = Waits::new(&gauges.waiting);
    let turn = app.queue.turn_for(rows).await;
    drop(waits);
    if turn.is_none() {
        gauges.shed.inc();
        sleep(PAUSE).await;
    }
    turn
}

/// The answer to who gets no turn.
pub(super) fn crowded() -> Response {
    problem::busy("Too many pages are asked for. Please try again in a moment.")
}

/// Answers the request when it is its turn, on a thread that may be busy.
pub(super) async fn compute(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let rows = request.extensions().get();
    let rows = rows.map_or(0, |&Rows(rows)| rows);
    let Some(turn) = turn(&app, rows).await else {
        return crowded();
    };
    let (runtime, span) = (Handle::current(), Span::current());
    // The turn goes along: a client that goes away does not end the work.
    let work = move || {
        let _turn = turn;
        span.in_scope(|| runtime.block_on(whole(request, next)))
    };
    match app.threads.start(work).await {
        Ok(response) => response,
        Err(failed) if failed.is_panic() => problem::after_panic(failed.into_panic()),
        // Only when the process ends.
        Err(_) => problem::busy("The service stops. Please try again."),
    }
}

/// The answer with its body made, compression included.
async fn whole(request: Request, next: Next) -> Response {
    let (head, body) = next.run(request).await.into_parts();
    match made(body).await {
        Ok(bytes) => Response::from_parts(head, Body::from(bytes)),
        Err(answer) => answer,
    }
}

/// All of an answer's body; as an error the answer in its place where it cannot be made.
pub(super) async fn made(body: Body) -> Result<Bytes, Response> {
    to_bytes(body, usize::MAX).await.map_err(|error| {
        error!(%error, "the answer could not be made");
        problem::after_panic(Box::new(()))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use axum::Router;
    use axum::http::{StatusCode, header};
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;
    use crate::server::Current;
    use crate::server::testing::loaded;
    use crate::views::Stay;

    fn app() -> Arc<App> {
        let current = Current::of(loaded("Exam_Score\n70\n", Stay::Fixed));
        App::new(Arc::new(current), None).unwrap()
    }

    async fn ask(routes: &Router, path: &str) -> Response {
        let request = Request::get(path).body(Body::empty()).unwrap();
        routes.clone().oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn a_panic_there_is_answered_too() {
        async fn broken() -> &'static str {
            panic!("Gender is Female")
        }
        let routes = Router::new()
            .route("/", get(broken))
            .route_layer(from_fn_with_state(app(), compute));
        let answer = ask(&routes, "/").await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[tokio::test]
    async fn too_many_at_once_are_told_and_health_checks_are_not() {
        let app = app();
        let places = app.queue.places.available_permits();
        let all = Arc::clone(&app.queue.places);
        let taken = all.acquire_many_owned(u32::try_from(places).unwrap()).await;
        let routes = crate::server::router(Arc::clone(&app), None);
        for path in ["/healthz", "/readyz", "/metrics", crate::assets::ICON.path] {
            assert_eq!(ask(&routes, path).await.status(), StatusCode::OK, "{path}");
        }
        for path in [
            "/overview",
            "/stats.json",
            "/performance/bands.csv",
            "/export.json",
            "/report.html",
        ] {
            let answer = ask(&routes, path).await;
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert_eq!(answer.headers()[header::RETRY_AFTER], "2", "{path}");
            assert_eq!(answer.headers()[header::X_FRAME_OPTIONS], "DENY", "{path}");
            let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            let body = String::from_utf8_lossy(&body).into_owned();
            assert!(body.contains("Too many pages are asked for"), "{body}");
        }
        assert_eq!(app.metrics.queue().shed.get(), 5);
        drop(taken);
        assert_eq!(ask(&routes, "/overview").await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn what_is_large_is_computed_alone() {
        let queue = Queue::of(2, 2, Duration::from_millis(100));
        let first = queue.turn().await.unwrap();
        assert!(queue.turn_for(ALONE).await.is_some(), "two at once");
        assert!(
            queue.turn_for(ALONE + 1).await.is_none(),
            "another is computed"
        );
        drop(first);
        let large = queue.turn_for(ALONE + 1).await.unwrap();
        assert!(queue.turn_for(1).await.is_none(), "a large one is computed");
        drop(large);
        assert!(queue.turn_for(1).await.is_some());
    }

    #[tokio::test]
    async fn a_full_queue_refuses_and_a_slow_one_too() {
        let queue = Arc::new(Queue::of(1, 2, Duration::from_millis(300)));
        let wait = |queue: &Arc<Queue>| {
            let queue = Arc::clone(queue);
            tokio::spawn(async move { queue.turn().await })
        };
        let first = queue.turn().await.unwrap();
        let second = wait(&queue);
        let third = wait(&queue);
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert!(queue.turn().await.is_none(), "full");
        drop(first);
        let second = second.await.unwrap();
        assert!(second.is_some(), "its turn has come");
        assert!(third.await.unwrap().is_none(), "it waited too long");
        drop(second);
        assert!(queue.turn().await.is_some());
    }
}
