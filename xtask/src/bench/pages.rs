//! The measuring itself: which figures, how often, and the medians of them.

use std::ffi::OsStr;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use super::program::Program;
use super::traffic::{self, Visitor};

/// The pages a visitor opens.
pub(super) const PAGES: [&str; 5] = [
    "/overview",
    "/performance",
    "/factors",
    "/relationships",
    "/explore",
];

/// Starts of the program whose median is shown.
const STARTS: usize = 11;

/// Batches whose median is shown, and requests in each: a batch is long enough that the kernel's
/// clock, which counts hundredths of a second, tells tenths of a millisecond for each request.
const BATCHES: usize = 5;
const BATCH: usize = 100;

/// How long a program may take to be ready.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a visitor's browser takes what is transferred.
#[derive(Clone, Copy, Debug)]
pub(super) enum Encoding {
    /// As current browsers ask for it.
    Brotli,
    /// As everything else does.
    Gzip,
}

/// What one page costs in one encoding.
#[derive(Debug)]
pub(super) struct Cost {
    /// Processor time for a view whose filter is new.
    pub(super) cpu: Duration,
    /// Bytes of the page and everything that it loads.
    pub(super) first_visit: u64,
    /// Bytes of the page alone, filtered.
    pub(super) further: u64,
}

/// What one page costs.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) path: &'static str,
    brotli: Cost,
    gzip: Cost,
}

/// Everything measured: times, and memory in bytes.
#[derive(Debug)]
pub(super) struct Figures {
    pub(super) ready: Duration,
    pub(super) resident_ready: u64,
    pub(super) resident_after: u64,
    pub(super) resident_peak: u64,
    pub(super) pages: Vec<Page>,
}

impl Encoding {
    /// All of them.
    pub(super) const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// The name that HTTP has for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }
}

impl Page {
    /// What the page costs in `encoding`.
    pub(super) fn cost(&self, encoding: Encoding) -> &Cost {
        match encoding {
            Encoding::Brotli => &self.brotli,
            Encoding::Gzip => &self.gzip,
        }
    }
}

/// One sentence for the reader of the figures.
pub(super) fn method() -> String {
    format!(
        "Medians of {STARTS} starts and, for each page and encoding, of {BATCHES} batches of {BATCH} requests, each \
         with a filter that the process had not seen. CPU is user and system time of the whole process; transfers \
         count status line, headers and compressed body; KB and MB are thousands and millions of bytes."
    )
}

/// Measures the program `bin`.
pub(super) fn measure(sh: &Shell, bin: &Path) -> Result<Figures> {
    let starts: Vec<Duration> = (0..STARTS)
        .map(|_| Ok(start(bin, &[])?.1))
        .collect::<Result<_>>()?;
    let tick = tick(sh)?;
    let (program, _) = start(bin, &[])?;
    let visitor = Visitor::new(&program.origin);
    let resident_ready = program.memory()?.resident;
    let mut filters = (0..).map(traffic::filter);
    let mut cost = |path, encoding| cost(&program, &visitor, tick, &mut filters, path, encoding);
    let mut pages = Vec::new();
    for path in PAGES {
        pages.push(Page {
            path,
            brotli: cost(path, Encoding::Brotli)?,
            gzip: cost(path, Encoding::Gzip)?,
        });
    }
    let memory = program.memory()?;
    Ok(Figures {
        ready: median(starts)?,
        resident_ready,
        resident_after: memory.resident,
        resident_peak: memory.peak,
        pages,
    })
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

fn cost(
    program: &Program,
    visitor: &Visitor,
    tick: Duration,
    filters: &mut impl Iterator<Item = String>,
    path: &str,
    encoding: Encoding,
) -> Result<Cost> {
    let first_visit = visitor.first_visit(path, encoding)?;
    let (mut times, mut sizes) = (Vec::new(), Vec::new());
    for _ in 0..BATCHES {
        let before = program.ticks()?;
        for filter in filters.take(BATCH) {
            sizes.push(visitor.get(&format!("{path}?{filter}"), encoding)?);
        }
        let ticks = u32::try_from(program.ticks()? - before)?;
        times.push(tick * ticks / u32::try_from(BATCH)?);
    }
    Ok(Cost {
        cpu: median(times)?,
        first_visit,
        further: median(sizes)?,
    })
}

/// The unit in which the kernel counts a process's time.
fn tick(sh: &Shell) -> Result<Duration> {
    let per_second: u32 = cmd!(sh, "getconf CLK_TCK").quiet().read()?.trim().parse()?;
    Duration::from_secs(1)
        .checked_div(per_second)
        .context("the kernel's clock has no ticks")
}

/// The value in the middle; of an even number, the upper of the two.
fn median<T: Ord + Copy>(mut values: Vec<T>) -> Result<T> {
    values.sort_unstable();
    values
        .get(values.len() / 2)
        .copied()
        .context("nothing was measured")
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn medians() {
        for (values, middle) in [(vec![3, 1, 2], 2), (vec![1], 1), (vec![4, 1, 3, 2], 3)] {
            assert_eq!(median(values).ok(), Some(middle));
        }
        assert!(median::<u8>(vec![]).is_err());
    }
}
