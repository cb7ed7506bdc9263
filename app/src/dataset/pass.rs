//! A pass over a file: its pieces are looked at side by side, on as many threads as there are cores,
//! and what each shows is joined in the order of the file.

use std::collections::BTreeMap;
use std::io::{Read, Result};
use std::panic::resume_unwind;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use super::pieces::{PIECE, Pieces};

/// Threads of one pass at most: more of them would wait for each other to join.
const MOST_THREADS: usize = 4;

/// A piece of a file.
#[derive(Clone, Copy)]
pub(super) struct Piece<'p> {
    pub(super) text: &'p [u8],
    pub(super) separator: u8,
    /// Whether it begins with the header.
    pub(super) first: bool,
}

/// Goes through a source of about `length` bytes until `join` says that it has had enough.
///
/// # Errors
/// Those of the source.
pub(super) fn pass<T: Send>(
    source: impl Read + Send,
    length: u64,
    look: impl Fn(Piece<'_>) -> T + Sync,
    join: impl FnMut(T) -> bool + Send,
) -> Result<()> {
    let file = Mutex::new(File {
        pieces: Pieces::new(source, PIECE),
        given: 0,
        ended: false,
    });
    let joined = Mutex::new(Joined {
        join,
        next: 0,
        early: BTreeMap::new(),
        enough: false,
    });
    let work = || {
        let mut text = Vec::new();
        while let Some((number, separator)) = lock(&file).take(&mut text)? {
            let found = look(Piece {
                text: &text,
                separator,
                first: number == 0,
            });
            if lock(&joined).put(number, found) {
                break;
            }
        }
        Ok(())
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads(length))
            .filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok())
            .collect();
        let mut result = work();
        for other in others {
            match other.join() {
                Ok(other) => result = result.and(other),
                Err(panic) => resume_unwind(panic),
            }
        }
        result
    })
}

/// As many as have a piece of their own.
fn threads(length: u64) -> usize {
    let pieces = usize::try_from(length / PIECE as u64).unwrap_or(usize::MAX);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    pieces.min(cores).clamp(1, MOST_THREADS)
}

/// A thread that panics ends the whole pass, so that nobody sees what it has left.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is left of the file.
struct File<R> {
    pieces: Pieces<R>,
    given: usize,
    ended: bool,
}

impl<R: Read> File<R> {
    /// Copies the next piece; its number, from 0, and its separator.
    fn take(&mut self, into: &mut Vec<u8>) -> Result<Option<(usize, u8)>> {
        into.clear();
        if self.ended {
            return Ok(None);
        }
        // Nothing follows an error.
        self.ended = true;
        let Some((text, separator)) = self.pieces.next()? else {
            return Ok(None);
        };
        into.extend_from_slice(text);
        self.ended = false;
        self.given += 1;
        Ok(Some((self.given - 1, separator)))
    }
}

/// What pieces have shown, in their order; those that are ready before one that comes first wait.
struct Joined<T, J> {
    join: J,
    next: usize,
    early: BTreeMap<usize, T>,
    enough: bool,
}

impl<T, J: FnMut(T) -> bool> Joined<T, J> {
    /// Takes in what a piece has shown; whether that is enough.
    fn put(&mut self, number: usize, found: T) -> bool {
        self.early.insert(number, found);
        while let Some(found) = self.early.remove(&self.next) {
            self.next += 1;
            self.enough = self.enough || !(self.join)(found);
        }
        self.enough
    }
}
