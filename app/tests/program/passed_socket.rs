//! A socket that the service manager passes: who connects while no process runs is answered by the
//! next one.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

use crate::clean;
use crate::server::{Server, ask, connect, everything};

/// Passes the standard input as systemd passes a socket, as descriptor 3.
const AS_SYSTEMD: &str =
    r#"exec 3<&0 0</dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$0" "$@""#;

/// The program with that socket, told of an address that is not to be used.
fn with_socket(socket: OwnedFd) -> Command {
    let mut command = Command::new("sh");
    clean(&mut command)
        .args(["-c", AS_SYSTEMD, env!("CARGO_BIN_EXE_student-analytics")])
        .args(["serve", "--bind", "192.0.2.1", "--port", "1"])
        .stdin(Stdio::from(socket));
    command
}

#[test]
fn connections_wait_for_the_next_process() {
    let socket = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let start = || Server::start(with_socket(socket.try_clone().unwrap().into()));
    let waiting = || {
        let mut connection = connect(&address);
        ask(&mut connection, "/readyz", "Connection: close\r\n");
        connection
    };
    let answered = |connection| {
        let answer = everything(connection);
        assert!(answer.ends_with("ready\n"), "{answer}");
    };

    let early = waiting();
    let mut server = start();
    assert_eq!(server.address, address.replace("127.0.0.1", "localhost"));
    answered(early);

    server.send("-KILL");
    assert_eq!(server.ends_with(), None);
    let meanwhile = [waiting(), waiting(), waiting()];
    let mut server = start();
    meanwhile.into_iter().for_each(answered);

    server.send("-INT");
    assert_eq!(server.ends_with(), Some(0));
    let after = waiting();
    let _server = start();
    answered(after);
}

#[test]
fn a_socket_of_another_kind_is_explained() {
    let path = format!("{}/passed.socket", env!("CARGO_TARGET_TMPDIR"));
    // Left by an earlier run.
    let _ = std::fs::remove_file(&path);
    let socket = UnixListener::bind(&path).unwrap();
    let output = with_socket(socket.into()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    let expected = "error: the service manager passed no TCP socket: give the socket unit";
    assert!(said.starts_with(expected), "{said}");
}
