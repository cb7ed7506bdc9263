//! The bytes of the sample: the same for the same rows and seed, and as many as are asked for.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::io::{self, Write};

use student_analytics_data::{DEFAULT_ROWS, DEFAULT_SEED, MAX_ROWS, Sample, SampleError};

const HEADER: &str = "Hours_Studied,Attendance,Parental_Involvement,Access_to_Resources,\
Extracurricular_Activities,Sleep_Hours,Previous_Scores,Motivation_Level,Internet_Access,\
Tutoring_Sessions,Family_Income,Teacher_Quality,School_Type,Peer_Influence,Physical_Activity,\
Learning_Disabilities,Parental_Education_Level,Distance_from_Home,Gender,Exam_Score";

#[test]
fn the_committed_file_is_the_default_sample() {
    let committed = include_str!("../StudentPerformanceFactors.csv");
    assert!(
        csv(DEFAULT_ROWS, DEFAULT_SEED) == committed,
        "data/StudentPerformanceFactors.csv is not the default sample; `cargo xtask dataset` writes it"
    );
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    assert_eq!(csv(500, 7), csv(500, 7));
    assert_ne!(csv(500, 7), csv(500, 8));
}

#[test]
fn a_sample_has_the_header_and_the_rows_asked_for() {
    for rows in [1, 2, 10, 999, 20_000] {
        let csv = csv(rows, 3);
        let mut lines = csv.lines();
        assert_eq!(lines.next(), Some(HEADER));
        assert_eq!(lines.clone().count() as u64, rows);
        assert!(
            lines.all(|line| line.split(',').count() == 20),
            "{rows} rows"
        );
        assert!(csv.ends_with('\n') && !csv.contains(['\r', '"']));
    }
}

#[test]
fn missing_values_keep_their_share_at_any_size() {
    let cases = [(6_607, [78, 90, 67]), (66_070, [780, 900, 670])];
    for (rows, expected) in cases {
        let csv = csv(rows, 11);
        let missing = |column: usize| {
            csv.lines()
                .filter(|line| line.split(',').nth(column) == Some(""))
                .count()
        };
        assert_eq!([11, 16, 17].map(missing), expected, "{rows} rows");
    }
}

#[test]
fn impossible_sizes_are_refused() {
    assert_eq!(Sample::new(0, 1), Err(SampleError::NoRows));
    assert_eq!(
        Sample::new(MAX_ROWS + 1, 1),
        Err(SampleError::TooManyRows(MAX_ROWS + 1))
    );
}

/// The largest sample reaches a writer that refuses more after a thousand lines, and stops there:
/// nothing is prepared or kept per row.
#[test]
fn rows_are_written_as_they_are_drawn() {
    let sample = Sample::new(MAX_ROWS, 1).unwrap();
    let mut full = Full { lines_left: 1_000 };
    let refused = sample.write_csv(&mut full).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::StorageFull);
}

struct Full {
    lines_left: usize,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.lines_left == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.lines_left -= usize::from(bytes.ends_with(b"\n"));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn csv(rows: u64, seed: u64) -> String {
    let mut bytes = Vec::new();
    let sample = Sample::new(rows, seed).unwrap();
    sample.write_csv(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}
