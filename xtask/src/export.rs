//! `cargo xtask export`: the deployment for those who must use other tools.

use anyhow::Result;
use infra_model::export;

use crate::output;
use deployment::Deployment;

/// Options of `cargo xtask export`.
#[derive(Debug, clap::Args)]
pub(crate) struct Export {
    /// For which tool
    #[arg(long, value_enum)]
    format: Format,
    #[command(flatten)]
    deployment: Deployment,
}

/// For which tool the deployment is written.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Format {
    /// HCL, for the provider hashicorp/aws
    Terraform,
    /// A template, as YAML
    Cloudformation,
}

impl Export {
    /// Prints the document, and nothing else.
    pub(crate) fn run(&self) -> Result<()> {
        let topology = self.deployment.topology()?;
        output::print(&match self.format {
            Format::Terraform => export::terraform(&topology),
            Format::Cloudformation => export::cloudformation(&topology),
        })
    }
}
