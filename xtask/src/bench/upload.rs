//! An upload as large as the program takes one, and what other visitors notice of it.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::Bed;
use super::figure::{Figure, Unit};
use super::pages::{Encoding, PAGES};
use super::program::Program;
use super::start::start;
use super::tables;
use super::traffic::{self, Visitor};

const PART: &str = "upload";

/// Rows of the table that is uploaded: 192 MB.
const ROWS: u64 = 2_000_000;

/// Other visitors, and how often each asks for a page with a filter that the process has not seen:
/// together forty pages a second.
const VISITORS: usize = 4;
const EVERY: Duration = Duration::from_millis(100);

/// How long they are watched before the upload.
const QUIET: Duration = Duration::from_secs(10);

/// What an upload costs its host and the other visitors.
#[derive(Debug)]
pub(super) struct Upload {
    bytes: u64,
    /// Sending it, and reading it into a table.
    took: Duration,
    /// The first view of each page.
    views: Vec<(&'static str, Duration)>,
    peak_before: u64,
    peak_after: u64,
    peak_viewed: u64,
    quiet: Waits,
    meanwhile: Waits,
    viewed: Waits,
}

/// How long other visitors waited for their pages.
#[derive(Debug, Default)]
struct Waits {
    /// Ascending.
    times: Vec<Duration>,
    /// Pages that did not come.
    failed: usize,
}

impl Waits {
    /// The time within which `percent` of the pages came; none without pages.
    fn within(&self, percent: usize) -> Duration {
        let place = (self.times.len() * percent).div_ceil(100).saturating_sub(1);
        self.times.get(place).copied().unwrap_or_default()
    }

    /// As figures of the time `when` they waited.
    fn figures(&self, when: &str) -> [Figure; 5] {
        let of = |what: &str, unit, value| {
            Figure::new(
                PART,
                format!("others' pages {when}: {what}"),
                unit,
                vec![value],
            )
        };
        let within = |percent| self.within(percent).as_secs_f64();
        [
            of(
                "asked for",
                Unit::Count,
                (self.times.len() + self.failed) as f64,
            ),
            of("failed", Unit::Count, self.failed as f64),
            of("half within", Unit::Seconds, within(50)),
            of("99 % within", Unit::Seconds, within(99)),
            of("all within", Unit::Seconds, within(100)),
        ]
    }
}

/// Uploads to a process of its own.
///
/// Meanwhile others on the same machine ask for pages of the default dataset, with new filters, and
/// their waits count from when a page was due.
pub(super) fn measure(bed: &Bed<'_>) -> Result<Vec<Figure>> {
    let table = tables::table(bed, ROWS)?;
    let upload = upload(bed, &table)?;
    Ok(figures(&upload))
}

fn upload(bed: &Bed<'_>, table: &Path) -> Result<Upload> {
    let folder = bed.sh.create_temp_dir()?;
    let store = folder.path().join("store");
    let (program, _) = start(bed.bin, &["--store".as_ref(), store.as_os_str()])?;
    let mut filters = (0..).map(|round| round * 100_000);
    let mut watched = |work: &mut dyn FnMut() -> Result<()>| {
        // Far apart, so that no filter comes twice.
        let first = filters.next().unwrap_or_default();
        beside(&program, first, work)
    };
    let quiet = watched(&mut || {
        thread::sleep(QUIET);
        Ok(())
    })?;
    let peak_before = program.memory()?.peak;
    let (mut took, mut page) = (Duration::ZERO, String::new());
    let meanwhile = watched(&mut || {
        let begin = Instant::now();
        page = send(&program, table)?;
        took = begin.elapsed();
        Ok(())
    })?;
    let peak_after = program.memory()?.peak;
    let mut views = Vec::new();
    let viewed = watched(&mut || {
        let visitor = Visitor::new(&program.origin);
        for path in PAGES {
            let begin = Instant::now();
            visitor.get(&page.replace(PAGES[0], path), Encoding::Brotli)?;
            views.push((path, begin.elapsed()));
        }
        Ok(())
    })?;
    Ok(Upload {
        bytes: table.metadata()?.len(),
        took,
        views,
        peak_before,
        peak_after,
        peak_viewed: program.memory()?.peak,
        quiet,
        meanwhile,
        viewed,
    })
}

/// Does the work while other visitors ask for pages; how long those waited.
fn beside(program: &Program, first: usize, work: &mut dyn FnMut() -> Result<()>) -> Result<Waits> {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let visitors: Vec<_> = (0..VISITORS)
            .map(|visitor| {
                let done = &done;
                scope.spawn(move || visit(&program.origin, first + visitor, done))
            })
            .collect();
        let worked = work();
        done.store(true, Ordering::Relaxed);
        let mut all = Waits::default();
        for visitor in visitors {
            let waits = visitor.join();
            let waits = waits.map_err(|_| anyhow::anyhow!("a visitor panicked"))?;
            all.times.extend(waits.times);
            all.failed += waits.failed;
        }
        all.times.sort_unstable();
        worked.map(|()| all)
    })
}

