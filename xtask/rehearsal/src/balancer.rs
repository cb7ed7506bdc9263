//! The load balancer: HAProxy, set up from the observed target group, and told of targets and of
//! how it listens at run time through its socket.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};

use crate::certificate::Certificate;
use crate::cloud::{Listening, Plain, Targets};
use crate::scale::TimeScale;

/// How many machines there can be at once: four, half as many more in a refresh, and those that
/// drain meanwhile.
pub(crate) const SLOTS: usize = 12;
/// AWS's default for connections on which nothing moves.
const IDLE: Duration = Duration::from_secs(60);
/// AWS's bound for connecting to a target.
const CONNECT: Duration = Duration::from_secs(10);
/// HAProxy's map with what becomes of requests without encryption, and its one entry: a status of a
/// redirect, or [`FORWARDED`].
const PLAIN: &str = "plain";
const FORWARDED: &str = "0";
/// Statuses by which AWS's load balancer redirects.
const REDIRECTS: [u16; 2] = [301, 302];
/// How long HAProxy may take to listen.
const START: Duration = Duration::from_secs(10);

/// A place for a target, from 0.
pub(crate) type Slot = usize;

/// A target as the load balancer sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Whether its health check passes.
    pub(crate) is_up: bool,
    /// Connections that it was given in all.
    pub(crate) connections: u64,
    /// Requests that are with it.
    pub(crate) in_flight: u64,
}

/// A running HAProxy. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Balancer {
    folder: TempDir,
    /// Ends it when it is dropped.
    _child: Child,
    addresses: Addresses,
    listening: Listening,
}

/// Where users find it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses {
    pub(crate) http: SocketAddr,
    pub(crate) https: SocketAddr,
}

impl Addresses {
    /// Ports of this machine alone.
    pub(crate) fn of(http: u16, https: u16) -> Self {
        let address = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self {
            http: address(http),
            https: address(https),
        }
    }
}

/// The loopback address of a slot.
pub(crate) fn address(slot: Slot) -> Ipv4Addr {
    // At most SLOTS, so it fits.
    Ipv4Addr::new(127, 0, 85, 1 + slot.to_le_bytes()[0])
}

