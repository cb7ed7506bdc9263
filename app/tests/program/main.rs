//! The program as its user starts it: options, messages, exit statuses, start and stop.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access;
mod data;
mod hostile;
mod log;
mod passed_socket;
mod report;
mod server;
mod stop;

use std::net::TcpListener;
use std::process::{Command, Output};

use server::Server;

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_student-analytics"));
    clean(&mut command).args(arguments);
    command
}

/// The tests' own environment must not choose anything.
fn clean(command: &mut Command) -> &mut Command {
    for name in OPTIONS {
        command.env_remove(variable(name));
    }
    command.env("TMPDIR", env!("CARGO_TARGET_TMPDIR"));
    command.env_remove("LISTEN_FDS").env_remove("LISTEN_PID")
}

const OPTIONS: [&str; 16] = [
    "data",
    "watch",
    "store",
    "upload-limit",
    "cache",
    "no-uploads",
    "port",
    "bind",
    "target",
    "min-group",
    "drain",
    "connections",
    "password-file",
    "cookie-key-file",
    "log",
    "log-level",
];

fn variable(option: &str) -> String {
    format!(
        "STUDENT_ANALYTICS_{}",
        option.to_uppercase().replace('-', "_")
    )
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
        for name in OPTIONS {
            let named = help
                .split_whitespace()
                .any(|word| word == format!("--{name}"));
            assert!(named, "{help}");
            let variable = format!("[env: {}=", variable(name));
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
            "row 3, column 2 (`x`): 1 fields where the header has 2",
        ),
        (
            vec!["serve", "--data", &other],
            "Choose one with --target: Points, x",
        ),
        (
            vec!["--target", "Gender"],
            "is not a number, nor is any other cell, so the column cannot be the outcome",
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
fn everything_wrong_with_a_file_is_listed() {
    let wrong = temporary("wrong.csv", b"Exam_Score,x\n1,2\n3\nmany,5\n");
    let (status, _, stderr) = run(&["--data", &wrong]);
    assert_eq!(status, Some(2));
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{stderr}");
    assert!(lines[0].contains("wrong.csv: 2 problems ("), "{stderr}");
    assert!(lines[1].starts_with("row 3, column 2 (`x`): "), "{stderr}");
    assert!(
        lines[2].starts_with("row 4, column 1 (`Exam_Score`): "),
        "{stderr}"
    );
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
fn a_drain_is_a_number_of_seconds() {
    for value in ["-1", "NaN", "inf", "1e300", "20s", ""] {
        let (status, _, stderr) = run(&["--drain", value]);
        assert_eq!(status, Some(2), "{value}: {stderr}");
        let expected = "not a number of seconds from 0 up, such as 20 or 0.5";
        assert!(stderr.contains(expected), "{value}: {stderr}");
    }
}

#[test]
fn options_come_from_the_environment_too() {
    let data = temporary("points.csv", b"Points,x\n1,2\n3,4\n");
    let mut command = program(&[]);
    command.envs([
        ("STUDENT_ANALYTICS_DATA", data.as_str()),
        ("STUDENT_ANALYTICS_TARGET", "Points"),
        ("STUDENT_ANALYTICS_PORT", "0"),
    ]);
    let server = Server::start(command);
    assert!(
        server.address.starts_with("localhost:"),
        "{}",
        server.address
    );
    assert_ne!(server.address, "localhost:8501");
}
