//! Every output of every page: whether a number of students in it is too small, and whether it shows what
//! belongs to single students.

use axum::Router;
use axum::http::StatusCode;
use serde_json::Value;

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

pub(crate) async fn check_outputs(app: &Router, query: &str, least: usize) {
    let at = |path: &str| format!("{path}?{query}");
    let mut downloads = Vec::new();
    for page in PAGES {
        let answer = get(app, &at(&format!("/{page}"))).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}?{query}");
        check_html(&answer.body, least, page);
        let links = answer.body.split("class=\"csv\" href=\"").skip(1);
        downloads.extend(links.map(|rest| rest[..rest.find('"').unwrap()].replace("&amp;", "&")));
    }
    assert!(
        query
            .is_empty()
            .then_some(downloads.len())
            .is_none_or(|n| n > 12)
    );
    for address in downloads {
        let answer = get(app, &address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        check_csv(&answer.body, least, &address);
    }
    let report = get(app, &at("/report.html")).await;
    check_html(&report.body, least, "the report");
    let metrics = get(app, "/metrics").await;
    assert!(!metrics.body.contains("dataset_rows"), "{}", metrics.body);
}

fn check_html(html: &str, least: usize, of: &str) {
    assert!(html.contains("Privacy mode"), "{of} does not say the mode");
    for table in html.split("<table>").skip(1) {
        check_table(&table[..table.find("</table>").unwrap()], least, of);
    }
    let marker = "class=\"option\" type=\"application/json\">";
    for chart in html.split(marker).skip(1) {
        let option = &chart[..chart.find("</script>").unwrap()];
        check_chart(&serde_json::from_str(option).unwrap(), least, of);
    }
    check_words(&text(html), least, of);
    let body = &html[html.find("<main").unwrap()..];
    for word in ["outlier", "Outlier", "quartile ", "maximum", "minimum"] {
        assert!(!text(body).contains(word), "{of}: {word}");
    }
}

/// What is read, without scripts and styles.
fn text(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = ["script", "style"]
            .iter()
            .find(|name| rest[1..].starts_with(**name))
            .and_then(|name| rest.find(&format!("</{name}>")));
        let end = end.unwrap_or(0);
        rest = &rest[end..];
        rest = &rest[rest.find('>').map_or(rest.len(), |at| at + 1)..];
    }
    out + rest
}

/// Numbers before "students" and after "n =".
fn check_words(text: &str, least: usize, of: &str) {
    let number = |word: &str| word.replace(',', "").parse::<usize>().ok();
    let words: Vec<&str> = text.split_whitespace().collect();
    for pair in words.windows(2) {
        if pair[1].starts_with("student")
            && let Some(n) = number(pair[0])
        {
            assert!(n >= least, "{of}: {pair:?}");
        }
    }
}

/// The column of the table that counts students.
fn check_table(table: &str, least: usize, of: &str) {
    let cells = |row: &str, tag: &str| -> Vec<String> {
        let (start, end) = (format!("<{tag}"), format!("</{}>", &tag[..2]));
        row.split(&start)
            .skip(1)
            .map(|cell| text(&format!("<{tag}{}", &cell[..cell.find(&end).unwrap()])))
            .collect()
    };
    let head = between(table, "<thead>", "</thead>").unwrap();
    // The name "thead" begins as "th" does.
    let header = cells(head, "th scope");
    let Some(at) = header.iter().position(|name| name == "students") else {
        return;
    };
    for row in between(table, "<tbody>", "</tbody>")
        .unwrap()
        .split("<tr>")
        .skip(1)
    {
        // The first cell is a heading.
        let n = &cells(row, "td")[at - 1];
        let n: usize = n.replace(',', "").parse().expect(n);
        assert!(n >= least, "{of}: {row}");
    }
}

fn check_csv(csv: &str, least: usize, of: &str) {
    let mut lines = csv::Reader::from_reader(csv.as_bytes());
    let header = lines.headers().unwrap().clone();
    for (i, name) in header.iter().enumerate() {
        for single in ["min", "max", "q1", "median", "q3", "whisker", "residual"] {
            assert!(name != single, "{of}: {name}");
        }
        if name == "students" {
            for row in lines.records() {
                let n: usize = row.unwrap()[i].parse().unwrap();
                assert!(n >= least, "{of}: {n}");
            }
            return;
        }
    }
}

/// Bars that are numbers of students, points that carry one, labels that say one.
fn check_chart(option: &Value, least: usize, of: &str) {
    for series in option["series"].as_array().expect("series") {
        let kind = series["type"].as_str().unwrap();
        assert!(!OF_SINGLES.contains(&kind), "{of}: {kind}");
        let items = series["data"].as_array().unwrap();
        assert!(items.len() <= 100, "{of}: {} points", items.len());
        let counts = series["dimensions"]
            .as_array()
            .and_then(|names| names.iter().position(|name| is_students(name)));
        for item in items {
            let value = item.get("value").unwrap_or(item);
            let n = match counts {
                Some(at) => value.get(at).and_then(Value::as_u64),
                None if series["name"] == "students" => value.as_u64(),
                None => None,
            };
            if counts.is_some() || series["name"] == "students" {
                assert!(n.is_some_and(|n| n >= least as u64), "{of}: {item}");
            }
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
