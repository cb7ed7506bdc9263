//! The Explore page: its figures against the oracle's, and what its sentences say of small tables.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use student_analytics::assets::ALL;
use student_analytics::dataset::{DEFAULT_OUTCOME, read_file};
use support::{dashboard, dashboard_on, get};
use tower::ServiceExt;

/// Relative error allowed.
const FIGURES: f64 = 1e-9;

/// Cases of the oracle, and the queries that ask for them.
const CASES: [(&str, &str); 2] = [
    ("all", ""),
    ("Parental_Involvement=High", "?Parental_Involvement=High"),
];

fn project(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn sample() -> (Router, Value) {
    let data = project("../data/StudentPerformanceFactors.csv");
    let oracle = std::fs::read_to_string(project("tests/oracle/sample.json")).unwrap();
    let dataset = read_file(&data, DEFAULT_OUTCOME).unwrap();
    (dashboard(dataset), serde_json::from_str(&oracle).unwrap())
}

/// The rows of a chart's CSV, each as its fields.
async fn rows(app: &Router, chart: &str, query: &str) -> Vec<Vec<String>> {
    let answer = get(app, &format!("/explore/{chart}.csv{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{chart}{query}");
    let mut reader = csv::Reader::from_reader(answer.body.as_bytes());
    let rows = reader.records().map(|row| row.unwrap());
    rows.map(|row| row.iter().map(str::to_owned).collect())
        .collect()
}

fn assert_close(place: &str, ours: &str, reference: &Value) {
    let reference = reference.as_f64().expect(place);
    let own: f64 = ours.parse().expect(place);
    assert!(
        (own - reference).abs() <= FIGURES * reference.abs().max(1e-3),
        "{place} is {own}, not {reference}"
    );
}

fn assert_all_close(place: &str, ours: &[String], reference: &Value, keys: &[&str]) {
    for (own, key) in ours.iter().zip(keys) {
        assert_close(&format!("{place}/{key}"), own, &reference[key]);
    }
}

#[tokio::test]
async fn boxes_and_counts_are_the_oracles() {
    let (app, oracle) = sample();
    for (case, query) in CASES {
        let oracle = &oracle[case];
        let mut compared = 0;
        for row in rows(&app, "boxes", query).await {
            let reference = &oracle["score_box_by"][&row[0]][&row[1]];
            let keys = [
                "n",
                "whisker_low",
                "q1",
                "median",
                "q3",
                "whisker_high",
                "outliers",
            ];
            assert_all_close(
                &format!("{case}/{}/{}", row[0], row[1]),
                &row[2..],
                reference,
                &keys,
            );
            compared += 1;
        }
        let levels = |of: &str| -> usize {
            let factors = oracle[of].as_object().unwrap().values();
            factors
                .map(|levels| levels.as_object().unwrap().len())
                .sum()
        };
        assert_eq!(compared, levels("score_box_by"), "{case}");

        let counts = rows(&app, "counts", query).await;
        let counts: Vec<_> = counts.iter().filter(|row| row[2] != "0").collect();
        for row in &counts {
            let place = format!("{case}/{}/{}", row[0], row[1]);
            assert_close(&place, &row[2], &oracle["value_counts"][&row[0]][&row[1]]);
        }
        assert_eq!(counts.len(), levels("value_counts"), "{case}");
    }
}

#[tokio::test]
async fn outliers_are_the_oracles() {
    let (app, oracle) = sample();
    for (case, query) in CASES {
        let boxes = &oracle[case]["box"];
        let listed = rows(&app, "outlying", query).await;
        let columns = rows(&app, "outliers", query).await;
        assert_eq!(columns.len(), boxes.as_object().unwrap().len(), "{case}");
        for row in columns {
            let place = format!("{case}/{}", row[0]);
            let reference = &boxes[&row[0]];
            for (field, key) in [
                (1, "n"),
                (3, "q1"),
                (4, "median"),
                (5, "q3"),
                (7, "outliers"),
            ] {
                assert_close(&format!("{place}/{key}"), &row[field], &reference[key]);
            }
            let caught = listed
                .iter()
                .filter(|value| value[1] == row[0] && value[3].contains("IQR"));
            assert_eq!(caught.count().to_string(), row[7], "{place}");
        }
    }
}

#[tokio::test]
async fn missing_values_pairs_and_correlations_are_the_oracles() {
    let (app, oracle) = sample();
    for (case, query) in CASES {
        let oracle = &oracle[case];
        let stretches = rows(&app, "missing", query).await;
        for (column, reference) in oracle["missing"].as_object().unwrap() {
            let own = stretches.iter().filter(|row| row[0] == *column);
            let missing: u64 = own.map(|row| row[3].parse::<u64>().unwrap()).sum();
            assert_eq!(Some(missing), reference.as_u64(), "{case}/{column}");
        }
        for row in rows(&app, "matrix", query).await {
            let place = format!("{case}/{}/{}", row[0], row[1]);
            assert_close(&place, &row[2], &oracle["pearson"][&row[0]][&row[1]]);
        }
        let pairs = rows(&app, "pairs", query).await;
        let scores = pairs.iter().filter(|row| row[0] == "Exam_Score");
        for row in scores.clone() {
            let reference = &oracle["score_by"]["Gender"][&row[1]];
            let place = format!("{case}/{}", row[1]);
            assert_all_close(&place, &row[2..], reference, &["count", "mean", "std"]);
        }
        assert_eq!(scores.count(), 2, "{case}");
        let points = rows(&app, "scatters", query).await;
        let students = points.iter().filter(|row| row[0] == "Attendance");
        let students: u64 = students.map(|row| row[3].parse::<u64>().unwrap()).sum();
        assert_eq!(Some(students), oracle["rows"].as_u64(), "{case}");
    }
}

/// The page's sentence about one of its charts.
fn finding<'h>(html: &'h str, id: &str) -> &'h str {
    let after = |text: &'h str, mark: &str| &text[text.find(mark).expect(mark) + mark.len()..];
    let mark = match id {
        "outlying" => "id=\"heading-outlying\"".to_owned(),
        _ => format!("id=\"chart-{id}\""),
    };
    let text = after(after(html, &mark), "<p class=\"finding\">");
    &text[..text.find("</p>").unwrap()]
}

