//! Connections: how many there are, and how long each may take for what it does.
//!
//! axum's own server has none of these bounds, so the loop that accepts is here, over hyper. A client
//! that is slow (a head or a body that drips, an answer that is not read) loses its connection after
//! the time that its [`Phase`] allows; and when all places are taken, the one that has kept its place
//! longest without being answered gives it up. So slow clients can be many and still hold nothing.

mod phase;
mod watched;

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::server::conn::http1;
use hyper::service::{HttpService, Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::AsyncWrite;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch::Receiver;
use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep, sleep_until, timeout};
use tracing::{debug, error};

use super::headers;
use phase::{Crowd, Phase, Watch};
use watched::{Sent, Watched};

/// Bytes of a request's head that are read at most: what AWS's load balancer lets through. More than
/// [`super::limits`] takes, whose answer can say why.
const HEAD: usize = 64 * 1024;
/// How long a closed connection is still read, so that the answer is not lost to a client that has
/// not stopped sending.
const LINGER: Duration = Duration::from_secs(1);
/// The pause after the system refused to accept, for want of descriptors say.
const PAUSE: Duration = Duration::from_millis(500);

/// What a client is told whose head took too long.
static TOO_SLOW: LazyLock<String> = LazyLock::new(|| {
    let text = format!(
        "The request's head did not arrive within {} seconds.\n",
        Phase::Head.patience().as_secs()
    );
    let mut answer = "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n".to_owned();
    for (name, value) in headers::SECURITY {
        answer += &format!("{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    answer += "content-type: text/plain; charset=utf-8\r\n";
    answer += &format!("content-length: {}\r\n\r\n{text}", text.len());
    answer
});

/// Marks an answer that goes on as long as somebody listens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lasting;

/// Serves at most so many connections at once until the sender of `closing` is dropped; then what is in
/// flight is finished.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    closing: Receiver<()>,
    most: usize,
) {
    let crowd = Arc::new(Crowd::new(most));
    let mut connections = JoinSet::new();
    take_in(&listener, &crowd, &router, closing, &mut connections).await;
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Begins a conversation with each who comes.
async fn take_in(
    listener: &TcpListener,
    crowd: &Arc<Crowd>,
    router: &Router,
    closing: Receiver<()>,
    connections: &mut JoinSet<()>,
) {
    let mut closed = closing.clone();
    // It goes on when another connection ends: one that waits for a place is not to be dropped.
    let mut next = pin!(accept(listener, crowd));
    loop {
        tokio::select! {
            (stream, peer) = next.as_mut() => {
                next.set(accept(listener, crowd));
                let place = crowd.enter();
                let (router, closing) = (router.clone(), closing.clone());
                connections.spawn(async move {
                    converse(stream, peer, router, place.watch(), closing).await;
                });
            }
            Some(_) = connections.join_next() => {}
            // It is never sent to, only dropped.
            _ = closed.changed() => return,
        }
    }
}

/// The next connection, once there is a place for it.
async fn accept(listener: &TcpListener, crowd: &Crowd) -> (TcpStream, SocketAddr) {
    let accepted = loop {
        match listener.accept().await {
            Ok(accepted) => break accepted,
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                error!(%error, "cannot accept connections");
                sleep(PAUSE).await;
            }
        }
    };
    crowd.room().await;
    accepted
}

fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

/// Why there is no more to do for a connection, or for its HTTP.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// All that was asked is answered, and nothing else has begun.
    Quiet,
    /// By the rules of HTTP, or by the client.
    Over,
    /// The answer could not be made to its end.
    Broken,
    /// It took too long in that phase.
    Overdue(Phase),
    /// Its place was needed, in that phase.
    Evicted(Phase),
    /// The program stops.
    Stopped,
}

/// Answers the requests of one connection. HTTP keeps 16 KB of buffers and more for its state, so it is
/// there only from the first byte of a request to the last one of its answer; after a request with a body
/// it stays until one without is answered. A connection on which nothing happens holds little more than
/// its socket.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    watch: Arc<Watch>,
    mut closing: Receiver<()>,
) {
    let mut stream = Watched::new(stream, Arc::clone(&watch));
    let end = loop {
        match asked(&stream, &watch, &mut closing).await {
            End::Quiet => {}
            end => break end,
        }
        let end;
        (stream, end) = Box::pin(answer(stream, peer, router.clone(), &watch, &mut closing)).await;
        if end != End::Quiet {
            break end;
        }
    };
    // Nobody waits for clients that have asked for nothing.
    let stopping = closing.has_changed().is_err();
    if !(stopping && watch.phase().is_idle()) {
        close(stream.into_inner(), end).await;
    }
}

