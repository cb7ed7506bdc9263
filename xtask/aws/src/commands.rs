//! What a person runs, one file each.

mod deploy;
mod destroy;
mod diff;
mod doctor;
mod logs;
mod rollback;
mod shell;
mod status;

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
    /// Shows what runs and how it is; changes nothing.
    ///
    /// Ends with 0 when as many instances are healthy as there should be at least, else with 1.
    Status(status::ShowStatus),
    /// Lists the releases in the bucket and returns to an earlier one, as deploy would deploy it.
    Rollback(rollback::Rollback),
    /// Looks whether everything is there that the commands need; changes nothing.
    ///
    /// Ends with 0 when nothing stands in the way, else with 1. What AWS does not say is marked with
    /// a question mark and is no failure.
    Doctor(doctor::Doctor),
    /// Shows what the dashboard or the boot script wrote on the instances.
    Logs(logs::Logs),
    /// Opens a shell on an instance, through SSM: nothing listens for SSH.
    Shell(shell::Shell),
}

impl Command {
    /// Runs it; an error is for the person who called it.
    pub async fn run(&self) -> Result<Exit> {
        match self {
            Self::Diff(diff) => diff.run().await,
            Self::Deploy(deploy) => deploy.run().await,
            Self::Destroy(destroy) => destroy.run().await,
            Self::Status(status) => status.run().await,
            Self::Rollback(rollback) => rollback.run().await,
            Self::Doctor(doctor) => doctor.run().await,
            Self::Logs(logs) => logs.run().await,
            Self::Shell(shell) => shell.run().await,
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
