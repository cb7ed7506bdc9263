//! `cargo xtask shell`: a shell on an instance, through SSM.

use anyhow::Result;

use crate::commands::Exit;
use crate::remote::{self, Terminal};
use crate::session::{Session, USUAL_PATIENCE};
use crate::voice::say;

/// Options of `cargo xtask shell`.
#[derive(Debug, clap::Args)]
pub struct Shell {
    /// Which instance [default: the first one in service]
    #[arg(value_name = "INSTANCE")]
    instance: Option<String>,
    #[command(flatten)]
    deployment: deployment::Deployment,
}

impl Shell {
    pub(super) async fn run(&self) -> Result<Exit> {
        let terminal = Terminal::find()?;
        let session = Session::open(&self.deployment, USUAL_PATIENCE).await?;
        let instances = remote::reachable(&session, self.instance.as_deref()).await?;
        if let Some(instance) = instances.first() {
            say!("a shell on {instance}; `exit` ends it");
            terminal.open(&session, instance, None)?;
        }
        Ok(Exit::Good)
    }
}
