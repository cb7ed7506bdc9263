//! The log on the standard error: for people on a terminal, one JSON object a line elsewhere.

use std::io::{IsTerminal, stderr};

use tracing::error;
use tracing::level_filters::LevelFilter;

use crate::cli::{LogFormat, LogLevel, LogOptions};

/// Starts the log. A panic is a line of it too, by its place alone: what it says may hold data.
pub(crate) fn start(options: &LogOptions) {
    let log = tracing_subscriber::fmt()
        .with_writer(stderr)
        .with_max_level(level(options.log_level))
        .with_target(false);
    if for_people(options.log) {
        log.init();
    } else {
        log.json().flatten_event(true).with_span_list(false).init();
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        error!(place, "panicked");
    }));
}

fn for_people(format: LogFormat) -> bool {
    match format {
        LogFormat::Auto => stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    }
}

fn level(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    }
}
