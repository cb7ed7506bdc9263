//! A figure, and all figures of a run: as one table, as a file, and beside those of another run.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use student_analytics_data::DEFAULT_ROWS;

/// The version of the file's format.
const FORMAT: u64 = 1;

/// What a figure is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Of time.
    Seconds,
    /// Of memory and transfers.
    Bytes,
    /// Requests in a second.
    PerSecond,
    /// Things counted.
    Count,
    /// From 0 to 100.
    Points,
    /// Layout shift, which has no unit.
    Shift,
}

impl Unit {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Seconds, "seconds"),
        (Self::Bytes, "bytes"),
        (Self::PerSecond, "requests a second"),
        (Self::Count, "count"),
        (Self::Points, "points"),
        (Self::Shift, "layout shift"),
    ];

    fn name(self) -> &'static str {
        let known = Self::ALL.iter().find(|(unit, _)| *unit == self);
        known.map_or("", |(_, name)| name)
    }

    fn of(name: &str) -> Option<Self> {
        let known = Self::ALL.iter().find(|(_, known)| *known == name);
        known.map(|(unit, _)| *unit)
    }

    /// A value for people.
    fn words(self, value: f64) -> String {
        match self {
            Self::Seconds if value < 1.0 => format!("{:.2} ms", value * 1e3),
            Self::Seconds => format!("{value:.2} s"),
            Self::Bytes if value < 1e6 => format!("{:.1} KB", value / 1e3),
            Self::Bytes => format!("{:.1} MB", value / 1e6),
            Self::PerSecond | Self::Count | Self::Points => format!("{value:.0}"),
            Self::Shift => format!("{value:.3}"),
        }
    }
}

/// What is measured: part of the run, words for it, the page if it is one's, and the rows of the
/// table that was served.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Subject {
    pub(super) part: String,
    pub(super) what: String,
    pub(super) page: Option<String>,
    pub(super) rows: u64,
}

/// A figure: the values of several runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Figure {
    pub(super) subject: Subject,
    pub(super) unit: Unit,
    /// At least one.
    pub(super) runs: Vec<f64>,
}

impl Figure {
    /// A figure about the bundled sample as a whole.
    pub(super) fn new(part: &str, what: impl Into<String>, unit: Unit, runs: Vec<f64>) -> Self {
        Self {
            subject: Subject {
                part: part.to_owned(),
                what: what.into(),
                page: None,
                rows: DEFAULT_ROWS,
            },
            unit,
            runs,
        }
    }

    /// The same about one page.
    pub(super) fn of_page(mut self, page: &str) -> Self {
        self.subject.page = Some(page.to_owned());
        self
    }

    /// The same about a table of so many rows.
    pub(super) fn of_rows(mut self, rows: u64) -> Self {
        self.subject.rows = rows;
        self
    }

    /// The value in the middle; of an even number, the upper of the two.
    fn median(&self) -> Option<f64> {
        let mut runs = self.runs.clone();
        runs.sort_by(f64::total_cmp);
        runs.get(runs.len() / 2).copied()
    }
}

/// A run: what was measured, on what.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    /// The machine.
    pub(super) host: String,
    /// The program.
    pub(super) program: String,
    pub(super) figures: Vec<Figure>,
}

impl Run {
    /// For programs.
    pub(super) fn json(&self) -> Value {
        let figures = self.figures.iter().map(|figure| {
            let Subject {
                part,
                what,
                page,
                rows,
            } = &figure.subject;
            json!({
                "part": part, "what": what, "page": page, "rows": rows, "unit": figure.unit.name(),
                "median": figure.median(), "runs": figure.runs,
            })
        });
        json!({
            "format": FORMAT,
            "host": self.host,
            "program": self.program,
            "figures": figures.collect::<Vec<_>>(),
        })
    }

