//! What was called, in the order of arrival.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::protocol::Call;

/// A request that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recorded {
    /// The service, as IAM names it: `elasticloadbalancing`.
    pub service: String,
    /// The operation, as the API names it: `HeadBucket`.
    pub operation: String,
    /// What IAM demands for it: `s3:ListBucket`.
    pub action: String,
    /// The method of HTTP.
    pub method: String,
    /// The path, with the query if there is one.
    pub path: String,
    /// The answer's status; none if there was no answer, or not yet.
    pub status: Option<u16>,
    /// When it arrived, since the emulator's start.
    pub at: Duration,
    /// Whether it may change something: all but Describe, Get, List, Head and Simulate.
    pub write: bool,
}

/// Where a request stands in the record, and which write it is, counted from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    generation: u64,
    index: usize,
    pub(crate) write: Option<u32>,
}

/// The record since its last clearing.
#[derive(Debug)]
pub(crate) struct Record {
    began: Instant,
    generation: u64,
    requests: Vec<Recorded>,
    writes: u32,
}

impl Record {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            generation: 0,
            requests: Vec::new(),
            writes: 0,
        }
    }

    /// Enters a request that has arrived.
    pub(crate) fn arrived(&mut self, call: &Call) -> Entry {
        let write = call.is_write();
        self.writes += u32::from(write);
        self.requests.push(Recorded {
            service: call.service.name().to_owned(),
            operation: call.operation.clone(),
            action: call.permission.clone(),
            method: call.method.to_string(),
            path: match call.query.as_str() {
                "" => call.path.clone(),
                query => format!("{}?{query}", call.path),
            },
            status: None,
            at: self.began.elapsed(),
            write,
        });
        Entry {
            generation: self.generation,
            index: self.requests.len() - 1,
            write: write.then_some(self.writes),
        }
    }

    /// Enters a request's answer, unless the record was cleared meanwhile.
    pub(crate) fn answered(&mut self, entry: Entry, status: u16) {
        if entry.generation == self.generation
            && let Some(request) = self.requests.get_mut(entry.index)
        {
            request.status = Some(status);
        }
    }

    /// All requests.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.requests.clone()
    }

    /// Forgets them; writes are counted from one again.
    pub(crate) fn clear(&mut self) {
        self.generation += 1;
        self.requests.clear();
        self.writes = 0;
    }
}
