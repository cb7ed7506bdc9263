//! The cells of one column, each as narrow as its column allows: whole numbers as their distance from
//! the least, levels and texts as positions. Ten million students with twenty columns take 200 MB.
//!
//! Polars would take the same types behind features that its build pays for; it makes the files to
//! download, for which [`Values::series`] hands a column over.

use std::sync::Arc;

use polars::prelude::{
    Categorical8Type, CategoricalChunked, ChunkedArray, Column as FrameColumn, DataType,
    Float64Type, FrozenCategories, Int64Type, IntoColumn, IntoSeries, NewChunkedArray,
    PolarsResult, UInt8Type, UInt32Type,
};

use super::Column;
use crate::stats::MISSING_LEVEL;

/// Numbers that codes may stand for, for each cell.
const SPARSE: usize = 4;
/// Beyond it several whole numbers are one as a double.
const EXACT: u64 = 1 << 53;

/// A column's cells in row order. The largest value of each narrow type stands for a missing cell.
#[derive(Debug, Clone)]
pub(super) enum Values {
    Whole8(Distances<u8>),
    Whole16(Distances<u16>),
    Whole32(Distances<u32>),
    Whole64(Distances<u64>),
    /// Positions among few numbers, which are ascending.
    Few {
        numbers: Vec<f64>,
        cells: Vec<u8>,
    },
    /// Positions among more of them.
    Many {
        numbers: Arc<[f64]>,
        cells: Vec<u32>,
    },
    /// Positions of levels in factor order.
    Levels(Vec<u8>),
    /// Positions in the column's texts.
    Texts(Vec<u32>),
}

/// Whole numbers as distances.
#[derive(Debug, Clone)]
pub(super) struct Distances<T> {
    pub(super) least: i64,
    pub(super) cells: Vec<T>,
}

/// A type of cells.
pub(super) trait Cell: Copy + PartialEq {
    /// Stands for a missing one.
    const MISSING: Self;
}

impl Cell for u8 {
    const MISSING: Self = Self::MAX;
}
impl Cell for u16 {
    const MISSING: Self = Self::MAX;
}
impl Cell for u32 {
    const MISSING: Self = Self::MAX;
}
impl Cell for u64 {
    const MISSING: Self = Self::MAX;
}

impl<T: Cell + Into<u64> + TryFrom<u64>> Distances<T> {
    fn with_capacity(least: i64, rows: usize) -> Self {
        Self {
            least,
            cells: Vec::with_capacity(rows),
        }
    }

    /// A number outside the column's range, which no pass has found, would be missing.
    fn push(&mut self, value: Option<i64>) {
        let distance = value.map(|value| value.wrapping_sub(self.least) as u64);
        let cell = distance.and_then(|distance| T::try_from(distance).ok());
        self.cells.push(cell.unwrap_or(T::MISSING));
    }

    fn get(&self, row: usize) -> Option<i64> {
        let cell = self.cells.get(row).copied();
        let cell = cell.filter(|cell| *cell != T::MISSING)?;
        Some(self.least.wrapping_add_unsigned(cell.into()))
    }

    fn numbers(&self) -> Vec<f64> {
        let number = |&cell: &T| match cell == T::MISSING {
            true => f64::NAN,
            false => self.least.wrapping_add_unsigned(cell.into()) as f64,
        };
        self.cells.iter().map(number).collect()
    }

    /// The distances as codes with the numbers that they stand for; `None` where most of those would
    /// be none of the cells, or several the same.
    fn codes(&self) -> Option<(Vec<u32>, Vec<f64>)> {
        let code = |&cell: &T| match cell == T::MISSING {
            true => Some(MISSING_LEVEL),
            false => u32::try_from(cell.into()).ok(),
        };
        let codes: Vec<u32> = self.cells.iter().map(code).collect::<Option<_>>()?;
        let present = codes.iter().filter(|code| **code != MISSING_LEVEL);
        let end = present.max().map_or(0, |most| *most as usize + 1);
        let number = |code| self.least.wrapping_add(code) as f64;
        let is_dense = end <= SPARSE * self.cells.len();
        let is_exact = self.least.unsigned_abs() < EXACT - u64::from(u32::MAX);
        (is_dense && is_exact).then(|| (codes, (0..end as i64).map(number).collect()))
    }

    fn at(&self, rows: &[u32]) -> Self {
        Self {
            least: self.least,
            cells: at(&self.cells, rows),
        }
    }
}

fn at<T: Copy>(cells: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|&row| cells[row as usize]).collect()
}

fn gaps<T: Cell>(cells: &[T]) -> Vec<bool> {
    cells.iter().map(|cell| *cell == T::MISSING).collect()
}

fn missing<T: Cell>(cells: &[T]) -> usize {
    cells.iter().filter(|cell| **cell == T::MISSING).count()
}

