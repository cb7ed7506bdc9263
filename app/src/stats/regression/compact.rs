//! The rows of a model by columns. Where bytes tell a column's values apart, what sums over rows is a
//! sum over counts, and what is asked of each row a few looked-up parts; a column of many numbers is
//! summed by the codes of the others.

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
    /// The numeric factors of few numbers, and those of many.
    numbers: Vec<Number>,
    wides: Vec<Wide>,
    outcome: Column,
}

/// A numeric column.
#[derive(Debug, Clone, PartialEq)]
enum Column {
    Few(Number),
    Many(Wide),
}

/// Categorical factors of which a byte holds the combination of levels.
#[derive(Debug, Clone, PartialEq)]
struct Group {
    /// By row.
    codes: Vec<u8>,
    /// Terms that are 1, by code.
    ones: Vec<Vec<usize>>,
}

/// A numeric column whose values a byte tells apart.
#[derive(Debug, Clone, PartialEq)]
struct Number {
    term: usize,
    /// By row.
    codes: Vec<u8>,
    /// In the column's unit, by code.
    values: Vec<f64>,
}

/// A numeric column of more values.
#[derive(Debug, Clone, PartialEq)]
struct Wide {
    term: usize,
    /// In the column's unit, by row.
    values: Vec<f64>,
}

