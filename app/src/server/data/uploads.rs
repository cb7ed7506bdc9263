//! Uploaded datasets: kept in the store, so that any process serves them, and read on first use into a
//! cache that is bounded by memory.
//!
//! Beside a file lies its mapping, once somebody has confirmed one, in an object of its own that is
//! replaced as a whole: of two people who confirm at once the later wins. Its entity tag is part of
//! the cache's key and asked for with every use, so that every process shows the mapping in force. A
//! mapping goes with its file; in a bucket, whose rule knows objects alone, it may outlast it by a day.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::join;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tracing::{info, warn};

use super::source::readable;
use super::{Columns, Loaded, Said, background};
use crate::dataset::{Dataset, Mapped, Mapping, ReadError, read_mapped};
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
    /// What somebody said of its columns cannot be read.
    #[error("the mapping cannot be read")]
    Unreadable(UploadId),
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

impl Weighter<Key, Arc<Loaded>> for ByMemory {
    fn weight(&self, _key: &Key, loaded: &Arc<Loaded>) -> u64 {
        let columns = loaded.columns.as_ref();
        let columns = columns.map_or(0, |columns| columns.inference.memory());
        u64::try_from(loaded.dataset.memory() + columns).unwrap_or(u64::MAX)
    }
}

/// A dataset under one version of its mapping, or under none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    id: UploadId,
    mapping: Option<String>,
}

/// The uploaded datasets.
#[derive(Debug)]
pub struct Uploads {
    store: Store,
    limits: Limits,
    outcome: String,
    cache: Cache<Key, Arc<Loaded>, ByMemory>,
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

    /// A dataset by its name. The store is asked each time, so that what was deleted or confirmed through
    /// another process is so here too; requests that come together read the file once.
    pub(in crate::server) async fn find(&self, id: UploadId) -> Result<Arc<Loaded>, UploadError> {
        let (data, mapping) = (id.key(), id.mapping_key());
        let (expires, mapping) = join!(self.expiry(id, &data), self.store.head(&mapping));
        let expires = expires?;
        let mapping = match mapping {
            Ok(stored) => Some(stored.version),
            Err(StoreError::NotFound) => None,
            Err(error) => return Err(error.into()),
        };
        let key = Key { id, mapping };
        let read = async {
            let loaded = self.read(id, expires, key.mapping.is_some()).await?;
            self.forget_others(&key);
            Ok(loaded)
        };
        self.cache.get_or_insert_async(&key, read).await
    }

    /// When it expires; an error if it has, or is gone.
    async fn expiry(&self, id: UploadId, key: &str) -> Result<Timestamp, UploadError> {
        let stored = self.store.head(key).await.inspect_err(|error| {
            if *error == StoreError::NotFound {
                self.forget(id);
            }
        })?;
        let lifetime =
            SignedDuration::try_from(self.limits.lifetime).unwrap_or(SignedDuration::MAX);
        let expires = stored
            .modified
            .saturating_add(lifetime)
            .unwrap_or(Timestamp::MAX);
        if expires <= Timestamp::now() {
            self.forget(id);
            return Err(UploadError::Gone);
        }
        Ok(expires)
    }

    /// The dataset as it was last seen here. For forms that could not be kept since the store fails:
    /// who sent one has seen it.
    pub(super) fn remembered(&self, id: UploadId) -> Option<Arc<Loaded>> {
        let mut all = self.cache.iter();
        all.find_map(|(key, loaded)| (key.id == id).then_some(loaded))
    }

    fn forget(&self, id: UploadId) {
        self.cache.retain(|key, _| key.id != id);
    }

    /// Forgets it under other mappings.
    fn forget_others(&self, current: &Key) {
        let keeps = |key: &Key| key.id != current.id || key == current;
        self.cache.retain(|key, _| keeps(key));
    }

    /// Reads it under its mapping, if it has one.
    async fn read(
        &self,
        id: UploadId,
        expires: Timestamp,
        confirmed: bool,
    ) -> Result<Arc<Loaded>, UploadError> {
        let saved = match confirmed {
            true => Some(self.store.read(&id.mapping_key()).await?.1),
            false => None,
        };
        let outcome = self.outcome.clone();
        self.read_as(id, expires, move |bytes| {
            read_saved(bytes, &outcome, saved.as_deref())
        })
        .await
    }

