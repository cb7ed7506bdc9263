//! The reader as tables of cases.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::super::cell::{LONGEST_TOKEN, MISSING_TOKENS};
use super::super::{Kind, MOST_LISTED};
use super::*;

fn parse(bytes: &[u8]) -> Result<Dataset, ReadError> {
    read("case.csv".to_owned(), bytes, "y")
}

fn cells(dataset: &Dataset) -> Vec<Vec<String>> {
    let table = dataset.table();
    (0..table.rows())
        .map(|row| {
            dataset
                .ids()
                .map(|id| table.cell(row, id).unwrap_or_else(|| "∅".to_owned()))
                .collect()
        })
        .collect()
}

#[test]
fn dialects_read_alike() {
    let expected = [["1", "a,b"], ["2", "a,b"]];
    let cases: &[&[u8]] = &[
        b"y,t\n1,\"a,b\"\n2,\"a,b\"\n",
        b"y,t\r\n1,\"a,b\"\r\n2,\"a,b\"\r\n",
        b"\xEF\xBB\xBFy,t\n1,\"a,b\"\n2,\"a,b\"",
        b"y;t\n1;a,b\n2;a,b\n\n",
        b"y;t\r1;a,b\r2;a,b\r",
        b"\r\ny;t\r\n\r\n1;a,b\r\n2;a,b",
        b"y\tt\n1\ta,b\n2\ta,b\n\r\n",
        b"\"y\",\"t\"\n\"1\",\"a,b\"\n\"2\",\"a,b\"\n",
    ];
    for bytes in cases {
        let dataset = parse(bytes).unwrap();
        assert_eq!(cells(&dataset), expected, "{}", bytes.escape_ascii());
    }
}

#[test]
fn every_missing_token_is_missing() {
    let longest = MISSING_TOKENS.iter().map(|token| token.len()).max();
    assert_eq!(longest, Some(LONGEST_TOKEN));
    let mut csv = "y,t\n".to_owned();
    for token in MISSING_TOKENS.iter().chain(&["", "  "]) {
        csv.push_str(&format!("{token},{token}\n"));
    }
    csv.push_str("1,x\n2,x\n3,na\n4,na\n");
    let dataset = parse(csv.as_bytes()).unwrap();
    let table = dataset.table();
    let missing: Vec<usize> = dataset.ids().map(|id| table.missing(id)).collect();
    assert_eq!(missing, [12, 12]);
    assert_eq!(dataset.columns()[1].levels(), ["na", "x"]);
}

#[test]
fn quotes_and_line_breaks_stay_inside_their_cell() {
    let dataset = parse(b"y,t\n1,\"say \"\"hi\"\"\nthere\"\n2,x\n").unwrap();
    assert_eq!(cells(&dataset), [["1", "say \"hi\"\nthere"], ["2", "x"]]);
}

#[test]
fn an_unnamed_column_is_called_by_its_position() {
    let dataset = parse(b",y\n0,1\n1,2\n").unwrap();
    assert_eq!(dataset.columns()[0].name, "Column 1");
    assert_eq!(dataset.columns()[0].kind, Kind::Numeric { whole: true });
}

#[test]
fn each_problem_has_its_message() {
    let cases: &[(&[u8], &str)] = &[
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"PK\x03\x04zip", "an Excel workbook or a ZIP archive"),
        (b"\xFF\xFEy\x00", "UTF-16"),
        (b"y\x00,\x001\x00\n\x00", "UTF-16"),
        (b"\x00y\x00,\x001\x00\n", "UTF-16"),
        (b"\xFF\xFE\x00\x00y\x00\x00\x00", "UTF-32"),
        (b"1,2\n3,4\n", "row 1 holds only numbers (1, 2)"),
        (b"y,t\n", "row 2: the file has a header but no rows"),
        (
            b"a,b\n1,2\n",
            "no column is named `y`, the outcome. Choose one with --target: a, b",
        ),
        (
            b"a,b\nx,y\n",
            "with --target: the file has no numeric column",
        ),
        (
            b"y,b\nbad,2\nworse,2\n",
            "row 2, column `y`: `bad` is not a number, nor is any other cell",
        ),
        (b"y,b\n,2\nNA,2\n", "column `y` holds no value"),
    ];
    for (bytes, expected) in cases {
        let error = parse(bytes).expect_err(&bytes.escape_ascii().to_string());
        let message = error.to_string();
        assert!(message.contains(expected), "{message}\n  lacks: {expected}");
    }
}

/// All that is wrong with a file that is refused for its cells.
fn report_of(bytes: &[u8]) -> Report {
    match parse(bytes) {
        Err(ReadError::Invalid(report)) => *report,
        other => panic!("{}: {other:?}", bytes.escape_ascii()),
    }
}

