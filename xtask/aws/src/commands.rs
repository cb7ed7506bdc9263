//! What a person runs, one file each.

mod deploy;
mod destroy;
mod diff;

use std::process::ExitCode;

use anyhow::Result;

/// The commands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Shows what AWS holds beside what it should hold; changes nothing.
    ///
    /// Ends with 0 when they agree, 2 when something is to be changed, 1 on an error or when
    /// something stands in the way, 64 when it was called wrongly.
    Diff(diff::Diff),
    /// Makes AWS hold what it should, and waits until the dashboard answers.
    Deploy(deploy::Deploy),
    /// Removes the deployment.
    Destroy(destroy::Destroy),
}

impl Command {
    /// Runs it; an error is for the person who called it.
    pub async fn run(&self) -> Result<Exit> {
        match self {
            Self::Diff(diff) => diff.run().await,
            Self::Deploy(deploy) => deploy.run().await,
            Self::Destroy(destroy) => destroy.run().await,
        }
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// As it was meant to; of `diff`: in sync.
    Good,
    /// With an error, something in the way, or declined.
    Failed,
    /// Of `diff`: something is to be changed.
    Changes,
    /// It was called wrongly (`EX_USAGE` of sysexits.h, because 2 has a meaning of its own).
    Usage,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Good => 0,
            Exit::Failed => 1,
            Exit::Changes => 2,
            Exit::Usage => 64,
        })
    }
}
