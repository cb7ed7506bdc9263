//! The Auto Scaling group, played: keeps as many instances as desired, replaces those that fail
//! their checks, refreshes them to a new template version, and follows the scaling policy.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use capacity::tracking::Tracking;
use xtask_emulator::{Emulator, Fleet as Shown, Instance as ShownInstance};

use crate::balancer::{self, Addresses, Balancer, SLOTS, Slot};
use crate::cloud::{Cloud, Group, Listening, Plain, Policy, Targets};
use crate::cpu::Processes;
use crate::machine::{Blueprint, Machine};

mod instance;
mod policy;
mod refresh;

pub(crate) use instance::{Health, Instance, Phase};
use refresh::Refresh;

/// How often the cloud is asked for the group.
const LOOK: Duration = Duration::from_millis(500);
/// How long a machine may take to shut down before it is switched off.
const SHUT_DOWN: Duration = Duration::from_secs(60);

/// What does not change while it runs.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) cloud: Cloud,
    pub(crate) emulator: Arc<Emulator>,
    pub(crate) balancer: Balancer,
    pub(crate) blueprint: Blueprint,
    pub(crate) targets: Targets,
    pub(crate) policy: Policy,
    /// Share of a processor that an instance is declared to have.
    pub(crate) quota: f64,
    /// Whether instances reach the bucket.
    pub(crate) bucket: Arc<AtomicBool>,
}

/// The group and its instances.
#[derive(Debug)]
pub(crate) struct Fleet {
    setting: Setting,
    group: Group,
    instances: Vec<Instance>,
    tracking: Tracking,
    /// When the last measurement of the processors ended.
    pub(crate) period: Instant,
    looked: Instant,
    refresh: Option<Refresh>,
    /// User data, by template version.
    user_data: BTreeMap<String, Vec<u8>>,
    launched: u32,
    /// What happened, for who asks.
    pub(crate) events: Vec<(Instant, String)>,
    /// The use of the processors in the last period, in percent.
    pub(crate) percent: f64,
    /// The fewest healthy instances since someone set this.
    pub(crate) least_healthy: usize,
    /// Seconds from each launch to the first healthy answer.
    pub(crate) launches: Vec<f64>,
    used_by_gone: Duration,
}

impl Fleet {
    /// A group without instances yet.
    pub(crate) fn new(setting: Setting, group: Group) -> Self {
        let now = Instant::now();
        Self {
            setting,
            group,
            instances: Vec::new(),
            tracking: Tracking::default(),
            period: now,
            looked: now,
            refresh: None,
            user_data: BTreeMap::new(),
            launched: 0,
            events: Vec::new(),
            percent: 0.0,
            least_healthy: 0,
            launches: Vec::new(),
            used_by_gone: Duration::ZERO,
        }
    }

    /// Its instances.
    pub(crate) fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// Those that serve.
    pub(crate) fn healthy(&self) -> usize {
        let serves = |it: &&Instance| it.phase == Phase::InService && it.health == Health::Healthy;
        self.instances.iter().filter(serves).count()
    }

    /// Whether it is as it should be: as many instances as desired, all healthy, none leaving.
    pub(crate) fn is_settled(&self) -> bool {
        self.refresh.is_none()
            && self.instances.len() == self.group.desired
            && self.healthy() == self.group.desired
    }

    /// How many instances are desired.
    pub(crate) fn desired(&self) -> usize {
        self.group.desired
    }

    /// Fewest and most instances.
    pub(crate) fn bounds(&self) -> (usize, usize) {
        (self.group.least, self.group.most)
    }

    /// The addresses of the load balancer.
    pub(crate) fn addresses(&self) -> Addresses {
        self.setting.balancer.addresses()
    }

    /// Lets instances reach the bucket, or not.
    pub(crate) fn set_bucket(&self, reachable: bool) {
        self.setting.bucket.store(reachable, Ordering::Relaxed);
    }

    /// What of the model does not change.
    pub(crate) fn setting(&self) -> &Setting {
        &self.setting
    }

    /// Ids of the instances that do not leave.
    pub(crate) fn serving_ids(&self) -> Vec<String> {
        let places = self.serving().into_iter();
        places
            .map(|place| self.instances[place].id.clone())
            .collect()
    }

