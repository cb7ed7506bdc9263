//! Where files lie: a local folder, a bucket of S3, or the memory of a test.
//!
//! Beside the chain, not in it: the server fetches bytes here and hands them to `dataset`. Whatever goes
//! wrong is told apart only as far as callers need it, and never with the name of an object: whoever
//! knows an upload's name may read it, and errors go into logs.

mod location;
#[cfg(feature = "s3")]
mod s3;
mod upload_id;
mod writer;

use std::collections::HashSet;
use std::error::Error as _;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::sync::Arc;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};

pub use location::Location;
pub(crate) use upload_id::UPLOADS;
pub use upload_id::UploadId;
pub use writer::Writer;

/// Why an object could not be had or kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no such object.
    #[error("there is no such object")]
    NotFound,
    /// The store does not work, or cannot be reached.
    #[error("the store fails: {0}")]
    Failed(String),
}

impl From<object_store::Error> for StoreError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            error => Self::Failed(cause(&error)),
        }
    }
}

/// What is at the bottom of an error, without the names of objects that the layers above it tell.
fn cause(error: &object_store::Error) -> String {
    let mut next = error.source();
    while let Some(source) = next {
        if let Some(io) = source.downcast_ref::<io::Error>() {
            return io.kind().to_string();
        }
        next = source.source();
    }
    let kind = match error {
        object_store::Error::PermissionDenied { .. }
        | object_store::Error::Unauthenticated { .. } => "permission denied",
        _ => "no usable answer",
    };
    kind.to_owned()
}

fn failed(error: io::Error) -> StoreError {
    StoreError::Failed(error.to_string())
}

/// What is known of an object without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Changes with the content: the object's entity tag.
    pub version: String,
    /// When it was written.
    pub modified: Timestamp,
}

impl From<ObjectMeta> for Stored {
    fn from(meta: ObjectMeta) -> Self {
        let seconds = meta.last_modified.timestamp();
        let modified = Timestamp::from_second(seconds).unwrap_or_default();
        let version = match meta.e_tag {
            Some(tag) => tag.trim_matches('"').to_owned(),
            None => format!("{seconds:x}-{:x}", meta.size),
        };
        Self { version, modified }
    }
}

/// Objects by their keys, all below one folder or prefix.
#[derive(Debug, Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    root: Path,
    /// Whether objects that are too old go by themselves, by the bucket's own rule.
    expires: bool,
}

impl Store {
    /// One that ends with the process.
    pub fn memory() -> Self {
        Self {
            objects: Arc::new(InMemory::new()),
            root: Path::default(),
            expires: false,
        }
    }

    /// Opens the store at a location. A folder is made, for its owner alone.
    ///
    /// # Errors
    /// If the folder cannot be made, or the bucket is named wrongly.
    pub fn open(location: &Location) -> Result<Self, StoreError> {
        match location {
            Location::Local(folder) => Self::folder(folder),
            Location::Bucket { bucket, key } => Self::bucket(bucket, key),
        }
    }

    /// A folder of this user below one that is everyone's, such as `/tmp`.
    ///
    /// # Errors
    /// If it cannot be made, or somebody else was there first.
    pub fn own_folder(folder: &std::path::Path) -> Result<Self, StoreError> {
        let store = Self::folder(folder)?;
        let found = std::fs::symlink_metadata(folder).map_err(failed)?;
        if found.uid() == rustix::process::geteuid().as_raw() {
            return Ok(store);
        }
        let foreign = "the folder is somebody else's".to_owned();
        Err(StoreError::Failed(foreign))
    }

