//! What AWS, and bad luck, do to a fleet: one trial after the other, while users work.

use std::time::{Duration, Instant};

use anyhow::Result;
use capacity::rehearsal::Scaling;

use crate::load::{Counts, Load};
use crate::report::{Report, Result as TrialResult};
use crate::stage::Stage;
use crate::watch;

mod encryption;
mod machines;
mod releases;
mod scaling;
mod uploads;

/// A trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Trial {
    /// An instance is terminated, as AWS does it
    Terminate,
    /// The service's process is killed
    Kill,
    /// A machine hangs
    Hang,
    /// A new release rolls through
    Release,
    /// A release that never becomes ready
    BadRelease,
    /// The bucket is unreachable while an instance boots
    Bucket,
    /// The release in the bucket is not the one that was deployed
    Checksum,
    /// An upload outlives the instance that took it
    Upload,
    /// The deployment gets a certificate
    Https,
    /// More load than two instances bear, and then less
    Load,
}

/// What a trial works with.
struct Scene<'a> {
    stage: &'a Stage,
    load: &'a Load,
    /// Requests a second when nothing else is asked for.
    usual_rate: f64,
}

/// What a trial found, beside the counts.
#[derive(Debug, Default)]
struct Found {
    allowed: u64,
    facts: Vec<String>,
    problems: Vec<String>,
    /// As many healthy instances may be missing meanwhile.
    may_miss: usize,
    /// The course of the scaling policy's trial.
    scaling: Option<Scaling>,
}

impl Found {
    /// Of a trial that takes one instance away.
    fn with_one_missing() -> Self {
        Self {
            may_miss: 1,
            ..Self::default()
        }
    }

    fn fact(&mut self, text: String) {
        self.facts.push(text);
    }

    /// Notes a problem unless it is so.
    fn demand(&mut self, is_so: bool, problem: impl FnOnce() -> String) {
        if !is_so {
            self.problems.push(problem());
        }
    }
}

/// How many requests of users are answered before anything is done.
const WARMING: u64 = 24;
/// Requests a second meanwhile.
const WARMING_RATE: f64 = 6.0;
/// The share of two instances' processors that users take when nothing else is asked for.
const USUAL_SHARE: f64 = 0.25;
/// Requests a second that they make at most.
const MOST_USUALLY: f64 = 30.0;
/// For how long requests may be under way after a trial, in the model's time.
const ANSWERED: Duration = Duration::from_secs(90);

/// Does the trials to a fleet, and shows it meanwhile.
pub async fn run(stage: &Stage, trials: &[Trial]) -> Result<Report> {
    let load = Load::start(stage.visitor(), stage.origin(), WARMING_RATE);
    let all = all(stage, &load, trials);
    tokio::select! {
        report = all => report,
        never = watch::show(stage, &load) => match never {},
    }
}

async fn all(stage: &Stage, load: &Load, trials: &[Trial]) -> Result<Report> {
    let (least, _) = stage.fleet().await.bounds();
    let settled = Duration::from_secs(600);
    stage
        .wait("a whole fleet", settled, |fleet| fleet.is_settled())
        .await?;
    let cost = cost(stage, load, WARMING).await?;
    let quota = stage.fleet().await.setting().quota;
    let usual_rate = (USUAL_SHARE * least as f64 * quota / cost).clamp(1.0, MOST_USUALLY);
    load.set_rate(usual_rate);
    let scene = Scene {
        stage,
        load,
        usual_rate,
    };
    let mut report = Report {
        time_scale: stage.scale().factor(),
        ..Report::default()
    };
    for trial in trials {
        match scene.perform(*trial).await {
            Ok(result) => report.trials.push(result),
            // What the fleet is like now, no further trial could say.
            Err(error) => {
                report.broken_off = Some(format!("{}: {error:#}", name(*trial)));
                break;
            }
        }
    }
    report.launches = stage.fleet().await.launches.clone();
    Ok(report)
}

