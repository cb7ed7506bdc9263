//! The default dataset: none yet, or the one that is served until a newer one takes its place.
//! Requests under way keep the one that they began with.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch::{Receiver, Sender};
use tokio::time::timeout;

use super::Loaded;
use super::source::Source;

/// What is known of the default dataset.
#[derive(Debug, Clone, Default)]
pub(in crate::server) struct State {
    /// The dataset, once there is one.
    pub(in crate::server) loaded: Option<Arc<Loaded>>,
    /// Why a newer one is not served.
    pub(in crate::server) fault: Option<String>,
    /// How many times one could not be loaded.
    pub(in crate::server) failures: u64,
}

/// The default dataset, which everyone may look at and the watch replaces.
#[derive(Debug)]
pub struct Current(Sender<State>);

impl Current {
    /// None yet.
    pub fn waiting() -> Self {
        Self(Sender::new(State::default()))
    }

    /// One to begin with.
    pub fn of(loaded: Loaded) -> Self {
        let current = Self::waiting();
        current.swap(loaded);
        current
    }

    /// What is served, in a line.
    pub fn describe(&self, source: &Source) -> String {
        match self.state().loaded {
            Some(loaded) => loaded.describe(),
            None => format!("{source} is being loaded"),
        }
    }

    /// Ends when there is one, or why there is none is known, and after `most` in any case. Who connects to
    /// a socket that outlives the process waits meanwhile in its queue, instead of being told to come again.
    pub async fn first_answer(&self, most: Duration) {
        let mut states = self.subscribe();
        let known = |state: &State| state.loaded.is_some() || state.fault.is_some();
        // Neither the time nor the end of all news is a reason not to serve.
        let _ = timeout(most, states.wait_for(known)).await;
    }

    pub(in crate::server) fn state(&self) -> State {
        self.0.borrow().clone()
    }

    pub(super) fn subscribe(&self) -> Receiver<State> {
        self.0.subscribe()
    }

    pub(in crate::server) fn swap(&self, loaded: Loaded) {
        self.0.send_modify(|state| {
            state.loaded = Some(Arc::new(loaded));
            state.fault = None;
        });
    }

    /// Keeps the present one; `fault` says to readers of the pages why.
    pub(super) fn fail(&self, fault: String) {
        self.0.send_modify(|state| {
            state.fault = Some(fault);
            state.failures += 1;
        });
    }

    /// What was wrong is no longer.
    pub(super) fn recover(&self) {
        self.0
            .send_if_modified(|state| state.fault.take().is_some());
    }
}
