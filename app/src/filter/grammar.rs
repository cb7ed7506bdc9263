//! The grammar of addresses, both ways.
//!
//! - `Column=Level`, repeated: any of these levels. `Column=lo..hi`: an inclusive range, either
//!   bound may be missing. Conditions on several columns hold together. Empty values count for
//!   nothing.
//! - Forms send a range as `Column.min` and `Column.max`; a column of exactly that name comes
//!   first. Such addresses are redirected to their canonical form.
//! - `a.Column` and `b.Column` are conditions in the same words, on the two groups that the
//!   comparison page sets side by side; a group without any is the rest.
//! - `if.Column=Level` or `if.Column=20`, once a column: what is assumed of a student whose
//!   outcome is predicted.
//! - The names in [`RESERVED`] choose what is shown. A column of such a name, or of one that is or
//!   begins like `col.`, `a.`, `b.` or `if.`, is addressed as `col.NAME`.

use form_urlencoded::parse;

use super::canonical::on_or_off;
use super::problem::QueryProblem;
use super::scope::{ASSUMED, ESCAPE, Scope};
use super::{Assumed, Bins, Choices, Condition, Filters, Method};
use crate::dataset::{Column, ColumnId, Dataset, Kind};
use crate::format;

/// Parameters that are not columns.
pub const RESERVED: [&str; 13] = [
    "data", "target", "pass", "bins", "by", "box", "factor", "color", "trend", "x", "y", "method",
    "strong",
];

/// Problems that are named; an address with more is not understood any better by reading on.
const MOST_PROBLEMS: usize = 20;

/// Everything that a page's address says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Request {
    /// Which rows.
    pub filters: Filters,
    /// What is shown of them.
    pub choices: Choices,
}

impl Request {
    /// Reads the query string of an address. The flag says whether it is written as a form
    /// sends it, with empty values or separate bounds, so that a redirect is due.
    ///
    /// # Errors
    /// All problems at once, in the order of the address.
    pub fn parse(query: &str, dataset: &Dataset) -> Result<(Self, bool), Vec<QueryProblem>> {
        let mut reading = Reading {
            dataset,
            request: Self::default(),
            bounds: Vec::new(),
            problems: Vec::new(),
            from_form: false,
        };
        for (name, value) in parse(query.as_bytes()) {
            reading.parameter(&name, &value);
        }
        reading.finish()
    }
}

/// Which end of a range a form's field gives.
#[derive(Clone, Copy)]
enum End {
    Low,
    High,
}

/// What a parameter's name refers to.
enum Name {
    Choice,
    Column(Scope, ColumnId),
    Bound(Scope, ColumnId, End),
    Assumed(ColumnId),
    Unknown,
}

/// A range whose bounds came apart.
struct Bounds {
    scope: Scope,
    column: ColumnId,
    ends: [Option<f64>; 2],
}

struct Reading<'a> {
    dataset: &'a Dataset,
    request: Request,
    /// From forms.
    bounds: Vec<Bounds>,
    problems: Vec<QueryProblem>,
    from_form: bool,
}

