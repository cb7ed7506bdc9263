//! `cargo xtask status`: what runs, and how it is.

use std::io::{ErrorKind, IsTerminal, Write};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::commands::Exit;
use crate::session::{Session, USUAL_PATIENCE};
use crate::status::{Memory, Status, look, text};
use crate::voice::say;

/// Clears a terminal and begins at its top.
const CLEAR: &str = "\x1b[2J\x1b[H";

/// Options of `cargo xtask status`.
#[derive(Debug, clap::Args)]
pub struct ShowStatus {
    /// Print it as JSON; one document a line with --watch
    #[arg(long)]
    json: bool,
    /// Look again and again until Ctrl-C, every 10 seconds unless asked otherwise
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        default_missing_value = "10",
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    watch: Option<u64>,
    #[command(flatten)]
    deployment: deployment::Deployment,
}

impl ShowStatus {
    pub(super) async fn run(&self) -> Result<Exit> {
        let session = Session::open(&self.deployment, USUAL_PATIENCE).await?;
        let Some(seconds) = self.watch else {
            let status = look(&session.clients, &session.settings).await?;
            self.print(&status)?;
            return Ok(match status.serves() {
                true => Exit::Good,
                false => Exit::Failed,
            });
        };
        let mut memory = Memory::default();
        loop {
            match look(&session.clients, &session.settings).await {
                Ok(mut status) => {
                    memory.recall(&mut status);
                    if !self.print(&status)? {
                        return Ok(Exit::Good);
                    }
                }
                // The next look may succeed.
                Err(failure) => say!("error: {failure}"),
            }
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        }
    }

    /// Prints it; whether anyone still reads.
    fn print(&self, status: &Status) -> Result<bool> {
        let mut out = std::io::stdout().lock();
        let again = self.watch.is_some();
        let text = match (self.json, again) {
            (true, false) => serde_json::to_string_pretty(status)? + "\n",
            (true, true) => serde_json::to_string(status)? + "\n",
            (false, true) if out.is_terminal() => CLEAR.to_owned() + &text(status),
            (false, true) => text(status) + "\n",
            (false, false) => text(status),
        };
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(error).context("cannot write to standard output"),
        }
    }
}
