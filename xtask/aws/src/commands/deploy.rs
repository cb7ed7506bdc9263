//! `cargo xtask deploy`: plan, ask, apply, and only then say that it serves.
//!
//! The plan that was shown is the one that is applied: between the two the bucket is ensured, the
//! lock taken and the cloud observed again, and nothing is done if it moved meanwhile.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use infra_model::id::{Id, Kind};
use infra_model::observed::{AutoScalingGroup, AwsId, Observed, State};
use infra_model::plan::{Action, Attribute, Plan, Step, fingerprint, needs_client_secret};
use infra_model::topology::Refresh;

use crate::apply::{self, Outcome};
use crate::client_secret::ClientSecret;
use crate::commands::Exit;
use crate::failure::Failure;
use crate::lock::Lock;
use crate::report::Form;
use crate::serving;
use crate::session::{Draft, Manner, Release, Session};
use crate::stop::Stop;
use crate::voice::{print_line, say};
use crate::wait::Wait;
use crate::{artifact, ask, key_pair, page, refresh};

/// Options of `cargo xtask deploy`.
#[derive(Debug, clap::Args)]
pub struct Deploy {
    #[command(flatten)]
    carrying_out: CarryingOut,
    #[command(flatten)]
    release: Release,
    #[command(flatten)]
    deployment: deployment::Deployment,
}

impl Deploy {
    pub(super) async fn run(&self) -> Result<Exit> {
        let patience = self.carrying_out.manner.patience;
        let session = Session::open(&self.deployment, patience).await?;
        self.carrying_out
            .run("deploy", &session, &self.release)
            .await
    }
}

/// How a plan is carried out, from the question to the proof.
#[derive(Debug, clap::Args)]
pub(super) struct CarryingOut {
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Where the private half of a generated key pair lies [default: ~/.ssh/NAME]
    #[arg(long, env = "STUDENT_ANALYTICS_KEY_FILE", value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// File with the OIDC client's secret, asked for when AWS must be told it; without one,
    /// STUDENT_ANALYTICS_OIDC_CLIENT_SECRET is read
    #[arg(
        long,
        env = "STUDENT_ANALYTICS_OIDC_CLIENT_SECRET_FILE",
        value_name = "FILE"
    )]
    oidc_client_secret_file: Option<PathBuf>,
    /// Where the load balancer answers when AWS_ENDPOINT_URL names an emulator
    #[arg(long, value_name = "HOST:PORT")]
    lb_address: Option<String>,
    #[command(flatten)]
    pub(super) manner: Manner,
}

impl CarryingOut {
    /// Plans, asks, applies and proves that it serves, for the command of this name.
    pub(super) async fn run(
        &self,
        command: &str,
        session: &Session,
        release: &Release,
    ) -> Result<Exit> {
        let shown = self.draft(session, release).await?;
        shown.report.print(Form::Text)?;
        if shown.report.is_refused() {
            return Ok(Exit::Failed);
        }
        let plan = &shown.report.plan;
        if plan.is_empty() && !waits(plan) {
            let stop = Stop::on_signals()?;
            return self.prove(session, &shown, &existing(plan), &stop).await;
        }
        has_files(&shown)?;
        let secret = self.client_secret(plan)?;
        if !plan.is_empty() && !self.yes && !ask::confirm("This changes AWS.", "yes")? {
            print_line!("declined: nothing was changed");
            return Ok(Exit::Failed);
        }

        let stop = Stop::on_signals()?;
        let bucket = session.settings.bucket_name();
        if plan.steps.iter().any(makes_bucket) {
            session.ensure_bucket(&shown.topology).await?;
        }
        let lock = Lock::take(&session.clients, &bucket, command, &stop).await?;
        let result = self.locked(session, &shown, secret.as_ref(), &stop).await;
        let released = lock.release().await;
        let exit = result?;
        released.context("the lock could not be given back; it expires by itself")?;
        Ok(exit)
    }

    /// The plan. The release of a first deployment is built before, so that the plan names it, unless
    /// something stands in the way.
    async fn draft(&self, session: &Session, release: &Release) -> Result<Draft> {
        let draft = session.draft(release).await?;
        if !draft.lacks_release || draft.report.is_refused() {
            return Ok(draft);
        }
        if !self.yes {
            ask::ensure_possible("with `cargo xtask diff`")?;
        }
        let built = artifact::build().await?;
        session.draft(&release.with(built)).await
    }