fn table(header: &str, rows: usize, row: impl Fn(usize) -> String) -> String {
    let rows: String = (0..rows).map(|i| row(i) + "\n").collect();
    format!("{header}\n{rows}")
}

#[tokio::test]
async fn findings_are_true() {
    let spread = table("Exam_Score,x,g", 3_000, |i| {
        format!("{},{},{}", 60 + i % 7, i, if i % 3 == 0 { "" } else { "b" })
    });
    let levels = table("Exam_Score,g", 400, |i| {
        format!("{},l{}", 60 + i % 7, i % 11)
    });
    let wide_header: String = (0..30).map(|i| format!(",c{i}")).collect();
    let wide = table(&format!("Exam_Score{wide_header}"), 20, |i| {
        let cells: String = (0..30).map(|c| format!(",{}", i * c % 7)).collect();
        format!("{}{cells}", 50 + i)
    });
    let outlier = table("Exam_Score,x", 12, |i| {
        format!("{},{}", 60 + i % 2, if i == 11 { 99 } else { i % 4 })
    });
    let cases = [
        (
            spread.as_str(),
            "missing",
            "1,000 of 9,000 cells lack a value (11.11 %), all of them in g. Each cell \
             stands for 25 rows.",
        ),
        (
            spread.as_str(),
            "pairs",
            "The plots draw 1,000 of 2,000 students (50.0 %)",
        ),
        (
            spread.as_str(),
            "scatters",
            "Of x the chart and its CSV have at most 476 points for all 3,000 students (100 %)",
        ),
        (
            spread.as_str(),
            "counts",
            "All students with a value of g have b.",
        ),
        (
            spread.as_str(),
            "boxes",
            "Within every category all levels have the same median.",
        ),
        (
            levels.as_str(),
            "pairs",
            "Only the 8 commonest of 11 levels are drawn.",
        ),
        (
            levels.as_str(),
            "scatters",
            "This table has no numeric factor",
        ),
        (levels.as_str(), "missing", "There are no missing values."),
        (
            levels.as_str(),
            "outliers",
            "No value lies beyond 1.5 interquartile ranges",
        ),
        (
            levels.as_str(),
            "outlying",
            "No value is caught by Tukey's rule",
        ),
        (
            wide.as_str(),
            "scatters",
            "The chart has the 12 of 30 factors that explain most.",
        ),
        (
            wide.as_str(),
            "pairs",
            "Of 31 numeric columns they draw the outcome and the 7",
        ),
        (
            wide.as_str(),
            "outliers",
            "The chart draws 24 of 31; the table has all.",
        ),
        (
            wide.as_str(),
            "boxes",
            "This table has no categorical column",
        ),
        (
            wide.as_str(),
            "counts",
            "This table has no categorical column",
        ),
        (
            outlier.as_str(),
            "outliers",
            "No column has more outliers than x: 1 student lies beyond",
        ),
        (
            outlier.as_str(),
            "outlying",
            "1 value of 1 student is caught",
        ),
        (
            "Exam_Score\n70\n",
            "pairs",
            "No two columns vary together here.",
        ),
    ];
    for (csv, id, expected) in cases {
        let answer = get(&dashboard_on(csv), "/explore").await;
        let found = finding(&answer.body, id);
        assert!(found.contains(expected), "{id}: {found}\nlacks: {expected}");
    }
}

