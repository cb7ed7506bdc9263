//! From the model to AWS: the only crate that speaks to it.
//!
//! ```text
//! flags → clients → observe → plan (infra-model) → apply → wait, page
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod apply;
pub mod clients;
mod ensure;
pub mod failure;
pub mod observe;
pub mod refresh;
pub mod wait;

pub use ensure::ensure_bucket;
