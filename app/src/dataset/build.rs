//! From cells to a column of its own type: out of the codes that the first pass kept, or cell by cell
//! in a further pass.

use super::infer::{Evidence, Number, number};
use super::levels::Levels;
use super::texts::Texts;
use super::values::{Cell, Values};
use super::{Column, Kind};

/// Collects the cells of one column in the column's own type: an empty cell is one byte in the file,
/// so that a larger form of it beside the finished column would count.
pub(super) enum Builder {
    Whole(Values),
    Real(Vec<f64>),
    Factor { levels: Box<Levels>, codes: Vec<u8> },
    Text { texts: Texts, positions: Vec<u32> },
}

impl Builder {
    /// For a column of a file with so many rows, of which the first pass found `evidence`.
    pub(super) fn new(column: &Column, evidence: &Evidence, rows: usize) -> Self {
        match &column.kind {
            Kind::Numeric { whole: true } => Self::Whole(Values::whole(evidence.range(), rows)),
            Kind::Numeric { whole: false } => Self::Real(Vec::with_capacity(rows)),
            Kind::Factor { levels, .. } => Self::Factor {
                levels: Box::new(known(levels)),
                codes: Vec::with_capacity(rows),
            },
            Kind::Identifier => Self::Text {
                texts: Texts::with_capacity(evidence.present(), evidence.bytes()),
                positions: Vec::with_capacity(rows),
            },
        }
    }

    /// Appends one cell; `None` where it is missing.
    pub(super) fn push(&mut self, cell: Option<&str>) {
        match self {
            Self::Whole(values) => values.push_whole(cell.and_then(whole)),
            Self::Real(values) => values.push(cell.and_then(real).unwrap_or(f64::NAN)),
            Self::Factor { levels, codes } => {
                let found = cell.and_then(|cell| levels.find(cell.as_bytes()));
                codes.push(found.unwrap_or(u8::MISSING));
            }
            Self::Text { texts, positions } => {
                let position = cell.and_then(|cell| texts.push(cell));
                positions.push(position.unwrap_or(u32::MISSING));
            }
        }
    }

    /// Whether it collects texts.
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Text { .. })
    }

    /// Appends the cells of the next piece of the file, which are numbers or levels of the same column.
    pub(super) fn join(&mut self, piece: Self) {
        match (self, piece) {
            (Self::Whole(values), Self::Whole(others)) => values.append(others),
            (Self::Real(values), Self::Real(others)) => values.extend(others),
            (Self::Factor { codes, .. }, Self::Factor { codes: others, .. }) => {
                codes.extend(others);
            }
            _ => {}
        }
    }

    /// The column; with the texts to which an identifier's refers.
    pub(super) fn finish(self) -> (Values, Option<Texts>) {
        match self {
            Self::Whole(values) => (values, None),
            Self::Real(values) => (Values::real(&values), None),
            Self::Factor { codes, .. } => (Values::Levels(codes), None),
            Self::Text { texts, positions } => (Values::Texts(positions), Some(texts)),
        }
    }
}

/// The column out of the codes of its cells; `None` if the first pass kept none.
pub(super) fn from_codes(
    column: &Column,
    evidence: &mut Evidence,
) -> Option<(Values, Option<Texts>)> {
    let mut codes = evidence.take_codes()?;
    let range = evidence.range();
    let cells: Vec<&str> = evidence.known()?.texts().collect();
    Some(match &column.kind {
        Kind::Numeric { whole: true } => (whole_numbers(codes, &cells, range), None),
        Kind::Numeric { whole: false } => {
            let of_cells: Vec<Option<f64>> = cells.iter().map(|cell| real(cell)).collect();
            let mut numbers: Vec<f64> = of_cells.iter().copied().flatten().collect();
            numbers.sort_unstable_by(f64::total_cmp);
            numbers.dedup();
            let place = |number: f64| numbers.partition_point(|other| *other < number);
            let code = |number: &Option<f64>| u8::try_from(place((*number)?)).ok();
            exchange(&mut codes, of_cells.iter().map(code));
            let cells = codes;
            (Values::Few { numbers, cells }, None)
        }
        Kind::Factor { levels, .. } => {
            let levels = known(levels);
            let level = |cell: &&str| levels.find(cell.as_bytes());
            exchange(&mut codes, cells.iter().map(level));
            (Values::Levels(codes), None)
        }
        Kind::Identifier => {
            let bytes = cells.iter().map(|cell| cell.len()).sum();
            let mut texts = Texts::with_capacity(cells.len(), bytes);
            for cell in &cells {
                texts.push(cell);
            }
            let position = |&code: &u8| match code {
                u8::MISSING => u32::MISSING,
                code => u32::from(code),
            };
            let positions = codes.iter().map(position).collect();
            (Values::Texts(positions), Some(texts))
        }
    })
}

/// Distances from the least in place of the codes where they are as narrow.
fn whole_numbers(mut codes: Vec<u8>, cells: &[&str], range: Option<(i64, i64)>) -> Values {
    let numbers: Vec<Option<i64>> = cells.iter().map(|cell| whole(cell)).collect();
    match Values::whole(range, 0) {
        Values::Whole8(mut column) => {
            let least = column.least;
            let distance = |number: &Option<i64>| u8::try_from(number.as_ref()? - least).ok();
            exchange(&mut codes, numbers.iter().map(distance));
            column.cells = codes;
            Values::Whole8(column)
        }
        _ => {
            let mut values = Values::whole(range, codes.len());
            for code in codes {
                values.push_whole(numbers.get(usize::from(code)).copied().flatten());
            }
            values
        }
    }
}

/// Puts another code in the place of each; codes without one become missing.
fn exchange(codes: &mut Vec<u8>, others: impl Iterator<Item = Option<u8>>) {
    let mut other_of = [u8::MISSING; 256];
    for (place, other) in other_of.iter_mut().zip(others) {
        *place = other.unwrap_or(u8::MISSING);
    }
    for code in codes.iter_mut() {
        *code = other_of[usize::from(*code)];
    }
    codes.shrink_to_fit();
}

fn known(levels: &[String]) -> Levels {
    let mut known = Levels::new();
    for level in levels {
        known.add(level);
    }
    known
}

fn whole(cell: &str) -> Option<i64> {
    number(cell).map(|number| match number {
        Number::Whole(whole) => whole,
        // The first pass found whole numbers only.
        Number::Real(real) => real as i64,
    })
}

fn real(cell: &str) -> Option<f64> {
    number(cell).map(|number| match number {
        Number::Whole(whole) => whole as f64,
        Number::Real(real) => real,
    })
}
