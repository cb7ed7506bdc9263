//! The statistics against NIST's reference datasets for linear regression and analysis of variance,
//! with the digits of agreement as a table: `cargo test --test nist -- --nocapture`.
//!
//! The file lies beside the project, not in it. Without it the tests say so and pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use student_analytics::stats::{Factor, Regression, anova, regress, regress_through_origin};

/// Path of the reference datasets, where it is not the one beside the project.
const NIST: &str = "STUDENT_ANALYTICS_NIST";
const BESIDE: &str = "../../shared/oracle/nist.json";

/// Digits that must agree on most datasets, and on those that double precision cannot even hold.
const DIGITS: f64 = 9.0;
const HARD_DIGITS: f64 = 6.0;
const HARD: [&str; 3] = ["Filip", "Wampler4", "Wampler5"];
/// Absolute error allowed where the certified value is 0.
const AROUND_ZERO: f64 = 1e-6;
/// Digits beyond which agreement is rounding.
const MOST: f64 = 15.0;

/// Datasets of one kind, or a line that says that they are not there.
fn datasets(kind: &str) -> Option<Map<String, Value>> {
    let given = std::env::var_os(NIST).map(PathBuf::from);
    let path = match given {
        Some(path) => path,
        None => {
            let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join(BESIDE);
            if !beside.exists() {
                println!("skipped: {NIST} is not set and {BESIDE} is not there");
                return None;
            }
            beside
        }
    };
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    let mut all: Value = serde_json::from_str(&text).unwrap();
    let Value::Object(datasets) = all[kind].take() else {
        panic!("{} has no {kind}", path.display());
    };
    Some(datasets)
}

