//! From the program's start until it is ready, and its memory when nobody asks for anything.

use std::ffi::OsStr;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::Bed;
use super::figure::{Figure, Unit};
use super::program::{PATIENCE, Program};
use super::traffic::Visitor;

/// Starts whose median is shown.
const STARTS: usize = 11;

/// Starts it with its sample, again and again.
pub(super) fn measure(bed: &Bed<'_>) -> Result<Vec<Figure>> {
    let (mut times, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let (program, took) = start(bed.bin, &[])?;
        times.push(took.as_secs_f64());
        memory.push(program.memory()?.resident as f64);
    }
    Ok(vec![
        Figure::new("start", "start to ready", Unit::Seconds, times),
        Figure::new("start", "resident when ready", Unit::Bytes, memory),
    ])
}

/// Starts the program; how long it took until it said that it was ready.
pub(super) fn start(bin: &Path, options: &[&OsStr]) -> Result<(Program, Duration)> {
    let begin = Instant::now();
    let program = Program::start(bin, options)?;
    let visitor = Visitor::new(&program.origin);
    while !visitor.ready() {
        ensure!(
            begin.elapsed() < PATIENCE,
            "{} was not ready within {PATIENCE:?}",
            bin.display()
        );
        thread::sleep(Duration::from_millis(1));
    }
    let took = begin.elapsed();
    Ok((program, took))
}
