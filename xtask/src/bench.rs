//! `cargo xtask bench`: what the release build costs its host and its visitors, as one table of
//! figures. It judges nothing: the reader does.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use xshell::{Shell, cmd};

use crate::workspace::Workspace;
use crate::{program as programs, tools};
use measure::{Encoding, Figures};

mod measure;
mod program;
mod traffic;
mod upload;

/// Between these two lines the README keeps what this command measured last.
const SECTION: (&str, &str) = ("<!-- bench:begin -->", "<!-- bench:end -->");

/// Options of `cargo xtask bench`.
#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    /// Measure this program instead of building one.
    #[arg(long, value_name = "PATH")]
    bin: Option<PathBuf>,
    /// Also write the figures to this file, as JSON: seconds and bytes.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Also put the table into the README; only for a program built from this checkout.
    #[arg(long, conflicts_with = "bin")]
    readme: bool,
}

impl Bench {
    /// Builds, measures and prints.
    pub(crate) fn run(&self) -> Result<()> {
        let (sh, workspace) = Workspace::enter()?;
        let (bin, origin) = self.program(&sh, &workspace)?;
        let host = host(&sh)?;
        let figures = measure::measure(&sh, &bin)?;
        let upload = upload::measure(&sh, &bin)?;
        let report = format!(
            "{}\nMeasured on {host}: {origin}. {}\n\n{}\n{}\n\n{}\n\n{}\n",
            table(&figures),
            measure::method(),
            upload::table(&upload),
            upload::method(),
            cloud(&sh, &workspace)?,
            planning(&sh)?
        );
        print!("{report}");
        if let Some(file) = &self.json {
            let mut document = document(&figures, &host, &origin);
            document["upload"] = upload::document(&upload);
            sh.write_file(
                std::path::absolute(file)?,
                serde_json::to_string_pretty(&document)? + "\n",
            )?;
        }
        if self.readme {
            rewrite(&sh, &workspace.root.join("README.md"), &report)?;
        }
        Ok(())
    }

    /// The program to measure, and where it comes from.
    fn program(&self, sh: &Shell, workspace: &Workspace) -> Result<(PathBuf, String)> {
        if let Some(bin) = &self.bin {
            let bin = bin
                .canonicalize()
                .with_context(|| format!("there is no program {}", bin.display()))?;
            let origin = bin.display().to_string();
            return Ok((bin, origin));
        }
        cmd!(sh, "cargo build --release --package student-analytics").run()?;
        let rustc = cmd!(sh, "rustc --version").quiet().read()?;
        let commit = cmd!(sh, "git rev-parse --short HEAD").quiet().read()?;
        let changes = cmd!(sh, "git status --porcelain").quiet().read()?;
        let state = if changes.is_empty() {
            ""
        } else {
            " with uncommitted changes"
        };
        Ok((
            workspace.target.join("release/student-analytics"),
            format!("{rustc}, commit {commit}{state}"),
        ))
    }
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

/// The figures as one Markdown table: a column for the whole program and one for each page.
fn table(figures: &Figures) -> String {
    let mut rows = vec![
        row(
            "",
            std::iter::once("program".to_owned())
                .chain(figures.pages.iter().map(|page| format!("`{}`", page.path))),
        ),
        row(
            "---",
            figures
                .pages
                .iter()
                .map(|_| "---:".to_owned())
                .chain(["---:".to_owned()]),
        ),
    ];
    let mut whole = |name: &str, value: String| {
        rows.push(row(
            name,
            std::iter::once(value).chain(figures.pages.iter().map(|_| String::new())),
        ));
    };
    whole("ready after start", milliseconds(figures.ready));
    whole("resident when ready", megabytes(figures.resident_ready));
    whole("resident after the run", megabytes(figures.resident_after));
    whole("resident at most", megabytes(figures.resident_peak));
    for encoding in Encoding::ALL {
        let mut each = |name: &str, value: &dyn Fn(&measure::Cost) -> String| {
            let values = figures.pages.iter().map(|page| value(page.cost(encoding)));
            rows.push(row(
                &format!("{name}, {}", encoding.name()),
                std::iter::once(String::new()).chain(values),
            ));
        };
        each("CPU of a view with a new filter", &|cost| {
            milliseconds(cost.cpu)
        });
        each("first visit", &|cost| kilobytes(cost.first_visit));
        each("a further filter", &|cost| kilobytes(cost.further));
    }
    rows.concat()
}

fn row(name: &str, values: impl Iterator<Item = String>) -> String {
    let cells: Vec<_> = std::iter::once(name.to_owned()).chain(values).collect();
    format!("| {} |\n", cells.join(" | "))
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{} KB", bytes / 1_000, bytes % 1_000 / 100)
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

fn document(figures: &Figures, host: &str, origin: &str) -> Value {
    let cost = |cost: &measure::Cost| {
        json!({
            "cpu": cost.cpu.as_secs_f64(),
            "first_visit": cost.first_visit,
            "further": cost.further,
        })
    };
    let pages = figures.pages.iter().map(|page| {
        let costs =
            Encoding::ALL.map(|encoding| (encoding.name().to_owned(), cost(page.cost(encoding))));
        (
            page.path.to_owned(),
            Value::Object(costs.into_iter().collect()),
        )
    });
    json!({
        "host": host,
        "origin": origin,
        "ready": figures.ready.as_secs_f64(),
        "resident_ready": figures.resident_ready,
        "resident_after": figures.resident_after,
        "resident_peak": figures.resident_peak,
        "pages": Value::Object(pages.collect()),
    })
}

/// What the deployment's commands take against the emulator, as a table and a sentence.
fn cloud(sh: &Shell, workspace: &Workspace) -> Result<String> {
    let moto = tools::moto(sh, workspace)?;
    let program = programs::built("xtask-aws", &workspace.root)?;
    let figures = cmd!(
        sh,
        "cargo run --quiet --package cloud-tests --bin cloud-bench"
    )
    .env("STUDENT_ANALYTICS_MOTO", moto)
    .env("STUDENT_ANALYTICS_XTASK_AWS", program)
    .read()?;
    Ok(figures)
}

/// What planning a deployment takes in a release build, in a sentence.
fn planning(sh: &Shell) -> Result<String> {
    let times = cmd!(
        sh,
        "cargo run --quiet --release --package infra-model --example planning_time"
    )
    .read()?;
    Ok(format!("Planning the deployment, {times}."))
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
    Some(format!("{before}{begin}\n{report}{end}{after}"))
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
