//! The same dataset with fewer rows, fewer levels or fewer columns: what privacy mode works on.

use polars::prelude::{BooleanChunked, NewChunkedArray, PolarsResult, PrimitiveChunkedBuilder};

use super::build::Builder;
use super::levels::Levels;
use super::{Column, ColumnId, Dataset, Kind};
use crate::stats::MISSING_LEVEL;
use polars::prelude::ChunkedBuilder;

/// A factor's new levels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relevelled {
    /// Their names in order.
    pub(crate) levels: Vec<String>,
    /// For each of the former levels its position among the new ones.
    pub(crate) positions: Vec<u8>,
}

impl Dataset {
    /// The rows that `keep` marks, with the factors in `relevelled` given new levels.
    ///
    /// # Errors
    /// Only if polars cannot filter a frame by a mask of its own length or make a column of levels, which
    /// is a defect.
    pub(crate) fn recoded(
        &self,
        keep: &[bool],
        relevelled: &[(ColumnId, Relevelled)],
    ) -> PolarsResult<Self> {
        let mask = BooleanChunked::from_slice("keep".into(), keep);
        let mut recoded = Self {
            frame: self.frame.filter_seq(&mask)?,
            ..self.clone()
        };
        for (id, new) in relevelled {
            recoded.relevel(*id, new)?;
        }
        Ok(recoded)
    }

    fn relevel(&mut self, id: ColumnId, new: &Relevelled) -> PolarsResult<()> {
        let name = self.column(id).name.clone();
        let mut levels = Levels::new();
        for level in &new.levels {
            levels.add(level, ());
        }
        let table = self.table();
        let mut codes = PrimitiveChunkedBuilder::new(name.as_str().into(), table.rows());
        for &code in table.codes(id) {
            let former = (code != MISSING_LEVEL).then_some(code as usize);
            codes.append_option(former.and_then(|former| new.positions.get(former).copied()));
        }
        drop(table);
        let (column, _) = Builder::Factor { levels, codes }.finish()?;
        self.frame.replace_column(id.index(), column)?;
        if let Kind::Factor { levels, .. } = &mut self.columns[id.index()].kind {
            levels.clone_from(&new.levels);
        }
        Ok(())
    }

    /// The same with the columns that `drop` names used in no figure and no filter.
    #[must_use]
    pub(crate) fn without_columns(&self, drop: impl Fn(ColumnId) -> bool) -> Self {
        let columns = self.ids().map(|id| {
            let column = self.column(id);
            Column {
                name: column.name.clone(),
                kind: match drop(id) {
                    true => Kind::Identifier,
                    false => column.kind.clone(),
                },
            }
        });
        Self {
            columns: columns.collect(),
            ..self.clone()
        }
    }

    /// The columns alone.
    #[must_use]
    pub(crate) fn without_rows(&self) -> Self {
        Self {
            frame: self.frame.clear(),
            texts: self.texts.iter().map(|_| None).collect(),
            ..self.clone()
        }
    }
}
