//! From the model to AWS: the only crate that speaks to it.
//!
//! ```text
//! flags → clients → observe → plan (infra-model) → apply → wait, page
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod clients;
pub mod failure;
pub mod key_pair;
pub mod lock;
mod machine;
pub mod page;
pub mod payload;
mod server_clock;
