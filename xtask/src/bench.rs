//! `cargo xtask bench`: what the release build costs its host and its visitors, as one table of
//! figures and one file. It judges nothing: the reader does.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::ValueEnum;
use student_analytics_data::DEFAULT_ROWS;
use xshell::{Shell, cmd};

use crate::workspace::Workspace;
use figure::{Figure, Run};

mod browser;
mod builds;
mod deployment;
mod figure;
mod idle;
mod load;
mod pages;
mod program;
mod start;
mod tables;
mod traffic;
mod upload;

/// Between these two lines the README keeps what this command measured last.
const SECTION: (&str, &str) = ("<!-- bench:begin -->", "<!-- bench:end -->");

/// The part that has the costs of pages, and what it calls them; `cargo xtask capacity` reads them.
pub(crate) const PAGES_PART: &str = "pages";
/// CPU seconds of a view whose filter is new.
pub(crate) const FRESH: &str = "CPU of a view, new filter";
/// CPU seconds of a view that was asked for before.
pub(crate) const AGAIN: &str = "CPU of a view, asked for before";
/// Bytes of a page and everything that it loads.
pub(crate) const FIRST_VISIT: &str = "first visit";
/// Bytes of a page alone.
pub(crate) const FURTHER: &str = "a further view";

/// Measures the program's release build and prints the figures as a table.
///
/// A whole run takes about twenty minutes on two cores, most of it for the table of 10 million rows;
/// --only and --rows make it short. Each figure is the median of several runs; the file has all of
/// them. It runs on Linux.
#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    /// Measure this program instead of building one.
    #[arg(long, value_name = "PATH")]
    bin: Option<PathBuf>,
    /// Also write the figures to this file, as JSON: seconds and bytes.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Put the figures of this file of --json beside those of this run.
    #[arg(long, value_name = "FILE")]
    compare: Option<PathBuf>,
    /// Measure this part alone; can be given several times [default: all but browser and build].
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
    /// Measure pages and loading with tables of so many rows; can be given several times.
    #[arg(long, value_name = "ROWS", default_values_t = [DEFAULT_ROWS, 1_000_000, 10_000_000], value_parser = clap::value_parser!(u64).range(100..=100_000_000))]
    rows: Vec<u64>,
    /// Measure how long builds take too: from nothing, and after an edit. Half an hour more.
    #[arg(long)]
    build: bool,
    /// Measure in a browser too. Ten minutes more; needs npm and Chromium.
    #[arg(long)]
    browser: bool,
    /// Also put the table into the README; only for a whole run of a program built from this checkout.
    #[arg(long, conflicts_with_all = ["bin", "only"])]
    readme: bool,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// From start to ready, and memory when idle: seconds.
    Start,
    /// CPU of a view of each page and its bytes, for tables of each size: minutes.
    Pages,
    /// Requests a second and waits by connections, and memory meanwhile: two minutes; needs wrk.
    Load,
    /// From start to ready with a table of each size, and memory: a minute.
    Tables,
    /// Memory of 10,000 idle connections: seconds.
    Idle,
    /// An upload of 200 MB, and what others notice of it: a minute.
    Upload,
    /// Planning a deployment: builds infra-model's release.
    Plan,
    /// Deploy, diff and destroy against the emulated AWS: builds the AWS commands.
    Cloud,
    /// Lighthouse, and how soon pages respond: ten minutes; needs npm and Chromium. Not unless asked
    /// for.
    Browser,
    /// Builds from nothing and after an edit. Not unless asked for.
    Build,
}

/// With what parts are measured.
#[derive(Debug)]
struct Bed<'a> {
    sh: &'a Shell,
    workspace: &'a Workspace,
    /// The program.
    bin: &'a Path,
    /// Sizes of tables.
    rows: &'a [u64],
}

impl Part {
    fn measure(self, bed: &Bed<'_>) -> Result<Vec<Figure>> {
        match self {
            Self::Start => start::measure(bed),
            Self::Pages => pages::measure(bed),
            Self::Load => load::measure(bed),
            Self::Tables => tables::measure(bed),
            Self::Idle => idle::measure(bed),
            Self::Upload => upload::measure(bed),
            Self::Plan => deployment::plan(bed),
            Self::Cloud => deployment::cloud(bed),
            Self::Browser => browser::measure(bed),
            Self::Build => builds::measure(bed),
        }
    }

    /// Whether it works without the program.
    fn needs_program(self) -> bool {
        !matches!(self, Self::Plan | Self::Cloud | Self::Build)
    }
}

