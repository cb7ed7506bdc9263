//! `cargo xtask destroy`: plan, ask for the stage's name, apply, and look again.

use anyhow::{Context, Result};
use infra_model::cost;
use infra_model::id::Kind;
use infra_model::observed::{Found, Observed, State};

use crate::ask;
use crate::commands::Exit;
use crate::commands::deploy::incomplete;
use crate::lock::Lock;
use crate::report::Form;
use crate::session::{Draft, Manner, Session};
use crate::stop::Stop;
use crate::voice::print_line;

/// Options of `cargo xtask destroy`.
#[derive(Debug, clap::Args)]
pub struct Destroy {
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Delete the bucket with everything that it holds
    #[arg(long)]
    purge_bucket: bool,
    #[command(flatten)]
    manner: Manner,
    #[command(flatten)]
    deployment: deployment::Deployment,
}

impl Destroy {
    pub(super) async fn run(&self) -> Result<Exit> {
        let session = Session::open(&self.deployment, self.manner.patience).await?;
        let shown = session.draft_removal(self.purge_bucket).await?;
        shown.report.print(Form::Text)?;
        if shown.report.is_refused() {
            return Ok(Exit::Failed);
        }
        if shown.report.plan.is_empty() {
            return Ok(left(&session, &shown.observed));
        }
        let stage = session.settings.stage.as_str();
        if !self.yes && !ask::confirm("This deletes what is listed above.", stage)? {
            print_line!("declined: nothing was deleted");
            return Ok(Exit::Failed);
        }

        let stop = Stop::on_signals()?;
        // Without a bucket there is no place for a lock, and nothing that deploys.
        if !has_bucket(&session, &shown.observed) {
            return self.apply(&session, &shown, &stop).await;
        }
        let bucket = session.settings.bucket_name();
        let lock = Lock::take(&session.clients, &bucket, "destroy", &stop).await?;
        let result = self.locked(&session, &shown, &stop).await;
        let released = lock.release().await;
        let exit = result?;
        released.context("the lock could not be given back; it expires by itself")?;
        Ok(exit)
    }

    async fn locked(&self, session: &Session, shown: &Draft, stop: &Stop) -> Result<Exit> {
        let now = session.draft_removal(self.purge_bucket).await?;
        anyhow::ensure!(
            shown.report.plan.fingerprint == now.report.plan.fingerprint,
            "the cloud changed after the plan was made: nothing was deleted; run destroy again and \
             read its new plan"
        );
        self.apply(session, &now, stop).await
    }

    async fn apply(&self, session: &Session, draft: &Draft, stop: &Stop) -> Result<Exit> {
        let plan = &draft.report.plan;
        let outcome = session
            .apply(plan, &draft.files, None, None, self.manner.parallel, stop)
            .await;
        let exit = match outcome.is_complete() {
            true => Exit::Good,
            false => incomplete(&outcome),
        };
        let observed = session.observe().await?;
        let left = left(session, &observed);
        Ok(if exit == Exit::Good { left } else { exit })
    }
}

/// Our bucket, which may hold the lock.
fn has_bucket(session: &Session, observed: &Observed) -> bool {
    let is_ours = |found: &Found| {
        found.kind() == Kind::Bucket && found.tags.resource_in(&session.settings.stage).is_some()
    };
    observed.resources.iter().any(is_ours)
}

/// Looks again: what of ours is there still, and what it costs. A bucket that was to be kept is
/// as it should be.
fn left(session: &Session, observed: &Observed) -> Exit {
    let ours = |found: &&Found| {
        found.kind().is_tagged() && found.tags.resource_in(&session.settings.stage).is_some()
    };
    let left: Vec<&Found> = observed.resources.iter().filter(ours).collect();
    if left.is_empty() {
        print_line!("nothing of ours is left");
        return Exit::Good;
    }
    print_line!("left:");
    for found in &left {
        let price = cost::monthly(&found.state);
        print_line!(
            "  {} {}: {price:.2} USD a month{}",
            found.kind().words(),
            found.called().unwrap_or(&found.id.0),
            if found.kind() == Kind::Bucket {
                " and what it stores"
            } else {
                ""
            },
        );
    }
    let only_kept = left
        .iter()
        .all(|found| matches!(found.state, State::Bucket(_)));
    if only_kept { Exit::Good } else { Exit::Failed }
}
