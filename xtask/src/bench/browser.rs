//! Pages in a browser: what Lighthouse says of them, and how soon they respond to a visitor.

use anyhow::{Context, Error, Result, ensure};
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

/// Tries of one run: Chromium loses the trace of a page at times, and Lighthouse says itself that it
/// is to be run again.
const TRIES: usize = 3;

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
    // First, since it takes a minute and what follows ten.
    let said = cmd!(
        bed.sh,
        "cargo run --quiet --package browser-tests --bin responses"
    )
    .env("STUDENT_ANALYTICS_BIN", bed.bin)
    .read()?;
    let mut figures = responses(&said)?;
    let (program, _) = start(bed.bin, &[])?;
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
    Ok(figures)
}

/// One run of Lighthouse that says something of the page.
fn judge(bed: &Bed<'_>, lighthouse: &Lighthouse, address: &str, options: &[&str]) -> Result<Value> {
    let script = &lighthouse.script;
    // Chromium refuses to make its sandbox as root.
    let flags = match cmd!(bed.sh, "id --user").quiet().read()? == "0" {
        true => "--headless=new --no-sandbox",
        false => "--headless=new",
    };
    tried(address, || {
        let run = cmd!(
            bed.sh,
            "node {script} {address} {options...} --quiet --output=json --only-categories=performance,accessibility,best-practices --chrome-flags={flags}"
        );
        let run = run.env("CHROME_PATH", browser_path(lighthouse.browser));
        let output = run.quiet().ignore_status().output()?;
        let [said, complaint] =
            [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
        verdict(output.status.success(), &said, &complaint)
    })
}

/// The first verdict that `run` comes to in [`TRIES`] tries.
fn tried(address: &str, mut run: impl FnMut() -> Result<Value>) -> Result<Value> {
    for number in 1..TRIES {
        match run() {
            Ok(said) => return Ok(said),
            Err(error) => {
                eprintln!("Lighthouse at {address}, try {number} of {TRIES}: {error:#}");
            }
        }
    }
    run().with_context(|| format!("Lighthouse at {address} failed {TRIES} times, at last"))
}

/// What Lighthouse says, where it has all that is taken of it.
fn verdict(succeeded: bool, said: &str, complaint: &str) -> Result<Value> {
    ensure!(succeeded, "it fails: {}", complaint.trim());
    let said: Value = serde_json::from_str(said).context("it says no JSON")?;
    if let Some(error) = said["runtimeError"]["message"].as_str() {
        return Err(Error::msg(error.to_owned()));
    }
    for (words, place, ..) in AUDITS {
        value(&said, words, place)?;
    }
    Ok(said)
}

fn value(run: &Value, words: &str, place: &str) -> Result<f64> {
    let value = run.pointer(place).and_then(Value::as_f64);
    value.with_context(|| format!("it says no {words}"))
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
        let values = runs
            .iter()
            .map(|run| Ok(value(run, words, place)? * factor));
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

    fn run() -> Value {
        json!({
            "categories": {
                "performance": {"score": 0.98}, "accessibility": {"score": 1}, "best-practices": {"score": 1},
            },
            "audits": {
                "largest-contentful-paint": {"numericValue": 640.0},
                "cumulative-layout-shift": {"numericValue": 0.01},
                "long-tasks": {"details": {"items": [{"duration": 60.0}, {"duration": 90.0}]}},
            },
        })
    }

    #[test]
    fn what_lighthouse_says_is_read() {
        let figures = judged("desktop", &[run()]).unwrap();
        let values: Vec<f64> = figures.iter().map(|figure| figure.runs[0]).collect();
        assert_eq!(values, [98.0, 100.0, 100.0, 0.64, 0.01, 0.09]);
        assert!(judged("desktop", &[json!({})]).is_err());
        assert_eq!(longest_task(&json!({})), 0.0);
    }

    #[test]
    fn a_run_without_all_figures_says_why() {
        let mut lost = run();
        lost["runtimeError"] = json!({"code": "NO_NAVSTART", "message": "Please run it again."});
        let mut unscored = run();
        unscored["categories"]["performance"]["score"] = Value::Null;
        let cases = [
            (true, run().to_string(), Ok(())),
            (false, run().to_string(), Err("it fails: (NO_NAVSTART)")),
            (true, lost.to_string(), Err("Please run it again.")),
            (true, unscored.to_string(), Err("it says no performance")),
            (true, String::new(), Err("it says no JSON")),
        ];
        for (succeeded, said, expected) in cases {
            let found = verdict(succeeded, &said, "(NO_NAVSTART)\n").map(|_| ());
            let found = found.map_err(|error| error.to_string());
            assert_eq!(found, expected.map_err(str::to_owned), "{said}");
        }
    }

    #[test]
    fn what_fails_is_tried_again_a_few_times() {
        // Failures before the first success, and what comes of it after how many tries.
        let cases = [
            (0, true, 1),
            (2, true, 3),
            (3, false, 3),
            (usize::MAX, false, 3),
        ];
        for (failures, succeeds, expected) in cases {
            let mut tries = 0;
            let found = tried("http://localhost/factors", || {
                tries += 1;
                ensure!(tries > failures, "no trace");
                Ok(run())
            });
            assert_eq!((found.is_ok(), tries), (succeeds, expected), "{failures}");
            if let Err(error) = found {
                let said =
                    "Lighthouse at http://localhost/factors failed 3 times, at last: no trace";
                assert_eq!(format!("{error:#}"), said);
            }
        }
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
