//! The planner as those see it who use it: cases, snapshots of plans, and what always holds.

#![allow(clippy::unwrap_used, clippy::panic)]

mod alarms;
mod cases;
mod common;
mod contract;
mod interrupted;
mod ownership;
mod plans;
mod properties;
mod sign_in;