    /// The boot script of the group's template version.
    pub(crate) async fn script(&self) -> Result<String> {
        let group = &self.group;
        let (user_data, _) = self
            .setting
            .cloud
            .template(&group.template, &group.version)
            .await?;
        String::from_utf8(user_data).context("the user data is no text")
    }

    /// Processor time of all instances that there were.
    pub(crate) fn used(&self) -> Duration {
        let used: Duration = self.instances.iter().map(|it| it.used).sum();
        self.used_by_gone + used
    }

    /// An instance.
    pub(crate) fn instance(&self, id: &str) -> Option<&Instance> {
        self.instances.iter().find(|it| it.id == id)
    }

    /// Terminates an instance as AWS does: takes it from the load balancer, waits, shuts down.
    pub(crate) async fn terminate(&mut self, id: &str, why: &str) -> Result<()> {
        let Some(place) = self.instances.iter().position(|it| it.id == id) else {
            return Ok(());
        };
        self.leave(place, why).await
    }

    async fn leave(&mut self, place: usize, why: &str) -> Result<()> {
        let instance = &mut self.instances[place];
        if instance.phase != Phase::InService {
            return Ok(());
        }
        self.setting.balancer.deregister(instance.slot).await?;
        instance.phase = Phase::Draining {
            since: Instant::now(),
        };
        let text = format!("{} leaves: {why}", instance.id);
        self.say(text);
        Ok(())
    }

    fn say(&mut self, text: String) {
        self.events.push((Instant::now(), text));
    }

    /// One look at everything, and what follows from it.
    pub(crate) async fn tick(&mut self) -> Result<()> {
        if self.looked.elapsed() >= LOOK {
            self.looked = Instant::now();
            self.look().await?;
        }
        self.observe().await?;
        self.bring_out().await?;
        self.replace_failed().await?;
        match self.refresh.is_some() {
            true => self.roll().await?,
            false => self.keep_capacity().await?,
        }
        self.track().await?;
        self.show().await;
        Ok(())
    }

    async fn look(&mut self) -> Result<()> {
        let Some(group) = self.setting.cloud.group().await? else {
            return Ok(());
        };
        self.group = group;
        let listening = self.setting.cloud.listening(&self.group.targets).await?;
        if self.setting.balancer.listen(listening).await? {
            self.say(said(self.setting.balancer.listening()));
        }
        let running = self
            .setting
            .emulator
            .refresh_to_play(&self.group.name)
            .await;
        self.refresh = running.map(|running| {
            let same = self.refresh.take().filter(|it| it.running.id == running.id);
            let (failed, is_given_up) = same.map_or((0, false), |it| (it.failed, it.is_given_up));
            Refresh {
                running,
                failed,
                is_given_up,
            }
        });
        Ok(())
    }

    /// What the load balancer and the kernel say of the instances.
    async fn observe(&mut self) -> Result<()> {
        let seen = self.setting.balancer.targets().await?;
        let processes = Processes::now();
        let scale = self.setting.blueprint.scale;
        let targets = &self.setting.targets;
        let first_checks = scale.here(targets.interval * targets.unhealthy + targets.timeout);
        let mut recovered = Vec::new();
        for instance in &mut self.instances {
            let target = seen.get(instance.slot).copied().unwrap_or_default();
            if instance.observe(target, &processes, first_checks) {
                let took = instance.launched().elapsed();
                recovered.push(format!(
                    "{} is healthy, {:.1} s after its launch",
                    instance.id,
                    took.as_secs_f64()
                ));
            }
        }
        for text in recovered {
            self.say(text);
        }
        self.least_healthy = self.least_healthy.min(self.healthy());
        let answers = self.instances.iter_mut().filter_map(Instance::first_answer);
        self.launches.extend(answers);
        Ok(())
    }

    /// Brings instances that leave further on their way.
    async fn bring_out(&mut self) -> Result<()> {
        let scale = self.setting.blueprint.scale;
        let delay = scale.here(self.setting.targets.delay);
        let mut gone = Vec::new();
        for (place, instance) in self.instances.iter_mut().enumerate() {
            match instance.phase {
                Phase::InService => {}
                Phase::Draining { since } if since.elapsed() >= delay => {
                    instance.machine.shut_down();
                    instance.phase = Phase::Stopping {
                        since: Instant::now(),
                    };
                }
                Phase::Draining { .. } => {}
                Phase::Stopping { since } => {
                    if since.elapsed() >= scale.here(SHUT_DOWN) {
                        instance.machine.switch_off();
                    }
                    if !instance.machine.runs() {
                        gone.push(place);
                    }
                }
            }
        }
        for place in gone.into_iter().rev() {
            let instance = self.instances.remove(place);
            self.used_by_gone += instance.used;
            self.setting.balancer.forget(instance.slot).await?;
            self.say(format!("{} is gone", instance.id));
        }
        Ok(())
    }