impl Bench {
    /// Builds, measures and prints.
    pub(crate) fn run(&self) -> Result<()> {
        let (sh, workspace) = Workspace::enter()?;
        let other = self.compare.as_ref().map(|file| {
            let text = fs::read_to_string(file);
            let text = text.with_context(|| format!("cannot read {}", file.display()))?;
            Run::parse(&text).with_context(|| file.display().to_string())
        });
        let other = other.transpose()?;
        let json = self.json.as_ref().map(std::path::absolute).transpose()?;
        let parts = self.parts();
        let (bin, program) = self.program(&sh, &workspace, &parts)?;
        let bed = Bed {
            sh: &sh,
            workspace: &workspace,
            bin: &bin,
            rows: &self.rows,
        };
        let mut run = Run {
            host: host(&sh)?,
            program,
            figures: Vec::new(),
        };
        for part in parts {
            eprintln!("Measuring: {part:?}");
            let measured = part.measure(&bed);
            // What was measured before is not lost with what fails.
            let outcome = measured.map(|figures| run.figures.extend(figures));
            if let Some(file) = &json {
                let text = serde_json::to_string_pretty(&run.json())? + "\n";
                fs::write(file, text)
                    .with_context(|| format!("cannot write {}", file.display()))?;
            }
            outcome.with_context(|| format!("{part:?}"))?;
        }
        let report = report(&run, other.as_ref());
        print!("{report}");
        if self.readme {
            rewrite(&sh, &workspace.root.join("README.md"), &report)?;
        }
        Ok(())
    }

    fn parts(&self) -> Vec<Part> {
        let all = Part::value_variants().iter().copied();
        let is_asked_for = |part: &Part| match part {
            Part::Build if self.build => true,
            Part::Browser if self.browser => true,
            Part::Browser | Part::Build if self.only.is_empty() => false,
            _ => self.only.is_empty() || self.only.contains(part),
        };
        all.filter(is_asked_for).collect()
    }

    /// The program to measure, and what it is.
    fn program(
        &self,
        sh: &Shell,
        workspace: &Workspace,
        parts: &[Part],
    ) -> Result<(PathBuf, String)> {
        if let Some(bin) = &self.bin {
            let bin = bin
                .canonicalize()
                .with_context(|| format!("there is no program {}", bin.display()))?;
            return Ok((bin.clone(), bin.display().to_string()));
        }
        let bin = workspace.target.join("release/student-analytics");
        if parts.iter().any(|part| part.needs_program()) {
            cmd!(sh, "cargo build --release --package student-analytics").run()?;
        }
        let rustc = cmd!(sh, "rustc --version").quiet().read()?;
        let commit = cmd!(sh, "git rev-parse --short HEAD").quiet().read()?;
        let changes = cmd!(sh, "git status --porcelain").quiet().read()?;
        let state = if changes.is_empty() {
            ""
        } else {
            " with uncommitted changes"
        };
        Ok((bin, format!("{rustc}, commit {commit}{state}")))
    }
}

/// The table with what it rests on.
fn report(run: &Run, other: Option<&Run>) -> String {
    let beside = other.map(|other| {
        let Run { host, program, .. } = other;
        format!("Beside it, after “was”: {program}, on {host}.\n\n")
    });
    format!(
        "{}\nMeasured on {}: {}. {}\n\n{}",
        run.table(other),
        run.host,
        run.program,
        pages::method(),
        beside.unwrap_or_default()
    )
}

/// The machine: processor, cores, kernel.
fn host(sh: &Shell) -> Result<String> {
    let cpus = sh
        .read_file("/proc/cpuinfo")
        .context("bench reads /proc: run it on Linux")?;
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unnamed processor", |(_, model)| model);
    let cores = std::thread::available_parallelism()?;
    let kernel = sh.read_file("/proc/sys/kernel/osrelease")?;
    Ok(format!("{model} ({cores} cores), Linux {}", kernel.trim()))
}

/// Puts `report` into the README.
fn rewrite(sh: &Shell, readme: &Path, report: &str) -> Result<()> {
    let text = with_section(&sh.read_file(readme)?, report);
    let text = text.with_context(|| {
        let (begin, end) = SECTION;
        let readme = readme.display();
        format!("{readme} has no lines {begin} and {end}: add them where the figures belong")
    })?;
    Ok(sh.write_file(readme, text)?)
}

/// The text with `report` in its section; `None` if it has none.
fn with_section(text: &str, report: &str) -> Option<String> {
    let (begin, end) = SECTION;
    let (before, rest) = text.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!(
        "{before}{begin}\n{}\n{end}{after}",
        report.trim_end()
    ))
}

#[cfg(test)]
mod tests {
    use super::with_section;

    #[test]
    fn only_the_section_is_replaced() {
        let cases = [
            (
                "a\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nb\n",
                Some("a\n<!-- bench:begin -->\nnew\n<!-- bench:end -->\nb\n"),
            ),
            ("a\n<!-- bench:end -->\n<!-- bench:begin -->\n", None),
            ("a\n", None),
        ];
        for (text, expected) in cases {
            assert_eq!(with_section(text, "new\n").as_deref(), expected, "{text}");
        }
    }
}
