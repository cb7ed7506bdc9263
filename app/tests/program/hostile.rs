//! A thousand hostile requests in a row, and clients that are slow on purpose: the right answers,
//! nothing left behind, and everyone else is served.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::program;
use crate::server::Server;

/// Times that each kind is sent.
const ROUNDS: usize = 40;

/// After so many thousands that each made it larger, memory is lost.
const THOUSANDS: usize = 3;

/// What is sent, and the status of the answer; none where the client does not wait for one.
struct Kind {
    name: &'static str,
    bytes: Vec<u8>,
    status: Option<u16>,
}

fn kind(name: &'static str, bytes: impl Into<Vec<u8>>, status: u16) -> Kind {
    Kind {
        name,
        bytes: bytes.into(),
        status: Some(status),
    }
}

/// A request without a body.
fn get(address: &str, headers: &str) -> String {
    format!("GET {address} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n{headers}\r\n")
}

fn post(address: &str, headers: &str, body: &str) -> String {
    get(address, headers).replacen("GET", "POST", 1) + body
}

/// Twenty-five kinds.
fn kinds() -> Vec<Kind> {
    let many_headers: String = (0..200).map(|i| format!("X-{i}: 1\r\n")).collect();
    let cookie = |bytes: usize| format!("Cookie: {}\r\n", "c".repeat(bytes));
    let chunk = format!("10000\r\n{}\r\n", "b".repeat(0x1_0000));
    let tls = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 no request at all \r\n\r\n";
    let levels = "Gender=Male&".repeat(900);
    vec![
        kind("a path of another program", get("/wp-login.php", ""), 404),
        kind(
            "a way out of a folder",
            get("/assets/../../etc/passwd", ""),
            404,
        ),
        kind(
            "the same, encoded",
            get("/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd", ""),
            404,
        ),
        kind(
            "script in the address",
            get("/overview?Gender=%3Cscript%3E", ""),
            400,
        ),
        kind(
            "bytes that are no text",
            get("/overview?%ff%fe%00=%c0%af", ""),
            400,
        ),
        kind(
            "numbers that are none",
            get("/stats.json?Hours_Studied=NaN..inf", ""),
            400,
        ),
        kind(
            "one level 900 times",
            get(
                &format!("/compare?{}", levels.replace("Gender", "a.Gender")),
                "",
            ),
            200,
        ),
        kind(
            "too many parameters",
            get(&format!("/overview?{}", "a=&".repeat(2_000)), ""),
            400,
        ),
        kind(
            "too long an address",
            get(&format!("/overview?{}", "a".repeat(20_000)), ""),
            414,
        ),
        kind("too large a header", get("/overview", &cookie(40_000)), 431),
        kind(
            "a header beyond all bounds",
            get("/overview", &cookie(200_000)),
            431,
        ),
        kind("too many headers", get("/overview", &many_headers), 431),
        kind(
            "a line break in a redirect",
            get("/?%0d%0aSet-Cookie:%20a=b", ""),
            307,
        ),
        kind("a control character", get("/overview?\x01", ""), 400),
        kind(
            "another site's form",
            post(
                "/datasets/0123456789abcdef0123456789abcdef/mapping",
                "Origin: http://evil\r\nContent-Length: 24\r\n",
                "outcome=1&type.1=numeric",
            ),
            403,
        ),
        kind(
            "a body of 10 GB",
            post("/overview", "Content-Length: 9999999999\r\n", "b"),
            413,
        ),
        kind(
            "a body without an end",
            post("/overview", "Transfer-Encoding: chunked\r\n", &chunk),
            405,
        ),
        kind(
            "two lengths",
            post(
                "/overview",
                "Content-Length: 1\r\nContent-Length: 2\r\n",
                "b",
            ),
            400,
        ),
        kind("another protocol", *tls, 400),
        kind(
            "a colour that is script",
            get("/explore?color=%3Cscript%3E", ""),
            400,
        ),
        kind(
            "a chart beyond the page",
            get("/explore/..%2f..%2fetc%2fpasswd.csv", ""),
            404,
        ),
        kind(
            "an export of an unknown column",
            get("/export.csv?nope=1", ""),
            400,
        ),
        kind("a form to an export", post("/export.parquet", "", ""), 405),
        Kind {
            name: "an export that nobody takes",
            bytes: get("/export.json", "").into_bytes(),
            status: None,
        },
        Kind {
            name: "half a request",
            bytes: b"GET /overview HTTP/1.1\r\nHost: e".to_vec(),
            status: None,
        },
    ]
}

