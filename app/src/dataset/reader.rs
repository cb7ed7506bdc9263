//! Reads a CSV file as a stream: one pass checks the structure, infers the types and keeps the cells
//! as codes, from which the typed columns are made. Columns with more distinct cells than a byte tells
//! apart take a second pass. Nothing else grows with the file, so that reading one takes ten times its
//! size and 16 MB at most, and a third of it where students repeat.
//!
//! The `csv` crate splits the fields; polars' own reader pads short rows in silence and names no
//! rows, and people need to know which cells to correct.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::build::{Builder, from_codes};
use super::infer::{Evidence, Meaning, meaning, number};
use super::pieces::{PIECE, Pieces};
use super::problem::shortened;
use super::rows::Rows;
use super::texts::Texts;
use super::values::Values;
use super::{
    Column, ColumnId, Dataset, Fault, LONGEST_NAME, MAX_COLUMNS, MOST_ROWS, ReadError, Report,
    dialect,
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
    let name = path
        .file_name()
        .map_or_else(|| path.display().to_string(), |n| n.display().to_string());
    read_text(name, Text::File(path), outcome)
}

/// Reads the bytes of a CSV file. Commas, semicolons or tabs separate the fields, whichever the
/// header has most of.
///
/// # Errors
/// Any [`ReadError`] but `Io`. Cells that are to be corrected are reported all at once.
pub fn read(name: String, bytes: &[u8], outcome: &str) -> Result<Dataset, ReadError> {
    read_text(name, Text::Bytes(bytes), outcome)
}

fn read_text(name: String, text: Text<'_>, outcome: &str) -> Result<Dataset, ReadError> {
    let (header, of_header) = header(text)?;
    let mut found = gather(text, &header)?;
    let faulty: Vec<bool> = header
        .iter()
        .zip(&found.evidence)
        .map(|(name, evidence)| evidence.is_faulty(name == outcome))
        .collect();
    let of_cells = slips(text, &header, &faulty, slip)?;
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
    let (values, texts) = fill(text, &columns, &mut found.evidence, found.rows)?;
    Ok(Dataset {
        name,
        columns,
        rows: found.rows,
        values,
        texts,
        outcome,
        reference: None,
    })
}

