//! Reads a CSV file in two passes over its bytes: the first checks the structure and infers the
//! types, the second fills typed columns.
//!
//! The `csv` crate splits the fields; polars' own reader pads short rows in silence and names no
//! rows, and people need to know which cell to correct.

use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder};
use polars::prelude::DataFrame;

use super::build::Builder;
use super::infer::Evidence;
use super::{Column, ColumnId, Dataset, ReadError};

/// Cells that count as missing, beside empty and blank ones.
pub const MISSING_TOKENS: [&str; 10] = [
    "NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL", "None", "<NA>", "n/a",
];

/// First bytes of files that people mistake for CSV.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive"),
    (b"\xD0\xCF\x11\xE0", "an old Excel workbook"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF document"),
    (b"\xFF\xFE", "text in the encoding UTF-16"),
    (b"\xFE\xFF", "text in the encoding UTF-16"),
];

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

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
/// Any [`ReadError`] but `Io`: the first problem in the file, in reading order.
pub fn read(name: String, bytes: &[u8], outcome: &str) -> Result<Dataset, ReadError> {
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    refuse_other_formats(text)?;
    let separator = separator(text);
    let header = header(text, separator)?;
    let (evidence, rows) = gather(text, separator, &header)?;
    let columns: Vec<Column> = header
        .iter()
        .zip(&evidence)
        .map(|(name, evidence)| Column {
            name: name.clone(),
            kind: evidence.kind(),
        })
        .collect();
    let outcome = find_outcome(&columns, &evidence, outcome)?;
    let frame = fill(text, separator, &columns, rows)?;
    Ok(Dataset {
        name,
        columns,
        frame,
        outcome,
        needs_outcome: false,
        reference: None,
    })
}

fn refuse_other_formats(text: &[u8]) -> Result<(), ReadError> {
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(ReadError::Empty);
    }
    match SIGNATURES.iter().find(|(magic, _)| text.starts_with(magic)) {
        Some((_, format)) => Err(ReadError::NotText { format }),
        None => Ok(()),
    }
}

