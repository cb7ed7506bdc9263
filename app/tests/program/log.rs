//! The log: one line a request, with its name and its route, and nothing of the dataset.

use serde_json::Value;

use crate::program;
use crate::server::{Server, ask, everything};

/// Starts it, asks each address, stops it; the log.
fn log_of(arguments: &[&str], asked: &[(&str, &str)]) -> Vec<String> {
    let mut server = Server::start(program(&[&["serve", "--port", "0"], arguments].concat()));
    for (path, headers) in asked {
        let mut connection = server.connect();
        ask(
            &mut connection,
            path,
            &format!("Connection: close\r\n{headers}"),
        );
        everything(connection);
    }
    server.send("-INT");
    server.ends_with();
    server.rest_of_log()
}

const ASKED: [(&str, &str); 6] = [
    ("/overview?Gender=Female", "X-Request-Id: one\r\n"),
    (
        "/performance/histogram.csv?School_Type=Private",
        "X-Amzn-Trace-Id: Root=1-2;Self=3\r\nX-Request-Id: two\r\n",
    ),
    ("/wp-login.php?Gender=Male", "X-Request-Id: \"three\"\r\n"),
    ("/stats.json?Nothing=Female", "X-Request-Id: four\r\n"),
    ("/readyz", "X-Request-Id: five\r\n"),
    ("/assets/nothing", "X-Request-Id: six\r\n"),
];

#[test]
fn a_line_for_each_request() {
    let log = log_of(&[], &ASKED);
    let lines: Vec<Value> = log
        .iter()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    let answered: Vec<&Value> = lines
        .iter()
        .filter(|line| line["message"] == "answered")
        .collect();
    let expected = [
        ("one", "/overview", 200),
        ("Root=1-2;Self=3", "/performance/{chart}", 200),
        ("", "other", 404),
        ("four", "/stats.json", 400),
    ];
    assert_eq!(answered.len(), expected.len(), "{log:#?}");
    for (line, (id, route, status)) in answered.into_iter().zip(expected) {
        let own = line["id"].as_str().unwrap();
        if id.is_empty() {
            assert!(own.parse::<u64>().is_ok(), "{line}");
        } else {
            assert_eq!(own, id);
        }
        assert_eq!(line["route"], route);
        assert_eq!(line["status"], status);
        assert_eq!(line["method"], "GET");
        assert_eq!(line["level"], "INFO");
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
        assert!(line["ms"].as_f64().unwrap() >= 0.0);
        assert!(line["bytes"].as_u64().unwrap() > 20, "{line}");
    }
    let events: Vec<&Value> = lines.iter().map(|line| &line["message"]).collect();
    assert_eq!(*events[0], "serving");
    assert_eq!(*events[events.len() - 1], "stopped");
}

#[test]
fn nothing_of_addresses_is_in_it() {
    for format in ["text", "json"] {
        let log = log_of(&["--log", format, "--log-level", "debug"], &ASKED);
        let answered = log.iter().filter(|line| line.contains("answered")).count();
        assert_eq!(answered, ASKED.len(), "{log:#?}");
        for line in log {
            for secret in [
                "Female",
                "Male",
                "Private",
                "wp-login",
                "histogram",
                "nothing",
                "three",
            ] {
                assert!(!line.contains(secret), "{line}");
            }
        }
    }
}

#[test]
fn levels_and_formats() {
    let cases: [(&[&str], usize, char); 4] = [
        (&["--log-level", "off"], 0, ' '),
        (&["--log-level", "error"], 0, ' '),
        // Two for the start and the stop, one more for the closing.
        (&["--log", "json"], 4 + 3, '{'),
        (&["--log", "text"], 4 + 3, '2'),
    ];
    for (arguments, lines, first) in cases {
        let log = log_of(arguments, &ASKED);
        assert_eq!(log.len(), lines, "{arguments:?}: {log:#?}");
        assert!(log.iter().all(|line| line.starts_with(first)), "{log:#?}");
    }
}
