//! From the plan to AWS: the plan's graph, as much at once as it allows.
//!
//! ```text
//! plan → apply (order, events) → ensure (one kind each) → wait
//! ```
//!
//! A step starts when those before it are done. When one fails, those behind it are skipped and
//! the others go on. Nothing is decided here: what a step does stands in the plan.

mod doing;
mod error;
mod tagging;

pub(crate) use doing::{Doing, Life, NOT_VISIBLE, changes, gone, is_not_yet};
pub use error::Error;
pub(crate) use tagging::{
    filter, of_balancing, of_ec2, of_iam, of_monitoring, of_s3, of_scaling, of_sns, ours,
    specification, to_balancing, to_ec2, to_iam, to_monitoring, to_s3, to_scaling, to_sns,
};

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use infra_model::id::Id;
use infra_model::observed::AwsId;
use infra_model::plan::{Action, Plan, Step};
use infra_model::settings::Settings;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::client_secret::ClientSecret;
use crate::clients::Clients;
use crate::ensure;
use crate::wait::{Pace, Wait};

/// How many steps are done at once, unless asked otherwise: enough for the widest part of the
/// graph, and below what AWS begins to refuse.
pub const PARALLEL: usize = 8;

/// What an object is uploaded from, by its key in the bucket.
pub type Files = BTreeMap<String, Content>;

/// What an object is uploaded from. Its checksum stands in the plan, and S3 checks it.
pub enum Content {
    /// A file, read while it is sent.
    File(PathBuf),
    /// Bytes in memory.
    Bytes(Vec<u8>),
}

/// What applying a plan needs beside the plan.
pub struct Apply<'a> {
    /// The connections.
    pub clients: &'a Clients,
    /// What the topology was made from.
    pub settings: &'a Settings,
    /// The release and the sample.
    pub files: &'a Files,
    /// The key to import when the topology names none: algorithm and key, in one line.
    pub public_key: Option<&'a str>,
    /// The OIDC client's secret, when a step must tell AWS.
    pub client_secret: Option<&'a ClientSecret>,
    /// How many steps are done at once.
    pub parallel: usize,
    /// How fast one asks again.
    pub pace: Pace,
    /// Becomes true when no further step shall start.
    pub stop: watch::Receiver<bool>,
    /// Is told what happens. Nobody needs to listen.
    pub events: mpsc::UnboundedSender<Event>,
}

/// Something happened to a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The step's place in the plan.
    pub step: usize,
    /// What happened.
    pub what: Progress,
}

/// What happens to a step. One that does nothing has no events.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// It started.
    Started,
    /// It waits: for this, as it follows "waiting".
    Waiting(String),
    /// It is done.
    Done {
        /// How long it took.
        took: Duration,
    },
    /// It is not done.
    Failed(Error),
    /// It was not started.
    Skipped(Because),
}

/// Why a step was not started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// This step, which it comes after, failed.
    Failed(usize),
    /// Applying was stopped.
    Stopped,
}

/// How applying ended.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The steps that are done, without those that had nothing to do, in the order in which they
    /// ended.
    pub done: Vec<usize>,
    /// Those that failed, and why.
    pub failed: Vec<(usize, Error)>,
    /// Those that were not started, and why.
    pub skipped: Vec<(usize, Because)>,
    /// Whether it was stopped before everything was started.
    pub stopped: bool,
    /// What AWS calls the resources of the topology now.
    pub made: BTreeMap<Id, AwsId>,
}

impl Outcome {
    /// Whether the cloud is as the plan says.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.skipped.is_empty()
    }
}

/// Does the plan's steps, all on the caller's task. Never stops half-way through one: what has
/// started ends.
pub async fn apply(apply: &Apply<'_>, plan: &Plan) -> Outcome {
    let mut graph = Graph::of(plan);
    let known: BTreeSet<AwsId> = plan
        .steps
        .iter()
        .filter_map(|step| step.action.item().cloned())
        .collect();
    let mut outcome = Outcome {
        made: kept(plan),
        ..Outcome::default()
    };
    let mut stop = apply.stop.clone();
    let mut running: FuturesUnordered<LocalBoxFuture<'_, Ended>> = FuturesUnordered::new();
    loop {
        outcome.stopped |= *stop.borrow();
        while !outcome.stopped && running.len() < apply.parallel.max(1) {
            let Some(index) = graph.next() else { break };
            let made = outcome.made.clone();
            running.push(Box::pin(one(apply, plan, index, made, &known)));
        }
        if running.is_empty() {
            break;
        }
        tokio::select! {
            Some(ended) = running.next() => end(apply, plan, &mut graph, &mut outcome, ended),
            // A sender that is gone asks for nothing any more.
            Ok(()) = stop.changed(), if !outcome.stopped => {}
        }
    }
    for index in graph.unstarted() {
        skip(apply, &mut outcome, index, Because::Stopped);
    }
    outcome
}