impl Reading<'_> {
    fn parameter(&mut self, name: &str, value: &str) {
        let meaning = self.meaning(name);
        if value.is_empty() || matches!(meaning, Name::Bound(..)) {
            self.from_form = true;
        }
        let result = match meaning {
            Name::Unknown => Err(self.unknown_column(name)),
            _ if value.is_empty() => Ok(()),
            Name::Choice => self.choice(name, value),
            Name::Column(scope, id) => self.condition(scope, id, value),
            Name::Bound(scope, id, end) => self.bound(scope, id, end, value),
            Name::Assumed(id) => self.assume(id, name, value),
        };
        if let Err(problem) = result {
            self.report(problem);
        }
    }

    /// Keeps a problem, each once and not more than a person reads.
    fn report(&mut self, problem: QueryProblem) {
        if self.problems.len() < MOST_PROBLEMS && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn meaning(&self, name: &str) -> Name {
        if RESERVED.contains(&name) {
            return Name::Choice;
        }
        let after = |prefix: &str| name.strip_prefix(prefix);
        if let Some(id) = after(ASSUMED).and_then(|name| self.column_after_prefix(name)) {
            return Name::Assumed(id);
        }
        [Scope::A, Scope::B, Scope::All]
            .into_iter()
            .find_map(|scope| self.condition_on(scope, after(scope.prefix())?))
            .unwrap_or(Name::Unknown)
    }

    fn condition_on(&self, scope: Scope, name: &str) -> Option<Name> {
        let column = |name: &str| match scope {
            Scope::All => self.column(name),
            Scope::A | Scope::B => self.column_after_prefix(name),
        };
        if let Some(id) = column(name) {
            return Some(Name::Column(scope, id));
        }
        [(".min", End::Low), (".max", End::High)]
            .into_iter()
            .find_map(|(suffix, end)| {
                let id = column(name.strip_suffix(suffix)?)?;
                let numeric = self.dataset.column(id).is_numeric();
                numeric.then_some(Name::Bound(scope, id, end))
            })
    }

    fn column(&self, name: &str) -> Option<ColumnId> {
        name.strip_prefix(ESCAPE)
            .and_then(|escaped| self.dataset.find(escaped))
            .or_else(|| {
                self.dataset
                    .find(name)
                    .filter(|_| !RESERVED.contains(&name))
            })
    }

    /// The column of that name, where no choice can be meant.
    fn column_after_prefix(&self, name: &str) -> Option<ColumnId> {
        self.column(name).or_else(|| self.dataset.find(name))
    }

    /// The conditions on those rows.
    fn filters(&mut self, scope: Scope) -> &mut Filters {
        match scope {
            Scope::All => &mut self.request.filters,
            Scope::A => &mut self.request.choices.groups.a,
            Scope::B => &mut self.request.choices.groups.b,
        }
    }

    fn condition(&mut self, scope: Scope, id: ColumnId, value: &str) -> Result<(), QueryProblem> {
        let column = self.dataset.column(id);
        match &column.kind {
            Kind::Identifier => Err(identifier(column)),
            Kind::Numeric { .. } => {
                let range = parse_range(value).ok_or_else(|| no_range(column, value))?;
                self.set_range(scope, id, range)
            }
            Kind::Factor { levels, .. } => {
                let level = level_of(column, levels, value)?;
                let filters = self.filters(scope);
                let mut chosen = match filters.get(id) {
                    Some(Condition::Levels(chosen)) => chosen.clone(),
                    _ => Vec::new(),
                };
                chosen.push(level);
                chosen.sort_unstable();
                chosen.dedup();
                *filters = filters.with(id, Condition::Levels(chosen));
                Ok(())
            }
        }
    }

    fn set_range(
        &mut self,
        scope: Scope,
        id: ColumnId,
        [low, high]: [Option<f64>; 2],
    ) -> Result<(), QueryProblem> {
        let second = QueryProblem::SecondRange {
            column: self.dataset.column(id).name.clone(),
        };
        let filters = self.filters(scope);
        if filters.get(id).is_some() {
            return Err(second);
        }
        if low.is_some() || high.is_some() {
            *filters = filters.with(id, Condition::Range { low, high });
        }
        Ok(())
    }

    fn bound(
        &mut self,
        scope: Scope,
        id: ColumnId,
        end: End,
        value: &str,
    ) -> Result<(), QueryProblem> {
        let column = self.dataset.column(id);
        let number = finite(value).ok_or_else(|| no_range(column, value))?;
        let same = |bounds: &Bounds| bounds.scope == scope && bounds.column == id;
        let i = match self.bounds.iter().position(same) {
            Some(i) => i,
            None => {
                self.bounds.push(Bounds {
                    scope,
                    column: id,
                    ends: [None, None],
                });
                self.bounds.len() - 1
            }
        };
        let slot = &mut self.bounds[i].ends[end as usize];
        if slot.replace(number).is_some() {
            return Err(QueryProblem::SecondRange {
                column: column.name.clone(),
            });
        }
        Ok(())
    }

    fn assume(&mut self, id: ColumnId, parameter: &str, value: &str) -> Result<(), QueryProblem> {
        let column = self.dataset.column(id);
        let assumed = match &column.kind {
            Kind::Identifier => return Err(identifier(column)),
            Kind::Factor { levels, .. } => Assumed::Level(level_of(column, levels, value)?),
            Kind::Numeric { .. } => {
                let number = finite(value).ok_or_else(|| QueryProblem::NotANumber {
                    parameter: parameter.to_owned(),
                    value: value.to_owned(),
                })?;
                Assumed::Number(number)
            }
        };
        let all = &mut self.request.choices.assumed;
        match all.binary_search_by_key(&id, |(id, _)| *id) {
            Ok(_) => Err(QueryProblem::SecondAssumption {
                parameter: parameter.to_owned(),
            }),
            Err(place) => {
                all.insert(place, (id, assumed));
                Ok(())
            }
        }
    }

    fn choice(&mut self, parameter: &str, value: &str) -> Result<(), QueryProblem> {
        let wrong = |remedy: &str| QueryProblem::Choice {
            parameter: parameter.to_owned(),
            value: value.to_owned(),
            remedy: remedy.to_owned(),
        };
        let numeric =
            |reading: &Self| reading.named(parameter, value, &reading.dataset.numeric_ids());
        let factor =
            |reading: &Self| reading.named(parameter, value, &reading.dataset.factor_ids());
        match parameter {
            "target" => {
                let target = numeric(self)?;
                self.request.choices.target =
                    (target != self.dataset.default_outcome()).then_some(target);
            }
            "factor" => self.request.choices.factor = Some(numeric(self)?),
            "x" => self.request.choices.x = Some(numeric(self)?),
            "y" => self.request.choices.y = Some(numeric(self)?),
            "by" => self.request.choices.by = Some(factor(self)?),
            "box" => self.request.choices.box_by = Some(factor(self)?),
            "color" => self.request.choices.color = Some(factor(self)?),
            "pass" => {
                let mark = finite(value).ok_or_else(|| wrong("the pass mark is a number"))?;
                self.request.choices.pass = Some(mark);
            }
            "strong" => {
                let r = finite(value).filter(|r| (0.0..=1.0).contains(r));
                self.request.choices.strong =
                    Some(r.ok_or_else(|| wrong("give a number between 0 and 1"))?);
            }
            "bins" => {
                let mut known = [Bins::Whole, Bins::Twenty].into_iter();
                let bins = known.find(|bins| bins.word() == value);
                self.request.choices.bins =
                    Some(bins.ok_or_else(|| wrong("give `whole` or `20`"))?);
            }
            "method" => {
                let mut known = [Method::Pearson, Method::Spearman].into_iter();
                let method = known.find(|method| method.word() == value);
                self.request.choices.method =
                    Some(method.ok_or_else(|| wrong("give `pearson` or `spearman`"))?);
            }
            "trend" => {
                let mut known = [true, false].into_iter();
                let on = known.find(|&on| on_or_off(on) == value);
                self.request.choices.trend = Some(on.ok_or_else(|| wrong("give `on` or `off`"))?);
            }
            // Only `data` is left: which dataset an address is about is found out before.
            _ if self.dataset.reference() == Some(value) => {}
            _ => return Err(wrong("an address is about one dataset; name one")),
        }
        Ok(())
    }

    fn named(
        &self,
        parameter: &str,
        value: &str,
        possible: &[ColumnId],
    ) -> Result<ColumnId, QueryProblem> {
        let name = |&id: &ColumnId| &self.dataset.column(id).name;
        possible
            .iter()
            .copied()
            .find(|id| name(id) == value)
            .ok_or_else(|| QueryProblem::Choice {
                parameter: parameter.to_owned(),
                value: value.to_owned(),
                remedy: format!(
                    "give one of these columns: {}",
                    some_of(possible.iter().map(name))
                ),
            })
    }

    fn unknown_column(&self, name: &str) -> QueryProblem {
        QueryProblem::UnknownColumn {
            name: name.to_owned(),
            columns: some_of(self.dataset.columns().iter().map(|column| &column.name)),
        }
    }

    fn finish(mut self) -> Result<(Request, bool), Vec<QueryProblem>> {
        for bounds in std::mem::take(&mut self.bounds) {
            if let Err(problem) = self.set_range(bounds.scope, bounds.column, bounds.ends) {
                self.report(problem);
            }
        }
        if self.problems.is_empty() {
            Ok((self.request, self.from_form))
        } else {
            Err(self.problems)
        }
    }
}

