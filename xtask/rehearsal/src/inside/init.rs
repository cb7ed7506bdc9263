//! The machine's first process: starts the wire, runs the user data once as cloud-init does, and
//! keeps what `systemctl` was told to start. SIGTERM shuts the machine down.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result};
use tokio::io::AsyncWriteExt;
use tokio::net::{UnixListener, UnixStream};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use super::service::Service;
use super::systemctl::{self, Answer, Order};
use super::unit::Unit;
use super::{MANAGER, SHARED};

/// Where cloud-init keeps the user data.
const SCRIPTS: &str = "/var/lib/cloud/instance/scripts";

/// What the first process keeps.
#[derive(Debug, Default)]
struct Manager {
    services: BTreeMap<String, Service>,
    sockets: BTreeMap<String, TcpListener>,
}

pub(super) async fn run() -> Result<ExitCode> {
    let mut shut_down = signal(SignalKind::terminate())?;
    let orders = UnixListener::bind(MANAGER).context("cannot listen for systemctl")?;
    let mut manager = Manager::default();
    let mut wire = Command::new("/proc/self/exe")
        .arg("wire")
        .kill_on_drop(true)
        .spawn()
        .context("the wire cannot be laid")?;
    let mut boot = user_data().await?;
    let mut booting = true;
    loop {
        tokio::select! {
            _ = shut_down.recv() => break,
            ended = boot.wait(), if booting => {
                booting = false;
                println!("user data: {}", ended?);
            }
            _ = wire.wait() => anyhow::bail!("the wire is cut"),
            connection = orders.accept() => manager.answer(connection?.0).await,
        }
    }
    println!("shutting down");
    for service in std::mem::take(&mut manager.services).into_values() {
        service.stop().await;
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs the user data, as cloud-init does: as a program, with nothing on standard input.
async fn user_data() -> Result<Child> {
    let script = format!("{SCRIPTS}/part-001");
    tokio::fs::create_dir_all(SCRIPTS).await?;
    tokio::fs::copy(format!("{SHARED}/user-data"), &script).await?;
    tokio::fs::set_permissions(&script, PermissionsExt::from_mode(0o700)).await?;
    Command::new(&script)
        .current_dir("/")
        .stdin(Stdio::null())
        .spawn()
        .context("the user data cannot be run")
}

impl Manager {
    /// Does what `systemctl` asks for.
    async fn answer(&mut self, mut connection: UnixStream) {
        let answer = match systemctl::read(&mut connection).await {
            Ok(order) => self.obey(order).await,
            Err(error) => Err(error),
        };
        let answer = answer.unwrap_or_else(|error| Answer {
            status: 1,
            text: format!("{error:#}"),
        });
        if let Ok(bytes) = serde_json::to_vec(&answer) {
            // It may have gone away.
            let _ = connection.write_all(&bytes).await;
        }
    }

    async fn obey(&mut self, order: Order) -> Result<Answer> {
        match order {
            // Units are read when they are started.
            Order::DaemonReload => {}
            // A machine of the rehearsal boots once.
            Order::Enable(units) => units.iter().try_for_each(|unit| load(unit).map(drop))?,
            Order::Start(units) => {
                for unit in units {
                    self.start(&unit).await?;
                }
            }
            Order::Restart(units) => {
                for unit in &units {
                    self.stop(unit).await;
                }
                for unit in units {
                    self.start(&unit).await?;
                }
            }
            Order::Stop(units) => {
                for unit in units {
                    self.stop(&unit).await;
                }
            }
            Order::Status(units) => {
                return Ok(Answer {
                    status: 0,
                    text: units.iter().map(|unit| self.status(unit)).collect(),
                });
            }
        }
        Ok(Answer {
            status: 0,
            text: String::new(),
        })
    }

    /// Starts a unit, after those that it requires, unless it runs.
    async fn start(&mut self, name: &str) -> Result<()> {
        let unit = load(name)?;
        if name.ends_with(".socket") {
            return self.listen(name, &unit);
        }
        for required in unit.names("Unit", "Requires") {
            if required.ends_with(".socket") {
                self.listen(&required, &load(&required)?)?;
            }
        }
        let runs = self
            .services
            .get(name)
            .is_some_and(|service| service.state() == "active" || service.state() == "starting");
        if runs {
            return Ok(());
        }
        let socket = name
            .strip_suffix(".service")
            .and_then(|stem| self.sockets.get(&format!("{stem}.socket")));
        let socket = socket.map(TcpListener::try_clone).transpose()?;
        let service = Service::start(name, &unit, socket)?;
        self.services.insert(name.to_owned(), service);
        Ok(())
    }

    fn listen(&mut self, name: &str, unit: &Unit) -> Result<()> {
        if self.sockets.contains_key(name) {
            return Ok(());
        }
        let address = unit
            .get("Socket", "ListenStream")
            .with_context(|| format!("{name} has no ListenStream="))?;
        let address = match address.contains(':') {
            true => address.to_owned(),
            false => format!("0.0.0.0:{address}"),
        };
        let socket = TcpListener::bind(&address)
            .with_context(|| format!("{name}: cannot listen on {address}"))?;
        println!("{name}: listens on {address}");
        self.sockets.insert(name.to_owned(), socket);
        Ok(())
    }

    async fn stop(&mut self, name: &str) {
        self.sockets.remove(name);
        if let Some(service) = self.services.remove(name) {
            service.stop().await;
        }
    }

    fn status(&self, name: &str) -> String {
        let state = match self.services.get(name) {
            Some(service) => service.state(),
            None if self.sockets.contains_key(name) => "listens".to_owned(),
            None => "inactive".to_owned(),
        };
        format!("{name}: {state}\n")
    }
}

fn load(name: &str) -> Result<Unit> {
    Unit::load(name)?.with_context(|| format!("there is no unit {name}"))
}
