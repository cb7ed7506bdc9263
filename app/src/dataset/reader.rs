//! Reads a CSV file as a stream: one pass, several pieces of the file at a time, checks the structure,
//! infers the types and keeps the cells as codes, from which the typed columns are made. Columns with
//! more distinct cells than a byte tells apart take a second pass. Nothing else grows with the file, so
//! that reading one takes ten times its size and 16 MB at most, and a quarter of it where students
//! repeat.
//!
//! The `csv` crate splits the fields where there are quotes; polars' own reader pads short rows in silence and names no
//! rows, and people need to know which cells to correct.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::build::{Builder, from_codes};
use super::cell::{as_text, present};
use super::infer::{Evidence, Meaning, meaning, number};
use super::pass::{Piece, pass};
use super::pieces::{PIECE, Pieces};
use super::problem::shortened;
use super::rows::{Row, each_row};
use super::texts::Texts;
use super::values::Values;
use super::{
    Column, ColumnId, Dataset, Fault, LONGEST_NAME, MAX_COLUMNS, MOST_ROWS, ReadError, Report,
    dialect,
};

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

impl Text<'_> {
    /// Goes through the rows, the header first, until `each` says that it has seen enough.
    fn each_row(self, mut each: impl FnMut(Row<'_>) -> bool) -> Result<(), ReadError> {
        let mut all = |source: &mut dyn Read| {
            let mut pieces = Pieces::new(source, PIECE);
            let (mut before, mut enough) = (0, false);
            while let Some((text, separator)) = pieces.next()? {
                before = each_row(text, separator, before, |row| {
                    enough = !each(row);
                    !enough
                });
                if enough {
                    break;
                }
            }
            Ok(())
        };
        match self {
            Self::Bytes(mut bytes) => all(&mut bytes),
            Self::File(path) => File::open(path).and_then(|mut file| all(&mut file)),
        }
        .map_err(|source| self.unreadable(source))
    }

    /// Its bytes, about.
    fn length(self) -> Result<u64, ReadError> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.len() as u64),
            Self::File(path) => std::fs::metadata(path)
                .map(|found| found.len())
                .map_err(|source| self.unreadable(source)),
        }
    }

    /// Looks at all pieces, as [`pass`] does.
    fn pass<T: Send>(
        self,
        look: impl Fn(Piece<'_>) -> T + Sync,
        join: impl FnMut(T) -> bool + Send,
    ) -> Result<(), ReadError> {
        let length = self.length()?;
        match self {
            Self::Bytes(bytes) => pass(bytes, length, look, join),
            Self::File(path) => File::open(path).and_then(|file| pass(file, length, look, join)),
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

/// The column names, and what is wrong with them. A column without a name is called by its
/// position, as an index column that a spreadsheet or pandas wrote has none.
pub(super) fn header(text: Text<'_>) -> Result<(Vec<String>, Report), ReadError> {
    dialect::check(&text.beginning()?)?;
    let mut found = Err(ReadError::Empty);
    text.each_row(|row| {
        found = names(row);
        false
    })?;
    found
}

fn names(row: Row<'_>) -> Result<(Vec<String>, Report), ReadError> {
    let fields = row.fields;
    if fields.len() > MAX_COLUMNS {
        return Err(ReadError::TooManyColumns {
            found: fields.len(),
        });
    }
    let named = |(i, field): (usize, &&[u8])| match String::from_utf8_lossy(field) {
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
    let report = faults_of_header(row, &names);
    Ok((names, report))
}

fn faults_of_header(row: Row<'_>, names: &[String]) -> Report {
    let mut report = Report::default();
    let mut seen = HashMap::new();
    for (i, (name, field)) in names.iter().zip(row.fields).enumerate() {
        let characters = name.chars().count();
        let first = *seen.entry(name).or_insert(i);
        let fault = if row.open_quote == Some(i) {
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
            report.add(row.number, i, names, fault);
        }
    }
    report
}

/// What the first pass finds, in a piece of the file or in all of it.
pub(super) struct Found {
    pub(super) evidence: Vec<Evidence>,
    /// Rows below the header.
    pub(super) rows: usize,
    pub(super) report: Report,
    /// Lines, so to speak: the header and empty rows too.
    numbers: usize,
    bytes: usize,
}

/// First pass: checks every row and gathers what the columns hold.
pub(super) fn gather(text: Text<'_>, header: &[String]) -> Result<Found, ReadError> {
    let mut found = Found::nothing(header.len());
    let length = text.length()?;
    text.pass(
        |piece| Found::of(piece, header),
        |piece| {
            if found.numbers == 0 {
                found.reserve(&piece, length);
            }
            found.join(piece);
            found.rows < MOST_ROWS
        },
    )?;
    match found.rows < MOST_ROWS {
        true => Ok(found),
        false => Err(ReadError::TooManyRows),
    }
}

impl Found {
    fn nothing(columns: usize) -> Self {
        Self {
            evidence: (0..columns).map(|_| Evidence::new()).collect(),
            rows: 0,
            report: Report::default(),
            numbers: 0,
            bytes: 0,
        }
    }

    fn of(piece: Piece<'_>, header: &[String]) -> Self {
        let mut found = Self::nothing(header.len());
        found.bytes = piece.text.len();
        let mut first = piece.first;
        found.numbers = each_row(piece.text, piece.separator, 0, |row| {
            if !std::mem::take(&mut first) {
                found.rows += 1;
                found.check(row, header);
            }
            true
        });
        found
    }

    /// Takes in a row below the header.
    fn check(&mut self, row: Row<'_>, header: &[String]) {
        let (expected, found) = (header.len(), row.fields.len());
        if let Some(column) = row.open_quote {
            self.report
                .add(row.number, column, header, Fault::OpenQuote);
        } else if found != expected {
            let fault = Fault::Length { expected, found };
            self.report
                .add(row.number, expected.min(found), header, fault);
        } else {
            for (i, (field, evidence)) in row.fields.iter().zip(&mut self.evidence).enumerate() {
                if let Err(fault) = evidence.add(row.number, field) {
                    self.report.add(row.number, i, header, fault);
                }
            }
        }
    }

    /// Makes room for all rows of a file of so many bytes, judged by its first piece: columns that
    /// grew would be copied, and leave holes.
    fn reserve(&mut self, first: &Self, length: u64) {
        if first.bytes == 0 || first.bytes as u64 >= length {
            return;
        }
        let rows = first.rows as f64 * length as f64 / first.bytes as f64;
        for evidence in &mut self.evidence {
            evidence.reserve((rows * 1.01) as usize);
        }
    }

    /// Takes in the next piece.
    fn join(&mut self, piece: Self) {
        for (mine, other) in self.evidence.iter_mut().zip(piece.evidence) {
            mine.join(other, self.numbers);
        }
        if !piece.report.is_empty() {
            let report = std::mem::take(&mut self.report);
            self.report = report.merged(piece.report.after(self.numbers));
        }
        self.rows += piece.rows;
        self.numbers += piece.numbers;
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
    text.each_row(|row| {
        let below = !std::mem::take(&mut first);
        if below && row.fields.len() == header.len() && row.open_quote.is_none() {
            let cells = row.fields.iter().zip(faulty).enumerate();
            for (i, (field, _)) in cells.filter(|(_, (_, faulty))| **faulty) {
                let cell = as_text(field).ok().and_then(present);
                if let Some(fault) = cell.and_then(slip) {
                    report.add(row.number, i, header, fault);
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
    let places: Vec<usize> = (0..columns.len())
        .filter(|&i| filled[i].is_none())
        .collect();
    for (i, builder) in places
        .iter()
        .zip(built(text, &places, columns, evidence, rows)?)
    {
        filled[*i] = Some(builder.finish());
    }
    let filled: Filled = filled.into_iter().flatten().unzip();
    match filled.0.iter().all(|values| values.len() == rows) {
        true => Ok(filled),
        false => Err(text.unreadable(std::io::Error::other("it changed while it was read"))),
    }
}

/// The columns at those places, cell by cell. Texts are read one after the other, since those of a
/// piece beside those of the column would count; numbers side by side.
fn built(
    text: Text<'_>,
    places: &[usize],
    columns: &[Column],
    evidence: &[Evidence],
    rows: usize,
) -> Result<Vec<Builder>, ReadError> {
    let builders = |rows: usize| -> Vec<Builder> {
        let builder = |&i: &usize| Builder::new(&columns[i], &evidence[i], rows);
        places.iter().map(builder).collect()
    };
    let push = |builders: &mut [Builder], row: Row<'_>| {
        for (i, builder) in places.iter().zip(builders) {
            let field = row.fields.get(*i);
            builder.push(field.and_then(|field| present(as_text(field).ok()?)));
        }
    };
    let mut all = builders(rows);
    let mut first = true;
    if all.iter().any(Builder::is_text) {
        text.each_row(|row| {
            if !std::mem::take(&mut first) {
                push(&mut all, row);
            }
            true
        })?;
    } else if !all.is_empty() {
        let of_piece = |piece: Piece<'_>| {
            let (mut found, mut first) = (builders(0), piece.first);
            each_row(piece.text, piece.separator, 0, |row| {
                if !std::mem::take(&mut first) {
                    push(&mut found, row);
                }
                true
            });
            found
        };
        text.pass(of_piece, |piece| {
            let both = all.iter_mut().zip(piece);
            both.for_each(|(all, piece)| all.join(piece));
            true
        })?;
    }
    Ok(all)
}

/// One of each for every column.
type Filled = (Vec<Values>, Vec<Option<Texts>>);

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
