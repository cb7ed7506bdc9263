//! What the model expects of a student whom the address describes: what it does not say is as with
//! most students.

use crate::dataset::ColumnId;
use crate::figures::Analysis;
use crate::filter::{Assumed, parameter};
use crate::stats::{Prediction, Regression, Setting};

/// The value of one factor.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    /// A number.
    Number {
        /// In force.
        value: f64,
        /// The median of the students used.
        usual: f64,
        /// The least and the greatest of them.
        range: [f64; 2],
    },
    /// A level.
    Level {
        /// Levels of students used, in factor order.
        levels: Vec<String>,
        /// In force, by name; not among `levels` where no student has it.
        value: String,
        /// The most common one.
        usual: String,
    },
}

/// One factor of the student.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub factor: String,
    /// By what name addresses refer to it, without `if.`.
    pub parameter: String,
    /// Whether the address says its value.
    pub assumed: bool,
    /// Its value.
    pub value: FieldValue,
}

/// A student and what the model expects.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    /// One per factor of the model, those that explain most beyond the others first.
    pub fields: Vec<Field>,
    /// Of the student that the address describes; `None` where the data says nothing of such students.
    pub prediction: Option<Prediction>,
    /// Of a student who is as most are in every factor.
    pub usual: Option<Prediction>,
}

impl WhatIf {
    pub(super) fn compute(analysis: &Analysis<'_>, ids: &[ColumnId], fit: &Regression) -> Self {
        let settings: Vec<(Field, Setting, Setting)> =
            ids.iter().map(|&id| field(analysis, id, fit)).collect();
        let chosen: Vec<Setting> = settings.iter().map(|(_, chosen, _)| *chosen).collect();
        let usual: Vec<Setting> = settings.iter().map(|(_, _, usual)| *usual).collect();
        Self {
            prediction: fit.predict(&chosen),
            usual: fit.predict(&usual),
            fields: settings.into_iter().map(|(field, _, _)| field).collect(),
        }
    }

    /// Numeric fields whose value no student comes near: beyond the least and the greatest.
    pub fn beyond(&self) -> Vec<&Field> {
        let beyond = |field: &&Field| match field.value {
            FieldValue::Number {
                value,
                range: [low, high],
                ..
            } => value < low || value > high,
            FieldValue::Level { .. } => false,
        };
        self.fields.iter().filter(beyond).collect()
    }

    /// Whether the address says anything of the student.
    pub fn any_assumed(&self) -> bool {
        self.fields.iter().any(|field| field.assumed)
    }
}

/// The field with its setting in force and its usual one.
fn field(analysis: &Analysis<'_>, id: ColumnId, fit: &Regression) -> (Field, Setting, Setting) {
    let column = analysis.dataset.column(id);
    let assumed = analysis.choices().assumed(id);
    let (value, chosen, usual) = match column.is_numeric() {
        true => number(analysis, id, fit, assumed),
        false => level(analysis, id, fit, assumed),
    };
    let field = Field {
        factor: column.name.clone(),
        parameter: parameter(column),
        assumed: assumed.is_some(),
        value,
    };
    (field, chosen, usual)
}

fn number(
    analysis: &Analysis<'_>,
    id: ColumnId,
    fit: &Regression,
    assumed: Option<Assumed>,
) -> (FieldValue, Setting, Setting) {
    let values = analysis.selected.coded(id).tally_of(&fit.rows);
    let [low, median, high] = [0.0, 0.5, 1.0].map(|p| values.quantile(p));
    let usual = match analysis.dataset.column(id).is_whole() {
        true => median.round(),
        false => median,
    };
    let value = match assumed {
        Some(Assumed::Number(value)) => value,
        _ => usual,
    };
    let field = FieldValue::Number {
        value,
        usual,
        range: [low, high],
    };
    (field, Setting::Number(value), Setting::Number(usual))
}

fn level(
    analysis: &Analysis<'_>,
    id: ColumnId,
    fit: &Regression,
    assumed: Option<Assumed>,
) -> (FieldValue, Setting, Setting) {
    let names = analysis.dataset.column(id).levels();
    let counts = analysis.selected.levels(id).counts_of(&fit.rows);
    // Of levels that are equally common the first.
    let usual = (0..counts.len())
        .rev()
        .max_by_key(|&level| counts[level])
        .unwrap_or(0);
    let value = match assumed {
        Some(Assumed::Level(level)) => level,
        _ => usual,
    };
    let name = |level: usize| names.get(level).cloned().unwrap_or_default();
    let field = FieldValue::Level {
        levels: (0..names.len())
            .filter(|&level| counts[level] > 0)
            .map(name)
            .collect(),
        value: name(value),
        usual: name(usual),
    };
    (field, Setting::Level(value), Setting::Level(usual))
}
