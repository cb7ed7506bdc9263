//! Conditions in words.

use super::Condition;
use crate::dataset::Column;
use crate::format;

/// The condition as people read it: "Gender Female", "Hours Studied 10 to 30".
pub fn in_words(column: &Column, condition: &Condition) -> String {
    let name = format::label(&column.name);
    match condition {
        Condition::Levels(levels) => {
            let levels = levels.iter().filter_map(|&i| column.levels().get(i));
            let levels: Vec<String> = levels.map(|level| format::quoted(level)).collect();
            format!("{name} {}", levels.join(" or "))
        }
        Condition::Range { low, high } => match (low, high) {
            (Some(low), Some(high)) => {
                format!("{name} {} to {}", format::value(*low), format::value(*high))
            }
            (Some(low), None) => format!("{name} from {}", format::value(*low)),
            (None, Some(high)) => format!("{name} up to {}", format::value(*high)),
            (None, None) => name,
        },
    }
}
