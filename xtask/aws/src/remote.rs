//! Instances reached through SSM: which there are, whether its agent answers, a command on them,
//! and the AWS CLI for what needs a terminal.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use aws_sdk_ssm::types::{CommandInvocationStatus, InstanceInformationStringFilter, PingStatus};
use infra_model::id::Id;
use infra_model::topology::Topology;

use crate::apply::Error;
use crate::failure::{Failure, failed};
use crate::session::Session;
use crate::wait::{Bound, Seen, Wait};

/// Runs a script of ours as root.
const SCRIPT: &str = "AWS-RunShellScript";
/// Runs one command in a session.
const INTERACTIVE: &str = "AWS-StartInteractiveCommand";
/// The AWS CLI's part that speaks in sessions.
const PLUGIN: &str = "session-manager-plugin";
/// How long SSM tries to hand a command to an instance, in seconds; its least is 30.
const DELIVERY: i32 = 30;

/// How much of what a command writes SSM hands over: the first of it, so that the last has to be
/// chosen on the instance.
const KEPT: usize = 24_000;

/// A command on an instance has ended. Usually a second or two.
const ENDED: Bound = Bound {
    state: "has run the command",
    limit: Duration::from_secs(90),
    remedy: "look with `cargo xtask status` whether the instance is well, then run the same command \
             again",
};

/// What a command on an instance wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// On its standard output: the end of it, of at most [`KEPT`] bytes.
    pub(crate) out: String,
    /// Whether there was more before that.
    pub(crate) is_cut: bool,
    /// On its standard error; SSM keeps the first 8,000 characters.
    pub(crate) err: String,
    /// Why it did not succeed.
    pub(crate) failure: Option<String>,
}

/// The group's instances that SSM reaches, those in service first.
///
/// An error when there is none, or when `wanted` is none of them; it says what is missing on the
/// instance's side.
pub(crate) async fn reachable(session: &Session, wanted: Option<&str>) -> Result<Vec<String>> {
    let instances = instances(session).await?;
    let group = Topology::empty(&session.settings).name(Id::AutoScalingGroup);
    if let Some(wanted) = wanted {
        ensure!(
            instances.iter().any(|it| it == wanted),
            "{wanted} is no instance of {group}: {}",
            match instances.as_slice() {
                [] => "it has none".to_owned(),
                some => format!("its instances are {}", some.join(", ")),
            }
        );
    }
    ensure!(
        !instances.is_empty(),
        "{group} has no instance: `cargo xtask status` shows what is deployed"
    );
    let online = online(session, &instances).await?;
    let chosen = |it: &&String| wanted.is_none_or(|wanted| *it == wanted);
    let (reached, silent): (Vec<String>, Vec<String>) = instances
        .iter()
        .filter(chosen)
        .cloned()
        .partition(|it| online.contains(it));
    if reached.is_empty() {
        bail!(
            "SSM does not reach {}: its agent reports within 2 minutes of the boot, when the role has \
             AmazonSSMManagedInstanceCore and the instance a way to SSM through its NAT gateway; \
             `cargo xtask diff` shows whether these are as they should be",
            silent.join(", ")
        );
    }
    for it in silent {
        crate::voice::say!("! SSM does not reach {it}: it is left out");
    }
    Ok(reached)
}

/// The group's instances, those in service first.
async fn instances(session: &Session) -> Result<Vec<String>, Failure> {
    let group = Topology::empty(&session.settings).name(Id::AutoScalingGroup);
    let request = session.clients.scaling.describe_auto_scaling_groups();
    let answer = request.auto_scaling_group_names(&group).send().await;
    let answer = answer.map_err(failed("autoscaling:DescribeAutoScalingGroups", group))?;
    let all = answer
        .auto_scaling_groups()
        .iter()
        .flat_map(|it| it.instances());
    let mut all: Vec<(bool, String)> = all
        .filter_map(|it| {
            let serves = it
                .lifecycle_state()
                .is_some_and(|it| it.as_str() == "InService");
            Some((!serves, it.instance_id()?.to_owned()))
        })
        .collect();
    all.sort();
    Ok(all.into_iter().map(|(_, id)| id).collect())
}

/// Those whose agent answers.
async fn online(session: &Session, instances: &[String]) -> Result<BTreeSet<String>, Failure> {
    let call = "ssm:DescribeInstanceInformation";
    let these = InstanceInformationStringFilter::builder()
        .key("InstanceIds")
        .set_values(Some(instances.to_vec()))
        .build();
    let these = these.map_err(|error| Failure::unmade(call, error.to_string()))?;
    let request = session.clients.ssm.describe_instance_information();
    let pages = request.filters(these).into_paginator().items().send();
    let all = pages.try_collect().await;
    let all = all.map_err(failed(call, "instances"))?;
    let online = all
        .into_iter()
        .filter(|it| it.ping_status == Some(PingStatus::Online));
    Ok(online.filter_map(|it| it.instance_id).collect())
}

