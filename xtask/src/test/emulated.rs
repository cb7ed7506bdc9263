//! The dashboard's own tests of S3, against an emulated one.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

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
    /// Kept open, because it may say more.
    output: BufReader<ChildStdout>,
}

/// Runs the tests; `STUDENT_ANALYTICS_MOTO` names moto.
pub(super) fn s3(sh: &Shell, workspace: &Workspace) -> Result<Tally> {
    let emulator = program::built(program::EMULATOR, &workspace.root)?;
    let mut emulated = Emulated::start(&emulator, sh)?;
    let endpoint = emulated.endpoint()?;
    let command = cmd!(sh, "cargo test {S3_TESTS...}");
    tests(command.env("STUDENT_ANALYTICS_TEST_S3", endpoint))
}

impl Emulated {
    fn start(emulator: &Path, sh: &Shell) -> Result<Self> {
        let mut child = Command::from(cmd!(sh, "{emulator} --port 0"))
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be started", emulator.display()))?;
        let output = child.stdout.take().context("the emulator has no output")?;
        Ok(Self {
            child,
            output: BufReader::new(output),
        })
    }

    /// Where it listens, once it does.
    fn endpoint(&mut self) -> Result<String> {
        let mut lines = (&mut self.output).lines().map_while(Result::ok);
        lines
            .find_map(|line| Some(line.strip_prefix(ADDRESS)?.to_owned()))
            .context("the emulator ended before it named its address")
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        // It may have ended already. moto ends with it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