fn identifier(column: &Column) -> QueryProblem {
    QueryProblem::Identifier {
        column: column.name.clone(),
    }
}

fn no_range(column: &Column, value: &str) -> QueryProblem {
    QueryProblem::Range {
        column: column.name.clone(),
        value: value.to_owned(),
    }
}

fn level_of(column: &Column, levels: &[String], value: &str) -> Result<usize, QueryProblem> {
    let found = levels.iter().position(|level| same_text(level, value));
    found.ok_or_else(|| QueryProblem::UnknownLevel {
        column: column.name.clone(),
        level: value.to_owned(),
        levels: some_of(levels.iter()),
    })
}

/// Whether a level is what an address says; long ones it shortens as [`format::level`] does. Browsers send every line break as CR LF, whatever the
/// file has.
fn same_text(level: &str, value: &str) -> bool {
    level == value
        || format::level(level) == value
        || (value.contains('\n') && level.lines().eq(value.lines()))
}

fn parse_range(value: &str) -> Option<[Option<f64>; 2]> {
    let (low, high) = value.split_once("..")?;
    let bound = |text: &str| match text.trim() {
        "" => Some(None),
        text => finite(text).map(Some),
    };
    Some([bound(low)?, bound(high)?])
}

fn finite(text: &str) -> Option<f64> {
    let number: f64 = text.trim().parse().ok()?;
    number.is_finite().then_some(number)
}

/// The first names, and how many more there are: a message stays readable for any table.
fn some_of<'n>(names: impl Iterator<Item = &'n String>) -> String {
    const SHOWN: usize = 25;
    let mut names = names;
    let listed: Vec<String> = names
        .by_ref()
        .take(SHOWN)
        .map(|name| name.chars().take(60).collect())
        .collect();
    match names.count() {
        0 => listed.join(", "),
        more => format!("{} and {more} more", listed.join(", ")),
    }
}
