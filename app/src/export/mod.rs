//! Rows of a table as a file, made part by part: a large table takes no more memory than a small one.
//!
//! Beside the chain: made of a [`Table`], and only the server uses it. Rows are
//! in the order of the dataset, with every column but identifiers, which are shown nowhere.

mod csv;
mod json;
mod parquet;

use polars::prelude::{AnyValue, DataFrame, PolarsResult};

use crate::dataset::{ColumnId, Dataset, Table};
use parquet::Groups;

/// Bytes after which a part of a text file ends, with the row that reaches them.
const PART: usize = 256 * 1024;

/// Kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated text with a header; cells that a spreadsheet would run have an apostrophe
    /// before them.
    Csv,
    /// A list of objects, one a line, null where a value is missing.
    Json,
    /// Apache Parquet, with the types of the columns.
    Parquet,
}

impl Format {
    /// Every kind, in the order in which pages offer them.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Json, Self::Parquet];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Json => "JSON",
            Self::Parquet => "Parquet",
        }
    }

    /// Where the rows are, as a file of this kind.
    pub fn path(self) -> &'static str {
        match self {
            Self::Csv => "/export.csv",
            Self::Json => "/export.json",
            Self::Parquet => "/export.parquet",
        }
    }

    /// How names of such files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Parquet => "parquet",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// A file that is being made.
pub struct Export {
    names: Vec<String>,
    frame: DataFrame,
    /// Rows that are in the parts so far.
    done: usize,
    kind: Kind,
}

/// What each kind of file keeps from part to part.
enum Kind {
    Csv { begun: bool },
    Json { begun: bool, ended: bool },
    Parquet(Box<Groups>),
}

impl Export {
    /// Begins a file of the table's rows.
    ///
    /// # Errors
    /// Only if polars has no Parquet type for a column, which is a defect.
    pub fn new(table: &Table<'_>, format: Format) -> PolarsResult<Self> {
        let dataset = table.dataset();
        let ids = shown(dataset);
        let names: Vec<String> = ids
            .iter()
            .map(|&id| dataset.column(id).name.clone())
            .collect();
        let mut frame = table.frame(&ids)?;
        // One piece a column: rows are then found without a search, and pieces are aligned.
        frame.rechunk_mut();
        Ok(Self {
            names,
            done: 0,
            kind: match format {
                Format::Csv => Kind::Csv { begun: false },
                Format::Json => Kind::Json {
                    begun: false,
                    ended: false,
                },
                Format::Parquet => Kind::Parquet(Box::new(Groups::new(&frame)?)),
            },
            frame,
        })
    }

    /// The next part of the file; `None` after the last.
    ///
    /// # Errors
    /// Only if polars cannot write what is in memory, which is a defect.
    pub fn next_part(&mut self) -> PolarsResult<Option<Vec<u8>>> {
        let Self {
            names,
            frame,
            done,
            kind,
        } = self;
        let mut part = Vec::new();
        match kind {
            Kind::Csv { begun } => {
                if !*begun {
                    *begun = true;
                    csv::header(names, &mut part);
                }
                rows(frame, done, &mut part, csv::row);
            }
            Kind::Json { begun, ended } => {
                let mut first = !*begun;
                if first {
                    part.push(b'[');
                    *begun = true;
                }
                rows(frame, done, &mut part, |row, part| {
                    part.extend_from_slice(if first { b"\n" } else { b",\n" });
                    first = false;
                    json::row(names, row, part);
                });
                if *done == frame.height() && !*ended {
                    *ended = true;
                    part.extend_from_slice(b"\n]\n");
                }
            }
            Kind::Parquet(groups) => groups.next(frame, done, &mut part)?,
        }
        Ok((!part.is_empty()).then_some(part))
    }
}

/// The columns of a file: all but identifiers.
fn shown(dataset: &Dataset) -> Vec<ColumnId> {
    let mut ids: Vec<ColumnId> = dataset.ids().collect();
    ids.retain(|&id| !dataset.column(id).is_identifier());
    ids
}

