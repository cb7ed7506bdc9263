//! The program under measurement: its start, its address, and what the kernel says of it.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// How long a program may take to load its data and say where it listens.
pub(super) const PATIENCE: Duration = Duration::from_secs(300);

/// A running program, killed when dropped.
#[derive(Debug)]
pub(super) struct Program {
    child: Child,
    /// Where it listens: scheme, host and port.
    pub(super) origin: String,
}

/// Memory of a process, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    pub(super) resident: u64,
    pub(super) peak: u64,
}

impl Program {
    /// Starts `bin` on a port of its own choice, with further options, and waits until it says
    /// which.
    pub(super) fn start(bin: &Path, options: &[&OsStr]) -> Result<Self> {
        let child = Command::new(bin)
            .args(["serve", "--port", "0"])
            .args(options)
            .stdout(Stdio::piped())
            // The log is written, because that costs something too, and read by nobody.
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{} cannot be started", bin.display()))?;
        let mut program = Self {
            child,
            origin: String::new(),
        };
        let output = program
            .child
            .stdout
            .take()
            .context("the program has no output")?;
        program.origin = listen(output).recv_timeout(PATIENCE).with_context(|| {
            format!("{} did not print the address it listens on", bin.display())
        })?;
        Ok(program)
    }

    /// User and system time so far, in clock ticks.
    pub(super) fn ticks(&self) -> Result<u64> {
        let stat = self.proc("stat")?;
        // The second field is the program's name in parentheses, in which anything may stand.
        let (_, fields) = stat
            .rsplit_once(") ")
            .context("/proc/PID/stat has no name")?;
        let mut times = fields.split(' ').skip(11).map(str::parse::<u64>);
        let (Some(Ok(user)), Some(Ok(system))) = (times.next(), times.next()) else {
            anyhow::bail!("/proc/PID/stat has no times: {stat}");
        };
        Ok(user + system)
    }

    /// Memory now, and at most so far.
    pub(super) fn memory(&self) -> Result<Memory> {
        let status = self.proc("status")?;
        let field = |name: &str| {
            let value = status
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_suffix(" kB"));
            let kibibytes: u64 = value
                .with_context(|| format!("/proc/PID/status has no {name}"))?
                .trim()
                .parse()?;
            anyhow::Ok(kibibytes * 1024)
        };
        Ok(Memory {
            resident: field("VmRSS:")?,
            peak: field("VmHWM:")?,
        })
    }

    fn proc(&self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.child.id());
        fs::read_to_string(&path).with_context(|| format!("{path}: has the program ended?"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It fails only for a program that has ended already.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

/// Reads what the program prints for as long as it runs, so that it never waits for a reader, and
/// passes on the first address.
fn listen(output: ChildStdout) -> Receiver<String> {
    let (found, address) = channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            pass_on(&found, &line);
        }
    });
    address
}

fn pass_on(found: &Sender<String>, line: &str) {
    let address = line
        .split_whitespace()
        .find(|word| word.starts_with("http://"));
    if let Some(address) = address {
        // Only the first one has a receiver.
        let _received = found.send(address.trim_end_matches('/').to_owned());
    }
}
