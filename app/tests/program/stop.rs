//! Signals: what is still answered, and when the program ends.

use std::io::Write;
use std::net::TcpStream;

use crate::program;
use crate::server::{Server, ask, everything};

fn start(drain: &str) -> Server {
    Server::start(program(&["serve", "--port", "0", "--drain", drain]))
}

/// Longer than any test.
const LONG: &str = "3600";

#[test]
fn a_drain_serves_and_is_not_ready() {
    let mut server = start(LONG);
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200 "));
    server.send("-TERM");
    server.says("draining");
    let answer = server.get("/readyz");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.ends_with("draining\n"), "{answer}");
    for path in ["/overview", "/healthz", "/stats.json?Gender=Female"] {
        let answer = server.get(path);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
    }
    assert!(server.runs());
}

/// A client that would keep its connection is told not to, and the connection ends.
#[test]
fn a_drain_keeps_no_connection() {
    let mut server = start(LONG);
    server.send("-TERM");
    server.says("draining");
    for path in ["/overview", "/nothing", "/assets/nothing"] {
        let mut connection = server.connect();
        ask(&mut connection, path, "");
        let answer = everything(connection);
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    }
}

#[test]
fn it_ends_with_0() {
    let cases: [(&str, &[&str]); 5] = [
        ("0", &["-TERM"]),
        ("0.01", &["-TERM"]),
        (LONG, &["-TERM", "-TERM"]),
        (LONG, &["-TERM", "-INT"]),
        (LONG, &["-INT"]),
    ];
    for (drain, signals) in cases {
        let mut server = start(drain);
        for (i, signal) in signals.iter().enumerate() {
            if i > 0 {
                server.says("draining");
            }
            server.send(signal);
        }
        assert_eq!(server.ends_with(), Some(0), "{drain} {signals:?}");
    }
}

/// A request whose first half has arrived.
fn begun(server: &Server) -> TcpStream {
    let mut connection = server.connect();
    connection.write_all(b"GET /overview HTTP/1.1\r\n").unwrap();
    // Connections are accepted in order: with this answer the first one is with the program.
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200 "));
    connection
}

#[test]
fn a_request_in_flight_is_finished() {
    for signal in ["-TERM", "-INT"] {
        let mut server = start("0");
        let mut connection = begun(&server);
        server.send(signal);
        server.says("closing");
        while TcpStream::connect(&server.address).is_ok() {}
        assert!(server.runs());
        connection.write_all(b"Host: test\r\n\r\n").unwrap();
        let answer = everything(connection);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{signal}: {answer}");
        assert!(answer.ends_with("</html>"), "{signal}: {answer}");
        assert_eq!(server.ends_with(), Some(0), "{signal}");
    }
}

/// Nobody waits for ever: not the program, and less so one who asks again.
#[test]
fn a_stuck_client_does_not_hold_it() {
    for (again, said) in [(true, "cut off"), (false, "given up")] {
        let mut server = start("0");
        let _stuck = begun(&server);
        server.send("-TERM");
        server.says("closing");
        if again {
            server.send("-INT");
        }
        server.says(said);
        assert_eq!(server.ends_with(), Some(0), "{said}");
    }
}