    /// What is done while the lock is held.
    async fn locked(
        &self,
        session: &Session,
        shown: &Draft,
        secret: Option<&ClientSecret>,
        stop: &Stop,
    ) -> Result<Exit> {
        let now = session.draft_again(shown).await?;
        ensure!(
            is_same(&shown.observed, &now.observed),
            "the cloud changed after the plan was made: nothing was done; run deploy again and \
             read its new plan"
        );
        let plan = &now.report.plan;
        if now.report.is_refused() {
            now.report.print(Form::Text)?;
            return Ok(Exit::Failed);
        }
        let public_key = self.public_key(plan, &now)?;
        let outcome = session
            .apply(
                plan,
                &shown.files,
                public_key.as_deref(),
                secret,
                self.manner.parallel,
                stop,
            )
            .await;
        if !outcome.is_complete() {
            return Ok(incomplete(&outcome));
        }
        self.prove(session, &now, &outcome.made, stop).await
    }

    /// The OIDC client's secret, when AWS must be told it.
    fn client_secret(&self, plan: &Plan) -> Result<Option<ClientSecret>> {
        let needed = plan.steps.iter().any(needs_client_secret);
        let file = self.oidc_client_secret_file.as_deref();
        needed.then(|| ClientSecret::read(file)).transpose()
    }

    /// The public half to import, when the plan imports one that nobody gave.
    fn public_key(&self, plan: &Plan, draft: &Draft) -> Result<Option<String>> {
        if !plan.steps.iter().any(imports_generated) {
            return Ok(None);
        }
        let file = match &self.key_file {
            Some(file) => file.clone(),
            None => key_pair::usual_place(&draft.topology.name(Id::KeyPair))?,
        };
        let is_pipeline = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
        let public = key_pair::ensure(&file, is_pipeline)?;
        say!("the private key is {}", file.display());
        Ok(Some(public))
    }

    /// Healthy targets, and the dashboard through the load balancer; else back to what served.
    async fn prove(
        &self,
        session: &Session,
        draft: &Draft,
        made: &BTreeMap<Id, AwsId>,
        stop: &Stop,
    ) -> Result<Exit> {
        let proven = tokio::select! {
            proven = self.serves(session, draft, made) => proven,
            () = stop.asked() => bail!("stopped while waiting until it serves: everything is deployed; run deploy again to see whether it answers"),
        };
        match proven {
            Ok(url) => {
                print_line!("{url}");
                Ok(Exit::Good)
            }
            Err(why) => {
                say!("error: {why:#}");
                match is_unanswered(&why) {
                    true => say!("whether it serves is not known: run deploy again"),
                    false => go_back(session, &draft.report.plan).await?,
                }
                Ok(Exit::Failed)
            }
        }
    }

    async fn serves(
        &self,
        session: &Session,
        draft: &Draft,
        made: &BTreeMap<Id, AwsId>,
    ) -> Result<String> {
        let clients = &session.clients;
        let pace = session.pace;
        let arn = |id: Id| {
            made.get(&id)
                .map(|it| it.0.as_str())
                .with_context(|| format!("there is no {id}"))
        };
        let name = draft.topology.name(Id::TargetGroup);
        let wait = Wait {
            pace,
            resource: &format!("{} {name}", Kind::TargetGroup.words()),
            report: &|what| say!("… targets: waiting {what}"),
        };
        let least = usize::from(session.settings.min.get());
        let healthy = serving::wait_healthy(clients, arn(Id::TargetGroup)?, least, &wait).await?;
        say!("✓ {healthy} healthy targets");

        let balancer = draft.topology.name(Id::LoadBalancer);
        let dns_name = serving::dns_name(clients, arn(Id::LoadBalancer)?, &balancer).await?;
        let redirects = session.settings.certificate.is_some();
        let scheme = if redirects { "https" } else { "http" };
        let address = match (&self.lb_address, clients.is_custom_endpoint) {
            (Some(address), _) => address,
            (None, false) => &dns_name,
            (None, true) => {
                say!(
                    "i the page was not requested: behind AWS_ENDPOINT_URL, {dns_name} is only a \
                     name; give --lb-address HOST:PORT where something answers in its place"
                );
                return Ok(format!("{scheme}://{dns_name}/"));
            }
        };
        page::wait(address, redirects, &pace).await?;
        say!("✓ {}", page::seen(address, redirects));
        Ok(format!("{scheme}://{dns_name}/"))
    }
}

/// Whether AWS did not say, so that nothing is known of the release.
fn is_unanswered(why: &anyhow::Error) -> bool {
    let in_wait = why.downcast_ref::<apply::Error>();
    why.downcast_ref::<Failure>().is_some() || matches!(in_wait, Some(apply::Error::Call(_)))
}

