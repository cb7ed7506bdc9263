//! `systemctl` within a machine: as much of it as the boot script uses, asked of the first process.

use std::process::ExitCode;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

use super::{MANAGER, SYSTEMD};

/// What is asked of the first process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Order {
    /// Read the units anew.
    DaemonReload,
    /// Note that units start with the machine.
    Enable(Vec<String>),
    /// Start units that do not run.
    Start(Vec<String>),
    /// Stop units that run, and start all.
    Restart(Vec<String>),
    /// Stop units.
    Stop(Vec<String>),
    /// Say how units are.
    Status(Vec<String>),
}

/// What the first process answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Answer {
    /// The exit status.
    pub(super) status: u8,
    /// What is printed.
    pub(super) text: String,
}

pub(super) async fn run(arguments: &[String]) -> Result<ExitCode> {
    if arguments == ["--version"] {
        let version = std::env::var(SYSTEMD).unwrap_or_default();
        println!("systemd {version} ({version}-rehearsal)");
        return Ok(ExitCode::SUCCESS);
    }
    let answer = match order(arguments) {
        Ok(order) => ask(&order).await?,
        Err(text) => Answer { status: 1, text },
    };
    if !answer.text.is_empty() {
        println!("{}", answer.text.trim_end());
    }
    Ok(ExitCode::from(answer.status))
}

/// Understands the arguments. Options say only how much is printed, and are passed over.
fn order(arguments: &[String]) -> Result<Order, String> {
    let mut words = Vec::new();
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "--lines" | "-n" => {
                rest.next();
            }
            "--no-pager" | "--quiet" => {}
            option if option.starts_with('-') => {
                return Err(format!("systemctl: {option} is not rehearsed"));
            }
            word => words.push(word.to_owned()),
        }
    }
    if words.is_empty() {
        return Err("systemctl: no command".to_owned());
    }
    let units = words.split_off(1);
    match words[0].as_str() {
        "daemon-reload" => Ok(Order::DaemonReload),
        "enable" => Ok(Order::Enable(units)),
        "start" => Ok(Order::Start(units)),
        "restart" => Ok(Order::Restart(units)),
        "stop" => Ok(Order::Stop(units)),
        "status" => Ok(Order::Status(units)),
        command => Err(format!("systemctl: {command} is not rehearsed")),
    }
}

async fn ask(order: &Order) -> Result<Answer> {
    let mut manager = UnixStream::connect(MANAGER)
        .await
        .context("the first process does not listen")?;
    let mut question = serde_json::to_vec(order)?;
    question.push(b'\n');
    manager.write_all(&question).await?;
    let mut answer = Vec::new();
    manager.read_to_end(&mut answer).await?;
    serde_json::from_slice(&answer).context("the first process's answer")
}

/// Reads an order, on the first process's side.
pub(super) async fn read(manager: &mut UnixStream) -> Result<Order> {
    let mut line = String::new();
    BufReader::new(manager).read_line(&mut line).await?;
    serde_json::from_str(&line).context("systemctl's order")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders() {
        let unit = || vec!["a.service".to_owned()];
        let cases: [(&str, Option<Order>); 8] = [
            ("daemon-reload", Some(Order::DaemonReload)),
            ("enable a.service", Some(Order::Enable(unit()))),
            ("start a.service", Some(Order::Start(unit()))),
            ("restart a.service", Some(Order::Restart(unit()))),
            (
                "status --no-pager --lines 20 a.service",
                Some(Order::Status(unit())),
            ),
            ("mask a.service", None),
            ("start --now a.service", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            assert_eq!(order(&words).ok(), expected, "{text}");
        }
    }
}