/// Where the text of a file is.
#[derive(Clone, Copy)]
pub(super) enum Text<'t> {
    Bytes(&'t [u8]),
    File(&'t Path),
}

impl<'t> Text<'t> {
    /// Goes through the rows, the header first, until `each` says that it has seen enough.
    fn each_row(self, each: impl FnMut(&Rows<'_>) -> bool) -> Result<(), ReadError> {
        match self {
            Self::Bytes(bytes) => each_row(bytes, each),
            Self::File(path) => File::open(path).and_then(|file| each_row(file, each)),
        }
        .map_err(|source| self.unreadable(source))
    }

    /// Its beginning: all that decides of which format it is.
    fn beginning(self) -> Result<Vec<u8>, ReadError> {
        let first = |source: &mut dyn Read| {
            let mut pieces = Pieces::new(source, PIECE);
            let first = pieces.next()?;
            Ok(first.map_or_else(Vec::new, |(piece, _)| piece.to_vec()))
        };
        match self {
            Self::Bytes(mut bytes) => first(&mut bytes),
            Self::File(path) => File::open(path).and_then(|mut file| first(&mut file)),
        }
        .map_err(|source| self.unreadable(source))
    }

    fn unreadable(self, source: std::io::Error) -> ReadError {
        let path = match self {
            Self::Bytes(_) => PathBuf::new(),
            Self::File(path) => path.to_owned(),
        };
        ReadError::Io { path, source }
    }
}

fn each_row(source: impl Read, mut each: impl FnMut(&Rows<'_>) -> bool) -> std::io::Result<()> {
    let mut pieces = Pieces::new(source, PIECE);
    let mut before = 0;
    while let Some((piece, separator)) = pieces.next()? {
        let mut rows = Rows::after(before, piece, separator);
        while rows.advance() {
            if !each(&rows) {
                return Ok(());
            }
        }
        // Blank lines at the end of the piece, and the row that is not there.
        before = rows.row() - 1;
    }
    Ok(())
}

/// The column names, and what is wrong with them. A column without a name is called by its
/// position, as an index column that a spreadsheet or pandas wrote has none.
pub(super) fn header(text: Text<'_>) -> Result<(Vec<String>, Report), ReadError> {
    dialect::check(&text.beginning()?)?;
    let mut found = Err(ReadError::Empty);
    text.each_row(|rows| {
        found = names(rows);
        false
    })?;
    found
}

fn names(rows: &Rows<'_>) -> Result<(Vec<String>, Report), ReadError> {
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
    let report = faults_of_header(rows, &names);
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
pub(super) fn gather(text: Text<'_>, header: &[String]) -> Result<Found, ReadError> {
    let mut found = Found {
        evidence: header.iter().map(|_| Evidence::new()).collect(),
        rows: 0,
        report: Report::default(),
    };
    let mut first = true;
    text.each_row(|rows| {
        if !std::mem::take(&mut first) {
            found.rows += 1;
            check(&mut found, rows, header);
        }
        found.rows < MOST_ROWS
    })?;
    match found.rows < MOST_ROWS {
        true => Ok(found),
        false => Err(ReadError::TooManyRows),
    }
}

/// Takes in a row below the header.
fn check(found: &mut Found, rows: &Rows<'_>, header: &[String]) {
    let report = &mut found.report;
    if let Some(column) = rows.open_quote() {
        report.add(rows.row(), column, header, Fault::OpenQuote);
    } else if rows.fields().len() != header.len() {
        let (expected, count) = (header.len(), rows.fields().len());
        let fault = Fault::Length {
            expected,
            found: count,
        };
        report.add(rows.row(), expected.min(count), header, fault);
    } else {
        take_in(found, rows, header);
    }
}

/// Adds the cells of a row of the header's length to what is known of their columns.
fn take_in(found: &mut Found, rows: &Rows<'_>, header: &[String]) {
    for (i, field) in rows.fields().iter().enumerate() {
        match as_text(field).map(present) {
            Ok(cell) => found.evidence[i].add(rows.row(), cell),
            Err(fault) => found.report.add(rows.row(), i, header, fault),
        }
    }
}

/// A further pass, over the faulty columns only: which of their cells are to be corrected, as `slip`
/// says.
pub(super) fn slips(
    text: Text<'_>,
    header: &[String],
    faulty: &[bool],
    slip: fn(&str) -> Option<Fault>,
) -> Result<Report, ReadError> {
    let mut report = Report::default();
    if !faulty.contains(&true) {
        return Ok(report);
    }
    let mut first = true;
    text.each_row(|rows| {
        let below = !std::mem::take(&mut first);
        if below && rows.fields().len() == header.len() && rows.open_quote().is_none() {
            let cells = rows.fields().iter().zip(faulty).enumerate();
            for (i, (field, _)) in cells.filter(|(_, (_, faulty))| **faulty) {
                let cell = as_text(field).ok().and_then(present);
                if let Some(fault) = cell.and_then(slip) {
                    report.add(rows.row(), i, header, fault);
                }
            }
        }
        true
    })?;
    Ok(report)
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

/// The columns, typed. Those of which the first pass has not kept the cells take a last one.
pub(super) fn fill(
    text: Text<'_>,
    columns: &[Column],
    evidence: &mut [Evidence],
    rows: usize,
) -> Result<Filled, ReadError> {
    let mut filled: Vec<Option<(Values, Option<Texts>)>> = columns
        .iter()
        .zip(evidence.iter_mut())
        .map(|(column, evidence)| from_codes(column, evidence))
        .collect();
    let mut builders: Vec<(usize, Builder)> = (0..columns.len())
        .filter(|&i| filled[i].is_none())
        .map(|i| (i, Builder::new(&columns[i], &evidence[i], rows)))
        .collect();
    let mut first = true;
    if !builders.is_empty() {
        text.each_row(|lines| {
            if !std::mem::take(&mut first) {
                for (i, builder) in &mut builders {
                    let field = lines.fields().get(*i);
                    builder.push(field.and_then(|field| present(as_text(field).ok()?)));
                }
            }
            true
        })?;
    }
    for (i, builder) in builders {
        filled[i] = Some(builder.finish());
    }
    let filled: Filled = filled.into_iter().flatten().unzip();
    match filled.0.iter().all(|values| values.len() == rows) {
        true => Ok(filled),
        false => Err(text.unreadable(std::io::Error::other("it changed while it was read"))),
    }
}

/// One of each for every column.
type Filled = (Vec<Values>, Vec<Option<Texts>>);

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
