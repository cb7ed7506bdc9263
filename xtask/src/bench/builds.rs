//! How long those wait who change the code: builds from nothing, and after an edit.
//!
//! They happen in a copy of the checkout, so that nothing of it changes.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use super::Bed;
use super::figure::{Figure, Unit};
use crate::test::ELSEWHERE;

const PART: &str = "build";

/// The view that is edited, and how often.
const VIEW: &str = "app/src/views/overview.rs";
const EDITS: usize = 3;

/// Builds as `cargo run` does, then after edits, and from nothing as `cargo xtask test` does.
/// Packages are downloaded before.
pub(super) fn measure(bed: &Bed<'_>) -> Result<Vec<Figure>> {
    let copy = bed.workspace.target.join("bench/checkout");
    copy_checkout(bed, &copy)?;
    let sh = Shell::new()?;
    sh.change_dir(&copy);
    let target = copy.join("target");
    let _target = sh.push_env("CARGO_TARGET_DIR", &target);
    cmd!(sh, "cargo fetch --locked").run()?;
    let build = || timed(&sh, &["build", "--package", "student-analytics"]);
    let cold = build()?;
    let mut edits = Vec::new();
    for edit in 0..EDITS {
        let view = fs::OpenOptions::new().append(true).open(copy.join(VIEW));
        let mut view = view.with_context(|| format!("{VIEW} cannot be edited"))?;
        writeln!(view, "\nconst _: usize = {edit};")?;
        drop(view);
        edits.push(build()?);
    }
    sh.remove_path(&target)?;
    let elsewhere = ELSEWHERE.map(|package| ["--exclude", package]).concat();
    let tests = timed(
        &sh,
        &[&["test", "--workspace", "--no-run"], &elsewhere[..]].concat(),
    )?;
    sh.remove_path(&copy)?;
    let of = |what: &str, runs| Figure::new(PART, what, Unit::Seconds, runs);
    Ok(vec![
        of("cold cargo run, until it runs", vec![cold]),
        of("cargo run after the edit of a view", edits),
        of(
            "cold cargo xtask test, until its unit tests run",
            vec![tests],
        ),
    ])
}

/// Seconds that cargo takes.
fn timed(sh: &Shell, arguments: &[&str]) -> Result<f64> {
    let begin = Instant::now();
    cmd!(sh, "cargo {arguments...}").run()?;
    Ok(begin.elapsed().as_secs_f64())
}

/// Copies what git knows of, as it is now.
fn copy_checkout(bed: &Bed<'_>, copy: &Path) -> Result<()> {
    bed.sh.remove_path(copy)?;
    let files = cmd!(bed.sh, "git ls-files -z").quiet().read()?;
    for file in files.split('\0').filter(|file| !file.is_empty()) {
        let (from, to) = (bed.workspace.root.join(file), copy.join(file));
        // What was deleted and not committed is not there.
        if !from.is_file() {
            continue;
        }
        fs::create_dir_all(to.parent().unwrap_or(copy))?;
        fs::copy(&from, &to).with_context(|| format!("{file} cannot be copied"))?;
    }
    Ok(())
}
