//! The stage: the emulated cloud with the topology deployed in it, and the real parts.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use infra_model::id::Id;
use infra_model::settings::Settings;
use infra_model::topology::Topology;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::JoinHandle;
use xtask_emulator::{Emulator, Fleet as Shown};

use crate::balancer::Balancer;
use crate::cloud::{Cloud, Group, Policy, Targets};
use crate::fleet::{Fleet, Setting};
use crate::machine::Blueprint;
use crate::prerequisites;
use crate::scale::TimeScale;

/// Between two looks at the fleet.
const TICK: Duration = Duration::from_millis(100);
/// How long a deployment may take to make what the fleet needs.
const DEPLOYED: Duration = Duration::from_secs(120);
/// The version of systemd in the image of Amazon Linux 2.
const SYSTEMD_2: u16 = 219;
/// The version of systemd in the image of Amazon Linux 2023.
const SYSTEMD_2023: u16 = 252;

/// With what a rehearsal is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// The dashboard's program, as it would be released.
    pub artifact: PathBuf,
    /// The program with the AWS commands.
    pub commands: PathBuf,
    /// The Python environment with moto and the AWS CLI.
    pub tools: PathBuf,
    /// This package's own program, which runs within machines.
    pub program: PathBuf,
    /// How fast time passes.
    pub scale: TimeScale,
    /// The load balancer's port; 0 for a free one.
    pub port: u16,
    /// The share of a processor that an instance has, between 0 and 8.
    pub quota: f64,
    /// Whether instances run Amazon Linux 2023 instead of 2.
    pub amazon_linux_2023: bool,
}

/// How a command ended.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) said: String,
}

/// A deployment that is played. It ends, with all its parts, when this is dropped.
#[derive(Debug)]
pub struct Stage {
    options: Options,
    emulator: Arc<Emulator>,
    raised: Raised,
    fault: Arc<Mutex<Option<String>>>,
    home: TempDir,
    port: u16,
}

impl Stage {
    /// Deploys, and lets the fleet come up.
    pub async fn set(options: Options) -> Result<Self> {
        prerequisites::check(&options.tools)?;
        eprintln!("Deploying to an emulated AWS, and launching its instances…");
        let emulator = Emulator::start(xtask_emulator::Options {
            program: Some(options.tools.join("bin/moto_server")),
            ..xtask_emulator::Options::default()
        });
        let emulator = Arc::new(emulator.await?);
        let settings = Settings::published()?;
        emulator.play(nobody(&settings)?).await;
        let port = match options.port {
            0 => free_port()?,
            port => port,
        };
        let home = tempfile::tempdir().context("no folder for the deployer's home")?;
        let fault = Arc::default();
        let (raised, ended) = {
            let deploy = deploy(&options, &emulator, home.path(), port, &options.artifact);
            let raised = async {
                let fleet = raise(&options, &emulator, &settings, port).await?;
                anyhow::Ok(Raised::new(fleet, &fault))
            };
            tokio::pin!(deploy, raised);
            tokio::select! {
                raised = &mut raised => (raised?, deploy.await?),
                ended = &mut deploy => {
                    bail!("the deployment ended before its fleet was launched:\n{}", ended?.said)
                }
            }
        };
        let stage = Self {
            options,
            emulator,
            raised,
            fault,
            home,
            port,
        };
        if ended.status != 0 {
            bail!(
                "the deployment failed:\n{}\n{}",
                ended.said,
                stage.consoles().await
            );
        }
        Ok(stage)
    }

