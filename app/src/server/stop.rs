//! How the process stops: at once or after a drain, and never with a request cut off that could
//! have been answered.
//!
//! ```text
//! SIGTERM          → drain: /readyz says 503, everything is still served, connections are not kept
//! SIGINT, or a second signal → close: nothing new is accepted, what is in flight is finished
//! a further signal, or 10 s → end
//! ```
//!
//! The drain gives a load balancer time to see that this process goes, and to send new requests
//! elsewhere; `Connection: close` moves those on that keep a connection.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::sleep;
use tracing::{info, warn};

use super::{Access, App, connection, router};

/// The longest that requests in flight may take once nothing new is accepted: a client that is
/// stuck does not hold the process.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether the process is about to stop.
#[derive(Debug, Default)]
pub(super) struct Stopping(watch::Sender<bool>);

impl Stopping {
    fn begin(&self) {
        self.0.send_replace(true);
    }

    pub(super) fn begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it begins to stop.
    pub(super) async fn wait(&self) {
        let mut changes = self.0.subscribe();
        // The sender lives as long as this does.
        let _ended = changes.wait_for(|begun| *begun).await;
    }
}

/// Whether a load balancer should send requests here.
pub(super) async fn ready(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    if app.stopping.begun() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n");
    }
    match app.current.state().loaded {
        Some(_) => (StatusCode::OK, "ready\n"),
        None => (StatusCode::SERVICE_UNAVAILABLE, "loading\n"),
    }
}

/// Asks clients to come on a new connection next time, so that they find a process that stays.
pub(super) async fn move_on(State(app): State<Arc<App>>, mut response: Response) -> Response {
    if app.stopping.begun() {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}

/// The two ways in which the process is asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// SIGINT, by someone who waits.
    Interrupt,
    /// SIGTERM, by a service manager.
    Terminate,
}

/// What the terminal and the service manager send.
#[derive(Debug)]
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// From now on a signal no longer ends the process by itself.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.interrupt.recv() => Asked::Interrupt,
            _ = self.terminate.recv() => Asked::Terminate,
        }
    }
}

/// Serves at most so many connections at once until a signal asks to stop, then `drain` longer if that
/// was SIGTERM, and finishes what is in flight.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    access: Option<Arc<Access>>,
    mut signals: Signals,
    drain: Duration,
    connections: usize,
) {
    let (close, closing) = watch::channel(());
    let routes = router(Arc::clone(&app), access);
    let mut server = pin!(connection::serve(listener, routes, closing, connections));
    tokio::select! {
        () = &mut server => return,
        () = until_closing(&app, &mut signals, drain) => {}
    }
    info!("closing: requests in flight are finished");
    drop(close);
    tokio::select! {
        () = server => {}
        () = given_up(&mut signals) => {}
    }
    info!("stopped");
}

async fn until_closing(app: &App, signals: &mut Signals, drain: Duration) {
    let asked = signals.next().await;
    app.stopping.begin();
    if asked == Asked::Interrupt {
        return;
    }
    info!(seconds = drain.as_secs_f64(), "draining");
    tokio::select! {
        () = sleep(drain) => {}
        _ = signals.next() => info!("drain cut short"),
    }
}

async fn given_up(signals: &mut Signals) {
    tokio::select! {
        () = sleep(PATIENCE) => {
            warn!(seconds = PATIENCE.as_secs(), "requests in flight were given up");
        }
        _ = signals.next() => warn!("requests in flight were cut off"),
    }
}
