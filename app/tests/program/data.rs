//! Data that changes while the program runs, and uploads that end in the middle.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use crate::access::hash;
use crate::server::{PATIENCE, Server, ask, everything};
use crate::{clean, program, run, temporary};

const THREE: &str = "Exam_Score,x\n1,2\n3,4\n5,6\n";
const FOUR: &str = "Exam_Score,x\n1,2\n3,4\n5,6\n7,8\n";

/// A server that looks after the file all the time.
fn watching(data: &str) -> Server {
    let arguments = ["--data", data, "--watch", "0.01", "--port", "0"];
    Server::start(program(
        &[&["serve", "--drain", "3600"], &arguments[..]].concat(),
    ))
}

/// Puts a file in the place of another at once.
fn replace(path: &str, content: &str) {
    let beside = format!("{path}.new");
    std::fs::write(&beside, content).unwrap();
    std::fs::rename(beside, path).unwrap();
}

#[test]
fn a_newer_file_is_served_once_it_is_good() {
    let data = temporary("watched.csv", THREE.as_bytes());
    let mut server = watching(&data);
    let page = || server.get("/overview");
    assert!(page().contains("of 3 students"));
    let stale = "The newest data cannot be used";
    for (content, said, shown, fault) in [
        (FOUR, "a newer dataset is served", "of 4 students", None),
        (
            "Exam_Score,x\n1\n",
            "not a usable table",
            "of 4 students",
            Some("row 2, column 2"),
        ),
        (THREE, "a newer dataset is served", "of 3 students", None),
    ] {
        replace(&data, content);
        server.says(said);
        let page = server.get("/overview");
        assert!(page.contains(shown), "{page}");
        assert_eq!(page.contains(stale), fault.is_some(), "{page}");
        assert!(page.contains(fault.unwrap_or_default()), "{page}");
        let metric = format!(
            "student_analytics_dataset_stale {}",
            u8::from(fault.is_some())
        );
        assert!(server.get("/metrics").contains(&metric));
    }
    std::fs::remove_file(&data).unwrap();
    server.says("cannot be fetched");
    let page = server.get("/overview");
    assert!(
        page.contains("of 3 students") && page.contains("the file is gone"),
        "{page}"
    );
    replace(&data, FOUR);
    server.says("a newer dataset is served");
}

#[test]
fn open_pages_hear_of_newer_data() {
    let data = temporary("heard.csv", THREE.as_bytes());
    let mut server = watching(&data);
    let mut connection = server.connect();
    ask(&mut connection, "/events", "Connection: close\r\n");
    let mut lines = BufReader::new(connection).lines().map(|line| line.unwrap());
    let mut version = || {
        lines
            .by_ref()
            .find_map(|line| Some(line.strip_prefix("data: ")?.to_owned()))
    };
    let first = version().unwrap();
    assert!(
        server
            .get("/overview")
            .contains(&format!("data-version=\"{first}\""))
    );
    replace(&data, FOUR);
    let second = version().unwrap();
    assert_ne!(first, second);
    server.says("a newer dataset is served");
    assert!(
        server
            .get("/overview")
            .contains(&format!("data-version=\"{second}\""))
    );
    server.send("-TERM");
    assert_eq!(version(), None);
    assert!(server.runs());
    assert!(server.get("/events").starts_with("HTTP/1.1 503 "));
}

/// An empty folder of that name.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // Left by an earlier run.
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// Files below a folder that may change meanwhile.
fn files(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return usize::from(folder.is_file());
    };
    entries.map(|entry| files(&entry.unwrap().path())).sum()
}

fn wait_for_files(folder: &Path, count: usize) {
    let begun = std::time::Instant::now();
    while files(folder) != count {
        assert!(begun.elapsed() < PATIENCE, "not {count} files");
        std::thread::yield_now();
    }
}

/// A form whose file has so many bytes.
fn form(bytes: usize) -> Vec<u8> {
    let head =
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\n\r\n";
    let rows = "1,2\n".repeat(bytes / 4);
    format!("{head}Exam_Score,x\n{rows}\r\n--edge--\r\n").into_bytes()
}

