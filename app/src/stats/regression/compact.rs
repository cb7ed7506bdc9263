//! The rows of a model where bytes tell their values apart: what sums over rows is then a sum over
//! counts, and what is asked of each row a sum of a few looked-up parts.

use twofloat::TwoFloat;

use super::coding::{Coded, Coding, Factor};
use super::sweep::Products;
use crate::stats::coded::Both;
use crate::stats::sums::Running;
use crate::stats::{Codes, Levels, Numbers};

/// What a byte tells apart.
const BYTES: usize = 1 << 8;
/// Counts that there may be for each row: with more of them the rows themselves are summed faster.
const COUNTS: usize = 64;

/// The rows of a model.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Compact {
    /// Together all categorical factors, and the intercept.
    groups: Vec<Group>,
    /// The numeric factors.
    numbers: Vec<Number>,
    outcome: Number,
}

/// Categorical factors of which a byte holds the combination of levels.
#[derive(Debug, Clone, PartialEq)]
struct Group {
    /// By row.
    codes: Vec<u8>,
    /// Terms that are 1, by code.
    ones: Vec<Vec<usize>>,
}

/// A numeric column.
#[derive(Debug, Clone, PartialEq)]
struct Number {
    term: usize,
    /// By row.
    codes: Vec<u8>,
    /// In the column's unit, by code.
    values: Vec<f64>,
}

