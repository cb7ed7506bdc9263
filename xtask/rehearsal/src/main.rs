//! `cargo xtask rehearse`: the deployment on this machine, for people.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use xtask_rehearsal::{Options, Role, Stage, TimeScale, Trial, run_inside, run_trials, watch};

/// Rehearses the whole deployment on this machine, with real parts in an emulated AWS.
///
/// Without options all trials are done to the fleet, at AWS's own pace, which takes more than an
/// hour; `--time-scale 10` makes that ten minutes. Ctrl-C ends it, and nothing stays behind.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask rehearse", bin_name = "cargo xtask rehearse")]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    role: Option<Role>,
    #[command(flatten)]
    rehearse: Rehearse,
}

#[derive(Debug, clap::Args)]
struct Rehearse {
    /// How much faster than on AWS time passes, from 1 to 60
    #[arg(long, default_value_t = TimeScale::REAL, value_name = "FACTOR")]
    time_scale: TimeScale,
    /// Port of the load balancer on this machine
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Its port of HTTPS, which a trial switches on
    #[arg(long, default_value_t = 8443)]
    https_port: u16,
    /// Share of a processor that each instance is declared to have
    #[arg(long, default_value_t = 0.25, value_name = "SHARE", value_parser = quota)]
    quota: f64,
    /// Do this trial alone; can be given several times
    #[arg(long = "trial", value_name = "NAME")]
    trials: Vec<Trial>,
    /// No trials: users work at this many requests a second until Ctrl-C
    #[arg(long, value_name = "RATE", conflicts_with = "trials")]
    watch: Option<f64>,
    /// Instances run Amazon Linux 2023 instead of 2
    #[arg(long)]
    amazon_linux_2023: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// The dashboard's program
    #[arg(long, env = "STUDENT_ANALYTICS_ARTIFACT", value_name = "PATH")]
    artifact: Option<PathBuf>,
    /// The program with the AWS commands
    #[arg(
        long,
        env = "STUDENT_ANALYTICS_XTASK_AWS",
        value_name = "PATH",
        hide = true
    )]
    commands: Option<PathBuf>,
    /// moto's server, beside which the AWS CLI lies
    #[arg(long, env = "STUDENT_ANALYTICS_MOTO", value_name = "PATH", hide = true)]
    moto: Option<PathBuf>,
}

fn quota(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok();
    share
        .filter(|share| (0.01..=8.0).contains(share))
        .ok_or_else(|| "it is not a number from 0.01 to 8".to_owned())
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    match cli.role {
        Some(role) => run_inside(role).await,
        None => {
            let mut terminate = signal(SignalKind::terminate())?;
            tokio::select! {
                ended = cli.rehearse.run() => ended,
                stopped = tokio::signal::ctrl_c() => {
                    stopped.context("cannot wait for Ctrl-C")?;
                    Ok(ExitCode::from(130))
                }
                _ = terminate.recv() => Ok(ExitCode::from(143)),
            }
        }
    }
}

impl Rehearse {
    async fn run(&self) -> Result<ExitCode> {
        let stage = Stage::set(self.options()?).await?;
        eprintln!("The dashboard is on {}", stage.origin());
        if let Some(rate) = self.watch {
            match watch(&stage, rate).await {}
        }
        let all = <Trial as clap::ValueEnum>::value_variants();
        let trials = if self.trials.is_empty() {
            all
        } else {
            &self.trials
        };
        let report = run_trials(&stage, trials).await?;
        match self.json {
            true => println!("{}", serde_json::to_string_pretty(&report)?),
            false => print!("{report}"),
        }
        match report.passed() {
            true => Ok(ExitCode::SUCCESS),
            false => Ok(ExitCode::FAILURE),
        }
    }

    fn options(&self) -> Result<Options> {
        let given = "run this as `cargo xtask rehearse`, which provides it";
        let moto = self.moto.clone().context(given)?;
        let tools = moto
            .parent()
            .and_then(|it| it.parent())
            .context("moto lies in no environment")?;
        Ok(Options {
            artifact: self
                .artifact
                .clone()
                .context("no --artifact")
                .context(given)?,
            commands: self.commands.clone().context(given)?,
            tools: tools.to_owned(),
            program: std::env::current_exe().context("this program's own path")?,
            scale: self.time_scale,
            port: self.port,
            https_port: self.https_port,
            quota: self.quota,
            amazon_linux_2023: self.amazon_linux_2023,
        })
    }
}
