//! Reads a CSV file in passes over its bytes: the first checks the structure and infers the types,
//! the last fills typed columns. Nothing else grows with the file, so that reading one takes ten
//! times its size and 16 MB at most.
//!
//! The `csv` crate splits the fields; polars' own reader pads short rows in silence and names no
//! rows, and people need to know which cells to correct.

use std::collections::HashMap;
use std::path::Path;

use polars::prelude::DataFrame;

use super::build::Builder;
use super::infer::{Evidence, Meaning, meaning, number};
use super::problem::shortened;
use super::rows::Rows;
use super::texts::Texts;
use super::{
    Column, ColumnId, Dataset, Fault, LONGEST_NAME, MAX_COLUMNS, ReadError, Report, dialect,
};

/// Cells that count as missing, beside empty and blank ones.
pub const MISSING_TOKENS: [&str; 10] = [
    "NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL", "None", "<NA>", "n/a",
];

/// Bytes of the longest of them.
const LONGEST_TOKEN: usize = 4;

/// Reads the file at `path`; `outcome` is the column to explain.
///
/// # Errors
/// Any [`ReadError`].
pub fn read_file(path: &Path, outcome: &str) -> Result<Dataset, ReadError> {
    let bytes = std::fs::read(path).map_err(|source| ReadError::Io {
        path: path.to_owned(),
        source,
    })?;
    let name = path
        .file_name()
        .map_or_else(|| path.display().to_string(), |n| n.display().to_string());
    read(name, &bytes, outcome)
}

/// Reads the bytes of a CSV file. Commas, semicolons or tabs separate the fields, whichever the
/// header has most of.
///
/// # Errors
/// Any [`ReadError`] but `Io`. Cells that are to be corrected are reported all at once.
pub fn read(name: String, bytes: &[u8], outcome: &str) -> Result<Dataset, ReadError> {
    let text = dialect::text(bytes)?;
    let separator = dialect::separator(text);
    let (header, of_header) = header(text, separator)?;
    let found = gather(text, separator, &header);
    let faulty: Vec<bool> = header
        .iter()
        .zip(&found.evidence)
        .map(|(name, evidence)| evidence.is_faulty(name == outcome))
        .collect();
    let of_cells = slips(text, separator, &header, &faulty, slip);
    let report = of_header.merged(found.report).merged(of_cells);
    if !report.is_empty() {
        return Err(ReadError::Invalid(Box::new(report)));
    }
    if found.rows == 0 {
        return Err(ReadError::NoRows);
    }
    let columns: Vec<Column> = header
        .into_iter()
        .zip(&found.evidence)
        .map(|(name, evidence)| Column {
            name,
            kind: evidence.kind(),
        })
        .collect();
    let outcome = find_outcome(&columns, &found.evidence, outcome)?;
    let (frame, texts) = fill(text, separator, &columns, &found.evidence, found.rows)?;
    Ok(Dataset {
        name,
        columns,
        frame,
        texts,
        outcome,
        reference: None,
    })
}

/// The column names, and what is wrong with them. A column without a name is called by its
/// position, as an index column that a spreadsheet or pandas wrote has none.
pub(super) fn header(text: &[u8], separator: u8) -> Result<(Vec<String>, Report), ReadError> {
    let mut rows = Rows::new(text, separator);
    rows.advance();
    let fields = rows.fields();
    if fields.len() > MAX_COLUMNS {
        return Err(ReadError::TooManyColumns {
            found: fields.len(),
        });
    }
    let named = |(i, field): (usize, &[u8])| match String::from_utf8_lossy(field) {
        name if name.trim().is_empty() => format!("Column {}", i + 1),
        name => name.into_owned(),
    };
    let names: Vec<String> = fields.iter().enumerate().map(named).collect();
    if names.iter().all(|name| number(name).is_some()) {
        let sample: Vec<&str> = names.iter().take(5).map(String::as_str).collect();
        return Err(ReadError::NoHeader {
            sample: shortened(&sample.join(", ")),
        });
    }
    let report = faults_of_header(&rows, &names);
    Ok((names, report))
}

fn faults_of_header(rows: &Rows<'_>, names: &[String]) -> Report {
    let mut report = Report::default();
    let mut seen = HashMap::new();
    let open = rows.open_quote();
    for (i, (name, field)) in names.iter().zip(rows.fields()).enumerate() {
        let characters = name.chars().count();
        let first = *seen.entry(name).or_insert(i);
        let fault = if open == Some(i) {
            Some(Fault::OpenQuote)
        } else if let Err(fault) = as_text(field) {
            Some(fault)
        } else if characters > LONGEST_NAME {
            Some(Fault::LongName { characters })
        } else if first < i {
            Some(Fault::DuplicateName { first: first + 1 })
        } else {
            None
        };
        if let Some(fault) = fault {
            report.add(rows.row(), i, names, fault);
        }
    }
    report
}

/// What the first pass finds.
pub(super) struct Found {
    pub(super) evidence: Vec<Evidence>,
    /// Rows below the header.
    pub(super) rows: usize,
    pub(super) report: Report,
}

