//! `cargo xtask test`: every check of the project, in one command, on any machine with Rust.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use xshell::{Cmd, Shell, cmd};

use crate::boot_check;
use crate::dependency_check;
use crate::export_check;
use crate::program;
use crate::rehearse;
use crate::tools;
use crate::workflow_check;
use crate::workspace::Workspace;
use tally::Tally;

mod emulated;
mod growth;
mod oracle;
mod tally;

/// Options of `cargo xtask test`.
#[derive(Debug, clap::Args)]
pub(crate) struct Test {
    /// Run this step alone; can be given several times.
    #[arg(long, value_name = "STEP")]
    only: Vec<Step>,
}

/// The steps, in the order of how soon they tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Formatting.
    Fmt,
    /// The workflows, read by actionlint and zizmor.
    Workflows,
    /// Licences, duplicates and sources of the dependencies, and what each is for.
    Dependencies,
    /// Lints of every target, and of the documentation.
    Clippy,
    /// Unit, property, snapshot and oracle tests of every crate.
    Unit,
    /// Twice the rows take about twice the instructions, counted by valgrind.
    Growth,
    /// The boot script and its unit, read by shellcheck and systemd-analyze.
    Boot,
    /// The oracle's figures are still those that pandas, scipy and statsmodels compute.
    Oracle,
    /// The deployment as Terraform and CloudFormation, read by cfn-lint and checkov.
    Export,
    /// The program in a real browser.
    Browser,
    /// The deployment's commands, and the dashboard's data and uploads, against an emulated AWS.
    Cloud,
    /// The whole deployment with real instances behind a real load balancer.
    Rehearsal,
}

/// Packages whose tests have a step of their own, because they need more than Rust.
pub(crate) const ELSEWHERE: [&str; 5] = [
    "browser-tests",
    "cloud-tests",
    "xtask-aws",
    "xtask-emulator",
    "xtask-rehearsal",
];

/// What came of one step.
struct Outcome {
    step: Step,
    result: Result<Tally>,
    took: Duration,
}

impl Test {
    /// Runs the steps, all of them even if one fails, and sums up.
    pub(crate) fn run(&self) -> Result<ExitCode> {
        let (sh, workspace) = Workspace::enter()?;
        let steps = if self.only.is_empty() {
            Step::value_variants()
        } else {
            &self.only
        };
        let outcomes: Vec<_> = steps
            .iter()
            .map(|step| step.time(&sh, &workspace))
            .collect();
        Ok(sum_up(&outcomes))
    }
}

impl Step {
    fn time(self, sh: &Shell, workspace: &Workspace) -> Outcome {
        println!("\n== {} ==", self.headline());
        let start = Instant::now();
        let result = self.run(sh, workspace);
        if let Err(error) = &result {
            println!("{} failed: {error:#}", self.name());
        }
        Outcome {
            step: self,
            result,
            took: start.elapsed(),
        }
    }

    fn headline(self) -> &'static str {
        match self {
            Self::Fmt => "Formatting",
            Self::Workflows => "The workflows against actionlint and zizmor",
            Self::Dependencies => "The dependencies against cargo-deny",
            Self::Clippy => "Lints",
            Self::Unit => "Unit, snapshot and oracle tests",
            Self::Growth => "What rows cost, counted by valgrind",
            Self::Boot => "The boot script and unit against shellcheck and systemd-analyze",
            Self::Oracle => "The oracle against pandas, scipy and statsmodels",
            Self::Export => "The exported deployment against cfn-lint and checkov",
            Self::Browser => "Browser tests",
            Self::Cloud => "The deployment against an emulated AWS",
            Self::Rehearsal => "The deployment rehearsed with real instances",
        }
    }

    fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    fn run(self, sh: &Shell, workspace: &Workspace) -> Result<Tally> {
        match self {
            Self::Fmt => {
                tools::component(sh, "rustfmt", "fmt")?;
                check(cmd!(sh, "cargo fmt --all --check"))
            }
            Self::Workflows => workflows(sh, workspace),
            Self::Dependencies => {
                dependency_check::check(sh, workspace)?;
                Ok(Tally::ONE)
            }
            Self::Clippy => {
                tools::component(sh, "clippy", "clippy")?;
                cmd!(sh, "cargo clippy --workspace --all-targets -- -D warnings").run()?;
                // As releases have it; in the workspace's own run it would be another hyper for all.
                cmd!(
                    sh,
                    "cargo clippy --package student-analytics --features s3 --all-targets -- -D warnings"
                )
                .run()?;
                // Private items too, for those who carry on read them. All but the AWS commands', whose public
                // modules refer to private ones.
                let documentation = cmd!(
                    sh,
                    "cargo doc --workspace --no-deps --document-private-items --exclude xtask-aws --exclude cloud-tests"
                );
                check(documentation.env("RUSTDOCFLAGS", "-D warnings"))
            }
            Self::Unit => {
                // Only a reviewed snapshot is one: insta must not accept or write a new one here.
                let _reviewed = sh.push_env("INSTA_UPDATE", "no");
                let elsewhere = ELSEWHERE.map(|package| ["--exclude", package]).concat();
                tests(cmd!(sh, "cargo test --workspace {elsewhere...}"))
            }
            Self::Growth => growth::check(sh, workspace),
            Self::Boot => boot(sh, workspace),
            Self::Oracle => oracle::verify(sh, workspace),
            Self::Export => export(sh, workspace),
            Self::Browser => browser(sh, workspace),
            Self::Cloud => cloud(sh, workspace),
            Self::Rehearsal => rehearsal(sh, workspace),
        }
    }
}