    fn folder(folder: &std::path::Path) -> Result<Self, StoreError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(failed)?;
        let objects = LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true);
        Ok(Self {
            objects: Arc::new(objects),
            root: Path::default(),
            expires: false,
        })
    }

    #[cfg(feature = "s3")]
    fn bucket(bucket: &str, key: &str) -> Result<Self, StoreError> {
        Ok(Self {
            objects: Arc::new(s3::bucket(bucket)?),
            root: Path::from(key),
            expires: true,
        })
    }

    #[cfg(not(feature = "s3"))]
    fn bucket(_bucket: &str, _key: &str) -> Result<Self, StoreError> {
        Err(StoreError::Failed("this build has no S3".to_owned()))
    }

    fn at(&self, key: &str) -> Path {
        self.root.parts().chain(Path::from(key).parts()).collect()
    }

    /// What is known of an object.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn head(&self, key: &str) -> Result<Stored, StoreError> {
        Ok(self.objects.head(&self.at(key)).await?.into())
    }

    /// An object as a whole.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn read(&self, key: &str) -> Result<(Stored, Vec<u8>), StoreError> {
        let found = self.objects.get(&self.at(key)).await?;
        let stored = found.meta.clone().into();
        let mut bytes = Vec::with_capacity(usize::try_from(found.meta.size).unwrap_or(0));
        let mut chunks = found.into_stream();
        while let Some(chunk) = chunks.try_next().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok((stored, bytes))
    }

    /// Begins to write an object, which is there once the writer has finished.
    pub fn write(&self, key: &str) -> Writer {
        Writer::new(Arc::clone(&self.objects), self.at(key))
    }

    /// Writes a small object at once: readers see the old one or the new one, never a part. Returns
    /// its [`Stored::version`], if the store tells it.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<Option<String>, StoreError> {
        let put = self.objects.put(&self.at(key), bytes.into()).await?;
        Ok(put.e_tag.map(|tag| tag.trim_matches('"').to_owned()))
    }

    /// Removes an object; one that is not there is no error.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        match self.objects.delete(&self.at(key)).await {
            Err(error) if !matches!(error, object_store::Error::NotFound { .. }) => {
                Err(error.into())
            }
            _ => Ok(()),
        }
    }

    /// Removes what lies below a prefix and was written before a time, with what lies beside it in the
    /// same folder, however new; how many objects that were. Does nothing where the bucket's own rule
    /// does it.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn sweep(&self, prefix: &str, before: Timestamp) -> Result<usize, StoreError> {
        if self.expires {
            return Ok(0);
        }
        let listed = self.objects.list(Some(&self.at(prefix)));
        let all: Vec<ObjectMeta> = listed.try_collect().await?;
        let is_old = |meta: &&ObjectMeta| Stored::from((*meta).clone()).modified < before;
        let old: HashSet<String> = all.iter().filter(is_old).map(folder_of).collect();
        let mut removed = 0;
        for meta in all.iter().filter(|meta| old.contains(&folder_of(meta))) {
            self.objects.delete(&meta.location).await?;
            removed += 1;
        }
        Ok(removed)
    }
}

fn folder_of(meta: &ObjectMeta) -> String {
    let path = meta.location.as_ref();
    path.rsplit_once('/')
        .map_or("", |(folder, _)| folder)
        .to_owned()
}

impl StoreError {
    /// From a writer, which wraps what the store says.
    fn from_io(error: io::Error) -> Self {
        match error.downcast::<object_store::Error>() {
            Ok(error) => error.into(),
            Err(error) => Self::Failed(error.kind().to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use bytes::Bytes;

    use super::*;

    const KEY: &str = "uploads/a/data.csv";

    async fn write(store: &Store, parts: &[Vec<u8>]) {
        let mut writer = store.write(KEY);
        for part in parts {
            writer.put(Bytes::from(part.clone())).await.unwrap();
        }
        writer.finish().await.unwrap();
    }

    #[tokio::test]
    async fn objects_are_kept_until_they_go() {
        let folder = std::env::temp_dir().join(UploadId::random().unwrap().to_string());
        let location = Location::Local(folder.clone());
        let long_ago = Timestamp::UNIX_EPOCH;
        for store in [Store::memory(), Store::open(&location).unwrap()] {
            assert_eq!(store.head(KEY).await, Err(StoreError::NotFound));
            // The second goes through in several parts.
            for parts in [
                vec![b"a,b\n".to_vec()],
                vec![vec![b'x'; PART_AND_A_HALF]; 2],
            ] {
                write(&store, &parts).await;
                let (stored, bytes) = store.read(KEY).await.unwrap();
                assert!(bytes == parts.concat());
                assert_eq!(store.head(KEY).await.unwrap(), stored);
            }
            let beside = "uploads/a/mapping.json";
            let version = store.put(beside, b"{}".to_vec()).await.unwrap();
            let (stored, bytes) = store.read(beside).await.unwrap();
            assert_eq!((Some(stored.version), bytes), (version, b"{}".to_vec()));
            assert_eq!(store.sweep(UPLOADS, long_ago).await, Ok(0));
            assert_eq!(store.sweep(UPLOADS, Timestamp::MAX).await, Ok(2));
            assert_eq!(store.read(KEY).await.unwrap_err(), StoreError::NotFound);
            assert_eq!(store.delete(KEY).await, Ok(()));
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    const PART_AND_A_HALF: usize = 12 << 20;

    #[test]
    fn a_folder_is_made_for_its_owner_alone() {
        let folder = std::env::temp_dir().join(UploadId::random().unwrap().to_string());
        Store::own_folder(&folder).unwrap();
        let mode = std::fs::metadata(&folder).unwrap().mode();
        assert_eq!(mode & 0o777, 0o700);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
