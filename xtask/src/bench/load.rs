//! Requests a second and how long they take, by the number of connections, as wrk measures it.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;
use xshell::cmd;

use super::Bed;
use super::figure::{Figure, Unit};
use super::pages::PAGES;
use super::start::start;
use super::traffic::{FILTERS, filter};
use crate::tools;

const PART: &str = "load";

/// Connections that ask at once.
const CONNECTIONS: [u32; 3] = [1, 64, 1_000];
/// Runs whose median is shown, and the seconds of each.
const RUNS: usize = 3;
const SECONDS: u32 = 5;
/// Addresses of one run, each a new filter: more than two cores answer in that time.
const ADDRESSES: usize = FILTERS / (CONNECTIONS.len() * RUNS);

const SCRIPT: &str = include_str!("load.wrk.lua");

/// What a run of wrk says, and in what.
const SAID: [(&str, &str, Unit); 5] = [
    ("p50", "half within", Unit::Seconds),
    ("p99", "99 % within", Unit::Seconds),
    ("p999", "99.9 % within", Unit::Seconds),
    ("refused", "answers that refuse", Unit::Count),
    ("failed", "without an answer", Unit::Count),
];

/// Loads a process with one page that was asked for before, and another with pages whose filters are
/// new.
pub(super) fn measure(bed: &Bed<'_>) -> Result<Vec<Figure>> {
    let wrk = tools::wrk(bed.sh)?;
    let mut figures = same_page(bed, wrk)?;
    figures.extend(new_filters(bed, wrk)?);
    Ok(figures)
}

fn same_page(bed: &Bed<'_>, wrk: &str) -> Result<Vec<Figure>> {
    let address = format!("{}?{}\n", PAGES[0], filter(0));
    by_connections(bed, wrk, "one page", &mut |_| address.clone())
}

fn new_filters(bed: &Bed<'_>, wrk: &str) -> Result<Vec<Figure>> {
    by_connections(bed, wrk, "new filters", &mut |run| {
        let indices = run * ADDRESSES..(run + 1) * ADDRESSES;
        let lines =
            indices.map(|index| format!("{}?{}\n", PAGES[index % PAGES.len()], filter(index)));
        lines.collect()
    })
}

/// Runs with each number of connections, with addresses for each run.
fn by_connections(
    bed: &Bed<'_>,
    wrk: &str,
    what: &str,
    addresses: &mut dyn FnMut(usize) -> String,
) -> Result<Vec<Figure>> {
    let (program, _) = start(bed.bin, &[])?;
    let folder = bed.sh.create_temp_dir()?;
    let (script, list) = (
        folder.path().join("load.lua"),
        folder.path().join("addresses"),
    );
    fs::write(&script, SCRIPT)?;
    let (mut figures, mut run) = (Vec::new(), 0);
    for connections in CONNECTIONS {
        let mut said = Vec::new();
        for _ in 0..RUNS {
            fs::write(&list, addresses(run))?;
            run += 1;
            let (threads, number) = (connections.min(2).to_string(), connections.to_string());
            let (origin, seconds) = (&program.origin, SECONDS.to_string());
            let output = cmd!(
                bed.sh,
                "{wrk} --threads {threads} --connections {number} --duration {seconds} --timeout 10 --script {script} {origin} -- {list} {threads}"
            );
            let output = output.quiet().read().context("wrk")?;
            said.push(parse(&output)?);
        }
        let name = match connections {
            1 => format!("{what}, 1 connection"),
            _ => format!("{what}, {connections} connections"),
        };
        let pages = |it: &Value| number(it, "requests") - number(it, "refused");
        let rates = said.iter().map(|it| pages(it) / number(it, "seconds"));
        figures.push(Figure::new(
            PART,
            format!("{name}: pages a second"),
            Unit::PerSecond,
            rates.collect(),
        ));
        for (key, words, unit) in SAID {
            let runs = said.iter().map(|it| number(it, key)).collect();
            figures.push(Figure::new(PART, format!("{name}: {words}"), unit, runs));
        }
    }
    let peak = program.memory()?.peak as f64;
    let name = format!("{what}: resident at most");
    figures.push(Figure::new(PART, name, Unit::Bytes, vec![peak]));
    Ok(figures)
}

/// The line of JSON in what wrk prints.
fn parse(output: &str) -> Result<Value> {
    let line = output.lines().find(|line| line.starts_with('{'));
    let said: Value = serde_json::from_str(line.context("wrk says nothing")?)?;
    let keys = SAID.iter().map(|(key, ..)| *key);
    for key in keys.chain(["requests", "seconds"]) {
        said[key]
            .as_f64()
            .with_context(|| format!("wrk says no {key}: {said}"))?;
    }
    Ok(said)
}

/// A number that [`parse`] has seen.
fn number(said: &Value, key: &str) -> f64 {
    said[key].as_f64().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_wrk_says_is_found() {
        let said = "Running 5s test\n  2 threads\n\n{\"requests\":10,\"seconds\":5.0,\"p50\":0.1,\"p99\":0.2,\"p999\":0.3,\"refused\":0,\"failed\":1}\n";
        assert_eq!(parse(said).unwrap()["failed"], 1);
        for text in ["", "Running\n", "{}\n"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
