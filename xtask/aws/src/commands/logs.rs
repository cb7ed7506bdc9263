//! `cargo xtask logs`: what the dashboard wrote on the instances, or the boot script.

use anyhow::Result;
use futures_util::future::join_all;

use crate::commands::Exit;
use crate::remote::{self, Said, Terminal};
use crate::session::{Session, USUAL_PATIENCE};
use crate::voice::{print_line, say};

/// Options of `cargo xtask logs`.
#[derive(Debug, clap::Args)]
pub struct Logs {
    /// Only this instance [default: all of them]
    #[arg(value_name = "INSTANCE")]
    instance: Option<String>,
    /// How many of the last lines
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    lines: u32,
    /// The boot script's log, in the place of the dashboard's
    #[arg(long)]
    boot: bool,
    /// Go on with what is written, until Ctrl-C, on one instance; needs the AWS CLI and its
    /// session-manager-plugin
    #[arg(long)]
    follow: bool,
    #[command(flatten)]
    deployment: deployment::Deployment,
}

impl Logs {
    pub(super) async fn run(&self) -> Result<Exit> {
        let terminal = self.follow.then(Terminal::find).transpose()?;
        let session = Session::open(&self.deployment, USUAL_PATIENCE).await?;
        let instances = remote::reachable(&session, self.instance.as_deref()).await?;
        if let (Some(terminal), Some(instance)) = (terminal, instances.first()) {
            say!("following {instance}; Ctrl-C ends it");
            terminal.open(&session, instance, Some(&self.line()))?;
            return Ok(Exit::Good);
        }
        let line = self.line();
        let said = instances.iter().map(|it| remote::run(&session, it, &line));
        let mut exit = Exit::Good;
        for (instance, said) in instances.iter().zip(join_all(said).await) {
            let failure = match said {
                Ok(said) => print(instance, &said),
                // What the others wrote is worth reading all the same.
                Err(failure) => Some(failure.to_string()),
            };
            if let Some(failure) = failure {
                say!("error: {instance}: {failure}");
                exit = Exit::Failed;
            }
        }
        Ok(exit)
    }

    /// The line of shell. Its parts are ours, and a number.
    fn line(&self) -> String {
        let Self {
            lines,
            boot,
            follow,
            ..
        } = self;
        match (boot, follow) {
            (true, true) => format!("sudo tail --lines {lines} --follow=name {BOOT_LOG}"),
            (true, false) => format!("tail --lines {lines} {BOOT_LOG}"),
            (false, true) => format!("sudo {JOURNAL} --lines {lines} --follow"),
            (false, false) => format!("{JOURNAL} --lines {lines}"),
        }
    }
}

/// Prints what a command on an instance wrote; why it failed, if it did.
fn print(instance: &str, said: &Said) -> Option<String> {
    let Said {
        out,
        is_cut,
        err,
        failure,
    } = said;
    print_line!("== {instance} ==");
    if *is_cut {
        say!("{instance}: SSM hands over no more than these last lines; --follow shows all");
    }
    print_line!(
        "{}",
        if out.is_empty() {
            "(nothing)"
        } else {
            out.trim_end()
        }
    );
    if !err.is_empty() {
        say!("{}", err.trim_end());
    }
    failure.clone()
}

/// Where the boot script writes what it does.
const BOOT_LOG: &str = "/var/log/student-analytics-bootstrap.log";
/// The service's own lines, with nothing before them but the time.
const JOURNAL: &str = "journalctl --unit student-analytics --no-pager --output short-iso";
