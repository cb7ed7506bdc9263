//! The figures by which a sample is compared with the published dataset: read from
//! `published.json`, or computed from a CSV.

pub(crate) mod comparison;
mod regression;

use std::collections::BTreeMap;
use std::io::Read;

use serde::Deserialize;

const SCORE: &str = "Exam_Score";

/// Figures of a dataset with the published schema.
#[derive(Debug, Deserialize)]
pub(crate) struct Figures {
    pub(crate) rows: u64,
    /// Empty fields of each column that has any.
    pub(crate) missing: BTreeMap<String, u64>,
    /// Students with each level of each categorical factor.
    pub(crate) levels: BTreeMap<String, BTreeMap<String, u64>>,
    pub(crate) numeric: BTreeMap<String, Spread>,
    pub(crate) students_scoring_80_or_more: u64,
    pub(crate) students_scoring_101: u64,
    pub(crate) correlation_with_score: BTreeMap<String, f64>,
    pub(crate) largest_correlation_between_factors: f64,
    /// Terms of the score's regression on all factors, by `Column` or `Column=Level`.
    pub(crate) regression: BTreeMap<String, Term>,
}

/// Of a numeric column; the standard deviation is the sample's (n - 1).
#[derive(Debug, Deserialize)]
pub(crate) struct Spread {
    pub(crate) mean: f64,
    pub(crate) std: f64,
    pub(crate) min: i64,
    pub(crate) max: i64,
    /// Lower quartile, median, upper quartile, with linear interpolation (Hyndman-Fan type 7).
    pub(crate) quartiles: [f64; 3],
}

/// A regression coefficient. The standard error is only known of the published ones.
#[derive(Debug, Deserialize)]
pub(crate) struct Term {
    pub(crate) coef: f64,
    pub(crate) stderr: f64,
}

/// The columns of a CSV, in its order.
pub(crate) struct Columns(Vec<(String, Values)>);

enum Values {
    Numbers(Vec<i64>),
    Levels(Vec<Option<String>>),
}

impl Figures {
    pub(crate) fn published() -> Self {
        serde_json::from_str(include_str!("../published.json")).unwrap()
    }

    pub(crate) fn of(columns: &Columns) -> Self {
        let scores = columns.numbers(SCORE);
        Self {
            rows: scores.len() as u64,
            missing: columns.levels().filter_map(missing).collect(),
            levels: columns.levels().map(level_counts).collect(),
            numeric: columns
                .all_numbers()
                .map(|(name, values)| (name.to_owned(), Spread::of(values)))
                .collect(),
            students_scoring_80_or_more: count(scores, |score| score >= 80),
            students_scoring_101: count(scores, |score| score == 101),
            correlation_with_score: columns
                .numeric_factors()
                .map(|(name, values)| (name.to_owned(), correlation(values, scores)))
                .collect(),
            largest_correlation_between_factors: largest_correlation(columns),
            regression: regression::fit(columns),
        }
    }
}

impl Spread {
    fn of(values: &[i64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        Self {
            mean: mean(values),
            std: (products(values, values) / (values.len() - 1) as f64).sqrt(),
            min: sorted[0],
            max: sorted[sorted.len() - 1],
            quartiles: [0.25, 0.5, 0.75].map(|share| quantile(&sorted, share)),
        }
    }
}

impl Columns {
    /// Reads a CSV whose numeric columns hold whole numbers, without a gap.
    pub(crate) fn read(csv: impl Read) -> Self {
        let mut reader = csv::Reader::from_reader(csv);
        let header = reader.headers().unwrap().clone();
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        let column = |(index, name): (usize, &str)| {
            let fields = records.iter().map(|record| &record[index]);
            (name.to_owned(), Values::of(fields))
        };
        Self(header.iter().enumerate().map(column).collect())
    }

    fn numbers(&self, name: &str) -> &[i64] {
        self.all_numbers()
            .find(|column| column.0 == name)
            .unwrap()
            .1
    }

    fn all_numbers(&self) -> impl Iterator<Item = (&str, &[i64])> {
        self.0.iter().filter_map(|(name, values)| match values {
            Values::Numbers(numbers) => Some((name.as_str(), numbers.as_slice())),
            Values::Levels(_) => None,
        })
    }

    fn numeric_factors(&self) -> impl Iterator<Item = (&str, &[i64])> {
        self.all_numbers().filter(|(name, _)| *name != SCORE)
    }

    fn levels(&self) -> impl Iterator<Item = (&str, &[Option<String>])> {
        self.0.iter().filter_map(|(name, values)| match values {
            Values::Levels(levels) => Some((name.as_str(), levels.as_slice())),
            Values::Numbers(_) => None,
        })
    }
}

impl Values {
    fn of<'a>(fields: impl Iterator<Item = &'a str> + Clone) -> Self {
        let numbers: Result<_, _> = fields.clone().map(str::parse).collect();
        match numbers {
            Ok(numbers) => Self::Numbers(numbers),
            Err(_) => Self::Levels(fields.map(known).collect()),
        }
    }
}

fn known(field: &str) -> Option<String> {
    (!field.is_empty()).then(|| field.to_owned())
}

fn missing((name, levels): (&str, &[Option<String>])) -> Option<(String, u64)> {
    let missing = levels.iter().filter(|level| level.is_none()).count() as u64;
    (missing > 0).then(|| (name.to_owned(), missing))
}

fn level_counts((name, levels): (&str, &[Option<String>])) -> (String, BTreeMap<String, u64>) {
    let mut counts = BTreeMap::new();
    for level in levels.iter().flatten() {
        *counts.entry(level.clone()).or_default() += 1;
    }
    (name.to_owned(), counts)
}

fn count(values: &[i64], which: impl Fn(i64) -> bool) -> u64 {
    values.iter().filter(|&&value| which(value)).count() as u64
}

fn largest_correlation(columns: &Columns) -> f64 {
    let factors: Vec<_> = columns.numeric_factors().map(|column| column.1).collect();
    let pairs = (0..factors.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
    pairs
        .map(|(a, b)| correlation(factors[a], factors[b]).abs())
        .fold(0.0, f64::max)
}

fn quantile(sorted: &[i64], share: f64) -> f64 {
    let position = share * (sorted.len() - 1) as f64;
    let below = sorted[position.floor() as usize] as f64;
    let above = sorted[position.ceil() as usize] as f64;
    below + position.fract() * (above - below)
}

/// Pearson's correlation.
fn correlation(a: &[i64], b: &[i64]) -> f64 {
    products(a, b) / (products(a, a) * products(b, b)).sqrt()
}

/// The sum of the products of the deviations from the means.
fn products(a: &[i64], b: &[i64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    let product = |(&a, &b)| (a as f64 - mean_a) * (b as f64 - mean_b);
    a.iter().zip(b).map(product).sum()
}

fn mean(values: &[i64]) -> f64 {
    values.iter().sum::<i64>() as f64 / values.len() as f64
}
