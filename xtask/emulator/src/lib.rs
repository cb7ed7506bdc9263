//! An emulated AWS on this machine: moto, and in front of it a proxy that supplies what moto
//! lacks and makes the faults that it never makes. Tests start one each, people start one with
//! `cargo xtask emulator`.
//!
//! A request goes from `server` to `cloud`, which asks `faults` whether it arrives at all, lets
//! `mends` do or edit what moto does wrongly, lets `moto` do the rest, and sends the answer back
//! the same way. Nothing here knows the deployment.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod catalog;
mod cloud;
mod control;
mod emulator;
mod faults;
mod halt;
mod mends;
mod moto;
mod paging;
mod protocol;
mod record;
mod server;

pub use emulator::{Emulator, Options};
pub use faults::rules::{Countdown, Every, Lasting, Occurrence, RefreshFailure, Refusal, Rules};
pub use faults::table::{FAULTS, Fault, rules_from};
pub use halt::{Point, Side};
pub use mends::played::{Fleet, Instance, Progress, Running};
pub use moto::PROGRAM_VARIABLE;
pub use record::Recorded;