fn boot(sh: &Shell, workspace: &Workspace) -> Result<Tally> {
    tools::boot(sh)?;
    boot_check::check(sh, &workspace.target.join("boot-check"))?;
    Ok(Tally::ONE)
}

fn workflows(sh: &Shell, workspace: &Workspace) -> Result<Tally> {
    let programs = programs(sh, workspace, "workflows", workflow_check::REQUIREMENTS)?;
    workflow_check::check(sh, &programs)?;
    Ok(Tally::ONE)
}

fn export(sh: &Shell, workspace: &Workspace) -> Result<Tally> {
    let programs = programs(sh, workspace, "export", export_check::REQUIREMENTS)?;
    export_check::check(sh, &programs, &workspace.target.join("export-check"))?;
    Ok(Tally::ONE)
}

/// The folder with the programs that `requirements` pins.
fn programs(sh: &Shell, workspace: &Workspace, name: &str, requirements: &str) -> Result<PathBuf> {
    let requirements = workspace.root.join(requirements);
    let python = tools::python(sh, &workspace.tools(), name, &requirements)?;
    let folder = python.parent().context("an interpreter lies in a folder")?;
    Ok(folder.to_owned())
}

fn browser(sh: &Shell, workspace: &Workspace) -> Result<Tally> {
    tools::browser(sh)?;
    let packages = tools::npm(
        sh,
        &workspace.tools(),
        "npm",
        &workspace.root.join("browser-tests"),
    )?;
    let tests_in_browser = cmd!(sh, "cargo test --package browser-tests")
        .env("STUDENT_ANALYTICS_BIN", workspace.program(sh)?)
        .env("AXE_CORE", packages.join("axe-core/axe.min.js"));
    tests(tests_in_browser)
}

fn cloud(sh: &Shell, workspace: &Workspace) -> Result<Tally> {
    let moto = tools::moto(sh, workspace)?;
    let _moto = sh.push_env("STUDENT_ANALYTICS_MOTO", &moto);
    let _aws = sh.push_env("STUDENT_ANALYTICS_AWS_CLI", moto.with_file_name("aws"));
    let _reviewed = sh.push_env("INSTA_UPDATE", "no");
    // One package after the other: together, the SDK would have other features than alone, and be
    // compiled a second time.
    let own = tests(cmd!(sh, "cargo test --package xtask-aws"))?;
    let program = program::built("xtask-aws", &workspace.root)?;
    let _program = sh.push_env("STUDENT_ANALYTICS_XTASK_AWS", program);
    let mut all = tests(cmd!(
        sh,
        "cargo test --package xtask-emulator --package cloud-tests"
    ))?;
    all += own;
    all += emulated::s3(sh, workspace)?;
    Ok(all)
}

fn rehearsal(sh: &Shell, workspace: &Workspace) -> Result<Tally> {
    let _reviewed = sh.push_env("INSTA_UPDATE", "no");
    let mut command = cmd!(sh, "cargo test --package xtask-rehearsal -- --nocapture");
    for (name, path) in rehearse::parts(sh, workspace)? {
        command = command.env(name, path);
    }
    if let Some(sudo) = rehearse::sudo(sh)? {
        command = command.env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER", sudo);
    }
    tests(command)
}

/// Runs a check that counts as one.
fn check(command: Cmd<'_>) -> Result<Tally> {
    command.run()?;
    Ok(Tally::ONE)
}

/// Runs a `cargo test`, shows what it prints and counts the tests. A run that fails without a
/// failed test, as when something does not compile, is an error.
fn tests(command: Cmd<'_>) -> Result<Tally> {
    println!("$ {command}");
    let mut child = Command::from(command)
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo cannot be started")?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.context("cargo's output cannot be read")?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            tally.read(&line);
        }
    }
    let status = child.wait()?;
    if !status.success() && tally.failed == 0 {
        bail!("cargo test ended with {status} before the tests could tell");
    }
    Ok(tally)
}

/// Prints the outcomes, and last the line of counts in which a step without tests of its own
/// counts as one.
fn sum_up(outcomes: &[Outcome]) -> ExitCode {
    println!("\n== Summary ==");
    let mut total = Tally::default();
    for Outcome { step, result, took } in outcomes {
        let tally = result.as_ref().map_or(Tally::ONE_FAILED, |tally| *tally);
        let name = step.name();
        let seconds = took.as_secs_f64();
        if tally.failed == 0 {
            println!("{name:12} passed {seconds:6.1} s  {tally}");
        } else {
            println!(
                "{name:12} FAILED {seconds:6.1} s  {tally}  (this alone: cargo xtask test --only {name})"
            );
        }
        total += tally;
    }
    println!("\n{total}");
    if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