/// The candidate that the first line has most of, quoted ones not counted; the comma in a tie.
fn separator(text: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for &byte in text {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if !quoted => {
                if let Some((_, count)) = counts.iter_mut().find(|(sep, _)| *sep == byte) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    let mut best = counts[0];
    for candidate in counts {
        if candidate.1 > best.1 {
            best = candidate;
        }
    }
    best.0
}

fn csv_reader(text: &[u8], separator: u8) -> Reader<&[u8]> {
    ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text)
}

/// The column names. A column without one is called by its position, as an index column that a
/// spreadsheet or pandas wrote has none.
fn header(text: &[u8], separator: u8) -> Result<Vec<String>, ReadError> {
    let mut record = ByteRecord::new();
    read_record(&mut csv_reader(text, separator), &mut record);
    let mut names: Vec<String> = Vec::with_capacity(record.len());
    for (i, field) in record.iter().enumerate() {
        let name = as_text(field, 1, &[], i)?;
        names.push(if name.trim().is_empty() {
            format!("Column {}", i + 1)
        } else {
            name.to_owned()
        });
    }
    if names
        .iter()
        .all(|name| super::infer::number(name).is_some())
    {
        let sample: Vec<&str> = names.iter().take(5).map(String::as_str).collect();
        return Err(ReadError::NoHeader {
            sample: sample.join(", "),
        });
    }
    match first_duplicate(&names) {
        Some((first, second)) => Err(ReadError::DuplicateColumn {
            name: names[second].clone(),
            first: first + 1,
            second: second + 1,
        }),
        None => Ok(names),
    }
}

fn first_duplicate(names: &[String]) -> Option<(usize, usize)> {
    let mut seen = std::collections::HashMap::new();
    names
        .iter()
        .enumerate()
        .find_map(|(i, name)| seen.insert(name, i).map(|first| (first, i)))
}

/// Reads one record; `false` at the end of the file. The `csv` crate reports no errors here:
/// rows may differ in length, bytes need not be UTF-8, and reading from memory cannot fail.
fn read_record(reader: &mut Reader<&[u8]>, record: &mut ByteRecord) -> bool {
    reader.read_byte_record(record).unwrap_or(false)
}

/// First pass: checks every row and gathers what the columns hold. Returns it with the number of
/// rows below the header.
fn gather(
    text: &[u8],
    separator: u8,
    header: &[String],
) -> Result<(Vec<Evidence>, usize), ReadError> {
    let mut reader = csv_reader(text, separator);
    let mut record = ByteRecord::new();
    let mut evidence: Vec<Evidence> = header.iter().map(|_| Evidence::new()).collect();
    read_record(&mut reader, &mut record);
    let mut row = 1;
    while read_record(&mut reader, &mut record) {
        row += 1;
        refuse_open_quote(text, &record, row, header)?;
        if record.len() != header.len() {
            return Err(ReadError::Ragged {
                row,
                column: record.len().min(header.len()) + 1,
                expected: header.len(),
                found: record.len(),
            });
        }
        for (i, field) in record.iter().enumerate() {
            if let Some(cell) = present(as_text(field, row, header, i)?) {
                evidence[i].add(row, cell);
            }
        }
    }
    if row == 1 {
        return Err(ReadError::NoRows);
    }
    Ok((evidence, row - 1))
}

/// A field that is never closed reaches to the end of the file and leaves an odd number of quotes.
fn refuse_open_quote(
    text: &[u8],
    record: &ByteRecord,
    row: usize,
    header: &[String],
) -> Result<(), ReadError> {
    let Some(last) = record.len().checked_sub(1) else {
        return Ok(());
    };
    if !record.get(last).is_some_and(|field| field.contains(&b'\n')) {
        return Ok(());
    }
    let start = record
        .position()
        .and_then(|position| usize::try_from(position.byte()).ok())
        .unwrap_or(0);
    let rest = text.get(start..).unwrap_or_default();
    let reaches_the_end = rest.len() <= record.as_slice().len() + 4 * record.len() + 4;
    if !reaches_the_end {
        return Ok(());
    }
    let quotes = rest.iter().filter(|&&byte| byte == b'"').count();
    if quotes % 2 == 1 {
        return Err(ReadError::OpenQuote {
            row,
            column: column_name(header, last),
        });
    }
    Ok(())
}

/// Second pass: typed columns.
fn fill(
    text: &[u8],
    separator: u8,
    columns: &[Column],
    rows: usize,
) -> Result<DataFrame, ReadError> {
    let mut reader = csv_reader(text, separator);
    let mut record = ByteRecord::new();
    let mut builders: Vec<Builder> = columns.iter().map(|c| Builder::new(c, rows)).collect();
    read_record(&mut reader, &mut record);
    while read_record(&mut reader, &mut record) {
        for (builder, field) in builders.iter_mut().zip(record.iter()) {
            builder.push(std::str::from_utf8(field).ok().and_then(present));
        }
    }
    let filled = columns
        .iter()
        .zip(builders)
        .map(|(column, builder)| builder.finish(&column.name))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(DataFrame::new(rows, filled)?)
}

fn present(cell: &str) -> Option<&str> {
    let missing = cell.trim().is_empty() || MISSING_TOKENS.contains(&cell);
    (!missing).then_some(cell)
}

fn as_text<'f>(
    field: &'f [u8],
    row: usize,
    header: &[String],
    i: usize,
) -> Result<&'f str, ReadError> {
    let text = std::str::from_utf8(field).map_err(|_| ReadError::Encoding {
        row,
        column: column_name(header, i),
    })?;
    if text.contains('\0') {
        return Err(ReadError::Binary {
            row,
            column: column_name(header, i),
        });
    }
    Ok(text)
}

fn column_name(header: &[String], i: usize) -> String {
    header
        .get(i)
        .cloned()
        .unwrap_or_else(|| (i + 1).to_string())
}