/// Asks for pages at fixed times, whether the last one has come or not: a page that comes late makes
/// those behind it late too, which counts.
fn visit(origin: &str, first: usize, done: &AtomicBool) -> Waits {
    let visitor = Visitor::new(origin);
    let mut waits = Waits::default();
    let mut due = Instant::now();
    for index in (first..).step_by(VISITORS) {
        if done.load(Ordering::Relaxed) {
            break;
        }
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let path = PAGES[index / VISITORS % PAGES.len()];
        let address = format!("{path}?{}", traffic::filter(index));
        match visitor.get(&address, Encoding::Brotli) {
            Ok(_) => waits.times.push(due.elapsed()),
            Err(_) => waits.failed += 1,
        }
        due += EVERY;
    }
    waits
}

/// Sends the file as a browser's form does; the address of its first page.
fn send(program: &Program, table: &Path) -> Result<String> {
    const EDGE: &str = "an-edge-that-no-table-has";
    let head = format!(
        "--{EDGE}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"table.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n"
    );
    let tail = format!("\r\n--{EDGE}--\r\n");
    let file = File::open(table)?;
    let length = file.metadata()?.len() + (head.len() + tail.len()) as u64;
    let mut body = head.as_bytes().chain(file).chain(tail.as_bytes());
    let form = format!("multipart/form-data; boundary={EDGE}");
    Visitor::new(&program.origin).send("/datasets", &form, length, &mut body)
}

fn figures(upload: &Upload) -> Vec<Figure> {
    let of = |what: &str, unit, value| Figure::new(PART, what, unit, vec![value]);
    let mut figures = vec![
        of("size of the file", Unit::Bytes, upload.bytes as f64),
        of(
            "sent and read within",
            Unit::Seconds,
            upload.took.as_secs_f64(),
        ),
    ];
    for (path, took) in &upload.views {
        figures.push(of("first view", Unit::Seconds, took.as_secs_f64()).of_page(path));
    }
    figures.extend([
        of(
            "resident at most, before",
            Unit::Bytes,
            upload.peak_before as f64,
        ),
        of(
            "resident at most, when it is read",
            Unit::Bytes,
            upload.peak_after as f64,
        ),
        of(
            "resident at most, when it was viewed",
            Unit::Bytes,
            upload.peak_viewed as f64,
        ),
    ]);
    figures.extend(upload.quiet.figures("before"));
    figures.extend(upload.meanwhile.figures("during the upload"));
    figures.extend(upload.viewed.figures("during the views"));
    figures
        .into_iter()
        .map(|figure| figure.of_rows(ROWS))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_within() {
        let times = |n: u64| Waits {
            times: (1..=n).map(Duration::from_millis).collect(),
            failed: 0,
        };
        let cases = [
            (100, 50, 50),
            (100, 99, 99),
            (100, 100, 100),
            (1, 50, 1),
            (1, 99, 1),
            (3, 50, 2),
            (0, 99, 0),
        ];
        for (n, percent, expected) in cases {
            let within = times(n).within(percent);
            assert_eq!(
                within,
                Duration::from_millis(expected),
                "{percent} % of {n}"
            );
        }
    }
}
