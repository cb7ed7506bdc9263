//! What a field of a file says before anything is known of its column: text or no text, something or
//! nothing.

use super::Fault;

/// Cells that count as missing, beside empty and blank ones.
pub const MISSING_TOKENS: [&str; 10] = [
    "NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL", "None", "<NA>", "n/a",
];

/// Bytes of the longest of them.
pub(super) const LONGEST_TOKEN: usize = 4;

/// The cell, unless it counts as missing.
pub(super) fn present(cell: &str) -> Option<&str> {
    // Most cells begin with a digit or are longer than any token: nothing else is looked at then.
    let token = || cell.len() <= LONGEST_TOKEN && MISSING_TOKENS.contains(&cell);
    let missing = match cell.as_bytes().first() {
        Some(b'0'..=b'9') => false,
        Some(_) => token() || cell.trim().is_empty(),
        None => true,
    };
    (!missing).then_some(cell)
}

/// The field as text.
///
/// # Errors
/// If it has a NUL or is not in UTF-8.
pub(super) fn as_text(field: &[u8]) -> Result<&str, Fault> {
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
