//! Rows as JSON objects.

use polars::prelude::AnyValue;

/// Appends a row as an object whose keys are the columns' names.
pub(super) fn row(names: &[String], cells: &[AnyValue<'_>], part: &mut Vec<u8>) {
    part.push(b'{');
    for (i, (name, cell)) in names.iter().zip(cells).enumerate() {
        if i > 0 {
            part.push(b',');
        }
        value(name, part);
        part.push(b':');
        match cell {
            AnyValue::Null => value(&(), part),
            AnyValue::Int64(whole) => value(whole, part),
            AnyValue::Float64(real) => value(real, part),
            other => value(&other.str_value(), part),
        }
    }
    part.push(b'}');
}

fn value<T: serde::Serialize + ?Sized>(value: &T, part: &mut Vec<u8>) {
    // Numbers and text can always be written to memory.
    let written = serde_json::to_writer(part, value);
    debug_assert!(written.is_ok(), "{written:?}");
}
