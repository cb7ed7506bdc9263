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

use crate::balancer::{Addresses, Balancer};
use crate::certificate::Certificate;
use crate::cloud::{Cloud, Group, Policy, Targets};
use crate::fleet::{Fleet, Setting};
use crate::machine::Blueprint;
use crate::prerequisites;
use crate::scale::TimeScale;
use crate::visitor::Visitor;

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
    /// Its port of HTTPS; 0 for a free one.
    pub https_port: u16,
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
    certificate: Certificate,
    visitor: Visitor,
    addresses: Addresses,
    deployed: Mutex<Deployed>,
}

/// What was deployed last.
#[derive(Clone, Debug)]
struct Deployed {
    artifact: PathBuf,
    /// The certificate's name in the emulated AWS, where there is one.
    certificate: Option<String>,
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
        let addresses = Addresses::of(port(options.port)?, port(options.https_port)?);
        let certificate = Certificate::new()?;
        let deployed = Deployed {
            artifact: options.artifact.clone(),
            certificate: None,
        };
        let home = tempfile::tempdir().context("no folder for the deployer's home")?;
        let fault = Arc::default();
        let (raised, ended) = {
            let deploy = deploy(&options, &emulator, home.path(), addresses, &deployed);
            let raised = async {
                let fleet = raise(&options, &emulator, &settings, addresses, &certificate).await?;
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
            visitor: Visitor::new(&certificate)?,
            certificate,
            addresses,
            deployed: Mutex::new(deployed),
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

    /// Where users find the dashboard, to begin with.
    pub fn origin(&self) -> String {
        format!("http://{}", self.addresses.http)
    }

    /// Someone who trusts the load balancer's certificate.
    pub(crate) fn visitor(&self) -> Visitor {
        self.visitor.clone()
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
        let mut wanted = self.deployed.lock().await.clone();
        artifact.clone_into(&mut wanted.artifact);
        self.deploy_that(wanted).await
    }

    /// Deploys what is deployed, with HTTPS.
    pub(crate) async fn deploy_https(&self) -> Result<Ended> {
        let mut wanted = self.deployed.lock().await.clone();
        wanted.certificate = Some(self.import().await?);
        self.deploy_that(wanted).await
    }

    async fn deploy_that(&self, wanted: Deployed) -> Result<Ended> {
        let ended = deploy(
            &self.options,
            &self.emulator,
            self.home.path(),
            self.addresses,
            &wanted,
        )
        .await?;
        if ended.status == 0 {
            *self.deployed.lock().await = wanted;
        }
        Ok(ended)
    }

    /// Brings the certificate into the emulated AWS, as a person would; its name there.
    async fn import(&self) -> Result<String> {
        let certificate = self.file("certificate.pem", self.certificate.certificate.as_bytes())?;
        let key = self.file("certificate-key.pem", self.certificate.key.as_bytes())?;
        let region = Settings::published()?.region;
        let program = self.options.tools.join("bin/aws");
        let mut command = Command::new(&program);
        as_deployer(&mut command, &self.emulator, self.home.path())
            .args(["acm", "import-certificate", "--output", "text"])
            .args(["--query", "CertificateArn", "--region", region.as_str()])
            .arg("--certificate")
            .arg(format!("fileb://{}", certificate.display()))
            .arg("--private-key")
            .arg(format!("fileb://{}", key.display()));
        let output = command
            .output()
            .await
            .with_context(|| format!("{} cannot be started", program.display()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("the certificate cannot be imported: {}", said.trim());
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
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
    addresses: Addresses,
    certificate: &Certificate,
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
    let balancer = Balancer::start(addresses, certificate, &targets, options.scale).await?;
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
    cloud.listening(&group.targets).await?;
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
    addresses: Addresses,
    wanted: &Deployed,
) -> Result<Ended> {
    let mut command = Command::new(&options.commands);
    as_deployer(&mut command, emulator, home)
        .args(["deploy", "--yes", "--lb-address"])
        .arg(addresses.http.to_string())
        .arg("--artifact")
        .arg(&wanted.artifact)
        .arg("--key-file")
        .arg(home.join("key"))
        .args(["--image", image(options)]);
    if let Some(certificate) = &wanted.certificate {
        command.args(["--certificate", certificate]);
    }
    let output = command
        .output()
        .await
        .with_context(|| format!("{} cannot be started", options.commands.display()))?;
    let said = [output.stdout, output.stderr].concat();
    Ok(Ended {
        status: output.status.code().unwrap_or(-1),
        said: String::from_utf8_lossy(&said).into_owned(),
    })
}

/// A command of someone who has nothing but keys of the emulated AWS.
fn as_deployer<'a>(command: &'a mut Command, emulator: &Emulator, home: &Path) -> &'a mut Command {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("AWS_") || name.starts_with("STUDENT_ANALYTICS_") {
            command.env_remove(name);
        }
    }
    command
        .env_remove("CI")
        .env("HOME", home)
        .env("AWS_ENDPOINT_URL", emulator.endpoint())
        .env("AWS_ACCESS_KEY_ID", "deployer")
        .env("AWS_SECRET_ACCESS_KEY", "deployer")
        .stdin(Stdio::null())
        .kill_on_drop(true)
}

/// The image by the name that `deploy` knows.
fn image(options: &Options) -> &'static str {
    match options.amazon_linux_2023 {
        true => "amazon-linux-2023",
        false => "amazon-linux-2",
    }
}

/// A port, or a free one in the place of 0.
fn port(wanted: u16) -> Result<u16> {
    if wanted != 0 {
        return Ok(wanted);
    }
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    Ok(listener.local_addr()?.port())
}
