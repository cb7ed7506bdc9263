//! The rows of a dataset that a page is about, as columns that statistics can take.

use std::cell::OnceCell;

use polars::prelude::{AnyValue, ChunkedArray, DataFrame, PolarsNumericType};

use super::{ColumnId, Dataset};
use crate::stats::MISSING_LEVEL;

/// Some rows of a [`Dataset`], all of its columns. Columns are turned into plain slices on first
/// use and kept, since a page asks for most of them several times.
pub struct Table<'a> {
    dataset: &'a Dataset,
    frame: DataFrame,
    numbers: Vec<OnceCell<Vec<f64>>>,
    codes: Vec<OnceCell<Vec<u32>>>,
}

impl<'a> Table<'a> {
    pub(crate) fn new(dataset: &'a Dataset, frame: DataFrame) -> Self {
        let width = dataset.columns().len();
        Self {
            dataset,
            frame,
            numbers: (0..width).map(|_| OnceCell::new()).collect(),
            codes: (0..width).map(|_| OnceCell::new()).collect(),
        }
    }

    /// The dataset that the rows belong to.
    pub fn dataset(&self) -> &'a Dataset {
        self.dataset
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.frame.height()
    }

    pub(crate) fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// Values of a numeric column, one per row, NaN where missing. All NaN for other columns.
    pub fn numbers(&self, id: ColumnId) -> &[f64] {
        self.numbers[id.index()].get_or_init(|| self.to_numbers(id))
    }

    /// Level of each row in factor order, [`MISSING_LEVEL`] where missing and for other columns.
    pub fn codes(&self, id: ColumnId) -> &[u32] {
        self.codes[id.index()].get_or_init(|| self.to_codes(id))
    }

    /// Number of rows without a value in that column.
    pub fn missing(&self, id: ColumnId) -> usize {
        self.frame
            .columns()
            .get(id.index())
            .map_or(0, |column| column.null_count())
    }

    /// Whether each row lacks a value in that column.
    pub fn gaps(&self, id: ColumnId) -> Vec<bool> {
        let column = self.frame.columns().get(id.index());
        let gaps = column.map(|column| column.is_null());
        gaps.map_or_else(Vec::new, |gaps| {
            gaps.iter().map(|gap| gap.unwrap_or(true)).collect()
        })
    }

    /// The cell as text, `None` where it is missing.
    pub fn cell(&self, row: usize, id: ColumnId) -> Option<String> {
        let column = self.frame.columns().get(id.index())?;
        match column.get(row).ok()? {
            AnyValue::Null => None,
            AnyValue::UInt32(position) => {
                let texts = self.dataset.texts.get(id.index())?.as_ref()?;
                texts.get(position).map(str::to_owned)
            }
            AnyValue::Float64(real) => Some(real.to_string()),
            AnyValue::Int64(whole) => Some(whole.to_string()),
            other => Some(other.str_value().into_owned()),
        }
    }

    fn to_numbers(&self, id: ColumnId) -> Vec<f64> {
        let column = &self.frame.columns()[id.index()];
        if let Ok(whole) = column.i64() {
            plain(whole, f64::NAN, |value| value as f64)
        } else if let Ok(real) = column.f64() {
            plain(real, f64::NAN, |value| value)
        } else {
            vec![f64::NAN; self.rows()]
        }
    }

    fn to_codes(&self, id: ColumnId) -> Vec<u32> {
        let column = &self.frame.columns()[id.index()];
        match column.cat8() {
            Ok(levels) => plain(levels.physical(), MISSING_LEVEL, u32::from),
            Err(_) => vec![MISSING_LEVEL; self.rows()],
        }
    }
}

/// The values of a polars column in order, `missing` where it has none. A column without gaps in
/// one piece, which most are, is read as the slice that it is.
fn plain<T: PolarsNumericType, V: Copy>(
    column: &ChunkedArray<T>,
    missing: V,
    convert: impl Fn(T::Native) -> V,
) -> Vec<V> {
    match column.cont_slice() {
        Ok(values) => values.iter().map(|&value| convert(value)).collect(),
        Err(_) => column
            .iter()
            .map(|value| value.map_or(missing, &convert))
            .collect(),
    }
}