/// A step that ended.
struct Ended {
    index: usize,
    result: Result<AwsId, Error>,
}

async fn one(
    apply: &Apply<'_>,
    plan: &Plan,
    index: usize,
    made: BTreeMap<Id, AwsId>,
    known: &BTreeSet<AwsId>,
) -> Ended {
    let step = &plan.steps[index];
    let began = Instant::now();
    let tell = |what| {
        // Nobody needs to listen.
        let _ = apply.events.send(Event { step: index, what });
    };
    tell(Progress::Started);
    let resource = format!("{} {}", step.kind.words(), step.name);
    let doing = Doing {
        clients: apply.clients,
        region: &apply.settings.region,
        stage: &apply.settings.stage,
        files: apply.files,
        public_key: apply.public_key,
        client_secret: apply.client_secret,
        step,
        known,
        wait: Wait {
            pace: apply.pace,
            resource: &resource,
            report: &|what| tell(Progress::Waiting(what.to_owned())),
        },
    };
    let result = ensure::step(&doing, &made).await;
    tell(match &result {
        Ok(_) => Progress::Done {
            took: began.elapsed(),
        },
        Err(error) => Progress::Failed(error.clone()),
    });
    Ended { index, result }
}

fn end(apply: &Apply<'_>, plan: &Plan, graph: &mut Graph, outcome: &mut Outcome, ended: Ended) {
    let step = &plan.steps[ended.index];
    match ended.result {
        Ok(made) => {
            if let (Some(id), false) = (step.id, matches!(step.action, Action::Delete { .. })) {
                outcome.made.insert(id, made);
            }
            outcome.done.push(ended.index);
            graph.done(ended.index);
        }
        Err(error) => {
            outcome.failed.push((ended.index, error));
            for behind in graph.failed(ended.index) {
                skip(apply, outcome, behind, Because::Failed(ended.index));
            }
        }
    }
}

fn skip(apply: &Apply<'_>, outcome: &mut Outcome, step: usize, because: Because) {
    outcome.skipped.push((step, because));
    // Nobody needs to listen.
    let _ = apply.events.send(Event {
        step,
        what: Progress::Skipped(because),
    });
}

/// What is there and stays.
fn kept(plan: &Plan) -> BTreeMap<Id, AwsId> {
    let kept = plan.steps.iter().filter_map(|step| match &step.action {
        Action::Nothing { item, .. } | Action::Update { item, .. } => {
            Some((step.id?, item.clone()))
        }
        Action::Create { .. } | Action::Replace { .. } | Action::Delete { .. } => None,
    });
    kept.collect()
}

/// Whether there is nothing to do, nor to wait for.
fn is_done_already(step: &Step) -> bool {
    matches!(step.action, Action::Nothing { pending: false, .. })
}

/// Which steps wait for which.
struct Graph {
    /// For each step, the steps that it still waits for.
    waits: Vec<BTreeSet<usize>>,
    /// Those that have neither started nor been skipped.
    left: BTreeSet<usize>,
}

impl Graph {
    fn of(plan: &Plan) -> Self {
        let done: BTreeSet<usize> = (0..plan.steps.len())
            .filter(|index| is_done_already(&plan.steps[*index]))
            .collect();
        let waits = plan.steps.iter().map(|step| {
            let after = step.after.iter().copied();
            after.filter(|index| !done.contains(index)).collect()
        });
        Self {
            waits: waits.collect(),
            left: (0..plan.steps.len())
                .filter(|index| !done.contains(index))
                .collect(),
        }
    }

    /// The first step that can start; it is taken.
    fn next(&mut self) -> Option<usize> {
        let ready = |index: &usize| self.waits[*index].is_empty();
        let next = self.left.iter().copied().find(ready)?;
        self.left.remove(&next);
        Some(next)
    }

    fn done(&mut self, index: usize) {
        for waits in &mut self.waits {
            waits.remove(&index);
        }
    }

    /// Takes out all that come after it, directly or not.
    fn failed(&mut self, index: usize) -> Vec<usize> {
        let mut behind = BTreeSet::from([index]);
        let mut skipped = Vec::new();
        // A step comes after those with smaller numbers only.
        for later in self.left.clone() {
            if !self.waits[later].is_disjoint(&behind) {
                behind.insert(later);
                self.left.remove(&later);
                skipped.push(later);
            }
        }
        skipped
    }

    fn unstarted(&self) -> Vec<usize> {
        self.left.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests;
