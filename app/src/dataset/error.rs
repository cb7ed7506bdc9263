//! Everything that can be wrong with a file, each with one message that names the place and the
//! remedy.

use std::path::PathBuf;

use super::{MappingError, Report};

/// Why a file could not be read as a table of student records.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be opened or read.
    #[error("cannot read {path}: {source}. Check the path and its permissions")]
    Io {
        /// The path as the user gave it.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Nothing in it.
    #[error(
        "the file is empty: its first row must hold the column names. Export the table again as CSV"
    )]
    Empty,
    /// A format that is not text.
    #[error("this is {format}, not a CSV file. Save the table as CSV (UTF-8) and try again")]
    NotText {
        /// What the bytes look like, with an article.
        format: &'static str,
    },
    /// The first row looks like data.
    #[error(
        "row 1 holds only numbers ({sample}), so the header is missing. \
         Add a first row with the column names"
    )]
    NoHeader {
        /// The first cells, joined by commas.
        sample: String,
    },
    /// A header and nothing else.
    #[error("row 2: the file has a header but no rows below it. Add the student records")]
    NoRows,
    /// More columns than the pages and their tables can hold.
    #[error("the file has {found} columns, and {most} are possible. Remove those that need no analysis", most = super::MAX_COLUMNS)]
    TooManyColumns {
        /// Columns in the header.
        found: usize,
    },
    /// Cells that are to be corrected.
    #[error("{0}")]
    Invalid(Box<Report>),
    /// What is said of the columns does not fit them.
    #[error("{}", lines(.0))]
    Mapping(Vec<MappingError>),
    /// The outcome is not in the header.
    #[error(
        "row 1: no column is named `{outcome}`, the outcome. Choose one with --target: {}",
        numeric_choices(numeric)
    )]
    NoOutcome {
        /// The name that was looked for.
        outcome: String,
        /// Numeric columns that could take its place.
        numeric: Vec<String>,
    },
    /// The outcome holds text.
    #[error(
        "row {row}, column `{outcome}`: `{value}` is not a number, nor is any other cell, so the column \
         cannot be the outcome. Choose a numeric column with --target: {}",
        numeric_choices(numeric)
    )]
    OutcomeNotNumeric {
        /// Name of the outcome.
        outcome: String,
        /// Row of the first such cell.
        row: usize,
        /// The cell, shortened.
        value: String,
        /// Numeric columns that could take its place.
        numeric: Vec<String>,
    },
    /// The outcome has no values at all.
    #[error(
        "column `{outcome}` holds no value in any row, so it cannot be the outcome. \
         Fill it in, or choose another column with --target: {}",
        numeric_choices(numeric)
    )]
    OutcomeMissing {
        /// Name of the outcome.
        outcome: String,
        /// Numeric columns that could take its place.
        numeric: Vec<String>,
    },
    /// More rows than a table can hold.
    #[error("the file has more than {most} rows. Cut it into several files", most = super::MOST_ROWS - 1)]
    TooManyRows,
}

impl ReadError {
    /// What is wrong, without a row or a cell of the file.
    pub fn without_cells(&self) -> String {
        match self {
            Self::NoHeader { .. } => "row 1 holds only numbers, so the header is missing. \
                 Add a first row with the column names"
                .to_owned(),
            Self::Invalid(report) => report.without_cells(),
            Self::OutcomeNotNumeric {
                outcome, numeric, ..
            } => format!(
                "column `{outcome}` holds no number, so it cannot be the outcome. \
                 Choose a numeric column with --target: {}",
                numeric_choices(numeric)
            ),
            Self::Io { .. }
            | Self::Empty
            | Self::NotText { .. }
            | Self::NoRows
            | Self::TooManyColumns { .. }
            | Self::Mapping(_)
            | Self::NoOutcome { .. }
            | Self::OutcomeMissing { .. }
            | Self::TooManyRows => self.to_string(),
        }
    }
}

fn lines(problems: &[MappingError]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn numeric_choices(numeric: &[String]) -> String {
    if numeric.is_empty() {
        return "the file has no numeric column".to_owned();
    }
    let shown: Vec<String> = numeric
        .iter()
        .take(12)
        .map(|name| name.chars().take(60).collect())
        .collect();
    let more = numeric.len().saturating_sub(shown.len());
    match more {
        0 => shown.join(", "),
        _ => format!("{} and {more} more", shown.join(", ")),
    }
}
