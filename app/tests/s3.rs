//! The store over an S3 that is running, such as the emulated AWS of `cargo xtask emulator`:
//! `STUDENT_ANALYTICS_TEST_S3` names it. `cargo xtask test --only cloud` runs both.
//!
//! ```sh
//! STUDENT_ANALYTICS_TEST_S3=http://127.0.0.1:5000 cargo test -p student-analytics --features s3 --test s3
//! ```

#![cfg(feature = "s3")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const BUCKET: &str = "student-analytics-tests";
const PATIENCE: Duration = Duration::from_secs(180);
const CSV: &str = "Exam_Score,Sport\n50,chess\n60,rowing\n70,chess\n80,rowing\n";

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
];

/// A process of the program whose data and uploads are in the bucket.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(data: &str) -> Self {
        Self::start_with(data, &KEYS)
    }

    /// With credentials, or what says where they are.
    fn start_with(data: &str, credentials: &[(&str, &str)]) -> Self {
        let endpoint = endpoint();
        make_bucket();
        let mut child = Command::new(env!("CARGO_BIN_EXE_student-analytics"))
            .args(["serve", "--port", "0", "--watch", "0.05"])
            .args(["--data", &format!("s3://{BUCKET}/{data}")])
            .args(["--store", &format!("s3://{BUCKET}/stored/here")])
            .env_remove(KEYS[0].0)
            .env_remove(KEYS[1].0)
            .env("AWS_ENDPOINT_URL", &endpoint)
            .env("AWS_REGION", "us-east-1")
            .envs(credentials.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = said
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("http://")?.1.split(' ').next()?.to_owned()))
            .expect("the program prints its address");
        Self { child, address }
    }

    fn send(&self, request: &str) -> String {
        send(&self.address, request)
    }

    fn get(&self, path: &str) -> String {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
        ))
    }

    fn wait_for(&self, path: &str, text: &str) {
        let begun = Instant::now();
        while !self.get(path).contains(text) {
            assert!(begun.elapsed() < PATIENCE, "{path} never says {text}");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn send(address: &str, request: &str) -> String {
    let mut connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

fn endpoint() -> String {
    let name = "STUDENT_ANALYTICS_TEST_S3";
    std::env::var(name).unwrap_or_else(|_| {
        panic!(
            "{name} names no S3 that is running: `cargo xtask test --only cloud` provides one, or \
             set it to the address that `cargo xtask emulator` prints"
        )
    })
}

/// The bucket of these tests; one that is there already stays.
fn make_bucket() {
    put_at(BUCKET, "");
}

fn put(key: &str, content: &str) {
    put_at(&format!("{BUCKET}/{key}"), content);
}

/// Puts a bucket, or an object into one. Emulators want a signature and do not check it.
fn put_at(path: &str, content: &str) {
    let endpoint = endpoint();
    let host = endpoint.trim_start_matches("http://").trim_end_matches('/');
    let length = content.len();
    let answer = send(
        host,
        &format!(
            "PUT /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request\r\n\
             Content-Length: {length}\r\n\r\n{content}"
        ),
    );
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// A form with the file, whose rows are repeated.
fn form(times: usize) -> String {
    let (header, rows) = CSV.split_once('\n').unwrap();
    let body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n\
         {header}\n{}\r\n--edge--\r\n",
        rows.repeat(times)
    );
    let length = body.len();
    format!(
        "POST /datasets HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

#[test]
fn data_is_waited_for_and_watched() {
    let key = format!("data-{}.csv", std::process::id());
    let server = Server::start(&key);
    assert!(server.get("/readyz").contains("503"));
    assert!(server.get("/overview").contains("The data is being loaded"));
    put(&key, CSV);
    server.wait_for("/readyz", "ready");
    server.wait_for("/overview", "of 4 students");
    put(&key, &format!("{CSV}90,chess\n"));
    server.wait_for("/overview", "of 5 students");
    put(&key, "Exam_Score,x\n1\n");
    server.wait_for("/overview", "The newest data cannot be used");
    assert!(server.get("/overview").contains("of 5 students"));
}

#[test]
fn uploads_are_shown_by_every_process_until_they_are_deleted() {
    let servers = [Server::start("nothing.csv"), Server::start("nothing.csv")];
    // The second is sent in several parts.
    for (times, rows) in [(1, "of 4 students"), (150_000, "of 600,000 students")] {
        let answer = servers[0].send(&form(times));
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
        let (_, rest) = answer.split_once("location: ").unwrap();
        let (address, _) = rest.split_once("\r\n").unwrap();
        let id = address.strip_prefix("/datasets/").unwrap();
        let (id, _) = id.split_once("/mapping").unwrap();
        let address = &format!("/overview?data={id}");
        for server in &servers {
            assert!(server.get(address).contains(rows));
        }
        // What one process is told of the columns the other one follows.
        let mapping = "outcome=1&type.1=numeric&type.2=identifier";
        let confirmed = servers[1].send(&format!(
            "POST /datasets/{id}/mapping HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{mapping}",
            mapping.len()
        ));
        assert!(confirmed.starts_with("HTTP/1.1 303"), "{confirmed}");
        for server in &servers {
            let page = server.get(&format!("/performance?data={id}"));
            assert!(
                page.starts_with("HTTP/1.1 200") && !page.contains("Sport"),
                "{page}"
            );
        }
        let deleted = servers[1].send(&format!(
            "POST /datasets/{id}/delete HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
        ));
        assert!(deleted.starts_with("HTTP/1.1 303"), "{deleted}");
        for server in &servers {
            assert!(server.get(address).starts_with("HTTP/1.1 404"));
        }
    }
}

/// The metadata service of an instance with a role: by version 2, which gives nothing without a token.
/// Its address, and what it is asked for.
fn metadata_service() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    thread::spawn(move || {
        for mut connection in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(connection.try_clone().unwrap());
            let mut head = String::new();
            while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
            let head = head.to_lowercase();
            let line = head.lines().next().unwrap_or_default().to_owned();
            let has_token = head.contains("x-aws-ec2-metadata-token: the-token");
            let answer = match line.strip_suffix(" http/1.1").unwrap_or_default() {
                "put /latest/api/token" => "the-token",
                "get /latest/meta-data/iam/security-credentials/" if has_token => "role",
                "get /latest/meta-data/iam/security-credentials/role" if has_token => CREDENTIALS,
                _ => "",
            };
            seen.lock().unwrap().push(line);
            let status = if answer.is_empty() { 401 } else { 200 };
            let length = answer.len();
            let answer = format!(
                "HTTP/1.1 {status} Said\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{answer}"
            );
            connection.write_all(answer.as_bytes()).unwrap();
        }
    });
    (address, asked)
}

const CREDENTIALS: &str = r#"{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"role",
    "SecretAccessKey":"secret","Token":"session","LastUpdated":"2026-01-01T00:00:00Z",
    "Expiration":"2099-01-01T00:00:00Z"}"#;

#[test]
fn credentials_come_from_the_instances_role() {
    let (address, asked) = metadata_service();
    let key = format!("of-the-role-{}.csv", std::process::id());
    let server = Server::start_with(&key, &[("AWS_METADATA_ENDPOINT", &address)]);
    put(&key, CSV);
    server.wait_for("/overview", "of 4 students");
    let asked = asked.lock().unwrap();
    assert!(asked[0].starts_with("put /latest/api/token"), "{asked:?}");
}
