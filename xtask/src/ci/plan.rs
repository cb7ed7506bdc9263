//! `cargo xtask ci plan`: what `diff` says, as a file, a summary of the run and a status.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use super::github;
use crate::output;
use crate::program;
use crate::variables;
use crate::workspace::Workspace;

/// Options of `cargo xtask ci plan`.
#[derive(Debug, clap::Args)]
pub(super) struct Plan {
    /// The file that gets the plan, as Markdown
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Options of `cargo xtask diff`
    #[arg(last = true)]
    diff: Vec<OsString>,
}

/// What `diff` found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Status {
    /// AWS holds what it should.
    InSync,
    /// Something is to be changed.
    Changes,
    /// Something stands in the way, or could not be found out.
    Failed,
}

impl Status {
    /// From the exit status of `diff`.
    fn of(code: Option<i32>) -> Self {
        match code {
            Some(0) => Self::InSync,
            Some(2) => Self::Changes,
            _ => Self::Failed,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InSync => "in-sync",
            Self::Changes => "changes",
            Self::Failed => "failed",
        })
    }
}

impl Plan {
    /// Runs `diff`, and fails when that did.
    pub(super) fn run(&self) -> Result<()> {
        let (_, workspace) = Workspace::enter()?;
        let program = program::aws_commands(&workspace)?;
        let output = Command::new(&program)
            .args(["diff", "--markdown"])
            .args(&self.diff)
            .envs(variables::settings()?)
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        let status = Status::of(output.status.code());
        let markdown = markdown(&String::from_utf8_lossy(&output.stdout));
        fs::write(&self.output, &markdown)
            .with_context(|| format!("cannot write {}", self.output.display()))?;
        github::append("GITHUB_STEP_SUMMARY", &markdown)?;
        github::append("GITHUB_OUTPUT", &format!("status={status}\n"))?;
        output::print(&markdown)?;
        if status == Status::Failed {
            bail!(
                "diff ended with {}: what it says above is to be mended first",
                output.status
            );
        }
        Ok(())
    }
}

/// What a run wrote to `path`, or that it did not get so far.
pub(super) fn written(path: &Path) -> Result<String> {
    match fs::read_to_string(path) {
        Ok(plan) => Ok(plan),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(markdown("")),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// What `diff` printed, or that it printed nothing.
fn markdown(said: &str) -> String {
    match said.trim().is_empty() {
        true => "**There is no plan**: the log of the run says why.\n".to_owned(),
        false => said.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::ValueEnum;

    use super::{Status, markdown, written};

    #[test]
    fn the_exit_status_says_what_was_found() {
        for (code, status, text) in [
            (Some(0), Status::InSync, "in-sync"),
            (Some(2), Status::Changes, "changes"),
            (Some(1), Status::Failed, "failed"),
            (Some(64), Status::Failed, "failed"),
            (None, Status::Failed, "failed"),
        ] {
            assert_eq!(Status::of(code), status, "{code:?}");
            assert_eq!(status.to_string(), text);
            assert_eq!(Status::from_str(text, false), Ok(status));
        }
    }

    #[test]
    fn a_plan_that_could_not_be_made_says_so() {
        assert_eq!(markdown("**in sync**\n"), "**in sync**\n");
        assert!(markdown("\n").contains("There is no plan"));
        assert_eq!(written(Path::new("no such file")).unwrap(), markdown(""));
    }
}
