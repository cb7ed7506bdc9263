//! The rows of a dataset that a page is about, as columns that statistics can take.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use polars::prelude::{DataFrame, PolarsResult};

use super::values::Values;
use super::{ColumnId, Dataset};
use crate::stats::{
    Codes, Correlation, Levels, MISSING_LEVEL, Numbers, Pairs, Tally, pearson_of_rows,
};

/// Some rows of a [`Dataset`], all of its columns. What a page asks for several times is kept: columns
/// as codes, and how often their values occur, alone and by level.
pub struct Table<'a> {
    dataset: &'a Dataset,
    /// Positions of the rows in the dataset, ascending; `None` for all of them.
    kept: Option<Vec<u32>>,
    columns: Vec<Column>,
    by_level: RefCell<HashMap<[ColumnId; 2], Rc<Vec<Tally>>>>,
}

/// The cells of a numeric column, NaN where missing.
enum Cells<'t> {
    /// Codes and their numbers.
    Few(&'t [u8], Box<[f64; 256]>),
    Many(&'t [f64]),
}

/// What has been asked of one column.
#[derive(Default)]
struct Column {
    /// The cells of these rows; unused where the dataset's own are.
    values: OnceCell<Values>,
    numbers: OnceCell<Vec<f64>>,
    codes: OnceCell<Vec<u32>>,
    /// What the codes of a column of numbers stand for; with codes of their own where a cell is more
    /// than a byte.
    coded: OnceCell<(Vec<u32>, Vec<f64>)>,
    tally: OnceCell<Tally>,
    counts: OnceCell<Vec<usize>>,
    missing: OnceCell<usize>,
}

impl<'a> Table<'a> {
    /// Every row.
    pub(super) fn all(dataset: &'a Dataset) -> Self {
        Self::new(dataset, None)
    }

    /// The rows that are kept of all of them.
    pub(crate) fn of(dataset: &'a Dataset, keep: &[bool]) -> Self {
        let mut kept = vec![0; keep.len() + 1];
        let mut count = 0;
        // Without a branch, which the processor would guess wrong for every other row.
        for (row, &keep) in (0_u32..).zip(keep) {
            kept[count] = row;
            count += usize::from(keep);
        }
        kept.truncate(count);
        kept.shrink_to_fit();
        Self::new(dataset, Some(kept))
    }

    fn new(dataset: &'a Dataset, kept: Option<Vec<u32>>) -> Self {
        Self {
            dataset,
            kept,
            columns: dataset.ids().map(|_| Column::default()).collect(),
            by_level: RefCell::default(),
        }
    }

    /// The dataset that the rows belong to.
    pub fn dataset(&self) -> &'a Dataset {
        self.dataset
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.kept.as_ref().map_or(self.dataset.rows(), Vec::len)
    }

    /// Position in the dataset of a row, which is one of the table.
    pub fn position(&self, row: usize) -> usize {
        self.kept.as_ref().map_or(row, |kept| kept[row] as usize)
    }

    /// The rows as polars has them, identifiers as positions of their texts.
    ///
    /// # Errors
    /// If polars cannot have such a column, which is a defect.
    pub(crate) fn frame(&self, ids: &[ColumnId]) -> PolarsResult<DataFrame> {
        let columns = ids.iter().map(|&id| {
            let column = self.dataset.column(id);
            let cells = &self.dataset.values[id.index()];
            let cells = match &self.kept {
                // Not kept: who asks for all columns asks for them once.
                Some(kept) => Cow::Owned(cells.at(kept)),
                None => Cow::Borrowed(cells),
            };
            cells.series(column)
        });
        DataFrame::new(self.rows(), columns.collect::<PolarsResult<_>>()?)
    }

    /// Values of a numeric column, one per row, NaN where missing. All NaN for other columns.
    pub fn numbers(&self, id: ColumnId) -> &[f64] {
        self.columns[id.index()].numbers.get_or_init(|| {
            let numbers = self.values(id).numbers();
            numbers.unwrap_or_else(|| vec![f64::NAN; self.rows()])
        })
    }

    /// Value of a numeric column in a row, NaN where missing.
    pub fn number(&self, row: usize, id: ColumnId) -> f64 {
        let Numbers { codes, numbers } = self.coded(id);
        numbers.get(codes.at(row)).copied().unwrap_or(f64::NAN)
    }

    /// Level of each row in factor order, [`MISSING_LEVEL`] where missing and for other columns.
    pub fn codes(&self, id: ColumnId) -> &[u32] {
        self.columns[id.index()].codes.get_or_init(|| {
            let code = |&code: &u8| match code {
                u8::MAX => MISSING_LEVEL,
                code => u32::from(code),
            };
            match self.values(id) {
                Values::Levels(levels) => levels.iter().map(code).collect(),
                _ => vec![MISSING_LEVEL; self.rows()],
            }
        })
    }

    /// Values of a numeric column as codes. No codes for other columns.
    pub fn coded(&self, id: ColumnId) -> Numbers<'_> {
        let values = self.values(id);
        if matches!(values, Values::Levels(_) | Values::Texts(_)) {
            return Numbers {
                codes: Codes::Narrow(&[]),
                numbers: &[],
            };
        }
        if let Values::Many { numbers, cells } = values {
            return Numbers {
                codes: Codes::Wide(cells),
                numbers,
            };
        }
        let coded = &self.columns[id.index()].coded;
        let (wide, numbers) = coded.get_or_init(|| match values.of_bytes() {
            Some(numbers) => (Vec::new(), numbers),
            None => values.wide_codes(),
        });
        let codes = match values.bytes() {
            Some(cells) => Codes::Narrow(cells),
            None => Codes::Wide(wide),
        };
        Numbers { codes, numbers }
    }

    /// Levels of a factor. No codes for other columns.
    pub fn levels(&self, id: ColumnId) -> Levels<'_> {
        let codes = match self.values(id) {
            Values::Levels(levels) => levels.as_slice(),
            _ => &[],
        };
        let levels = self.dataset.column(id).levels().len();
        Levels { codes, levels }
    }

    /// How many rows each level of a factor has.
    pub fn counts(&self, id: ColumnId) -> &[usize] {
        let column = &self.columns[id.index()];
        column.counts.get_or_init(|| self.levels(id).counts())
    }

    /// How often each number of a numeric column occurs.
    pub fn tally(&self, id: ColumnId) -> &Tally {
        let column = &self.columns[id.index()];
        column.tally.get_or_init(|| self.coded(id).tally())
    }

    /// The same for each level of a factor.
    pub fn by_level(&self, factor: ColumnId, id: ColumnId) -> Rc<Vec<Tally>> {
        let count = || Rc::new(self.coded(id).by_level(&self.levels(factor)));
        let mut known = self.by_level.borrow_mut();
        Rc::clone(known.entry([factor, id]).or_insert_with(count))
    }

    /// How often each pair of numbers of two numeric columns occurs.
    pub fn pairs(&self, x: ColumnId, y: ColumnId) -> Pairs {
        self.coded(x).pairs(&self.coded(y))
    }

    /// The same pairs in any order, and some perhaps more than once.
    pub fn loose_pairs(&self, x: ColumnId, y: ColumnId) -> Pairs {
        self.coded(x).loose_pairs(&self.coded(y))
    }

    /// Pearson's correlation of two numeric columns.
    pub fn pearson(&self, x: ColumnId, y: ColumnId) -> Correlation {
        let rows = self.rows();
        match (self.cells(x), self.cells(y)) {
            (Cells::Few(..), Cells::Few(..)) => Correlation::pearson(&self.pairs(x, y)),
            (Cells::Few(a, few), Cells::Many(b)) | (Cells::Many(b), Cells::Few(a, few)) => {
                pearson_of_rows(rows, |row| few[usize::from(a[row])], |row| b[row])
            }
            (Cells::Many(a), Cells::Many(b)) => pearson_of_rows(rows, |row| a[row], |row| b[row]),
        }
    }

    /// A numeric column's cells, to be read row by row.
    fn cells(&self, id: ColumnId) -> Cells<'_> {
        match self.values(id).bytes() {
            Some(codes) => {
                let numbers = self.coded(id).numbers;
                let of = |code| numbers.get(code).copied().unwrap_or(f64::NAN);
                Cells::Few(codes, Box::new(std::array::from_fn(of)))
            }
            None => Cells::Many(self.numbers(id)),
        }
    }

    /// What a function makes of each row's number, `None` where it is missing.
    pub fn each_number<T: Copy>(&self, id: ColumnId, make: impl Fn(Option<f64>) -> T) -> Vec<T> {
        match self.values(id).bytes() {
            Some(codes) => {
                let numbers = self.coded(id).numbers;
                looked_up(codes, |code| make(numbers.get(code).copied()))
            }
            None => {
                let present = |value: f64| (!value.is_nan()).then_some(value);
                let numbers = self.numbers(id).iter();
                numbers.map(|&value| make(present(value))).collect()
            }
        }
    }

    /// What a function makes of each row's level, `None` where it is missing and of other columns.
    pub fn each_level<T: Copy>(&self, id: ColumnId, make: impl Fn(Option<usize>) -> T) -> Vec<T> {
        match self.values(id) {
            Values::Levels(codes) => {
                let present = |code| (code != usize::from(u8::MAX)).then_some(code);
                looked_up(codes, |code| make(present(code)))
            }
            _ => vec![make(None); self.rows()],
        }
    }

    /// Number of rows without a value in that column.
    pub fn missing(&self, id: ColumnId) -> usize {
        let column = &self.columns[id.index()];
        *column.missing.get_or_init(|| {
            let values = self.values(id);
            // What is asked for on most pages says it too.
            match (values, values.bytes()) {
                (Values::Levels(_), _) => self.rows() - self.counts(id).iter().sum::<usize>(),
                (_, Some(_)) => self.rows() - self.tally(id).n(),
                _ => values.missing(),
            }
        })
    }

    /// Whether each row lacks a value in that column.
    pub fn gaps(&self, id: ColumnId) -> Vec<bool> {
        self.values(id).gaps()
    }

    /// The cell as text, `None` where it is missing.
    pub fn cell(&self, row: usize, id: ColumnId) -> Option<String> {
        if row >= self.rows() {
            return None;
        }
        let row = self.position(row);
        match self.dataset.values.get(id.index())? {
            Values::Levels(levels) => {
                let levels_of = self.dataset.column(id).levels();
                levels_of.get(usize::from(*levels.get(row)?)).cloned()
            }
            Values::Texts(texts) => {
                let known = self.dataset.texts.get(id.index())?.as_ref()?;
                known.get(*texts.get(row)?).map(str::to_owned)
            }
            real @ (Values::Few { .. } | Values::Many { .. }) => {
                real.real_at(row).map(|real| real.to_string())
            }
            whole => whole.whole_at(row).map(|whole| whole.to_string()),
        }
    }

    /// The column's cells in these rows.
    fn values(&self, id: ColumnId) -> &Values {
        let all = &self.dataset.values[id.index()];
        match &self.kept {
            Some(kept) => {
                let column = &self.columns[id.index()];
                column.values.get_or_init(|| all.at(kept))
            }
            None => all,
        }
    }
}

