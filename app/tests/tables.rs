//! Every page on tables of every kind: generated ones of each shape that breaks something
//! somewhere, random ones, and damaged files that the reader accepts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/html.rs"]
mod html;
#[path = "support/mutation.rs"]
mod mutation;
mod support;

use axum::http::StatusCode;
use mutation::Chance;
use proptest::prelude::*;
use student_analytics::dataset::{Dataset, read};
use student_analytics::filter::parameter;
use support::{CHARTS, dashboard, get};

/// Each page with something that it shows of every table.
const PAGES: [(&str, &str); 6] = [
    ("overview", "Headline figures"),
    ("performance", "chart-histogram"),
    ("factors", "chart-variance"),
    ("relationships", "chart-matrix"),
    ("explore", "chart-pairs"),
    ("compare", "<h1>Compare</h1>"),
];

/// Bytes that no page has more of.
const LARGEST_PAGE: usize = 4_000_000;

/// Bytes beyond which no address is taken.
const LONGEST_ADDRESS: usize = 16_000;

fn table(rows: usize, header: &str, row: impl Fn(usize) -> String) -> String {
    let rows: String = (0..rows).map(|i| row(i) + "\n").collect();
    format!("{header}\n{rows}")
}

fn wide(rows: usize) -> String {
    let names: Vec<String> = (0..299).map(|i| format!("c{i}")).collect();
    let cell = |i: usize, column: usize| match column % 3 {
        0 => format!("{}", i * column % 7),
        1 => format!("{}.5", i * column % 11),
        _ => format!("level {}", i * column % 5),
    };
    table(rows, &format!("y,{}", names.join(",")), |i| {
        let cells: Vec<String> = (0..299).map(|column| cell(i, column)).collect();
        format!("{},{}", 50 + i, cells.join(","))
    })
}

fn tables() -> Vec<(&'static str, String)> {
    let level = |i: usize, text: &str| format!("{}{}", text.repeat(10_000), i % 3);
    vec![
        (
            "no numeric factor",
            table(20, "y,g", |i| format!("{i},g{}", i % 3)),
        ),
        (
            "no categorical factor",
            table(20, "y,x", |i| format!("{i},{}", i * i % 7)),
        ),
        ("no factor", table(20, "y", |i| i.to_string())),
        ("one row", "y,x,g\n70,1,a\n".to_owned()),
        ("two rows", "y,x,g\n70,1,a\n80,2,a\n".to_owned()),
        ("all equal", table(20, "y,x,g", |_| "5,5,a".to_owned())),
        ("wide", wide(30)),
        (
            "a missing column",
            table(20, "y,x,g,m", |i| format!("{i},{i},g{},", i % 2)),
        ),
        (
            "missing outcomes",
            table(20, "y,x,g", |i| {
                let y = if i % 2 == 0 {
                    String::new()
                } else {
                    i.to_string()
                };
                format!("{y},{},g{}", i * i, i % 3)
            }),
        ),
        (
            "long levels",
            table(30, "y,x,g", |i| format!("{i},{i},{}", level(i, "é"))),
        ),
        (
            "long identifiers",
            table(30, "y,x,g", |i| {
                format!("{i},{i},{}{i}", "a".repeat(10_000))
            }),
        ),
        (
            "right to left and emoji",
            table(30, "\u{05E9}_\u{1F393},y,\u{0627}\u{0644}", |i| {
                let levels = [
                    "\u{05D0}\u{05D1}",
                    "\u{202E}abc",
                    "\u{1F469}\u{200D}\u{1F393}",
                ];
                format!("{},{},{}", i * 3 % 7, i, levels[i % 3])
            }),
        ),
        (
            "signs and exponents",
            table(20, "y,x,z", |i| {
                let x = ["+1", "-2e3", "NaN", "-0.0", "1E-300"][i % 5];
                format!("{i}.5,{x},-{i}")
            }),
        ),
        (
            "huge whole numbers",
            table(20, "y,x", |i| {
                format!(
                    "{},{}",
                    9_007_199_254_740_993 + i,
                    -9_223_372_036_854_775_808_i128 + i as i128
                )
            }),
        ),
        (
            "huge reals",
            table(20, "y,x,g", |i| {
                format!(
                    "{},{},g{}",
                    ["1e308", "-1e308", "1e-308"][i % 3],
                    ["1e308", "-1e308", "5e-324"][i % 2],
                    i % 2
                )
            }),
        ),
        (
            "names of parameters",
            table(20, "y,x,by,target,col.x,x.min", |i| {
                format!(
                    "{i},{},g{},{},{},{i}",
                    i * 2 % 7,
                    i % 2,
                    i * i % 5,
                    7 * i % 11
                )
            }),
        ),
        (
            "fifty levels",
            table(200, "y,g", |i| format!("{},level {}", i % 90, i % 50)),
        ),
        (
            "outliers",
            table(400, "y,x", |i| {
                format!(
                    "{},{}",
                    if i % 9 == 0 { i * i * 1000 } else { i % 5 },
                    i * i
                )
            }),
        ),
    ]
}

