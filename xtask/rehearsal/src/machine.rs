//! An instance: a sandbox with files, processes and a network of its own, in which the launch
//! template's user data runs as it is. Its port is reached at a loopback address.

use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpStream, UnixListener};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::cpu::{Meter, Process, Processes};
use crate::scale::TimeScale;

/// Makes the sandbox.
const SCRIPT: &str = include_str!("machine.sh");
/// The name of the service's process, as the kernel cuts it.
const SERVICE_NAME: &str = "student-analyti";
/// Names of processes that belong to the rehearsal and not to the instance.
const WIRE: &str = "exe";
/// How long the program drains, unless time is scaled.
const DRAIN: Duration = Duration::from_secs(20);

/// What all machines have in common.
#[derive(Clone, Debug)]
pub(crate) struct Blueprint {
    /// This program, which is init within the machine.
    pub(crate) program: PathBuf,
    /// The folder of the Python environment with the AWS CLI.
    pub(crate) tools: PathBuf,
    /// The emulated cloud, `HOST:PORT`.
    pub(crate) cloud: String,
    /// The region that the CLI works in.
    pub(crate) region: String,
    /// The port of the target group.
    pub(crate) port: u16,
    /// The version of systemd that the machine's image has.
    pub(crate) systemd: u16,
    /// How fast time passes.
    pub(crate) scale: TimeScale,
}

/// A running machine.
#[derive(Debug)]
pub(crate) struct Machine {
    child: Child,
    folder: TempDir,
    meter: Meter,
    launched: Instant,
    bucket: JoinHandle<()>,
}

impl Machine {
    /// Starts one at an address; `reachable` says whether it reaches the bucket.
    pub(crate) fn launch(
        blueprint: &Blueprint,
        id: &str,
        address: Ipv4Addr,
        user_data: &[u8],
        reachable: Arc<AtomicBool>,
    ) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(&format!("{id}-"))
            .tempdir()
            .context("no folder for a machine")?;
        let shared = folder.path().join("shared");
        for name in ["shared", "disk", "root"] {
            std::fs::create_dir(folder.path().join(name))?;
        }
        std::fs::write(shared.join("user-data"), user_data)?;
        std::fs::write(shared.join("console"), "")?;
        let bucket = bucket(&shared.join("cloud"), blueprint.cloud.clone(), reachable)?;
        let listener = TcpListener::bind((address, blueprint.port))
            .with_context(|| format!("{address}:{} is taken", blueprint.port))?;
        let events = std::fs::File::create(folder.path().join("events"))?;
        let child = command(blueprint, id, folder.path())
            .stdin(Stdio::from(OwnedFd::from(listener)))
            .stderr(events.try_clone()?)
            .stdout(events)
            .kill_on_drop(true)
            .spawn()
            .context("a machine cannot be started")?;
        Ok(Self {
            child,
            folder,
            meter: Meter::default(),
            launched: Instant::now(),
            bucket,
        })
    }

    /// When it was launched.
    pub(crate) fn launched(&self) -> Instant {
        self.launched
    }

    /// What its console and its first process said.
    pub(crate) fn said(&self) -> String {
        let read = |path: &str| std::fs::read(self.folder.path().join(path)).unwrap_or_default();
        let text = [read("shared/console"), read("events")].concat();
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The machine's processes: its first one and all that descend from it.
    fn processes<'a>(&self, all: &'a Processes) -> Vec<&'a Process> {
        let Some(outer) = self.child.id() else {
            return Vec::new();
        };
        let mut below = all.below(outer.cast_signed());
        // `unshare` waits outside.
        if !below.is_empty() {
            below.remove(0);
        }
        below
    }

    /// Notes what its processes have used, and says it.
    pub(crate) fn meter(&mut self, all: &Processes) -> Duration {
        let mut processes = self.processes(all);
        processes.retain(|process| process.name != WIRE);
        self.meter.note(&processes);
        self.meter.used()
    }

    /// Shuts it down as AWS does: its services are stopped, then it is off.
    pub(crate) fn shut_down(&self) {
        if let Some(init) = self.processes(&Processes::now()).first() {
            signal(init.id, Signal::TERM);
        }
    }

    /// Everything of it stands still.
    pub(crate) fn hang(&self) {
        for process in self.processes(&Processes::now()) {
            signal(process.id, Signal::STOP);
        }
    }

    /// The service's process, if it runs.
    pub(crate) fn service(&self) -> Option<Service> {
        let all = Processes::now();
        let processes = self.processes(&all);
        let service = processes
            .iter()
            .find(|process| process.name == SERVICE_NAME);
        service.map(|service| Service(service.id))
    }

    /// Switches it off.
    pub(crate) fn switch_off(&mut self) {
        if let Some(init) = self.processes(&Processes::now()).first() {
            signal(init.id, Signal::KILL);
        }
        // It may be off already.
        let _ = self.child.start_kill();
    }
}

/// The process of a machine's service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service(i32);

impl Service {
    /// It stands still.
    pub(crate) fn stop(self) {
        signal(self.0, Signal::STOP);
    }

    /// It dies.
    pub(crate) fn kill(self) {
        signal(self.0, Signal::KILL);
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.switch_off();
        self.bucket.abort();
    }
}

fn signal(id: i32, signal: Signal) {
    if let Some(id) = Pid::from_raw(id) {
        // It may have ended in this moment.
        let _ = kill_process(id, signal);
    }
}

fn command(blueprint: &Blueprint, id: &str, folder: &Path) -> Command {
    let cloud = format!("http://127.0.0.1:{}", crate::inside::CLOUD_PORT);
    let drain = blueprint.scale.here(DRAIN).as_secs_f64();
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", "SIGKILL", "unshare"])
        .args(["--mount", "--pid", "--net", "--ipc", "--uts", "--fork"])
        .args(["--kill-child=SIGKILL", "sh", "-c", SCRIPT, "machine.sh"])
        .arg(folder)
        .arg(id)
        .arg(&blueprint.program)
        .arg(&blueprint.tools)
        .arg(drain.to_string())
        .arg(cloud)
        .arg(format!("AWS_DEFAULT_REGION={}", blueprint.region))
        .arg(format!("{}={}", crate::inside::PORT, blueprint.port))
        .arg(format!("{}={}", crate::inside::SYSTEMD, blueprint.systemd));
    command
}

/// Carries what the machine asks of the cloud, while that is reachable.
fn bucket(socket: &Path, cloud: String, reachable: Arc<AtomicBool>) -> Result<JoinHandle<()>> {
    let listener = UnixListener::bind(socket).context("no socket for a machine")?;
    Ok(tokio::spawn(async move {
        while let Ok((mut machine, _)) = listener.accept().await {
            if !reachable.load(Ordering::Relaxed) {
                continue;
            }
            let cloud = cloud.clone();
            tokio::spawn(async move {
                if let Ok(mut server) = TcpStream::connect(cloud).await {
                    // Either side may go away at any time: that is what it tells the other.
                    let _ = copy_bidirectional(&mut machine, &mut server).await;
                }
            });
        }
    }))
}