    /// What [`Self::json`] made.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let document: Value = serde_json::from_str(text).context("it is no JSON")?;
        ensure!(
            document["format"] == FORMAT,
            "it is no file of cargo xtask bench --json of this version"
        );
        let word = |value: &Value, key: &str| {
            let word = value[key].as_str().map(str::to_owned);
            word.with_context(|| format!("it has no {key}"))
        };
        let figures = document["figures"]
            .as_array()
            .context("it has no figures")?;
        let figures = figures.iter().map(|figure| {
            let unit = word(figure, "unit")?;
            let runs = figure["runs"].as_array().context("a figure has no runs")?;
            let runs: Vec<f64> = runs.iter().filter_map(Value::as_f64).collect();
            ensure!(!runs.is_empty(), "a figure has no runs");
            Ok(Figure {
                subject: Subject {
                    part: word(figure, "part")?,
                    what: word(figure, "what")?,
                    page: figure["page"].as_str().map(str::to_owned),
                    rows: figure["rows"].as_u64().unwrap_or(DEFAULT_ROWS),
                },
                unit: Unit::of(&unit).with_context(|| format!("there is no unit {unit}"))?,
                runs,
            })
        });
        Ok(Self {
            host: word(&document, "host")?,
            program: word(&document, "program")?,
            figures: figures.collect::<Result<_>>()?,
        })
    }

    /// One table in Markdown: a line for each figure, a column for each size of the table served.
    /// Beside another run's, each value has that one's and its own share of it.
    pub(super) fn table(&self, other: Option<&Self>) -> String {
        let mut sizes: Vec<u64> = self.figures.iter().map(|it| it.subject.rows).collect();
        sizes.sort_unstable();
        sizes.dedup();
        let before: BTreeMap<&Subject, &Figure> = other
            .iter()
            .flat_map(|other| &other.figures)
            .map(|figure| (&figure.subject, figure))
            .collect();
        let mut text = String::from("| part | what |");
        for size in &sizes {
            let _ = write!(text, " {} rows |", grouped(*size));
        }
        text.push_str("\n| --- | --- |");
        text.push_str(&" ---: |".repeat(sizes.len()));
        text.push('\n');
        let mut lines: Vec<(&Subject, BTreeMap<u64, String>)> = Vec::new();
        for figure in &self.figures {
            let cell = cell(figure, before.get(&figure.subject).copied());
            let key = |it: &Subject| (it.part.clone(), it.what.clone(), it.page.clone());
            let subject = &figure.subject;
            match lines.iter_mut().find(|(it, _)| key(it) == key(subject)) {
                Some((_, cells)) => {
                    cells.insert(subject.rows, cell);
                }
                None => lines.push((subject, BTreeMap::from([(subject.rows, cell)]))),
            }
        }
        for (subject, cells) in lines {
            let page = subject.page.as_ref().map(|page| format!(", `{page}`"));
            let _ = write!(
                text,
                "| {} | {}{} |",
                subject.part,
                subject.what,
                page.unwrap_or_default()
            );
            for size in &sizes {
                let _ = write!(text, " {} |", cells.get(size).map_or("", String::as_str));
            }
            text.push('\n');
        }
        text
    }
}

/// A value, and beside it another run's with the share of it that this is.
fn cell(figure: &Figure, before: Option<&Figure>) -> String {
    let Some(value) = figure.median() else {
        return String::new();
    };
    let text = figure.unit.words(value);
    match before
        .filter(|it| it.unit == figure.unit)
        .and_then(Figure::median)
    {
        Some(before) if before > 0.0 => format!(
            "{text} (was {}, × {:.2})",
            figure.unit.words(before),
            value / before
        ),
        Some(before) => format!("{text} (was {})", figure.unit.words(before)),
        None => text,
    }
}

/// A whole number with a comma before each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(factor: f64) -> Run {
        let times = [1.0, 3.0, 2.0].map(|time| time * factor / 1e3).to_vec();
        let view = Figure::new("pages", "CPU of a view", Unit::Seconds, times).of_page("/overview");
        Run {
            host: "a machine".to_owned(),
            program: "a program".to_owned(),
            figures: vec![
                Figure::new("start", "start to ready", Unit::Seconds, vec![2.5 * factor]),
                view.clone(),
                view.of_rows(1_000_000),
                Figure::new("load", "failed", Unit::Count, vec![0.0]),
                Figure::new("start", "resident", Unit::Bytes, vec![12_300_000.0]),
            ],
        }
    }

    #[test]
    fn sizes_are_columns_and_another_run_stands_beside() {
        insta::assert_snapshot!(run(1.0).table(None), @r"
        | part | what | 6,607 rows | 1,000,000 rows |
        | --- | --- | ---: | ---: |
        | start | start to ready | 2.50 s |  |
        | pages | CPU of a view, `/overview` | 2.00 ms | 2.00 ms |
        | load | failed | 0 |  |
        | start | resident | 12.3 MB |  |
        ");
        insta::assert_snapshot!(run(1.0).table(Some(&run(2.0))), @r"
        | part | what | 6,607 rows | 1,000,000 rows |
        | --- | --- | ---: | ---: |
        | start | start to ready | 2.50 s (was 5.00 s, × 0.50) |  |
        | pages | CPU of a view, `/overview` | 2.00 ms (was 4.00 ms, × 0.50) | 2.00 ms (was 4.00 ms, × 0.50) |
        | load | failed | 0 (was 0) |  |
        | start | resident | 12.3 MB (was 12.3 MB, × 1.00) |  |
        ");
    }

    #[test]
    fn files_are_read_again() {
        let run = run(1.0);
        assert_eq!(Run::parse(&run.json().to_string()).unwrap(), run);
        for (text, expected) in [
            ("x", "no JSON"),
            ("{}", "version"),
            (r#"{"format": 1}"#, "figures"),
            (
                r#"{"format": 1, "figures": [{"unit": "miles", "runs": [1], "part": "a", "what": "b"}]}"#,
                "host",
            ),
            (
                r#"{"format": 1, "host": "a", "program": "b", "figures": [{"unit": "miles", "runs": [1], "part": "a", "what": "b"}]}"#,
                "miles",
            ),
        ] {
            let error = Run::parse(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
