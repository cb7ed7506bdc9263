//! Second pass over the fields: typed polars columns.

use polars::prelude::{
    Categorical8Type, CategoricalChunked, ChunkedBuilder, Column as FrameColumn, DataType,
    Float64Type, FrozenCategories, Int64Type, IntoColumn, IntoSeries, PolarsResult,
    PrimitiveChunkedBuilder, StringChunkedBuilder,
};

use super::infer::{Number, number};
use super::{Column, Kind};

/// Collects the cells of one column in the column's own type, in polars' own memory: an empty cell
/// is one byte in the file, so that a larger form of it beside the finished column would count.
pub(super) enum Builder {
    Whole(PrimitiveChunkedBuilder<Int64Type>),
    Real(PrimitiveChunkedBuilder<Float64Type>),
    Factor {
        name: String,
        levels: Vec<String>,
        codes: Vec<Option<u8>>,
    },
    Text(StringChunkedBuilder),
}

impl Builder {
    pub(super) fn new(column: &Column, rows: usize) -> Self {
        let name = column.name.as_str();
        match &column.kind {
            Kind::Numeric { whole: true } => {
                Self::Whole(PrimitiveChunkedBuilder::new(name.into(), rows))
            }
            Kind::Numeric { whole: false } => {
                Self::Real(PrimitiveChunkedBuilder::new(name.into(), rows))
            }
            Kind::Factor { levels, .. } => Self::Factor {
                name: name.to_owned(),
                levels: levels.clone(),
                codes: Vec::with_capacity(rows),
            },
            Kind::Identifier => Self::Text(StringChunkedBuilder::new(name.into(), rows)),
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
            Self::Factor { levels, codes, .. } => codes.push(cell.and_then(|cell| {
                let code = levels.iter().position(|level| level == cell)?;
                u8::try_from(code).ok()
            })),
            Self::Text(values) => values.append_option(cell),
        }
    }

    pub(super) fn finish(self) -> PolarsResult<FrameColumn> {
        Ok(match self {
            Self::Whole(values) => values.finish().into_series().into_column(),
            Self::Real(values) => values.finish().into_series().into_column(),
            Self::Text(values) => values.finish().into_series().into_column(),
            Self::Factor {
                name,
                levels,
                codes,
            } => {
                let categories = FrozenCategories::new(levels.iter().map(String::as_str))?;
                let labels = codes
                    .iter()
                    .map(|code| code.map(|code| levels[usize::from(code)].as_str()));
                CategoricalChunked::<Categorical8Type>::from_str_iter(
                    name.into(),
                    DataType::from_frozen_categories(categories),
                    labels,
                )?
                .into_column()
            }
        })
    }
}
