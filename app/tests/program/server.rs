//! A running server: what it says, what it answers, how it ends.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

/// How long an answer may take before the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Killed when the test ends.
pub(crate) struct Server {
    child: Child,
    /// The host and port that it printed.
    pub(crate) address: String,
    log: Lines<BufReader<ChildStderr>>,
}

impl Server {
    /// Starts it and waits until it says where it is.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map(|line| line.unwrap())
            .find_map(|line| Some(line.split_once("http://")?.1.split(' ').next()?.to_owned()))
            .expect("the program prints its address");
        Self {
            child,
            address,
            log,
        }
    }

    /// Waits for a line of the log that holds the text.
    pub(crate) fn says(&mut self, text: &str) -> String {
        self.log
            .by_ref()
            .map(|line| line.unwrap())
            .find(|line| line.contains(text))
            .unwrap_or_else(|| panic!("the log never says {text}"))
    }

    /// The rest of the log, once the program has ended.
    pub(crate) fn rest_of_log(&mut self) -> Vec<String> {
        self.log.by_ref().map(|line| line.unwrap()).collect()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn send(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// The exit status, once there is one.
    pub(crate) fn ends_with(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        connect(&self.address)
    }

    /// The answer to a request on a connection of its own.
    pub(crate) fn get(&self, path: &str) -> String {
        let mut connection = self.connect();
        ask(&mut connection, path, "Connection: close\r\n");
        everything(connection)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have stopped already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn connect(address: &str) -> TcpStream {
    let connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection
}

/// Sends a request with further header lines.
pub(crate) fn ask(connection: &mut TcpStream, path: &str, headers: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\n{headers}\r\n");
    connection.write_all(request.as_bytes()).unwrap();
}

/// What comes until the other side closes the connection.
pub(crate) fn everything(mut connection: TcpStream) -> String {
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}