impl Compact {
    /// The rows given; `None` where a column has more values than a byte tells apart, and where there
    /// are too few rows for counts.
    pub(super) fn new(
        coding: &Coding,
        factors: &[Factor<'_>],
        outcome: &Factor<'_>,
        rows: &[usize],
    ) -> Option<Self> {
        let mut groups = vec![Group {
            codes: vec![0; rows.len()],
            ones: vec![if coding.has_intercept {
                vec![0]
            } else {
                vec![]
            }],
        }];
        let mut numbers = Vec::new();
        for (coded, factor) in coding.factors.iter().zip(factors) {
            match coded {
                Coded::Number { term, unit } => {
                    numbers.push(Number::new(*term, factor, rows, |value| unit.apply(value))?);
                }
                Coded::Levels { terms, .. } => {
                    let Factor::Levels(levels) = factor else {
                        return None;
                    };
                    let last = groups.last_mut()?;
                    if last.ones.len() * terms.len() > BYTES {
                        groups.push(Group {
                            codes: vec![0; rows.len()],
                            ones: vec![vec![]],
                        });
                    }
                    groups.last_mut()?.add(levels, terms, rows);
                }
            }
        }
        let unit = coding.outcome;
        let outcome = Number::new(coding.terms.len(), outcome, rows, |value| unit.apply(value))?;
        let compact = Self {
            groups,
            numbers,
            outcome,
        };
        (compact.counts() <= COUNTS * rows.len()).then_some(compact)
    }

    fn columns(&self) -> impl Iterator<Item = &Number> {
        self.numbers.iter().chain([&self.outcome])
    }

    /// Counts of all pairs of columns.
    fn counts(&self) -> usize {
        let groups = self.groups.iter().map(|group| group.ones.len());
        let numbers = self.columns().map(|number| number.values.len());
        let sizes: Vec<usize> = groups.chain(numbers).collect();
        let all: usize = sizes.iter().sum();
        all * all
    }

    /// Cross products of so many terms, the outcome among them.
    pub(super) fn products(&self, size: usize) -> Products {
        let mut products = Products::new(size);
        for (i, group) in self.groups.iter().enumerate() {
            for other in &self.groups[i..] {
                add_groups(&mut products, group, other);
            }
            for number in self.columns() {
                add_sums(&mut products, group, number);
            }
        }
        let columns: Vec<&Number> = self.columns().collect();
        for (i, a) in columns.iter().enumerate() {
            for b in &columns[i..] {
                add_numbers(&mut products, a, b);
            }
        }
        products
    }

    /// Outcome less model per row, in the outcome's unit.
    pub(super) fn residuals(&self, weights: &[TwoFloat]) -> impl Iterator<Item = TwoFloat> {
        let zero = || TwoFloat::from(0.0);
        let of_groups = self.groups.iter().map(|group| {
            let sum = |ones: &Vec<usize>| ones.iter().fold(zero(), |sum, &one| sum + weights[one]);
            (&group.codes, group.ones.iter().map(sum).collect())
        });
        let of_numbers = self.numbers.iter().map(|number| {
            let part = |value: &f64| weights[number.term] * *value;
            (&number.codes, number.values.iter().map(part).collect())
        });
        let parts: Vec<(&Vec<u8>, Vec<TwoFloat>)> = of_groups.chain(of_numbers).collect();
        let outcome = self.outcome.codes.iter().enumerate();
        outcome.map(move |(row, &code)| {
            let mut rest = TwoFloat::from(self.outcome.values[usize::from(code)]);
            for (codes, parts) in &parts {
                rest -= parts[usize::from(codes[row])];
            }
            rest
        })
    }

    /// The quadratic form of a matrix, given by its lines, for each row.
    pub(super) fn leverages(&self, inverse: &[f64], size: usize) -> Vec<f64> {
        let mut sums = vec![0.0; self.outcome.codes.len()];
        let cell = |a: usize, b: usize| inverse[a * size + b];
        for (i, group) in self.groups.iter().enumerate() {
            for other in &self.groups[i..] {
                let twice = if std::ptr::eq(group, other) { 1.0 } else { 2.0 };
                let both = |a: &Vec<usize>, b: &Vec<usize>| -> f64 {
                    let line = |&a: &usize| b.iter().map(|&b| cell(a, b)).sum::<f64>();
                    twice * a.iter().map(line).sum::<f64>()
                };
                let lines = group.ones.iter();
                let table = lines.map(|a| padded(other.ones.iter().map(|b| both(a, b))));
                add_parts(
                    &mut sums,
                    &table.collect::<Vec<_>>(),
                    &group.codes,
                    &other.codes,
                );
            }
            for number in &self.numbers {
                let part = |ones: &Vec<usize>| {
                    let sum: f64 = ones.iter().map(|&one| cell(one, number.term)).sum();
                    padded(number.values.iter().map(|value| 2.0 * sum * value))
                };
                let table: Vec<_> = group.ones.iter().map(part).collect();
                add_parts(&mut sums, &table, &group.codes, &number.codes);
            }
        }
        for (i, a) in self.numbers.iter().enumerate() {
            for b in &self.numbers[i..] {
                let twice = if std::ptr::eq(a, b) { 1.0 } else { 2.0 };
                let factor = twice * cell(a.term, b.term);
                let line = |x: &f64| padded(b.values.iter().map(|y| factor * x * y));
                let table: Vec<_> = a.values.iter().map(line).collect();
                add_parts(&mut sums, &table, &a.codes, &b.codes);
            }
        }
        sums.iter_mut().for_each(|sum| *sum = sum.max(0.0));
        sums
    }
}

impl Number {
    fn new(
        term: usize,
        column: &Factor<'_>,
        rows: &[usize],
        apply: impl Fn(f64) -> f64,
    ) -> Option<Self> {
        let Factor::Coded(Numbers {
            codes: Codes::Narrow(codes),
            numbers,
        }) = column
        else {
            return None;
        };
        Some(Self {
            term,
            codes: rows.iter().map(|&row| codes[row]).collect(),
            values: numbers.iter().map(|&number| apply(number)).collect(),
        })
    }
}

impl Group {
    /// Adds a factor whose combinations with those that are there a byte tells apart.
    fn add(&mut self, levels: &Levels<'_>, terms: &[Option<usize>], rows: &[usize]) {
        let before = self.ones.len();
        for (code, &row) in self.codes.iter_mut().zip(rows) {
            *code += levels.codes[row] * before as u8;
        }
        let with = |term: &Option<usize>| {
            let ones = self.ones.iter();
            ones.map(|ones| ones.iter().copied().chain(*term).collect())
                .collect::<Vec<Vec<usize>>>()
        };
        self.ones = terms.iter().flat_map(with).collect();
    }
}

fn add_groups(products: &mut Products, a: &Group, b: &Group) {
    let both = Both::of(a.ones.len(), &a.codes, &b.codes);
    let same = std::ptr::eq(a, b);
    for (code, ones) in a.ones.iter().enumerate() {
        for (other, others) in b.ones.iter().enumerate() {
            let rows = both.at(code, other);
            if rows == 0 {
                continue;
            }
            for (i, &one) in ones.iter().enumerate() {
                // Each pair of one group's terms once.
                let others = if same { &others[i..] } else { others };
                others
                    .iter()
                    .for_each(|&other| products.add_ones(one, other, rows));
            }
        }
    }
}

fn add_sums(products: &mut Products, group: &Group, number: &Number) {
    let both = Both::of(group.ones.len(), &group.codes, &number.codes);
    for (code, ones) in group.ones.iter().enumerate() {
        let mut sum = Running::default();
        for (value, &number) in number.values.iter().enumerate() {
            match both.at(code, value) {
                0 => {}
                rows => sum.add_product(number, rows as f64),
            }
        }
        ones.iter()
            .for_each(|&one| products.add_sum(one, number.term, sum));
    }
}

fn add_numbers(products: &mut Products, a: &Number, b: &Number) {
    let both = Both::of(a.values.len(), &a.codes, &b.codes);
    for (code, &left) in a.values.iter().enumerate() {
        for (other, &right) in b.values.iter().enumerate() {
            match both.at(code, other) {
                0 => {}
                rows => products.add_numbers((a.term, left), (b.term, right), rows),
            }
        }
    }
}

/// The parts for every byte, 0 for those that do not occur.
fn padded(parts: impl Iterator<Item = f64>) -> [f64; BYTES] {
    let mut all = [0.0; BYTES];
    all.iter_mut().zip(parts).for_each(|(to, part)| *to = part);
    all
}

fn add_parts(sums: &mut [f64], table: &[[f64; BYTES]], a: &[u8], b: &[u8]) {
    for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
        *sum += table[usize::from(a)][usize::from(b)];
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::stats::regression::{regress, regress_coded};
    use crate::stats::testing::{assert_all_close, assert_close};

    const ROWS: u32 = 3_000;

    /// Codes that look like chance, one of `of` and now and then one beyond.
    fn codes(column: u32, of: u32) -> Vec<u8> {
        let mixed = |row: u32| (row * 8 + column).wrapping_mul(0x9E37_79B9).rotate_left(15);
        let code = |row| mixed(row).wrapping_mul(0x85EB_CA6B) >> 8;
        let missing = |row| code(row) % 50 == 0;
        (0..ROWS)
            .map(|row| {
                if missing(row) {
                    u8::MAX
                } else {
                    (code(row) / 50 % of) as u8
                }
            })
            .collect()
    }

    #[test]
    fn counted_rows_make_the_model_of_the_rows() {
        let values: Vec<f64> = (0..40).map(|i| 1e6 + f64::from(i) * 0.1).collect();
        let numbers = [codes(0, 40), codes(1, 30), codes(2, 40)];
        // Two of them fit into a byte, and the third one begins another group.
        let levels = [codes(3, 9), codes(4, 9), codes(5, 9)];
        let coded = |codes| Numbers {
            codes: Codes::Narrow(codes),
            numbers: &values,
        };
        let of_levels = |codes| Factor::Levels(Levels { codes, levels: 8 });
        let narrow: Vec<Factor<'_>> = numbers[1..]
            .iter()
            .map(|codes| Factor::Coded(coded(codes)))
            .chain(levels.iter().map(|codes| of_levels(codes)))
            .collect();
        let columns: Vec<Vec<f64>> = numbers
            .iter()
            .map(|codes| (0..codes.len()).map(|row| coded(codes).at(row)).collect())
            .collect();
        let wide: Vec<Factor<'_>> = columns[1..]
            .iter()
            .map(|column| Factor::Numeric(column))
            .chain(levels.iter().map(|codes| of_levels(codes)))
            .collect();
        let counted = regress_coded(coded(&numbers[0]), &narrow).unwrap();
        let summed = regress(&columns[0], &wide).unwrap();
        assert_eq!(
            counted.compact.as_ref().map(|compact| compact.groups.len()),
            Some(2)
        );
        assert_eq!(summed.compact, None);
        assert_eq!((counted.n, &counted.rows), (summed.n, &summed.rows));
        assert!(counted.dropped > 100 && counted.n > 1_000);
        for (a, b) in counted.coefficients.iter().zip(&summed.coefficients) {
            assert_all_close(&[a.estimate, a.stderr, a.p], &[b.estimate, b.stderr, b.p]);
        }
        assert_close(counted.r2, summed.r2);
        assert_all_close(&counted.residuals, &summed.residuals);
        let (counted, summed) = (counted.influence(&narrow), summed.influence(&wide));
        assert_all_close(&counted.leverage, &summed.leverage);
        for row in 0..counted.leverage.len() {
            assert_close(counted.cook(row), summed.cook(row));
        }
    }
}
