//! Tables: what stands behind every chart, on the page and as CSV.

use crate::format;

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A name, a level or a cell of the file: long ones are shown shortened, and CSV has them whole.
    Text(String),
    /// Words of ours, shown whole.
    Words(String),
    /// Text that leads to another page.
    Link {
        /// What is read.
        text: String,
        /// Where it leads.
        href: String,
    },
    /// A whole number.
    Count(usize),
    /// A number shown with so many decimals.
    Number(f64, usize),
    /// A number shown as short as possible.
    Value(f64),
    /// A p-value.
    P(f64),
    /// An interval shown with so many decimals.
    Interval(Option<[f64; 2]>, usize),
}

impl Cell {
    /// What is read on the page.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) | Self::Link { text, .. } => format::level(text).into_owned(),
            Self::Words(text) => text.clone(),
            Self::Count(n) => format::count(*n),
            Self::Number(x, places) => format::decimals(*x, *places),
            Self::Value(x) => format::value(*x),
            Self::P(p) => format::p_value(*p),
            Self::Interval(bounds, places) => format::interval(*bounds, *places),
        }
    }

    /// Whether it is set to the right, as figures are.
    pub fn is_number(&self) -> bool {
        !self.is_text()
    }

    fn json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) | Self::Words(text) | Self::Link { text, .. } => {
                serde_json::json!(text)
            }
            Self::Count(n) => serde_json::json!(n),
            // What is not finite is null.
            Self::Number(x, _) | Self::Value(x) | Self::P(x) => serde_json::json!(x),
            Self::Interval(bounds, _) => serde_json::json!(bounds),
        }
    }

    /// Whether it holds text rather than a figure.
    fn is_text(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Words(_) | Self::Link { .. })
    }

    /// The fields that it makes in CSV: full precision, empty where undefined.
    fn fields(&self) -> Vec<String> {
        match self {
            Self::Text(text) | Self::Words(text) | Self::Link { text, .. } => vec![guarded(text)],
            Self::Count(n) => vec![n.to_string()],
            Self::Number(x, _) | Self::Value(x) | Self::P(x) => vec![digits(*x)],
            Self::Interval(Some([low, high]), _) => vec![digits(*low), digits(*high)],
            Self::Interval(None, _) => vec![String::new(), String::new()],
        }
    }
}

/// A number with the digits that mean something: more would only show how a computer rounds.
fn digits(x: f64) -> String {
    if !x.is_finite() {
        return String::new();
    }
    let rounded: f64 = format!("{x:.11e}").parse().unwrap_or(x);
    match rounded.abs() < 1e15 {
        true => rounded.to_string(),
        false => format!("{rounded:e}"),
    }
}

/// Text that a spreadsheet would run as a formula gets an apostrophe before it, as OWASP advises; a
/// plain number with a sign stays one.
pub(crate) fn guarded(text: &str) -> String {
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let number =
        || text.bytes().all(|b| b"+-.eE0123456789".contains(&b)) && text.parse::<f64>().is_ok();
    if runs && !number() {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// A table with a header.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DataTable {
    /// Names of the columns.
    pub header: Vec<String>,
    /// As many cells in every row as the header has.
    pub rows: Vec<Vec<Cell>>,
}

impl DataTable {
    /// A table of that header.
    pub fn new(header: &[&str], rows: Vec<Vec<Cell>>) -> Self {
        Self {
            header: header.iter().map(|&name| name.to_owned()).collect(),
            rows,
        }
    }

    /// The same with the texts of its links alone.
    #[must_use]
    pub fn unlinked(mut self) -> Self {
        for cell in self.rows.iter_mut().flatten() {
            if let Cell::Link { text, .. } = cell {
                *cell = Cell::Text(std::mem::take(text));
            }
        }
        self
    }

    /// The rows as JSON: numbers in full, null where undefined, an interval as its two bounds.
    pub fn to_json(&self) -> serde_json::Value {
        let rows = self.rows.iter();
        let rows = rows.map(|row| row.iter().map(Cell::json).collect::<Vec<_>>());
        serde_json::json!(rows.collect::<Vec<_>>())
    }

    /// The table as CSV. An interval takes two columns, its name followed by "low" and "high".
    pub fn to_csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let spans = |i: usize| {
            self.rows
                .first()
                .is_some_and(|row| matches!(row.get(i), Some(Cell::Interval(..))))
        };
        let header = self.header.iter().enumerate().flat_map(|(i, name)| {
            let name = guarded(name);
            if spans(i) {
                vec![format!("{name} low"), format!("{name} high")]
            } else {
                vec![name]
            }
        });
        // Writing to memory cannot fail, and every row has the header's length.
        let mut written = writer.write_record(header).is_ok();
        for row in &self.rows {
            written &= writer
                .write_record(row.iter().flat_map(Cell::fields))
                .is_ok();
        }
        debug_assert!(written, "rows differ in length");
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_is_precise_and_harmless() {
        let table = DataTable::new(
            &["level", "mean", "95 % interval", "p"],
            vec![
                vec![
                    Cell::Text("=HYPERLINK(\"x\")".into()),
                    Cell::Number(1.0 / 3.0, 1),
                    Cell::Interval(Some([0.25, 0.5]), 1),
                    Cell::P(1e-12),
                ],
                vec![
                    Cell::Text("a, b".into()),
                    Cell::Number(f64::NAN, 1),
                    Cell::Interval(None, 1),
                    Cell::P(0.5),
                ],
            ],
        );
        insta::assert_snapshot!(table.to_csv(), @r#"
        level,mean,95 % interval low,95 % interval high,p
        "'=HYPERLINK(""x"")",0.333333333333,0.25,0.5,0.000000000001
        "a, b",,,,0.5
        "#);
    }

    #[test]
    fn only_what_a_spreadsheet_would_run_is_escaped() {
        let cases = [
            ("=1+1", "'=1+1"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("\n=1", "'\n=1"),
            ("-", "'-"),
            ("-inf", "'-inf"),
            ("-1.5", "-1.5"),
            ("+1e3", "+1e3"),
            ("a=1", "a=1"),
            ("'=1", "'=1"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(guarded(text), expected, "{text:?}");
        }
        let table = DataTable::new(&["=a"], vec![vec![Cell::Value(-1.5)]]);
        assert_eq!(table.to_csv(), "'=a\n-1.5\n");
    }
}
