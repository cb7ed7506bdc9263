//! First pass over the fields: what each column holds.

use super::cell::{as_text, present};
use super::levels::{self, Levels};
use super::problem::shortened;
use super::values::Cell;
use super::{Fault, Kind, MAX_LEVELS, scales};

/// What the cells of one column have in common, gathered cell by cell; and the cells themselves, as
/// codes, while few are distinct.
#[derive(Debug)]
pub(super) struct Evidence {
    present: usize,
    /// Bytes of the cells that are present.
    bytes: usize,
    /// A cell is a number.
    numbers: bool,
    whole: bool,
    /// Least and greatest whole number.
    range: Option<(i64, i64)>,
    /// A cell is meant as a number and cannot be read as one.
    slips: bool,
    /// Row and beginning of the first cell that is text.
    first_text: Option<(usize, String)>,
    /// Distinct texts; `None` from when there are too many to tell apart by a byte.
    known: Option<Levels>,
    /// Position of each cell in `known`, while there are some.
    codes: Vec<u8>,
}

impl Evidence {
    pub(super) fn new() -> Self {
        Self {
            present: 0,
            bytes: 0,
            numbers: false,
            whole: true,
            range: None,
            slips: false,
            first_text: None,
            known: Some(Levels::new()),
            codes: Vec::new(),
        }
    }

    /// Takes in the next cell.
    ///
    /// # Errors
    /// If it is no text; then nothing is taken in.
    pub(super) fn add(&mut self, row: usize, field: &[u8]) -> Result<(), Fault> {
        // What is known has been looked at before.
        let code = self.known.as_ref().and_then(|known| known.find(field));
        if let Some(code) = code {
            self.count(field);
            self.codes.push(code);
            return Ok(());
        }
        match present(as_text(field)?) {
            Some(cell) => {
                self.count(field);
                self.learn(row, cell);
                let code = self.known.as_mut().and_then(|known| known.add(cell));
                self.keep(code);
            }
            None => self.keep(Some(u8::MISSING)),
        }
        Ok(())
    }

    fn count(&mut self, field: &[u8]) {
        self.present += 1;
        self.bytes += field.len();
    }

    /// Keeps the code of a cell, or none any more where there is none for it.
    fn keep(&mut self, code: Option<u8>) {
        match code {
            Some(code) if self.known.is_some() => self.codes.push(code),
            _ => {
                self.known = None;
                self.codes = Vec::new();
            }
        }
    }

    /// Makes room for the codes of so many cells.
    pub(super) fn reserve(&mut self, cells: usize) {
        if self.known.is_some() {
            self.codes.reserve(cells);
        }
    }

    /// Takes in what the next piece of the file shows, which has so many rows before it.
    pub(super) fn join(&mut self, piece: Self, rows: usize) {
        self.present += piece.present;
        self.bytes += piece.bytes;
        self.numbers |= piece.numbers;
        self.whole &= piece.whole;
        self.slips |= piece.slips;
        self.range = match (self.range, piece.range) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (mine, other) => mine.or(other),
        };
        if self.first_text.is_none() {
            let here = |(row, text)| (row + rows, text);
            self.first_text = piece.first_text.map(here);
        }
        let codes = match (&mut self.known, &piece.known) {
            (Some(known), Some(other)) => joined(known, other),
            _ => None,
        };
        match codes {
            Some(of) => {
                let codes = piece.codes.iter().map(|&code| of[usize::from(code)]);
                self.codes.extend(codes);
            }
            None => self.keep(None),
        }
    }

    /// What a cell says that none before it may have said.
    fn learn(&mut self, row: usize, cell: &str) {
        match meaning(cell) {
            Meaning::Number(Number::Whole(whole)) => {
                self.numbers = true;
                let (least, most) = self.range.unwrap_or((whole, whole));
                self.range = Some((least.min(whole), most.max(whole)));
            }
            Meaning::Number(Number::Real(_)) => {
                self.numbers = true;
                self.whole = false;
            }
            Meaning::Infinite | Meaning::Comma => self.slips = true,
            Meaning::Text if self.first_text.is_none() => {
                self.first_text = Some((row, shortened(cell)));
            }
            Meaning::Text => {}
        }
    }

    /// Whether cells of it are to be corrected: it would be numeric but for some slips, or it is
    /// the outcome, has numbers, and other cells too.
    pub(super) fn is_faulty(&self, outcome: bool) -> bool {
        let text = self.first_text.is_some();
        (!text && self.slips) || (outcome && text && self.numbers)
    }

    /// Whether every cell that is present is a number.
    pub(super) fn is_clean(&self) -> bool {
        !self.slips && self.first_text.is_none()
    }

    /// Number of cells that are not missing.
    pub(super) fn present(&self) -> usize {
        self.present
    }

    /// Bytes of the cells that are not missing.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether every number is a whole one, and they are not the two that lie as far apart as whole
    /// numbers can: their distance is what stands for a missing one.
    pub(super) fn is_whole(&self) -> bool {
        self.whole && self.range != Some((i64::MIN, i64::MAX))
    }

    /// Least and greatest whole number; `None` without any.
    pub(super) fn range(&self) -> Option<(i64, i64)> {
        self.range
    }

    /// The distinct cells, unless there are too many for a factor.
    pub(super) fn levels(&self) -> Option<&Levels> {
        self.known().filter(|known| known.len() <= MAX_LEVELS)
    }

    /// The distinct cells, unless there are too many to tell apart by a byte.
    pub(super) fn known(&self) -> Option<&Levels> {
        self.known.as_ref()
    }

    /// The cells as positions in [`known`](Self::known), if it has them all; given away once.
    pub(super) fn take_codes(&mut self) -> Option<Vec<u8>> {
        self.known.as_ref()?;
        Some(std::mem::take(&mut self.codes))
    }

    /// Row and text of the first cell that is not a number.
    pub(super) fn first_text(&self) -> Option<&(usize, String)> {
        self.first_text.as_ref()
    }

    /// The column's type. Text is a factor with at most [`MAX_LEVELS`] levels and at most half as
    /// many levels as values. A column without any value counts as numeric, as in pandas.
    pub(super) fn kind(&self) -> Kind {
        if self.first_text.is_none() {
            return Kind::Numeric {
                whole: self.is_whole(),
            };
        }
        let few = |levels: &&Levels| levels.len() * 2 <= self.present;
        let Some(levels) = self.levels().filter(few) else {
            return Kind::Identifier;
        };
        let mut levels: Vec<String> = levels.texts().map(str::to_owned).collect();
        let ordered = scales::arrange(&mut levels);
        Kind::Factor { levels, ordered }
    }
}

