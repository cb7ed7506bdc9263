//! The datasets that are served: the default one, which is watched, and those that people upload.
//!
//! ```text
//! source → watch → current ─┐
//! receive → uploads ────────┴→ asked: which one a request is about
//! ```

pub(super) mod asked;
mod background;
pub(super) mod current;
pub(super) mod events;
pub(super) mod receive;
pub(super) mod source;
pub(super) mod uploads;
pub(super) mod watch;

use std::time::Instant;

use crate::dataset::Dataset;
use crate::figures::Baseline;
use crate::format::counted;
use crate::views::About;

/// A dataset, what is known of it without filters, and where it is from.
#[derive(Debug)]
pub struct Loaded {
    pub(super) dataset: Dataset,
    pub(super) baseline: Baseline,
    pub(super) about: About,
    pub(super) since: Instant,
}

impl Loaded {
    /// Prepares a dataset for being served.
    pub fn new(dataset: Dataset, about: About) -> Self {
        Self {
            baseline: Baseline::new(&dataset),
            dataset,
            about,
            since: Instant::now(),
        }
    }

    /// What it is, in a line.
    fn describe(&self) -> String {
        let About {
            name, rows, origin, ..
        } = &self.about;
        format!("{name}: {} ({origin})", counted(*rows, "row", "rows"))
    }
}
