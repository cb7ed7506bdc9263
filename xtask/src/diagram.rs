//! `cargo xtask diagram`: the deployment as a picture.

use anyhow::Result;
use infra_model::diagram;

use crate::deployment::Deployment;

/// Options of `cargo xtask diagram`.
#[derive(Debug, clap::Args)]
pub(crate) struct Diagram {
    /// How it is written
    #[arg(long, value_enum, default_value = "mermaid")]
    format: Format,
    #[command(flatten)]
    deployment: Deployment,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// Text that GitHub draws
    Mermaid,
    /// A picture for a document
    Svg,
}

impl Diagram {
    /// Prints the picture.
    pub(crate) fn run(&self) -> Result<()> {
        let topology = self.deployment.topology()?;
        print!(
            "{}",
            match self.format {
                Format::Mermaid => diagram::mermaid(&topology),
                Format::Svg => diagram::svg(&topology),
            }
        );
        Ok(())
    }
}
