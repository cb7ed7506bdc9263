//! The dashboard's own tests of S3, against an emulated one.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use super::tally::Tally;
use super::tests;
use crate::program;
use crate::workspace::{S3_TESTS, Workspace};

/// What the emulator says before its address.
const ADDRESS: &str = "export AWS_ENDPOINT_URL=";

/// An emulated AWS, which ends when this is dropped.
struct Emulated {
    child: Child,
    endpoint: String,
}

/// Runs the tests; `STUDENT_ANALYTICS_MOTO` names moto.
pub(super) fn s3(sh: &Shell, workspace: &Workspace) -> Result<Tally> {
    let emulator = program::built("xtask-emulator", &workspace.root)?;
    let emulated = Emulated::start(&emulator, sh)?;
    let command = cmd!(sh, "cargo test {S3_TESTS...}");
    tests(command.env("STUDENT_ANALYTICS_TEST_S3", &emulated.endpoint))
}

impl Emulated {
    fn start(emulator: &Path, sh: &Shell) -> Result<Self> {
        let child = Command::from(cmd!(sh, "{emulator} --port 0"))
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be started", emulator.display()))?;
        let mut emulated = Self {
            child,
            endpoint: String::new(),
        };
        let output = emulated.child.stdout.take();
        let lines = output
            .map(BufReader::new)
            .into_iter()
            .flat_map(|it| it.lines());
        let mut endpoints = lines
            .map_while(Result::ok)
            .filter_map(|line| Some(line.strip_prefix(ADDRESS)?.to_owned()));
        emulated.endpoint = endpoints
            .next()
            .context("the emulator ended before it named its address")?;
        Ok(emulated)
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        // It may have ended already. moto ends with it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
