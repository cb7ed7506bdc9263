//! Which dialect of CSV a file is written in, and which files are none at all.

use csv::{Reader, ReaderBuilder};

use super::ReadError;

/// First bytes of files that people mistake for CSV.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive"),
    (b"\xD0\xCF\x11\xE0", "an old Excel workbook"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF document"),
    (b"\xFF\xFE\x00\x00", "text in the encoding UTF-32"),
    (b"\x00\x00\xFE\xFF", "text in the encoding UTF-32"),
    (b"\xFF\xFE", UTF_16),
    (b"\xFE\xFF", UTF_16),
];

const UTF_16: &str = "text in the encoding UTF-16";

pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Looks at the beginning of a file, without its byte order mark.
///
/// # Errors
/// When it is empty, or its first bytes are those of another format or encoding.
pub(super) fn check(text: &[u8]) -> Result<(), ReadError> {
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(ReadError::Empty);
    }
    let known = SIGNATURES.iter().find(|(magic, _)| text.starts_with(magic));
    let format = known.map(|(_, format)| *format);
    match format.or_else(|| is_utf16(text).then_some(UTF_16)) {
        Some(format) => Err(ReadError::NotText { format }),
        None => Ok(()),
    }
}

/// UTF-16 without a byte order mark: Western text in it has a NUL in every other byte.
fn is_utf16(text: &[u8]) -> bool {
    let start = &text[..text.len().min(64) / 2 * 2];
    let nul_at = |odd: usize| start.chunks_exact(2).all(|pair| pair[odd] == 0);
    let text_at = |odd: usize| start.chunks_exact(2).all(|pair| pair[odd] != 0);
    start.len() >= 4 && ((nul_at(0) && text_at(1)) || (nul_at(1) && text_at(0)))
}

/// The candidate that the header has most of, quoted ones not counted; the comma in a tie. With it
/// whether the header ends within the text.
pub(super) fn separator(text: &[u8]) -> (u8, bool) {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let (mut quoted, mut complete) = (false, false);
    let begin = text.iter().position(|byte| !b"\r\n".contains(byte));
    for &byte in &text[begin.unwrap_or(0)..] {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => {
                complete = true;
                break;
            }
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
    (best.0, complete)
}

/// Splits the fields. Rows may differ in length, since all that do are to be reported.
pub(super) fn csv_reader(text: &[u8], separator: u8) -> Reader<&[u8]> {
    ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text)
}
