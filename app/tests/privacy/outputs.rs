//! Every output of every page for an address: its tables, and checks of what is drawn and written, which
//! must not show what belongs to single students or too few.

use axum::Router;
use axum::http::StatusCode;
use serde_json::Value;

use super::claims::{About, Claim, Table, claims, passes, with_others};
use super::students::Students;
use super::support::{between, get};

const PAGES: [&str; 6] = [
    "overview",
    "performance",
    "factors",
    "relationships",
    "explore",
    "compare",
];

/// Series that draw single students or their order.
const OF_SINGLES: [&str; 2] = ["boxplot", "line"];

/// What `/stats.json` says; `None` where a range is no step.
pub(crate) async fn stats(
    app: &Router,
    students: &Students,
    about: &About<'_>,
) -> Option<Vec<Claim>> {
    let answer = get(app, &format!("/stats.json?{}", about.query())).await;
    if answer.status == StatusCode::BAD_REQUEST {
        assert!(answer.body.contains("come in steps"), "{}", answer.body);
        return None;
    }
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let stats: Value = serde_json::from_str(&answer.body).unwrap();
    let figures = stats["figures"].as_object().expect("figures");
    let tables: Vec<Table> = figures
        .values()
        .filter(|figure| !figure["rows"].is_null())
        .map(|figure| Table {
            header: strings(&figure["header"]),
            rows: figure["rows"]
                .as_array()
                .expect("rows")
                .iter()
                .map(strings)
                .collect(),
        })
        .collect();
    let mut said = of_tables(&tables, students, about, true);
    if stats["students"] == "No student" {
        said.push(about.nobody());
    }
    Some(said)
}

fn strings(cells: &Value) -> Vec<String> {
    let text = |cell: &Value| {
        cell.as_str()
            .map_or_else(|| cell.to_string(), str::to_owned)
    };
    cells.as_array().expect("cells").iter().map(text).collect()
}

/// The claims of a response's tables; `exact` where shares have all their digits.
fn of_tables(tables: &[Table], students: &Students, about: &About<'_>, exact: bool) -> Vec<Claim> {
    let all = students.count(about.conditions, about.filters);
    let mut found: Vec<Claim> = Vec::new();
    for table in tables {
        found.extend(with_others(claims(table, about)));
        if exact {
            found.extend(passes(table, about, all));
        }
    }
    found
}

/// What all pages, their charts' files and the report say.
pub(crate) async fn outputs(
    app: &Router,
    students: &Students,
    about: &About<'_>,
    least: usize,
) -> Vec<Claim> {
    let at = |path: &str| format!("{path}?{}", about.query());
    let mut said = Vec::new();
    let mut files = Vec::new();
    for page in PAGES {
        let answer = get(app, &at(&format!("/{page}"))).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}?{}", about.query());
        let tables = of_html(&answer.body, least, page);
        said.extend(of_tables(&tables, students, about, false));
        let links = answer.body.split("class=\"csv\" href=\"").skip(1);
        files.extend(links.map(|rest| rest[..rest.find('"').unwrap()].replace("&amp;", "&")));
    }
    if !said.is_empty() {
        assert!(files.len() >= 10, "{files:?}");
    }
    for address in files {
        let answer = get(app, &address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        said.extend(of_tables(&[of_csv(&answer.body)], students, about, true));
    }
    let report = get(app, &at("/report.html")).await;
    let tables = of_html(&report.body, least, "the report");
    said.extend(of_tables(&tables, students, about, false));
    said
}

fn of_html(html: &str, least: usize, of: &str) -> Vec<Table> {
    assert!(html.contains("Privacy mode"), "{of} does not say the mode");
    let marker = "class=\"option\" type=\"application/json\">";
    for chart in html.split(marker).skip(1) {
        let option = &chart[..chart.find("</script>").unwrap()];
        check_chart(&serde_json::from_str(option).unwrap(), least, of);
    }
    let body = &html[html.find("<main").unwrap()..];
    check_words(body, least, of);
    // Those who have no table are drawn in none either.
    let tables = body.split("<table>").skip(1);
    tables
        .map(|table| of_table(&table[..table.find("</table>").unwrap()]))
        .collect()
}