    async fn replace_failed(&mut self) -> Result<()> {
        let grace = self.setting.blueprint.scale.here(self.group.grace);
        let failed = |instance: &Instance| {
            let by_check =
                instance.health == Health::Unhealthy && instance.launched().elapsed() > grace;
            instance.phase == Phase::InService && (by_check || instance.is_off)
        };
        let places: Vec<usize> = (0..self.instances.len())
            .filter(|place| failed(&self.instances[*place]))
            .collect();
        for place in places {
            let why = match self.instances[place].is_off {
                true => "it is off",
                false => "it fails its health check",
            };
            let version = self.instances[place].version.clone();
            if let Some(refresh) = &mut self.refresh
                && refresh.running.version.as_ref() == Some(&version)
                && !refresh.running.is_returning
            {
                refresh.failed += 1;
            }
            self.leave(place, why).await?;
        }
        Ok(())
    }

    async fn keep_capacity(&mut self) -> Result<()> {
        let serving: Vec<usize> = self.serving();
        if serving.len() < self.group.desired {
            return self.launch(self.group.version.clone()).await;
        }
        if serving.len() > self.group.desired {
            let oldest = serving.into_iter().min_by_key(|place| {
                let instance = &self.instances[*place];
                (instance.version == self.group.version, instance.launched())
            });
            if let Some(place) = oldest {
                self.leave(place, "fewer instances are desired").await?;
            }
        }
        Ok(())
    }

    /// Places of the instances that do not leave.
    fn serving(&self) -> Vec<usize> {
        let serves = |place: &usize| self.instances[*place].phase == Phase::InService;
        (0..self.instances.len()).filter(serves).collect()
    }

    async fn launch(&mut self, version: String) -> Result<()> {
        let taken: Vec<Slot> = self.instances.iter().map(|it| it.slot).collect();
        let Some(slot) = (0..SLOTS).find(|slot| !taken.contains(slot)) else {
            // One that leaves will make room.
            return Ok(());
        };
        if !self.user_data.contains_key(&version) {
            let template = self
                .setting
                .cloud
                .template(&self.group.template, &version)
                .await?;
            self.user_data.insert(version.clone(), template.0);
        }
        let user_data = self.user_data.get(&version).context("the user data")?;
        self.launched += 1;
        let id = format!("i-{:017x}", self.launched);
        let machine = Machine::launch(
            &self.setting.blueprint,
            &id,
            balancer::address(slot),
            user_data,
            Arc::clone(&self.setting.bucket),
        )?;
        self.setting.balancer.register(slot).await?;
        ensure!(!self.group.zones.is_empty(), "the group has no zones");
        let fewest = |zone: &&String| self.instances.iter().filter(|it| it.zone == **zone).count();
        let zone = self
            .group
            .zones
            .iter()
            .min_by_key(fewest)
            .cloned()
            .unwrap_or_default();
        self.say(format!("{id} is launched with version {version}"));
        let seen = self.setting.balancer.targets().await?;
        let before = seen.get(slot).copied().unwrap_or_default().connections;
        self.instances
            .push(Instance::new(id, zone, version, slot, machine, before));
        Ok(())
    }

    async fn show(&self) {
        let shown = Shown {
            group: self.group.name.clone(),
            port: self.setting.targets.port,
            instances: self
                .instances
                .iter()
                .map(Instance::shown)
                .collect::<Vec<ShownInstance>>(),
        };
        self.setting.emulator.play(shown).await;
    }
}

fn said(listening: &Listening) -> String {
    let http = match listening.http {
        Plain::Forwarded => "forwards HTTP".to_owned(),
        Plain::Redirected(status) => format!("redirects HTTP to HTTPS with {status}"),
    };
    let https = match listening.certificate {
        Some(_) => "and forwards HTTPS",
        None => "and has no HTTPS",
    };
    format!("the load balancer {http} {https}")
}
