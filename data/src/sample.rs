//! Students, drawn one at a time and written as CSV: the last step of the chain.

use std::io::{self, Write};

use crate::draw::{Draws, Urn};
use crate::model::{
    COLUMNS, Categorical, Column, INTERCEPT, LIFT, NOISE, OUTCOME_STUDENTS, PUBLISHED_ROWS,
    RECORD_SCORE, SCORE, SCORE_RANGE,
};

/// The rows of the committed sample: as many as the published dataset has.
pub const DEFAULT_ROWS: u64 = PUBLISHED_ROWS;

/// The seed of the committed sample: of the first 2,000, the one whose worst figure lies deepest
/// within its tolerance. An ignored test repeats the search.
pub const DEFAULT_SEED: u64 = 1_785;

/// The most rows a sample may have, some 90 GB of CSV.
pub const MAX_ROWS: u64 = 1_000_000_000;

/// A synthetic dataset, determined to the byte by its rows and its seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    rows: u64,
    seed: u64,
}

/// Why there is no such sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    /// A sample without rows has no statistics.
    #[error("a sample has at least one row; ask for 1 to {MAX_ROWS}")]
    NoRows,
    /// More rows than [`MAX_ROWS`]: likely a slip of the hand, and certainly a full disk.
    #[error("{0} rows are more than a sample may have; ask for 1 to {MAX_ROWS}")]
    TooManyRows(u64),
}

impl Sample {
    /// The sample with this many rows, 1 to [`MAX_ROWS`], and this seed.
    ///
    /// # Errors
    /// No rows, or more than [`MAX_ROWS`].
    pub fn new(rows: u64, seed: u64) -> Result<Self, SampleError> {
        match rows {
            0 => Err(SampleError::NoRows),
            1..=MAX_ROWS => Ok(Self { rows, seed }),
            _ => Err(SampleError::TooManyRows(rows)),
        }
    }

    /// Writes the header and the rows as CSV, a line at a time: pass a buffered writer. A sample
    /// of any size takes the same few kilobytes of memory.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_csv(&self, mut out: impl Write) -> io::Result<()> {
        let mut students = Students::new(self.rows, self.seed);
        for column in &COLUMNS {
            write!(out, "{},", column.name())?;
        }
        writeln!(out, "{SCORE}")?;
        for _ in 0..self.rows {
            students.write_next(&mut out)?;
        }
        out.flush()
    }
}

/// What is left to draw from: an urn for each column and one for the outcome's kinds.
struct Students {
    draws: Draws,
    factors: Vec<(&'static Column, Urn)>,
    outcome: Urn,
}

impl Students {
    fn new(rows: u64, seed: u64) -> Self {
        let mut draws = Draws::seeded(seed);
        let factors = COLUMNS
            .iter()
            .map(|column| (column, Urn::fill(rows, &column.students(), &mut draws)))
            .collect();
        let outcome = Urn::fill(rows, &OUTCOME_STUDENTS, &mut draws);
        Self {
            draws,
            factors,
            outcome,
        }
    }

    fn write_next(&mut self, out: &mut impl Write) -> io::Result<()> {
        let mut expected_score = INTERCEPT;
        for (column, urn) in &mut self.factors {
            let kind = urn.draw(&mut self.draws);
            expected_score += match column {
                Column::Numeric(factor) => {
                    let value = factor.first + kind as u32;
                    write!(out, "{value},")?;
                    factor.effect * f64::from(value)
                }
                Column::Categorical(factor) => {
                    let known = factor.levels.get(kind);
                    write!(out, "{},", known.map_or("", |level| level.name))?;
                    known.map_or_else(
                        || hidden_effect(factor, &mut self.draws),
                        |level| level.effect,
                    )
                }
            };
        }
        writeln!(out, "{}", self.score(expected_score))
    }

    /// The score of a student of whom the regression expects `expected`.
    fn score(&mut self, expected: f64) -> f64 {
        let (lowest, highest) = SCORE_RANGE;
        let points = match self.outcome.draw(&mut self.draws) {
            0 => expected + self.draws.between((-NOISE, NOISE)),
            1 => expected + self.draws.between(LIFT),
            _ => return RECORD_SCORE,
        };
        (points + 0.5).floor().clamp(lowest, highest)
    }
}

/// The effect of a level that is missing from the data: the student has one all the same.
fn hidden_effect(factor: &Categorical, draws: &mut Draws) -> f64 {
    factor.levels[draws.pick(factor.level_students())].effect
}
