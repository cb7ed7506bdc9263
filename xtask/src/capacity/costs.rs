//! What views cost, from a file that `cargo xtask bench --json` wrote.

use anyhow::{Context, Result, ensure};
use capacity::{Demand, Page};
use serde_json::Value;

use crate::bench::{AGAIN, FIRST_VISIT, FRESH, FURTHER, PAGES_PART};

/// The figures that come with the project. They are of the release build that the README names.
pub(super) const COMMITTED: &str = include_str!("costs.json");

/// What views cost, and where that comes from.
#[derive(Debug)]
pub(super) struct Costs {
    pub(super) demand: Demand,
    /// What it was measured on, and what.
    pub(super) source: String,
}

/// Reads the figures of tables of so many rows.
///
/// A view that was asked for before costs as much as a new one if the file does not know better.
pub(super) fn read(text: &str, rows: u64, shared: f64) -> Result<Costs> {
    let document: Value = serde_json::from_str(text).context("it is no JSON")?;
    let figures = document["figures"]
        .as_array()
        .context("it has no figures: it is no file of cargo xtask bench --json")?;
    let mut pages: Vec<Page> = Vec::new();
    let of_pages = |figure: &&Value| figure["part"] == PAGES_PART && figure["rows"] == rows;
    for figure in figures.iter().filter(of_pages) {
        let (Some(path), Some(what), Some(value)) = (
            figure["page"].as_str(),
            figure["what"].as_str(),
            figure["median"].as_f64(),
        ) else {
            continue;
        };
        ensure!(
            value.is_finite() && value >= 0.0,
            "{what} of {path} is {value}"
        );
        let place = pages.iter().position(|page| page.path == path);
        let place = place.unwrap_or(pages.len());
        if place == pages.len() {
            pages.push(Page {
                path: path.to_owned(),
                again: f64::NAN,
                fresh: f64::NAN,
                further: 0.0,
                first_visit: 0.0,
            });
        }
        let page = &mut pages[place];
        match what {
            AGAIN => page.again = value,
            FRESH => page.fresh = value,
            FURTHER => page.further = value,
            FIRST_VISIT => page.first_visit = value,
            _ => {}
        }
    }
    ensure!(
        !pages.is_empty(),
        "it has no costs of pages with {rows} rows: measure them with cargo xtask bench --only pages --rows {rows}"
    );
    for page in &mut pages {
        ensure!(
            page.fresh > 0.0,
            "it does not say what a view of {} costs: {FRESH}",
            page.path
        );
        if page.again.is_nan() {
            page.again = page.fresh;
        }
    }
    let word = |key: &str| document[key].as_str().unwrap_or("unknown").to_owned();
    Ok(Costs {
        demand: Demand { pages, shared },
        source: format!("{}, on {}", word("program"), word("host")),
    })
}

#[cfg(test)]
mod tests {
    use student_analytics_data::DEFAULT_ROWS;

    use super::*;

    #[test]
    fn the_committed_file_has_costs() {
        let costs = read(COMMITTED, DEFAULT_ROWS, 0.5).unwrap();
        assert!(costs.demand.work().mean() > 0.0 && costs.demand.bytes() > 0.0);
    }

    #[test]
    fn what_is_missing_is_named() {
        let cases = [
            ("[", "no JSON"),
            ("{}", "no figures"),
            (r#"{"figures": []}"#, "--rows 6607"),
            (
                r#"{"figures": [{"part": "pages", "page": "/a", "rows": 6607, "what": "x", "median": 1}]}"#,
                "/a costs",
            ),
        ];
        for (text, expected) in cases {
            let error = read(text, DEFAULT_ROWS, 0.5).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
