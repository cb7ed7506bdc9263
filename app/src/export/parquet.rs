//! Rows as Apache Parquet: groups of rows one after the other, and what they are at the end.

use std::io::{Result, Write};
use std::sync::{Arc, Mutex, PoisonError};

use polars::prelude::{BatchedWriter, DataFrame, ParquetCompression, ParquetWriter, PolarsResult};

/// Cells of a group of rows, about: what a group takes in memory depends on them.
const CELLS: usize = 1_000_000;

/// A file whose groups are taken out as they are written.
pub(super) struct Groups {
    writer: BatchedWriter<Taken>,
    taken: Taken,
    ended: bool,
}

impl Groups {
    /// Begins a file of frames like this one.
    pub(super) fn new(frame: &DataFrame) -> PolarsResult<Self> {
        let taken = Taken::default();
        let writer = ParquetWriter::new(taken.clone())
            .with_compression(ParquetCompression::Zstd(None))
            // Other cores are for other people's pages.
            .set_parallel(false)
            .batched(frame.schema())?;
        Ok(Self {
            writer,
            taken,
            ended: false,
        })
    }

    /// Appends the next group, and the end of the file after the last.
    pub(super) fn next(
        &mut self,
        frame: &DataFrame,
        done: &mut usize,
        part: &mut Vec<u8>,
    ) -> PolarsResult<()> {
        if self.ended {
            return Ok(());
        }
        if *done < frame.height() {
            let rows = (CELLS / frame.width().max(1)).clamp(1_000, 50_000);
            let group = frame.slice(i64::try_from(*done).unwrap_or(i64::MAX), rows);
            self.writer.write_batch(&group)?;
            *done += group.height();
        }
        if *done >= frame.height() {
            self.writer.finish()?;
            self.ended = true;
        }
        part.append(&mut self.taken.0.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}

/// What was written and not yet taken out.
#[derive(Clone, Default)]
struct Taken(Arc<Mutex<Vec<u8>>>);

impl Write for Taken {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
