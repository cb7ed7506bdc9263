//! What every command begins with: settings, connections, what AWS holds, and the plan.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use deployment::Deployment;
use infra_model::id::{Id, Kind};
use infra_model::lint::lint;
use infra_model::observed::Observed;
use infra_model::plan::{Plan, Problem, ProblemKind, plan};
use infra_model::settings::Settings;
use infra_model::topology::{Choices, Topology};
use infra_model::values::{Date, Sha256};

use crate::apply::{self, Apply, Files, Outcome};
use crate::client_secret::ClientSecret;
use crate::clients::{self, Clients};
use crate::ensure::ensure_bucket;
use crate::observe::observe;
use crate::payload::{self, Contents, Program, UNBUILT};
use crate::progress;
use crate::report::Report;
use crate::stop::Stop;
use crate::voice::say;
use crate::wait::{Pace, Wait};

/// Which release, and what may be taken over or moved with it.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Release {
    /// The dashboard's program to deploy, as `cargo xtask release` builds it; without it, the one in
    /// use is kept, and a first deployment builds one
    #[arg(long, env = "STUDENT_ANALYTICS_ARTIFACT", value_name = "PATH")]
    artifact: Option<PathBuf>,
    /// Take over resources that have the right names and are not ours
    #[arg(long)]
    adopt: bool,
    /// Move to the newest image of the operating system
    #[arg(long)]
    update_image: bool,
    /// Tell AWS the OIDC client's secret again, because it is another one
    #[arg(long)]
    renew_oidc_client_secret: bool,
    /// One that lies in the bucket, to return to.
    #[arg(skip)]
    kept: Option<Sha256>,
}

/// How long is waited, unless asked otherwise.
pub(crate) const USUAL_PATIENCE: f64 = 1.0;

/// How a plan is applied.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Manner {
    /// How many steps are done at once
    #[arg(long, default_value_t = apply::PARALLEL, value_name = "N")]
    pub(crate) parallel: usize,
    /// What the longest times that AWS is waited for are multiplied by
    #[arg(long, default_value_t = USUAL_PATIENCE, value_name = "FACTOR", value_parser = patience)]
    pub(crate) patience: f64,
}

fn patience(text: &str) -> Result<f64, String> {
    let factor = text.parse::<f64>().ok();
    factor
        .filter(|factor| (0.0..=100.0).contains(factor))
        .ok_or_else(|| "it is not a number from 0 to 100".to_owned())
}

/// A conversation with AWS about one deployment.
#[derive(Debug)]
pub(crate) struct Session {
    /// What a person chose.
    pub(crate) settings: Settings,
    /// The connections.
    pub(crate) clients: Clients,
    /// How fast is asked again, and how long.
    pub(crate) pace: Pace,
}

/// What AWS holds, and what would be done about it.
pub(crate) struct Draft {
    /// What AWS holds.
    pub(crate) observed: Observed,
    /// What it should hold.
    pub(crate) topology: Topology,
    /// The objects' bytes.
    pub(crate) files: Files,
    /// Whether the release is still to be built, so that this can only be shown.
    pub(crate) lacks_release: bool,
    /// The release in the bucket that is returned to.
    kept: Option<Sha256>,
    /// The plan and the findings.
    pub(crate) report: Report,
}

impl Release {
    /// The same with this program.
    pub(crate) fn with(&self, artifact: PathBuf) -> Self {
        Self {
            artifact: Some(artifact),
            ..self.clone()
        }
    }

    /// One that lies in the bucket.
    pub(crate) fn kept(release: Sha256) -> Self {
        Self {
            kept: Some(release),
            ..Self::default()
        }
    }

    fn program(&self) -> Program<'_> {
        match (&self.artifact, &self.kept) {
            (Some(artifact), _) => Program::File(artifact),
            (None, Some(kept)) => Program::Kept(kept),
            (None, None) => Program::InUse,
        }
    }
}

/// What a plan says of a release that is still to be built.
fn unbuilt() -> Problem {
    Problem {
        kind: ProblemKind::Notice,
        name: "the release".to_owned(),
        what: format!(
            "none is in use yet, and {UNBUILT} only stands for the one that deploy builds"
        ),
        remedy: "to plan with one, build it with `cargo xtask release` and give it with --artifact"
            .to_owned(),
    }
}

