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
    /// It took too long in that phase.
    Overdue(Phase),
    /// Its place was needed.
    Evicted,
    /// The program stops.
    Stopped,
}

/// Answers the requests of one connection. HTTP keeps 16 KB of buffers and more for its state, so it is
/// there only from the first byte of a request to the last one of its answer; a connection on which
/// nothing happens holds little more than its socket.
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
            () = watch.evicted() => End::Evicted,
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
            () = watch.evicted() => break End::Evicted,
            _ = closing.changed(), if !stopping => {
                stopping = true;
                Pin::new(&mut http).graceful_shutdown();
            }
        }
    };
    let parts = http.into_parts();
    let stream = parts.io.into_inner().with_ahead(parts.read_buf);
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
    if http.poll_without_shutdown(context).is_ready() {
        return Poll::Ready(End::Over);
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
        End::Quiet | End::Overdue(_) | End::Evicted | End::Stopped => {
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
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpSocket;
    use tokio::sync::watch;

    use super::*;
    use crate::assets;
    use crate::dataset::read;
    use crate::server::{App, Current, Loaded};
    use crate::views::{About, Stay};

    /// A dataset that is watched.
    fn loaded(version: &str) -> Loaded {
        let dataset = read("x".to_owned(), b"Exam_Score\n70\n", "Exam_Score").unwrap();
        let about = About {
            name: "x".to_owned(),
            rows: 1,
            origin: "a test".to_owned(),
            loaded: String::new(),
            stay: Stay::Watched {
                version: version.to_owned(),
                fault: None,
            },
        };
        Loaded::new(dataset, about)
    }

    /// The routes over a small dataset.
    fn routes() -> Router {
        let current = Arc::new(Current::of(loaded("first")));
        crate::server::router(App::new(current, None).unwrap(), None)
    }

    /// Both ends of a connection whose sockets keep as little as the system lets them.
    async fn tight() -> (TcpStream, TcpStream, SocketAddr) {
        const BYTES: u32 = 4_096;
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_send_buffer_size(BYTES).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(BYTES).unwrap();
        let client = socket.connect(listener.local_addr().unwrap());
        let (client, accepted) = tokio::join!(client, listener.accept());
        let (stream, peer) = accepted.unwrap();
        (client.unwrap(), stream, peer)
    }

    /// Waits until it is true of the connection.
    async fn becomes(watch: &Watch, holds: impl Fn(&Watch) -> bool) {
        let waits = async {
            while !holds(watch) {
                tokio::task::yield_now().await;
            }
        };
        let in_time = timeout(Duration::from_secs(20), waits).await;
        assert!(in_time.is_ok(), "{:?}", watch.phase());
    }

    /// However they are cut into packets, and though HTTP begins anew after each.
    #[tokio::test]
    async fn every_request_of_a_connection_is_answered() {
        let requests = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n\
            HEAD /overview HTTP/1.1\r\nHost: a\r\n\r\n\
            GET /nope HTTP/1.1\r\nHost: a\r\n\r\n\
            GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        for cut in 0..requests.len() {
            let (mut client, stream, peer) = tight().await;
            let place = Arc::new(Crowd::new(1)).enter();
            let watch = place.watch();
            let (_close, closing) = watch::channel(());
            tokio::spawn(converse(stream, peer, routes(), place.watch(), closing));
            client.write_all(&requests.as_bytes()[..cut]).await.unwrap();
            if cut > 0 {
                becomes(&watch, |watch| watch.phase() != Phase::First).await;
                becomes(&watch, |watch| watch.phase() != Phase::Answer).await;
            }
            client.write_all(&requests.as_bytes()[cut..]).await.unwrap();
            let mut answers = String::new();
            client.read_to_string(&mut answers).await.unwrap();
            let found: Vec<&str> = answers.split("HTTP/1.1 ").skip(1).collect();
            let found: Vec<&str> = found.iter().map(|answer| &answer[..3]).collect();
            assert_eq!(found, ["200", "200", "404", "200"], "cut at {cut}");
        }
    }

    #[tokio::test]
    async fn an_answer_that_waits_for_its_client_arrives_whole() {
        let (client, stream, peer) = tight().await;
        let place = Arc::new(Crowd::new(1)).enter();
        let watch = place.watch();
        let (_close, closing) = watch::channel(());
        tokio::spawn(converse(stream, peer, routes(), place.watch(), closing));
        let mut client = BufReader::new(client);
        let largest = assets::ALL
            .iter()
            .max_by_key(|asset| asset.raw.len())
            .unwrap();
        for path in [largest.path; 2] {
            let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
            client.write_all(request.as_bytes()).await.unwrap();
            // The body is with HTTP, and fits nowhere else.
            becomes(&watch, |watch| {
                watch.phase() == Phase::Idle && !watch.is_quiet()
            })
            .await;
            let mut length = 0;
            let mut line = String::new();
            while line != "\r\n" {
                line.clear();
                client.read_line(&mut line).await.unwrap();
                if let Some(value) = line.strip_prefix("content-length: ") {
                    length = value.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            client.read_exact(&mut body).await.unwrap();
            assert_eq!(body, largest.raw);
            becomes(&watch, Watch::is_quiet).await;
        }
    }

    /// An answer may take a minute to be sent, and the clock says that more have passed.
    #[tokio::test]
    async fn news_may_be_waited_for_and_other_answers_may_not() {
        let passed = Duration::from_secs(600);
        for (phase, heard) in [(Phase::Stream, true), (Phase::Send, false)] {
            let current = Arc::new(Current::of(loaded("first")));
            let app = App::new(Arc::clone(&current), None).unwrap();
            let routes = crate::server::router(app, None);
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let client = TcpStream::connect(listener.local_addr().unwrap());
            let (client, accepted) = tokio::join!(client, listener.accept());
            let ((stream, peer), mut client) = (accepted.unwrap(), client.unwrap());
            let (_close, closing) = watch::channel(());
            let place = Arc::new(Crowd::new(1)).enter();
            tokio::spawn(converse(stream, peer, routes, place.watch(), closing));
            let request =
                b"GET /events HTTP/1.1\r\nHost: test\r\nAccept-Encoding: br, gzip\r\n\r\n";
            client.write_all(request).await.unwrap();
            let mut lines = BufReader::new(client).lines();
            let mut head = String::new();
            while !head.ends_with("data: first\n") {
                head += &lines.next_line().await.unwrap().unwrap();
                head.push('\n');
            }
            assert!(!head.contains("content-encoding"), "{head}");
            assert_eq!(place.watch().phase(), Phase::Stream);
            place.watch().entered(phase, passed);
            current.swap(loaded("second"));
            let mut rest = String::new();
            // A connection that is given up ends in the middle.
            while let Ok(Some(line)) = lines.next_line().await {
                rest += &line;
                if line == "data: second" {
                    // Once more, for the alarm.
                    current.swap(loaded("third"));
                }
                if line == "data: third" {
                    break;
                }
            }
            assert_eq!(rest.contains("data: third"), heard, "{phase:?} {rest}");
        }
    }
}