impl Balancer {
    /// Starts it there, without HTTPS.
    pub(crate) async fn start(
        addresses: Addresses,
        certificate: &Certificate,
        targets: &Targets,
        scale: TimeScale,
    ) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("balancer-").tempdir()?;
        let file = folder.path().join("haproxy.cfg");
        let configuration = configuration(addresses, folder.path(), targets, scale);
        std::fs::write(&file, configuration)?;
        std::fs::write(folder.path().join(PLAIN), format!("{PLAIN} {FORWARDED}\n"))?;
        let pem = format!("{}{}", certificate.certificate, certificate.key);
        std::fs::write(folder.path().join("pem"), pem)?;
        let log = std::fs::File::create(folder.path().join("log"))?;
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "SIGKILL", "haproxy", "-db", "-q", "-f"])
            .arg(&file)
            .stdin(Stdio::null())
            .stderr(log.try_clone()?)
            .stdout(log)
            .kill_on_drop(true)
            .spawn()
            .context("HAProxy cannot be started")?;
        let mut balancer = Self {
            folder,
            _child: child,
            addresses,
            listening: Listening {
                http: Plain::Forwarded,
                certificate: None,
            },
        };
        balancer.wait().await?;
        balancer.tell("disable frontend secure").await?;
        Ok(balancer)
    }

    /// Where users find it.
    pub(crate) fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// How it listens.
    pub(crate) fn listening(&self) -> &Listening {
        &self.listening
    }

    /// Listens like that from now on; whether that is new.
    pub(crate) async fn listen(&mut self, wanted: Listening) -> Result<bool> {
        if self.listening == wanted {
            return Ok(false);
        }
        // While nobody is sent away to it, HTTPS can begin or end.
        if wanted.certificate.is_some() && self.listening.certificate.is_none() {
            self.tell("enable frontend secure").await?;
        }
        let plain = match wanted.http {
            Plain::Forwarded => FORWARDED.to_owned(),
            Plain::Redirected(status) => status.to_string(),
        };
        let map = self.folder.path().join(PLAIN);
        self.tell(&format!("set map {} {PLAIN} {plain}", map.display()))
            .await?;
        if wanted.certificate.is_none() && self.listening.certificate.is_some() {
            self.tell("disable frontend secure").await?;
        }
        self.listening = wanted;
        Ok(true)
    }

    async fn wait(&mut self) -> Result<()> {
        let listens = async {
            while self.tell("show info").await.is_err() {
                if let Ok(Some(status)) = self._child.try_wait() {
                    let log = std::fs::read_to_string(self.folder.path().join("log"));
                    bail!("HAProxy ended with {status}: {}", log.unwrap_or_default());
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Ok(())
        };
        tokio::time::timeout(START, listens)
            .await
            .context("HAProxy does not listen")?
    }

    /// Registers a target: checked from now on, and sent requests once it passes.
    pub(crate) async fn register(&self, slot: Slot) -> Result<()> {
        let server = format!("targets/{}", name(slot));
        // Ready at once, it would be sent requests before its first check.
        self.tell(&format!("set server {server} state drain"))
            .await?;
        self.tell(&format!("set server {server} health down"))
            .await?;
        self.tell(&format!("set server {server} state ready")).await
    }

    /// Sends a target no more requests.
    pub(crate) async fn deregister(&self, slot: Slot) -> Result<()> {
        self.tell(&format!("set server targets/{} state drain", name(slot)))
            .await
    }

    /// Forgets a target.
    pub(crate) async fn forget(&self, slot: Slot) -> Result<()> {
        let server = format!("targets/{}", name(slot));
        self.tell(&format!("set server {server} state maint"))
            .await?;
        self.tell(&format!("shutdown sessions server {server}"))
            .await
    }

    /// How the targets are, by slot.
    pub(crate) async fn targets(&self) -> Result<Vec<Seen>> {
        let table = self.ask("show stat").await?;
        seen(&table)
    }

    async fn tell(&self, command: &str) -> Result<()> {
        let answer = self.ask(command).await?;
        let is_problem = !answer.trim().is_empty() && command != "show info";
        if is_problem {
            bail!("HAProxy on `{command}`: {}", answer.trim());
        }
        Ok(())
    }

    async fn ask(&self, command: &str) -> Result<String> {
        let mut socket = UnixStream::connect(self.folder.path().join("socket")).await?;
        socket.write_all(format!("{command}\n").as_bytes()).await?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}

fn name(slot: Slot) -> String {
    format!("target-{slot}")
}

/// Reads HAProxy's table of statistics.
fn seen(table: &str) -> Result<Vec<Seen>> {
    let table = table.trim_start_matches("# ");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers()?.clone();
    let place = |name: &str| {
        let found = header.iter().position(|it| it == name);
        found.with_context(|| format!("HAProxy's statistics have no {name}"))
    };
    let (server, status) = (place("svname")?, place("status")?);
    let (total, current) = (place("stot")?, place("scur")?);
    let mut all = vec![Seen::default(); SLOTS];
    for record in reader.records() {
        let record = record?;
        let number = |index: usize| record.get(index)?.parse().ok();
        let slot = record
            .get(server)
            .and_then(|it| it.strip_prefix("target-")?.parse().ok());
        if let Some(seen) = slot.and_then(|slot: usize| all.get_mut(slot)) {
            *seen = Seen {
                is_up: record.get(status).is_some_and(|it| it.starts_with("UP")),
                connections: number(total).unwrap_or_default(),
                in_flight: number(current).unwrap_or_default(),
            };
        }
    }
    Ok(all)
}

/// HAProxy's configuration. A request is sent once, as AWS's load balancer does: no retries.
fn configuration(
    addresses: Addresses,
    folder: &Path,
    targets: &Targets,
    scale: TimeScale,
) -> String {
    let milliseconds = |model: Duration| scale.here(model).as_millis().max(1);
    let mut text = format!(
        "global\n  \
           nbthread 1\n  \
           maxconn 4000\n  \
           stats socket {}/socket mode 600 level admin\n\n\
         defaults\n  \
           mode http\n  \
           timeout connect {connect}ms\n  \
           timeout client {idle}ms\n  \
           timeout server {idle}ms\n  \
           timeout check {}ms\n  \
           retries 0\n  \
           option forwardfor\n\n\
         {}\
         {}\
         backend targets\n  \
           http-request set-header X-Amzn-Trace-Id Root=1-%[date,hex,bytes(8,8)]-%[rand(4294967295),hex,bytes(8,8)]%[rand(4294967295),hex,bytes(8,8)]%[rand(4294967295),hex,bytes(8,8)]\n  \
           balance roundrobin\n  \
           option httpchk\n  \
           http-check send meth GET uri {}\n  \
           http-check expect status {}\n  \
           default-server check inter {}ms fall {} rise {} disabled\n",
        folder.display(),
        milliseconds(targets.timeout),
        plain(addresses, folder),
        secure(addresses.https, folder),
        targets.path,
        targets.status,
        milliseconds(targets.interval),
        targets.unhealthy,
        targets.healthy,
        connect = milliseconds(CONNECT),
        idle = milliseconds(IDLE),
    );
    for slot in 0..SLOTS {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  server {} {}:{}",
            name(slot),
            self::address(slot),
            targets.port
        );
    }
    text
}

/// Requests without encryption: forwarded or redirected, as the map says.
fn plain(addresses: Addresses, folder: &Path) -> String {
    let (http, https) = (addresses.http, addresses.https);
    let mut text = format!(
        "frontend listener\n  \
           bind {http}\n  \
           http-request set-header X-Forwarded-Proto http\n  \
           http-request set-var(txn.plain) str({PLAIN}),map({}/{PLAIN})\n",
        folder.display()
    );
    for status in REDIRECTS {
        let _ = writeln!(
            text,
            "  http-request redirect location https://{https}%[capture.req.uri] code {status} \
             if {{ var(txn.plain) -m str {status} }}"
        );
    }
    text + "  default_backend targets\n\n"
}

/// HTTPS, in the versions of the topology's policy.
fn secure(address: SocketAddr, folder: &Path) -> String {
    format!(
        "frontend secure\n  \
           bind {address} ssl crt {}/pem ssl-min-ver TLSv1.2 alpn http/1.1\n  \
           http-request set-header X-Forwarded-Proto https\n  \
           default_backend targets\n\n",
        folder.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets() -> Targets {
        Targets {
            port: 8501,
            path: "/readyz".to_owned(),
            interval: Duration::from_secs(30),
            timeout: Duration::from_secs(10),
            healthy: 2,
            unhealthy: 3,
            status: "200".to_owned(),
            delay: Duration::from_secs(30),
        }
    }

    #[test]
    fn the_configuration_is_that_of_the_target_group() {
        let scale = "10".parse().unwrap();
        let text = configuration(
            Addresses::of(8080, 8443),
            Path::new("/f"),
            &targets(),
            scale,
        );
        for line in [
            "bind 127.0.0.1:8080",
            "bind 127.0.0.1:8443 ssl crt /f/pem ssl-min-ver TLSv1.2",
            "redirect location https://127.0.0.1:8443%[capture.req.uri] code 301 if { var(txn.plain) -m str 301 }",
            "timeout check 1000ms",
            "http-check send meth GET uri /readyz",
            "http-check expect status 200",
            "default-server check inter 3000ms fall 3 rise 2 disabled",
            "retries 0",
            "server target-11 127.0.85.12:8501",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn statistics_are_read() {
        let table = "# pxname,svname,status,stot,scur,\nlistener,FRONTEND,OPEN,9,1,\n\
                     targets,target-0,UP 1/2,7,1,\ntargets,target-1,DOWN,3,0,\n";
        let seen = seen(table).unwrap();
        assert_eq!(seen.len(), SLOTS);
        let first = Seen {
            is_up: true,
            connections: 7,
            in_flight: 1,
        };
        assert_eq!(seen[0], first);
        assert!(!seen[1].is_up);
        assert!(super::seen("# a,b\n").is_err());
    }
}
