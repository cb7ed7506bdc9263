//! Data enters here: bytes of a CSV file become a [`Dataset`], a typed table whose columns are
//! numeric, a factor or an identifier, one of them the outcome.
//!
//! First link of the chain dataset → filter → stats → figures → charts → views → server.

mod build;
mod cell;
mod dialect;
mod dictionary;
mod error;
mod infer;
mod levels;
mod mapping;
mod pass;
mod pieces;
mod problem;
mod reader;
mod recoded;
mod rows;
mod scales;
mod table;
mod texts;
mod values;

pub use cell::MISSING_TOKENS;
pub use dictionary::{Entry, entry};
pub use error::ReadError;
pub use mapping::{
    ColumnName, Inference, Inferred, Mapped, Mapping, MappingError, Role, Sign, read_mapped,
};
pub use problem::{Fault, MOST_LISTED, Problem, Report};
pub use reader::{read, read_file};
pub(crate) use recoded::Relevelled;
pub use table::Table;

use texts::Texts;
use values::Values;

/// Name of the outcome column when nobody chooses another one.
pub const DEFAULT_OUTCOME: &str = "Exam_Score";

/// More levels than this make a text column an identifier instead of a factor.
pub const MAX_LEVELS: usize = 50;

/// More columns than this are refused: pages and matrices of them would be of use to nobody.
pub const MAX_COLUMNS: usize = 500;

/// From so many rows on a table is refused: rows are told apart by four bytes.
const MOST_ROWS: usize = u32::MAX as usize;

/// Characters that a column's name may have.
pub const LONGEST_NAME: usize = 200;

/// Position of a column in its dataset, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnId(usize);

impl ColumnId {
    /// The position as an index, below [`Dataset::columns`]' length.
    pub fn index(self) -> usize {
        self.0
    }
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Finite numbers.
    Numeric {
        /// Every value is a whole number.
        whole: bool,
    },
    /// Text with few levels.
    Factor {
        /// The levels in the order in which they are drawn.
        levels: Vec<String>,
        /// The order means something (Low < Medium < High).
        ordered: bool,
    },
    /// Text that names or describes single rows; no figure uses it.
    Identifier,
}

/// Name and type of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name in the file's header, unchanged.
    pub name: String,
    /// The type: inferred, or as a [`Mapping`] says.
    pub kind: Kind,
}

impl Column {
    /// Whether the column holds numbers.
    pub fn is_numeric(&self) -> bool {
        matches!(self.kind, Kind::Numeric { .. })
    }

    /// Whether the column holds whole numbers only.
    pub fn is_whole(&self) -> bool {
        matches!(self.kind, Kind::Numeric { whole: true })
    }

    /// Whether the column names or describes single rows.
    pub fn is_identifier(&self) -> bool {
        self.kind == Kind::Identifier
    }

    /// Levels in factor order; empty for columns that are not factors.
    pub fn levels(&self) -> &[String] {
        match &self.kind {
            Kind::Factor { levels, .. } => levels,
            Kind::Numeric { .. } | Kind::Identifier => &[],
        }
    }

    /// The type in words, as the pages show it.
    pub fn type_name(&self) -> &'static str {
        match &self.kind {
            Kind::Numeric { whole: true } => "integer",
            Kind::Numeric { whole: false } => "real",
            Kind::Factor { ordered: true, .. } => "ordered",
            Kind::Factor { levels, .. } if levels.len() == 2 => "binary",
            Kind::Factor { .. } => "nominal",
            Kind::Identifier => "identifier",
        }
    }
}

/// A table of student records, typed and with a chosen outcome. Immutable once read.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// What people call it: the file's name, or that it is the bundled sample.
    name: String,
    columns: Vec<Column>,
    rows: usize,
    /// One per entry of `columns`, each of `rows` cells.
    values: Vec<Values>,
    /// One per entry of `columns`; none but identifiers have some.
    texts: Vec<Option<Texts>>,
    outcome: ColumnId,
    /// By what name addresses refer to it; the default dataset has none.
    reference: Option<String>,
}

impl Dataset {
    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All columns, in file order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Number of records.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The outcome unless a page's address chooses another.
    pub fn default_outcome(&self) -> ColumnId {
        self.outcome
    }

    /// By what name addresses refer to it; the default dataset has none.
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    /// The same dataset under a name for addresses.
    #[must_use]
    pub fn named(mut self, reference: String) -> Self {
        self.reference = Some(reference);
        self
    }

    /// What it takes in memory, about, in bytes.
    pub fn memory(&self) -> usize {
        let texts = self.texts.iter().flatten().map(Texts::memory);
        let values = self.values.iter().map(Values::memory);
        values.sum::<usize>() + texts.sum::<usize>()
    }

    /// The column at `id`.
    ///
    /// # Panics
    /// Never for an id that this dataset gave out; ids of other datasets are not to be mixed in.
    pub fn column(&self, id: ColumnId) -> &Column {
        &self.columns[id.0]
    }

    /// The column of that exact name.
    pub fn find(&self, name: &str) -> Option<ColumnId> {
        self.columns
            .iter()
            .position(|c| c.name == name)
            .map(ColumnId)
    }

    /// Ids of all columns, in file order.
    pub fn ids(&self) -> impl Iterator<Item = ColumnId> + use<> {
        (0..self.columns.len()).map(ColumnId)
    }

    /// Ids of the numeric columns, in file order, the outcome among them.
    pub fn numeric_ids(&self) -> Vec<ColumnId> {
        self.ids()
            .filter(|&id| self.column(id).is_numeric())
            .collect()
    }

    /// Ids of the factors, in file order.
    pub fn factor_ids(&self) -> Vec<ColumnId> {
        self.ids()
            .filter(|&id| matches!(self.column(id).kind, Kind::Factor { .. }))
            .collect()
    }

    /// Every row of the dataset.
    pub fn table(&self) -> Table<'_> {
        Table::all(self)
    }
}
