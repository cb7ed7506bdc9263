//! The rows of a dataset that a page is about, as columns that statistics can take.

use std::borrow::Cow;
use std::cell::OnceCell;

use polars::prelude::{DataFrame, PolarsResult};

use super::values::Values;
use super::{ColumnId, Dataset};
use crate::stats::MISSING_LEVEL;

/// Some rows of a [`Dataset`], all of its columns. Columns are turned into plain slices on first
/// use and kept, since a page asks for most of them several times.
pub struct Table<'a> {
    dataset: &'a Dataset,
    /// Positions of the rows in the dataset, ascending; `None` for all of them.
    kept: Option<Vec<u32>>,
    /// The cells of these rows; unused where the dataset's own are.
    values: Vec<OnceCell<Values>>,
    numbers: Vec<OnceCell<Vec<f64>>>,
    codes: Vec<OnceCell<Vec<u32>>>,
    missing: Vec<OnceCell<usize>>,
}

impl<'a> Table<'a> {
    /// Every row.
    pub(super) fn all(dataset: &'a Dataset) -> Self {
        Self::new(dataset, None)
    }

    /// The rows that are kept of all of them.
    pub(crate) fn of(dataset: &'a Dataset, keep: &[bool]) -> Self {
        let mut kept = vec![0; keep.len() + 1];
        let mut count = 0;
        // Without a branch, which the processor would guess wrong for every other row.
        for (row, &keep) in (0_u32..).zip(keep) {
            kept[count] = row;
            count += usize::from(keep);
        }
        kept.truncate(count);
        kept.shrink_to_fit();
        Self::new(dataset, Some(kept))
    }

    fn new(dataset: &'a Dataset, kept: Option<Vec<u32>>) -> Self {
        let width = dataset.columns().len();
        Self {
            dataset,
            kept,
            values: (0..width).map(|_| OnceCell::new()).collect(),
            numbers: (0..width).map(|_| OnceCell::new()).collect(),
            codes: (0..width).map(|_| OnceCell::new()).collect(),
            missing: (0..width).map(|_| OnceCell::new()).collect(),
        }
    }

    /// The dataset that the rows belong to.
    pub fn dataset(&self) -> &'a Dataset {
        self.dataset
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.kept.as_ref().map_or(self.dataset.rows(), Vec::len)
    }

    /// The rows as polars has them, identifiers as positions of their texts.
    ///
    /// # Errors
    /// If polars cannot have such a column, which is a defect.
    pub(crate) fn frame(&self, ids: &[ColumnId]) -> PolarsResult<DataFrame> {
        let columns = ids.iter().map(|&id| {
            let column = self.dataset.column(id);
            let cells = &self.dataset.values[id.index()];
            let cells = match &self.kept {
                // Not kept: who asks for all columns asks for them once.
                Some(kept) => Cow::Owned(cells.at(kept)),
                None => Cow::Borrowed(cells),
            };
            cells.series(column)
        });
        DataFrame::new(self.rows(), columns.collect::<PolarsResult<_>>()?)
    }

    /// Values of a numeric column, one per row, NaN where missing. All NaN for other columns.
    pub fn numbers(&self, id: ColumnId) -> &[f64] {
        self.numbers[id.index()].get_or_init(|| {
            let numbers = self.values(id).numbers();
            numbers.unwrap_or_else(|| vec![f64::NAN; self.rows()])
        })
    }

    /// Level of each row in factor order, [`MISSING_LEVEL`] where missing and for other columns.
    pub fn codes(&self, id: ColumnId) -> &[u32] {
        self.codes[id.index()].get_or_init(|| {
            let code = |&code: &u8| match code {
                u8::MAX => MISSING_LEVEL,
                code => u32::from(code),
            };
            match self.values(id) {
                Values::Levels(levels) => levels.iter().map(code).collect(),
                _ => vec![MISSING_LEVEL; self.rows()],
            }
        })
    }

    /// Number of rows without a value in that column.
    pub fn missing(&self, id: ColumnId) -> usize {
        *self.missing[id.index()].get_or_init(|| self.values(id).missing())
    }

    /// Whether each row lacks a value in that column.
    pub fn gaps(&self, id: ColumnId) -> Vec<bool> {
        self.values(id).gaps()
    }

    /// The cell as text, `None` where it is missing.
    pub fn cell(&self, row: usize, id: ColumnId) -> Option<String> {
        let row = match &self.kept {
            Some(kept) => *kept.get(row)? as usize,
            None => row,
        };
        match self.dataset.values.get(id.index())? {
            Values::Real(real) => {
                let real = real.get(row).filter(|real| !real.is_nan())?;
                Some(real.to_string())
            }
            Values::Levels(levels) => {
                let levels_of = self.dataset.column(id).levels();
                levels_of.get(usize::from(*levels.get(row)?)).cloned()
            }
            Values::Texts(texts) => {
                let known = self.dataset.texts.get(id.index())?.as_ref()?;
                known.get(*texts.get(row)?).map(str::to_owned)
            }
            whole => whole.whole_at(row).map(|whole| whole.to_string()),
        }
    }

    /// The column's cells in these rows.
    pub(super) fn values(&self, id: ColumnId) -> &Values {
        let all = &self.dataset.values[id.index()];
        match &self.kept {
            Some(kept) => self.values[id.index()].get_or_init(|| all.at(kept)),
            None => all,
        }
    }
}
