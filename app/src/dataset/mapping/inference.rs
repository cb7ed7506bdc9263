//! What the cells of a table say about its columns, kept beside the table so that the types can be
//! shown and changed without reading it again; and the mapping that is proposed from it.

use super::signs::{Sign, outcome_rank, sign};
use super::{Mapping, Named, Role, VERSION};
use crate::dataset::infer::Evidence;
use crate::dataset::{Kind, entry, scales};

/// What is known of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inferred {
    /// The name in the file's header, unchanged.
    pub name: String,
    /// Cells that are not missing.
    pub present: usize,
    /// No cell is text. A column without any value counts as numeric, as in pandas.
    pub numeric: bool,
    /// Every number is a whole one.
    pub whole: bool,
    /// The distinct cells in the order of the alphabet, numbers too, unless there are more than
    /// [`MAX_LEVELS`](crate::dataset::MAX_LEVELS).
    pub levels: Option<Vec<String>>,
    /// Why it is taken for an identifier although its cells could be something else.
    pub sign: Option<Sign>,
    /// What it is without anybody's word.
    role: Role,
}

impl Inferred {
    fn new(name: &str, evidence: &Evidence) -> Self {
        let kind = evidence.kind();
        let levels = evidence.levels().map(|levels| {
            let mut levels: Vec<String> = levels.texts().map(str::to_owned).collect();
            levels.sort_unstable();
            levels
        });
        let role = match (&kind, &levels) {
            (Kind::Numeric { .. }, _) => Role::Numeric,
            (Kind::Factor { ordered, .. }, Some(levels)) => {
                let (order, _) = usual_order(levels, false);
                match ordered {
                    true => Role::Ordered(order),
                    false => Role::Factor(order),
                }
            }
            (Kind::Factor { .. }, None) | (Kind::Identifier, _) => Role::Identifier,
        };
        let numeric = role == Role::Numeric;
        let texts = levels.as_deref().filter(|_| !numeric).unwrap_or_default();
        Self {
            name: name.to_owned(),
            present: evidence.present(),
            numeric,
            whole: evidence.is_whole(),
            sign: sign(name, texts).filter(|_| role != Role::Identifier),
            levels,
            role,
        }
    }

    /// Whether it holds numbers only, and some.
    pub fn can_be_outcome(&self) -> bool {
        self.numeric && self.present > 0
    }

    /// The order in which the levels would be drawn, as positions in their alphabet, and whether it
    /// means something; none for a column that cannot be a factor.
    pub fn usual_order(&self) -> Option<(Vec<u8>, bool)> {
        let levels = self.levels.as_deref().filter(|levels| !levels.is_empty())?;
        Some(usual_order(levels, self.numeric))
    }

    /// Whether the default dataset has a column of that name that holds the same.
    fn is_expected(&self) -> bool {
        entry(&self.name).is_some_and(|entry| match &self.role {
            Role::Numeric => entry.range.is_some(),
            // Of one level nothing says whether it is on a scale.
            Role::Factor(order) => entry.range.is_none() && (!entry.ordered || order.len() < 2),
            Role::Ordered(_) => entry.ordered,
            Role::Identifier => false,
        })
    }

    /// What it takes in memory, about, in bytes.
    fn memory(&self) -> usize {
        let levels = self.levels.iter().flatten();
        let levels: usize = levels.map(|l| l.len() + size_of::<String>()).sum();
        size_of::<Self>() + self.name.len() + levels
    }
}

/// The order of a scale, of values if they are numbers, else of the alphabet; and whether it means
/// something.
fn usual_order(alphabet: &[String], numbers: bool) -> (Vec<u8>, bool) {
    let mut levels = alphabet.to_vec();
    let ordered = scales::arrange(&mut levels);
    if numbers {
        let value = |level: &String| level.trim().parse().unwrap_or(f64::INFINITY);
        levels.sort_by(|a, b| value(a).total_cmp(&value(b)));
    }
    let position = |level: &String| alphabet.binary_search(level).ok();
    let order = levels.iter().filter_map(position);
    let order = order.filter_map(|i| u8::try_from(i).ok()).collect();
    (order, ordered || numbers)
}

/// What is known of all columns, in file order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inference(Vec<Inferred>);

impl Inference {
    pub(super) fn new(header: &[String], evidence: &[Evidence]) -> Self {
        let columns = header.iter().zip(evidence);
        Self(columns.map(|(name, of)| Inferred::new(name, of)).collect())
    }

    /// Every column, in file order.
    pub fn columns(&self) -> &[Inferred] {
        &self.0
    }

    /// What it takes in memory, about, in bytes.
    pub fn memory(&self) -> usize {
        self.0.iter().map(Inferred::memory).sum()
    }

    /// Whether there is nothing to ask: the outcome is there, and every column is one of the default
    /// dataset's and holds the same. Columns that are left out make no difference.
    pub fn is_expected(&self, outcome: &str) -> bool {
        let is_outcome = |column: &Inferred| column.name == outcome && column.can_be_outcome();
        self.0.iter().any(is_outcome)
            && self
                .0
                .iter()
                .all(|column| column.is_expected() || is_outcome(column))
    }

    /// What the columns hold unless somebody knows better: the inferred types, but identifiers where
    /// names or values are signs of one. The outcome is the column of that name, else the one whose
    /// name sounds most like one, else the last that holds numbers. None if no column holds any.
    pub fn propose(&self, outcome: &str) -> Option<Mapping> {
        let position = self.outcome(outcome)?;
        let role = |(i, column): (usize, &Inferred)| match column.sign {
            Some(_) if i != position => Role::Identifier,
            _ => column.role.clone(),
        };
        let columns = self.0.iter().enumerate().map(|(i, column)| Named {
            name: column.name.clone(),
            role: role((i, column)),
        });
        Some(Mapping {
            version: VERSION,
            outcome: position,
            columns: columns.collect(),
        })
    }

    fn outcome(&self, outcome: &str) -> Option<usize> {
        let possible = self
            .0
            .iter()
            .enumerate()
            .filter(|(_, c)| c.can_be_outcome());
        // The last of equals is the largest.
        let best = possible.max_by_key(|(_, column)| {
            let named = column.name == outcome;
            (named, column.sign.is_none(), outcome_rank(&column.name))
        });
        best.map(|(position, _)| position)
    }
}
