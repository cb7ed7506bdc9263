//! `cargo xtask diagram`: the deployment as a picture.

use anyhow::Result;
use infra_model::diagram;

use crate::output;
use deployment::Deployment;

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
        output::print(&match self.format {
            Format::Mermaid => diagram::mermaid(&topology),
            Format::Svg => diagram::svg(&topology),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use infra_model::diagram;
    use infra_model::settings::Settings;
    use infra_model::topology::Topology;

    use deployment::placeholder;

    #[test]
    fn the_readme_shows_the_deployment_as_it_is() {
        let settings = Settings::published().unwrap();
        let drawn = diagram::mermaid(&Topology::new(&settings, &placeholder(&settings).unwrap()));
        let readme = include_str!("../../README.md");
        assert!(
            readme.contains(&format!("```mermaid\n{drawn}```\n")),
            "put what `cargo xtask diagram` prints into the README"
        );
    }
}