impl Session {
    /// Reads the settings. Makes no call.
    pub(crate) async fn open(deployment: &Deployment, patience: f64) -> Result<Self> {
        let mut settings = deployment.settings()?;
        if !deployment.names_region()
            && let Some(region) = clients::usual_region().await
        {
            settings.region = region.parse()?;
        }
        say!("stage {} in {}", settings.stage, settings.region);
        let clients = Clients::connect(&settings.region).await?;
        let pace = Pace {
            patience,
            ..Pace::of(&clients)
        };
        Ok(Self {
            settings,
            clients,
            pace,
        })
    }

    /// The bucket, which has to be there before the lock that lies in it.
    pub(crate) async fn ensure_bucket(&self, topology: &Topology) -> Result<()> {
        let name = topology.name(Id::Bucket);
        let wait = Wait {
            pace: self.pace,
            resource: &format!("{} {name}", Kind::Bucket.words()),
            report: &|what| say!("… bucket {name}: waiting {what}"),
        };
        let tags = topology.tags(Id::Bucket);
        Ok(ensure_bucket(&self.clients, &wait, &self.settings, &tags).await?)
    }

    /// What AWS holds now.
    pub(crate) async fn observe(&self) -> Result<Observed> {
        self.observe_with(None).await
    }

    /// The same, with all that there is to know of a release in the bucket.
    async fn observe_with(&self, release: Option<&Sha256>) -> Result<Observed> {
        Ok(observe(&self.clients, &self.settings, release).await?)
    }

    /// The plan towards the deployment.
    pub(crate) async fn draft(&self, release: &Release) -> Result<Draft> {
        let observed = self.observe_with(release.kept.as_ref()).await?;
        let Contents {
            payload,
            files,
            lacks_release,
        } = payload::contents(release.program(), &observed, &self.settings)?;
        let choices = Choices {
            adopt: release.adopt,
            update_image: release.update_image,
            purge_bucket: false,
            renew_client_secret: release.renew_oidc_client_secret,
        };
        let topology = Topology::new(&self.settings, &payload).allowing(choices);
        let mut plan = plan(&topology, &observed);
        plan.problems.extend(lacks_release.then(unbuilt));
        let today = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let report = Report {
            findings: lint(&topology, Date::of_unix_time(today)),
            plan,
        };
        Ok(Draft {
            observed,
            topology,
            files,
            lacks_release,
            kept: release.kept.clone(),
            report,
        })
    }

    /// The plan from what AWS holds now towards the same topology: the release, the image and the
    /// settings are those that were shown.
    pub(crate) async fn draft_again(&self, shown: &Draft) -> Result<Draft> {
        let observed = Observed {
            images: shown.observed.images.clone(),
            ..self.observe_with(shown.kept.as_ref()).await?
        };
        let report = Report {
            findings: shown.report.findings.clone(),
            plan: plan(&shown.topology, &observed),
        };
        Ok(Draft {
            observed,
            topology: shown.topology.clone(),
            files: Files::new(),
            lacks_release: false,
            kept: shown.kept.clone(),
            report,
        })
    }

    /// The plan towards nothing.
    pub(crate) async fn draft_removal(&self, purge_bucket: bool) -> Result<Draft> {
        let observed = self.observe().await?;
        let choices = Choices {
            purge_bucket,
            ..Choices::default()
        };
        let topology = Topology::empty(&self.settings).allowing(choices);
        let report = Report {
            findings: Vec::new(),
            plan: plan(&topology, &observed),
        };
        Ok(Draft {
            observed,
            topology,
            files: Files::new(),
            lacks_release: false,
            kept: None,
            report,
        })
    }

    /// Applies a plan and shows how it goes.
    pub(crate) async fn apply(
        &self,
        plan: &Plan,
        files: &Files,
        public_key: Option<&str>,
        client_secret: Option<&ClientSecret>,
        parallel: usize,
        stop: &Stop,
    ) -> Outcome {
        let (events, shown) = progress::show(plan);
        let apply = Apply {
            clients: &self.clients,
            settings: &self.settings,
            files,
            public_key,
            client_secret,
            parallel,
            pace: self.pace,
            stop: stop.receiver(),
            events,
        };
        let outcome = apply::apply(&apply, plan).await;
        drop(apply);
        shown.finish().await;
        outcome
    }
}
