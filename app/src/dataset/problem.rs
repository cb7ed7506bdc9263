//! What is wrong with the cells of a file: each problem with its row, its column and the remedy,
//! and a report that lists the first of them and counts them all.

use std::fmt;

/// Problems that a report lists; it counts the others.
pub const MOST_LISTED: usize = 50;

/// Characters of a cell or a name that a message repeats.
const SHOWN: usize = 40;

/// One thing wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its row as a spreadsheet counts: the header is row 1.
    pub row: usize,
    /// Its column, counted from 1.
    pub column: usize,
    /// The column's name, shortened; empty where the header has none.
    pub name: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What can be wrong in a place; its text says so, and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An earlier column has the same name.
    #[error("column {first} has the same name. Give every column its own name")]
    DuplicateName {
        /// Position of the first column of that name, counted from 1.
        first: usize,
    },
    /// A name that fills pages.
    #[error("the name has {characters} characters. Shorten it to {most} at most", most = super::LONGEST_NAME)]
    LongName {
        /// Its length.
        characters: usize,
    },
    /// A row with more or fewer fields than the header.
    #[error(
        "{found} fields where the header has {expected}. \
         Add or remove separators, or put quotes around text that holds one"
    )]
    Length {
        /// Fields in the header.
        expected: usize,
        /// Fields in the row.
        found: usize,
    },
    /// A quote that is never closed swallows the rest of the file.
    #[error(
        "a quoted field begins here and is never closed. \
         Add the closing quote, or double a quote that belongs to the text"
    )]
    OpenQuote,
    /// A byte that no text has.
    #[error("a NUL byte, which no text has. Remove it, or save the table as CSV (UTF-8) again")]
    Nul,
    /// Text of another encoding.
    #[error("the text is not UTF-8; {}. Save the file with the encoding UTF-8",
        if *latin1 { "it looks like Latin-1 (ISO 8859-1 or Windows-1252)" } else { "bytes of it are damaged" })]
    NotUtf8 {
        /// Single bytes beyond ASCII, as all encodings of one byte a character have.
        latin1: bool,
    },
    /// A number in a numeric column that is infinite or too large.
    #[error("`{value}` is not a finite number. Correct it, or leave the cell empty")]
    Infinite {
        /// The cell, shortened.
        value: String,
    },
    /// A number in a numeric column that is written with a comma.
    #[error(
        "`{value}` is written with a comma. Write numbers with a decimal point and nothing between thousands"
    )]
    Comma {
        /// The cell, shortened.
        value: String,
    },
    /// Text in a column that somebody calls numeric.
    #[error(
        "`{value}` is not a number, and this column is to be numeric. Choose another type, or correct the file and upload it again"
    )]
    NotNumber {
        /// The cell, shortened.
        value: String,
    },
    /// Text in the column that is to be explained.
    #[error(
        "`{value}` is not a number, and this column is the outcome. Correct it, or leave the cell empty"
    )]
    Text {
        /// The cell, shortened.
        value: String,
    },
}

impl Fault {
    /// Position of its kind in a [`Report`]'s counts, and the kind in words.
    fn kind(&self) -> (usize, &'static str) {
        match self {
            Self::DuplicateName { .. } => (0, "names used twice"),
            Self::LongName { .. } => (1, "names too long"),
            Self::Length { .. } => (2, "rows of another length than the header"),
            Self::OpenQuote => (3, "quotes never closed"),
            Self::Nul => (4, "NUL bytes"),
            Self::NotUtf8 { .. } => (5, "cells not in UTF-8"),
            Self::Infinite { .. } => (6, "numbers not finite"),
            Self::Comma { .. } => (7, "numbers with a comma"),
            Self::Text { .. } => (8, "outcomes that are no numbers"),
            Self::NotNumber { .. } => (9, "cells that are no numbers"),
        }
    }
}

const KINDS: usize = 10;

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "row {}, column {}", self.row, self.column)?;
        if !self.name.is_empty() {
            write!(out, " (`{}`)", self.name)?;
        }
        write!(out, ": {}", self.fault)
    }
}

/// All that is wrong with a file. Never empty as part of an error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    listed: Vec<Problem>,
    counts: [(usize, &'static str); KINDS],
}

impl Report {
    /// The first problems in reading order, at most [`MOST_LISTED`].
    pub fn listed(&self) -> &[Problem] {
        &self.listed
    }

    /// How many problems there are.
    pub fn total(&self) -> usize {
        self.counts.iter().map(|(count, _)| count).sum()
    }

    /// How many problems of each kind there are, with the kind in words; none of them 0.
    pub fn counts(&self) -> impl Iterator<Item = (usize, &'static str)> {
        self.counts.into_iter().filter(|(count, _)| *count > 0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// Takes in a problem at that row and column (counted from 0) of a pass in reading order.
    pub(super) fn add(&mut self, row: usize, column: usize, header: &[String], fault: Fault) {
        let (kind, words) = fault.kind();
        self.counts[kind] = (self.counts[kind].0 + 1, words);
        if self.listed.len() < MOST_LISTED {
            self.listed.push(Problem {
                row,
                column: column + 1,
                name: shortened(header.get(column).map_or("", String::as_str)),
                fault,
            });
        }
    }

    /// The same, of a piece of a file that has so many rows before it.
    pub(super) fn after(mut self, rows: usize) -> Self {
        for problem in &mut self.listed {
            problem.row += rows;
        }
        self
    }

    /// Both reports as one; each lists its own first problems, so that the first of all are there.
    pub(super) fn merged(mut self, other: Self) -> Self {
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            mine.0 += theirs.0;
            mine.1 = if mine.1.is_empty() { theirs.1 } else { mine.1 };
        }
        self.listed.extend(other.listed);
        self.listed
            .sort_by_key(|problem| (problem.row, problem.column));
        self.listed.truncate(MOST_LISTED);
        self
    }

    /// What a report of several problems says before its list: how many there are of each kind.
    pub fn summary(&self) -> String {
        let kinds: Vec<String> = self
            .counts()
            .map(|(count, kind)| format!("{kind}: {count}"))
            .collect();
        format!("{} problems ({})", self.total(), kinds.join(", "))
    }
}

impl Report {
    /// The columns with what is wrong in each, without rows and cells; columns of what is not listed are not
    /// told.
    pub fn without_cells(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        for Problem {
            column,
            name,
            fault,
            ..
        } in &self.listed
        {
            let (_, kind) = fault.kind();
            let line = match name.is_empty() {
                true => format!("column {column}: {kind}"),
                false => format!("column {column} (`{name}`): {kind}"),
            };
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines.join("\n")
    }
}

/// One problem on a line; several below their summary.
impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let ([only], 1) = (self.listed(), self.total()) {
            return only.fmt(out);
        }
        out.write_str(&self.summary())?;
        for problem in &self.listed {
            write!(out, "\n{problem}")?;
        }
        match self.total() - self.listed.len() {
            0 => Ok(()),
            more => write!(out, "\nand {more} more"),
        }
    }
}

/// The beginning of a text.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
