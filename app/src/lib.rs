//! A dashboard that shows what drives exam scores in a table of student records.
//!
//! Data goes one way, and each module uses those before it only: [`dataset`] → [`filter`] →
//! [`stats`] → [`figures`] → [`charts`] → [`views`] → [`server`]. Beside it [`export`] makes files of
//! filtered rows, and [`privacy`] stands between figures and views where small groups are withheld. Nothing but `main`, [`server`] and the [`store`] beside the chain reads a clock, the environment, the network or the disk;
//! `dataset::read_file` is the one function of the chain that opens a file.

pub mod assets;
pub mod charts;
pub mod dataset;
pub mod export;
pub mod figures;
pub mod filter;
pub mod format;
pub mod privacy;
pub mod server;
pub mod stats;
pub mod store;
pub mod views;