/// First pass: checks every row and gathers what the columns hold.
pub(super) fn gather(text: &[u8], separator: u8, header: &[String]) -> Found {
    let mut found = Found {
        evidence: header.iter().map(|_| Evidence::new()).collect(),
        rows: 0,
        report: Report::default(),
    };
    let mut rows = Rows::new(text, separator);
    rows.advance();
    while rows.advance() {
        found.rows += 1;
        if let Some(column) = rows.open_quote() {
            found
                .report
                .add(rows.row(), column, header, Fault::OpenQuote);
        } else if rows.fields().len() != header.len() {
            let (expected, count) = (header.len(), rows.fields().len());
            let fault = Fault::Length {
                expected,
                found: count,
            };
            found
                .report
                .add(rows.row(), expected.min(count), header, fault);
        } else {
            take_in(&mut found, &rows, header);
        }
    }
    found
}

/// Adds the cells of a row of the header's length to what is known of their columns.
fn take_in(found: &mut Found, rows: &Rows<'_>, header: &[String]) {
    for (i, field) in rows.fields().iter().enumerate() {
        match as_text(field).map(present) {
            Ok(Some(cell)) => found.evidence[i].add(rows.row(), cell),
            Ok(None) => {}
            Err(fault) => found.report.add(rows.row(), i, header, fault),
        }
    }
}

/// A further pass, over the faulty columns only: which of their cells are to be corrected, as `slip`
/// says.
pub(super) fn slips(
    text: &[u8],
    separator: u8,
    header: &[String],
    faulty: &[bool],
    slip: fn(&str) -> Option<Fault>,
) -> Report {
    let mut report = Report::default();
    if !faulty.contains(&true) {
        return report;
    }
    let mut rows = Rows::new(text, separator);
    rows.advance();
    while rows.advance() {
        if rows.fields().len() != header.len() || rows.open_quote().is_some() {
            continue;
        }
        let cells = rows.fields().iter().zip(faulty).enumerate();
        for (i, (field, _)) in cells.filter(|(_, (_, faulty))| **faulty) {
            let cell = as_text(field).ok().and_then(present);
            if let Some(fault) = cell.and_then(slip) {
                report.add(rows.row(), i, header, fault);
            }
        }
    }
    report
}

/// What is wrong with a cell that should be a number.
pub(super) fn slip(cell: &str) -> Option<Fault> {
    let value = || shortened(cell.trim());
    match meaning(cell) {
        Meaning::Number(_) => None,
        Meaning::Infinite => Some(Fault::Infinite { value: value() }),
        Meaning::Comma => Some(Fault::Comma { value: value() }),
        Meaning::Text => Some(Fault::Text { value: value() }),
    }
}

/// Last pass: typed columns.
pub(super) fn fill(
    text: &[u8],
    separator: u8,
    columns: &[Column],
    evidence: &[Evidence],
    rows: usize,
) -> Result<(DataFrame, Vec<Option<Texts>>), ReadError> {
    let mut builders: Vec<Builder> = columns
        .iter()
        .zip(evidence)
        .map(|(column, evidence)| Builder::new(column, evidence, rows))
        .collect();
    let mut lines = Rows::new(text, separator);
    lines.advance();
    while lines.advance() {
        for (builder, field) in builders.iter_mut().zip(lines.fields()) {
            builder.push(as_text(field).ok().and_then(present));
        }
    }
    let filled: Vec<_> = builders
        .into_iter()
        .map(Builder::finish)
        .collect::<Result<_, _>>()?;
    let (filled, texts) = filled.into_iter().unzip();
    Ok((DataFrame::new(rows, filled)?, texts))
}

/// The cell, unless it counts as missing.
fn present(cell: &str) -> Option<&str> {
    // Most cells begin with a digit or are longer than any token: nothing else is looked at then.
    let token = || cell.len() <= LONGEST_TOKEN && MISSING_TOKENS.contains(&cell);
    let missing = match cell.as_bytes().first() {
        Some(b'0'..=b'9') => false,
        Some(_) => token() || cell.trim().is_empty(),
        None => true,
    };
    (!missing).then_some(cell)
}

fn as_text(field: &[u8]) -> Result<&str, Fault> {
    match std::str::from_utf8(field) {
        Ok(text) if text.contains('\0') => Err(Fault::Nul),
        Ok(text) => Ok(text),
        Err(_) => Err(Fault::NotUtf8 {
            latin1: is_latin1(field),
        }),
    }
}

/// Whether every byte beyond ASCII stands alone, which no UTF-8 has, not even damaged.
fn is_latin1(field: &[u8]) -> bool {
    field
        .utf8_chunks()
        .all(|chunk| chunk.valid().is_ascii() && chunk.invalid().len() <= 1)
}

pub(super) fn find_outcome(
    columns: &[Column],
    evidence: &[Evidence],
    outcome: &str,
) -> Result<ColumnId, ReadError> {
    let numeric = || {
        columns
            .iter()
            .zip(evidence)
            .filter(|(column, evidence)| column.is_numeric() && evidence.present() > 0)
            .map(|(column, _)| column.name.clone())
            .collect()
    };
    let Some(i) = columns.iter().position(|column| column.name == outcome) else {
        return Err(ReadError::NoOutcome {
            outcome: outcome.to_owned(),
            numeric: numeric(),
        });
    };
    if let Some((row, value)) = evidence[i].first_text() {
        return Err(ReadError::OutcomeNotNumeric {
            outcome: outcome.to_owned(),
            row: *row,
            value: value.clone(),
            numeric: numeric(),
        });
    }
    if evidence[i].present() == 0 {
        return Err(ReadError::OutcomeMissing {
            outcome: outcome.to_owned(),
            numeric: numeric(),
        });
    }
    Ok(ColumnId(i))
}

#[cfg(test)]
mod tests;