impl Values {
    /// Room for whole numbers of that range, inclusive; `None` for a column without any.
    pub(super) fn whole(range: Option<(i64, i64)>, rows: usize) -> Self {
        let (least, most) = range.unwrap_or_default();
        let span = most.wrapping_sub(least) as u64;
        if span < u8::MISSING.into() {
            Self::Whole8(Distances::with_capacity(least, rows))
        } else if span < u16::MISSING.into() {
            Self::Whole16(Distances::with_capacity(least, rows))
        } else if span < u32::MISSING.into() {
            Self::Whole32(Distances::with_capacity(least, rows))
        } else {
            Self::Whole64(Distances::with_capacity(least, rows))
        }
    }

    /// Appends a whole number to a column of them.
    pub(super) fn push_whole(&mut self, value: Option<i64>) {
        match self {
            Self::Whole8(whole) => whole.push(value),
            Self::Whole16(whole) => whole.push(value),
            Self::Whole32(whole) => whole.push(value),
            Self::Whole64(whole) => whole.push(value),
            Self::Few { .. } | Self::Many { .. } | Self::Levels(_) | Self::Texts(_) => {}
        }
    }

    /// Real numbers, NaN where missing.
    pub(super) fn real(values: &[f64]) -> Self {
        let (cells, numbers) = ranked(values);
        Self::Many {
            numbers: numbers.into(),
            cells,
        }
    }

