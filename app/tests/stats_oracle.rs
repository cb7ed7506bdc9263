//! Holds the statistics to pandas, scipy and statsmodels on small seeded tables with ties,
//! constants, missing values and few rows. `oracle/random_tables.py` wrote the expected figures.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use student_analytics::stats::{
    Coefficient, Factor, MISSING_LEVEL, PASS_MARK, Setting, Term, anova, association,
    average_ranks, band_counts, benjamini_hochberg, box_stats, by_level, correlation_interval,
    equal_width, eta2_interval, gaussian_kde, hedges_g, kruskal, mann_whitney, mean_difference,
    mean_interval, pass_rate, pearson, pearson_matrix, proportion_difference, r2_interval, regress,
    spearman_matrix, summarize, trend, welch_anova, whole_numbers,
};

const FIGURES: f64 = 1e-9;
const P_VALUES: f64 = 1e-6;
/// Below this a reference is rounding noise around zero, and absolute error counts.
const NOISE: f64 = 1e-12;

#[test]
fn random_tables_agree() {
    let tables: Vec<Value> =
        serde_json::from_str(include_str!("oracle/random_tables.json")).unwrap();
    assert!(tables.len() >= 200);
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
    let (first, others) = (groups[0].as_slice(), groups[1..].concat());
    let passes: Vec<Vec<usize>> = groups.iter().map(|group| passes(group)).collect();
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
        "welch": welch_anova(&groups),
        "mean_difference": mean_difference(first, &others),
        "hedges_g": hedges_g(first, &others),
        "mann_whitney": mann_whitney(first, &others),
        "association": association(&passes),
        "proportions": proportion_difference(
            (passes[0][1], first.len()),
            (passes[1..].iter().map(|group| group[1]).sum(), others.len()),
        ),
        "regression": regression(&x, &y, &z, &codes, groups.len(), &at),
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

/// Failures and passes in a group.
fn passes(group: &[f64]) -> Vec<usize> {
    let passes = group.iter().filter(|&&score| score >= PASS_MARK).count();
    vec![group.len() - passes, passes]
}

/// The outcome on both numeric columns and the factor.
fn regression(x: &[f64], y: &[f64], z: &[f64], codes: &[u32], levels: usize, at: &[f64]) -> Value {
    let factors = [
        Factor::Numeric(x),
        Factor::Numeric(z),
        Factor::Categorical { codes, levels },
    ];
    let Ok(fit) = regress(y, &factors) else {
        return Value::Null;
    };
    let influence = fit.influence(&factors);
    let each = |of: &dyn Fn(usize) -> f64| (0..fit.n).map(of).collect::<Vec<f64>>();
    let last = fit.rows.iter().map(|&row| codes[row] as usize).max();
    let settings = [
        Setting::Number(at[0]),
        Setting::Number(at[2]),
        Setting::Level(last.unwrap()),
    ];
    json!({
        "n": fit.n,
        "df_model": fit.df_model,
        "df_residual": fit.df_residual,
        "aliased": fit.aliased.iter().map(|&term| name(term)).collect::<Vec<_>>(),
        "estimates": fit.coefficients.iter().map(|c| c.estimate).collect::<Vec<_>>(),
        "coefficients": fit.coefficients.iter().map(coefficient).collect::<Vec<_>>(),
        "fitted": fit.fitted,
        "r2": fit.r2,
        "adjusted_r2": fit.adjusted_r2,
        "residual_std": fit.residual_std,
        "f": fit.f,
        "f_p": fit.f_p,
        "partial": fit.partial,
        "influence": {
            "leverage": influence.leverage,
            "internal": each(&|row| influence.internal(row)),
            "external": each(&|row| influence.external(row)),
            "cook": each(&|row| influence.cook(row)),
        },
        "prediction": fit.predict(&settings),
    })
}

fn coefficient(c: &Coefficient) -> Value {
    json!({"stderr": c.stderr, "t": c.t, "p": c.p, "ci95": c.ci95})
}

fn name(term: Term) -> String {
    match term {
        Term::Intercept => "intercept".to_owned(),
        Term::Numeric { factor } => ["x", "z"][factor].to_owned(),
        Term::Level { level, .. } => format!("level {level}"),
    }
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
            let is_p = place.ends_with(" p") || place.ends_with("_p");
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
        (Value::String(got), Value::String(want)) if got == want => {}
        _ => differences.push(format!("{place}: {got}, expected {want}")),
    }
}
