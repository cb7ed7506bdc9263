//! From factors to columns of numbers: which terms a model has, and what each row holds of them.

use super::super::sums;

/// One column that may explain the outcome, with one element per row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Factor<'a> {
    /// Numbers; NaN and infinite ones are missing.
    Numeric(&'a [f64]),
    /// Levels by their codes, in factor order; a code that is not below `levels` is missing.
    Categorical {
        /// Code of each row's level.
        codes: &'a [u32],
        /// Number of levels.
        levels: usize,
    },
}

/// A column of the model; factors and levels are given by their position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Term {
    /// The constant.
    Intercept,
    /// A numeric factor.
    Numeric {
        /// Which one.
        factor: usize,
    },
    /// A level against the reference, which is the first level that has rows.
    Level {
        /// Of which factor.
        factor: usize,
        /// Which level.
        level: usize,
    },
}

impl Term {
    /// The factor whose term this is; `None` for the intercept.
    pub fn factor(self) -> Option<usize> {
        match self {
            Self::Intercept => None,
            Self::Numeric { factor } | Self::Level { factor, .. } => Some(factor),
        }
    }
}

/// One factor of a row that is to be predicted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Setting {
    /// Of a numeric factor.
    Number(f64),
    /// Of a categorical one.
    Level(usize),
}

/// Shift and scale of a column: neither costs a digit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Unit {
    /// Taken off every value; 0 unless that subtraction is exact.
    pub(super) shift: f64,
    /// A power of two that brings the column to about 1, so that no product overflows.
    pub(super) scale: f64,
}

impl Unit {
    /// The unit of a column. Without an intercept to absorb it, there is no shift.
    ///
    /// Sterbenz, "Floating-Point Computation" (1974): a difference of two numbers is exact when
    /// neither is more than twice the other. Where that fails the column's spread is like its size,
    /// and nothing cancels.
    fn of(values: impl Iterator<Item = f64> + Clone, has_intercept: bool) -> Self {
        let count = values.clone().count();
        let mean = sums::sum(values.clone()) / count as f64;
        let near =
            |value: f64| value / mean >= 0.5 && value / mean <= 2.0 && mean.abs() < f64::MAX / 4.0;
        let shift = if has_intercept && mean.is_normal() && values.clone().all(near) {
            mean
        } else {
            0.0
        };
        let size = values.map(|v| (v - shift).abs()).fold(0.0, f64::max);
        let exponent = if size > 0.0 { size.log2().floor() } else { 0.0 };
        Self {
            shift,
            scale: (-exponent.clamp(-1000.0, 1000.0)).exp2(),
        }
    }

    pub(super) fn apply(self, value: f64) -> f64 {
        (value - self.shift) * self.scale
    }
}

/// How one factor enters the model.
#[derive(Debug, Clone, PartialEq)]
enum Coded {
    /// As one column.
    Number { term: usize, unit: Unit },
    /// As a column of zeros and ones per level with rows, but for the reference.
    Levels {
        reference: Option<usize>,
        terms: Vec<Option<usize>>,
    },
}

/// What a row holds of each term: ones, and numbers in their [`Unit`]; the rest is 0.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Row {
    /// Terms that are 1: the intercept and one level per factor.
    pub(super) ones: Vec<usize>,
    /// Numeric terms with their value.
    pub(super) numbers: Vec<(usize, f64)>,
}

/// The columns of a model, by which it can also code rows it has not seen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Coding {
    pub(super) terms: Vec<Term>,
    pub(super) has_intercept: bool,
    pub(super) outcome: Unit,
    factors: Vec<Coded>,
}