/// Query choices that suit the dataset: one of every kind.
fn queries(dataset: &Dataset) -> Vec<String> {
    let encode = |pairs: &[(&str, &str)]| {
        let mut out = form_urlencoded::Serializer::new(String::new());
        out.extend_pairs(pairs).finish()
    };
    let mut queries: Vec<String> = [
        "",
        "bins=20&trend=off",
        "method=spearman&strong=0",
        "pass=1e300",
        "col.y=1e300..",
    ]
    .map(|query| query.to_owned())
    .to_vec();
    for id in [dataset.numeric_ids().first(), dataset.numeric_ids().last()]
        .into_iter()
        .flatten()
    {
        let column = dataset.column(*id);
        let (name, parameter) = (column.name.as_str(), parameter(column));
        queries.push(encode(&[("target", name), ("factor", name)]));
        queries.push(encode(&[("x", name), ("y", name), (&parameter, "..1e3")]));
        let [a, b, assumed] = ["a", "b", "if"].map(|prefix| format!("{prefix}.{parameter}"));
        queries.push(encode(&[(&a, "0.."), (&b, "..1e300"), (&assumed, "1e308")]));
        queries.push(encode(&[(&b, "..3"), (&assumed, "-2")]));
    }
    for id in [dataset.factor_ids().first(), dataset.factor_ids().last()]
        .into_iter()
        .flatten()
    {
        let column = dataset.column(*id);
        let (name, parameter) = (column.name.as_str(), parameter(column));
        queries.push(encode(&[("by", name), ("box", name), ("color", name)]));
        queries.push(encode(&[(&parameter, &column.levels()[0])]));
        let levels = column.levels();
        let [a, b, assumed] = ["a", "b", "if"].map(|prefix| format!("{prefix}.{parameter}"));
        let last = &levels[levels.len() - 1];
        queries.push(encode(&[(&a, &levels[0]), (&b, last), (&assumed, last)]));
        queries.push(encode(&[(&a, last)]));
    }
    queries
}

/// Asks for every page, the figures and the downloads, and checks what holds of them all.
async fn check(name: &str, dataset: Dataset, queries: &[String]) {
    let app = dashboard(dataset);
    for query in queries {
        if query.len() > LONGEST_ADDRESS {
            // As much of it as the http crate can hold.
            let sent = &query[..query.len().min(60_000)];
            let answer = get(&app, &format!("/overview?{sent}")).await;
            assert_eq!(answer.status, StatusCode::URI_TOO_LONG, "{name}");
            continue;
        }
        for (page, mark) in PAGES {
            let answer = get(&app, &format!("/{page}?{query}")).await;
            let place = format!("{name}: /{page}?{:.200}", query);
            if answer.status == StatusCode::BAD_REQUEST {
                // `y` is a column in one table and a choice in another.
                assert!(answer.body.contains("cannot be understood"), "{place}");
                continue;
            }
            assert_eq!(answer.status, StatusCode::OK, "{place}");
            assert!(answer.body.contains(mark), "{place} lacks {mark}");
            assert!(
                answer.body.len() < LARGEST_PAGE,
                "{place}: {} bytes",
                answer.body.len()
            );
            html::check(&answer.body).unwrap_or_else(|problem| panic!("{place}: {problem}"));
        }
        let figures = get(&app, &format!("/stats.json?{query}")).await;
        assert_ne!(
            figures.status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{name}: {query}"
        );
        serde_json::from_str::<serde_json::Value>(&figures.body).expect(name);
    }
    for chart in CHARTS {
        let answer = get(&app, &format!("/{chart}.csv")).await;
        assert_ne!(
            answer.status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{name}: {chart}"
        );
        assert!(
            !html::has_undefined(&answer.body),
            "{name}: {chart}: {}",
            answer.body
        );
    }
}

