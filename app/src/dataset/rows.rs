//! The rows of a file, numbered as a spreadsheet numbers them: the header is row 1, an empty line
//! is a row of its own, and a quoted line break begins none.

use csv::{ByteRecord, Reader};

use super::dialect::{BYTE_ORDER_MARK, csv_reader};

/// A row of a file.
#[derive(Clone, Copy)]
pub(super) struct Row<'r> {
    pub(super) number: usize,
    pub(super) fields: &'r [&'r [u8]],
    /// Position of a quoted field, the last of the file, that is never closed.
    pub(super) open_quote: Option<usize>,
}

/// Goes through the rows of a piece of a file that has `before` rows before it, until `each` says that
/// it has seen enough; how many rows there are then.
pub(super) fn each_row(
    piece: &[u8],
    separator: u8,
    before: usize,
    each: impl FnMut(Row<'_>) -> bool,
) -> usize {
    // The `csv` crate passes over a byte order mark at the beginning of what it is given.
    match piece.contains(&b'"') || piece.first() == BYTE_ORDER_MARK.first() {
        true => each_quoted(piece, separator, before, each),
        false => each_plain(piece, separator, before, each),
    }
}

/// Of a piece without quotes, where every line is a row.
fn each_plain(
    piece: &[u8],
    separator: u8,
    before: usize,
    mut each: impl FnMut(Row<'_>) -> bool,
) -> usize {
    let mut fields = Vec::new();
    let (mut number, mut rest) = (before, piece);
    while !rest.is_empty() {
        fields.clear();
        let mut begin = 0;
        let mut end = rest.len();
        for (at, &byte) in rest.iter().enumerate() {
            if byte == separator {
                fields.push(&rest[begin..at]);
                begin = at + 1;
            } else if byte == b'\n' || byte == b'\r' {
                end = at;
                break;
            }
        }
        number += 1;
        if end > 0 {
            fields.push(&rest[begin..end]);
            let row = Row {
                number,
                fields: &fields,
                open_quote: None,
            };
            if !each(row) {
                break;
            }
        }
        rest = match &rest[end..] {
            [b'\r', b'\n', rest @ ..] | [_, rest @ ..] => rest,
            [] => &[],
        };
    }
    number
}

/// Of any piece.
fn each_quoted(
    piece: &[u8],
    separator: u8,
    before: usize,
    mut each: impl FnMut(Row<'_>) -> bool,
) -> usize {
    let mut rows = Rows::after(before, piece, separator);
    while rows.advance() {
        let fields: Vec<&[u8]> = rows.fields().iter().collect();
        let row = Row {
            number: rows.row(),
            fields: &fields,
            open_quote: rows.open_quote(),
        };
        if !each(row) {
            return rows.row();
        }
    }
    // Blank lines at the end of the piece, but not the row that is not there.
    rows.row() - 1
}

/// Reads one row after the other.
struct Rows<'t> {
    text: &'t [u8],
    separator: u8,
    reader: Reader<&'t [u8]>,
    record: ByteRecord,
    /// Number of the row read last.
    row: usize,
}

impl<'t> Rows<'t> {
    /// Those of a piece of a file that has `row` rows before it.
    fn after(row: usize, text: &'t [u8], separator: u8) -> Self {
        Self {
            text,
            separator,
            reader: csv_reader(text, separator),
            record: ByteRecord::new(),
            row,
        }
    }

    /// Goes on to the next row; `false` at the end of the file. The `csv` crate reports no errors
    /// here: rows may differ in length, bytes need not be UTF-8, and memory can always be read.
    fn advance(&mut self) -> bool {
        let begin = self.at();
        let found = self.reader.read_byte_record(&mut self.record);
        self.row += empty_lines(self.text, begin) + 1;
        found.unwrap_or(false)
    }

    /// Number of the row.
    fn row(&self) -> usize {
        self.row
    }

    /// The fields of the row.
    fn fields(&self) -> &ByteRecord {
        &self.record
    }

    /// Position of a quoted field of this row, the last of the piece, that is never closed: a piece
    /// with such a row is the last of its file.
    fn open_quote(&self) -> Option<usize> {
        if self.at() < self.text.len() {
            return None;
        }
        let begin = self.record.position().map_or(0, |start| start.byte());
        let begin = usize::try_from(begin).unwrap_or(usize::MAX);
        open_quote(self.text.get(begin..)?, self.separator)
    }

    fn at(&self) -> usize {
        usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX)
    }
}

/// Line ends between the record that ends at `begin` and the next one. Of the two bytes of a CR LF
/// the first ends the record, and the second is left.
fn empty_lines(text: &[u8], begin: usize) -> usize {
    let rest = text.get(begin..).unwrap_or_default();
    let after_cr = begin > 0 && text.get(begin - 1) == Some(&b'\r');
    let mut rest = match rest {
        [b'\n', rest @ ..] if after_cr => rest,
        rest => rest,
    };
    let mut lines = 0;
    while let [b'\r', b'\n', more @ ..] | [b'\r' | b'\n', more @ ..] = rest {
        lines += 1;
        rest = more;
    }
    lines
}

/// Where a scan of rows is, as the `csv` crate takes quotes: they count at a field's beginning only.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    Begin,
    Plain,
    Quoted,
    /// After a quote in a quoted field: the end of it, or the first half of a doubled quote.
    Closed,
}