/// What is read, without scripts and styles.
fn text(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = ["script", "style", "table"]
            .iter()
            .find(|name| rest[1..].starts_with(**name))
            .and_then(|name| rest.find(&format!("</{name}>")));
        rest = &rest[end.unwrap_or(0)..];
        rest = &rest[rest.find('>').map_or(rest.len(), |at| at + 1)..];
        out.push(' ');
    }
    out + rest
}

/// Numbers of students in sentences are coarse, and there is none of what single students have.
fn check_words(html: &str, least: usize, of: &str) {
    let text = text(html);
    let number = |word: &str| word.replace(',', "").parse::<usize>().ok();
    let words: Vec<&str> = text.split_whitespace().collect();
    let coarse = least.max(10);
    for pair in words.windows(2) {
        if pair[1].starts_with("student")
            && let Some(n) = number(pair[0])
        {
            assert!(n >= least && n % coarse == 0, "{of}: {pair:?}");
        }
    }
    for word in ["outlier", "Outlier", "quartile ", "maximum", "minimum"] {
        assert!(!text.contains(word), "{of}: {word}");
    }
}

fn of_table(table: &str) -> Table {
    let cells = |row: &str| -> Vec<String> {
        row.split("<t")
            .skip(1)
            .filter(|cell| cell.starts_with("h ") || cell.starts_with("d"))
            .map(|cell| text(&format!("<t{cell}")).trim().replace(',', ""))
            .collect()
    };
    let head = between(table, "<thead>", "</thead>").unwrap();
    let body = between(table, "<tbody>", "</tbody>").unwrap();
    let named = |row: &str| cells_with_commas(row);
    Table {
        header: named(head),
        rows: body
            .split("<tr>")
            .skip(1)
            .map(|row| {
                let mut found = cells(row);
                // A name may have a comma, a number has thousands' ones.
                for (cell, whole) in found.iter_mut().zip(cells_with_commas(row)) {
                    if cell.parse::<f64>().is_err() {
                        *cell = whole;
                    }
                }
                found
            })
            .collect(),
    }
}

fn cells_with_commas(row: &str) -> Vec<String> {
    row.split("<t")
        .skip(1)
        .filter(|cell| cell.starts_with("h ") || cell.starts_with("d"))
        .map(|cell| text(&format!("<t{cell}")).trim().to_owned())
        .collect()
}

fn of_csv(csv: &str) -> Table {
    let mut lines = csv::Reader::from_reader(csv.as_bytes());
    let owned = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = owned(lines.headers().unwrap());
    let rows = lines.records().map(|row| owned(&row.unwrap())).collect();
    Table { header, rows }
}

/// Bars that are numbers of students, points that carry one, labels that say one.
fn check_chart(option: &Value, least: usize, of: &str) {
    for series in option["series"].as_array().expect("series") {
        let kind = series["type"].as_str().unwrap();
        assert!(!OF_SINGLES.contains(&kind), "{of}: {kind}");
        let items = series["data"].as_array().map_or(&[][..], Vec::as_slice);
        assert!(items.len() <= 100, "{of}: {} points", items.len());
        let counts = series["dimensions"]
            .as_array()
            .and_then(|names| names.iter().position(is_students));
        for item in items {
            let value = item.get("value").unwrap_or(item);
            let n = match counts {
                Some(at) => value.get(at).and_then(Value::as_u64),
                None if series["name"] == "students" => value.as_u64(),
                None => continue,
            };
            let enough = n.is_some_and(|n| n == 0 || n >= least as u64);
            assert!(enough, "{of}: {item}");
        }
    }
    let text = option.to_string();
    for label in text.split("n = ").skip(1) {
        let digits: String = label
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == ',')
            .collect();
        let n: usize = digits.replace(',', "").parse().expect(label);
        assert!(n >= least, "{of}: {n}");
    }
}

fn is_students(name: &Value) -> bool {
    name == "students" || name["name"] == "students"
}