#[tokio::test]
async fn outlying_rows_are_those_of_the_file() {
    let csv = table("Exam_Score,x,g", 40, |i| {
        let x = if i == 36 { 500 } else { i % 4 };
        format!("{},{x},{}", 60 + i % 3, if i % 2 == 0 { "a" } else { "b" })
    });
    let app = dashboard_on(&csv);
    let caught = ["37", "x", "500", "above 6, Q3 + 1.5 IQR"];
    for (query, rule) in [("", caught[3]), ("?g=a", "above 5, Q3 + 1.5 IQR")] {
        let rows = rows(&app, "outlying", query).await;
        assert_eq!(rows, [[caught[0], caught[1], caught[2], rule]], "{query}");
    }
    assert!(rows(&app, "outlying", "?g=b").await.is_empty());

    // More than the page lists.
    let many = table("Exam_Score,x", 2_000, |i| {
        format!("{},{}", if i % 10 == 0 { 101 } else { 60 }, i % 4)
    });
    let app = dashboard_on(&many);
    let page = get(&app, "/explore").await.body;
    let list = &page[page.find("id=\"heading-outlying\"").unwrap()..];
    let list = &list[..list.find("</section>").unwrap()];
    assert_eq!(list.matches("<tr>").count(), 1 + 100);
    assert!(list.contains("Listed are the first 100 of 200; the dashboard’s CSV has all."));
    assert!(list.contains("above 60, Q3 + 1.5 IQR; outside 0 to 100, the possible values"));
    assert_eq!(rows(&app, "outlying", "").await.len(), 200);
}

/// Bytes of a first visit, with scripts and styles: an eighth of what the page's forerunner took.
const FIRST_VISIT: usize = 3_500_000 / 8;

#[tokio::test]
async fn a_first_visit_is_light() {
    let (app, _) = sample();
    let request = Request::get("/explore").header(header::ACCEPT_ENCODING, "gzip");
    let request = request.body(Body::empty()).unwrap();
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
    let page = response.into_body().collect().await.unwrap().to_bytes();
    let assets: usize = ALL.iter().map(|asset| asset.gzip.len()).sum();
    let total = page.len() + assets;
    println!("{} bytes of page and {assets} of assets", page.len());
    assert!(total < FIRST_VISIT, "{total} bytes");
}
