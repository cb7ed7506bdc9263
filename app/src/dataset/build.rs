//! Last pass over the fields: typed polars columns.

use polars::prelude::{
    Categorical8Type, CategoricalChunked, ChunkedBuilder, Column as FrameColumn, DataType,
    Float64Type, FrozenCategories, Int64Type, IntoColumn, IntoSeries, PolarsResult,
    PrimitiveChunkedBuilder, UInt8Type, UInt32Type,
};

use super::infer::{Evidence, Number, number};
use super::levels::Levels;
use super::texts::Texts;
use super::{Column, Kind};

/// Collects the cells of one column in the column's own type, in polars' own memory: an empty cell
/// is one byte in the file, so that a larger form of it beside the finished column would count.
pub(super) enum Builder {
    Whole(PrimitiveChunkedBuilder<Int64Type>),
    Real(PrimitiveChunkedBuilder<Float64Type>),
    Factor {
        levels: Levels<()>,
        codes: PrimitiveChunkedBuilder<UInt8Type>,
    },
    Text {
        texts: Texts,
        positions: PrimitiveChunkedBuilder<UInt32Type>,
    },
}

impl Builder {
    /// For a column of a file with so many rows, of which the first pass found `evidence`.
    pub(super) fn new(column: &Column, evidence: &Evidence, rows: usize) -> Self {
        let name = column.name.as_str();
        match &column.kind {
            Kind::Numeric { whole: true } => {
                Self::Whole(PrimitiveChunkedBuilder::new(name.into(), rows))
            }
            Kind::Numeric { whole: false } => {
                Self::Real(PrimitiveChunkedBuilder::new(name.into(), rows))
            }
            Kind::Factor { levels, .. } => {
                let mut known = Levels::new();
                for level in levels {
                    known.add(level, ());
                }
                Self::Factor {
                    levels: known,
                    codes: PrimitiveChunkedBuilder::new(name.into(), rows),
                }
            }
            Kind::Identifier => Self::Text {
                texts: Texts::with_capacity(evidence.present(), evidence.bytes()),
                positions: PrimitiveChunkedBuilder::new(name.into(), rows),
            },
        }
    }

    /// Appends one cell; `None` where it is missing.
    pub(super) fn push(&mut self, cell: Option<&str>) {
        match self {
            Self::Whole(values) => values.append_option(cell.and_then(number).map(|n| match n {
                Number::Whole(whole) => whole,
                // The first pass found whole numbers only.
                Number::Real(real) => real as i64,
            })),
            Self::Real(values) => values.append_option(cell.and_then(number).map(|n| match n {
                Number::Whole(whole) => whole as f64,
                Number::Real(real) => real,
            })),
            Self::Factor { levels, codes } => {
                let found = cell.and_then(|cell| levels.find(cell));
                codes.append_option(found.map(|(code, ())| code));
            }
            Self::Text { texts, positions } => {
                positions.append_option(cell.and_then(|cell| texts.push(cell)));
            }
        }
    }

    /// The column; with the texts to which an identifier's refers.
    pub(super) fn finish(self) -> PolarsResult<(FrameColumn, Option<Texts>)> {
        Ok(match self {
            Self::Whole(values) => (values.finish().into_series().into_column(), None),
            Self::Real(values) => (values.finish().into_series().into_column(), None),
            Self::Text { texts, positions } => {
                (positions.finish().into_series().into_column(), Some(texts))
            }
            Self::Factor { levels, codes } => {
                let categories =
                    DataType::from_frozen_categories(FrozenCategories::new(levels.texts())?);
                let codes = codes.finish();
                let codes =
                    CategoricalChunked::<Categorical8Type>::from_cats_and_dtype(codes, categories);
                (codes.into_column(), None)
            }
        })
    }
}
