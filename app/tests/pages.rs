//! Every page on a small table: its HTML and its charts as snapshots, what it answers to strange
//! addresses and hostile cells, and what it says when there is nothing to show.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use axum::Router;
use axum::http::StatusCode;
use serde_json::Value;
use student_analytics::dataset::read;
use support::{CHARTS, between, dashboard_on, get, withholding};

const SMALL: &str = include_str!("fixtures/small.csv");
const PAGES: [&str; 6] = [
    "overview",
    "performance",
    "factors",
    "relationships",
    "explore",
    "compare",
];

/// The options of a page's charts, by the chart's id.
fn charts(html: &str) -> Vec<(String, Value)> {
    html.split("<figure")
        .skip(1)
        .filter_map(|figure| {
            let id = between(figure, "id=\"chart-", "\"")?;
            let option = between(
                figure,
                "class=\"option\" type=\"application/json\">",
                "</script>",
            )?;
            Some((id.to_owned(), serde_json::from_str(option).expect(id)))
        })
        .collect()
}

/// One tag a line, without the charts' options and the assets' hashes.
fn readable(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(start) = rest.find("type=\"application/json\">") {
        let (before, after) = rest.split_at(start + "type=\"application/json\">".len());
        out.push_str(before);
        out.push('…');
        rest = &after[after.find("</script>").unwrap()..];
    }
    out.push_str(rest);
    let hash = |part: &str| {
        let (stem, tail) = part.split_once('-')?;
        let (hash, extension) = tail.split_once('.')?;
        (hash.len() == 12).then(|| format!("{stem}-HASH.{extension}"))
    };
    let parts: Vec<String> = out
        .split("/assets/")
        .enumerate()
        .map(|(i, part)| match i {
            0 => part.to_owned(),
            _ => hash(part).unwrap_or_else(|| part.to_owned()),
        })
        .collect();
    parts.join("/assets/").replace("><", ">\n<")
}

