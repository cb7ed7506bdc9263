//! Charts of tables with more different points than a page can draw: few marks that stand for all
//! students, and what the page says of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/mutation.rs"]
#[allow(dead_code)]
mod mutation;
mod support;

use std::fmt::Write;

use axum::Router;
use mutation::Chance;
use serde_json::Value;
use support::{between, dashboard_on, get};

const ROWS: usize = 8_000;

/// Real numbers that hardly ever repeat, about a line, and one student far from all others.
fn real_valued() -> String {
    let mut chance = Chance::new(2026);
    // The sum of uniform numbers is nearly normal.
    let mut about = |middle: f64, spread: f64| {
        let sum: usize = (0..12).map(|_| chance.below(1_000_000)).sum();
        middle + spread * (sum as f64 / 1e6 - 6.0)
    };
    let mut csv = "Exam_Score,Hours,Sleep,Group\n".to_owned();
    for row in 1..ROWS {
        let hours = about(20.0, 6.0);
        let score = about(50.0 + 0.8 * hours, 5.0);
        let (sleep, group) = (about(7.0, 1.0), ["a", "b", "c", ""][row % 4]);
        writeln!(csv, "{score:.6},{hours:.6},{sleep:.6},{group}").unwrap();
    }
    csv + "12.5,61.25,19.75,a\n"
}

/// A chart's part of the page.
fn figure<'h>(page: &'h str, id: &str) -> &'h str {
    between(page, &format!("id=\"chart-{id}\""), "</figure>").expect(id)
}

fn finding<'h>(page: &'h str, id: &str) -> &'h str {
    let mark = format!("id=\"chart-{id}\"");
    let rest = &page[page.find(&mark).expect(id)..];
    between(rest, "<p class=\"finding\">", "</p>").expect(id)
}

/// The items of a chart's scatter series with as many parts as a point with its count has.
fn points(page: &str, id: &str) -> Vec<Vec<f64>> {
    let option = between(figure(page, id), "type=\"application/json\">", "</script>").expect(id);
    let option: Value = serde_json::from_str(option).expect(id);
    let series = option["series"].as_array().expect(id);
    let scatters = series.iter().filter(|series| series["type"] == "scatter");
    let items = scatters.flat_map(|series| series["data"].as_array().into_iter().flatten());
    let numbers = |item: &Value| -> Vec<f64> {
        let parts = item.as_array().expect(id);
        parts.iter().map(|part| part.as_f64().expect(id)).collect()
    };
    items.map(numbers).collect()
}

/// The lines of a chart's CSV, without the header.
async fn lines(app: &Router, chart: &str) -> Vec<String> {
    let csv = get(app, chart).await.body;
    csv.lines().skip(1).map(str::to_owned).collect()
}

#[tokio::test]
async fn points_are_few_and_stand_for_all() {
    let app = dashboard_on(&real_valued());
    let all = "all 8,000 students (100 %)";
    // Page, chart, its CSV, bound, students, and what the page says.
    let cases = [
        ("relationships", "relation", "", 5000, ROWS, all),
        (
            "relationships",
            "relation",
            "?x=Sleep&y=Hours",
            5000,
            ROWS,
            all,
        ),
        (
            "relationships",
            "relation",
            "?color=Group",
            5000,
            6_000,
            "6,000 of 8,000 students (75.0 %)",
        ),
        ("factors", "scatter", "", 5000, ROWS, all),
        (
            "factors",
            "residuals",
            "",
            5000,
            6_000,
            "all 6,000 students (100 %)",
        ),
        ("explore", "scatters", "", 2 * 1200, 2 * ROWS, all),
    ];
    for (page, chart, query, most, students, said) in cases {
        let place = format!("/{page}{query}: {chart}");
        let body = get(&app, &format!("/{page}{query}")).await.body;
        let drawn = points(&body, chart);
        assert!(
            drawn.len() <= most && drawn.len() > most / 8,
            "{place}: {}",
            drawn.len()
        );
        let counted: f64 = drawn.iter().map(|point| point[2]).sum();
        assert_eq!(counted as usize, students, "{place}");
        let finding = finding(&body, chart);
        assert!(finding.contains(said), "{place}: {finding}");
        let csv = lines(&app, &format!("/{page}/{chart}.csv{query}")).await;
        assert_eq!(csv.len(), drawn.len(), "{place}");
    }
}

