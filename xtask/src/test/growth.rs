//! What rows cost: the instructions that the program takes to read a table and compute every page of
//! it, counted by valgrind, which unlike time are the same in every run.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use student_analytics_data::Sample;
use xshell::{Shell, cmd};

use super::tally::Tally;
use crate::tools;
use crate::workspace::Workspace;

/// Students of the tables: what the first takes is what does not grow.
const ROWS: [u64; 3] = [500, 4_000, 8_000];

/// How many times the instructions twice the rows may take.
const MOST: f64 = 2.2;

/// Counts, and compares.
pub(super) fn check(sh: &Shell, workspace: &Workspace) -> Result<Tally> {
    tools::valgrind(sh)?;
    let program = workspace.program(sh)?;
    let folder = workspace.target.join("growth");
    sh.create_dir(&folder)?;
    let mut counts = Vec::new();
    for rows in ROWS {
        let count = instructions(sh, &program, &table(&folder, rows)?, &folder)?;
        println!("{rows:6} rows: {count:>14} instructions");
        counts.push(count);
    }
    let beyond = |i: usize| counts[i].saturating_sub(counts[0]) as f64;
    let growth = beyond(2) / beyond(1);
    println!("twice the rows: {growth:.2} times the instructions");
    ensure!(
        growth <= MOST,
        "twice the rows take {growth:.2} times the instructions, and {MOST} are allowed: \
         look for what compares rows with each other (valgrind --tool=callgrind shows where)"
    );
    Ok(Tally::ONE)
}

fn table(folder: &Path, rows: u64) -> Result<PathBuf> {
    let path = folder.join(format!("{rows}.csv"));
    let mut out = BufWriter::new(File::create(&path)?);
    Sample::new(rows, 1)?.write_csv(&mut out)?;
    out.into_inner()?;
    Ok(path)
}

/// Those of a report, which has every page.
fn instructions(sh: &Shell, program: &Path, data: &Path, folder: &Path) -> Result<u64> {
    let out = folder.join("report.html");
    let output = cmd!(
        sh,
        "valgrind --tool=callgrind --callgrind-out-file=/dev/null --fair-sched=yes {program} report --data {data} --out {out}"
    )
    .ignore_status()
    .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "valgrind: {said}");
    collected(&said).with_context(|| format!("valgrind says no count: {said}"))
}

/// From its line `==1== Collected : 123`.
fn collected(said: &str) -> Option<u64> {
    let count = said.lines().find_map(|line| {
        let (_, count) = line.split_once("Collected : ")?;
        Some(count)
    });
    count?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::collected;

    #[test]
    fn counts_are_read() {
        let said = "==7== Events    : Ir\n==7== Collected : 727221020\n==7== \n";
        assert_eq!(collected(said), Some(727_221_020));
        assert_eq!(collected("==7== no"), None);
    }
}
