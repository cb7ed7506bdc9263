//! The students of a table, read and counted without the program.

use std::collections::{BTreeMap, BTreeSet};

use super::claims::{POOL, Part};
use super::elimination::Atom;

/// A condition of an address on one column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    Level(&'static str, String),
    Range(&'static str, f64, f64),
}

impl Condition {
    pub(crate) fn query(&self) -> String {
        match self {
            Self::Level(column, level) => {
                format!("{column}={}", level.replace(' ', "+"))
            }
            Self::Range(column, low, high) => format!("{column}={low}..{high}"),
        }
    }
}

/// Those who lack no value.
pub(crate) struct Students {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Students {
    pub(crate) fn read(csv: &str) -> Self {
        let mut lines = csv.lines();
        let split = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let header = split(lines.next().expect("a header"));
        let rows = lines.map(split);
        let complete = |row: &Vec<String>| row.iter().all(|cell| !cell.is_empty());
        Self {
            header,
            rows: rows.filter(complete).collect(),
        }
    }

    fn at(&self, column: &str) -> usize {
        let found = self.header.iter().position(|name| name == column);
        found.unwrap_or_else(|| panic!("no column {column}"))
    }

    pub(crate) fn levels(&self, column: &str) -> BTreeSet<String> {
        let at = self.at(column);
        self.rows.iter().map(|row| row[at].clone()).collect()
    }

    fn meets(&self, row: &[String], condition: &Condition) -> bool {
        match condition {
            Condition::Level(column, level) => row[self.at(column)] == *level,
            Condition::Range(column, low, high) => {
                let value: f64 = row[self.at(column)].parse().expect("a number");
                (*low..=*high).contains(&value)
            }
        }
    }

    /// The conditions that a student meets, one bit each.
    fn pattern(&self, row: &[String], conditions: &[Condition]) -> usize {
        let bits = conditions.iter().enumerate();
        bits.map(|(bit, condition)| usize::from(self.meets(row, condition)) << bit)
            .sum()
    }

    /// How many students meet the conditions of each pattern with each value of the column.
    pub(crate) fn atoms(&self, column: &str, conditions: &[Condition]) -> BTreeMap<Atom, usize> {
        let at = self.at(column);
        let values = self.levels(column);
        let mut atoms = BTreeMap::new();
        for pattern in 0..1 << conditions.len() {
            for value in &values {
                atoms.insert((pattern, value.clone()), 0);
            }
        }
        for row in &self.rows {
            let atom = (self.pattern(row, conditions), row[at].clone());
            *atoms.entry(atom).or_default() += 1;
        }
        atoms
    }

    /// Whether a value lies in a part of its column; `shown` are all parts of that table by name.
    pub(crate) fn is_in(value: &str, part: &Part, shown: &BTreeSet<String>) -> bool {
        match part {
            Part::All => true,
            Part::Level(level) if level == POOL => !shown.contains(value),
            Part::Level(level) => level == value,
            Part::Range(low, high) => {
                let value: f64 = value.parse().expect("a number");
                *low <= value && value < *high
            }
        }
    }
}
