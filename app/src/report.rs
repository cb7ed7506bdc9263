//! The command that writes a report: what it says meanwhile, and the file that it writes.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use student_analytics::format::count;
use student_analytics::server::{Finished, LoadError, Loaded, ReportError, write_report};
use student_analytics::store::Location;
use student_analytics::views::Page;

use crate::cli::ReportOptions;
use crate::{BAD_DATA, describe, ended, source};

/// Writes the report that the options ask for.
pub(crate) fn run(options: &ReportOptions) -> ExitCode {
    let target = match Target::of(&options.out, options.data.as_ref()) {
        Ok(target) => target,
        Err(error) => return ended(Err(error)),
    };
    let mut progress = Progress::new();
    progress.say("Reading the data");
    let loaded = match load(options) {
        Ok(loaded) => loaded,
        Err(error) => {
            progress.clear();
            eprintln!("error: {}", describe(options.data.as_ref(), &error));
            return ExitCode::from(BAD_DATA);
        }
    };
    let query = options.filter.trim_start_matches('?');
    let min_group = options.privacy.min_group();
    let mut pages = 0;
    let report = write_report(&loaded, min_group, query, Timestamp::now(), |page| {
        pages += 1;
        progress.say(&format!(
            "{} ({pages} of {})",
            page.title(),
            Page::ALL.len()
        ));
    });
    progress.clear();
    match report {
        Ok(report) => ended(finish(&target, &report)),
        Err(ReportError::Query(problems)) => {
            for problem in problems {
                eprintln!("error: --filter: {problem}");
            }
            ExitCode::from(BAD_DATA)
        }
    }
}

fn load(options: &ReportOptions) -> Result<Loaded, LoadError> {
    let source = source(options.data.as_ref())?;
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(source.load(&options.target)),
        // Without threads for it, what lies on this machine can still be read.
        Err(_) => source.load_local(&options.target),
    }
}

fn finish(target: &Target, report: &Finished) -> Result<()> {
    target.write(report.html.as_bytes())?;
    if report.is_empty {
        eprintln!("No students match the filter; the report says so.");
    }
    println!(
        "{}: {}, {} bytes",
        target.shown.display(),
        report.students,
        count(report.html.len())
    );
    Ok(())
}

/// What is being done: on a terminal one line that changes, elsewhere a line for each step.
struct Progress {
    terminal: bool,
}

impl Progress {
    fn new() -> Self {
        Self {
            terminal: io::stderr().is_terminal(),
        }
    }

    fn say(&mut self, step: &str) {
        let mut out = io::stderr().lock();
        // Whoever closed it does not want to know.
        let _closed = match self.terminal {
            true => write!(out, "\r\x1b[K{step}…").and_then(|()| out.flush()),
            false => writeln!(out, "{step}"),
        };
    }

    fn clear(&mut self) {
        if self.terminal {
            let mut out = io::stderr().lock();
            let _closed = write!(out, "\r\x1b[K").and_then(|()| out.flush());
        }
    }
}

/// The file to write. It is written beside its place and then moved there, so that nobody finds half
/// a report, and one that cannot be finished leaves the one before.
struct Target {
    /// As it was given.
    shown: PathBuf,
    /// Where it really is, links followed.
    place: PathBuf,
    /// What the file that is replaced allows.
    permissions: Option<Permissions>,
}

impl Target {
    /// Looks at the place before anything is computed.
    fn of(out: &Path, data: Option<&Location>) -> Result<Self> {
        let shown = out.to_owned();
        let found = match fs::metadata(out) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Self::new_file(shown),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot write {}", out.display()));
            }
        };
        if !found.is_file() {
            bail!(
                "{} is not a regular file, so no report takes its place: name another one with --out",
                out.display()
            );
        }
        if found.permissions().readonly() {
            bail!(
                "{} is write-protected: name another file with --out",
                out.display()
            );
        }
        let place = fs::canonicalize(out);
        let place = place.with_context(|| format!("cannot write {}", out.display()))?;
        if is(data, &place) {
            bail!(
                "{} is the data itself: name another file with --out",
                out.display()
            );
        }
        Ok(Self {
            shown,
            place,
            permissions: Some(found.permissions()),
        })
    }

    fn new_file(shown: PathBuf) -> Result<Self> {
        if shown.file_name().is_none() {
            bail!("{} names no file: name one with --out", shown.display());
        }
        let folder = folder(&shown);
        if !folder.is_dir() {
            bail!(
                "cannot write {}: there is no folder {}",
                shown.display(),
                folder.display()
            );
        }
        Ok(Self {
            place: shown.clone(),
            shown,
            permissions: None,
        })
    }

    fn write(&self, content: &[u8]) -> Result<()> {
        let name = self.place.file_name().unwrap_or_default().to_string_lossy();
        let beside = folder(&self.place).join(format!(".{name}.{}.tmp", std::process::id()));
        let written = self.write_by(&beside, content);
        if written.is_err() {
            // It may never have been there.
            let _gone = fs::remove_file(&beside);
        }
        written.with_context(|| format!("cannot write {}", self.shown.display()))
    }

    fn write_by(&self, beside: &Path, content: &[u8]) -> io::Result<()> {
        let mut file: File = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(beside)?;
        file.write_all(content)?;
        if let Some(permissions) = &self.permissions {
            file.set_permissions(permissions.clone())?;
        }
        file.sync_all()?;
        fs::rename(beside, &self.place)
    }
}

fn folder(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Whether the data lies at that place.
fn is(data: Option<&Location>, place: &Path) -> bool {
    match data {
        Some(Location::Local(path)) => fs::canonicalize(path).is_ok_and(|path| path == place),
        Some(Location::Bucket { .. }) | None => false,
    }
}