/// Sends a form whose file has so many bytes, of which the last `kept_back` do not come.
fn post(server: &Server, bytes: usize, kept_back: usize) -> TcpStream {
    let body = form(bytes);
    let mut connection = server.connect();
    let length = body.len();
    write!(
        connection,
        "POST /datasets HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: {length}\r\n\r\n"
    )
    .unwrap();
    // A refusal may come before all was sent.
    let _ = connection.write_all(&body[..length - kept_back]);
    connection
}

/// More than is sent to a store at once, so that a part of it lies there already.
const LARGE: usize = 20 << 20;

#[test]
fn an_upload_that_is_cut_off_leaves_nothing() {
    let store = folder("cut_off");
    let place = store.display().to_string();
    let server = Server::start(program(&["serve", "--port", "0", "--store", &place]));
    let connection = post(&server, LARGE, 1000);
    wait_for_files(&store, 1);
    drop(connection);
    wait_for_files(&store, 0);
    let answer = everything(post(&server, 1000, 0));
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    assert_eq!(files(&store), 1);
}

/// No file may have more than a few blocks: the operating system refuses to write on.
#[test]
fn a_full_disk_refuses_an_upload_and_nothing_else() {
    let store = folder("full");
    let mut command = Command::new("sh");
    clean(&mut command)
        .args(["-c", r#"trap '' XFSZ; ulimit -f 4; exec "$0" "$@""#])
        .args([
            env!("CARGO_BIN_EXE_student-analytics"),
            "serve",
            "--port",
            "0",
        ])
        .arg("--store")
        .arg(&store);
    let server = Server::start(command);
    for bytes in [100_000, LARGE] {
        let answer = everything(post(&server, bytes, 0));
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
        wait_for_files(&store, 0);
        assert!(server.get("/overview").starts_with("HTTP/1.1 200 "));
    }
    let answer = everything(post(&server, 1000, 0));
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
}

#[test]
fn stores_that_cannot_be_are_explained() {
    let file = temporary("no_folder", b"");
    let cases = [
        (vec!["--store", &file], 1, "error: cannot keep uploads in "),
        (vec!["--store", "s3://"], 2, ""),
        (vec!["--upload-limit", "0"], 2, "0 is not in 1..=1000000"),
        #[cfg(not(feature = "s3"))]
        (
            vec!["--data", "s3://files/data.csv"],
            2,
            "this build has no S3",
        ),
    ];
    for (arguments, expected, said) in cases {
        let (status, _, stderr) = run(&[&["--port", "0"], &arguments[..]].concat());
        assert_eq!(status, Some(expected), "{arguments:?}: {stderr}");
        assert!(stderr.contains(said), "{stderr}");
    }
}

/// A server that takes files of one megabyte.
fn narrow(name: &str, further: &[&str]) -> (Server, PathBuf) {
    let store = folder(name);
    let place = store.display().to_string();
    let arguments = [
        "serve",
        "--port",
        "0",
        "--upload-limit",
        "1",
        "--store",
        &place,
    ];
    let server = Server::start(program(&[&arguments[..], further].concat()));
    (server, store)
}

#[test]
fn a_file_that_is_too_large_is_told_the_limit() {
    let (server, store) = narrow("too_large", &[]);
    // Beyond the file's limit, and beyond what is taken in at all.
    for bytes in [1_100_000, 2_500_000] {
        let answer = everything(post(&server, bytes, 0));
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        assert!(answer.contains("larger than 1 MB"), "{answer}");
        assert_eq!(files(&store), 0);
    }
}

/// In pieces, with pauses; and larger than what other routes take.
#[test]
fn a_slow_upload_is_taken() {
    let (server, store) = narrow("slow", &[]);
    let (whole, kept_back) = (form(400_000), 3_000);
    let mut connection = post(&server, 400_000, kept_back);
    for piece in whole[whole.len() - kept_back..].chunks(1_000) {
        sleep(Duration::from_millis(300));
        connection.write_all(piece).unwrap();
    }
    let answer = everything(connection);
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    assert_eq!(files(&store), 1);
}

#[test]
fn nobody_uploads_without_the_password() {
    let hash = hash("correct horse").1;
    let hash = temporary("upload.hash", hash.as_bytes());
    let (server, store) = narrow("guarded", &["--password-file", &hash]);
    let answer = everything(post(&server, 1_000, 0));
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    assert!(answer.contains("asks for a password"), "{answer}");
    assert!(server.get("/events").starts_with("HTTP/1.1 403 "));
    assert_eq!(files(&store), 0);
}
