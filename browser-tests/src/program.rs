//! The dashboard itself, started as its users start it.

use std::env;
use std::path::Path;

use anyhow::{Context, Result};

use tempfile::TempDir;

use crate::process::Process;

/// A running dashboard, ended when dropped.
#[derive(Debug)]
pub struct Program {
    _process: Process,
    /// Where it keeps uploads; goes after the process.
    _store: TempDir,
    /// Scheme, host and port of its pages.
    pub(crate) origin: String,
}

impl Program {
    /// Starts the dashboard with its sample.
    pub fn start() -> Result<Self> {
        Self::start_with(&[])
    }

    /// Starts the dashboard with the table at `data`.
    pub fn start_on(data: &Path) -> Result<Self> {
        let data = data.to_str().context("the path of the data is not text")?;
        Self::start_with(&["--data", data])
    }

    /// Starts the dashboard with further options of `serve`.
    pub fn start_with(options: &[&str]) -> Result<Self> {
        let program = env::var_os("STUDENT_ANALYTICS_BIN");
        let program = program.with_context(|| {
            format!(
                "STUDENT_ANALYTICS_BIN names no program to test: run {}",
                crate::COMMAND
            )
        })?;
        let store = tempfile::tempdir().context("no folder for uploads")?;
        let folder = store.path().to_str();
        let folder = folder.context("the folder for uploads is not text")?;
        let arguments = [&["serve", "--port", "0", "--store", folder], options].concat();
        let (process, origin) = Process::start(&program, &arguments, origin)?;
        Ok(Self {
            _process: process,
            _store: store,
            origin,
        })
    }
}

fn origin(line: &str) -> Option<String> {
    let address = line
        .split_whitespace()
        .find(|word| word.starts_with("http://"))?;
    Some(address.trim_end_matches('/').to_owned())
}
