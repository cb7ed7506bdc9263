//! Second pass over the fields: typed polars columns.

use polars::prelude::{
    Categorical8Type, CategoricalChunked, Column as FrameColumn, DataType, FrozenCategories,
    IntoColumn, NamedFrom, PolarsResult, Series,
};

use super::infer::{Number, number};
use super::{Column, Kind};

/// Collects the cells of one column in the column's own type. Missing cells are `None`.
pub(super) enum Builder {
    Whole(Vec<Option<i64>>),
    Real(Vec<Option<f64>>),
    Factor {
        levels: Vec<String>,
        codes: Vec<Option<u8>>,
    },
    Text(Vec<Option<String>>),
}

impl Builder {
    pub(super) fn new(column: &Column, rows: usize) -> Self {
        match &column.kind {
            Kind::Numeric { whole: true } => Self::Whole(Vec::with_capacity(rows)),
            Kind::Numeric { whole: false } => Self::Real(Vec::with_capacity(rows)),
            Kind::Factor { levels, .. } => Self::Factor {
                levels: levels.clone(),
                codes: Vec::with_capacity(rows),
            },
            Kind::Identifier => Self::Text(Vec::with_capacity(rows)),
        }
    }

    /// Appends one cell; `None` where it is missing.
    pub(super) fn push(&mut self, cell: Option<&str>) {
        match self {
            Self::Whole(values) => values.push(cell.and_then(number).map(|n| match n {
                Number::Whole(whole) => whole,
                // The first pass found whole numbers only.
                Number::Real(real) => real as i64,
            })),
            Self::Real(values) => values.push(cell.and_then(number).map(|n| match n {
                Number::Whole(whole) => whole as f64,
                Number::Real(real) => real,
            })),
            Self::Factor { levels, codes } => codes.push(cell.and_then(|cell| {
                let code = levels.iter().position(|level| level == cell)?;
                u8::try_from(code).ok()
            })),
            Self::Text(values) => values.push(cell.map(str::to_owned)),
        }
    }

    pub(super) fn finish(self, name: &str) -> PolarsResult<FrameColumn> {
        Ok(match self {
            Self::Whole(values) => Series::new(name.into(), values).into_column(),
            Self::Real(values) => Series::new(name.into(), values).into_column(),
            Self::Text(values) => Series::new(name.into(), values).into_column(),
            Self::Factor { levels, codes } => {
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
