//! The form as its view shows it: what is known of every column beside what is said of it.

use super::sent::{Sent, SentColumn};
use crate::dataset::{ColumnId, Inferred, MappingError, Sign, Table};
use crate::format;
use crate::server::data::{Columns, Loaded, Said};
use crate::store::UploadId;
use crate::views::{ColumnForm, LevelForm, MappingForm};

/// Values of a column that are shown as examples.
const EXAMPLES: usize = 3;
/// Rows that are looked through for them.
const ROWS: usize = 100;
/// Characters of an example.
const LONGEST: usize = 30;

/// Fills the form with what was sent; each fault stands at its column.
pub(super) fn form(
    id: UploadId,
    loaded: &Loaded,
    columns: &Columns,
    sent: &Sent,
    faults: &[MappingError],
) -> MappingForm {
    let table = loaded.dataset.table();
    let inferred = columns.inference.columns();
    let known = inferred.iter().zip(&sent.columns).zip(loaded.dataset.ids());
    MappingForm {
        id: id.to_string(),
        rows: loaded.dataset.rows(),
        state: match columns.said {
            Said::Expected => {
                "The columns are those that the dashboard expects, so there is nothing to do."
            }
            Said::Nothing => "This is what the columns seem to hold. Nobody has confirmed it yet.",
            Said::Confirmed => {
                "This is what somebody has confirmed. It can be corrected at any time."
            }
            Said::Unreadable => {
                "What somebody confirmed cannot be read any more. This is what the columns seem to hold."
            }
        },
        problems: Vec::new(),
        outcome: sent.outcome.clone(),
        outcomes: inferred
            .iter()
            .enumerate()
            .filter(|(_, column)| column.can_be_outcome())
            .map(|(i, column)| (i + 1, column.name.clone()))
            .collect(),
        columns: known
            .enumerate()
            .map(|(i, ((column, sent), id))| ColumnForm {
                number: i + 1,
                name: column.name.clone(),
                holds: holds(column),
                examples: examples(&table, id),
                sign: column.sign.map(reason),
                kind: sent.kind.clone(),
                levels: levels(column, sent),
                problem: faults
                    .iter()
                    .find(|fault| fault.position() == Some(i))
                    .map(ToString::to_string),
            })
            .collect(),
    }
}

/// What the cells are, in words.
fn holds(column: &Inferred) -> String {
    if column.present == 0 {
        return "No value in any row".to_owned();
    }
    let what = match (column.numeric, column.whole) {
        (true, true) => ("whole number", "whole numbers"),
        (true, false) => ("number", "numbers"),
        (false, _) => ("value", "values"),
    };
    let count = format::counted(column.present, what.0, what.1);
    match &column.levels {
        Some(levels) => format!("{count}, {} different", format::count(levels.len())),
        None => format!(
            "{count}, more than {} different",
            crate::dataset::MAX_LEVELS
        ),
    }
}

fn reason(sign: Sign) -> &'static str {
    match sign {
        Sign::Name => "It is called like people's names, so an identifier is proposed.",
        Sign::Number => {
            "It is called like a number that people have, so an identifier is proposed."
        }
        Sign::Contact => "It is called like what reaches people, so an identifier is proposed.",
        Sign::Email => "It holds e-mail addresses, so an identifier is proposed.",
    }
}

/// The first values.
fn examples(table: &Table<'_>, id: ColumnId) -> Vec<String> {
    let rows = 0..table.rows().min(ROWS);
    let mut found: Vec<String> = Vec::new();
    for cell in rows.filter_map(|row| table.cell(row, id)) {
        let example = match cell.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &cell[..end]),
            None => cell,
        };
        if !found.contains(&example) {
            found.push(example);
        }
        if found.len() == EXAMPLES {
            break;
        }
    }
    found
}

/// The levels by their places, those without a usable one last.
fn levels(column: &Inferred, sent: &SentColumn) -> Vec<LevelForm> {
    let levels = column.levels.iter().flatten().zip(&sent.places);
    let mut levels: Vec<LevelForm> = levels
        .enumerate()
        .map(|(i, (level, place))| LevelForm {
            number: i + 1,
            level: format::level(level).into_owned(),
            place: place.clone(),
        })
        .collect();
    let place = |level: &LevelForm| {
        let place = level.place.trim().parse().ok();
        place
            .filter(|place: &f64| place.is_finite())
            .unwrap_or(f64::INFINITY)
    };
    levels.sort_by(|a, b| place(a).total_cmp(&place(b)));
    levels
}
