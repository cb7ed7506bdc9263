//! `cargo xtask dataset`: writes a synthetic sample, by default the committed one.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context;
use student_analytics_data::{DEFAULT_ROWS, DEFAULT_SEED, Sample};

const COMMITTED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../data/StudentPerformanceFactors.csv"
);

/// Write a synthetic dataset shaped like the published one; without options, the committed sample.
#[derive(Debug, clap::Args)]
pub(crate) struct Dataset {
    /// How many students.
    #[arg(long, default_value_t = DEFAULT_ROWS)]
    rows: u64,

    /// The same rows and seed give the same bytes on every machine.
    #[arg(long, default_value_t = DEFAULT_SEED)]
    seed: u64,

    /// The file to write, replaced only when the new one is complete [default: the committed sample].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Dataset {
    /// Writes the sample beside its place, then moves it there.
    ///
    /// # Errors
    /// An impossible number of rows, or a file that cannot be written.
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let sample =
            Sample::new(self.rows, self.seed).with_context(|| format!("--rows {}", self.rows))?;
        let out = self.out.as_deref().unwrap_or(Path::new(COMMITTED));
        let unfinished = beside(out)?;
        write(&sample, &unfinished)
            .with_context(|| format!("cannot write {}", unfinished.display()))?;
        fs::rename(&unfinished, out)
            .with_context(|| format!("cannot move {} to {}", unfinished.display(), out.display()))
    }
}

/// `FILE.unfinished` in the same folder, so that the move is within one file system.
fn beside(out: &Path) -> anyhow::Result<PathBuf> {
    let name = out
        .file_name()
        .with_context(|| format!("--out {} names no file", out.display()))?;
    let mut unfinished = name.to_owned();
    unfinished.push(".unfinished");
    Ok(out.with_file_name(unfinished))
}

fn write(sample: &Sample, path: &Path) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    sample.write_csv(&mut out)?;
    out.get_ref().sync_all()
}
