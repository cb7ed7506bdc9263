//! Privacy mode: every output for random filters on the sample, and what follows from it together with
//! the outputs without any of its filters. The students are counted by the test itself.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod chance;
mod check;
mod claims;
mod elimination;
mod failures;
mod outputs;
mod students;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;

use axum::Router;
use axum::http::StatusCode;
use serde_json::Value;
use student_analytics::dataset::read;

use chance::Chance;
use check::check;
use claims::{About, Claim, Part, SCORE};
use outputs::{outputs, stats};
use student_analytics::store::Store;
use students::{Condition, FACTORS, NUMERIC, Students};
use support::{get, uploads, withholding};

const SAMPLE: &str = include_str!("../../../data/StudentPerformanceFactors.csv");
const LEAST: usize = 10;
/// Sets of filters that are tried, beside none at all.
const CASES: usize = 16;
/// Sets of filters for which every output is read.
const WHOLE_CASES: usize = 7;

fn sample(min_group: usize) -> Router {
    let dataset = read("sample.csv".to_owned(), SAMPLE.as_bytes(), "Exam_Score");
    withholding(dataset.unwrap(), min_group)
}

/// All that the responses with any of the conditions as filters say; `None` where a range is no step. `whole`
/// asks for every output, else `/stats.json` has to do, whose tables are all pages'.
async fn said(
    app: &Router,
    students: &Students,
    conditions: &[Condition],
    whole: bool,
) -> Option<Vec<Claim>> {
    let mut all = Vec::new();
    for filters in 0..1 << conditions.len() {
        let about = About {
            conditions,
            filters,
            group: None,
        };
        let mut response = stats(app, students, &about).await?;
        if whole {
            response.extend(outputs(app, students, &about, LEAST).await);
        }
        if !response.is_empty() {
            response.push(total(students, &about));
        }
        all.extend(response);
    }
    Some(all)
}

/// The number of all whom a response is about, which any of its tables by levels adds up to.
fn total(students: &Students, about: &About<'_>) -> Claim {
    let filters = about.filters;
    let all = 0..1_usize << about.conditions.len();
    let patterns = all.filter(|pattern| pattern & filters == filters);
    Claim {
        column: SCORE.to_owned(),
        part: Part::All,
        patterns: patterns.map(|pattern| 1 << pattern).sum(),
        n: students.count(about.conditions, filters),
    }
}

fn words(conditions: &[Condition]) -> String {
    let all: Vec<String> = conditions.iter().map(Condition::query).collect();
    all.join("&")
}

fn checked(students: &Students, conditions: &[Condition], said: &[Claim]) -> usize {
    check(students, conditions, said, LEAST)
        .unwrap_or_else(|what| panic!("{}: {what}", words(conditions)))
}

#[tokio::test]
async fn no_small_group_is_shown_or_follows() {
    let students = Students::read(SAMPLE);
    let app = sample(LEAST);
    let mut chance = Chance(7);
    let mut tried: BTreeMap<usize, usize> = BTreeMap::new();
    let mut counted = 0;
    while tried.values().sum::<usize>() < CASES {
        let n = 1 + chance.below(2);
        let conditions = chance.conditions(n, &students);
        let Some(said) = said(&app, &students, &conditions, false).await else {
            continue;
        };
        counted += checked(&students, &conditions, &said);
        *tried.entry(n).or_default() += 1;
    }
    assert!(tried[&1] > 3 && tried[&2] > 3, "{tried:?}");
    assert!(counted > 100 * CASES, "{counted}");
}

/// Filters under which the smallest group by some column has one student too few, be it among those who
/// meet them or among the others.
#[tokio::test]
async fn one_student_too_few_is_too_few() {
    let students = Students::read(SAMPLE);
    let app = sample(LEAST);
    let mut found = 0;
    for numeric in NUMERIC {
        for value in students.levels(numeric) {
            let value: f64 = value.parse().unwrap();
            let conditions = [Condition::Range(numeric, value, f64::INFINITY)];
            let is_close = |column: &&str| {
                let atoms = students.atoms(column, &conditions);
                atoms.into_values().filter(|n| *n > 0).min() == Some(LEAST - 1)
            };
            if found < 4
                && FACTORS.iter().any(is_close)
                && let Some(said) = said(&app, &students, &conditions, false).await
            {
                checked(&students, &conditions, &said);
                found += 1;
            }
        }
    }
    assert!(found > 1, "{found}");
}

