//! Holds the statistics to pandas, scipy and statsmodels on small seeded tables with ties,
//! constants, missing values and few rows. `oracle/random_tables.py` wrote the expected figures.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use student_analytics::stats::{
    MISSING_LEVEL, PASS_MARK, anova, average_ranks, band_counts, benjamini_hochberg, box_stats,
    by_level, correlation_interval, equal_width, eta2_interval, gaussian_kde, kruskal,
    mean_interval, pass_rate, pearson, pearson_matrix, r2_interval, spearman_matrix, summarize,
    trend, whole_numbers,
};

const FIGURES: f64 = 1e-9;
const P_VALUES: f64 = 1e-6;
/// Below this a reference is rounding noise around zero, and absolute error counts.
const NOISE: f64 = 1e-12;

#[test]
fn random_tables_agree() {
    let tables: Vec<Value> =
        serde_json::from_str(include_str!("oracle/random_tables.json")).unwrap();
    assert!(tables.len() >= 55);
    let mut differences = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        let place = format!("{number} ({})", table["name"]);
        compare(
            &place,
            &figures(table),
            &table["expected"],
            &mut differences,
        );
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Every figure of a table, under the names the script gives them.
fn figures(table: &Value) -> Value {
    let [x, y, z, p, at] = ["x", "y", "z", "p", "at"].map(|name| numbers(&table[name]));
    let codes: Vec<u32> = numbers(&table["codes"])
        .iter()
        .map(|&code| level(code))
        .collect();
    let groups = by_level(&codes, table["levels"].as_u64().unwrap() as usize, &y);
    let analysis = anova(&groups);
    let pair = pearson(&x, &y);
    let line = trend(&x, &y);
    json!({
        "summary": summarize(&y),
        "mean_interval": mean_interval(&y),
        "box": box_stats(&y),
        "histogram": equal_width(&y, 7),
        "whole_numbers": whole_numbers(&y),
        "kde": gaussian_kde(&y, 5),
        "pearson": pearson_matrix(&[&x, &y, &z]),
        "spearman": spearman_matrix(&[&x, &y, &z]),
        "ranks": average_ranks(&x),
        "correlation_interval": correlation_interval(pair.r, pair.n),
        "r2_interval": r2_interval(pair.r, pair.n),
        "band": line.as_ref().filter(|line| line.n > 2)
            .map(|line| at.iter().map(|&x| line.band(x)).collect::<Vec<_>>()),
        "trend": line,
        "eta2_interval": analysis.as_ref()
            .and_then(|a| eta2_interval(a.f, a.df_between, a.df_within)),
        "anova": tests(&groups),
        "bands": band_counts(&y),
        "pass_rate": pass_rate(&y, PASS_MARK),
        "benjamini_hochberg": benjamini_hochberg(&p),
    })
}

/// Both tests of the groups, in one object as the script writes them.
fn tests(groups: &[Vec<f64>]) -> Value {
    let mut both = json!(anova(groups));
    if let Some(ranks) = kruskal(groups) {
        both["kruskal_h"] = json!(ranks.h);
        both["kruskal_p"] = json!(ranks.p);
    }
    both
}

fn numbers(values: &Value) -> Vec<f64> {
    values
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap_or(f64::NAN))
        .collect()
}

fn level(code: f64) -> u32 {
    if code.is_nan() {
        MISSING_LEVEL
    } else {
        code as u32
    }
}

/// Notes every expected figure that `got` misses. Fields the script does not know are ignored.
fn compare(place: &str, got: &Value, want: &Value, differences: &mut Vec<String>) {
    match (got, want) {
        (Value::Object(got), Value::Object(want)) => {
            for (name, want) in want {
                let got = got.get(name).unwrap_or(&Value::Null);
                compare(&format!("{place} {name}"), got, want, differences);
            }
        }
        (Value::Array(got), Value::Array(want)) if got.len() == want.len() => {
            for (i, (got, want)) in got.iter().zip(want).enumerate() {
                compare(&format!("{place}[{i}]"), got, want, differences);
            }
        }
        (Value::Number(got), Value::Number(want)) => {
            let (got, want) = (got.as_f64().unwrap(), want.as_f64().unwrap());
            let is_p = place.ends_with(" p") || place.ends_with(" kruskal_p");
            let relative = if is_p { P_VALUES } else { FIGURES };
            let allowed = if want.abs() < NOISE {
                NOISE
            } else {
                relative * want.abs()
            };
            if (got - want).abs() > allowed {
                differences.push(format!("{place}: {got:e}, expected {want:e}"));
            }
        }
        (Value::Null, Value::Null) => {}
        _ => differences.push(format!("{place}: {got}, expected {want}")),
    }
}
