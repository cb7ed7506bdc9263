//! Where the default dataset comes from, and how it is loaded from there.

use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Loaded;
use super::background::{self, Unfinished};
use crate::dataset::{self, Dataset, ReadError};
use crate::store::{Location, Store, StoreError};
use crate::views::{About, Stay};

/// Where the default dataset comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// Part of the program.
    Bundled {
        /// What people call it.
        name: &'static str,
        /// The CSV file.
        bytes: &'static [u8],
    },
    /// A file.
    File(PathBuf),
    /// An object in a bucket.
    Object {
        /// The bucket.
        store: Store,
        /// The object's key.
        key: String,
        /// Its address, as it was given.
        shown: String,
    },
}

/// Why it could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// What was read is no table.
    #[error(transparent)]
    Data(#[from] ReadError),
    /// It could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The reader ended with a panic: a defect.
    #[error("the file could not be read, which is a defect of this program")]
    Defect(#[from] Unfinished),
}

impl Source {
    /// What a location names.
    ///
    /// # Errors
    /// If the bucket cannot be one.
    pub fn at(location: &Location) -> Result<Self, StoreError> {
        let (bucket, key) = match location {
            Location::Local(path) => return Ok(Self::File(path.clone())),
            Location::Bucket { bucket, key } => (bucket.clone(), key.clone()),
        };
        let store = Store::open(&Location::Bucket {
            bucket,
            key: String::new(),
        })?;
        let shown = location.to_string();
        Ok(Self::Object { store, key, shown })
    }

    /// Whether it may change while the program runs.
    pub fn changes(&self) -> bool {
        !matches!(self, Self::Bundled { .. })
    }

    /// Loads it at once, from where no waiting is due; not an object in a bucket.
    ///
    /// # Errors
    /// Any [`LoadError`].
    pub fn load_local(&self, outcome: &str) -> Result<Loaded, LoadError> {
        let (dataset, version) = match self {
            Self::Bundled { name, bytes } => {
                let dataset = dataset::read((*name).to_owned(), bytes, outcome)?;
                (dataset, String::new())
            }
            Self::File(path) => {
                // Before the file is read, so that a change meanwhile is seen afterwards.
                let version = file_version(path).unwrap_or_default();
                (dataset::read_file(path, outcome)?, version)
            }
            Self::Object { .. } => return Err(StoreError::NotFound.into()),
        };
        Ok(self.loaded(dataset, version))
    }

    /// Loads it, reading off the threads that answer requests.
    ///
    /// # Errors
    /// Any [`LoadError`].
    pub async fn load(&self, outcome: &str) -> Result<Loaded, LoadError> {
        let (source, outcome) = (self.clone(), outcome.to_owned());
        let Self::Object { store, key, .. } = self else {
            return background::run(move || source.load_local(&outcome)).await?;
        };
        let (stored, bytes) = store.read(key).await?;
        let name = key.rsplit('/').next().unwrap_or(key).to_owned();
        let read = move || {
            let dataset = dataset::read(name, &bytes, &outcome)?;
            drop(bytes);
            Ok(source.loaded(dataset, stored.version))
        };
        background::run(read).await?
    }

    /// What changes with its content.
    ///
    /// # Errors
    /// If it is gone, or the store fails.
    pub(super) async fn version(&self) -> Result<String, StoreError> {
        match self {
            Self::Bundled { .. } => Ok(String::new()),
            Self::File(path) => file_version(path),
            Self::Object { store, key, .. } => Ok(store.head(key).await?.version),
        }
    }

    fn loaded(&self, dataset: Dataset, version: String) -> Loaded {
        let about = About {
            name: dataset.name().to_owned(),
            rows: dataset.rows(),
            origin: match self {
                Self::Bundled { .. } => "bundled with the program".to_owned(),
                Self::File(_) | Self::Object { .. } => self.to_string(),
            },
            loaded: readable(Timestamp::now()),
            stay: match self {
                Self::Bundled { .. } => Stay::Fixed,
                Self::File(_) | Self::Object { .. } => Stay::Watched {
                    version,
                    fault: None,
                },
            },
        };
        Loaded::new(dataset, about)
    }
}

/// Its name, path or address.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundled { name, .. } => f.write_str(name),
            Self::File(path) => path.display().fmt(f),
            Self::Object { shown, .. } => f.write_str(shown),
        }
    }
}

/// A time as people read it.
pub(in crate::server) fn readable(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn file_version(path: &Path) -> Result<String, StoreError> {
    let found = std::fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => StoreError::NotFound,
        kind => StoreError::Failed(kind.to_string()),
    })?;
    let (seconds, nanoseconds) = (found.mtime(), found.mtime_nsec());
    let (inode, size) = (found.ino(), found.size());
    Ok(format!("{inode:x}-{seconds:x}-{nanoseconds:x}-{size:x}"))
}
