//! From factors to columns of numbers: which terms a model has, and what each row holds of them.

use super::super::{Codes, Levels, Numbers, sums};

/// One column that may explain the outcome, with one element per row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Factor<'a> {
    /// Numbers; NaN and infinite ones are missing.
    Numeric(&'a [f64]),
    /// Numbers as codes.
    Coded(Numbers<'a>),
    /// Levels as bytes, in factor order.
    Levels(Levels<'a>),
    /// Levels by their codes, in factor order; a code that is not below `levels` is missing.
    Categorical {
        /// Code of each row's level.
        codes: &'a [u32],
        /// Number of levels.
        levels: usize,
    },
}

impl Factor<'_> {
    /// What a row has of it.
    pub fn setting(&self, row: usize) -> Setting {
        match self {
            Self::Numeric(_) | Self::Coded(_) => Setting::Number(self.number(row)),
            Self::Levels(_) | Self::Categorical { .. } => Setting::Level(self.level(row)),
        }
    }

    /// Rows that there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Numeric(values) => values.len(),
            Self::Coded(numbers) => numbers.codes.len(),
            Self::Levels(levels) => levels.codes.len(),
            Self::Categorical { codes, .. } => codes.len(),
        }
    }

    /// The number of a row; NaN of a factor without numbers.
    pub(super) fn number(&self, row: usize) -> f64 {
        match self {
            Self::Numeric(values) => values[row],
            Self::Coded(numbers) => numbers.at(row),
            Self::Levels(_) | Self::Categorical { .. } => f64::NAN,
        }
    }

    /// The level of a row; none of a factor without levels.
    fn level(&self, row: usize) -> usize {
        match self {
            Self::Levels(levels) => usize::from(levels.codes[row]),
            Self::Categorical { codes, .. } => codes[row] as usize,
            Self::Numeric(_) | Self::Coded(_) => usize::MAX,
        }
    }

    /// Marks the rows without a value, and those that are not there, as incomplete.
    fn mark(&self, complete: &mut [bool]) {
        let there = self.len().min(complete.len());
        let (complete, beyond) = complete.split_at_mut(there);
        beyond.fill(false);
        match *self {
            Self::Numeric(values) => mark(complete, values, |value| value.is_finite()),
            Self::Coded(Numbers { codes, numbers }) => match codes {
                Codes::Narrow(codes) => mark(complete, codes, |c| usize::from(c) < numbers.len()),
                Codes::Wide(codes) => mark(complete, codes, |c| (c as usize) < numbers.len()),
            },
            Self::Levels(Levels { codes, levels }) => {
                mark(complete, codes, |code| usize::from(code) < levels);
            }
            Self::Categorical { codes, levels } => {
                mark(complete, codes, |code| (code as usize) < levels);
            }
        }
    }
}

fn mark<T: Copy>(complete: &mut [bool], values: &[T], is_there: impl Fn(T) -> bool) {
    for (complete, &value) in complete.iter_mut().zip(values) {
        *complete &= is_there(value);
    }
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
    fn of(column: &Factor<'_>, rows: &[usize], has_intercept: bool) -> Self {
        if let Factor::Coded(numbers) = column {
            let tally = numbers.tally_of(rows);
            let values = tally.runs().iter().map(|(value, _)| *value);
            return Self::about(tally.mean(), values, has_intercept);
        }
        let values = rows.iter().map(|&row| column.number(row));
        let mean = sums::sum(values.clone()) / rows.len() as f64;
        Self::about(mean, values, has_intercept)
    }

    fn about(mean: f64, values: impl Iterator<Item = f64> + Clone, has_intercept: bool) -> Self {
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
pub(super) enum Coded {
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
    pub(super) factors: Vec<Coded>,
}

impl Coding {
    /// Codes factors by the rows that are complete.
    pub(super) fn new(
        factors: &[Factor<'_>],
        outcome: &Factor<'_>,
        rows: &[usize],
        has_intercept: bool,
    ) -> Self {
        let mut coding = Self {
            terms: Vec::new(),
            has_intercept,
            outcome: Unit::of(outcome, rows, has_intercept),
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
            Factor::Numeric(_) | Factor::Coded(_) => {
                self.terms.push(Term::Numeric { factor });
                Coded::Number {
                    term: self.terms.len() - 1,
                    unit: Unit::of(values, rows, self.has_intercept),
                }
            }
            Factor::Levels(Levels { levels, .. }) | Factor::Categorical { levels, .. } => {
                let mut present = vec![false; levels];
                rows.iter()
                    .for_each(|&row| present[values.level(row)] = true);
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
            match coded {
                Coded::Number { term, unit } => {
                    into.numbers.push((*term, unit.apply(factor.number(row))));
                }
                Coded::Levels { terms, .. } => into.ones.extend(terms[factor.level(row)]),
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
pub(super) fn complete_rows(factors: &[Factor<'_>], outcome: &Factor<'_>) -> Vec<usize> {
    let mut complete = vec![true; outcome.len()];
    outcome.mark(&mut complete);
    factors.iter().for_each(|factor| factor.mark(&mut complete));
    let rows = complete.iter().enumerate();
    rows.filter(|(_, complete)| **complete)
        .map(|(row, _)| row)
        .collect()
}

/// Terms that a model of these factors would have at most.
pub(super) fn most_terms(factors: &[Factor<'_>], has_intercept: bool) -> usize {
    let of_factors = factors.iter().map(|factor| match factor {
        Factor::Numeric(_) | Factor::Coded(_) => 1,
        Factor::Levels(Levels { levels, .. }) | Factor::Categorical { levels, .. } => {
            levels.saturating_sub(1)
        }
    });
    of_factors.sum::<usize>() + usize::from(has_intercept)
}
