//! The deployment's commands against an emulated AWS, as a person runs them.
//!
//! They need moto and the AWS CLI: `cargo xtask test --only cloud` fetches both.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access_logs;
mod adopting;
mod alarms;
mod deploying;
mod doctoring;
mod drift;
mod faults;
mod kills;
mod locks;
mod operating;
mod permissions;
mod releases;
mod sign_in;
mod stages;
mod usage;
