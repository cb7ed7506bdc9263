//! `cargo xtask lint`: what is wrong with the deployment's settings, all at once.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use infra_model::lint::{Severity, lint};
use infra_model::values::Date;

use crate::output;
use deployment::Deployment;

/// Options of `cargo xtask lint`.
#[derive(Debug, clap::Args)]
pub(crate) struct Lint {
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
    /// Judge as of this day instead of today
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<Date>,
    #[command(flatten)]
    deployment: Deployment,
}

impl Lint {
    /// Prints the findings; an error among them is an error.
    pub(crate) fn run(&self) -> Result<()> {
        let today = match self.today {
            Some(day) => day,
            None => Date::of_unix_time(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs()),
        };
        let findings = lint(&self.deployment.topology()?, today);
        if self.json {
            output::print(&(serde_json::to_string_pretty(&findings)? + "\n"))?;
        } else {
            for it in &findings {
                let severity = match it.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                };
                println!("{severity}: {}: {}; {}", it.resource, it.what, it.remedy);
            }
        }
        let errors = findings
            .iter()
            .filter(|it| it.severity == Severity::Error)
            .count();
        if errors > 0 {
            bail!(
                "{errors} of {} findings are errors: nothing is deployed like this",
                findings.len()
            );
        }
        if findings.is_empty() && !self.json {
            println!("nothing to find");
        }
        Ok(())
    }
}