/// What is done to the fleet, in a report.
fn name(trial: Trial) -> &'static str {
    match trial {
        Trial::Terminate => "an instance is terminated",
        Trial::Kill => "a process is killed",
        Trial::Hang => "a machine hangs",
        Trial::Release => "a new release rolls through",
        Trial::BadRelease => "a release never becomes ready",
        Trial::Bucket => "the bucket is unreachable at boot",
        Trial::Checksum => "the release has a wrong checksum",
        Trial::Upload => "what took an upload is terminated",
        Trial::Https => "HTTPS is switched on",
        Trial::Load => "load rises beyond 70 % and falls",
    }
}

/// Processor seconds that a request of users costs, by so many of them.
async fn cost(stage: &Stage, load: &Load, requests: u64) -> Result<f64> {
    let (used, good) = (stage.fleet().await.used(), load.counts().good);
    let patience = Duration::from_secs(600);
    stage
        .wait("answers to requests", patience, |_| {
            load.counts().good >= good + requests
        })
        .await?;
    // What was used is seen a moment later.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let used = stage.fleet().await.used().saturating_sub(used);
    let good = load.counts().good - good;
    Ok((used.as_secs_f64() / good as f64).max(0.0005))
}

impl Scene<'_> {
    async fn perform(&self, trial: Trial) -> Result<TrialResult> {
        let before = self.begin().await;
        let began = Instant::now();
        let found = match trial {
            Trial::Terminate => self.terminate().await?,
            Trial::Kill => self.kill().await?,
            Trial::Hang => self.hang().await?,
            Trial::Release => self.release().await?,
            Trial::BadRelease => self.bad_release().await?,
            Trial::Bucket => self.bucket().await?,
            Trial::Checksum => self.checksum().await?,
            Trial::Upload => self.upload().await?,
            Trial::Https => self.https().await?,
            Trial::Load => self.rise_and_fall().await?,
        };
        self.settled().await?;
        let took = began.elapsed();
        self.result(name(trial), found, &before, took).await
    }

    /// The counts at the beginning; the fewest healthy instances are counted from now on.
    async fn begin(&self) -> Counts {
        let mut fleet = self.stage.fleet().await;
        fleet.least_healthy = fleet.healthy();
        self.load.counts()
    }

    async fn settled(&self) -> Result<Duration> {
        let model = Duration::from_secs(900);
        self.stage
            .wait("a whole fleet again", model, |fleet| fleet.is_settled())
            .await
    }

    async fn result(
        &self,
        name: &str,
        mut found: Found,
        before: &Counts,
        took: Duration,
    ) -> Result<TrialResult> {
        // What was sent until now is answered, or fails.
        let now = self.load.counts();
        let answered = |counts: &Counts| counts.good + counts.failed.len() as u64;
        self.stage
            .wait("answers", ANSWERED, |_| {
                answered(&self.load.counts()) >= now.sent
            })
            .await?;
        let after = self.load.counts();
        let failed = &after.failed[before.failed.len()..];
        let count = failed.len() as u64;
        found.demand(count <= found.allowed, || {
            let why: Vec<&str> = failed.iter().map(|(_, why)| why.as_str()).take(5).collect();
            format!("{count} requests failed: {}", why.join(", "))
        });
        found.demand(after.withheld == before.withheld, || {
            format!(
                "{} requests found no room",
                after.withheld - before.withheld
            )
        });
        let fleet = self.stage.fleet().await;
        let (least, _) = fleet.bounds();
        found.demand(fleet.least_healthy + found.may_miss >= least, || {
            format!("only {} instances were healthy", fleet.least_healthy)
        });
        Ok(TrialResult {
            trial: name.to_owned(),
            requests: after.sent - before.sent,
            failed: count,
            allowed: found.allowed,
            least_healthy: fleet.least_healthy,
            seconds: took.as_secs_f64(),
            facts: found.facts,
            problems: found.problems,
            scaling: found.scaling,
        })
    }

    /// The id of an instance that serves: the first.
    async fn victim(&self) -> Result<String> {
        let fleet = self.stage.fleet().await;
        let serving = fleet.serving_ids();
        serving
            .into_iter()
            .next()
            .ok_or_else(|| anyhow::anyhow!("no instance serves"))
    }
}
