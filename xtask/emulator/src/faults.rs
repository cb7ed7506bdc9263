//! Faults: what AWS does to its clients and moto never does, on request.

pub(crate) mod arrival;
pub(crate) mod rules;
pub(crate) mod table;
pub(crate) mod views;