#[tokio::test]
async fn who_is_far_from_all_stays_in_place() {
    let app = dashboard_on(&real_valued());
    for (page, chart) in [("relationships", "relation"), ("explore", "scatters")] {
        let address = format!("/{page}?x=Hours&y=Exam_Score");
        let drawn = points(&get(&app, &address).await.body, chart);
        assert!(drawn.contains(&vec![61.25, 12.5, 1.0]), "{page}: {chart}");
    }
    for (address, chart) in [
        ("/performance", "histogram"),
        ("/performance?box=Group", "boxes"),
        ("/explore", "boxes"),
        ("/explore", "outliers"),
    ] {
        let drawn = points(&get(&app, address).await.body, chart);
        assert!(
            drawn.iter().any(|point| point[0] == 12.5),
            "{address}: {chart}"
        );
    }
}

#[tokio::test]
async fn figures_are_of_the_students_one_by_one() {
    let csv = real_valued();
    let app = dashboard_on(&csv);
    let said = get(&app, "/stats.json").await.body;
    let said: Value = serde_json::from_str(&said).unwrap();
    let page = get(&app, "/relationships?x=Hours").await.body;
    let drawn = points(&page, "relation");
    // Means of marks weighted by their students are those of the students.
    for (part, column) in [(0, "Hours"), (1, "Exam_Score")] {
        let total: f64 = drawn.iter().map(|point| point[part] * point[2]).sum();
        let mean = said["describe"][column]["mean"].as_f64().unwrap();
        assert!((total / ROWS as f64 - mean).abs() < 1e-6, "{column}");
    }
    insta::assert_snapshot!(
        "relation_of_many",
        format!("{}\n{}", finding(&page, "relation"), table(&page))
    );
}

/// The table beside the scatter plot, a row a line.
fn table(page: &str) -> String {
    let table = &page[page.find("id=\"chart-relation\"").unwrap()..];
    let table = between(table, "<table", "</table>").unwrap();
    table.replace("<tr>", "\n<tr>")
}

#[tokio::test]
async fn outliers_beyond_a_number_share_points() {
    // Every ninth student is an outlier, each with a score of its own.
    let mut csv = "Exam_Score,x,g\n".to_owned();
    for i in 0..9_000 {
        let score = if i % 9 == 0 {
            200.0 + f64::from(i) / 7.0
        } else {
            60.0 + f64::from(i % 5)
        };
        writeln!(csv, "{score},{},{}", i % 4, ["a", "b"][i as usize % 2]).unwrap();
    }
    let app = dashboard_on(&csv);
    for (address, chart, most) in [
        ("/performance", "histogram", 200),
        ("/performance?box=g", "boxes", 2 * 100),
        ("/explore", "boxes", 2 * 60),
        ("/explore", "outliers", 200),
    ] {
        let page = get(&app, address).await.body;
        let drawn = points(&page, chart);
        assert!(
            drawn.len() <= most && drawn.len() > most / 2,
            "{chart}: {}",
            drawn.len()
        );
        let counted: f64 = drawn.iter().map(|point| point[2]).sum();
        assert_eq!(counted, 1000.0, "{chart}");
        let finding = finding(&page, chart);
        assert!(finding.contains("none is left out"), "{chart}: {finding}");
    }
}

#[tokio::test]
async fn pages_of_whole_numbers_draw_every_place() {
    let mut csv = "Exam_Score,x\n".to_owned();
    for i in 0..9_000 {
        writeln!(csv, "{},{}", 40 + i * 7 % 60, i % 50).unwrap();
    }
    let page = get(&dashboard_on(&csv), "/relationships").await.body;
    let finding = finding(&page, "relation");
    assert!(!finding.contains("cells"), "{finding}");
    let whole = |point: &Vec<f64>| point.iter().all(|part| part.fract() == 0.0);
    assert!(points(&page, "relation").iter().all(whole));
}