    async fn read_as(
        &self,
        id: UploadId,
        expires: Timestamp,
        parse: impl FnOnce(&[u8]) -> Result<(Mapped, Said), ReadError> + Send + 'static,
    ) -> Result<Arc<Loaded>, UploadError> {
        let turn = Arc::clone(&self.reading).acquire_owned().await;
        let turn = turn.map_err(|_| UploadError::Defect)?;
        self.reads.fetch_add(1, Ordering::Relaxed);
        let (_, bytes) = self.store.read(&id.key()).await?;
        // The turn goes along: a client that goes away does not end the work.
        let read = move || -> Result<Loaded, ReadError> {
            let _turn = turn;
            let (mapped, said) = parse(&bytes)?;
            drop(bytes);
            let dataset = mapped.dataset.named(id.to_string());
            let about = about(&dataset, id, expires, said);
            let columns = Columns {
                inference: mapped.inference,
                mapping: mapped.mapping,
                said,
            };
            Ok(Loaded::new(dataset, about).with_columns(columns))
        };
        let loaded = background::run(read)
            .await
            .map_err(|_| UploadError::Defect)?;
        Ok(Arc::new(loaded?))
    }

    /// Keeps a mapping beside its dataset, once it is known to fit every cell.
    pub(super) async fn confirm(&self, id: UploadId, mapping: Mapping) -> Result<(), UploadError> {
        let json = mapping.to_json().map_err(|_| UploadError::Defect)?;
        let expires = self.expiry(id, &id.key()).await?;
        let outcome = self.outcome.clone();
        let parse = move |bytes: &[u8]| {
            let mapped = read_mapped(NAME.to_owned(), bytes, &outcome, Some(&mapping))?;
            Ok((mapped, Said::Confirmed))
        };
        let loaded = self.read_as(id, expires, parse).await?;
        let version = self.store.put(&id.mapping_key(), json).await?;
        // Somebody may have deleted the dataset meanwhile.
        if let Err(error) = self.expiry(id, &id.key()).await {
            if matches!(error, UploadError::Gone) {
                self.store.delete(&id.mapping_key()).await?;
            }
            return Err(error);
        }
        if version.is_some() {
            let mapping = version;
            let key = Key { id, mapping };
            self.forget_others(&key);
            self.cache.insert(key, loaded);
        }
        Ok(())
    }

    /// Removes a dataset and its mapping; what is not there is no error.
    pub(super) async fn delete(&self, id: UploadId) -> Result<(), StoreError> {
        self.forget(id);
        self.store.delete(&id.key()).await?;
        self.store.delete(&id.mapping_key()).await
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

/// What people call an upload: the name of its file may say whose it is.
const NAME: &str = "Uploaded table";

/// Reads a table under the mapping that was saved, or the proposal where none was. One that does not
/// fit, as another version of the program may have written, is not guessed at: it could have withheld
/// what the proposal shows.
fn read_saved(
    bytes: &[u8],
    outcome: &str,
    saved: Option<&[u8]>,
) -> Result<(Mapped, Said), ReadError> {
    let read = |mapping: Option<&Mapping>| read_mapped(NAME.to_owned(), bytes, outcome, mapping);
    let Some(saved) = saved else {
        let mapped = read(None)?;
        let expected = mapped.inference.is_expected(outcome);
        let said = if expected {
            Said::Expected
        } else {
            Said::Nothing
        };
        return Ok((mapped, said));
    };
    let mapped = Mapping::from_json(saved).map(|mapping| read(Some(&mapping)));
    match mapped {
        Ok(Ok(mapped)) => Ok((mapped, Said::Confirmed)),
        _ => Ok((read(None)?, Said::Unreadable)),
    }
}

fn about(dataset: &Dataset, id: UploadId, expires: Timestamp, said: Said) -> About {
    About {
        name: dataset.name().to_owned(),
        rows: dataset.rows(),
        origin: "uploaded by someone who has this address".to_owned(),
        loaded: readable(Timestamp::now()),
        stay: Stay::Uploaded {
            id: id.to_string(),
            until: readable(expires),
            guessed: said == Said::Nothing,
        },
    }
}