/// Sends it, however early the other side stops reading, and the status line of the answer.
fn status(server: &Server, kind: &Kind) -> Option<u16> {
    let mut connection = server.connect();
    // A refusal may come before all was sent.
    let _ = connection.write_all(&kind.bytes);
    kind.status?;
    status_of(&mut connection)
}

fn status_of(connection: &mut TcpStream) -> Option<u16> {
    let mut answer = Vec::new();
    // What came before a reset counts.
    let _ = connection.read_to_end(&mut answer);
    let line = String::from_utf8_lossy(&answer);
    line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

/// Resident memory of the program, in KiB.
fn resident(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let text = line.unwrap().trim().strip_suffix(" kB").unwrap();
    text.parse().unwrap()
}

fn send_all(server: &Server, rounds: usize) {
    for _ in 0..rounds {
        for kind in kinds() {
            assert_eq!(status(server, &kind), kind.status, "{}", kind.name);
        }
    }
}

/// Resident memory once everything has been used so often that it grows no more, in KiB. Each thread
/// that answers keeps a heap as large as its largest page, and some get theirs late.
fn settled(server: &Server) -> u64 {
    const STEADY: usize = 5;
    const MOST: usize = 100;
    let (mut most, mut steady) = (0, 0);
    for _ in 0..MOST {
        visit(server);
        send_all(server, 1);
        let now = resident(server);
        steady = if now * 100 > most * 101 {
            0
        } else {
            steady + 1
        };
        most = most.max(now);
        if steady == STEADY {
            return most;
        }
    }
    panic!("memory still grows after {MOST} rounds: {most} KiB");
}

/// Whether the last thousand made it more than a tenth larger.
fn grew(sizes: &[u64]) -> bool {
    matches!(sizes, [.., before, after] if after * 10 > before * 11)
}

/// What a visitor would ask for.
fn visit(server: &Server) {
    for path in [
        "/overview",
        "/factors?Gender=Male",
        "/relationships",
        "/explore",
        "/export.csv?Gender=Male",
        "/report.html?Gender=Male",
        "/healthz",
    ] {
        let answer = server.get(path);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_thousand_hostile_requests_change_nothing() {
    assert_eq!(kinds().len() * ROUNDS, 1_000);
    let arguments = [
        "serve",
        "--port",
        "0",
        "--log",
        "json",
        "--log-level",
        "error",
    ];
    let mut server = Server::start(program(&arguments));
    let mut sizes = vec![settled(&server)];
    // A thread that gets its heap this late does so once; what is lost with requests is lost with
    // every thousand of them.
    while sizes.len() == 1 || (grew(&sizes) && sizes.len() <= THOUSANDS) {
        send_all(&server, ROUNDS);
        visit(&server);
        sizes.push(resident(&server));
    }
    assert!(!grew(&sizes), "KiB after each thousand: {sizes:?}");
    server.send("-INT");
    assert_eq!(server.ends_with(), Some(0));
    assert_eq!(server.rest_of_log(), [""; 0], "neither panics nor errors");
}

/// More of them than there are places for connections.
#[test]
fn slow_clients_do_not_hold_the_service() {
    let places = ["--connections", "128"];
    let quiet = ["serve", "--port", "0", "--log-level", "off"];
    let server = Server::start(program(&[&quiet[..], &places].concat()));
    let stuck: Vec<TcpStream> = (0..600)
        .map(|i| {
            let mut connection = server.connect();
            let sent: &[u8] = match i % 3 {
                0 => b"",
                1 => b"GET /overview HTTP/1.1\r\nX-Slow: ",
                _ => b"POST /overview HTTP/1.1\r\nHost: e\r\nContent-Length: 100\r\n\r\nb",
            };
            connection.write_all(sent).unwrap();
            connection
        })
        .collect();
    let begun = Instant::now();
    visit(&server);
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    drop(stuck);
}

/// A byte now and then does not keep a connection.
#[test]
fn a_head_that_drips_is_given_up() {
    let server = Server::start(program(&["serve", "--port", "0", "--log-level", "off"]));
    let mut connection = server.connect();
    let begun = Instant::now();
    connection
        .write_all(b"GET /overview HTTP/1.1\r\nX-Slow: ")
        .unwrap();
    while begun.elapsed() < Duration::from_secs(25) && connection.write_all(b"a").is_ok() {
        sleep(Duration::from_millis(500));
    }
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(status_of(&mut connection), Some(408));
}