/// What a function makes of each code; of no code more than once.
fn looked_up<T: Copy>(codes: &[u8], make: impl Fn(usize) -> T) -> Vec<T> {
    let made: [T; 256] = std::array::from_fn(make);
    codes.iter().map(|&code| made[usize::from(code)]).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fmt::Write;

    use super::*;
    use crate::dataset::read;

    /// Columns of few numbers and of many, with gaps in both.
    #[test]
    fn correlations_are_those_of_the_pairs() {
        let mut csv = "few,many,more,Exam_Score\n".to_owned();
        for row in 0..3_000_u32 {
            let mixed = row.wrapping_mul(2_654_435_761) >> 12;
            let cell = |number: f64, gap: u32| match mixed % gap {
                0 => String::new(),
                _ => number.to_string(),
            };
            let few = f64::from(mixed % 31);
            let many = 1e6 + f64::from(mixed % 997) / 7.0;
            let more = f64::from(row) / 3.0 + few;
            let score = 50.0 + few / 2.0;
            writeln!(
                csv,
                "{},{},{},{score}",
                cell(few, 11),
                cell(many, 13),
                cell(more, 17)
            )
            .unwrap();
        }
        let dataset = read("x".to_owned(), csv.as_bytes(), "Exam_Score").unwrap();
        let table = dataset.table();
        let ids = dataset.numeric_ids();
        let many = |&id: &ColumnId| matches!(table.coded(id).codes, Codes::Wide(_));
        assert_eq!(ids.iter().filter(|id| many(id)).count(), 2);
        for (i, &x) in ids.iter().enumerate() {
            for &y in &ids[i..] {
                let expected = Correlation::pearson(&table.pairs(x, y));
                let ranks = Correlation::spearman(&table.pairs(x, y));
                let cases = [
                    (table.pearson(x, y), expected),
                    (table.pearson(y, x), expected),
                    (table.coded(x).spearman(&table.coded(y)), ranks),
                ];
                for (found, expected) in cases {
                    assert_eq!(found.n, expected.n);
                    assert!(
                        (found.r - expected.r).abs() < 1e-13,
                        "{found:?} {expected:?}"
                    );
                }
            }
        }
    }
}