impl Compact {
    /// The rows given; `None` where a column is not coded, and where there are too few rows for counts.
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
        let (mut numbers, mut wides) = (Vec::new(), Vec::new());
        for (coded, factor) in coding.factors.iter().zip(factors) {
            match coded {
                Coded::Number { term, unit } => {
                    match Column::new(*term, factor, rows, |value| unit.apply(value))? {
                        Column::Few(number) => numbers.push(number),
                        Column::Many(wide) => wides.push(wide),
                    }
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
        let outcome = Column::new(coding.terms.len(), outcome, rows, |value| unit.apply(value))?;
        let compact = Self {
            groups,
            numbers,
            wides,
            outcome,
        };
        (compact.counts() <= COUNTS * rows.len()).then_some(compact)
    }

    /// The columns of few numbers, the outcome perhaps among them.
    fn few(&self) -> impl Iterator<Item = &Number> {
        let outcome = match &self.outcome {
            Column::Few(number) => Some(number),
            Column::Many(_) => None,
        };
        self.numbers.iter().chain(outcome)
    }

    /// The columns of many.
    fn many(&self) -> impl Iterator<Item = &Wide> {
        let outcome = match &self.outcome {
            Column::Few(_) => None,
            Column::Many(wide) => Some(wide),
        };
        self.wides.iter().chain(outcome)
    }

    /// Counts of all pairs of columns.
    fn counts(&self) -> usize {
        let groups = self.groups.iter().map(|group| group.ones.len());
        let numbers = self.few().map(|number| number.values.len());
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
            for number in self.few() {
                add_sums(&mut products, group, number);
            }
        }
        let columns: Vec<&Number> = self.few().collect();
        for (i, a) in columns.iter().enumerate() {
            for b in &columns[i..] {
                add_numbers(&mut products, a, b);
            }
        }
        let wides: Vec<&Wide> = self.many().collect();
        for (i, wide) in wides.iter().enumerate() {
            self.add_wide(&mut products, wide);
            for other in &wides[i..] {
                let mut sum = Running::default();
                for (&x, &y) in wide.values.iter().zip(&other.values) {
                    sum.add_product(x, y);
                }
                products.add_sum(wide.term, other.term, sum);
            }
        }
        products
    }

    /// Adds the products of a column of many numbers with the columns of few.
    fn add_wide(&self, products: &mut Products, wide: &Wide) {
        for group in &self.groups {
            let sums = wide.by_code(&group.codes, group.ones.len());
            for (ones, sum) in group.ones.iter().zip(sums) {
                let Some(sum) = sum else { continue };
                ones.iter()
                    .for_each(|&one| products.add_sum(one, wide.term, sum));
            }
        }
        for number in self.few() {
            let sums = wide.by_code(&number.codes, number.values.len());
            for (&value, sum) in number.values.iter().zip(sums) {
                if let Some(sum) = sum {
                    products.add_multiple((number.term, value), wide.term, sum);
                }
            }
        }
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
        let wides = self.wides.iter();
        let wides: Vec<(&Vec<f64>, TwoFloat)> = wides
            .map(|wide| (&wide.values, weights[wide.term]))
            .collect();
        (0..self.rows()).map(move |row| {
            let mut rest = TwoFloat::from(self.outcome.at(row));
            for (codes, parts) in &parts {
                rest -= parts[usize::from(codes[row])];
            }
            for (values, weight) in &wides {
                rest -= *weight * values[row];
            }
            rest
        })
    }

    /// The quadratic form of a matrix, given by its lines, for each row.
    pub(super) fn leverages(&self, inverse: &[f64], size: usize) -> Vec<f64> {
        let mut sums = vec![0.0; self.rows()];
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
        for (i, wide) in self.wides.iter().enumerate() {
            for group in &self.groups {
                let of_one = |ones: &Vec<usize>| {
                    let cells = ones.iter().map(|&one| cell(one, wide.term));
                    2.0 * cells.sum::<f64>()
                };
                let parts = padded(group.ones.iter().map(of_one));
                wide.add_multiples(&mut sums, &parts, &group.codes);
            }
            for number in &self.numbers {
                let factor = 2.0 * cell(number.term, wide.term);
                let parts = padded(number.values.iter().map(|value| factor * value));
                wide.add_multiples(&mut sums, &parts, &number.codes);
            }
            for other in &self.wides[i..] {
                let twice = if std::ptr::eq(wide, other) { 1.0 } else { 2.0 };
                let factor = twice * cell(wide.term, other.term);
                let both = wide.values.iter().zip(&other.values);
                for (sum, (x, y)) in sums.iter_mut().zip(both) {
                    *sum += factor * x * y;
                }
            }
        }
        sums.iter_mut().for_each(|sum| *sum = sum.max(0.0));
        sums
    }

    fn rows(&self) -> usize {
        // There is always a group, which holds the intercept at least.
        self.groups.first().map_or(0, |group| group.codes.len())
    }
}

impl Column {
    fn new(
        term: usize,
        column: &Factor<'_>,
        rows: &[usize],
        apply: impl Fn(f64) -> f64,
    ) -> Option<Self> {
        let Factor::Coded(Numbers { codes, numbers }) = *column else {
            return None;
        };
        let values = || {
            numbers
                .iter()
                .map(|&number| apply(number))
                .collect::<Vec<f64>>()
        };
        Some(match codes {
            Codes::Narrow(codes) => Self::Few(Number {
                term,
                codes: rows.iter().map(|&row| codes[row]).collect(),
                values: values(),
            }),
            Codes::Wide(codes) => {
                let values = values();
                let rows = rows.iter();
                Self::Many(Wide {
                    term,
                    values: rows.map(|&row| values[codes[row] as usize]).collect(),
                })
            }
        })
    }

    /// The number of a row.
    fn at(&self, row: usize) -> f64 {
        match self {
            Self::Few(number) => number.values[usize::from(number.codes[row])],
            Self::Many(wide) => wide.values[row],
        }
    }
}

impl Wide {
    /// Its sum over the rows of each of so many codes, `None` of a code without rows.
    fn by_code(&self, codes: &[u8], most: usize) -> Vec<Option<Running>> {
        let mut sums = vec![Running::default(); BYTES];
        let mut occurs = [false; BYTES];
        for (&code, &value) in codes.iter().zip(&self.values) {
            sums[usize::from(code)].add(value);
            occurs[usize::from(code)] = true;
        }
        let sums = sums.into_iter().zip(occurs).take(most);
        sums.map(|(sum, occurs)| occurs.then_some(sum)).collect()
    }

    /// Adds to each row's sum its number times what its code stands for.
    fn add_multiples(&self, sums: &mut [f64], parts: &[f64; BYTES], codes: &[u8]) {
        for ((sum, value), &code) in sums.iter_mut().zip(&self.values).zip(codes) {
            *sum += value * parts[usize::from(code)];
        }
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
mod tests;