    /// Where users find the dashboard.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The fleet, which stands still meanwhile.
    pub(crate) async fn fleet(&self) -> MutexGuard<'_, Fleet> {
        self.raised.fleet.lock().await
    }

    /// How fast time passes.
    pub(crate) fn scale(&self) -> TimeScale {
        self.options.scale
    }

    /// The dashboard's program.
    pub(crate) fn artifact(&self) -> &Path {
        &self.options.artifact
    }

    /// A file of the deployer's.
    pub(crate) fn file(&self, name: &str, content: &[u8]) -> Result<PathBuf> {
        let path = self.home.path().join(name);
        std::fs::write(&path, content).with_context(|| path.display().to_string())?;
        Ok(path)
    }

    /// Deploys another release.
    pub(crate) async fn deploy(&self, artifact: &Path) -> Result<Ended> {
        deploy(
            &self.options,
            &self.emulator,
            self.home.path(),
            self.port,
            artifact,
        )
        .await
    }

    /// Waits until the fleet is so, at most for as long as the model's duration is here and a
    /// minute more; how long it took.
    pub(crate) async fn wait(
        &self,
        what: &str,
        model: Duration,
        mut is_so: impl FnMut(&Fleet) -> bool,
    ) -> Result<Duration> {
        let began = Instant::now();
        let patience = self.scale().here(model) + Duration::from_secs(60);
        loop {
            if is_so(&*self.fleet().await) {
                return Ok(began.elapsed());
            }
            if let Some(fault) = &*self.fault.lock().await {
                bail!("the fleet cannot be played any longer: {fault}");
            }
            if began.elapsed() > patience {
                bail!(
                    "{what}: not within {} s\n{}",
                    patience.as_secs(),
                    self.consoles().await
                );
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// What the instances' consoles say.
    async fn consoles(&self) -> String {
        let fleet = self.fleet().await;
        let said = fleet
            .instances()
            .iter()
            .map(|it| format!("{}:\n{}", it.id, it.machine.said()));
        said.collect::<Vec<_>>().join("\n")
    }
}

/// A fleet that is looked after, until this is dropped.
#[derive(Debug)]
struct Raised {
    fleet: Arc<Mutex<Fleet>>,
    ticker: JoinHandle<()>,
}

impl Raised {
    fn new(fleet: Fleet, fault: &Arc<Mutex<Option<String>>>) -> Self {
        let fleet = Arc::new(Mutex::new(fleet));
        let ticker = tokio::spawn(keep_ticking(Arc::clone(&fleet), Arc::clone(fault)));
        Self { fleet, ticker }
    }
}

impl Drop for Raised {
    fn drop(&mut self) {
        self.ticker.abort();
    }
}

/// The group without instances, so that nobody takes the emulator's own for ours.
fn nobody(settings: &Settings) -> Result<Shown> {
    let payload = deployment::placeholder(settings)?;
    let topology = Topology::new(settings, &payload);
    Ok(Shown {
        group: topology.name(Id::AutoScalingGroup),
        port: payload.unit_port.get(),
        instances: Vec::new(),
    })
}

/// Waits for what the fleet needs, and makes it of that.
async fn raise(
    options: &Options,
    emulator: &Arc<Emulator>,
    settings: &Settings,
    port: u16,
) -> Result<Fleet> {
    let region = settings.region.as_str().to_owned();
    let cloud = Cloud::at(emulator.endpoint(), region.clone());
    let (group, targets, policy) = tokio::time::timeout(DEPLOYED, async {
        loop {
            // Until all of it is there, some answers are errors.
            if let Ok(Some(found)) = deployed(&cloud).await {
                return found;
            }
            tokio::time::sleep(TICK).await;
        }
    })
    .await
    .context("the deployment makes no group with a policy")?;
    let balancer = Balancer::start(port, &targets, options.scale).await?;
    let endpoint = emulator.endpoint();
    let blueprint = Blueprint {
        program: options.program.clone(),
        tools: options.tools.clone(),
        cloud: endpoint.trim_start_matches("http://").to_owned(),
        region,
        port: targets.port,
        systemd: match options.amazon_linux_2023 {
            true => SYSTEMD_2023,
            false => SYSTEMD_2,
        },
        scale: options.scale,
    };
    let setting = Setting {
        cloud,
        emulator: Arc::clone(emulator),
        balancer,
        blueprint,
        targets,
        policy,
        quota: options.quota,
        bucket: Arc::new(AtomicBool::new(true)),
    };
    Ok(Fleet::new(setting, group))
}

async fn deployed(cloud: &Cloud) -> Result<Option<(Group, Targets, Policy)>> {
    let Some(group) = cloud.group().await? else {
        return Ok(None);
    };
    let policy = cloud.policy(&group.name).await?;
    let targets = cloud.targets(&group.targets).await?;
    cloud.listener(&group.targets).await?;
    Ok(Some((group, targets, policy)))
}

async fn keep_ticking(fleet: Arc<Mutex<Fleet>>, fault: Arc<Mutex<Option<String>>>) {
    loop {
        let ticked = fleet.lock().await.tick().await;
        if let Err(error) = ticked {
            *fault.lock().await = Some(format!("{error:#}"));
            return;
        }
        tokio::time::sleep(TICK).await;
    }
}

/// Runs `deploy` as a person would.
async fn deploy(
    options: &Options,
    emulator: &Emulator,
    home: &Path,
    port: u16,
    artifact: &Path,
) -> Result<Ended> {
    let mut command = Command::new(&options.commands);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("AWS_") || name.starts_with("STUDENT_ANALYTICS_") {
            command.env_remove(name);
        }
    }
    let output = command
        .args([
            "deploy",
            "--yes",
            "--lb-address",
            &format!("127.0.0.1:{port}"),
        ])
        .arg("--artifact")
        .arg(artifact)
        .arg("--key-file")
        .arg(home.join("key"))
        .args(["--image", image(options)])
        .env_remove("CI")
        .env("HOME", home)
        .env("AWS_ENDPOINT_URL", emulator.endpoint())
        .env("AWS_ACCESS_KEY_ID", "deployer")
        .env("AWS_SECRET_ACCESS_KEY", "deployer")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .with_context(|| format!("{} cannot be started", options.commands.display()))?;
    let said = [output.stdout, output.stderr].concat();
    Ok(Ended {
        status: output.status.code().unwrap_or(-1),
        said: String::from_utf8_lossy(&said).into_owned(),
    })
}

/// The image by the name that `deploy` knows.
fn image(options: &Options) -> &'static str {
    match options.amazon_linux_2023 {
        true => "amazon-linux-2023",
        false => "amazon-linux-2",
    }
}

fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    Ok(listener.local_addr()?.port())
}
