//! Uploaded datasets: kept in the store, so that any process serves them, and read on first use into a
//! cache that is bounded by memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tracing::{info, warn};

use super::source::readable;
use super::{Loaded, background};
use crate::dataset::{self, Dataset, ReadError};
use crate::store::{Store, StoreError, UPLOADS, UploadId, Writer};
use crate::views::{About, Stay};

/// Files that are read at a time: each takes a few times its size in memory.
const READ_TOGETHER: usize = 1;
/// Datasets that the cache expects; so few that it is not divided, and one may take all of it.
const DATASETS: usize = 16;
/// How often expired uploads are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(15 * 60);

/// What people may upload, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest file, in bytes.
    pub file: u64,
    /// Memory for uploaded datasets, in bytes.
    pub cache: u64,
    /// How long a file is kept.
    pub lifetime: Duration,
}

/// Why an uploaded dataset cannot be shown.
#[derive(Debug, thiserror::Error)]
pub(in crate::server) enum UploadError {
    /// It never was, or is no longer.
    #[error("there is no such dataset")]
    Gone,
    /// The store fails.
    #[error(transparent)]
    Store(StoreError),
    /// It is no table.
    #[error(transparent)]
    Data(#[from] ReadError),
    /// The reader panicked, or there is no randomness for a name.
    #[error("a defect")]
    Defect,
}

impl From<StoreError> for UploadError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::Gone,
            error => Self::Store(error),
        }
    }
}

/// Counts what a dataset takes in memory.
#[derive(Debug, Clone)]
struct ByMemory;

impl Weighter<UploadId, Arc<Loaded>> for ByMemory {
    fn weight(&self, _id: &UploadId, loaded: &Arc<Loaded>) -> u64 {
        u64::try_from(loaded.dataset.memory()).unwrap_or(u64::MAX)
    }
}

/// The uploaded datasets.
#[derive(Debug)]
pub struct Uploads {
    store: Store,
    limits: Limits,
    outcome: String,
    cache: Cache<UploadId, Arc<Loaded>, ByMemory>,
    reading: Arc<Semaphore>,
    reads: AtomicU64,
}

impl Uploads {
    /// Uploads in that store; `outcome` is the column that they are expected to have.
    pub fn new(store: Store, limits: Limits, outcome: String) -> Self {
        Self {
            store,
            limits,
            outcome,
            cache: Cache::with_weighter(DATASETS, limits.cache, ByMemory),
            reading: Arc::new(Semaphore::new(READ_TOGETHER)),
            reads: AtomicU64::new(0),
        }
    }

    /// The largest file, in bytes.
    pub(in crate::server) fn most(&self) -> u64 {
        self.limits.file
    }

    /// How many files were read from the store so far.
    pub(in crate::server) fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    pub(super) fn write(&self, id: UploadId) -> Writer {
        self.store.write(&id.key())
    }

    /// A dataset by its name. The store is asked each time, so that what was deleted through another
    /// process is gone here too; requests that come together read the file once.
    pub(in crate::server) async fn find(&self, id: UploadId) -> Result<Arc<Loaded>, UploadError> {
        let stored = self.store.head(&id.key()).await.inspect_err(|_| {
            self.cache.remove(&id);
        })?;
        let lifetime =
            SignedDuration::try_from(self.limits.lifetime).unwrap_or(SignedDuration::MAX);
        let expires = stored
            .modified
            .saturating_add(lifetime)
            .unwrap_or(Timestamp::MAX);
        if expires <= Timestamp::now() {
            self.cache.remove(&id);
            return Err(UploadError::Gone);
        }
        let read = self.read(id, expires);
        self.cache.get_or_insert_async(&id, read).await
    }

    async fn read(&self, id: UploadId, expires: Timestamp) -> Result<Arc<Loaded>, UploadError> {
        let turn = Arc::clone(&self.reading).acquire_owned().await;
        let turn = turn.map_err(|_| UploadError::Defect)?;
        self.reads.fetch_add(1, Ordering::Relaxed);
        let (_, bytes) = self.store.read(&id.key()).await?;
        let outcome = self.outcome.clone();
        // The turn goes along: a client that goes away does not end the work.
        let read = move || -> Result<Loaded, ReadError> {
            let _turn = turn;
            let dataset = read_any(&bytes, &outcome)?.named(id.to_string());
            drop(bytes);
            let about = about(&dataset, id, expires);
            Ok(Loaded::new(dataset, about))
        };
        let loaded = background::run(read)
            .await
            .map_err(|_| UploadError::Defect)?;
        Ok(Arc::new(loaded?))
    }

    /// Removes a dataset; one that is not there is no error.
    pub(super) async fn delete(&self, id: UploadId) -> Result<(), StoreError> {
        self.cache.remove(&id);
        self.store.delete(&id.key()).await
    }

    /// Removes what has expired, for as long as the process runs.
    pub async fn sweep(self: Arc<Self>) {
        loop {
            let oldest = Timestamp::now() - self.limits.lifetime;
            match self.store.sweep(UPLOADS, oldest).await {
                Ok(0) => {}
                Ok(removed) => info!(removed, "expired uploads are removed"),
                Err(error) => warn!(%error, "expired uploads cannot be removed"),
            }
            sleep(SWEEP_EVERY).await;
        }
    }
}

/// Reads a table, which need not have the expected outcome if it has numbers: then an address has to
/// say which column is explained.
fn read_any(bytes: &[u8], outcome: &str) -> Result<Dataset, ReadError> {
    let read = |outcome: &str| dataset::read("Uploaded table".to_owned(), bytes, outcome);
    match read(outcome) {
        Err(ReadError::NoOutcome { numeric, outcome }) => match numeric.first() {
            Some(first) => Ok(read(first)?.without_outcome()),
            None => Err(ReadError::NoOutcome { numeric, outcome }),
        },
        other => other,
    }
}

fn about(dataset: &Dataset, id: UploadId, expires: Timestamp) -> About {
    About {
        name: dataset.name().to_owned(),
        rows: dataset.rows(),
        origin: "uploaded by someone who has this address".to_owned(),
        loaded: readable(Timestamp::now()),
        stay: Stay::Uploaded {
            id: id.to_string(),
            until: readable(expires),
        },
    }
}
