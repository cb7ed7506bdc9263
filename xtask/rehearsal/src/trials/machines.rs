//! Trials of a single instance.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::{Found, Scene};
use crate::fleet::{Fleet, Health, Phase};
use crate::report::took;

/// What the boot script says when it starts the service.
const READY: &str = "ready on port";
/// The service's first line of the machine's own log.
const STARTED: &str = "student-analytics.service: active";

impl Scene<'_> {
    /// As AWS does it: deregistered, drained, shut down.
    pub(super) async fn terminate(&self) -> Result<Found> {
        let id = self.victim().await?;
        let mut found = Found::with_one_missing();
        let began = Instant::now();
        self.stage
            .fleet()
            .await
            .terminate(&id, "it is terminated")
            .await?;
        let model = Duration::from_secs(600);
        self.replaced(model).await?;
        found.fact(format!("replaced after {}", took(began.elapsed())));
        self.stage
            .wait("its end", model, |fleet| fleet.instance(&id).is_none())
            .await?;
        Ok(found)
    }

    /// SIGKILL of the process: its unit restarts it.
    pub(super) async fn kill(&self) -> Result<Found> {
        let id = self.victim().await?;
        let mut found = Found::default();
        let starts = |fleet: &Fleet| {
            let said = fleet.instance(&id).map(|it| it.machine.said());
            said.map_or(0, |said| said.matches(STARTED).count())
        };
        let before = {
            let fleet = self.stage.fleet().await;
            let instance = fleet.instance(&id).context("the instance is gone")?;
            let service = instance.machine.service().context("no service runs")?;
            let balancer = &fleet.setting().balancer;
            let seen = async || anyhow::Ok(balancer.targets().await?[instance.slot]);
            // It stands still, so that nothing which it was sent is answered before it dies.
            service.stop();
            let stopped = seen().await?;
            service.kill();
            let killed = seen().await?;
            found.allowed = stopped.in_flight + (killed.connections - stopped.connections);
            starts(&fleet)
        };
        let model = Duration::from_secs(60);
        let back = self
            .stage
            .wait("a restart", model, |fleet| starts(fleet) > before)
            .await?;
        found.fact(format!("started again after {}", took(back)));
        let asked = self.requests(&id).await;
        let serves = |fleet: &Fleet| {
            fleet
                .instance(&id)
                .is_some_and(|it| it.requests() >= asked + 5)
        };
        self.stage.wait("requests to it", model, serves).await?;
        Ok(found)
    }

    /// SIGSTOP of everything: the health check notices, and the group replaces it.
    pub(super) async fn hang(&self) -> Result<Found> {
        let id = self.victim().await?;
        let mut found = Found::with_one_missing();
        let before = self.requests(&id).await;
        let under_way = {
            let fleet = self.stage.fleet().await;
            let instance = fleet.instance(&id).context("the instance is gone")?;
            instance.machine.hang();
            instance.seen.in_flight
        };
        let began = Instant::now();
        let model = Duration::from_secs(300);
        let is_noticed = |fleet: &Fleet| {
            fleet
                .instance(&id)
                .is_none_or(|it| it.health == Health::Unhealthy || it.phase != Phase::InService)
        };
        let noticed = self
            .stage
            .wait("a failed health check", model, is_noticed)
            .await?;
        found.allowed = self.requests(&id).await - before + under_way;
        let check = {
            let fleet = self.stage.fleet().await;
            let targets = &fleet.setting().targets;
            (targets.interval + targets.timeout) * targets.unhealthy
        };
        let bound = self.stage.scale().here(check) + Duration::from_secs(1);
        found.demand(noticed <= bound, || {
            format!("noticed after {} instead of {}", took(noticed), took(bound))
        });
        found.fact(format!("noticed after {}", took(noticed)));
        self.replaced(model).await?;
        found.fact(format!("replaced after {}", took(began.elapsed())));
        Ok(found)
    }

    /// An instance boots while it cannot reach the bucket.
    pub(super) async fn bucket(&self) -> Result<Found> {
        let id = self.victim().await?;
        let mut found = Found::with_one_missing();
        self.stage.fleet().await.set_bucket(false);
        self.stage
            .fleet()
            .await
            .terminate(&id, "another is to boot without the bucket")
            .await?;
        let complaint = "cannot be downloaded; next try in";
        let model = Duration::from_secs(300);
        let complained = |fleet: &Fleet| newest(fleet).is_some_and(|said| said.contains(complaint));
        let waited = self
            .stage
            .wait("a complaint on the console", model, complained)
            .await;
        let said = newest(&*self.stage.fleet().await).unwrap_or_default();
        self.stage.fleet().await.set_bucket(true);
        waited?;
        found.demand(!said.contains(STARTED), || {
            "a half-installed service started".to_owned()
        });
        let line = said.lines().find(|line| line.contains(complaint));
        found.fact(format!(
            "its console says “… {}”",
            from(line.unwrap_or_default(), complaint)
        ));
        let back = self.replaced(model).await?;
        found.fact(format!("healthy {} after the bucket was there", took(back)));
        Ok(found)
    }

    /// An instance boots while the bucket holds another program under the release's name.
    pub(super) async fn checksum(&self) -> Result<Found> {
        let id = self.victim().await?;
        let mut found = Found::with_one_missing();
        let (bucket, key) = self.release_object().await?;
        let cloud = self.stage.fleet().await.setting().cloud.clone();
        let right = cloud.read(&bucket, &key).await?;
        let mark = "this was executed";
        let other = format!("#!/bin/sh\necho {mark} >/dev/console\n");
        cloud.overwrite(&bucket, &key, other.into_bytes()).await?;
        self.stage
            .fleet()
            .await
            .terminate(&id, "another is to boot a wrong release")
            .await?;
        let refusal = "nothing was installed";
        let model = Duration::from_secs(300);
        let refused = |fleet: &Fleet| newest(fleet).is_some_and(|said| said.contains(refusal));
        let waited = self
            .stage
            .wait("a refusal on the console", model, refused)
            .await;
        let said = newest(&*self.stage.fleet().await).unwrap_or_default();
        cloud.overwrite(&bucket, &key, right).await?;
        waited?;
        let executed = said.contains(mark) || said.contains(STARTED) || said.contains(READY);
        found.demand(!executed, || "what was downloaded was executed".to_owned());
        found.fact("the instance refused to install it".to_owned());
        let back = self.replaced(model).await?;
        found.fact(format!(
            "replaced {} after the release was put right",
            took(back)
        ));
        Ok(found)
    }

    /// Waits until as many instances are healthy as there should be; how long it took.
    pub(super) async fn replaced(&self, model: Duration) -> Result<Duration> {
        let is_whole = |fleet: &Fleet| fleet.healthy() >= fleet.bounds().0;
        self.stage.wait("another instance", model, is_whole).await
    }

    async fn requests(&self, id: &str) -> u64 {
        let fleet = self.stage.fleet().await;
        fleet.instance(id).map_or(0, |it| it.requests())
    }

    /// Where the release lies: the boot script says it.
    pub(super) async fn release_object(&self) -> Result<(String, String)> {
        let script = self.stage.fleet().await.script().await?;
        let value = |name: &str| {
            let line = script
                .lines()
                .find_map(|line| line.strip_prefix(&format!("readonly {name}=")));
            let word = line.map(|line| line.trim_matches(['\'', '"']).to_owned());
            word.with_context(|| format!("the boot script has no {name}"))
        };
        Ok((value("bucket")?, value("release_key")?))
    }
}

/// What the newest instance's console says.
fn newest(fleet: &Fleet) -> Option<String> {
    let serving = |it: &&crate::fleet::Instance| it.phase == Phase::InService;
    let newest = fleet
        .instances()
        .iter()
        .filter(serving)
        .max_by_key(|it| it.launched());
    newest.map(|it| it.machine.said())
}

/// A line from a part of it on.
fn from<'a>(line: &'a str, part: &str) -> &'a str {
    line.find(part).map_or(line, |at| &line[at..])
}
