//! Connections on which nothing happens, and the memory that they cost.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::Bed;
use super::figure::{Figure, Unit};
use super::start::start;

const PART: &str = "idle";

/// Connections that are opened.
const CONNECTIONS: usize = 10_000;
/// Files that this process and the program have open beside them.
const OTHERS: u64 = 100;
/// How long an answer may take before the program counts as full.
const PATIENCE: Duration = Duration::from_secs(3);

/// Opens connections, lets each ask once, and leaves them open.
pub(super) fn measure(bed: &Bed<'_>) -> Result<Vec<Figure>> {
    // The program inherits the limit.
    allow(CONNECTIONS as u64 + OTHERS)?;
    let connections = CONNECTIONS.to_string();
    let (program, _) = start(bed.bin, &["--connections".as_ref(), connections.as_ref()])?;
    let before = program.memory()?.resident;
    let address = program.origin.trim_start_matches("http://");
    let mut open = Vec::with_capacity(CONNECTIONS);
    while open.len() < CONNECTIONS {
        let Ok(connection) = ask(address) else { break };
        open.push(connection);
    }
    let after = program.memory()?.resident;
    let held = open.iter().filter(|it| is_open(it)).count();
    let more = after.saturating_sub(before) as f64;
    Ok(vec![
        Figure::new(
            PART,
            format!("connections answered of {CONNECTIONS}"),
            Unit::Count,
            vec![open.len() as f64],
        ),
        Figure::new(
            PART,
            "connections open, idle",
            Unit::Count,
            vec![held as f64],
        ),
        Figure::new(PART, "resident for them", Unit::Bytes, vec![more]),
    ])
}

/// Allows as many open files.
fn allow(files: u64) -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= files) {
        return Ok(());
    }
    ensure!(
        limit.maximum.is_none_or(|most| most >= files),
        "{files} files cannot be open at once: raise the limit first (ulimit -Hn {files})"
    );
    let wanted = Rlimit {
        current: Some(files),
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, wanted).context("the limit of open files cannot be raised")
}

/// A connection that has had one answer.
fn ask(address: &str) -> Result<TcpStream> {
    let mut connection = TcpStream::connect(address)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.write_all(format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes())?;
    // The answer is shorter, and comes at once.
    let mut buffer = [0; 4096];
    let count = connection.read(&mut buffer)?;
    ensure!(buffer[..count].starts_with(b"HTTP/1.1 200"), "no answer");
    Ok(connection)
}

/// Whether the other side has not closed it.
fn is_open(connection: &TcpStream) -> bool {
    let looked = connection
        .set_nonblocking(true)
        .and_then(|()| connection.peek(&mut [0]));
    match looked {
        Ok(count) => count > 0,
        Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
    }
}