/// Waits for the next request: until then, it is quiet.
async fn asked(stream: &Watched, watch: &Watch, closing: &mut Receiver<()>) -> End {
    let ended = async {
        tokio::select! {
            () = sleep_until(watch.deadline()) => End::Overdue(watch.phase()),
            () = watch.evicted() => End::Evicted(watch.phase()),
            _ = closing.changed() => End::Stopped,
        }
    };
    tokio::select! {
        biased;
        () = stream.arrival() => End::Quiet,
        end = ended => end,
    }
}

/// Speaks HTTP until it is quiet, or ends.
async fn answer(
    stream: Watched,
    peer: SocketAddr,
    router: Router,
    watch: &Arc<Watch>,
    closing: &mut Receiver<()>,
) -> (Watched, End) {
    let service = answering(router, peer, Arc::clone(watch));
    // A client that closes its sending side counts as gone, so that what it asked for need not be computed.
    let mut http = http1::Builder::new()
        // Phases have their own clock, which knows an idle connection from a slow one.
        .header_read_timeout(None)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut alarm = pin!(sleep_until(watch.deadline()));
    let mut stopping = false;
    let end = loop {
        tokio::select! {
            biased;
            end = poll_fn(|context| drive(&mut http, watch, alarm.as_mut(), context)) => break end,
            () = watch.evicted() => break End::Evicted(watch.phase()),
            _ = closing.changed(), if !stopping => {
                stopping = true;
                Pin::new(&mut http).graceful_shutdown();
            }
        }
    };
    let parts = http.into_parts();
    let stream = parts.io.into_inner().with_ahead(&parts.read_buf);
    (stream, end)
}

/// The routes for the requests of one connection, each of which moves it from phase to phase.
fn answering(
    router: Router,
    peer: SocketAddr,
    watch: Arc<Watch>,
) -> impl HttpService<
    Incoming,
    ResBody = Sent,
    Error = Infallible,
    Future: Future<Output = Result<Response<Sent>, Infallible>> + Unpin + Send,
> + Unpin
+ Send {
    let routes = TowerToHyperService::new(router);
    service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        watch.requested(!request.body().is_end_stream());
        let answer = routes.call(request.map(Body::new));
        let watch = Arc::clone(&watch);
        Box::pin(async move {
            let response = answer.await?;
            watch.enter(match response.extensions().get() {
                Some(Lasting) => Phase::Stream,
                None => Phase::Send,
            });
            Ok(response.map(|body| Sent::new(body, watch)))
        })
    })
}

/// Lets HTTP go on, until it ends or the phase that it is in then has lasted too long.
fn drive<I, S>(
    http: &mut http1::Connection<I, S>,
    watch: &Watch,
    mut alarm: Pin<&mut Sleep>,
    context: &mut Context<'_>,
) -> Poll<End>
where
    I: Read + Write + Unpin,
    S: HttpService<Incoming, ResBody = Sent, Error = Infallible> + Unpin,
    S::Future: Unpin,
{
    match http.poll_without_shutdown(context) {
        Poll::Ready(Err(error)) if error.is_user() => return Poll::Ready(End::Broken),
        Poll::Ready(_) => return Poll::Ready(End::Over),
        Poll::Pending => {}
    }
    if watch.is_quiet() {
        // Between two requests it ends at once; the socket stays as it is.
        Pin::new(&mut *http).graceful_shutdown();
        if http.poll_without_shutdown(context).is_ready() {
            return Poll::Ready(End::Quiet);
        }
    }
    let deadline = watch.deadline();
    if alarm.deadline() != deadline {
        alarm.as_mut().reset(deadline);
    }
    match alarm.poll(context) {
        Poll::Ready(()) => Poll::Ready(End::Overdue(watch.phase())),
        Poll::Pending => Poll::Pending,
    }
}

async fn close(stream: TcpStream, end: End) {
    match end {
        End::Over => linger(stream).await,
        End::Overdue(Phase::Head) => {
            // It fits into the socket's buffer, or else nobody reads.
            let _ = stream.try_write(TOO_SLOW.as_bytes());
            linger(stream).await;
        }
        End::Broken | End::Overdue(Phase::Send) | End::Evicted(Phase::Send) => {
            // Reset: an answer that lasts until the connection ends, as in HTTP/1.0, would look whole.
            let _ = stream.set_zero_linger();
            debug!(?end, "connection reset");
        }
        End::Quiet | End::Overdue(_) | End::Evicted(_) | End::Stopped => {
            debug!(?end, "connection closed");
        }
    }
}

/// Says that nothing more comes, and reads on for a moment: to close a socket with unread bytes
/// resets it, and the client might lose the answer.
async fn linger(mut stream: TcpStream) {
    let ended = poll_fn(|context| Pin::new(&mut stream).poll_shutdown(context)).await;
    if ended.is_err() {
        return;
    }
    // Whether it was the client or the time that ended it makes no difference.
    let _ = timeout(LINGER, discard(&stream)).await;
}

async fn discard(stream: &TcpStream) {
    let mut buffer = [0; 4096];
    while stream.readable().await.is_ok() {
        match stream.try_read(&mut buffer) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests;
