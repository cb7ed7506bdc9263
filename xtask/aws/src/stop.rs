//! Ctrl-C and SIGTERM: no further step starts, those in flight end. The second one ends the
//! program at once, which is no worse than any other kill.

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::voice::say;

/// Whether someone asked to stop.
#[derive(Clone, Debug)]
pub(crate) struct Stop(watch::Sender<bool>);

impl Stop {
    /// Listens from now on.
    pub(crate) fn on_signals() -> Result<Self> {
        let stop = Self(watch::Sender::new(false));
        let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
        let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
        let asked = stop.clone();
        tokio::spawn(async move {
            let mut again = false;
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if again {
                    say!("ended at once; running the same command again goes on from here");
                    std::process::exit(1);
                }
                again = true;
                asked.ask("as you ask");
            }
        });
        Ok(stop)
    }

    /// Asks, for a reason.
    pub(crate) fn ask(&self, why: &str) {
        say!("stopping, {why}: what has begun is finished first; Ctrl-C again ends at once");
        self.0.send_replace(true);
    }

    /// For whoever starts steps.
    pub(crate) fn receiver(&self) -> watch::Receiver<bool> {
        self.0.subscribe()
    }

    /// Ends when someone asks.
    pub(crate) async fn asked(&self) {
        // Its sender is this one, so it cannot close.
        let _ = self.receiver().wait_for(|asked| *asked).await;
    }
}
