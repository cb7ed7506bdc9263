//! The canonical form of addresses: a request in the one way in which pages write it.

use form_urlencoded::Serializer;

use super::grammar::RESERVED;
use super::scope::{ASSUMED, ESCAPE, Scope, is_prefixed};
use super::{Assumed, Bins, Choices, Condition, Filters, Groups, Method, Request};
use crate::dataset::{Column, ColumnId, Dataset};
use crate::format;

/// The name by which an address refers to the column.
pub fn parameter(column: &Column) -> String {
    let name = &column.name;
    if RESERVED.contains(&name.as_str()) || is_prefixed(name) {
        format!("{ESCAPE}{name}")
    } else {
        name.clone()
    }
}

impl Request {
    /// The canonical query string: conditions in column order, levels in factor order, choices
    /// in the order of [`RESERVED`], then the groups and what is assumed. Empty without any.
    pub fn to_query(&self, dataset: &Dataset) -> String {
        let mut out = Serializer::new(String::new());
        for (name, value) in self.parameters(dataset) {
            out.append_pair(&name, &value);
        }
        out.finish()
    }

    /// The path with the canonical query.
    pub fn href(&self, path: &str, dataset: &Dataset) -> String {
        match self.to_query(dataset) {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    /// The parameters of the filters, canonical, not percent-encoded.
    pub fn filter_parameters(&self, dataset: &Dataset) -> Vec<(String, String)> {
        conditions(&self.filters, Scope::All, dataset)
    }

    /// The parameters of the dataset and the choices, canonical, not percent-encoded.
    pub fn choice_parameters(&self, dataset: &Dataset) -> Vec<(String, String)> {
        // Destructured, so that a choice cannot be added and forgotten here.
        let Choices {
            target,
            pass,
            bins,
            by,
            box_by,
            factor,
            color,
            trend,
            x,
            y,
            method,
            strong,
            groups: Groups { a, b },
            assumed,
        } = &self.choices;
        let name = |id: &Option<ColumnId>| id.map(|id| dataset.column(id).name.clone());
        let values = [
            ("data", dataset.reference().map(str::to_owned)),
            ("target", name(target)),
            ("pass", pass.map(|mark| mark.to_string())),
            ("bins", bins.map(|bins| bins.word().to_owned())),
            ("by", name(by)),
            ("box", name(box_by)),
            ("factor", name(factor)),
            ("color", name(color)),
            ("trend", trend.map(|on| on_or_off(on).to_owned())),
            ("x", name(x)),
            ("y", name(y)),
            ("method", method.map(|method| method.word().to_owned())),
            ("strong", strong.map(|r| r.to_string())),
        ];
        let values = values.into_iter();
        let mut out: Vec<(String, String)> = values
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect();
        out.extend(conditions(a, Scope::A, dataset));
        out.extend(conditions(b, Scope::B, dataset));
        out.extend(assumed.iter().filter_map(|(id, assumed)| {
            let column = dataset.column(*id);
            let value = match *assumed {
                Assumed::Number(number) => number.to_string(),
                Assumed::Level(level) => format::level(column.levels().get(level)?).into_owned(),
            };
            Some((format!("{ASSUMED}{}", parameter(column)), value))
        }));
        out
    }

    fn parameters(&self, dataset: &Dataset) -> Vec<(String, String)> {
        let mut all = self.filter_parameters(dataset);
        all.extend(self.choice_parameters(dataset));
        all
    }
}

impl Bins {
    /// The value of `bins=`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Twenty => "20",
        }
    }
}

impl Method {
    /// The value of `method=`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pearson => "pearson",
            Self::Spearman => "spearman",
        }
    }
}

pub(super) fn on_or_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

fn bound(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// The parameters of conditions on those rows.
fn conditions(filters: &Filters, scope: Scope, dataset: &Dataset) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (id, condition) in filters.iter() {
        let column = dataset.column(id);
        let name = format!("{}{}", scope.prefix(), parameter(column));
        match condition {
            Condition::Levels(levels) => out.extend(
                levels
                    .iter()
                    .filter_map(|&level| column.levels().get(level))
                    .map(|level| (name.clone(), format::level(level).into_owned())),
            ),
            Condition::Range { low, high } => {
                out.push((name, format!("{}..{}", bound(*low), bound(*high))));
            }
        }
    }
    out
}
