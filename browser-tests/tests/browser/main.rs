//! What a visitor sees and does, one module per concern.

mod accessibility;
mod charts;
mod filters;
mod hostile;
mod layout;
mod newer_data;
mod no_scripts;
mod private;
mod report;
mod theme;
mod uploads;
