//! What a view of each page costs: processor time, for filters that are new and for those that were
//! asked for before, and bytes.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use student_analytics_data::DEFAULT_ROWS;
use xshell::{Shell, cmd};

use super::figure::{Figure, Unit};
use super::program::Program;
use super::start::start;
use super::tables::table;
use super::traffic::{self, Visitor};
use super::{AGAIN, Bed, FIRST_VISIT, FRESH, FURTHER, PAGES_PART};

/// The pages a visitor opens.
pub(super) const PAGES: [&str; 6] = [
    "/overview",
    "/performance",
    "/factors",
    "/relationships",
    "/explore",
    "/compare",
];

/// Batches of requests whose median is shown.
const BATCHES: usize = 5;
/// A batch is so long, and one request at least: the kernel's clock counts hundredths of a second,
/// and tells 2 % of that.
const BATCH: Duration = Duration::from_millis(500);

/// How a visitor's browser takes what is transferred.
#[derive(Clone, Copy, Debug)]
pub(super) enum Encoding {
    /// As current browsers ask for it.
    Brotli,
    /// As everything else does.
    Gzip,
}

impl Encoding {
    /// All of them.
    const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// The name that HTTP has for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// A figure's words, for what browsers do without more.
    fn words(self, what: &str) -> String {
        match self {
            Self::Brotli => what.to_owned(),
            Self::Gzip => format!("{what}, gzip"),
        }
    }
}

/// One sentence for the reader of the figures.
pub(super) fn method() -> String {
    format!(
        "Medians of several runs; of pages, of {BATCHES} batches of {BATCH:?}. A new filter is one that the process had \
         not seen. CPU is user and system time of the whole process; transfers are compressed with Brotli unless said \
         otherwise, and count status line, headers and body; KB and MB are thousands and millions of bytes; memory is \
         what the kernel calls resident."
    )
}

/// What the program's pages cost, with tables of each size.
pub(super) fn measure(bed: &Bed<'_>) -> Result<Vec<Figure>> {
    let tick = tick(bed.sh)?;
    let mut figures = Vec::new();
    for rows in bed.rows.iter().copied() {
        let file = table(bed, rows)?;
        let (program, _) = start(bed.bin, &["--data".as_ref(), file.as_os_str()])?;
        let visitor = Visitor::new(&program.origin);
        let mut filters = (0..).map(traffic::filter);
        // Compression is the same for every size.
        let encodings = match rows {
            DEFAULT_ROWS => &Encoding::ALL[..],
            _ => &Encoding::ALL[..1],
        };
        for page in PAGES {
            for encoding in encodings.iter().copied() {
                let views = Views {
                    program: &program,
                    visitor: &visitor,
                    tick,
                    page,
                    encoding,
                };
                let measured = views
                    .measure(&mut filters)
                    .with_context(|| page.to_owned())?;
                figures.extend(measured.map(|figure| figure.of_page(page).of_rows(rows)));
            }
        }
        let peak = program.memory()?.peak as f64;
        let what = "resident at most, after all views";
        figures.push(Figure::new(PAGES_PART, what, Unit::Bytes, vec![peak]).of_rows(rows));
    }
    Ok(figures)
}

/// Views of one page.
struct Views<'a> {
    program: &'a Program,
    visitor: &'a Visitor,
    tick: Duration,
    page: &'static str,
    encoding: Encoding,
}

impl Views<'_> {
    fn measure(&self, filters: &mut impl Iterator<Item = String>) -> Result<[Figure; 4]> {
        let first_visit = self.visitor.first_visit(self.page, self.encoding)?;
        let (page, mut sizes) = (self.page, Vec::new());
        let fresh = self.batches(
            &mut || {
                let filter = filters.next().context("there are no more filters")?;
                Ok(format!("{page}?{filter}"))
            },
            &mut sizes,
        )?;
        let same = format!(
            "{page}?{}",
            filters.next().context("there are no more filters")?
        );
        self.visitor.get(&same, self.encoding)?;
        let again = self.batches(&mut || Ok(same.clone()), &mut Vec::new())?;
        let of = |what, unit, runs| Figure::new(PAGES_PART, self.encoding.words(what), unit, runs);
        sizes.sort_unstable();
        let further = sizes.get(sizes.len() / 2).context("nothing was measured")?;
        Ok([
            of(FRESH, Unit::Seconds, fresh),
            of(AGAIN, Unit::Seconds, again),
            of(FIRST_VISIT, Unit::Bytes, vec![first_visit as f64]),
            of(FURTHER, Unit::Bytes, vec![*further as f64]),
        ])
    }

    /// CPU seconds of a request, batch by batch; the sizes of all answers.
    fn batches(
        &self,
        address: &mut dyn FnMut() -> Result<String>,
        sizes: &mut Vec<u64>,
    ) -> Result<Vec<f64>> {
        let mut times = Vec::new();
        for _ in 0..BATCHES {
            let (before, begin, mut count) = (self.program.ticks()?, Instant::now(), 0_u32);
            while count == 0 || begin.elapsed() < BATCH {
                sizes.push(self.visitor.get(&address()?, self.encoding)?);
                count += 1;
            }
            let ticks = u32::try_from(self.program.ticks()? - before)?;
            times.push((self.tick * ticks).as_secs_f64() / f64::from(count));
        }
        Ok(times)
    }
}

/// The unit in which the kernel counts a process's time.
fn tick(sh: &Shell) -> Result<Duration> {
    let per_second: u32 = cmd!(sh, "getconf CLK_TCK").quiet().read()?.trim().parse()?;
    Duration::from_secs(1)
        .checked_div(per_second)
        .context("the kernel's clock has no ticks")
}
