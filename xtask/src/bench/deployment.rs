//! The deployment's commands: planning alone, and deploy, diff and destroy against the emulator.

use anyhow::{Context, Result, ensure};
use xshell::cmd;

use super::Bed;
use super::figure::{Figure, Unit};
use crate::{program, tools};

/// What planning takes in a release build.
pub(super) fn plan(bed: &Bed<'_>) -> Result<Vec<Figure>> {
    let said = cmd!(
        bed.sh,
        "cargo run --quiet --release --package infra-model --example planning_time"
    )
    .read()?;
    plans(&said)
}

/// Reads `…: plan of a first deployment 0.08 ms, plan with nothing to do 0.24 ms, …`.
fn plans(said: &str) -> Result<Vec<Figure>> {
    let (_, times) = said
        .split_once(": ")
        .context("planning_time says no times")?;
    let figures = times.trim().split(", ").map(|time| {
        let words = time
            .strip_suffix(" ms")
            .and_then(|time| time.rsplit_once(' '));
        let (what, time) = words.with_context(|| format!("planning_time says {time}"))?;
        let seconds = time.parse::<f64>()? / 1e3;
        Ok(Figure::new("plan", what, Unit::Seconds, vec![seconds]))
    });
    figures.collect()
}

/// What the commands take against the emulator; the dev build.
pub(super) fn cloud(bed: &Bed<'_>) -> Result<Vec<Figure>> {
    let moto = tools::moto(bed.sh, bed.workspace)?;
    let program = program::aws_commands(bed.workspace)?;
    let said = cmd!(
        bed.sh,
        "cargo run --quiet --package cloud-tests --bin cloud-bench"
    )
    .env("STUDENT_ANALYTICS_MOTO", moto)
    .env("STUDENT_ANALYTICS_XTASK_AWS", program)
    .read()?;
    commands(&said)
}

/// Reads the lines `| what | 2.1 s | 152 | 56 MB |` of cloud-bench's table.
fn commands(said: &str) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for line in said.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [what, time, calls, memory] = cells[..] else {
            continue;
        };
        let (Some(time), Some(memory)) = (time.strip_suffix(" s"), memory.strip_suffix(" MB"))
        else {
            continue;
        };
        let of = |name: &str, unit, value| {
            Figure::new("cloud", format!("{what}{name}"), unit, vec![value])
        };
        figures.extend([
            of("", Unit::Seconds, time.parse()?),
            of(", calls", Unit::Count, calls.parse()?),
            of(
                ", memory at most",
                Unit::Bytes,
                memory.parse::<f64>()? * 1e6,
            ),
        ]);
    }
    ensure!(!figures.is_empty(), "cloud-bench says no figures: {said}");
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(figures: &[Figure]) -> Vec<(String, f64)> {
        let seen = figures.iter();
        seen.map(|figure| (figure.subject.what.clone(), figure.runs[0]))
            .collect()
    }

    #[test]
    fn what_the_programs_say_is_read() {
        let said = "medians of 2000 rounds: plan of a first deployment 0.08 ms, plan of a destruction 0.25 ms\n";
        let expected = [
            ("plan of a first deployment", 0.08 / 1e3),
            ("plan of a destruction", 0.25 / 1e3),
        ];
        assert_eq!(
            seen(&plans(said).unwrap()),
            expected.map(|(what, time)| (what.to_owned(), time))
        );
        let said = "| against the emulator | time | calls | memory at most |\n| --- | ---: | ---: | ---: |\n| destroy | 2.4 s | 191 | 55 MB |\n\nMedians.\n";
        let expected = [
            ("destroy", 2.4),
            ("destroy, calls", 191.0),
            ("destroy, memory at most", 55e6),
        ];
        assert_eq!(
            seen(&commands(said).unwrap()),
            expected.map(|(what, time)| (what.to_owned(), time))
        );
        assert!(plans("").is_err() && plans("a: b").is_err() && commands("").is_err());
    }
}