/// Appends rows until the part is full or the table ends.
fn rows(
    frame: &DataFrame,
    done: &mut usize,
    part: &mut Vec<u8>,
    mut append: impl FnMut(&[AnyValue<'_>], &mut Vec<u8>),
) {
    while *done < frame.height() && part.len() < PART {
        let columns = frame.columns().iter();
        let row: Vec<AnyValue<'_>> = columns
            .map(|column| column.get(*done).unwrap_or(AnyValue::Null))
            .collect();
        append(&row, part);
        *done += 1;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Cursor;

    use polars::prelude::{DataType, ParquetReader, SerReader};

    use super::*;
    use crate::dataset::read;

    const STUDENTS: &str = "70,1.5,=HYPERLINK(1),Male,9007199254740993\n\
        80,,\"a, \"\"b\"\"\",Female,-1\n\
        ,1e300,+1-2,,2\n\
        60,-0.0000001,-5x,Male,3\n";

    /// Each of them twice, so that their texts are levels; the first column is an identifier.
    fn students() -> Dataset {
        let rows = STUDENTS.lines().chain(STUDENTS.lines()).enumerate();
        let rows: String = rows.map(|(i, row)| format!("s{i},{row}\n")).collect();
        let csv = format!("Id,Exam_Score,real,Text,Gender,big\n{rows}");
        read("students.csv".to_owned(), csv.as_bytes(), "Exam_Score").unwrap()
    }

    fn frame_of(table: &Table<'_>) -> DataFrame {
        table.frame(&shown(table.dataset())).unwrap()
    }

    fn whole(dataset: &Dataset, format: Format) -> Vec<u8> {
        let mut export = Export::new(&dataset.table(), format).unwrap();
        let mut file = Vec::new();
        while let Some(part) = export.next_part().unwrap() {
            file.extend(part);
        }
        file
    }

    fn text(dataset: &Dataset, format: Format) -> String {
        String::from_utf8(whole(dataset, format)).unwrap()
    }

    #[test]
    fn csv_has_every_column_and_nothing_that_runs() {
        insta::assert_snapshot!(text(&students(), Format::Csv), @r#"
        Exam_Score,real,Text,Gender,big
        70,1.5,'=HYPERLINK(1),Male,9007199254740993
        80,,"a, ""b""",Female,-1
        ,1e300,'+1-2,,2
        60,-1e-7,'-5x,Male,3
        70,1.5,'=HYPERLINK(1),Male,9007199254740993
        80,,"a, ""b""",Female,-1
        ,1e300,'+1-2,,2
        60,-1e-7,'-5x,Male,3
        "#);
    }

    #[test]
    fn json_has_types_and_null() {
        insta::assert_snapshot!(text(&students(), Format::Json), @r#"
        [
        {"Exam_Score":70,"real":1.5,"Text":"=HYPERLINK(1)","Gender":"Male","big":9007199254740993},
        {"Exam_Score":80,"real":null,"Text":"a, \"b\"","Gender":"Female","big":-1},
        {"Exam_Score":null,"real":1e+300,"Text":"+1-2","Gender":null,"big":2},
        {"Exam_Score":60,"real":-1e-7,"Text":"-5x","Gender":"Male","big":3},
        {"Exam_Score":70,"real":1.5,"Text":"=HYPERLINK(1)","Gender":"Male","big":9007199254740993},
        {"Exam_Score":80,"real":null,"Text":"a, \"b\"","Gender":"Female","big":-1},
        {"Exam_Score":null,"real":1e+300,"Text":"+1-2","Gender":null,"big":2},
        {"Exam_Score":60,"real":-1e-7,"Text":"-5x","Gender":"Male","big":3}
        ]
        "#);
    }

    #[test]
    fn parquet_is_read_as_the_same_frame() {
        let dataset = students();
        let file = whole(&dataset, Format::Parquet);
        let frame = ParquetReader::new(Cursor::new(file)).finish().unwrap();
        let expected = frame_of(&dataset.table());
        assert!(frame.equals_missing(&expected), "{frame:?}");
        let dtypes = frame.dtypes();
        assert_eq!(dtypes[..2], [DataType::Int64, DataType::Float64]);
        assert!(matches!(dtypes[3], DataType::Enum(..)), "{dtypes:?}");
    }

    /// More rows than a part has, so that parts follow each other.
    fn many(rows: usize) -> Dataset {
        let rows: String = (0..rows)
            .map(|i| format!("{},name {i},{}\n", i % 90, "é".repeat(40)))
            .collect();
        let csv = format!("Exam_Score,Name,Text\n{rows}");
        read("many.csv".to_owned(), csv.as_bytes(), "Exam_Score").unwrap()
    }

    #[test]
    fn parts_are_bounded_and_make_a_whole() {
        let dataset = many(60_000);
        let expected = frame_of(&dataset.table());
        for format in Format::ALL {
            let mut export = Export::new(&dataset.table(), format).unwrap();
            let mut parts = Vec::new();
            while let Some(part) = export.next_part().unwrap() {
                parts.push(part);
            }
            assert!(parts.len() > 1, "{format:?}");
            if format != Format::Parquet {
                assert!(
                    parts.iter().all(|part| part.len() < PART + 1024),
                    "{format:?}"
                );
            }
            let file = parts.concat();
            match format {
                Format::Csv => {
                    let read = read("again.csv".to_owned(), &file, "Exam_Score").unwrap();
                    assert!(frame_of(&read.table()).equals_missing(&expected));
                }
                Format::Json => {
                    let rows: Vec<serde_json::Value> = serde_json::from_slice(&file).unwrap();
                    assert_eq!(rows.len(), 60_000);
                    assert_eq!(rows[59_999]["Exam_Score"], 59_999 % 90);
                }
                Format::Parquet => {
                    let frame = ParquetReader::new(Cursor::new(file)).finish().unwrap();
                    assert!(frame.equals_missing(&expected));
                }
            }
        }
    }

    #[test]
    fn no_rows_make_a_file_too() {
        let dataset = read(
            "two.csv".to_owned(),
            b"Exam_Score,g\n70,a\n71,a\n",
            "Exam_Score",
        )
        .unwrap();
        let none = Table::of(&dataset, &[false, false]);
        for (format, expected) in [(Format::Csv, "Exam_Score,g\n"), (Format::Json, "[\n]\n")] {
            let mut export = Export::new(&none, format).unwrap();
            let part = export.next_part().unwrap().unwrap();
            assert_eq!(String::from_utf8(part).unwrap(), expected);
            assert_eq!(export.next_part().unwrap(), None);
        }
        let mut export = Export::new(&none, Format::Parquet).unwrap();
        let mut file = Vec::new();
        while let Some(part) = export.next_part().unwrap() {
            file.extend(part);
        }
        let frame = ParquetReader::new(Cursor::new(file)).finish().unwrap();
        assert_eq!((frame.height(), frame.width()), (0, 2));
    }
}