#[test]
fn regressions_agree() {
    let Some(datasets) = datasets("regression") else {
        return;
    };
    assert_eq!(datasets.len(), 11);
    println!("| dataset | difficulty | coefficients | standard errors | residual sd | r² |");
    println!("| --- | --- | ---: | ---: | ---: | ---: |");
    let mut problems = Vec::new();
    for (name, dataset) in &datasets {
        let fit = fitted(dataset);
        assert_eq!(fit.aliased, [], "{name}");
        let coefficient = |i: usize| fit.coefficients[i].estimate;
        let stderr = |i: usize| fit.coefficients[i].stderr;
        let agreement = [
            worst(&dataset["coef"], coefficient),
            worst(&dataset["stderr"], stderr),
            digits(fit.residual_std, number(&dataset["residual_sd"])),
            digits(fit.r2, number(&dataset["r2"])),
        ];
        let wanted = if HARD.contains(&name.as_str()) {
            HARD_DIGITS
        } else {
            DIGITS
        };
        // Of a perfect fit, only the coefficients and r² have digits.
        let perfect = number(&dataset["residual_sd"]) == 0.0;
        let least = |i: usize| match perfect && (i == 1 || i == 2) {
            true => -AROUND_ZERO.log10(),
            false => wanted,
        };
        let shown = agreement.map(|digits| format!("{digits:.1}")).join(" | ");
        println!(
            "| {name} | {} | {shown} |",
            dataset["difficulty"].as_str().unwrap()
        );
        for (i, &got) in agreement.iter().enumerate() {
            if got.is_nan() || got < least(i) {
                problems.push(format!(
                    "{name}: {got:.1} digits in column {i}, not {}",
                    least(i)
                ));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn fitted(dataset: &Value) -> Regression {
    let (y, rows) = (numbers(&dataset["y"]), dataset["x"].as_array().unwrap());
    let rows: Vec<Vec<f64>> = rows.iter().map(numbers).collect();
    let columns: Vec<Vec<f64>> = match dataset["polynomial_degree"].as_i64() {
        Some(degree) => (1..=degree as i32)
            .map(|power| rows.iter().map(|row| row[0].powi(power)).collect())
            .collect(),
        None => (0..rows[0].len())
            .map(|column| rows.iter().map(|row| row[column]).collect())
            .collect(),
    };
    let factors: Vec<Factor<'_>> = columns.iter().map(|c| Factor::Numeric(c)).collect();
    let fit = match dataset["intercept"].as_bool().unwrap() {
        true => regress(&y, &factors),
        false => regress_through_origin(&y, &factors),
    };
    fit.unwrap()
}

#[test]
fn analyses_of_variance_agree() {
    let Some(datasets) = datasets("anova") else {
        return;
    };
    assert_eq!(datasets.len(), 11);
    println!("| dataset | difficulty | F | η² | F of exact arithmetic on the same doubles |");
    println!("| --- | --- | ---: | ---: | ---: |");
    let mut problems = Vec::new();
    for (name, dataset) in &datasets {
        let groups: Vec<Vec<f64>> = dataset["groups"]
            .as_object()
            .unwrap()
            .values()
            .map(numbers)
            .collect();
        let got = anova(&groups).unwrap();
        let certified = number(&dataset["f"]);
        let (f, eta2) = (
            digits(got.f, certified),
            digits(got.eta2, number(&dataset["r2"])),
        );
        let difficulty = dataset["difficulty"].as_str().unwrap();
        // Tenths near 1e12 are not tenths as doubles: their own F is another than the certified.
        let exact = (difficulty == "higher").then(|| exact_f(&groups));
        let possible = exact.map(|exact| digits(exact, certified));
        let shown = possible.map_or("–".to_owned(), |digits| format!("{digits:.1}"));
        println!("| {name} | {difficulty} | {f:.1} | {eta2:.1} | {shown} |");
        if exact.is_some_and(|exact| digits(got.f, exact) < 12.0) {
            problems.push(format!("{name}: {} is not the exact {exact:?}", got.f));
        }
        let least = possible.map_or(DIGITS, |possible| possible - 0.05);
        if f < least || (exact.is_none() && eta2 < DIGITS) {
            problems.push(format!(
                "{name}: {f:.1} and {eta2:.1} digits, not {least:.1}"
            ));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// F in whole numbers, for groups of one size whose values are whole multiples of 2^-13 apart.
fn exact_f(groups: &[Vec<f64>]) -> f64 {
    const UNIT: f64 = 8192.0;
    let first = groups[0][0];
    let whole = |value: &f64| {
        let steps = (value - first) * UNIT;
        assert_eq!(steps, steps.round(), "{value}");
        steps as i128
    };
    let groups: Vec<Vec<i128>> = groups
        .iter()
        .map(|group| group.iter().map(whole).collect())
        .collect();
    let (k, n) = (groups.len() as i128, groups[0].len() as i128);
    assert!(groups.iter().all(|group| group.len() as i128 == n));
    let totals: Vec<i128> = groups.iter().map(|group| group.iter().sum()).collect();
    let total: i128 = totals.iter().sum();
    let of_totals: i128 = totals.iter().map(|total| total * total).sum();
    let squares: i128 = groups.iter().flatten().map(|value| value * value).sum();
    // Sums of squares times k n.
    let (between, within) = (k * of_totals - total * total, k * (n * squares - of_totals));
    (between * k * (n - 1)) as f64 / (within * (k - 1)) as f64
}

/// Least digits of agreement over a series of certified values.
fn worst(certified: &Value, got: impl Fn(usize) -> f64) -> f64 {
    let certified = certified.as_array().unwrap();
    let each = certified
        .iter()
        .enumerate()
        .map(|(i, want)| digits(got(i), number(want)));
    each.fold(MOST, |least, digits| match digits.is_nan() {
        true => f64::NAN,
        false => least.min(digits),
    })
}

/// Digits of agreement: the logarithm of the relative error, or of the absolute one around 0.
fn digits(got: f64, certified: f64) -> f64 {
    let scale = if certified == 0.0 {
        1.0
    } else {
        certified.abs()
    };
    (-((got - certified).abs() / scale).log10()).min(MOST)
}

fn number(value: &Value) -> f64 {
    match value.as_str() {
        Some(text) => text.parse().unwrap(),
        None => value.as_f64().unwrap(),
    }
}

fn numbers(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(number).collect()
}