    /// Appends the cells of a column of the same type and range.
    pub(super) fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Whole8(whole), Self::Whole8(other)) => whole.cells.extend(other.cells),
            (Self::Whole16(whole), Self::Whole16(other)) => whole.cells.extend(other.cells),
            (Self::Whole32(whole), Self::Whole32(other)) => whole.cells.extend(other.cells),
            (Self::Whole64(whole), Self::Whole64(other)) => whole.cells.extend(other.cells),
            _ => {}
        }
    }

    /// Number of cells.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Whole8(whole) => whole.cells.len(),
            Self::Whole16(whole) => whole.cells.len(),
            Self::Whole32(whole) => whole.cells.len(),
            Self::Whole64(whole) => whole.cells.len(),
            Self::Few { cells, .. } => cells.len(),
            Self::Many { cells, .. } => cells.len(),
            Self::Levels(levels) => levels.len(),
            Self::Texts(texts) => texts.len(),
        }
    }

    /// Bytes that they take.
    pub(super) fn memory(&self) -> usize {
        match self {
            Self::Whole8(whole) => whole.cells.capacity(),
            Self::Whole16(whole) => whole.cells.capacity() * 2,
            Self::Whole32(whole) => whole.cells.capacity() * 4,
            Self::Whole64(whole) => whole.cells.capacity() * 8,
            Self::Few { numbers, cells } => cells.capacity() + numbers.capacity() * 8,
            Self::Many { numbers, cells } => cells.capacity() * 4 + numbers.len() * 8,
            Self::Levels(levels) => levels.capacity(),
            Self::Texts(texts) => texts.capacity() * 4,
        }
    }

    /// Those of some rows, which are rows of the column.
    pub(super) fn at(&self, rows: &[u32]) -> Self {
        match self {
            Self::Whole8(whole) => Self::Whole8(whole.at(rows)),
            Self::Whole16(whole) => Self::Whole16(whole.at(rows)),
            Self::Whole32(whole) => Self::Whole32(whole.at(rows)),
            Self::Whole64(whole) => Self::Whole64(whole.at(rows)),
            Self::Few { numbers, cells } => Self::Few {
                numbers: numbers.clone(),
                cells: at(cells, rows),
            },
            Self::Many { numbers, cells } => Self::Many {
                numbers: Arc::clone(numbers),
                cells: at(cells, rows),
            },
            Self::Levels(levels) => Self::Levels(at(levels, rows)),
            Self::Texts(texts) => Self::Texts(at(texts, rows)),
        }
    }

    /// Whether each cell is missing.
    pub(super) fn gaps(&self) -> Vec<bool> {
        match self {
            Self::Whole8(whole) => gaps(&whole.cells),
            Self::Whole16(whole) => gaps(&whole.cells),
            Self::Whole32(whole) => gaps(&whole.cells),
            Self::Whole64(whole) => gaps(&whole.cells),
            Self::Few { cells, .. } => gaps(cells),
            Self::Many { cells, .. } => gaps(cells),
            Self::Levels(levels) => gaps(levels),
            Self::Texts(texts) => gaps(texts),
        }
    }

    /// Number of missing cells.
    pub(super) fn missing(&self) -> usize {
        match self {
            Self::Whole8(whole) => missing(&whole.cells),
            Self::Whole16(whole) => missing(&whole.cells),
            Self::Whole32(whole) => missing(&whole.cells),
            Self::Whole64(whole) => missing(&whole.cells),
            Self::Few { cells, .. } => missing(cells),
            Self::Many { cells, .. } => missing(cells),
            Self::Levels(levels) => missing(levels),
            Self::Texts(texts) => missing(texts),
        }
    }

    /// As numbers, NaN where missing; `None` for columns of text.
    pub(super) fn numbers(&self) -> Option<Vec<f64>> {
        match self {
            Self::Whole8(whole) => Some(whole.numbers()),
            Self::Whole16(whole) => Some(whole.numbers()),
            Self::Whole32(whole) => Some(whole.numbers()),
            Self::Whole64(whole) => Some(whole.numbers()),
            Self::Few { numbers, cells } => {
                let number = |&cell: &u8| numbers.get(usize::from(cell)).copied();
                let all = cells.iter().map(|cell| number(cell).unwrap_or(f64::NAN));
                Some(all.collect())
            }
            Self::Many { numbers, cells } => {
                let number = |&cell: &u32| numbers.get(cell as usize).copied();
                let all = cells.iter().map(|cell| number(cell).unwrap_or(f64::NAN));
                Some(all.collect())
            }
            Self::Levels(_) | Self::Texts(_) => None,
        }
    }

    /// The whole number in a row.
    pub(super) fn whole_at(&self, row: usize) -> Option<i64> {
        match self {
            Self::Whole8(whole) => whole.get(row),
            Self::Whole16(whole) => whole.get(row),
            Self::Whole32(whole) => whole.get(row),
            Self::Whole64(whole) => whole.get(row),
            Self::Few { .. } | Self::Many { .. } | Self::Levels(_) | Self::Texts(_) => None,
        }
    }

    /// The number in a row that is none of the whole ones.
    pub(super) fn real_at(&self, row: usize) -> Option<f64> {
        match self {
            Self::Few { numbers, cells } => numbers.get(usize::from(*cells.get(row)?)).copied(),
            Self::Many { numbers, cells } => numbers.get(*cells.get(row)? as usize).copied(),
            _ => None,
        }
    }

    /// The cells of a column of numbers of which a byte holds each.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Whole8(whole) => Some(&whole.cells),
            Self::Few { cells, .. } => Some(cells),
            _ => None,
        }
    }

    /// The numbers that such bytes stand for.
    pub(super) fn of_bytes(&self) -> Option<Vec<f64>> {
        match self {
            Self::Whole8(whole) => {
                // Up to the greatest that is there; what is missing counts as none.
                let next = |cell: &u8| cell.wrapping_add(1);
                let end = whole.cells.iter().map(next).max().unwrap_or(0);
                let number = |cell| whole.least.wrapping_add(cell) as f64;
                Some((0..i64::from(end)).map(number).collect())
            }
            Self::Few { numbers, .. } => Some(numbers.clone()),
            _ => None,
        }
    }

    /// The cells of a column of numbers as codes, and what these stand for, ascending: distances
    /// from the least where that is not many more than there are cells. No codes for other columns.
    pub(super) fn wide_codes(&self) -> (Vec<u32>, Vec<f64>) {
        let codes = match self {
            Self::Whole16(whole) => whole.codes(),
            Self::Whole32(whole) => whole.codes(),
            _ => None,
        };
        codes.unwrap_or_else(|| ranked(&self.numbers().unwrap_or_default()))
    }

    /// As polars has the column: `Int64`, `Float64`, `Enum` of its levels, or `UInt32`.
    ///
    /// # Errors
    /// If polars cannot have such levels, which is a defect.
    pub(super) fn series(&self, column: &Column) -> PolarsResult<FrameColumn> {
        let name = column.name.as_str().into();
        Ok(match self {
            Self::Few { .. } | Self::Many { .. } => {
                let cells = (0..self.len()).map(|row| self.real_at(row));
                ChunkedArray::<Float64Type>::from_iter_options(name, cells)
                    .into_series()
                    .into_column()
            }
            Self::Levels(levels) => {
                let known = FrozenCategories::new(column.levels().iter().map(String::as_str))?;
                let cells = levels
                    .iter()
                    .map(|&code| (code != u8::MISSING).then_some(code));
                let cells = ChunkedArray::<UInt8Type>::from_iter_options(name, cells);
                CategoricalChunked::<Categorical8Type>::from_cats_and_dtype(
                    cells,
                    DataType::from_frozen_categories(known),
                )
                .into_column()
            }
            Self::Texts(texts) => {
                let cells = texts.iter().map(|&at| (at != u32::MISSING).then_some(at));
                ChunkedArray::<UInt32Type>::from_iter_options(name, cells)
                    .into_series()
                    .into_column()
            }
            Self::Whole8(_) | Self::Whole16(_) | Self::Whole32(_) | Self::Whole64(_) => {
                let cells = (0..self.len()).map(|row| self.whole_at(row));
                ChunkedArray::<Int64Type>::from_iter_options(name, cells)
                    .into_series()
                    .into_column()
            }
        })
    }
}

/// The place of each value among the distinct ones, [`MISSING_LEVEL`] for NaN; and those, ascending.
fn ranked(values: &[f64]) -> (Vec<u32>, Vec<f64>) {
    let rows = (0_u32..).zip(values).filter(|(_, value)| !value.is_nan());
    let mut order: Vec<(f64, u32)> = rows.map(|(row, &value)| (value, row)).collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut codes = vec![MISSING_LEVEL; values.len()];
    let mut numbers = Vec::new();
    for (code, same) in (0_u32..).zip(order.chunk_by(|a, b| a.0 == b.0)) {
        numbers.push(same[0].0);
        same.iter().for_each(|&(_, row)| codes[row as usize] = code);
    }
    (codes, numbers)
}
