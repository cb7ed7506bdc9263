//! An upload as large as the program takes one, and what other visitors notice of it.

use std::fs::File;
use std::io::{BufWriter, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use student_analytics_data::{DEFAULT_SEED, Sample};
use xshell::Shell;

use super::measure::{Encoding, PAGES, start};
use super::program::Program;
use super::traffic::{self, Visitor};
use super::{megabytes, milliseconds, row};

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

    fn words(&self) -> String {
        format!(
            "{} / {} / {} of {}, {} failed",
            milliseconds(self.within(50)),
            milliseconds(self.within(99)),
            milliseconds(self.within(100)),
            self.times.len(),
            self.failed
        )
    }

    fn json(&self) -> Value {
        json!({
            "pages": self.times.len(),
            "failed": self.failed,
            "p50": self.within(50).as_secs_f64(),
            "p99": self.within(99).as_secs_f64(),
            "max": self.within(100).as_secs_f64(),
        })
    }
}

/// Uploads to a process of its own.
pub(super) fn measure(sh: &Shell, bin: &Path) -> Result<Upload> {
    let folder = sh.create_temp_dir()?;
    let table = folder.path().join("table.csv");
    let out = File::create(&table).with_context(|| format!("{}", table.display()))?;
    Sample::new(ROWS, DEFAULT_SEED)?.write_csv(BufWriter::new(out))?;
    let store = folder.path().join("store");
    let (program, _) = start(bin, &["--store".as_ref(), store.as_os_str()])?;
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
        page = send(&program, &table)?;
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

/// The figures as a Markdown table.
pub(super) fn table(upload: &Upload) -> String {
    let mut rows = vec![
        row(
            &format!("upload of {ROWS} rows, {}", megabytes(upload.bytes)),
            std::iter::once(String::new()),
        ),
        row("---", std::iter::once("---:".to_owned())),
    ];
    let mut add = |name: &str, value: String| rows.push(row(name, std::iter::once(value)));
    add("sent and read within", milliseconds(upload.took));
    for (path, took) in &upload.views {
        add(&format!("first view of `{path}`"), milliseconds(*took));
    }
    add("resident at most, before", megabytes(upload.peak_before));
    add(
        "resident at most, when it is read",
        megabytes(upload.peak_after),
    );
    add(
        "resident at most, when it was viewed",
        megabytes(upload.peak_viewed),
    );
    let waits = "others' pages, half / 99 % / all within";
    add(&format!("{waits}, before"), upload.quiet.words());
    add(
        &format!("{waits}, during the upload"),
        upload.meanwhile.words(),
    );
    add(&format!("{waits}, during the views"), upload.viewed.words());
    rows.concat()
}

/// One sentence for the reader of the figures.
pub(super) fn method() -> String {
    format!(
        "The upload is of the project's own generator, in one process; meanwhile {VISITORS} others on the same \
         machine each ask for a page of the default dataset every {EVERY:?}, with a filter that the process had \
         not seen, and their waits count from when the page was due."
    )
}

/// The figures as JSON: seconds and bytes.
pub(super) fn document(upload: &Upload) -> Value {
    let views = upload.views.iter();
    let views = views.map(|(path, took)| ((*path).to_owned(), json!(took.as_secs_f64())));
    json!({
        "rows": ROWS,
        "bytes": upload.bytes,
        "took": upload.took.as_secs_f64(),
        "views": Value::Object(views.collect()),
        "resident_peak_before": upload.peak_before,
        "resident_peak": upload.peak_after,
        "resident_peak_viewed": upload.peak_viewed,
        "others_before": upload.quiet.json(),
        "others_meanwhile": upload.meanwhile.json(),
        "others_viewed": upload.viewed.json(),
    })
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
