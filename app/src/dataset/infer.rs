//! First pass over the fields: what each column holds.

use std::collections::HashSet;

use super::{Kind, MAX_LEVELS, scales};

/// What the cells of one column have in common, gathered cell by cell.
#[derive(Debug)]
pub(super) struct Evidence {
    present: usize,
    whole: bool,
    /// Row and text of the first cell that is not a number.
    first_text: Option<(usize, String)>,
    /// Distinct texts, until there are too many for a factor.
    levels: HashSet<String>,
}

impl Evidence {
    pub(super) fn new() -> Self {
        Self {
            present: 0,
            whole: true,
            first_text: None,
            levels: HashSet::new(),
        }
    }

    /// Takes in one cell that is not missing.
    pub(super) fn add(&mut self, row: usize, cell: &str) {
        self.present += 1;
        if self.first_text.is_none() {
            match number(cell) {
                Some(Number::Whole(_)) => {}
                Some(Number::Real(_)) => self.whole = false,
                None => self.first_text = Some((row, cell.chars().take(40).collect())),
            }
        }
        if self.levels.len() <= MAX_LEVELS && !self.levels.contains(cell) {
            self.levels.insert(cell.to_owned());
        }
    }

    /// Number of cells that are not missing.
    pub(super) fn present(&self) -> usize {
        self.present
    }

    /// Row and text of the first cell that is not a number.
    pub(super) fn first_text(&self) -> Option<&(usize, String)> {
        self.first_text.as_ref()
    }

    /// The column's type. Text is a factor with at most [`MAX_LEVELS`] levels and at most half as
    /// many levels as values. A column without any value counts as numeric, as in pandas.
    pub(super) fn kind(&self) -> Kind {
        if self.first_text.is_none() {
            return Kind::Numeric { whole: self.whole };
        }
        let few = self.levels.len() <= MAX_LEVELS && self.levels.len() * 2 <= self.present;
        if !few {
            return Kind::Identifier;
        }
        let mut levels: Vec<String> = self.levels.iter().cloned().collect();
        let ordered = scales::arrange(&mut levels);
        Kind::Factor { levels, ordered }
    }
}

/// A cell read as a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// A whole number without point or exponent.
    Whole(i64),
    /// Any other finite number.
    Real(f64),
}

/// Reads a number with `.` as its decimal point, blanks around it ignored. Infinity and values
/// beyond the range of a double are not numbers here: no statistic is defined on them.
pub(super) fn number(cell: &str) -> Option<Number> {
    let cell = cell.trim();
    if let Ok(whole) = cell.parse::<i64>() {
        return Some(Number::Whole(whole));
    }
    let real: f64 = cell.parse().ok()?;
    real.is_finite().then_some(Number::Real(real))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(cells: &[&str]) -> Kind {
        let mut evidence = Evidence::new();
        for (row, cell) in cells.iter().enumerate() {
            evidence.add(row + 2, cell);
        }
        evidence.kind()
    }

    #[test]
    fn numbers_are_read_as_pandas_reads_them() {
        let cases: &[(&str, Option<Number>)] = &[
            ("12", Some(Number::Whole(12))),
            ("-3", Some(Number::Whole(-3))),
            ("+3", Some(Number::Whole(3))),
            ("007", Some(Number::Whole(7))),
            (" 4 ", Some(Number::Whole(4))),
            ("1.5", Some(Number::Real(1.5))),
            (".5", Some(Number::Real(0.5))),
            ("5.", Some(Number::Real(5.0))),
            ("1e3", Some(Number::Real(1000.0))),
            (
                "9223372036854775808",
                Some(Number::Real(9223372036854775808.0)),
            ),
            ("1,5", None),
            ("Infinity", None),
            ("-inf", None),
            ("1e999", None),
            ("0x10", None),
            ("1_000", None),
            ("", None),
        ];
        for (cell, expected) in cases {
            assert_eq!(number(cell), *expected, "{cell:?}");
        }
    }

    #[test]
    fn kinds_follow_the_cells() {
        let factor = |levels: &[&str], ordered| Kind::Factor {
            levels: levels.iter().map(|&s| s.to_owned()).collect(),
            ordered,
        };
        let many: Vec<String> = (0..102).map(|i| format!("name {}", i % 51)).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let fifty: Vec<String> = (0..100).map(|i| format!("{}x", i % 50)).collect();
        let fifty: Vec<&str> = fifty.iter().map(String::as_str).collect();
        let cases: &[(&[&str], Kind)] = &[
            (&["1", "2"], Kind::Numeric { whole: true }),
            (&["1", "2.5"], Kind::Numeric { whole: false }),
            (&[], Kind::Numeric { whole: true }),
            (&["a", "a", "b", "b"], factor(&["a", "b"], false)),
            (&["1", "1", "x", "x"], factor(&["1", "x"], false)),
            (
                &["Low", "High", "Low", "High"],
                factor(&["Low", "High"], true),
            ),
            (&["a", "b", "a"], Kind::Identifier),
            (&["Ann", "Bob"], Kind::Identifier),
            (&many, Kind::Identifier),
        ];
        for (cells, expected) in cases {
            assert_eq!(kind(cells), *expected, "{cells:?}");
        }
        assert!(matches!(kind(&fifty), Kind::Factor { levels, .. } if levels.len() == 50));
    }
}
