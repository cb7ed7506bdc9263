//! The password's hash from a pipe, the files that access control reads, and what is said of them.

use std::io::Write;
use std::process::Stdio;

use crate::server::Server;
use crate::{program, run, temporary};

/// Pipes text to `hash-password`; the status, what it printed, and what it complained of.
pub(crate) fn hash(text: &str) -> (Option<i32>, String, String) {
    let mut child = program(&["hash-password"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn a_password_from_a_pipe_is_hashed() {
    for text in [
        "correct horse",
        "correct horse\n",
        "correct horse\r\nbattery\n",
    ] {
        let (status, printed, said) = hash(text);
        assert_eq!((status, said.as_str()), (Some(0), ""), "{text}");
        assert!(printed.starts_with("$argon2id$v=19$"), "{printed}");
        assert_eq!(printed.lines().count(), 1, "{printed}");
    }
    for text in ["", "\n", "1234567\n"] {
        let (status, printed, said) = hash(text);
        assert_eq!((status, printed.as_str()), (Some(1), ""), "{text}");
        assert!(said.contains("fewer than 8 characters"), "{said}");
    }
}

#[test]
fn files_that_cannot_be_used_are_explained() {
    let password = temporary("password.hash", hash("correct horse").1.as_bytes());
    let plain = temporary("password.txt", b"correct horse");
    let short = temporary("short.key", b"0123456789abcdef");
    let cases: [(&[&str], &str); 5] = [
        (
            &["--password-file", "no/such.hash"],
            "cannot read no/such.hash",
        ),
        (
            &["--password-file", &plain],
            "not the Argon2 hash of a password",
        ),
        (
            &["--password-file", &password, "--cookie-key-file", &short],
            "the key has fewer than 32 bytes",
        ),
        (
            &[
                "--password-file",
                &password,
                "--cookie-key-file",
                "no/such.key",
            ],
            "cannot read no/such.key",
        ),
        (
            &["--cookie-key-file", &short],
            "--cookie-key-file is of use with --password-file only",
        ),
    ];
    for (arguments, expected) in cases {
        let (status, _, said) =
            run(&[&["serve", "--port", "0", "--log-level", "off"], arguments].concat());
        assert_eq!(status, Some(1), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{said}\n  lacks: {expected}");
        assert!(!said.contains("correct horse"), "{said}");
    }
}

#[test]
fn what_is_unsafe_is_said_at_the_start() {
    let password = temporary("start.hash", hash("correct horse").1.as_bytes());
    let key = temporary("start.key", b"0123456789abcdef0123456789abcdef\n");
    let keyless = "without --cookie-key-file";
    let open = "a proxy with HTTPS in front";
    let cases: [(&[&str], &[&str]); 3] = [
        (&["--cookie-key-file", &key], &[]),
        (&[], &[keyless]),
        (&["--bind", "0.0.0.0"], &[keyless, open]),
    ];
    for (arguments, expected) in cases {
        let asked = ["serve", "--port", "0", "--password-file", &password];
        let mut server = Server::start(program(&[&asked, arguments].concat()));
        let answer = server.get("/overview");
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
        server.send("-INT");
        assert_eq!(server.ends_with(), Some(0));
        let log = server.rest_of_log();
        let warnings: Vec<&String> = log.iter().filter(|line| line.contains("WARN")).collect();
        assert_eq!(warnings.len(), expected.len(), "{log:#?}");
        for (line, text) in warnings.iter().zip(expected) {
            assert!(line.contains(text), "{line}\n  lacks: {text}");
        }
    }
}
