//! The emulator as tests and the binary use it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::cloud::Cloud;
use crate::faults::rules::Rules;
use crate::halt::{Point, Side};
use crate::mends::played::{Fleet, Progress, Running};
use crate::moto::Moto;
use crate::record::Recorded;
use crate::server;

/// How to start an emulator.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The port to listen on; 0 for a free one.
    pub port: u16,
    /// The path of `moto_server`, if it is neither on PATH nor in the variable.
    pub program: Option<PathBuf>,
    /// Faults from the beginning.
    pub rules: Rules,
}

/// A running emulator. It ends when it is dropped, or when its process does.
#[derive(Debug)]
pub struct Emulator {
    cloud: Arc<Cloud>,
    address: std::net::SocketAddr,
    server: JoinHandle<std::convert::Infallible>,
}

impl Emulator {
    /// Starts one, within seconds: moto is slow to begin.
    pub async fn start(options: Options) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", options.port))
            .await
            .with_context(|| format!("cannot listen on port {}", options.port))?;
        let address = listener.local_addr()?;
        let moto = Moto::start(options.program.as_deref()).await?;
        let cloud = Arc::new(Cloud::new(moto));
        cloud.set_rules(options.rules);
        let server = tokio::spawn(server::run(listener, Arc::clone(&cloud)));
        Ok(Self {
            cloud,
            address,
            server,
        })
    }

    /// What `AWS_ENDPOINT_URL` is to be.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Empties the cloud: no resources, no faults, no record, no halt.
    pub async fn reset(&self) -> Result<()> {
        self.cloud.reset().await
    }

    /// Sets the faults in the place of those before; what they count begins anew.
    pub fn set_rules(&self, rules: Rules) {
        self.cloud.set_rules(rules);
    }

    /// The faults in force.
    pub fn rules(&self) -> Rules {
        self.cloud.rules().as_ref().clone()
    }

    /// What was called since the record was cleared, in the order of arrival.
    pub fn requests(&self) -> Vec<Recorded> {
        self.cloud.requests()
    }

    /// Clears the record; writes are counted from one again.
    pub fn clear_requests(&self) {
        self.cloud.clear_requests();
    }

    /// Has everything halt at a write, counted from one since the record was cleared. The
    /// future resolves when that write has arrived ([`Side::Before`]) or has been done
    /// ([`Side::After`]); it and all later requests are then held, without an answer, until
    /// [`Self::release`]. It resolves as well when the halt is released before it was reached.
    pub fn halt_at(&self, write: u32, side: Side) -> impl Future<Output = ()> + Send + 'static {
        self.cloud.halt.set(Point { write, side });
        let cloud = Arc::clone(&self.cloud);
        async move { cloud.halt.reached().await }
    }

    /// Shows these instances in the place of moto's own. A refresh is from then on where
    /// [`Self::note_refresh`] says, instead of a step on with each look.
    pub async fn play(&self, fleet: Fleet) {
        self.cloud.turn.lock().await.mended.played = Some(fleet);
    }

    /// The group's refresh that is to be played now.
    pub async fn refresh_to_play(&self, group: &str) -> Option<Running> {
        let turn = self.cloud.turn.lock().await;
        turn.mended.refreshes.to_play(group)
    }

    /// How far a refresh was played. Whoever describes it next brings it there.
    pub async fn note_refresh(&self, id: &str, progress: Progress) {
        let mut turn = self.cloud.turn.lock().await;
        turn.mended.refreshes.note(id, progress);
    }

    /// Ends a halt: the connections of those who were held are closed, and nothing that they
    /// asked for is done.
    pub fn release(&self) {
        self.cloud.halt.release();
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.server.abort();
        self.cloud.stop();
    }
}
