//! What every command begins with: settings, connections, what AWS holds, and the plan.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use deployment::Deployment;
use infra_model::lint::lint;
use infra_model::observed::Observed;
use infra_model::plan::{Plan, plan};
use infra_model::settings::Settings;
use infra_model::topology::{Choices, Topology};
use infra_model::values::Date;

use crate::apply::{self, Apply, Files, Outcome};
use crate::clients::Clients;
use crate::observe::observe;
use crate::payload::{self, Contents};
use crate::progress;
use crate::report::Report;
use crate::stop::Stop;
use crate::wait::Pace;

/// Which release, and what may be taken over or moved with it.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Release {
    /// The dashboard's program to deploy; without it, the one in use is kept
    #[arg(long, env = "STUDENT_ANALYTICS_ARTIFACT", value_name = "PATH")]
    artifact: Option<PathBuf>,
    /// Take over resources that have the right names and are not ours
    #[arg(long)]
    adopt: bool,
    /// Move to the newest image of the operating system
    #[arg(long)]
    update_image: bool,
}

/// A conversation with AWS about one deployment.
#[derive(Debug)]
pub struct Session {
    /// What a person chose.
    pub settings: Settings,
    /// The connections.
    pub clients: Clients,
}

/// What AWS holds, and what would be done about it.
#[derive(Debug)]
pub struct Draft {
    /// What AWS holds.
    pub observed: Observed,
    /// What it should hold.
    pub topology: Topology,
    /// The objects' bytes.
    pub files: Files,
    /// The plan and the findings.
    pub report: Report,
}

impl Session {
    /// Reads the settings. Makes no call.
    pub async fn open(deployment: &Deployment) -> Result<Self> {
        let settings = deployment.settings()?;
        let clients = Clients::connect(&settings.region).await;
        Ok(Self { settings, clients })
    }

    /// What AWS holds now.
    pub async fn observe(&self) -> Result<Observed> {
        Ok(observe(&self.clients, &self.settings).await?)
    }

    /// The plan towards the deployment.
    pub async fn draft(&self, release: &Release) -> Result<Draft> {
        let observed = self.observe().await?;
        let Contents { payload, files } =
            payload::contents(release.artifact.as_deref(), &observed, &self.settings)?;
        let choices = Choices {
            adopt: release.adopt,
            update_image: release.update_image,
            purge_bucket: false,
        };
        let topology = Topology::new(&self.settings, &payload).allowing(choices);
        let today = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let report = Report {
            findings: lint(&topology, Date::of_unix_time(today)),
            plan: plan(&topology, &observed),
        };
        Ok(Draft {
            observed,
            topology,
            files,
            report,
        })
    }

    /// The plan towards nothing.
    pub async fn draft_removal(&self, purge_bucket: bool) -> Result<Draft> {
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
            report,
        })
    }

    /// Applies a plan and shows how it goes.
    pub async fn apply(
        &self,
        plan: &Plan,
        files: &Files,
        public_key: Option<&str>,
        parallel: usize,
        stop: &Stop,
    ) -> Outcome {
        let (events, shown) = progress::show(plan);
        let apply = Apply {
            clients: &self.clients,
            settings: &self.settings,
            files,
            public_key,
            parallel,
            pace: Pace::of(&self.clients),
            stop: stop.receiver(),
            events,
        };
        let outcome = apply::apply(&apply, plan).await;
        drop(apply);
        shown.finish().await;
        outcome
    }
}
