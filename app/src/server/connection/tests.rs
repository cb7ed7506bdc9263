//! Connections as clients see them.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpSocket;
use tokio::sync::watch;

use super::*;
use crate::assets;
use crate::server::{App, Current, Loaded, testing};
use crate::views::Stay;

/// A dataset that is watched.
fn loaded(version: &str) -> Loaded {
    let stay = Stay::Watched {
        version: version.to_owned(),
        fault: None,
    };
    testing::loaded("Exam_Score\n70\n", stay)
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

/// More of them than HTTP reads at once, after a head of every size, or a body.
#[tokio::test]
async fn a_burst_of_requests_is_answered_in_order() {
    const REQUESTS: usize = 600;
    let one = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let last = "GET /nope HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let with_head = |length: usize| {
        let filler = "f".repeat(length);
        format!("GET /healthz HTTP/1.1\r\nHost: a\r\nX-Filler: {filler}\r\n\r\n")
    };
    let body = "b".repeat(9_000);
    let with_body = format!(
        "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let heads = [0, 1_000, 7_990, 9_000].map(with_head);
    for first in heads.into_iter().chain([with_body]) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap());
        let (client, accepted) = tokio::join!(client, listener.accept());
        let ((stream, peer), client) = (accepted.unwrap(), client.unwrap());
        let place = Arc::new(Crowd::new(1)).enter();
        let (_close, closing) = watch::channel(());
        tokio::spawn(converse(stream, peer, routes(), place.watch(), closing));
        let (mut from, mut to) = client.into_split();
        let requests = format!("{first}{}{last}", one.repeat(REQUESTS));
        let sends = tokio::spawn(async move {
            let sent = to.write_all(requests.as_bytes()).await;
            // Without an end: who asks no more gets no more either.
            (sent, to)
        });
        let mut answers = String::new();
        from.read_to_string(&mut answers).await.unwrap();
        let (sent, _to) = sends.await.unwrap();
        sent.unwrap();
        let found: Vec<&str> = answers.split("HTTP/1.1 ").skip(1).collect();
        let found: Vec<&str> = found.iter().map(|answer| &answer[..3]).collect();
        let begins = if first.starts_with("GET") {
            "200"
        } else {
            "413"
        };
        let mut expected = vec![begins];
        expected.extend(["200"; REQUESTS]);
        expected.push("404");
        assert_eq!(found, expected, "{}", first.len());
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
        let request = b"GET /events HTTP/1.1\r\nHost: test\r\nAccept-Encoding: br, gzip\r\n\r\n";
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
        // A connection that is given up ends in the middle, as an error.
        let is_reset = loop {
            let line = match lines.next_line().await {
                Ok(line) => line.unwrap(),
                Err(error) => break error.kind() == io::ErrorKind::ConnectionReset,
            };
            rest += &line;
            if line == "data: second" {
                // Once more, for the alarm.
                current.swap(loaded("third"));
            }
            if line == "data: third" {
                break false;
            }
        };
        assert_eq!(rest.contains("data: third"), heard, "{phase:?} {rest}");
        assert_eq!(is_reset, !heard, "{phase:?}");
    }
}
