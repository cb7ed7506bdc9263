//! Small datasets to be served in tests.

#![allow(clippy::unwrap_used)]

use super::Loaded;
use crate::dataset::read;
use crate::views::{About, Stay};

/// A table with the outcome `Exam_Score`.
pub(super) fn loaded(csv: &str, stay: Stay) -> Loaded {
    let dataset = read("x".to_owned(), csv.as_bytes(), "Exam_Score").unwrap();
    let about = About {
        name: "x".to_owned(),
        rows: dataset.rows(),
        origin: "a test".to_owned(),
        loaded: String::new(),
        stay,
    };
    Loaded::new(dataset, about)
}