/// Tables in which few or none meet two conditions, so that the number of those who do gives away what is
/// not shown.
#[tokio::test]
async fn the_number_who_meet_two_conditions_gives_nothing_away() {
    let level = |column, level: &str| Condition::Level(column, level.to_owned());
    let conditions = [level("Gender", "Female"), level("Internet_Access", "No")];
    // How many are kept of those who meet neither, the first, the second, both; with and without
    // learning disabilities.
    let all = usize::MAX;
    for kept in [
        [[4, all, all, 0], [all, all, all, 0]],
        [[all, all, all, 3], [4, all, all, all]],
        [[all, 4, all, all], [all, all, 3, all]],
    ] {
        let csv = Students::read(SAMPLE).thinned(&conditions, "Learning_Disabilities", kept);
        let dataset = read("x".to_owned(), csv.as_bytes(), "Exam_Score").unwrap();
        let app = withholding(dataset, LEAST);
        let students = Students::read(&csv);
        let said = said(&app, &students, &conditions, false).await.unwrap();
        checked(&students, &conditions, &said);
    }
}

#[tokio::test]
async fn every_output_is_free_of_small_groups() {
    let students = Students::read(SAMPLE);
    let app = sample(LEAST);
    let mut chance = Chance(11);
    let level = |column, level: &str| Condition::Level(column, level.to_owned());
    let mut sets = vec![
        vec![
            level("Gender", "Female"),
            Condition::Range("Hours_Studied", 10.0, 30.0),
        ],
        vec![Condition::Range("Exam_Score", 70.0, f64::INFINITY)],
    ];
    let mut counted = 0;
    while counted < WHOLE_CASES {
        let conditions = sets.pop().unwrap_or_else(|| {
            let n = 1 + chance.below(2);
            chance.conditions(n, &students)
        });
        if let Some(said) = said(&app, &students, &conditions, true).await {
            checked(&students, &conditions, &said);
            counted += 1;
        }
    }
    let metrics = get(&app, "/metrics").await;
    assert!(!metrics.body.contains("dataset_rows"), "{}", metrics.body);
}

/// A filter and a group, which is a condition like any other.
#[tokio::test]
async fn groups_that_are_compared_give_no_small_one_away() {
    let students = Students::read(SAMPLE);
    let app = sample(LEAST);
    let mut chance = Chance(11);
    let mut compared = 0;
    for _ in 0..14 {
        let conditions = chance.conditions(2, &students);
        let mut all = Vec::new();
        let mut stepped = true;
        for (filters, group) in [(0, None), (1, None), (0, Some(1)), (1, Some(1))] {
            let about = About {
                conditions: &conditions,
                filters,
                group,
            };
            match stats(&app, &students, &about).await {
                Some(said) => {
                    let is_group = |claim: &Claim| claim.patterns == 1 << 2 | 1 << 3;
                    compared += usize::from(group.is_some() && said.iter().any(is_group));
                    all.extend(said);
                }
                None => stepped = false,
            }
        }
        if stepped {
            checked(&students, &conditions, &all);
        }
    }
    assert!(compared > 2, "{compared}");
}

#[tokio::test]
async fn pages_stay_useful() {
    let app = sample(LEAST);
    for query in ["", "?Gender=Female"] {
        let stats: Value =
            serde_json::from_str(&get(&app, &format!("/stats.json{query}")).await.body).unwrap();
        for id in [
            "summary",
            "histogram",
            "bands",
            "average",
            "counts",
            "numeric",
            "averages",
            "correlation",
            "variance",
            "coefficients",
            "partial",
            "matrix",
            "means",
            "difference",
        ] {
            let rows = stats["figures"][id]["rows"].as_array();
            assert!(
                rows.is_some_and(|rows| rows.len() > 1),
                "{query} {id}: {}",
                stats["figures"][id]
            );
        }
    }
}

