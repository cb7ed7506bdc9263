//! Everything that can be wrong with a file, each with one message that names the place and the
//! remedy. Rows are counted as a spreadsheet counts them: the header is row 1.

use std::path::PathBuf;

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
    /// A NUL byte, which no text file has.
    #[error(
        "row {row}{}: a NUL byte, so this is a binary file, not a CSV file. \
         Save the table as CSV (UTF-8) and try again",
        in_column(column)
    )]
    Binary {
        /// Row of the first such byte.
        row: usize,
        /// Column of the first such byte.
        column: String,
    },
    /// Bytes that are not UTF-8.
    #[error(
        "row {row}{}: the text is not valid UTF-8. Save the file with the encoding UTF-8 and try again",
        in_column(column)
    )]
    Encoding {
        /// Row of the first such field.
        row: usize,
        /// Column of the first such field.
        column: String,
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
    /// Two columns of one name.
    #[error(
        "row 1: columns {first} and {second} are both named `{name}`. Give every column its own name"
    )]
    DuplicateColumn {
        /// The name they share.
        name: String,
        /// Position of the first, counted from 1.
        first: usize,
        /// Position of the second, counted from 1.
        second: usize,
    },
    /// A row with more or fewer fields than the header.
    #[error(
        "row {row}, column {column}: {found} fields where the header has {expected}. \
         Add or remove separators, or put quotes around text that holds one"
    )]
    Ragged {
        /// The first such row.
        row: usize,
        /// Position of the first field that is missing or too many, counted from 1.
        column: usize,
        /// Fields in the header.
        expected: usize,
        /// Fields in that row.
        found: usize,
    },
    /// A quote that is never closed swallows the rest of the file.
    #[error(
        "row {row}, column `{column}`: a quoted field begins here and is never closed. \
         Add the closing quote, or double a quote that belongs to the text"
    )]
    OpenQuote {
        /// Row in which the field begins.
        row: usize,
        /// Its column.
        column: String,
    },
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
        "row {row}, column `{outcome}`: `{value}` is not a number, so the column cannot be the outcome. \
         Correct the cell, or choose a numeric column with --target: {}",
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
    /// The table could not be built in memory.
    #[error("the table could not be built: {0}")]
    Table(#[from] polars::error::PolarsError),
}

fn in_column(column: &str) -> String {
    if column.is_empty() {
        String::new()
    } else {
        format!(", column `{column}`")
    }
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
