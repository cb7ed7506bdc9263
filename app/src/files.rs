//! How many files the process may have open: each connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// Files beside the connections: datasets, uploads, what the runtime needs.
const OTHERS: u64 = 128;

/// So many of the connections as the system allows, after it was asked to allow all. Shells allow 1,024
/// files unless a process asks for more, and many more then.
pub(crate) fn connections(wanted: u32) -> usize {
    let files = u64::from(wanted) + OTHERS;
    let limit = getrlimit(Resource::Nofile);
    let allowed = match limit.current {
        Some(current) if current < files => raised(limit, files),
        _ => files,
    };
    let connections = allowed.saturating_sub(OTHERS).max(1);
    if connections < u64::from(wanted) {
        warn!(
            wanted,
            connections, "the limit of open files (ulimit -Hn) allows fewer connections"
        );
    }
    usize::try_from(connections).unwrap_or(usize::MAX)
}

/// The limit after it was raised as far as it goes, up to so many files.
fn raised(limit: Rlimit, files: u64) -> u64 {
    let current = limit.maximum.map_or(files, |most| most.min(files));
    let wanted = Rlimit {
        current: Some(current),
        ..limit
    };
    match setrlimit(Resource::Nofile, wanted) {
        Ok(()) => current,
        Err(_) => limit.current.unwrap_or(files),
    }
}
