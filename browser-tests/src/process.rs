//! A program that runs beside the test and says on its output when it can be talked to.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// How long a program may take to say that it listens.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program, killed when dropped.
#[derive(Debug)]
pub(crate) struct Process(Child);

impl Process {
    /// Starts `program` and returns what `said` finds in the first line in which it finds
    /// anything.
    pub(crate) fn start<A: AsRef<OsStr>>(
        program: &OsStr,
        arguments: &[A],
        said: fn(&str) -> Option<String>,
    ) -> Result<(Self, String)> {
        let name = program.display();
        let child = Command::new(program)
            .args(arguments)
            // Requests in between the tests' own lines say nothing; defects do.
            .env("STUDENT_ANALYTICS_LOG_LEVEL", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{name} cannot be started: run {}", crate::COMMAND))?;
        let mut process = Self(child);
        let output = process.0.stdout.take();
        let output = output.with_context(|| format!("{name} has no output"))?;
        let found = listen(output, said).recv_timeout(PATIENCE);
        let found = found.with_context(|| format!("{name} did not say where it listens"))?;
        Ok((process, found))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It fails only for a program that has ended already.
        let _ended = self.0.kill();
        let _status = self.0.wait();
    }
}

/// Reads the output for as long as the program runs, so that it never waits for a reader, and
/// passes on what `said` finds.
fn listen(output: ChildStdout, said: fn(&str) -> Option<String>) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some(found) = said(&line) {
                // Only the first has a receiver.
                let _received = sender.send(found);
            }
        }
    });
    receiver
}