impl Place {
    /// Where it is after the next byte.
    pub(super) fn after(self, byte: u8, separator: u8) -> Self {
        match (self, byte) {
            (Self::Begin | Self::Closed, b'"') => Self::Quoted,
            (Self::Quoted, b'"') => Self::Closed,
            (Self::Quoted, _) => Self::Quoted,
            (_, b'\r' | b'\n') => Self::Begin,
            (_, byte) if byte == separator => Self::Begin,
            _ => Self::Plain,
        }
    }
}

/// The field of a record at the end of a file whose quote is still open there.
fn open_quote(record: &[u8], separator: u8) -> Option<usize> {
    let mut field = 0;
    let mut place = Place::Begin;
    for &byte in record {
        if place != Place::Quoted && byte == separator {
            field += 1;
        }
        place = place.after(byte, separator);
    }
    (place == Place::Quoted).then_some(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbered_as_in_a_spreadsheet() {
        let cases: &[(&[u8], &[usize])] = &[
            (b"a\nb\nc", &[1, 2, 3]),
            (b"a\r\nb\r\nc\r\n", &[1, 2, 3]),
            (b"a\rb\rc\r", &[1, 2, 3]),
            (b"a\n\nb\n\n\nc\n\n", &[1, 3, 6]),
            (b"a\r\n\r\nb\r\n\r\n\r\nc", &[1, 3, 6]),
            (b"a\r\rb\r\r\rc", &[1, 3, 6]),
            (b"\n\na\nb", &[3, 4]),
            (b"a\n\"x\ny\"\nb", &[1, 2, 3]),
        ];
        for (text, expected) in cases {
            let mut found = Vec::new();
            each_row(text, b',', 0, |row| {
                found.push(row.number);
                true
            });
            assert_eq!(found, *expected, "{}", text.escape_ascii());
        }
    }

    /// Appends a row's number and its fields.
    fn keep(found: &mut Vec<(usize, Vec<Vec<u8>>)>, row: Row<'_>) -> bool {
        let fields = row.fields.iter().map(|field| field.to_vec());
        found.push((row.number, fields.collect()));
        true
    }

    #[test]
    fn lines_are_the_rows_that_the_csv_crate_sees() {
        for code in 0..4_usize.pow(7) {
            let letter = |place: u32| b"a,\n\r"[code / 4_usize.pow(place) % 4];
            let all: Vec<u8> = (0..7).map(letter).collect();
            let text = all.trim_ascii_start();
            let (mut plain, mut quoted) = (Vec::new(), Vec::new());
            let rows = [
                each_plain(text, b',', 5, |row| keep(&mut plain, row)),
                each_quoted(text, b',', 5, |row| keep(&mut quoted, row)),
            ];
            assert_eq!(plain, quoted, "{}", text.escape_ascii());
            assert_eq!(rows[0], rows[1], "{}", text.escape_ascii());
        }
    }

    #[test]
    fn an_open_quote_is_found_where_it_begins() {
        let cases: &[(&str, Option<usize>)] = &[
            ("a,b", None),
            ("a,\"b\"", None),
            ("a,\"b", Some(1)),
            ("a,\"b\n1,2\n", Some(1)),
            ("\"a\"\"", Some(0)),
            ("\"a\"\"\"", None),
            ("a,5\"", None),
            ("\"a\"b,\"\",c", None),
            ("\n\"a", Some(0)),
        ];
        for (record, expected) in cases {
            assert_eq!(open_quote(record.as_bytes(), b','), *expected, "{record}");
        }
    }
}
