//! The cells of one column, each as narrow as its column allows: whole numbers as their distance from
//! the least, levels and texts as positions. Ten million students with twenty columns take 200 MB.
//!
//! Polars would take the same types behind features that its build pays for; it makes the files to
//! download, for which [`Values::series`] hands a column over.

use polars::prelude::{
    Categorical8Type, CategoricalChunked, ChunkedArray, Column as FrameColumn, DataType,
    Float64Type, FrozenCategories, Int64Type, IntoColumn, IntoSeries, NewChunkedArray,
    PolarsResult, UInt8Type, UInt32Type,
};

use super::Column;

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
    /// NaN where missing.
    Real(Vec<f64>),
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
            Self::Few { .. } | Self::Real(_) | Self::Levels(_) | Self::Texts(_) => {}
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
            Self::Real(real) => real.len(),
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
            Self::Real(real) => real.capacity() * 8,
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
            Self::Real(real) => Self::Real(at(real, rows)),
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
            Self::Real(real) => real.iter().map(|value| value.is_nan()).collect(),
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
            Self::Real(real) => real.iter().filter(|value| value.is_nan()).count(),
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
            Self::Real(real) => Some(real.clone()),
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
            Self::Few { .. } | Self::Real(_) | Self::Levels(_) | Self::Texts(_) => None,
        }
    }

    /// The number in a row that is none of the whole ones.
    pub(super) fn real_at(&self, row: usize) -> Option<f64> {
        match self {
            Self::Few { numbers, cells } => numbers.get(usize::from(*cells.get(row)?)).copied(),
            Self::Real(real) => real.get(row).copied().filter(|real| !real.is_nan()),
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

    /// As polars has the column: `Int64`, `Float64`, `Enum` of its levels, or `UInt32`.
    ///
    /// # Errors
    /// If polars cannot have such levels, which is a defect.
    pub(super) fn series(&self, column: &Column) -> PolarsResult<FrameColumn> {
        let name = column.name.as_str().into();
        Ok(match self {
            Self::Few { .. } | Self::Real(_) => {
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
