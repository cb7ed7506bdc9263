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

#[cfg(test)]
mod tests {
    use infra_model::cost;
    use infra_model::settings::Settings;
    use infra_model::topology::Topology;

    use deployment::placeholder;

    #[test]
    fn the_readme_has_the_bill_as_it_is() {
        let settings = Settings::published().unwrap();
        let topology = Topology::new(&settings, &placeholder(&settings).unwrap());
        let bill = cost::table(&settings, &cost::estimate(&topology).unwrap());
        assert!(
            include_str!("../../README.md").contains(&bill),
            "put what `cargo xtask cost` prints into the README"
        );
    }
}
