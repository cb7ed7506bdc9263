//! The release of a first deployment, built by `cargo xtask release`.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

use crate::voice::say;

/// Builds the release of the checkout in whose folder this runs; the program. Its progress is on
/// standard error.
pub(crate) async fn build() -> Result<PathBuf> {
    say!(
        "… no release is in use and --artifact names none: building it, which takes about 10 minutes \
         the first time"
    );
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["xtask", "release", "--quiet"]);
    // What builds needs no access to AWS.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    let building = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo cannot be started")?;
    let output = building.wait_with_output().await?;
    ensure!(
        output.status.success(),
        "there is no release to deploy, for `cargo xtask release` ended with {}: mend what it says above, or give \
         a release's program with --artifact PATH",
        output.status
    );
    let said = String::from_utf8_lossy(&output.stdout);
    let path = said.lines().last();
    Ok(PathBuf::from(path.context(
        "`cargo xtask release --quiet` names no program",
    )?))
}
