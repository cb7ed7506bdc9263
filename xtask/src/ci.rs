//! `cargo xtask ci`: steps of the workflows that are longer than a line, so that they run anywhere.
//!
//! ```text
//! plan → a file and a status → comment on the pull request, or the issue about drift
//! ```

mod comment;
mod confirm;
mod drift;
mod github;
mod plan;

use anyhow::Result;

use crate::dependency_check;

/// Options of `cargo xtask ci`.
#[derive(Debug, clap::Args)]
pub(crate) struct Ci {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Writes what `diff` says to a file, for pull requests and people who approve.
    Plan(plan::Plan),
    /// Puts a plan under a pull request: one comment, which is kept up to date.
    Comment(comment::Comment),
    /// Says in one issue what AWS holds otherwise, and closes it when nothing is.
    DriftIssue(drift::DriftIssue),
    /// Fails unless a person typed what is about to happen.
    Confirm(confirm::Confirm),
    /// Looks for known faults of the dependencies, in the database of RustSec.
    Advisories,
}

impl Ci {
    /// Runs the step.
    pub(crate) fn run(&self) -> Result<()> {
        match &self.command {
            Command::Plan(plan) => plan.run(),
            Command::Comment(comment) => comment.run(),
            Command::DriftIssue(issue) => issue.run(),
            Command::Confirm(confirm) => confirm.run(),
            Command::Advisories => dependency_check::advisories(),
        }
    }
}
