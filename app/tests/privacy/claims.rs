//! What responses say of numbers of students: read out of `/stats.json`, whose tables are those of the
//! pages and of their CSV files.

use serde_json::Value;

/// The name of the rare levels of a column together.
pub(crate) const POOL: &str = "Other (too few to show)";

/// Which of the students a number is about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    All,
    Level(String),
    /// From, included, to, excluded.
    Range(f64, f64),
}

/// So many students of the response's are in that part of a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Claim {
    pub(crate) column: String,
    pub(crate) part: Part,
    pub(crate) n: usize,
}

const SCORE: &str = "Exam_Score";

/// Every number of students in a `/stats.json`; tables that are not known here are a failure.
pub(crate) fn claims(stats: &Value) -> Vec<Claim> {
    let mut all = Vec::new();
    let figures = stats["figures"].as_object().expect("figures");
    for (id, figure) in figures {
        if figure["rows"].is_null() {
            continue;
        }
        let header: Vec<&str> = figure["header"]
            .as_array()
            .expect("a header")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let rows = figure["rows"].as_array().expect("rows");
        let total: u64 = match id.as_str() {
            "histogram" | "bands" => rows.iter().filter_map(|row| row[1].as_u64()).sum(),
            _ => 0,
        };
        for row in rows {
            let found = claim(id, &header, row);
            if let Some(claim) = &found {
                if total > 0 {
                    let percent = row[2].as_f64().expect("a percentage");
                    let exact = 100.0 * claim.n as f64 / total as f64;
                    assert!((percent - exact).abs() < 1e-9, "{id}: {row}");
                }
                all.push(claim.clone());
            }
        }
        if id == "summary" {
            all.extend(passes(figure, figures));
        }
    }
    all
}

fn claim(id: &str, header: &[&str], row: &Value) -> Option<Claim> {
    let at = header.iter().position(|name| *name == "students");
    let n = at.map(|at| row[at].as_u64().expect("a count") as usize);
    let text = |i: usize| row[i].as_str().expect("a name").to_owned();
    let claim = |column: String, part: Part| n.map(|n| Claim { column, part, n });
    match id {
        "counts" | "averages" => claim(text(0), Part::Level(text(1))),
        "average" => claim(header[0].to_owned(), Part::Level(text(0))),
        "histogram" => claim(SCORE.to_owned(), range(&text(0))),
        "bands" => claim(SCORE.to_owned(), band(&text(0))),
        "correlation" | "variance" | "matrix" | "strong" => claim(SCORE.to_owned(), Part::All),
        // Its groups are checked on their own.
        "means" => None,
        "summary" | "numeric" | "coefficients" | "partial" | "difference" => {
            assert_eq!(n, None, "{id} counts students");
            None
        }
        other => panic!("a table that this test does not know: {other} {header:?}"),
    }
}

/// The students who pass, from their share.
fn passes(summary: &Value, figures: &serde_json::Map<String, Value>) -> Option<Claim> {
    let rows = summary["rows"].as_array().expect("rows");
    let rate = rows.iter().find(|row| {
        row[0]
            .as_str()
            .is_some_and(|name| name.starts_with("pass rate"))
    })?;
    let rate = rate[1].as_f64().expect("a rate");
    let bars = figures["histogram"]["rows"].as_array().expect("bars");
    let all: u64 = bars.iter().filter_map(|row| row[1].as_u64()).sum();
    Some(Claim {
        column: SCORE.to_owned(),
        part: Part::Range(60.0, f64::INFINITY),
        n: (rate / 100.0 * all as f64).round() as usize,
    })
}

/// "below 60", "60", "60 to 61", "95 or more".
fn range(name: &str) -> Part {
    let number = |text: &str| text.parse::<f64>().expect(text);
    if let Some(high) = name.strip_prefix("below ") {
        return Part::Range(f64::NEG_INFINITY, number(high));
    }
    if let Some(low) = name.strip_suffix(" or more") {
        return Part::Range(number(low), f64::INFINITY);
    }
    match name.split_once(" to ") {
        Some((low, high)) => Part::Range(number(low), number(high) + 1.0),
        None => Part::Range(number(name), number(name) + 1.0),
    }
}

/// One band, or several from the best down.
fn band(name: &str) -> Part {
    let floors = [
        ("Excellent", 90.0, f64::INFINITY),
        ("Very Good", 80.0, 90.0),
        ("Good (", 70.0, 80.0),
        ("Satisfactory", 60.0, 70.0),
        ("Needs Improvement", f64::NEG_INFINITY, 60.0),
    ];
    let named = floors.iter().filter(|(word, ..)| match *word {
        "Good (" => name
            .split(", ")
            .flat_map(|part| part.split(" and "))
            .any(|part| part.starts_with(word)),
        word => name.contains(word),
    });
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (_, from, to) in named {
        (low, high) = (low.min(*from), high.max(*to));
    }
    Part::Range(low, high)
}
