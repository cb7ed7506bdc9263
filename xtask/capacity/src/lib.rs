//! The fleet simulated: pure, seeded, without a clock or files.
//!
//! [`Demand`] says what users ask for and [`Trace`] when; [`Fleet`] how the Auto Scaling group
//! behaves. [`Plan::run`] plays requests one by one through the load balancer's turns, the
//! instances' queues and the policy's [`tracking`]; what comes of it is a [`Course`], which
//! [`Bill`] prices. [`growth`] asks how far a fleet goes and what larger loads need, [`theory`] has
//! the closed forms that the tests hold the simulation against, and [`rehearsal`] simulates the
//! trial that the rehearsal does with real instances.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod bill;
mod credits;
mod demand;
mod draws;
mod fleet;
pub mod growth;
pub mod rehearsal;
mod simulate;
mod station;
pub mod theory;
mod trace;
pub mod tracking;
mod waits;
mod work;

pub use bill::{Bill, CDN_GB, CDN_MILLION, Usage};
pub use credits::Earning;
pub use demand::{Demand, Page, VIEWS_PER_VISIT};
pub use fleet::Fleet;
pub use simulate::{Arrivals, Change, Course, Period, Plan, Requests};
pub use station::{Fate, Queue};
pub use trace::{HEADER, Trace, TraceError};
pub use work::Work;