#[tokio::test]
async fn every_page_shows_any_table() {
    for (name, csv) in tables() {
        let dataset = read("table.csv".to_owned(), csv.as_bytes(), "y").expect(name);
        let queries = queries(&dataset);
        check(name, dataset, &queries).await;
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
}

#[test]
fn damaged_files_that_are_accepted_are_shown() {
    let mut chance = Chance::new(5);
    let mut shown = 0;
    for run in 0..3000 {
        let bytes = chance.file();
        // Levels that are words for what is no number would be taken for one.
        if !html::has_undefined(&String::from_utf8_lossy(&bytes))
            && let Ok(dataset) = read("damaged.csv".to_owned(), &bytes, "y")
            && shown < 60
        {
            shown += 1;
            let queries = [String::new()];
            runtime().block_on(check(&format!("run {run}"), dataset, &queries));
        }
    }
    assert_eq!(shown, 60);
}

/// A column's cells, each drawn from a few that tie, are missing, or lie far apart.
fn any_cells(rows: usize) -> impl Strategy<Value = Vec<String>> {
    let text = |cells: &[&str]| {
        cells
            .iter()
            .map(|&cell| cell.to_owned())
            .collect::<Vec<_>>()
    };
    let kinds = vec![
        text(&["1", "2", "3", ""]),
        text(&["7"]),
        text(&["", "NA"]),
        text(&["0.1", "0.2", "-0.0", "1e300", "-1e300", "1e-300", ""]),
        text(&["9007199254740993", "-9223372036854775808", "0"]),
        text(&["a", "b", "c", ""]),
        text(&["Low", "High"]),
        text(&["\u{05D0}", "\u{1F393}", "<b>", "=1"]),
    ];
    prop::sample::select(kinds)
        .prop_flat_map(move |kind| prop::collection::vec(prop::sample::select(kind), rows))
}

fn any_table() -> impl Strategy<Value = String> {
    (1_usize..25, 0_usize..6).prop_flat_map(|(rows, columns)| {
        let outcome = prop::collection::vec(
            prop::sample::select(vec!["1", "2", "50", "99.5", "-1e300", ""]),
            rows,
        );
        (outcome, prop::collection::vec(any_cells(rows), columns)).prop_map(|(outcome, columns)| {
            let names = ["x", "by", "g", "c d", "target"];
            let header: Vec<&str> = std::iter::once("y")
                .chain(names[..columns.len()].iter().copied())
                .collect();
            table(outcome.len(), &header.join(","), |i| {
                let cells: Vec<&str> = std::iter::once(outcome[i])
                    .chain(columns.iter().map(|cells| cells[i].as_str()))
                    .collect();
                // A row of one empty cell would be an empty line.
                format!(
                    "{}{}",
                    if cells == [""] { "\"\"" } else { "" },
                    cells.join(",")
                )
            })
        })
    })
}

fn any_query() -> impl Strategy<Value = String> {
    let parts = vec![
        "col.y=..50",
        "col.y=1..2",
        "col.x=1..",
        "g=a",
        "g=b&g=c",
        "g=Low",
        "c+d=0.1..",
        "col.by=a",
        "target=x",
        "x=y&y=x",
        "color=g",
        "color=by",
        "by=g&box=by",
        "bins=20",
        "trend=off",
        "method=spearman",
        "strong=0",
        "pass=2",
        "factor=x",
        "col.target=1..2",
        "a.g=a",
        "b.g=a&b.g=b",
        "a.x=2..",
        "b.col.y=..50",
        "a.c+d=0.1..",
        "if.x=7",
        "if.g=b",
        "if.c+d=1e300",
    ];
    prop::collection::vec(prop::sample::select(parts), 0..4).prop_map(|parts| parts.join("&"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_page_shows_random_tables(csv in any_table(), query in any_query()) {
        if let Ok(dataset) = read("random.csv".to_owned(), csv.as_bytes(), "y") {
            runtime().block_on(check(&csv, dataset, &[query]));
        }
    }
}