#[tokio::test]
async fn rows_are_not_given_out_and_addresses_are_limited() {
    let app = sample(LEAST);
    let cases = [
        (
            "/export.csv",
            StatusCode::FORBIDDEN,
            "nothing of single students",
        ),
        (
            "/export.json?Gender=Female",
            StatusCode::FORBIDDEN,
            "no rows",
        ),
        ("/export.parquet", StatusCode::FORBIDDEN, "/guide/privacy"),
        (
            "/datasets/0/mapping",
            StatusCode::FORBIDDEN,
            "no columns as files have them",
        ),
        (
            "/overview?Gender=Female&School_Type=Public&Internet_Access=No",
            StatusCode::BAD_REQUEST,
            "at most 2",
        ),
        (
            "/compare?Gender=Female&a.School_Type=Public&b.Internet_Access=No",
            StatusCode::BAD_REQUEST,
            "3 conditions",
        ),
        (
            "/overview?Exam_Score=100..",
            StatusCode::BAD_REQUEST,
            "ranges come in steps",
        ),
        (
            "/stats.json?Exam_Score=..55",
            StatusCode::BAD_REQUEST,
            "55 is none of",
        ),
        (
            "/factors/scatter.csv",
            StatusCode::NOT_FOUND,
            "no chart of that name",
        ),
        (
            "/explore/outlying.csv",
            StatusCode::NOT_FOUND,
            "no chart of that name",
        ),
        (
            "/overview?Gender=Female&Hours_Studied=10..30",
            StatusCode::OK,
            "Privacy mode",
        ),
        ("/guide/privacy", StatusCode::OK, "Not prevented"),
        // Few students study so little without help; the page says that it says nothing.
        (
            "/overview?Learning_Disabilities=Yes&Exam_Score=75..",
            StatusCode::OK,
            "Nothing is shown for these filters",
        ),
    ];
    for (address, status, words) in cases {
        let answer = get(&app, address).await;
        assert_eq!(answer.status, status, "{address}");
        let text = answer.body.replace("&#39;", "'");
        assert!(text.contains(words), "{address}: {text}");
    }
}

/// What somebody uploads is protected too, and a file that cannot be used is not repeated.
#[tokio::test]
async fn uploads_are_protected() {
    let app = uploads::withholding(&Store::memory(), uploads::LIMITS, LEAST);
    for (csv, said) in [
        (
            "Exam_Score,x\n61,2\nmany,3\n",
            "column 1 (`Exam_Score`): outcomes that are no numbers",
        ),
        ("61,2\n62,3\n", "the header is missing"),
    ] {
        let answer = uploads::upload(&app, csv).await;
        assert_eq!(answer.status.as_u16(), 422, "{csv}");
        assert!(answer.body.contains(said), "{csv}: {}", answer.body);
        let body = &answer.body[answer.body.find("<main").unwrap()..];
        for cell in ["`many`", "row 2", "row 3", "61, 2"] {
            assert!(!body.contains(cell), "{csv}: {cell} in {body}");
        }
    }
    let taken = uploads::upload(&app, SAMPLE).await;
    let address = uploads::location(&taken);
    assert!(address.starts_with("/overview?data="), "{address}");
    let page = get(&app, &format!("{address}&Gender=Female")).await;
    assert!(page.body.contains("Privacy mode"), "{}", page.body);
    let rows = get(&app, &address.replace("/overview", "/export.csv")).await;
    assert_eq!(rows.status, StatusCode::FORBIDDEN);
}

/// What is kept is what was shown, and only that.
#[tokio::test]
async fn pages_are_kept_as_they_were_withheld() {
    let app = sample(LEAST);
    for (address, status) in [
        (
            "/performance?Gender=Female&Hours_Studied=10..30",
            StatusCode::OK,
        ),
        (
            "/performance?Hours_Studied=10..30&Gender=Female",
            StatusCode::OK,
        ),
        (
            "/overview?Learning_Disabilities=Yes&Exam_Score=75..",
            StatusCode::OK,
        ),
        ("/overview?Exam_Score=100..", StatusCode::BAD_REQUEST),
        ("/export.csv", StatusCode::FORBIDDEN),
    ] {
        let first = get(&app, address).await;
        let again = get(&app, address).await;
        assert_eq!((first.status, again.status), (status, status), "{address}");
        assert_eq!(first.body, again.body, "{address}");
        let kept = first.headers.contains_key("etag");
        assert_eq!(kept, status == StatusCode::OK, "{address}");
    }
    let one = get(&app, "/performance?Gender=Female&Hours_Studied=10..30").await;
    let other = get(&app, "/performance?Hours_Studied=10..30&Gender=Female").await;
    assert_eq!(one.headers["etag"], other.headers["etag"]);
}