fn find_outcome(
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
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::super::Kind;
    use super::*;

    fn parse(bytes: &[u8]) -> Result<Dataset, ReadError> {
        read("case.csv".to_owned(), bytes, "y")
    }

    fn cells(dataset: &Dataset) -> Vec<Vec<String>> {
        let table = dataset.table();
        (0..table.rows())
            .map(|row| {
                dataset
                    .ids()
                    .map(|id| table.cell(row, id).unwrap_or_else(|| "∅".to_owned()))
                    .collect()
            })
            .collect()
    }

    #[test]
    fn dialects_read_alike() {
        let expected = [["1", "a,b"], ["2", "a,b"]];
        let cases: &[&[u8]] = &[
            b"y,t\n1,\"a,b\"\n2,\"a,b\"\n",
            b"y,t\r\n1,\"a,b\"\r\n2,\"a,b\"\r\n",
            b"\xEF\xBB\xBFy,t\n1,\"a,b\"\n2,\"a,b\"",
            b"y;t\n1;a,b\n2;a,b\n\n",
            b"y\tt\n1\ta,b\n2\ta,b\n\r\n",
            b"\"y\",\"t\"\n\"1\",\"a,b\"\n\"2\",\"a,b\"\n",
        ];
        for bytes in cases {
            let dataset = parse(bytes).unwrap();
            assert_eq!(cells(&dataset), expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn every_missing_token_is_missing() {
        let mut csv = "y,t\n".to_owned();
        for token in MISSING_TOKENS.iter().chain(&["", "  "]) {
            csv.push_str(&format!("{token},{token}\n"));
        }
        csv.push_str("1,x\n2,x\n3,na\n4,na\n");
        let dataset = parse(csv.as_bytes()).unwrap();
        let table = dataset.table();
        let missing: Vec<usize> = dataset.ids().map(|id| table.missing(id)).collect();
        assert_eq!(missing, [12, 12]);
        assert_eq!(dataset.columns()[1].levels(), ["na", "x"]);
    }

    #[test]
    fn quotes_and_line_breaks_stay_inside_their_cell() {
        let dataset = parse(b"y,t\n1,\"say \"\"hi\"\"\nthere\"\n2,x\n").unwrap();
        assert_eq!(cells(&dataset), [["1", "say \"hi\"\nthere"], ["2", "x"]]);
    }

    #[test]
    fn an_unnamed_column_is_called_by_its_position() {
        let dataset = parse(b",y\n0,1\n1,2\n").unwrap();
        assert_eq!(dataset.columns()[0].name, "Column 1");
        assert_eq!(dataset.columns()[0].kind, Kind::Numeric { whole: true });
    }

    #[test]
    fn each_problem_has_its_message() {
        let cases: &[(&[u8], &str)] = &[
            (b"", "empty"),
            (b"\n\n", "empty"),
            (b"PK\x03\x04zip", "an Excel workbook or a ZIP archive"),
            (b"\xFF\xFEy\x00", "UTF-16"),
            (b"y,t\n1,a\x00b\n", "row 2, column `t`: a NUL byte"),
            (
                b"y,t\n1,a\n2,\xFF\n",
                "row 3, column `t`: the text is not valid UTF-8",
            ),
            (
                b"y,\xFF\n1,a\n",
                "row 1, column `2`: the text is not valid UTF-8",
            ),
            (b"1,2\n3,4\n", "row 1 holds only numbers (1, 2)"),
            (b"y,t\n", "row 2: the file has a header but no rows"),
            (b"y,t,y\n1,2,3\n", "columns 1 and 3 are both named `y`"),
            (
                b"y,t\n1,2\n3\n",
                "row 3, column 2: 1 fields where the header has 2",
            ),
            (
                b"y,t\n1,2,3\n",
                "row 2, column 3: 3 fields where the header has 2",
            ),
            (
                b"y,t\n1,2\n3,\"x\n4,5\n6,7\n",
                "row 3, column `t`: a quoted field begins here",
            ),
            (
                b"a,b\n1,2\n",
                "no column is named `y`, the outcome. Choose one with --target: a, b",
            ),
            (
                b"a,b\nx,y\n",
                "with --target: the file has no numeric column",
            ),
            (
                b"y,b\n1,2\nbad,2\n",
                "row 3, column `y`: `bad` is not a number",
            ),
            (b"y,b\n,2\nNA,2\n", "column `y` holds no value"),
        ];
        for (bytes, expected) in cases {
            let error = parse(bytes).expect_err(&bytes.escape_ascii().to_string());
            let message = error.to_string();
            assert!(message.contains(expected), "{message}\n  lacks: {expected}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read_file(Path::new("no/such.csv"), "y").unwrap_err();
        assert!(error.to_string().starts_with("cannot read no/such.csv: "));
    }
}
