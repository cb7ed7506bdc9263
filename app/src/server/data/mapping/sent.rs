//! What the form's fields hold, right or wrong: `outcome`, `type.N` for the column at N, and
//! `level.N.K` for the place of its level at K of the alphabet; all are counted from 1.

use form_urlencoded::parse;

use crate::dataset::{ColumnName, Inference, Inferred, Mapping, MappingError, Role};

/// Characters of a wrong value that are repeated.
const SHOWN: usize = 40;

/// The fields of one column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct SentColumn {
    /// The type, empty where the form has none.
    pub(super) kind: String,
    /// The places of the levels in alphabetical order, each empty where the form has none.
    pub(super) places: Vec<String>,
}

/// All fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) outcome: String,
    pub(super) columns: Vec<SentColumn>,
}

impl Sent {
    /// The fields that a mapping fills; where it has no order, the usual one stands by.
    pub(super) fn of(inference: &Inference, mapping: &Mapping) -> Self {
        let columns = inference.columns().iter().zip(mapping.roles());
        Self {
            outcome: (mapping.outcome() + 1).to_string(),
            columns: columns
                .map(|(column, role)| sent_column(column, role))
                .collect(),
        }
    }

    /// The fields of a form. Those that no form of this table has are faults, those of other forms
    /// are passed over.
    pub(super) fn read(inference: &Inference, form: &[u8]) -> (Self, Vec<MappingError>) {
        let empty = |column: &Inferred| SentColumn {
            kind: String::new(),
            places: vec![String::new(); column.levels.as_ref().map_or(0, Vec::len)],
        };
        let mut sent = Self {
            outcome: String::new(),
            columns: inference.columns().iter().map(empty).collect(),
        };
        let mut faults = Vec::new();
        for (name, value) in parse(form) {
            if name == "outcome" {
                sent.outcome = shortened(&value);
                continue;
            }
            let Some((what, place)) = name.split_once('.') else {
                continue;
            };
            if !["type", "level"].contains(&what) {
                continue;
            }
            match sent.field(what, place) {
                Some(field) => *field = shortened(&value),
                None => faults.push(MappingError::NoColumn(shortened(place))),
            }
        }
        (sent, faults)
    }

    /// The field at `N` or `N.K`.
    fn field(&mut self, what: &str, place: &str) -> Option<&mut String> {
        let index = |text: &str| text.parse::<usize>().ok()?.checked_sub(1);
        match (what, place.split_once('.')) {
            ("type", None) => Some(&mut self.columns.get_mut(index(place)?)?.kind),
            ("level", Some((column, level))) => {
                let column = self.columns.get_mut(index(column)?)?;
                column.places.get_mut(index(level)?)
            }
            _ => None,
        }
    }

    /// The mapping that the fields say.
    ///
    /// # Errors
    /// All that is wrong, in column order.
    pub(super) fn mapping(&self, inference: &Inference) -> Result<Mapping, Vec<MappingError>> {
        let mut faults = Vec::new();
        let mut roles = Vec::new();
        let columns = self.columns.iter().zip(inference.columns()).enumerate();
        for (i, (sent, column)) in columns {
            match role(i, sent, column) {
                Ok(role) => roles.push(role),
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let outcome = self.outcome.parse::<usize>().ok();
        let Some(outcome) = outcome.and_then(|number| number.checked_sub(1)) else {
            return Err(vec![MappingError::NoOutcome]);
        };
        Mapping::new(inference, outcome, roles)
    }
}

fn sent_column(column: &Inferred, role: &Role) -> SentColumn {
    let usual = column.usual_order().map(|(order, _)| order);
    let (kind, order) = match role {
        Role::Numeric => ("numeric", usual),
        Role::Identifier => ("identifier", usual),
        Role::Factor(order) => ("factor", Some(order.clone())),
        Role::Ordered(order) => ("ordered", Some(order.clone())),
    };
    let order = order.unwrap_or_default();
    let mut places = vec![String::new(); order.len()];
    for (place, &level) in order.iter().enumerate() {
        if let Some(field) = places.get_mut(usize::from(level)) {
            *field = (place + 1).to_string();
        }
    }
    SentColumn {
        kind: kind.to_owned(),
        places,
    }
}

fn role(position: usize, sent: &SentColumn, column: &Inferred) -> Result<Role, MappingError> {
    match sent.kind.as_str() {
        "numeric" => Ok(Role::Numeric),
        "identifier" => Ok(Role::Identifier),
        "factor" => order(position, sent, column).map(Role::Factor),
        "ordered" => order(position, sent, column).map(Role::Ordered),
        _ => Err(MappingError::NoType(ColumnName::new(
            position,
            &column.name,
        ))),
    }
}

/// The levels by their places, any numbers as long as no two are the same; the usual order if the
/// form has no places.
fn order(position: usize, sent: &SentColumn, column: &Inferred) -> Result<Vec<u8>, MappingError> {
    let name = || ColumnName::new(position, &column.name);
    if sent.places.iter().all(String::is_empty) {
        return Ok(column
            .usual_order()
            .map(|(order, _)| order)
            .unwrap_or_default());
    }
    let mut placed = Vec::with_capacity(sent.places.len());
    for (level, text) in (0_u8..).zip(&sent.places) {
        let place: f64 = match text.trim() {
            "" => return Err(MappingError::Order(name())),
            number => number.parse().unwrap_or(f64::NAN),
        };
        if !place.is_finite() {
            return Err(MappingError::Place(name(), text.clone()));
        }
        placed.push((place, level));
    }
    placed.sort_by(|a, b| a.0.total_cmp(&b.0));
    if placed.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(MappingError::Order(name()));
    }
    Ok(placed.into_iter().map(|(_, level)| level).collect())
}

fn shortened(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}
