//! Tables of each size, made once by the project's own generator; and what loading one takes, or
//! swapping it for a new version while it is served.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use student_analytics_data::{DEFAULT_SEED, Sample};

use super::Bed;
use super::figure::{Figure, Unit};
use super::program::PATIENCE;
use super::start::start;
use super::traffic::Visitor;

/// Loads whose median is shown.
const LOADS: usize = 3;

/// Starts the program with a table of each size.
pub(super) fn measure(bed: &Bed<'_>) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for rows in bed.rows.iter().copied() {
        let table = table(bed, rows)?;
        let [mut times, mut resident, mut peak] = [const { Vec::new() }; 3];
        for _ in 0..LOADS {
            let (program, took) = start(bed.bin, &["--data".as_ref(), table.as_os_str()])?;
            let memory = program.memory()?;
            times.push(took.as_secs_f64());
            resident.push(memory.resident as f64);
            peak.push(memory.peak as f64);
        }
        let (swapped, swapped_peak) = swap(bed, &table, rows)?;
        let bytes = table.metadata()?.len() as f64;
        let of = |what: &str, unit, runs| Figure::new("tables", what, unit, runs).of_rows(rows);
        figures.extend([
            of("size of the CSV", Unit::Bytes, vec![bytes]),
            of("start to ready with it", Unit::Seconds, times),
            of("resident, loaded", Unit::Bytes, resident),
            of("resident at most while loading", Unit::Bytes, peak),
            of(
                "a new version noticed and served",
                Unit::Seconds,
                vec![swapped.as_secs_f64()],
            ),
            of(
                "resident at most, swapped for a new version",
                Unit::Bytes,
                vec![swapped_peak as f64],
            ),
        ]);
    }
    Ok(figures)
}

/// Serves a copy of the table, which the program looks at every second, and puts a version with one
/// row more in its place; the time until that is served, and the most memory until then.
fn swap(bed: &Bed<'_>, table: &Path, rows: u64) -> Result<(Duration, u64)> {
    // Beside the tables, because they may be larger than a folder for temporary files.
    let served = table.with_extension("served");
    let next = table.with_extension("next");
    fs::copy(table, &served)?;
    fs::copy(table, &next)?;
    let last = last_line(table)?;
    let mut longer = fs::OpenOptions::new().append(true).open(&next)?;
    longer.write_all(&last)?;
    drop(longer);
    let options = [
        "--data".as_ref(),
        served.as_os_str(),
        "--watch".as_ref(),
        "1".as_ref(),
    ];
    let (program, _) = start(bed.bin, &options)?;
    let visitor = Visitor::new(&program.origin);
    let wanted = format!("student_analytics_dataset_rows {}", rows + 1);
    let begin = Instant::now();
    fs::rename(&next, &served)?;
    while !visitor.text("/metrics")?.lines().any(|line| line == wanted) {
        ensure!(
            begin.elapsed() < PATIENCE,
            "a new version of {} was not served within {PATIENCE:?}",
            served.display()
        );
        thread::sleep(Duration::from_millis(10));
    }
    let took = begin.elapsed();
    let peak = program.memory()?.peak;
    drop(program);
    fs::remove_file(&served)?;
    Ok((took, peak))
}

/// The last line of a table, which is shorter than this.
fn last_line(table: &Path) -> Result<Vec<u8>> {
    const LONGEST: i64 = 1_000;
    let mut file = File::open(table)?;
    let from = LONGEST.min(i64::try_from(file.metadata()?.len())?);
    file.seek(SeekFrom::End(-from))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    let lines = end
        .strip_suffix(b"\n")
        .context("the table ends within a line")?;
    let before = lines.iter().rposition(|byte| *byte == b'\n');
    let first = before.map_or(0, |place| place + 1);
    Ok(end.split_off(first))
}

/// The file of a table of so many rows, made unless it was before.
pub(super) fn table(bed: &Bed<'_>, rows: u64) -> Result<PathBuf> {
    let folder = bed.workspace.target.join("bench");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let file = folder.join(format!("{rows}-{DEFAULT_SEED}.csv"));
    if file.exists() {
        return Ok(file);
    }
    let unfinished = file.with_extension("unfinished");
    let out = File::create(&unfinished);
    let out = out.with_context(|| format!("cannot write {}", unfinished.display()))?;
    let written = Sample::new(rows, DEFAULT_SEED)?.write_csv(BufWriter::new(out));
    written.with_context(|| format!("cannot write {}", unfinished.display()))?;
    fs::rename(&unfinished, &file)?;
    Ok(file)
}
