//! `cargo xtask diff`: what would be done, and nothing else.

use anyhow::Result;

use crate::commands::Exit;
use crate::report::Form;
use crate::session::{Release, Session, USUAL_PATIENCE};

/// Options of `cargo xtask diff`.
#[derive(Debug, clap::Args)]
pub struct Diff {
    /// Print the plan as JSON
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print the plan for a pull request's comment
    #[arg(long)]
    markdown: bool,
    #[command(flatten)]
    release: Release,
    #[command(flatten)]
    deployment: deployment::Deployment,
}

impl Diff {
    pub(super) async fn run(&self) -> Result<Exit> {
        let session = Session::open(&self.deployment, USUAL_PATIENCE).await?;
        let draft = session.draft(&self.release).await?;
        let form = match (self.json, self.markdown) {
            (true, _) => Form::Json,
            (_, true) => Form::Markdown,
            _ => Form::Text,
        };
        draft.report.print(form)?;
        if draft.report.is_refused() {
            return Ok(Exit::Failed);
        }
        match draft.report.plan.is_empty() {
            true => Ok(Exit::Good),
            false => Ok(Exit::Changes),
        }
    }
}
