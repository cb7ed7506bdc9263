//! From the model to AWS: the only crate that speaks to it.
//!
//! ```text
//! flags → clients → observe → plan (infra-model) → apply → wait, page
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod clients;
pub mod failure;
pub mod observe;
