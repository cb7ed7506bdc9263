//! The rows of a file, numbered as a spreadsheet numbers them: the header is row 1, an empty line
//! is a row of its own, and a quoted line break begins none.

use csv::{ByteRecord, Reader};

use super::dialect::csv_reader;

/// Reads one row after the other.
pub(super) struct Rows<'t> {
    text: &'t [u8],
    separator: u8,
    reader: Reader<&'t [u8]>,
    record: ByteRecord,
    /// Number of the row read last.
    row: usize,
}

impl<'t> Rows<'t> {
    /// Those of a piece of a file that has `row` rows before it.
    pub(super) fn after(row: usize, text: &'t [u8], separator: u8) -> Self {
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
    pub(super) fn advance(&mut self) -> bool {
        let begin = self.at();
        let found = self.reader.read_byte_record(&mut self.record);
        self.row += empty_lines(self.text, begin) + 1;
        found.unwrap_or(false)
    }

    /// Number of the row.
    pub(super) fn row(&self) -> usize {
        self.row
    }

    /// The fields of the row.
    pub(super) fn fields(&self) -> &ByteRecord {
        &self.record
    }

    /// Position of a quoted field of this row, the last of the piece, that is never closed: a piece
    /// with such a row is the last of its file.
    pub(super) fn open_quote(&self) -> Option<usize> {
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
            let mut rows = Rows::after(0, text, b',');
            let mut found = Vec::new();
            while rows.advance() {
                found.push(rows.row());
            }
            assert_eq!(found, *expected, "{}", text.escape_ascii());
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
