//! The store over an S3 that is running: `STUDENT_ANALYTICS_TEST_S3` names it, as
//! `http://localhost:5055`, and the bucket `student-analytics-tests` is in it.
//!
//! ```sh
//! cargo test -p student-analytics --features s3 --test s3 -- --ignored
//! ```

#![cfg(feature = "s3")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const BUCKET: &str = "student-analytics-tests";
const PATIENCE: Duration = Duration::from_secs(60);
const CSV: &str = "Exam_Score,Sport\n50,chess\n60,rowing\n70,chess\n80,rowing\n";

/// A process of the program whose data and uploads are in the bucket.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(data: &str) -> Self {
        let endpoint = std::env::var("STUDENT_ANALYTICS_TEST_S3").expect("an S3 that is running");
        let mut child = Command::new(env!("CARGO_BIN_EXE_student-analytics"))
            .args(["serve", "--port", "0", "--watch", "0.05"])
            .args(["--data", &format!("s3://{BUCKET}/{data}")])
            .args(["--store", &format!("s3://{BUCKET}/stored/here")])
            .envs([
                ("AWS_ENDPOINT_URL", endpoint.as_str()),
                ("AWS_ACCESS_KEY_ID", "test"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
                ("AWS_REGION", "us-east-1"),
            ])
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

/// Puts an object into the bucket. Emulators want a signature and do not check it.
fn put(key: &str, content: &str) {
    let endpoint = std::env::var("STUDENT_ANALYTICS_TEST_S3").expect("an S3 that is running");
    let host = endpoint.trim_start_matches("http://");
    let length = content.len();
    let answer = send(
        host,
        &format!(
            "PUT /{BUCKET}/{key} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
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
#[ignore = "needs an S3 that is running"]
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
#[ignore = "needs an S3 that is running"]
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
