//! The program as its user starts it: options, messages, exit statuses, start and stop.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_student-analytics"));
    // The tests' own environment must not choose the data.
    for name in ["DATA", "PORT", "BIND", "TARGET"] {
        command.env_remove(format!("STUDENT_ANALYTICS_{name}"));
    }
    command.args(arguments);
    command
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = program(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// A running server, killed when the test ends, and the address that it printed.
struct Server(Child, String);

impl Server {
    fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = program(arguments)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .map(|line| line.unwrap())
            .find_map(|line| Some(line.split_once("http://")?.1.split(' ').next()?.to_owned()))
            .expect("the program prints its address");
        Self(child, address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have stopped already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn temporary(name: &str, content: &[u8]) -> String {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).unwrap();
    path.display().to_string()
}

#[test]
fn help_names_every_option_and_its_variable() {
    for arguments in [&["--help"][..], &["serve", "--help"]] {
        let (status, help, _) = run(arguments);
        assert_eq!(status, Some(0));
        for name in ["data", "port", "bind", "target"] {
            assert!(help.contains(&format!("--{name}")), "{help}");
            let variable = format!("[env: STUDENT_ANALYTICS_{}", name.to_uppercase());
            assert!(help.contains(&variable), "{help}");
        }
    }
}

#[test]
fn the_version_says_that_this_is_no_release() {
    let (status, version, _) = run(&["--version"]);
    assert_eq!(status, Some(0));
    let expected = concat!(
        "student-analytics ",
        env!("CARGO_PKG_VERSION"),
        " (development)\n"
    );
    assert_eq!(version, expected);
}

#[test]
fn a_file_that_cannot_be_used_ends_the_program_with_2() {
    let ragged = temporary("ragged.csv", b"Exam_Score,x\n1,2\n3\n");
    let other = temporary("other.csv", b"Points,x\n1,2\n3,4\n");
    let cases = [
        (
            vec!["--data", "no/such.csv"],
            "error: cannot read no/such.csv: ",
        ),
        (
            vec!["--data", &ragged],
            "row 3, column 2: 1 fields where the header has 2",
        ),
        (
            vec!["serve", "--data", &other],
            "Choose one with --target: Points, x",
        ),
        (
            vec!["--target", "Gender"],
            "is not a number, so the column cannot be the outcome",
        ),
    ];
    for (arguments, expected) in cases {
        let (status, stdout, stderr) = run(&arguments);
        assert_eq!(status, Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(expected), "{stderr}\n  lacks: {expected}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert_eq!(stdout, "");
    }
}

#[test]
fn a_taken_port_is_explained() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (status, _, stderr) = run(&["--port", &port]);
    assert_eq!(status, Some(1));
    let expected = format!(
        "error: port {port} is taken by another program. Stop it, or choose another port with --port"
    );
    assert!(stderr.starts_with(&expected), "{stderr}");
}

#[test]
fn options_come_from_the_environment_too() {
    let data = temporary("points.csv", b"Points,x\n1,2\n3,4\n");
    let server = Server::start(
        &[],
        &[
            ("STUDENT_ANALYTICS_DATA", &data),
            ("STUDENT_ANALYTICS_TARGET", "Points"),
            ("STUDENT_ANALYTICS_PORT", "0"),
        ],
    );
    assert!(server.1.starts_with("localhost:"), "{}", server.1);
    assert_ne!(server.1, "localhost:8501");
}

#[test]
fn termination_ends_it_with_0() {
    let mut server = Server::start(&["serve", "--port", "0"], &[]);
    let id = server.0.id().to_string();
    let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert!(sent.success());
    assert_eq!(server.0.wait().unwrap().code(), Some(0));
}
