//! From the model to AWS: the only crate that speaks to it.
//!
//! ```text
//! commands: session ─ clients → observe → plan (infra-model) → report → ask
//!                                          │
//!                    lock → apply → ensure (one kind each) → wait → serving, page
//!           status, doctor, release: looks of their own; remote: instances, through SSM
//! ```
//!
//! [`observe`] converts the SDK's types into `infra-model`'s once; from there on everything is
//! said in those. [`apply`] does a plan's steps and decides nothing.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod apply;
mod artifact;
mod ask;
mod client_secret;
pub mod clients;
pub mod commands;
mod doctor;
mod ensure;
pub mod failure;
mod key_pair;
mod lock;
mod machine;
pub mod observe;
mod page;
mod payload;
mod progress;
pub mod refresh;
mod release;
mod remote;
mod report;
mod server_clock;
mod serving;
mod session;
mod status;
mod stop;
mod voice;
pub mod wait;

pub use client_secret::ClientSecret;
pub use ensure::ensure_bucket;
