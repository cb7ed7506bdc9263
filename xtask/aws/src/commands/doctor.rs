//! `cargo xtask doctor`: what would stand in the way, before anything is changed.

use anyhow::Result;
use infra_model::policy::Command;

use crate::commands::Exit;
use crate::doctor::{Verdict, examine};
use crate::session::{Session, USUAL_PATIENCE};
use crate::voice::print_line;

/// Options of `cargo xtask doctor`.
#[derive(Debug, clap::Args)]
pub struct Doctor {
    /// Look at the permissions of this command only; repeatable [default: all of them]
    #[arg(long = "for", value_name = "COMMAND")]
    commands: Vec<Command>,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    deployment: deployment::Deployment,
}

impl Doctor {
    pub(super) async fn run(&self) -> Result<Exit> {
        let session = Session::open(&self.deployment, USUAL_PATIENCE).await?;
        let commands = match self.commands.is_empty() {
            true => &Command::ALL[..],
            false => &self.commands,
        };
        let findings = examine(&session, commands).await;
        if self.json {
            print_line!("{}", serde_json::to_string_pretty(&findings)?);
        } else {
            for finding in &findings {
                print_line!("{finding}");
            }
        }
        let fails = findings.iter().any(|it| it.verdict == Verdict::Failed);
        Ok(if fails { Exit::Failed } else { Exit::Good })
    }
}
