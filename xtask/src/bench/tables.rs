//! Tables of each size, made once by the project's own generator; and what loading one takes.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::PathBuf;

use anyhow::{Context, Result};
use student_analytics_data::{DEFAULT_SEED, Sample};

use super::Bed;
use super::figure::{Figure, Unit};
use super::start::start;

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
        let bytes = table.metadata()?.len() as f64;
        let of = |what: &str, unit, runs| Figure::new("tables", what, unit, runs).of_rows(rows);
        figures.extend([
            of("size of the CSV", Unit::Bytes, vec![bytes]),
            of("start to ready with it", Unit::Seconds, times),
            of("resident, loaded", Unit::Bytes, resident),
            of("resident at most while loading", Unit::Bytes, peak),
        ]);
    }
    Ok(figures)
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
