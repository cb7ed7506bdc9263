//! The deployment as one value, and everything that follows from it.
//!
//! ```text
//! settings → topology → lint
//!                │
//!   observed → plan → simulate, render
//!                │
//!   topology → diagram, cost, policy, github, export
//! ```
//!
//! - [`settings`] are what a person chooses; their [`values`] refuse to be wrong. The defaults
//!   are the published system.
//! - [`topology::Topology`] is what AWS should hold: one struct for each kind of resource, which
//!   refer to one another by [`id::Handle`]s that only adding a resource gives. [`lint`] reports
//!   what types cannot say.
//! - [`observed::Observed`] is what AWS holds, in plain types that serialise. Each part that is
//!   planned alone is a [`observed::Found`] with a [`observed::State`].
//! - [`plan::plan`] turns each resource of the topology into the `State` that AWS should hold,
//!   finds its item by tags (ours), by name (foreign, or adopted) or in its whole (parts), and
//!   compares the two states. What is ours and not wanted goes. A step holds all that applying
//!   it needs; a reference to what another step makes is [`observed::Ref::Planned`], and
//!   [`observed::State::resolve`] puts the id in its place. [`plan::waits_for`] and
//!   [`plan::goes_after`] are the order that references do not give.
//! - [`simulate::simulate`] is what a step does to the cloud. The tests apply plans with it in
//!   every order and plan again.
//!
//! No I/O, no clock, no async, no AWS crate: the program that speaks to AWS converts its types
//! into these and applies the steps.

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod cost;
pub mod diagram;
pub mod document;
pub mod export;
pub mod github;
pub mod id;
pub mod lint;
pub mod names;
pub mod observed;
pub mod plan;
pub mod policy;
pub mod render;
pub mod settings;
pub mod simulate;
pub mod tags;
pub mod topology;
pub mod values;
