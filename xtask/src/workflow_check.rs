//! A step of `cargo xtask test`: the workflows, read by actionlint and by zizmor at its most pedantic, and the
//! script that they begin with, read by shellcheck. None may find anything; none asks the network.

use std::path::Path;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

/// The tools, for `pip install --requirement`.
pub(crate) const REQUIREMENTS: &str = "xtask/workflow-tools.txt";
/// Where the workflows are.
const FOLDER: &str = ".github";
/// What installs Rust for them, without which nothing of xtask runs.
const SCRIPT: &str = ".github/rust.sh";

/// Checks the files below the current folder; `tools` has the programs.
pub(crate) fn check(sh: &Shell, tools: &Path) -> Result<()> {
    let [actionlint, shellcheck, zizmor] =
        ["actionlint", "shellcheck", "zizmor"].map(|program| tools.join(program));
    cmd!(sh, "{shellcheck} {SCRIPT}")
        .run()
        .context("shellcheck finds fault with the script")?;
    cmd!(sh, "{actionlint} -shellcheck {shellcheck} -pyflakes=")
        .run()
        .context("actionlint finds fault with the workflows")?;
    cmd!(sh, "{zizmor} --offline --pedantic --no-progress {FOLDER}")
        .run()
        .context("zizmor finds fault with the workflows")
}
