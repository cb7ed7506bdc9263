//! `cargo xtask policy`: the permissions that a command needs.

use anyhow::Result;
use infra_model::policy::{self, Command};

use crate::output;
use deployment::Deployment;

/// Options of `cargo xtask policy`.
#[derive(Debug, clap::Args)]
pub(crate) struct Policy {
    /// Which command: diff, deploy, destroy, status, rollback, doctor, logs or shell
    #[arg(long = "for", value_name = "COMMAND")]
    command: Command,
    #[command(flatten)]
    deployment: Deployment,
}

impl Policy {
    /// Prints the policy document.
    pub(crate) fn run(&self) -> Result<()> {
        let policy = policy::policy(&self.deployment.settings()?, self.command);
        output::print(&(serde_json::to_string_pretty(&policy)? + "\n"))
    }
}
