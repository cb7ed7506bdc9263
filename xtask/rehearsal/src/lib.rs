//! The whole deployment on one machine: an emulated AWS, and real parts for what it would run.
//!
//! `cloud` reads what was deployed; `balancer` is HAProxy in the place of the load balancer, with a
//! `certificate` of its own;
//! `machine` is an instance, a sandbox in which the template's user data runs unchanged (what
//! runs within it is `inside`); `fleet` is the Auto Scaling group, with `rolling` for its
//! refreshes and the crate `capacity`, which simulates what is rehearsed, for its scaling policy. `stage` sets them up, `load` plays the
//! users, each a `visitor`, `trials` does to the fleet what AWS does, and `report` says what the users noticed.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod balancer;
mod certificate;
mod cloud;
mod cpu;
mod fleet;
mod inside;
mod load;
mod machine;
mod prerequisites;
mod report;
mod rolling;
mod scale;
mod stage;
mod trials;
mod visitor;
mod watch;

pub use inside::{Role, run as run_inside};
pub use report::{Report, Result as TrialResult};
pub use scale::TimeScale;
pub use stage::{Options, Stage};
pub use trials::{Trial, run as run_trials};
pub use watch::watch;