impl Coding {
    /// Codes factors by the rows that are complete.
    pub(super) fn new(
        factors: &[Factor<'_>],
        outcome: &[f64],
        rows: &[usize],
        has_intercept: bool,
    ) -> Self {
        let mut coding = Self {
            terms: Vec::new(),
            has_intercept,
            outcome: Unit::of(rows.iter().map(|&row| outcome[row]), has_intercept),
            factors: Vec::new(),
        };
        if has_intercept {
            coding.terms.push(Term::Intercept);
        }
        for (number, factor) in factors.iter().enumerate() {
            let coded = coding.code(number, factor, rows);
            coding.factors.push(coded);
        }
        coding
    }

    fn code(&mut self, factor: usize, values: &Factor<'_>, rows: &[usize]) -> Coded {
        match *values {
            Factor::Numeric(values) => {
                self.terms.push(Term::Numeric { factor });
                Coded::Number {
                    term: self.terms.len() - 1,
                    unit: Unit::of(rows.iter().map(|&row| values[row]), self.has_intercept),
                }
            }
            Factor::Categorical { codes, levels } => {
                let mut present = vec![false; levels];
                rows.iter()
                    .for_each(|&row| present[codes[row] as usize] = true);
                let reference = present.iter().position(|&there| there);
                let terms = (0..levels).map(|level| {
                    if !present[level] || Some(level) == reference {
                        return None;
                    }
                    self.terms.push(Term::Level { factor, level });
                    Some(self.terms.len() - 1)
                });
                Coded::Levels {
                    terms: terms.collect(),
                    reference,
                }
            }
        }
    }

    /// Reference level of each factor; `None` for numeric ones.
    pub(super) fn references(&self) -> Vec<Option<usize>> {
        let reference = |coded: &Coded| match coded {
            Coded::Number { .. } => None,
            Coded::Levels { reference, .. } => *reference,
        };
        self.factors.iter().map(reference).collect()
    }

    /// The unit of each numeric term, by its place among the terms.
    pub(super) fn units(&self) -> impl Iterator<Item = (usize, Unit)> {
        self.factors.iter().filter_map(|coded| match coded {
            Coded::Number { term, unit } => Some((*term, *unit)),
            Coded::Levels { .. } => None,
        })
    }

    /// A row of the data, into a buffer.
    pub(super) fn read(&self, factors: &[Factor<'_>], row: usize, into: &mut Row) {
        self.start(into);
        for (coded, factor) in self.factors.iter().zip(factors) {
            match (coded, *factor) {
                (Coded::Number { term, unit }, Factor::Numeric(values)) => {
                    into.numbers.push((*term, unit.apply(values[row])));
                }
                (Coded::Levels { terms, .. }, Factor::Categorical { codes, .. }) => {
                    into.ones.extend(terms[codes[row] as usize]);
                }
                _ => {}
            }
        }
    }

    /// A row that is described by one setting per factor; `None` for a number that is not finite,
    /// a level the model has not seen, or settings that are not its factors'.
    pub(super) fn describe(&self, settings: &[Setting]) -> Option<Row> {
        if settings.len() != self.factors.len() {
            return None;
        }
        let mut row = Row::default();
        self.start(&mut row);
        for (coded, setting) in self.factors.iter().zip(settings) {
            match (coded, *setting) {
                (Coded::Number { term, unit }, Setting::Number(x)) if x.is_finite() => {
                    row.numbers.push((*term, unit.apply(x)));
                }
                (Coded::Levels { terms, reference }, Setting::Level(level)) => {
                    if Some(level) != *reference {
                        row.ones.push((*terms.get(level)?)?);
                    }
                }
                _ => return None,
            }
        }
        Some(row)
    }

    fn start(&self, row: &mut Row) {
        row.ones.clear();
        row.numbers.clear();
        if self.has_intercept {
            row.ones.push(0);
        }
    }
}

/// Rows in which the outcome and every factor are there.
pub(super) fn complete_rows(factors: &[Factor<'_>], outcome: &[f64]) -> Vec<usize> {
    let there = |row: usize| {
        outcome[row].is_finite()
            && factors.iter().all(|factor| match *factor {
                Factor::Numeric(values) => values.get(row).is_some_and(|v| v.is_finite()),
                Factor::Categorical { codes, levels } => {
                    codes.get(row).is_some_and(|&code| (code as usize) < levels)
                }
            })
    };
    (0..outcome.len()).filter(|&row| there(row)).collect()
}

/// Terms that a model of these factors would have at most.
pub(super) fn most_terms(factors: &[Factor<'_>], has_intercept: bool) -> usize {
    let of_factors = factors.iter().map(|factor| match factor {
        Factor::Numeric(_) => 1,
        Factor::Categorical { levels, .. } => levels.saturating_sub(1),
    });
    of_factors.sum::<usize>() + usize::from(has_intercept)
}
