//! A service: its program started as its unit says, restarted when it dies, given up when it
//! dies too often, and stopped in the order that systemd stops.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::unit::Unit;

/// Does with namespaces and privileges what the unit asks for.
const SCRIPT: &str = include_str!("service.sh");

/// A service that runs, or did.
#[derive(Debug)]
pub(super) struct Service {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    state: Arc<Mutex<String>>,
}

/// What of a unit matters while it runs.
#[derive(Clone, Debug)]
struct Plan {
    name: String,
    unit: Unit,
    command: Vec<String>,
    restart: bool,
    pause: Duration,
    /// No more starts than this within that time.
    limit: (usize, Duration),
    stop: Duration,
}

impl Service {
    /// Starts it; the socket is what it serves.
    pub(super) fn start(
        name: &str,
        unit: &Unit,
        socket: Option<std::net::TcpListener>,
    ) -> Result<Self> {
        let plan = Plan::of(name, unit)?;
        let state = Arc::new(Mutex::new("starting".to_owned()));
        let (stop, stopped) = watch::channel(false);
        let shown = Arc::clone(&state);
        let task = tokio::spawn(async move { keep(&plan, socket, stopped, &shown).await });
        Ok(Self { stop, task, state })
    }

    /// Stops it: SIGTERM, and SIGKILL when that does not help in time.
    pub(super) async fn stop(self) {
        // It may have given up already.
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }

    /// How it is, in a few words.
    pub(super) fn state(&self) -> String {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Plan {
    fn of(name: &str, unit: &Unit) -> Result<Self> {
        let service = "Service";
        let restart = match unit.get(service, "Restart") {
            None | Some("no") => false,
            Some("always") => true,
            Some(other) => bail!("Restart={other} is not rehearsed"),
        };
        let burst = unit.get(service, "StartLimitBurst").unwrap_or("5");
        let interval = unit.span(service, "StartLimitInterval", Duration::from_secs(10))?;
        Ok(Self {
            name: name.to_owned(),
            unit: unit.clone(),
            command: unit.command()?,
            restart,
            pause: unit.span(service, "RestartSec", Duration::from_millis(100))?,
            limit: (burst.parse().context("StartLimitBurst")?, interval),
            stop: unit.span(service, "TimeoutStopSec", Duration::from_secs(90))?,
        })
    }

    fn spawn(&self, socket: Option<&std::net::TcpListener>) -> Result<Child> {
        let get = |key, default| self.unit.get("Service", key).unwrap_or(default);
        let user = get("User", "root");
        let yes = |on| if on { "yes" } else { "no" };
        let stdin = match socket {
            Some(socket) => Stdio::from(OwnedFd::from(socket.try_clone()?)),
            None => Stdio::null(),
        };
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "sh", "-c", SCRIPT, "service.sh"])
            .args([&self.name, user, get("Group", user)])
            .args([get("LimitNOFILE", "1024"), get("UMask", "0022")])
            .arg(get("ProtectSystem", "no"))
            .arg(yes(self.unit.is_on("Service", "PrivateTmp")))
            .arg(get("ProcSubset", "all"))
            .arg(yes(socket.is_some()))
            .args(&self.command)
            .env_clear()
            .env(
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            )
            .envs(self.unit.environment()?)
            .stdin(stdin)
            .kill_on_drop(true);
        command.spawn().context("the service cannot be started")
    }
}

/// Keeps it running until it is stopped, or dies too often.
async fn keep(
    plan: &Plan,
    socket: Option<std::net::TcpListener>,
    mut stopped: watch::Receiver<bool>,
    state: &Mutex<String>,
) {
    let show = |text: String| {
        println!("{}: {text}", plan.name);
        *state.lock().unwrap_or_else(PoisonError::into_inner) = text;
    };
    let mut starts = VecDeque::new();
    loop {
        if !may_start(&mut starts, plan.limit) {
            show("failed: it was started too often".to_owned());
            return;
        }
        let mut child = match plan.spawn(socket.as_ref()) {
            Ok(child) => child,
            Err(error) => {
                show(format!("failed: {error:#}"));
                return;
            }
        };
        show("active".to_owned());
        let ended = tokio::select! {
            ended = child.wait() => ended,
            () = asked(&mut stopped) => {
                let how = end(&mut child, plan.stop).await;
                show(format!("stopped, {how}"));
                return;
            }
        };
        show(format!("died, {}", said(ended)));
        if !plan.restart {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(plan.pause) => {}
            () = asked(&mut stopped) => return,
        }
    }
}

/// Resolves when the service is to stop; also when nobody can ask for it any more.
async fn asked(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Notes a start, unless there were as many as may be.
fn may_start(starts: &mut VecDeque<Instant>, (most, within): (usize, Duration)) -> bool {
    let now = Instant::now();
    while starts.front().is_some_and(|start| now - *start > within) {
        starts.pop_front();
    }
    if starts.len() >= most {
        return false;
    }
    starts.push_back(now);
    true
}

async fn end(child: &mut Child, patience: Duration) -> String {
    if let Some(id) = child.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
        // It may have died in this moment.
        let _ = kill_process(id, Signal::TERM);
    }
    match tokio::time::timeout(patience, child.wait()).await {
        Ok(ended) => said(ended),
        Err(_) => {
            let _ = child.kill().await;
            format!("killed after {} s", patience.as_secs())
        }
    }
}

fn said(ended: std::io::Result<ExitStatus>) -> String {
    match ended {
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_are_limited() {
        let mut starts = VecDeque::new();
        let limit = (3, Duration::from_secs(60));
        let seen: Vec<bool> = (0..5).map(|_| may_start(&mut starts, limit)).collect();
        assert_eq!(seen, [true, true, true, false, false]);
        let mut past = VecDeque::new();
        assert!(may_start(&mut past, (1, Duration::ZERO)));
        std::thread::yield_now();
        assert!(may_start(&mut past, (1, Duration::ZERO)));
    }
}