/// After a failed proof: the version before, where this deployment changed it.
async fn go_back(session: &Session, plan: &Plan) -> Result<()> {
    let Some(change) = plan.steps.iter().find_map(VersionChange::of) else {
        say!(
            "what is deployed stays: there is no version before it to return to; mend the cause, \
             then run deploy again"
        );
        return Ok(());
    };
    let VersionChange {
        group,
        from,
        version,
        how,
    } = change;
    let version = &version.to_string();
    say!("… returning to version {version} of the launch template");
    let target = refresh::Target {
        group,
        template: &from.template.to_string(),
        version,
        how,
    };
    let wait = Wait {
        pace: session.pace,
        resource: group,
        report: &|what| say!("… {group}: waiting {what}"),
    };
    let id = refresh::start(&session.clients, &wait, &target).await?;
    refresh::follow(&session.clients, &wait, &target, &id).await?;
    say!("✓ returned to version {version}");
    Ok(())
}

/// A step that gives the group another template version.
struct VersionChange<'a> {
    group: &'a str,
    from: &'a AutoScalingGroup,
    /// The one before.
    version: u64,
    how: Refresh,
}

impl<'a> VersionChange<'a> {
    fn of(step: &'a Step) -> Option<Self> {
        match &step.action {
            Action::Update {
                from: State::AutoScalingGroup(from),
                to: State::AutoScalingGroup(to),
                changes,
                ..
            } if changes
                .iter()
                .any(|change| change.attribute == Attribute::TemplateVersion) =>
            {
                // There is no way back to `$Latest`: that is the version that failed.
                let version = from.version_before()?;
                let (group, how) = (step.name.as_str(), to.life.refresh?);
                Some(Self {
                    group,
                    from,
                    version,
                    how,
                })
            }
            _ => None,
        }
    }
}

fn makes_bucket(step: &Step) -> bool {
    step.id == Some(Id::Bucket) && matches!(step.action, Action::Create { .. })
}

/// A step that imports a key which is in no file that anyone named.
fn imports_generated(step: &Step) -> bool {
    matches!(
        &step.action,
        Action::Create { to: State::KeyPair(key), .. } | Action::Replace { to: State::KeyPair(key), .. }
            if key.public_key.is_none()
    )
}

/// Whether something that is there is still starting.
fn waits(plan: &Plan) -> bool {
    let pending = |step: &Step| matches!(step.action, Action::Nothing { pending: true, .. });
    plan.steps.iter().any(pending)
}

fn existing(plan: &Plan) -> BTreeMap<Id, AwsId> {
    let item = |step: &Step| Some((step.id?, step.action.item()?.clone()));
    plan.steps.iter().filter_map(item).collect()
}

/// Everything that the plan uploads is at hand.
fn has_files(draft: &Draft) -> Result<()> {
    for step in &draft.report.plan.steps {
        let (Action::Create { to, .. } | Action::Update { to, .. } | Action::Replace { to, .. }) =
            &step.action
        else {
            continue;
        };
        if let State::Object(object) = to {
            ensure!(
                draft.files.contains_key(&object.key),
                "{} is what the instances run, and it is not in the bucket as it should be: build \
                 it with `cargo xtask release` and give it with --artifact PATH",
                object.key
            );
        }
    }
    Ok(())
}

/// Whether nothing that plans compare moved, beside the bucket, which is ensured in between.
fn is_same(before: &Observed, now: &Observed) -> bool {
    let without_bucket = |observed: &Observed| {
        let mut rest = observed.clone();
        rest.resources
            .retain(|found| !matches!(found.kind(), Kind::Bucket | Kind::Object));
        fingerprint(&rest)
    };
    let had_bucket = before
        .resources
        .iter()
        .any(|found| found.kind() == Kind::Bucket);
    match had_bucket {
        true => fingerprint(before) == fingerprint(now),
        false => without_bucket(before) == without_bucket(now),
    }
}

/// What to say of an outcome that is not all of the plan.
pub(super) fn incomplete(outcome: &Outcome) -> Exit {
    let why = match outcome.stopped {
        true => "stopped",
        false => "not finished",
    };
    let went_back =
        |(_, error): &(usize, apply::Error)| matches!(error, apply::Error::Refresh { .. });
    let now = match outcome.failed.iter().any(went_back) {
        true => "what to do is said above",
        false => "run the same command again: it goes on from here",
    };
    say!(
        "{why}: {} done, {} failed, {} not started; {now}",
        outcome.done.len(),
        outcome.failed.len(),
        outcome.skipped.len()
    );
    Exit::Failed
}