/// The code here of each code there, once all texts from there are known here; `None` if that is too
/// many of them.
fn joined(known: &mut Levels, other: &Levels) -> Option<[u8; levels::MOST + 1]> {
    let mut codes = [u8::MISSING; levels::MOST + 1];
    for (code, text) in codes.iter_mut().zip(other.texts()) {
        *code = known.add(text)?;
    }
    Some(codes)
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
    // Adding zero makes the negative zero, which no student scores, an ordinary one.
    real.is_finite().then_some(Number::Real(real + 0.0))
}

/// What somebody meant with a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meaning {
    /// A number.
    Number(Number),
    /// A number that is infinite or beyond the range of a double.
    Infinite,
    /// A number with a decimal comma, or with commas between thousands. Which of both nobody can
    /// know of 1,234, so neither is guessed.
    Comma,
    /// Anything else.
    Text,
}

/// What the cell means.
pub(super) fn meaning(cell: &str) -> Meaning {
    if let Some(number) = number(cell) {
        return Meaning::Number(number);
    }
    match cell.trim().parse::<f64>() {
        Ok(real) if real.is_infinite() => Meaning::Infinite,
        _ if has_comma(cell.trim()) => Meaning::Comma,
        _ => Meaning::Text,
    }
}

/// Whether it is a number but for one comma in the place of the point, or commas before every
/// three digits.
fn has_comma(cell: &str) -> bool {
    let (whole, fraction) = cell.split_once('.').unwrap_or((cell, ""));
    let groups = whole.split(',').skip(1);
    let thousands = groups.clone().all(|group| group.len() == 3);
    let finite = |text: &str| text.parse().is_ok_and(f64::is_finite);
    match groups.count() {
        0 => false,
        1 if fraction.is_empty() => finite(&cell.replace(',', ".")),
        _ => thousands && finite(&cell.replace(',', "")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn kind(cells: &[&str]) -> Kind {
        let mut evidence = Evidence::new();
        for (row, cell) in cells.iter().enumerate() {
            evidence.add(row + 2, cell.as_bytes()).unwrap();
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
    fn slips_are_told_from_text() {
        let cases = [
            ("Infinity", Meaning::Infinite),
            ("-inf", Meaning::Infinite),
            ("1e999", Meaning::Infinite),
            ("1,5", Meaning::Comma),
            (" -1,5 ", Meaning::Comma),
            ("1,5e3", Meaning::Comma),
            (",5", Meaning::Comma),
            ("1,234", Meaning::Comma),
            ("1,234,567.5", Meaning::Comma),
            ("1,2,3", Meaning::Text),
            ("1,234,56", Meaning::Text),
            ("1,2.5", Meaning::Text),
            (",", Meaning::Text),
            ("a,b", Meaning::Text),
            ("NAN", Meaning::Text),
            ("-0.0", Meaning::Number(Number::Real(0.0))),
            ("-0", Meaning::Number(Number::Whole(0))),
        ];
        for (cell, expected) in cases {
            assert_eq!(meaning(cell), expected, "{cell:?}");
        }
        let zero = number("-0.0").map(|zero| format!("{zero:?}"));
        assert_eq!(zero.as_deref(), Some("Real(0.0)"));
    }

    #[test]
    fn pieces_show_what_the_whole_does() {
        let many: Vec<String> = (0..300).map(|i| format!("{}", i % 260)).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let cases: [&[&str]; 4] = [
            &["b", "", "a", "NA", "b", "1"],
            &["7", "-3", "1,5", "", "x", "2.5"],
            &["", "", ""],
            &many,
        ];
        for cells in cases {
            let gathered = |cells: &[&str]| {
                let mut evidence = Evidence::new();
                for (row, cell) in cells.iter().enumerate() {
                    evidence.add(row, cell.as_bytes()).unwrap();
                }
                evidence
            };
            let whole = format!("{:?}", gathered(cells));
            for cut in 0..=cells.len() {
                let mut joined = gathered(&cells[..cut]);
                joined.join(gathered(&cells[cut..]), cut);
                assert_eq!(format!("{joined:?}"), whole, "{cells:?} at {cut}");
            }
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
