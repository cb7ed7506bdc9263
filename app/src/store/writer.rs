//! An object on its way into the store: in parts, so that it is never whole in memory, and visible only
//! once it is complete. One that is dropped before leaves nothing behind.

use std::sync::Arc;

use bytes::Bytes;
use object_store::ObjectStore;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use tokio::io::AsyncWriteExt;
use tokio::runtime::Handle;
use tracing::warn;

use super::StoreError;

/// Size of a part; S3 takes none below 5 MiB, and 10,000 of them.
const PART: usize = 8 << 20;
/// Parts under way together.
const TOGETHER: usize = 2;

/// An object that is being written.
#[derive(Debug)]
pub struct Writer(Option<BufWriter>);

impl Writer {
    pub(super) fn new(objects: Arc<dyn ObjectStore>, path: Path) -> Self {
        let writer = BufWriter::with_capacity(objects, path, PART);
        Self(Some(writer.with_max_concurrency(TOGETHER)))
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn put(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        match &mut self.0 {
            Some(writer) => Ok(writer.put(bytes).await?),
            None => Ok(()),
        }
    }

    /// Completes the object.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn finish(mut self) -> Result<(), StoreError> {
        match self.0.take() {
            Some(mut writer) => writer.shutdown().await.map_err(StoreError::from_io),
            None => Ok(()),
        }
    }
}

impl Drop for Writer {
    /// A client that goes away drops the whole request, so what is begun is undone from here.
    fn drop(&mut self) {
        if let (Some(mut writer), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(async move {
                if writer.abort().await.is_err() {
                    warn!("parts of an upload that was cut off could not be removed");
                }
            });
        }
    }
}
