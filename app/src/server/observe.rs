//! What is kept of every request: one line in the log, and its part of the metrics.
//!
//! Both hold the template of the route, such as `/performance/{chart}`, never the path or the query:
//! levels of the dataset stand in addresses, and nothing from a dataset goes into logs. A request
//! lasts until its answer was handed over or given up, compression included.
//! tower-http's tracing would write the address, and two lines for each request.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use tracing::{Instrument, debug, error_span, info};

use super::{App, request_id};

/// The route of an address at which there is nothing, and a method that HTTP does not define.
pub(super) const OTHER: &str = "other";
/// The status of a request whose client went away before there was an answer, as nginx has it.
const GONE: &str = "499";
/// Routes that are asked for all the time, and logged only in detail.
const QUIET: [&str; 4] = ["/assets/{name}", "/healthz", "/metrics", "/readyz"];

/// Gives the request its name, and keeps what is to be known of it.
pub(super) async fn observe(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let id = request_id::of(request.headers());
    // What is said while the request is answered says for which one.
    let span = error_span!("request", id = text(&id));
    let mut exchange = Exchange::begin(app, id.clone(), &request);
    let mut response = next.run(request).instrument(span).await;
    exchange.status = Some(response.status());
    response.headers_mut().insert(request_id::X_REQUEST_ID, id);
    response.map(|body| Body::new(Observed { body, exchange }))
}

/// A request and its answer, from its arrival until it is dropped.
#[derive(Debug)]
struct Exchange {
    app: Arc<App>,
    id: HeaderValue,
    method: &'static str,
    route: Option<MatchedPath>,
    status: Option<StatusCode>,
    bytes: usize,
    arrived: Instant,
}

impl Exchange {
    fn begin(app: Arc<App>, id: HeaderValue, request: &Request) -> Self {
        app.metrics.begin();
        Self {
            app,
            id,
            method: method(request.method()),
            route: request.extensions().get::<MatchedPath>().cloned(),
            status: None,
            bytes: 0,
            arrived: Instant::now(),
        }
    }

    /// Writes the line of the log, without a status if there was no answer.
    fn log(&self, route: &str, took: Duration) {
        let (id, method, bytes) = (text(&self.id), self.method, self.bytes);
        let status = self.status.map(|status| status.as_u16());
        let ms = (took.as_secs_f64() * 1e5).round() / 1e2;
        if QUIET.contains(&route) {
            debug!(id, method, route, status, ms, bytes, "answered");
        } else {
            info!(id, method, route, status, ms, bytes, "answered");
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let route = self.route.as_ref().map_or(OTHER, MatchedPath::as_str);
        let status = self.status.as_ref().map_or(GONE, StatusCode::as_str);
        let took = self.arrived.elapsed();
        self.app.metrics.end(route, self.method, status, took);
        self.log(route, took);
    }
}

fn text(id: &HeaderValue) -> &str {
    id.to_str().unwrap_or(OTHER)
}

/// The method, of a closed set: clients may invent others.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => OTHER,
    }
}

/// The body of an answer: it counts its bytes, and when it goes the exchange is over.
#[derive(Debug)]
struct Observed {
    body: Body,
    exchange: Exchange,
}

impl HttpBody for Observed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.exchange.bytes += frame.data_ref().map_or(0, Bytes::len);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
