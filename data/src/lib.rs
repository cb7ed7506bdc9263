//! The synthetic sample, and nothing that reads it: a seeded generator of datasets shaped like `StudentPerformanceFactors.csv`.
//!
//! Data goes one way: `model` (every constant, with its source) → `draw` (random numbers and
//! urns) → `sample` (students, one at a time, written as CSV). The same rows and seed give the same bytes on
//! every machine: the random numbers are ChaCha8's, and the arithmetic is integers and IEEE
//! addition, multiplication and `floor`, never a function of the platform's mathematics library.

mod draw;
mod model;
mod sample;

pub use sample::{DEFAULT_ROWS, DEFAULT_SEED, MAX_ROWS, Sample, SampleError};
