//! The students of a table, read and counted without the program.

use std::collections::{BTreeMap, BTreeSet};

use super::elimination::Atom;

/// The name of the rare levels of a column together.
pub(crate) const POOL: &str = "Other (too few to show)";

pub(crate) const FACTORS: [&str; 13] = [
    "Parental_Involvement",
    "Access_to_Resources",
    "Extracurricular_Activities",
    "Motivation_Level",
    "Internet_Access",
    "Family_Income",
    "Teacher_Quality",
    "School_Type",
    "Peer_Influence",
    "Learning_Disabilities",
    "Parental_Education_Level",
    "Distance_from_Home",
    "Gender",
];
pub(crate) const NUMERIC: [&str; 7] = [
    "Hours_Studied",
    "Attendance",
    "Sleep_Hours",
    "Previous_Scores",
    "Tutoring_Sessions",
    "Physical_Activity",
    "Exam_Score",
];

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
            Self::Range(column, low, high) => {
                let bound = |bound: &f64| match bound.is_finite() {
                    true => bound.to_string(),
                    false => String::new(),
                };
                format!("{column}={}..{}", bound(low), bound(high))
            }
        }
    }

    pub(crate) fn column(&self) -> &'static str {
        match self {
            Self::Level(column, _) | Self::Range(column, ..) => column,
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

    /// The table with so many at most of each pattern of two conditions, for "Yes" and "No" of a column.
    pub(crate) fn thinned(
        &self,
        conditions: &[Condition; 2],
        column: &str,
        mut kept: [[usize; 4]; 2],
    ) -> String {
        let mut csv = self.header.join(",") + "\n";
        for row in &self.rows {
            let side = usize::from(row[self.at(column)] == "No");
            let left = &mut kept[side][self.pattern(row, conditions)];
            if *left > 0 {
                *left -= 1;
                csv += &(row.join(",") + "\n");
            }
        }
        csv
    }

    /// How many students meet all the conditions that `set` has a bit for.
    pub(crate) fn count(&self, conditions: &[Condition], set: usize) -> usize {
        let patterns = self.rows.iter().map(|row| self.pattern(row, conditions));
        patterns.filter(|pattern| pattern & set == set).count()
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
}
