//! The report: what it holds, that it needs nothing else, and how it is downloaded.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/html.rs"]
mod html;
mod support;

use std::path::Path;

use axum::http::{Method, Request, StatusCode, header};
use axum::{Router, body::Body};
use student_analytics::dataset::{DEFAULT_OUTCOME, read_file};
use support::{Answer, CHARTS, dashboard, dashboard_on, get, send};

const SMALL: &str = include_str!("fixtures/small.csv");

/// Bytes that the report on the sample may have.
const LARGEST: usize = 2_500_000;

fn sample() -> Router {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/StudentPerformanceFactors.csv");
    dashboard(read_file(&data, DEFAULT_OUTCOME).unwrap())
}

async fn report(app: &Router, query: &str) -> Answer {
    let answer = get(app, &format!("/report.html{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}");
    answer
}

/// The part of the document from one mark up to the next.
fn between<'h>(html: &'h str, from: &str, to: &str) -> &'h str {
    let start = html.find(from).expect(from);
    let end = html[start..].find(to).expect(to);
    &html[start..start + end]
}

/// The texts of a piece of HTML, one a line.
fn texts(html: &str) -> String {
    let pieces = html.split('<').filter_map(|piece| piece.split_once('>'));
    let texts = pieces.map(|(_, text)| text.trim());
    let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
    texts.join("\n")
}

#[tokio::test]
async fn the_beginning_says_what_it_is_about_and_holds() {
    let html = report(&dashboard_on(SMALL), "?Gender=Female&pass=70")
        .await
        .body;
    let subject = texts(between(&html, "<dl class=\"subject\"", "</dl>"));
    let (subject, written) = subject.rsplit_once('\n').unwrap();
    assert!(
        written.starts_with("20") && written.ends_with(" UTC"),
        "{written}"
    );
    insta::assert_snapshot!("subject", subject);
    insta::assert_snapshot!(
        "contents",
        texts(between(&html, "<nav class=\"contents\"", "</nav>"))
    );
    insta::assert_snapshot!(
        "methods",
        texts(between(&html, "<dl class=\"methods\"", "</dl>"))
    );
}

#[tokio::test]
async fn it_has_the_cards_of_every_page() {
    let app = sample();
    let html = report(&app, "?Gender=Female&method=spearman").await.body;
    for chart in CHARTS {
        let (page, id) = chart.split_once('/').unwrap();
        let id = format!("id=\"{page}-{id}\"");
        assert!(html.contains(&id), "{id}");
    }
    // What it says is what the pages say.
    for page in [
        "performance",
        "factors",
        "relationships",
        "explore",
        "compare",
    ] {
        let page = get(&app, &format!("/{page}?Gender=Female&method=spearman"))
            .await
            .body;
        let findings: Vec<&str> = page.split("<p class=\"finding\">").skip(1).collect();
        assert!(findings.len() > 1);
        for finding in findings {
            let (finding, _) = finding.split_once("</p>").unwrap();
            assert!(html.contains(finding), "{finding}");
        }
    }
    // Every jump has its target, once.
    for link in html.split("href=\"").skip(1) {
        let (target, _) = link.split_once('"').unwrap();
        let name = target.strip_prefix('#').expect(target);
        assert_eq!(
            html.matches(&format!(" id=\"{name}\"")).count(),
            1,
            "{target}"
        );
    }
    // Charts that two pages share are drawn once.
    assert_eq!(html.matches("class=\"plot\"").count(), CHARTS.len() - 3);
}

#[tokio::test]
async fn it_is_small_and_whole_and_loads_nothing() {
    let html = report(&sample(), "").await.body;
    println!("{} bytes", html.len());
    assert!(html.len() < LARGEST, "{} bytes", html.len());
    self_contained(&html);
}

/// Whether it is well-formed and every attribute that loads or leads somewhere stays inside.
fn self_contained(document: &str) {
    let head = between(document, "<!DOCTYPE html>", "<style>");
    assert!(
        head.contains("default-src 'none'; script-src 'sha256-"),
        "{head}"
    );
    assert!(
        !head.contains("http://") && !head.contains("https://"),
        "{head}"
    );
    // Scripts and the sheet are checked where they are written.
    let body = between(document, "<body>", "<script>");
    html::check(&format!("{body}</body>")).unwrap();
    for name in [
        "src",
        "srcset",
        "action",
        "formaction",
        "data",
        "poster",
        "background",
    ] {
        assert!(!body.contains(&format!(" {name}=")), "{name}");
    }
    assert!(!body.contains("url("));
    for link in body.split(" href=\"").skip(1) {
        assert!(link.starts_with('#'), "{}", &link[..40]);
    }
    for element in [
        "<link", "<img", "<iframe", "<form", "<input", "<select", "<button", "<object",
    ] {
        assert!(!body.contains(element), "{element}");
    }
    let sheet = between(document, "<style>", "</style>");
    assert!(!sheet.contains("url(") && !sheet.contains("@import"));
}

#[tokio::test]
async fn text_of_the_data_stays_text() {
    let evil = "</script><script>alert(1)</script>";
    let rows: String = (0..12)
        .map(|i| format!("{},{evil},<b>{}\n", 60 + i, i % 2))
        .collect();
    let csv = format!("Exam_Score,<img>,Kind\n{rows}");
    let html = report(&dashboard_on(&csv), "?Kind=%3Cb%3E1").await.body;
    self_contained(&html);
    assert!(!html.contains("<script>alert") && !html.contains("<b>"));
}

#[tokio::test]
async fn no_rows_make_a_report_that_says_so() {
    let html = report(&dashboard_on(SMALL), "?Exam_Score=1..2").await.body;
    assert!(html.contains("No students match these filters, so there are no figures."));
    assert!(!html.contains("class=\"plot\""));
    self_contained(&html);
}

#[tokio::test]
async fn it_is_a_download() {
    let app = dashboard_on(SMALL);
    let cases = [
        ("/report.html", "fixture-report.html"),
        ("/report.html?Gender=Male", "fixture-filtered-report.html"),
    ];
    for (address, name) in cases {
        for method in [Method::GET, Method::HEAD] {
            let request = Request::builder().method(&method).uri(address);
            let answer = send(&app, request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::OK, "{method} {address}");
            assert_eq!(
                answer.headers[header::CONTENT_TYPE],
                "text/html; charset=utf-8"
            );
            let disposition = format!("attachment; filename=\"{name}\"");
            assert_eq!(answer.headers[header::CONTENT_DISPOSITION], disposition);
        }
    }
    let page = get(&app, "/overview?Gender=Male&by=Gender").await.body;
    assert!(page.contains("href=\"/report.html?Gender=Male&amp;by=Gender\" download"));

    let form = get(&app, "/report.html?Exam_Score.min=60&Exam_Score.max=&by=").await;
    assert_eq!(form.status, StatusCode::SEE_OTHER);
    assert_eq!(
        form.headers[header::LOCATION],
        "/report.html?Exam_Score=60.."
    );
    for (query, said) in [
        ("nope=1", "unknown column `nope`"),
        ("Gender=x", "has no level `x`"),
    ] {
        let answer = get(&app, &format!("/report.html?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(answer.body.contains(said), "{query}");
        assert!(!answer.headers.contains_key(header::CONTENT_DISPOSITION));
    }
}
