//! `cargo xtask screenshots`: pictures of the running program, made by a program of the browser
//! tests so that this one needs no browser client.

use std::path::PathBuf;

use anyhow::Result;
use xshell::cmd;

use crate::tools;
use crate::workspace::Workspace;

/// Options of `cargo xtask screenshots`.
#[derive(Debug, clap::Args)]
pub(crate) struct Screenshots {
    /// The folder for the pictures [default: screenshots in the target directory].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Take the README's pictures alone: docs/performance.png and docs/performance-dark.png.
    #[arg(long, conflicts_with = "out")]
    readme: bool,
}

impl Screenshots {
    /// Builds the program and takes the pictures.
    pub(crate) fn run(&self) -> Result<()> {
        let (sh, workspace) = Workspace::enter()?;
        tools::browser(&sh)?;
        let _program = sh.push_env("STUDENT_ANALYTICS_BIN", workspace.program(&sh)?);
        if self.readme {
            let folder = workspace.root.join("docs");
            cmd!(
                sh,
                "cargo run --package browser-tests --bin screenshots -- --readme {folder}"
            )
            .run()?;
        } else {
            let out = match &self.out {
                Some(out) => std::path::absolute(out)?,
                None => workspace.target.join("screenshots"),
            };
            cmd!(
                sh,
                "cargo run --package browser-tests --bin screenshots -- --out {out}"
            )
            .run()?;
        }
        Ok(())
    }
}