#[test]
fn every_problem_is_reported_with_its_place() {
    let cases: &[(&[u8], &[&str])] = &[
        (
            b"y,t,y,y\n1,2,3,4\n",
            &[
                "row 1, column 3 (`y`): column 1 has the same name",
                "row 1, column 4 (`y`): column 1",
            ],
        ),
        (
            b"y,,Column 2\n1,2,3\n",
            &["row 1, column 3 (`Column 2`): column 2"],
        ),
        (
            b"y,t\n1,2\n3\n\n4,5,6\n",
            &[
                "row 3, column 2 (`t`): 1 fields where the header has 2",
                "row 5, column 3: 3 fields where the header has 2",
            ],
        ),
        (
            b"y,t\n1,2\n3,\"x\n4,5\n6,7\n",
            &["row 3, column 2 (`t`): a quoted field begins here"],
        ),
        (b"y,t\n1,2\n3,\"x", &["row 3, column 2 (`t`): a quoted"]),
        (
            b"y,\"t\n1,2\n3,4\n",
            &["row 1, column 2 (`t 1,2 3,4 `): a quoted"],
        ),
        (
            b"y,t\n1,a\x00b\n2,\xE9t\xE9\n3,\xE2\x82\n",
            &[
                "row 2, column 2 (`t`): a NUL byte",
                "row 3, column 2 (`t`): the text is not UTF-8; it looks like Latin-1",
                "row 4, column 2 (`t`): the text is not UTF-8; bytes of it are damaged",
            ],
        ),
        (
            b"y,\xE9\n1,2\n",
            &["row 1, column 2 (`\u{FFFD}`): the text is not UTF-8"],
        ),
        (
            b"y;x\n1;1,5\n2;Infinity\n3;4\n",
            &[
                "row 2, column 2 (`x`): `1,5` is written with a comma. Write numbers with a decimal point",
                "row 3, column 2 (`x`): `Infinity` is not a finite number",
            ],
        ),
        (
            b"y,x\n1,1\nbad,2\n\"1,5\",3\n",
            &[
                "row 3, column 1 (`y`): `bad` is not a number, and this column is the outcome",
                "row 4, column 1 (`y`): `1,5` is written with a comma",
            ],
        ),
        (
            b"y;x\n1,5;1\n2\n",
            &[
                "row 2, column 1 (`y`): `1,5`",
                "row 3, column 2 (`x`): 1 fields",
            ],
        ),
    ];
    for (bytes, expected) in cases {
        let report = report_of(bytes);
        let found: Vec<String> = report.listed().iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        assert_eq!(report.total(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(*expected) {
            let found = found.replace('\n', " ");
            assert!(found.starts_with(expected), "{found}\n  lacks: {expected}");
        }
    }
}

#[test]
fn text_with_commas_is_text_where_the_column_is() {
    for bytes in [
        b"y;t\n1;1,5\n2;a\n".as_slice(),
        b"y;t\n1;inf\n2;a\n3;4\n",
        b"y;t\n1;1,2,3\n2;2,3,4\n",
    ] {
        let dataset = parse(bytes).unwrap();
        assert_eq!(dataset.columns()[1].kind, Kind::Identifier);
    }
}

#[test]
fn a_report_lists_fifty_and_counts_all() {
    let mut csv = "y,t\n".to_owned();
    for i in 0..100 {
        csv.push_str(if i % 2 == 0 { "1\n" } else { "x,2\n2,3\n" });
    }
    let report = report_of(csv.as_bytes());
    assert_eq!(report.listed().len(), MOST_LISTED);
    assert!(report.listed().is_sorted_by_key(|problem| problem.row));
    let text = report.to_string();
    assert!(text.starts_with(
        "100 problems (rows of another length than the header: 50, outcomes that are no numbers: 50)\n"
    ));
    assert!(text.ends_with("\nand 50 more"), "{text}");
    assert_eq!(text.lines().count(), 52);
}

#[test]
fn limits_are_said() {
    let wide = |n: usize| vec!["c"; n].join(",") + ",y\n";
    let message = parse(wide(501).as_bytes()).unwrap_err().to_string();
    assert!(
        message.contains("502 columns, and 500 are possible"),
        "{message}"
    );
    let long = format!("y,{}\n1,2\n", "n".repeat(201));
    let message = parse(long.as_bytes()).unwrap_err().to_string();
    assert!(message.contains("the name has 201 characters"), "{message}");
    assert!(message.len() < 200, "{message}");
}

#[test]
fn numbers_keep_their_value() {
    let dataset = parse(b"y,x\n9007199254740993,-0.0\n-9223372036854775808,+1e-3\n").unwrap();
    let table = dataset.table();
    let shown = cells(&dataset);
    assert_eq!(shown[0], ["9007199254740993", "0"]);
    assert_eq!(shown[1], ["-9223372036854775808", "0.001"]);
    let id = dataset.find("x").unwrap();
    assert!(table.numbers(id)[0].is_sign_positive());
}

#[test]
fn columns_of_many_values_are_read_in_pieces() {
    // Of each column every eleventh cell is missing, and they are not the same rows.
    let cell = |row: u64, column: u64, cell: String| match (row + column) % 11 {
        0 => "∅".to_owned(),
        _ => cell,
    };
    let expected: Vec<Vec<String>> = (0..60_000_u64)
        .map(|row| {
            let mixed = row.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            vec![
                (row % 101).to_string(),
                cell(row, 1, (mixed % 4_000).to_string()),
                cell(row, 2, (mixed as i64).to_string()),
                cell(row, 3, format!("{}.5", mixed % 50_000)),
                cell(row, 4, format!("student {mixed:x}")),
            ]
        })
        .collect();
    let lines: Vec<String> = expected.iter().map(|row| row.join(",")).collect();
    let csv = format!(
        "y,few,far,real,text\n{}\n",
        lines.join("\n").replace('∅', "")
    );
    assert!(csv.len() > 3 * PIECE);
    let dataset = parse(csv.as_bytes()).unwrap();
    assert!(cells(&dataset) == expected);
}

#[test]
fn a_missing_file_is_named() {
    let error = read_file(Path::new("no/such.csv"), "y").unwrap_err();
    assert!(error.to_string().starts_with("cannot read no/such.csv: "));
}