#[tokio::test]
async fn pages_and_charts_look_as_reviewed() {
    let app = dashboard_on(SMALL);
    for page in PAGES {
        let answer = get(&app, &format!("/{page}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
        insta::assert_snapshot!(format!("page_{page}"), readable(&answer.body));
        for (id, option) in charts(&answer.body) {
            // Names are unique within a page; most are in all.
            let name = match page {
                "explore" => format!("chart_explore_{id}"),
                _ => format!("chart_{id}"),
            };
            insta::assert_json_snapshot!(name, option);
        }
    }
}

#[tokio::test]
async fn choices_change_what_is_drawn() {
    let app = dashboard_on(SMALL);
    let cases = [
        ("/performance?bins=20", "histogram_20_bins", "histogram"),
        (
            "/factors?color=Gender&factor=Hours_Studied",
            "scatter_by_gender",
            "scatter",
        ),
        ("/factors?trend=off", "scatter_without_trend", "scatter"),
        (
            "/relationships?method=spearman",
            "matrix_spearman",
            "matrix",
        ),
    ];
    for (address, name, id) in cases {
        let answer = get(&app, address).await;
        let (_, option) = charts(&answer.body)
            .into_iter()
            .find(|(chart, _)| chart == id)
            .expect(address);
        insta::assert_json_snapshot!(name, option);
    }
}

#[tokio::test]
async fn csv_downloads_hold_the_figures() {
    let app = dashboard_on(SMALL);
    for chart in CHARTS {
        let answer = get(&app, &format!("/{chart}.csv?Gender=Female")).await;
        assert_eq!(answer.status, StatusCode::OK, "{chart}");
        assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
        insta::assert_snapshot!(format!("csv_{}", chart.replace('/', "_")), answer.body);
    }
}

#[tokio::test]
async fn addresses_are_answered_as_they_should_be() {
    let app = dashboard_on(SMALL);
    let cases = [
        ("/", StatusCode::TEMPORARY_REDIRECT, "/overview"),
        (
            "/?Gender=Male",
            StatusCode::TEMPORARY_REDIRECT,
            "/overview?Gender=Male",
        ),
        (
            "/overview?Hours_Studied.min=10&Hours_Studied.max=&Gender=Male",
            StatusCode::SEE_OTHER,
            "/overview?Hours_Studied=10..&Gender=Male",
        ),
        (
            "/overview?nope=1",
            StatusCode::BAD_REQUEST,
            "unknown column `nope`",
        ),
        (
            "/stats.json?Gender=X",
            StatusCode::BAD_REQUEST,
            "no level `X`",
        ),
        (
            "/compare?a.Gender.min=&b.Hours_Studied.min=3",
            StatusCode::BAD_REQUEST,
            "unknown column `a.Gender.min`",
        ),
        (
            "/compare?a.Gender=Male&b.Hours_Studied.min=3&b.Gender=",
            StatusCode::SEE_OTHER,
            "/compare?a.Gender=Male&b.Hours_Studied=3..",
        ),
        (
            "/factors?if.Hours_Studied=&if.Gender=Male",
            StatusCode::SEE_OTHER,
            "/factors?if.Gender=Male",
        ),
        (
            "/factors?if.Hours_Studied=much",
            StatusCode::BAD_REQUEST,
            "Write it as if.Hours_Studied=20",
        ),
        (
            "/compare?b.Gender=X",
            StatusCode::BAD_REQUEST,
            "no level `X`",
        ),
        (
            "/compare/nope.csv",
            StatusCode::NOT_FOUND,
            "no chart of that name",
        ),
        (
            "/overview?Name=Student+01",
            StatusCode::BAD_REQUEST,
            "is an identifier",
        ),
        ("/nope", StatusCode::NOT_FOUND, "nothing at this address"),
        (
            "/performance/nope.csv",
            StatusCode::NOT_FOUND,
            "no chart of that name",
        ),
        (
            "/performance/histogram",
            StatusCode::NOT_FOUND,
            "no chart of that name",
        ),
        (
            "/assets/app.css",
            StatusCode::NOT_FOUND,
            "nothing at this address",
        ),
        ("/healthz", StatusCode::OK, "ok"),
        ("/readyz", StatusCode::OK, "ready"),
    ];
    for (address, status, expected) in cases {
        let answer = get(&app, address).await;
        assert_eq!(answer.status, status, "{address}");
        let location = answer.headers.get("location").map(|v| v.to_str().unwrap());
        let found = location.unwrap_or(&answer.body);
        assert!(found.contains(expected), "{address}: {found}");
    }
}

#[tokio::test]
async fn every_chart_leads_to_how_it_is_computed() {
    let app = dashboard_on(SMALL);
    let mut topics = Vec::new();
    for page in PAGES {
        let answer = get(&app, &format!("/{page}")).await;
        for figure in answer.body.split("<figure").skip(1) {
            let topic = between(figure, "class=\"how\" href=\"", "\"");
            let drawn = figure.contains("class=\"plot\"");
            assert!(topic.is_some() || !drawn, "{page}: {figure:.200}");
        }
        let links = answer.body.split("class=\"how\" href=\"").skip(1);
        topics.extend(links.map(|link| link.split('"').next().unwrap().to_owned()));
    }
    let dataset = read("small.csv".to_owned(), SMALL.as_bytes(), "Exam_Score").unwrap();
    let private = get(&withholding(dataset, 2), "/overview").await;
    topics.extend(between(&private.body, "class=\"how\" href=\"", "\"").map(str::to_owned));
    let list = get(&app, "/guide").await;
    assert_eq!(list.status, StatusCode::OK);
    for topic in &topics {
        assert!(list.body.contains(&format!("href=\"{topic}\"")), "{topic}");
        let answer = get(&app, topic).await;
        assert_eq!(answer.status, StatusCode::OK, "{topic}");
        assert!(answer.body.contains("<h2>Source</h2>"), "{topic}");
    }
    for listed in list.body.split("href=\"/guide/").skip(1) {
        let topic = format!("/guide/{}", listed.split('"').next().unwrap());
        assert!(topics.contains(&topic), "{topic} is linked from no figure");
    }
    let unknown = get(&app, "/guide/nothing").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn no_rows_left_is_said_and_nothing_is_made_up() {
    let app = dashboard_on(SMALL);
    for page in PAGES {
        let answer = get(&app, &format!("/{page}?Exam_Score=200..")).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
        assert!(
            answer.body.contains("No students match these filters."),
            "{page}"
        );
        assert!(
            answer.body.contains("<strong>0</strong> of 24 students"),
            "{page}"
        );
        assert!(!answer.body.contains("NaN"), "{page}");
        assert_eq!(charts(&answer.body).len(), 0, "{page}");
    }
    let stats = get(&app, "/stats.json?Exam_Score=200..").await;
    let stats: Value = serde_json::from_str(&stats.body).unwrap();
    assert_eq!(stats["rows"], 0);
    assert_eq!(stats["metrics"]["mean"], Value::Null);
    assert_eq!(stats["trend"]["Hours_Studied"], Value::Null);
    assert_eq!(stats["anova"]["Gender"], Value::Null);
    assert_eq!(stats["value_counts"]["Gender"], serde_json::json!({}));
}

/// Names and levels that try to become markup, script or code.
const HOSTILE: [&str; 5] = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "#*#*#*#function(){alert(1)}#*#*#*#",
    "\"><b>bold</b>",
    "{b} {a|x}",
];

fn hostile_csv() -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut csv = format!(
        "Exam_Score,{},{}\n",
        quoted("<script>x</script>"),
        quoted("a</title>")
    );
    for i in 0..30 {
        let level = HOSTILE[i % HOSTILE.len()];
        csv.push_str(&format!("{},{},{}\n", 50 + i, quoted(level), i * i % 17));
    }
    csv
}

#[tokio::test]
async fn hostile_names_stay_text() {
    let app: Router = dashboard_on(&hostile_csv());
    for page in PAGES {
        let answer = get(&app, &format!("/{page}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
        let html = &answer.body;
        for forbidden in ["<script>x", "<script>alert", "<img", "<b>bold", "a</title>"] {
            assert!(!html.contains(forbidden), "{page} holds {forbidden}");
        }
        let drawn = charts(html);
        assert!(page == "overview" || !drawn.is_empty(), "{page}");
        if page == "performance" {
            // The mark that charming's own renderer turns into code stays within its string.
            let text = drawn
                .iter()
                .map(|(_, option)| option.to_string())
                .collect::<String>();
            assert!(text.contains("\"#*#*#*#function(){alert(1)}#*#*#*#\""));
        }
    }
    let csv = get(&app, "/performance/average.csv").await;
    assert!(
        csv.body.contains("</script><script>alert(1)</script>"),
        "{}",
        csv.body
    );
}

#[tokio::test]
async fn tables_of_any_shape_are_shown() {
    let cases = [
        ("one row", "Exam_Score\n70\n"),
        ("no factor", "Exam_Score\n70\n80\n90\n"),
        (
            "constant outcome",
            "Exam_Score,x,g\n70,1,a\n70,2,a\n70,3,b\n70,4,b\n",
        ),
        (
            "constant factors",
            "Exam_Score,x,g\n70,1,a\n71,1,a\n72,1,a\n73,1,a\n",
        ),
        (
            "missing outcomes",
            "Exam_Score,x,g\n,1,a\n71,,b\n,3,a\n73,4,b\n",
        ),
        (
            "an entirely missing column",
            "Exam_Score,x,g\n70,,a\n71,,a\n72,,b\n73,,b\n",
        ),
        (
            "real numbers",
            "Exam_Score,x\n1.5,0.25\n2.5,1e300\n3.25,-1e300\n",
        ),
        ("beyond 0 to 100", "Exam_Score,x\n1500,2\n2500,3\n3250,5\n"),
        ("negative", "Exam_Score,x\n-5,2\n-6,3\n-7,5\n"),
        ("identifiers", "Exam_Score,who\n50,Ann\n60,Ben\n70,Cleo\n"),
    ];
    for (name, csv) in cases {
        let app = dashboard_on(csv);
        for page in PAGES {
            let answer = get(&app, &format!("/{page}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{name}: {page}");
            assert!(!answer.body.contains("NaN"), "{name}: {page}");
            assert!(!answer.body.contains(">inf"), "{name}: {page}");
            charts(&answer.body);
        }
        assert_eq!(
            get(&app, "/stats.json").await.status,
            StatusCode::OK,
            "{name}"
        );
    }
}

#[tokio::test]
async fn counts_are_drawn_from_zero_and_values_keep_apart() {
    // Ten students in every bin, and scores far from zero.
    let flat: String = (0..50).map(|i| format!("{}\n", 70 + i % 5)).collect();
    let far: String = (0..50)
        .map(|i| format!("{}\n", 1_000_000 + i % 5))
        .collect();
    for scores in [flat, far] {
        let app = dashboard_on(&format!("Exam_Score\n{scores}"));
        let answer = get(&app, "/performance").await;
        let (_, option) = &charts(&answer.body)[0];
        assert_ne!(option["yAxis"][0]["scale"], true);
        let bars = option["series"][0]["data"].as_array().unwrap();
        let mut middles: Vec<String> = bars.iter().map(|bar| bar["value"][0].to_string()).collect();
        middles.dedup();
        assert_eq!(middles.len(), 5, "{middles:?}");
    }
}

#[tokio::test]
async fn a_click_on_a_band_stays_within_the_range_asked_for() {
    let app = dashboard_on(SMALL);
    let cases = [
        ("/performance", "/performance?Exam_Score=60..69"),
        (
            "/performance?Exam_Score=65..75",
            "/performance?Exam_Score=65..69",
        ),
        ("/performance?Exam_Score=60..69", "/performance"),
    ];
    for (address, expected) in cases {
        let answer = get(&app, address).await;
        let figure = between(&answer.body, "id=\"chart-bands\"", "</figure>").unwrap();
        let clicks = between(
            figure,
            "class=\"clicks\" type=\"application/json\">",
            "</script>",
        );
        let clicks: Vec<(String, String)> = serde_json::from_str(clicks.unwrap()).unwrap();
        let (_, href) = clicks
            .iter()
            .find(|(band, _)| band.starts_with("Satisfactory"))
            .unwrap();
        assert_eq!(href, expected, "{address}");
    }
}

#[tokio::test]
async fn wide_tables_and_long_addresses_stay_small() {
    let names: String = (0..300).map(|i| format!(",c{i}")).collect();
    let row = |n: usize| {
        (0..300)
            .map(|i| format!(",{}", (i * n) % 7))
            .collect::<String>()
    };
    let rows: String = (0..20)
        .map(|n| format!("{},{}\n", 50 + n, &row(n)[1..]))
        .collect();
    let app = dashboard_on(&format!("Exam_Score{names}\n{rows}"));
    for page in ["factors", "relationships", "explore"] {
        let answer = get(&app, &format!("/{page}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        let drawn = charts(&answer.body);
        let lines = |option: &Value| option["yAxis"]["data"].as_array().map_or(0, Vec::len);
        assert!(
            drawn.iter().all(|(_, option)| lines(option) <= 40),
            "{page}"
        );
        assert!(
            answer.body.contains("; the table has all.")
                || answer.body.contains("; the dashboard’s CSV has all"),
            "{page}"
        );
    }
    let address = format!("/overview?{}", "a&".repeat(900));
    let answer = get(&app, &address).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.len() < 20_000, "{}", answer.body.len());
}
