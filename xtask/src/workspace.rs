//! Where the checkout is, and where what is built and fetched for it goes.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::test::ELSEWHERE;

/// The dashboard's tests of S3, and with them the program with S3.
pub(crate) const S3_TESTS: [&str; 6] = [
    "--package",
    "student-analytics",
    "--features",
    "s3",
    "--test",
    "s3",
];

/// The folders that commands work in.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The checkout.
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Asks cargo where the workspace is; the shell returned is at its root.
    pub(crate) fn enter() -> Result<(Shell, Self)> {
        let sh = Shell::new()?;
        let metadata = cmd!(sh, "cargo metadata --no-deps --format-version 1")
            .quiet()
            .read()
            .context("cargo cannot describe the workspace: run this inside the checkout")?;
        let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata")?;
        let folder = |key: &str| {
            let path = metadata[key].as_str().map(PathBuf::from);
            path.with_context(|| format!("cargo metadata names no {key}"))
        };
        let workspace = Self {
            root: folder("workspace_root")?,
            target: folder("target_directory")?,
        };
        sh.change_dir(&workspace.root);
        Ok((sh, workspace))
    }

    /// Builds the program for tests that run it; its path.
    ///
    /// As `cargo test` does for the program's own tests, and with the same packages, because with
    /// others the large dependencies would have other features and be compiled a second time.
    pub(crate) fn program(&self, sh: &Shell) -> Result<PathBuf> {
        let elsewhere = ELSEWHERE.map(|package| ["--exclude", package]).concat();
        cmd!(sh, "cargo test --workspace {elsewhere...} --no-run").run()?;
        Ok(self.target.join("debug/student-analytics"))
    }

    /// Builds the program with S3, as releases have it; its path. It lies where that without lies.
    pub(crate) fn program_with_s3(&self, sh: &Shell) -> Result<PathBuf> {
        cmd!(sh, "cargo test {S3_TESTS...} --no-run").run()?;
        Ok(self.target.join("debug/student-analytics"))
    }

    /// Where what the checks need from elsewhere is kept.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }
}
