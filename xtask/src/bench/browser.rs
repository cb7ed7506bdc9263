//! Pages in a browser: what Lighthouse says of them, and how soon they respond to a visitor.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xshell::cmd;

use super::Bed;
use super::figure::{Figure, Unit};
use super::pages::PAGES;
use super::start::start;
use crate::tools::{self, Lighthouse};

const PART: &str = "browser";

/// Runs of Lighthouse whose median is shown.
const RUNS: usize = 3;

/// Lighthouse's presets: a phone on a slow line is its default.
const PRESETS: [(&str, &[&str]); 2] = [("desktop", &["--preset=desktop"]), ("mobile", &[])];

/// What is taken of its answer: words for it, where it is, and the factor to its unit.
const AUDITS: [(&str, &str, f64, Unit); 5] = [
    (
        "performance",
        "/categories/performance/score",
        100.0,
        Unit::Points,
    ),
    (
        "accessibility",
        "/categories/accessibility/score",
        100.0,
        Unit::Points,
    ),
    (
        "best practices",
        "/categories/best-practices/score",
        100.0,
        Unit::Points,
    ),
    (
        "LCP",
        "/audits/largest-contentful-paint/numericValue",
        1e-3,
        Unit::Seconds,
    ),
    (
        "CLS",
        "/audits/cumulative-layout-shift/numericValue",
        1.0,
        Unit::Shift,
    ),
];

/// Measures in Chromium.
pub(super) fn measure(bed: &Bed<'_>) -> Result<Vec<Figure>> {
    let lighthouse = tools::lighthouse(bed.sh, bed.workspace)?;
    let (program, _) = start(bed.bin, &[])?;
    let mut figures = Vec::new();
    for (preset, options) in PRESETS {
        for page in PAGES {
            let address = format!("{}{page}", program.origin);
            let mut runs = Vec::new();
            for _ in 0..RUNS {
                runs.push(judge(bed, &lighthouse, &address, options)?);
            }
            let judged = judged(preset, &runs)?;
            figures.extend(judged.into_iter().map(|figure| figure.of_page(page)));
        }
    }
    let said = cmd!(
        bed.sh,
        "cargo run --quiet --package browser-tests --bin responses"
    )
    .env("STUDENT_ANALYTICS_BIN", bed.bin)
    .read()?;
    figures.extend(responses(&said)?);
    Ok(figures)
}

/// One run of Lighthouse.
fn judge(bed: &Bed<'_>, lighthouse: &Lighthouse, address: &str, options: &[&str]) -> Result<Value> {
    let script = &lighthouse.script;
    // Chromium refuses to make its sandbox as root.
    let flags = match cmd!(bed.sh, "id --user").quiet().read()? == "0" {
        true => "--headless=new --no-sandbox",
        false => "--headless=new",
    };
    let said = cmd!(
        bed.sh,
        "node {script} {address} {options...} --quiet --output=json --only-categories=performance,accessibility,best-practices --chrome-flags={flags}"
    )
    .env("CHROME_PATH", browser_path(lighthouse.browser))
    .quiet()
    .read()
    .with_context(|| format!("Lighthouse at {address}"))?;
    let said: Value = serde_json::from_str(&said).context("Lighthouse says no JSON")?;
    let error = &said["runtimeError"]["message"];
    ensure!(error.is_null(), "Lighthouse at {address}: {error}");
    Ok(said)
}

/// Lighthouse wants the browser's path, not its name.
fn browser_path(name: &str) -> std::path::PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).map(|folder| folder.join(name));
    let mut found = places.filter(|place| place.is_file());
    found.next().unwrap_or_else(|| name.into())
}

/// The figures of a page's runs.
fn judged(preset: &str, runs: &[Value]) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (words, place, factor, unit) in AUDITS {
        let values = runs.iter().map(|run| {
            let value = run.pointer(place).and_then(Value::as_f64);
            value
                .map(|value| value * factor)
                .with_context(|| format!("Lighthouse says no {words}"))
        });
        let values = values.collect::<Result<_>>()?;
        figures.push(Figure::new(
            PART,
            format!("Lighthouse, {preset}: {words}"),
            unit,
            values,
        ));
    }
    let longest = runs.iter().map(longest_task).collect();
    let words = format!("Lighthouse, {preset}: longest task above 50 ms");
    figures.push(Figure::new(PART, words, Unit::Seconds, longest));
    Ok(figures)
}

/// Seconds of the longest task; 0 if none is long.
fn longest_task(run: &Value) -> f64 {
    let tasks = run["audits"]["long-tasks"]["details"]["items"].as_array();
    let times = tasks.into_iter().flatten();
    let times = times.filter_map(|task| task["duration"].as_f64());
    times.fold(0.0, f64::max) / 1e3
}

/// What the program of the browser tests says.
fn responses(said: &str) -> Result<Vec<Figure>> {
    let said: Vec<Value> = serde_json::from_str(said).context("responses says no JSON")?;
    let figures = said.iter().map(|response| {
        let word = |key: &str| response[key].as_str().context("responses says no word");
        let seconds = response["seconds"]
            .as_array()
            .context("responses says no times")?;
        let seconds: Vec<f64> = seconds.iter().filter_map(Value::as_f64).collect();
        ensure!(!seconds.is_empty(), "responses says no times");
        Ok(Figure::new(PART, word("what")?, Unit::Seconds, seconds).of_page(word("page")?))
    });
    figures.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_lighthouse_says_is_read() {
        let run = json!({
            "categories": {
                "performance": {"score": 0.98}, "accessibility": {"score": 1}, "best-practices": {"score": 1},
            },
            "audits": {
                "largest-contentful-paint": {"numericValue": 640.0},
                "cumulative-layout-shift": {"numericValue": 0.01},
                "long-tasks": {"details": {"items": [{"duration": 60.0}, {"duration": 90.0}]}},
            },
        });
        let figures = judged("desktop", &[run]).unwrap();
        let values: Vec<f64> = figures.iter().map(|figure| figure.runs[0]).collect();
        assert_eq!(values, [98.0, 100.0, 100.0, 0.64, 0.01, 0.09]);
        assert!(judged("desktop", &[json!({})]).is_err());
        assert_eq!(longest_task(&json!({})), 0.0);
    }

    #[test]
    fn what_the_browser_tests_say_is_read() {
        let said = r#"[{"what": "filter applied", "page": "/overview", "seconds": [0.05, 0.06]}]"#;
        assert_eq!(responses(said).unwrap()[0].runs, [0.05, 0.06]);
        for said in ["", "[{}]", r#"[{"what": "a", "page": "b", "seconds": []}]"#] {
            assert!(responses(said).is_err(), "{said}");
        }
    }
}
