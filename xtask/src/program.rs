//! Commands that are programs of their own: built through cargo, then this process becomes them,
//! so that signals and the exit status are theirs.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::tools;
use crate::variables;
use crate::workspace::Workspace;

/// What is passed on as it was written.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// Arguments of the command; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

impl Arguments {
    /// The arguments.
    pub(crate) fn words(&self) -> &[OsString] {
        &self.arguments
    }
}

/// The AWS commands' package, and its program.
const AWS: &str = "xtask-aws";
/// The emulator's package, and its program.
pub(crate) const EMULATOR: &str = "xtask-emulator";

/// Becomes the AWS program's `command`.
pub(crate) fn aws(command: &str, arguments: &Arguments) -> Result<()> {
    let (_, workspace) = Workspace::enter()?;
    let program = aws_commands(&workspace)?;
    let mut words = vec![OsString::from(command)];
    words.extend(arguments.arguments.iter().cloned());
    become_program(&program, &words, variables::settings()?)
}

/// Builds the AWS program; its path.
pub(crate) fn aws_commands(workspace: &Workspace) -> Result<PathBuf> {
    let usual = workspace.target.join("debug").join(AWS);
    if !usual.exists() {
        eprintln!(
            "Building the AWS commands, for the first time here: about 10 minutes and 8 GB of \
             memory, because AWS's own client for EC2 has more than a million lines. Later builds take \
             seconds."
        );
    }
    built(AWS, &workspace.root)
}

/// Becomes the emulator, with moto beside it.
pub(crate) fn emulator(arguments: &Arguments) -> Result<()> {
    let (sh, workspace) = Workspace::enter()?;
    let moto = tools::moto(&sh, &workspace)?;
    let environment = [("STUDENT_ANALYTICS_MOTO", moto)];
    become_program(
        &built(EMULATOR, &workspace.root)?,
        &arguments.arguments,
        environment,
    )
}

/// Builds a package with the caller's target directory and profile; where cargo says its program is.
pub(crate) fn built(package: &str, root: &Path) -> Result<PathBuf> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--package", package])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(root)
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("cargo cannot be started")?;
    if !output.status.success() {
        bail!(
            "{package} does not build: cargo ended with {}",
            output.status
        );
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == package)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .with_context(|| format!("cargo names no program of {package}"))
}

fn become_program(
    program: &Path,
    arguments: &[OsString],
    environment: impl IntoIterator<Item = (impl AsRef<OsStr>, impl AsRef<OsStr>)>,
) -> Result<()> {
    // Only a failure returns.
    let error = Command::new(program)
        .args(arguments)
        .envs(environment)
        .exec();
    Err(error).with_context(|| format!("{} cannot be started", program.display()))
}
