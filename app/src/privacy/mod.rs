//! Privacy mode: figures that give away no group of students smaller than a minimum.
//!
//! Between figures and views. Pages are made of what [`Protected`] releases and of nothing else: it keeps
//! the rows to itself, and what it hands out are finished cards, a count in words, and the dataset's columns
//! without rows. The policy is `gate`'s; whom figures are about is settled by `population`, and how finely
//! numbers are cut by `steps`.
//!
//! Guaranteed for one response, together with those that dropping any of its conditions gives: no group
//! below the minimum is shown, and none follows by adding and subtracting. Not prevented is what other
//! responses give together, such as those for two levels of one column, or for another outcome.

mod cards;
mod differences;
mod gate;
mod masks;
mod population;
mod release;
mod steps;
mod together;
mod under;

pub use gate::{MinGroup, Shown};
pub use release::{Protected, Release, Subject};
