//! The reader on damaged files: it accepts or refuses each, and never panics. `cargo test` reads a
//! few thousand; `STUDENT_ANALYTICS_FUZZ_RUNS` and `STUDENT_ANALYTICS_FUZZ_SEED` ask for more or others.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/mutation.rs"]
mod mutation;

use std::time::Instant;

use mutation::{CORPUS, Chance};
use student_analytics::dataset::{MOST_LISTED, ReadError, read};

fn setting(name: &str, default: u64) -> u64 {
    let value = std::env::var(format!("STUDENT_ANALYTICS_FUZZ_{name}"));
    value.map_or(default, |value| value.parse().expect(name))
}

/// Whether the file is accepted, after checks that hold for either answer.
fn accepted(bytes: &[u8]) -> bool {
    match read("fuzz.csv".to_owned(), bytes, "y") {
        Ok(dataset) => {
            assert!(dataset.rows() > 0);
            let table = dataset.table();
            for id in dataset.numeric_ids() {
                let finite = |value: &f64| value.is_nan() || value.is_finite();
                assert!(table.numbers(id).iter().all(finite));
            }
            true
        }
        Err(ReadError::Invalid(report)) => {
            assert!(!report.listed().is_empty());
            assert!(report.listed().len() == report.total().min(MOST_LISTED));
            false
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            false
        }
    }
}

#[test]
fn damaged_files_are_accepted_or_refused() {
    let (runs, seed) = (setting("RUNS", 5_000), setting("SEED", 1));
    let mut chance = Chance::new(seed);
    let (mut good, started) = (0_u64, Instant::now());
    for run in 0..runs {
        let bytes = chance.file();
        let result = std::panic::catch_unwind(|| accepted(&bytes));
        match result {
            Ok(accepted) => good += u64::from(accepted),
            Err(_) => panic!("run {run} of seed {seed}: b\"{}\"", bytes.escape_ascii()),
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{runs} executions, {good} accepted, {} refused, {seconds:.1} s",
        runs - good
    );
    assert!(good > 0 && good < runs);
}

#[test]
fn every_snippet_is_read_without_a_panic() {
    let accepted: Vec<bool> = CORPUS.iter().map(|bytes| accepted(bytes)).collect();
    assert!(accepted[0] && accepted[1] && accepted[2] && accepted[3]);
    assert!(!accepted[4] && !accepted[5] && !accepted[6] && !accepted[7]);
}