/// Ends with what the line ends with, and writes the last of what it writes. Amazon Linux's `sh` is
/// bash.
fn ending(line: &str) -> String {
    format!("set -o pipefail; {{ {line}; }} | tail --bytes {KEPT}")
}

/// What is left of an output that may have been cut: whole lines.
fn whole_lines(out: &str) -> (String, bool) {
    let rest = out.split_once('\n').map(|(_, rest)| rest);
    match rest.filter(|_| out.len() >= KEPT) {
        Some(rest) => (rest.to_owned(), true),
        None => (out.to_owned(), false),
    }
}

/// Runs a line of shell on an instance as root.
pub(crate) async fn run(session: &Session, instance: &str, line: &str) -> Result<Said, Error> {
    let answer = session
        .clients
        .ssm
        .send_command()
        .document_name(SCRIPT)
        .instance_ids(instance)
        .parameters("commands", vec![ending(line)])
        .timeout_seconds(DELIVERY)
        .send()
        .await
        .map_err(failed("ssm:SendCommand", instance))?;
    let command = answer.command().and_then(|it| it.command_id());
    let command = command.unwrap_or_default();
    let wait = Wait {
        pace: session.pace,
        resource: instance,
        report: &|_| {},
    };
    wait.until(&ENDED, async || {
        let request = session.clients.ssm.get_command_invocation();
        let answer = request
            .command_id(command)
            .instance_id(instance)
            .send()
            .await;
        let answer = match answer.map_err(failed("ssm:GetCommandInvocation", instance)) {
            Ok(answer) => answer,
            // It is not known everywhere at once.
            Err(failure) if failure.is(&["InvocationDoesNotExist"]) => {
                return Ok(Seen::NotYet("not visible yet".to_owned()));
            }
            Err(failure) => return Err(failure.into()),
        };
        use CommandInvocationStatus::*;
        let status = answer.status();
        if matches!(status, Some(Pending | InProgress | Delayed | Cancelling)) {
            let status = status.map_or("starting", |it| it.as_str());
            return Ok(Seen::NotYet(status.to_owned()));
        }
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let failure = match status {
            Some(Success) => None,
            other => Some(format!(
                "{} with status {}",
                other.map_or("ended", |it| it.as_str()),
                answer.response_code()
            )),
        };
        let (out, is_cut) = whole_lines(answer.standard_output_content().unwrap_or_default());
        Ok(Seen::Ready(Said {
            out,
            is_cut,
            err: text(answer.standard_error_content()),
            failure,
        }))
    })
    .await
}

/// What this process becomes to speak with an instance.
#[derive(Debug)]
pub(crate) struct Terminal {
    cli: PathBuf,
}

impl Terminal {
    /// The AWS CLI and its plugin; an error says which is missing, and where it is from.
    pub(crate) fn find() -> Result<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let Some(cli) = on_path(&path, "aws") else {
            bail!(
                "the AWS CLI is not on PATH: install it \
                 (https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html)"
            );
        };
        ensure!(
            on_path(&path, PLUGIN).is_some(),
            "{PLUGIN} is not on PATH: the AWS CLI needs it for sessions; install it \
             (https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html)"
        );
        Ok(Self { cli })
    }

    /// Becomes a session on an instance: a shell, or one command. Only a failure returns.
    pub(crate) fn open(&self, session: &Session, instance: &str, line: Option<&str>) -> Result<()> {
        let mut command = std::process::Command::new(&self.cli);
        command.args(["ssm", "start-session", "--target", instance]);
        command.args(["--region", session.settings.region.as_str()]);
        if let Some(line) = line {
            let parameters = serde_json::json!({ "command": [line] }).to_string();
            command.args(["--document-name", INTERACTIVE, "--parameters", &parameters]);
        }
        let error = command.exec();
        Err(error).with_context(|| format!("{} cannot be started", self.cli.display()))
    }
}

fn on_path(path: &OsStr, program: &str) -> Option<PathBuf> {
    std::env::split_paths(path)
        .map(|folder| folder.join(program))
        .find(|it| it.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_begins_with_a_whole_line() {
        let short = "one\ntwo\n";
        assert_eq!(whole_lines(short), (short.to_owned(), false));
        let long = format!("{}\nlast\n", "x".repeat(KEPT));
        assert_eq!(whole_lines(&long), ("last\n".to_owned(), true));
        assert!(!whole_lines(&"x".repeat(KEPT)).1);
    }

    #[test]
    fn the_last_is_chosen_where_it_is_written() {
        assert_eq!(
            ending("journalctl --lines 5"),
            "set -o pipefail; { journalctl --lines 5; } | tail --bytes 24000"
        );
    }
}
