//! Rows as comma-separated text.

use polars::prelude::AnyValue;

use crate::charts::guarded;

/// Appends the names of the columns.
pub(super) fn header(names: &[String], part: &mut Vec<u8>) {
    record(names.iter().map(|name| guarded(name)), part);
}

/// Appends a row; a missing value is an empty field.
pub(super) fn row(cells: &[AnyValue<'_>], part: &mut Vec<u8>) {
    record(cells.iter().map(field), part);
}

fn record(fields: impl Iterator<Item = String>, part: &mut Vec<u8>) {
    let mut writer = csv::Writer::from_writer(part);
    // Writing to memory cannot fail.
    let written = writer
        .write_record(fields)
        .and_then(|()| Ok(writer.flush()?));
    debug_assert!(written.is_ok(), "{written:?}");
}

fn field(cell: &AnyValue<'_>) -> String {
    match cell {
        AnyValue::Null => String::new(),
        AnyValue::Int64(whole) => whole.to_string(),
        AnyValue::Float64(real) => plain(*real),
        other => guarded(&other.str_value()),
    }
}

/// The shortest digits that are read as the same number; with an exponent where there would be many
/// zeros.
fn plain(real: f64) -> String {
    let size = real.abs();
    match size == 0.0 || (1e-5..1e15).contains(&size) {
        true => real.to_string(),
        false => format!("{real:e}"),
    }
}
