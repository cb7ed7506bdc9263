//! `cargo xtask cost`: what the deployment costs in a month.

use anyhow::Result;
use infra_model::cost;

use crate::output;
use deployment::Deployment;

/// Options of `cargo xtask cost`.
#[derive(Debug, clap::Args)]
pub(crate) struct Cost {
    #[command(flatten)]
    deployment: Deployment,
}

impl Cost {
    /// Prints the estimate as a table.
    pub(crate) fn run(&self) -> Result<()> {
        let topology = self.deployment.topology()?;
        let estimate = cost::estimate(&topology)?;
        output::print(&cost::table(topology.settings(), &estimate))
    }
}
