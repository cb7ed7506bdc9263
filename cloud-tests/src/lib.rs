//! Tests of the deployment's commands against an emulated AWS, as a person runs them.
//!
//! This library is a cloud of one's own, the program run in it, and ways to look at what the
//! cloud holds that share no code with the program; the tests beside it say what must come of
//! it. They are a package of their own, and speak to AWS without its SDK, so that the SDK is
//! compiled once, for the program alone.
//!
//! `cargo xtask test --only cloud` provides what the tests need and runs them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "only tests and measurements call this, and they end with what failed"
)]

mod ids;
mod inventory;
mod world;

pub use ids::Ids;
pub use world::{Run, SECRET, World, in_a_cloud};
