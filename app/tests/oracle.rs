//! `/stats.json` agrees with pandas, scipy and statsmodels on every figure of the oracle, for the
//! bundled sample and, where its path is given, for the published dataset.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::{Path, PathBuf};

use axum::Router;
use axum::http::StatusCode;
use serde_json::Value;
use student_analytics::dataset::{DEFAULT_OUTCOME, read_file};
use support::{dashboard, get};

/// Paths of the published dataset and of its oracle.
const REAL_DATA: &str = "STUDENT_ANALYTICS_REAL_DATA";
const REAL_ORACLE: &str = "STUDENT_ANALYTICS_REAL_ORACLE";

/// Cases of the oracle, and the addresses that ask for them.
const CASES: [(&str, &str); 4] = [
    ("all", "/stats.json"),
    (
        "Parental_Involvement=High",
        "/stats.json?Parental_Involvement=High",
    ),
    (
        "Gender=Female&School_Type=Private",
        "/stats.json?Gender=Female&School_Type=Private",
    ),
    (
        "Teacher_Quality=Low|High",
        "/stats.json?Teacher_Quality=Low&Teacher_Quality=High",
    ),
];

/// Relative error allowed for figures and for p-values.
const FIGURES: f64 = 1e-9;
const P_VALUES: f64 = 1e-6;
/// References smaller than this are compared absolutely.
const TINY: f64 = 1e-12;

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

async fn stats(dashboard: &Router, address: &str) -> Value {
    let answer = get(dashboard, address).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}");
    serde_json::from_str(&answer.body).unwrap()
}

/// Compares everything in `reference` with `ours`; returns the number of figures and the problems.
fn compare(path: &str, reference: &Value, ours: &Value, found: &mut (usize, Vec<String>)) {
    match (reference, ours) {
        (Value::Object(reference), Value::Object(ours)) => {
            for (key, value) in reference {
                let here = format!("{path}/{key}");
                match ours.get(key) {
                    Some(own) => compare(&here, value, own, found),
                    None => found.1.push(format!("{here} is missing")),
                }
            }
        }
        (Value::Array(reference), Value::Array(ours)) => {
            if reference.len() != ours.len() {
                found.1.push(format!("{path} has {} items", ours.len()));
            }
            for (i, (value, own)) in reference.iter().zip(ours).enumerate() {
                compare(&format!("{path}/{i}"), value, own, found);
            }
        }
        (Value::Number(reference), Value::Number(own)) => {
            found.0 += 1;
            let (reference, own) = (reference.as_f64().unwrap(), own.as_f64().unwrap());
            let is_p = path.ends_with("/p")
                || path.ends_with("_p")
                || path.starts_with("/benjamini_hochberg");
            let tolerance = if is_p { P_VALUES } else { FIGURES };
            let scale = if reference.abs() < TINY {
                1.0
            } else {
                reference.abs()
            };
            if (reference - own).abs() > tolerance * scale {
                found.1.push(format!("{path} is {own}, not {reference}"));
            }
        }
        _ if reference == ours => found.0 += 1,
        _ => found.1.push(format!("{path} is {ours}, not {reference}")),
    }
}

async fn agrees(data: &Path, oracle: &Path) {
    let text = std::fs::read_to_string(oracle)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", oracle.display()));
    let oracle: Value = serde_json::from_str(&text).unwrap();
    let dataset = read_file(data, DEFAULT_OUTCOME).expect("the dataset is readable");
    let dashboard = dashboard(dataset);
    for (case, address) in CASES {
        let mut found = (0, Vec::new());
        compare(
            "",
            &oracle[case],
            &stats(&dashboard, address).await,
            &mut found,
        );
        let (figures, problems) = found;
        println!("{case}: {figures} figures compared");
        assert!(figures > 500, "only {figures} figures were compared");
        assert!(problems.is_empty(), "{case}:\n{}", problems.join("\n"));
    }
}

#[tokio::test]
async fn the_sample_agrees_with_its_oracle() {
    let data = project("../data/StudentPerformanceFactors.csv");
    agrees(&data, &project("tests/oracle/sample.json")).await;
}

#[tokio::test]
async fn the_published_dataset_agrees_with_its_oracle() {
    match (std::env::var_os(REAL_DATA), std::env::var_os(REAL_ORACLE)) {
        (Some(data), Some(oracle)) => agrees(Path::new(&data), Path::new(&oracle)).await,
        // The published file is not part of the project; its owner points to it.
        (None, None) => println!("{REAL_DATA} and {REAL_ORACLE} are not set: sample only"),
        _ => panic!("set both {REAL_DATA} and {REAL_ORACLE}, or neither"),
    }
}
