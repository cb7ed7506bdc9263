//! The datasets that are served: the default one, which is watched, and those that people upload.
//!
//! ```text
//! source → watch → current ───────────┐
//! receive → uploads (mapping: columns) ┴→ asked: which one a request is about
//! ```

pub(super) mod asked;
mod background;
pub(super) mod current;
pub(super) mod events;
pub(super) mod mapping;
pub(super) mod receive;
pub(super) mod source;
pub(super) mod uploads;
pub(super) mod watch;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::dataset::{Dataset, Inference, Mapping};
use crate::figures::Baseline;
use crate::format::counted;
use crate::privacy::{MinGroup, Protected};
use crate::views::About;

/// A dataset, what is known of it without filters, and where it is from.
#[derive(Debug)]
pub struct Loaded {
    /// Its number among all that this process has loaded.
    pub(super) number: u64,
    pub(super) dataset: Dataset,
    pub(super) baseline: Baseline,
    pub(super) about: About,
    pub(super) since: Instant,
    /// What an uploaded table's columns hold, for who uploaded it to correct.
    pub(super) columns: Option<Columns>,
    /// The same without a way to its rows, made when it is first asked for; a server has one minimum.
    protected: OnceLock<Protected>,
}

/// What the columns of an uploaded table hold.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) inference: Inference,
    /// The mapping in force.
    pub(super) mapping: Mapping,
    pub(super) said: Said,
}

/// What somebody has said of the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing, and there was nothing to ask.
    Expected,
    /// Nothing yet, so that the mapping is a proposal.
    Nothing,
    /// The mapping.
    Confirmed,
    /// Something that cannot be read, so that the mapping is a proposal again.
    Unreadable,
}

impl Loaded {
    /// Prepares a dataset for being served.
    pub fn new(dataset: Dataset, about: About) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            baseline: Baseline::new(&dataset),
            dataset,
            about,
            since: Instant::now(),
            columns: None,
            protected: OnceLock::new(),
        }
    }

    /// The dataset as it is shown where smaller groups are withheld.
    pub(super) fn protected(&self, least: MinGroup) -> &Protected {
        let make = || Protected::new(&self.dataset, least);
        self.protected.get_or_init(make)
    }

    /// The same with what its columns hold.
    #[must_use]
    fn with_columns(self, columns: Columns) -> Self {
        Self {
            columns: Some(columns),
            ..self
        }
    }

    /// What somebody has said of the columns.
    fn said(&self) -> Said {
        self.columns
            .as_ref()
            .map_or(Said::Expected, |columns| columns.said)
    }

    /// What it is, in a line.
    fn describe(&self) -> String {
        let About {
            name, rows, origin, ..
        } = &self.about;
        format!("{name}: {} ({origin})", counted(*rows, "row", "rows"))
    }
}
