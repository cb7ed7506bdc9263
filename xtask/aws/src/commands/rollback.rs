//! `cargo xtask rollback`: an earlier release from the bucket, deployed as any other.

use anyhow::{Result, bail};

use crate::commands::Exit;
use crate::commands::deploy::CarryingOut;
use crate::release::{self, Shelf};
use crate::session::{Release, Session};
use crate::voice::print_line;

/// Options of `cargo xtask rollback`.
#[derive(Debug, clap::Args)]
pub struct Rollback {
    /// The release to return to: the beginning of its SHA-256 or of its commit [default: the one
    /// that was in use before]
    #[arg(value_name = "RELEASE")]
    release: Option<String>,
    /// Only list the releases that the bucket holds
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    carrying_out: CarryingOut,
    #[command(flatten)]
    deployment: deployment::Deployment,
}

impl Rollback {
    pub(super) async fn run(&self) -> Result<Exit> {
        let patience = self.carrying_out.manner.patience;
        let session = Session::open(&self.deployment, patience).await?;
        let observed = session.observe().await?;
        let shelf = release::shelf(&session.clients, &session.settings, &observed).await?;
        if shelf.is_empty() {
            bail!("the bucket holds no release: `cargo xtask deploy` deploys the first one");
        }
        print_line!("{shelf}");
        if self.list {
            return Ok(Exit::Good);
        }
        let chosen = self.choose(&shelf)?;
        let release = Release::kept(chosen);
        self.carrying_out.run("rollback", &session, &release).await
    }

    fn choose(&self, shelf: &Shelf) -> Result<infra_model::values::Sha256> {
        match &self.release {
            Some(beginning) => shelf.find(beginning),
            None => shelf.previous(),
        }
    }
}
