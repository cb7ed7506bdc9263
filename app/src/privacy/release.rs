//! What may leave: a dataset is taken in, and cards come out.

use super::gate::{Gate, MinGroup};
use super::masks::Masks;
use super::population::Population;
use super::steps::{Steps, landmarks};
use super::under::Under;
use crate::charts::Card;
use crate::dataset::{ColumnId, Dataset, Table};
use crate::figures::{Analysis, Baseline};
use crate::filter::{Choices, Condition, Filters, Groups, QueryProblem, Request};
use crate::format;

/// Conditions of one address, filters and those of groups together. With more, figures that are
/// shown without any one condition would together tell of those who meet all or none.
pub(super) const MOST_CONDITIONS: usize = 2;

/// What figures are about; each page has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Headline figures and columns.
    Overview,
    /// Distribution of the outcome and its averages.
    Performance,
    /// What goes with the outcome.
    Factors,
    /// Numeric columns against each other.
    Relationships,
    /// Everything about each column.
    Explore,
    /// Two groups.
    Compare,
}

/// A dataset whose rows nobody gets at.
#[derive(Debug)]
pub struct Protected {
    pub(super) least: MinGroup,
    pub(super) dataset: Dataset,
    baseline: Baseline,
    columns: Dataset,
    no_baseline: Baseline,
    pub(super) steps: Vec<Option<Steps>>,
    left_out: Vec<String>,
}

/// What is shown of some students.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    /// The cards of each subject, in the order asked for; none where everything is withheld.
    pub subjects: Vec<Vec<Card>>,
    /// How many students it is about, in words.
    pub students: String,
    /// What is withheld, and why, in sentences.
    pub withheld: Vec<String>,
    /// Whether nobody meets the conditions.
    pub is_empty: bool,
    /// The factor whose levels' averages are drawn.
    pub by: Option<String>,
    /// The factors that there are figures of.
    pub factors: Vec<String>,
}

impl Protected {
    /// Takes a dataset in.
    pub fn new(dataset: &Dataset, least: MinGroup) -> Self {
        let Population { dataset, left_out } = Population::of(dataset, least);
        let baseline = Baseline::new(&dataset);
        let columns = dataset.without_rows();
        let steps = dataset
            .ids()
            .map(|id| steps(&dataset, &baseline, id, least));
        Self {
            least,
            steps: steps.collect(),
            baseline,
            no_baseline: Baseline::new(&columns),
            columns,
            dataset,
            left_out,
        }
    }

    /// The columns, without rows.
    pub fn columns(&self) -> &Dataset {
        &self.columns
    }

    /// The same as an analysis that knows no student, for what surrounds the figures.
    pub fn surroundings<'a>(&'a self, request: &'a Request) -> Analysis<'a> {
        Analysis::new(&self.columns, &self.no_baseline, request)
    }

    /// The smallest group that is shown.
    pub fn least(&self) -> MinGroup {
        self.least
    }

    /// How many students the dataset has, in words.
    pub fn students(&self) -> String {
        match self.dataset.rows() {
            n if n < self.least.get() => format!("fewer than {}", self.least.get()),
            n => format!("about {}", format::count(self.least.about(n))),
        }
    }

    /// The pass mark of the outcome that the request is about.
    pub fn pass_mark(&self, request: &Request) -> Option<f64> {
        let outcome = self.outcome(request);
        self.baseline.of(&self.dataset, outcome).scale.pass_mark
    }

    /// Reads the query of an address; see [`Request::parse`]. Ranges from a form are widened to steps.
    ///
    /// # Errors
    /// What cannot be understood, and what this mode does not take.
    pub fn understand(&self, query: &str) -> Result<(Request, bool), Vec<QueryProblem>> {
        let (mut request, from_form) = Request::parse(query, &self.columns)?;
        if from_form {
            self.widen(&mut request);
        }
        let mut problems = Vec::new();
        let conditions = conditions(&request);
        for (id, condition) in &conditions {
            problems.extend(self.off_step(*id, condition));
        }
        if conditions.len() > MOST_CONDITIONS {
            problems.push(QueryProblem::TooManyConditions {
                found: conditions.len(),
                most: MOST_CONDITIONS,
            });
        }
        match problems.is_empty() {
            true => Ok((request, from_form)),
            false => Err(problems),
        }
    }

    fn widen(&self, request: &mut Request) {
        let Groups { a, b } = &mut request.choices.groups;
        for filters in [&mut request.filters, a, b] {
            let widened = filters
                .iter()
                .fold(Filters::default(), |widened, (id, condition)| {
                    match self.widened(id, condition) {
                        Some(condition) => widened.with(id, condition),
                        None => widened,
                    }
                });
            *filters = widened;
        }
    }

    /// The condition with a range's bounds moved outwards to steps; none if that leaves no bound.
    fn widened(&self, id: ColumnId, condition: &Condition) -> Option<Condition> {
        let (Condition::Range { low, high }, Some(steps)) = (condition, &self.steps[id.index()])
        else {
            return Some(condition.clone());
        };
        let [begins, ends] = steps.bounds();
        let low = low.and_then(|low| begins.into_iter().rfind(|begin| *begin <= low));
        let high = high.and_then(|high| ends.into_iter().find(|end| *end >= high));
        (low.is_some() || high.is_some()).then_some(Condition::Range { low, high })
    }

    /// The bounds of a range that are no steps.
    fn off_step(&self, id: ColumnId, condition: &Condition) -> Vec<QueryProblem> {
        let (Condition::Range { low, high }, Some(steps)) = (condition, &self.steps[id.index()])
        else {
            return Vec::new();
        };
        let [begins, ends] = steps.bounds();
        let off = [
            low.filter(|low| !begins.contains(low)),
            high.filter(|high| !ends.contains(high)),
        ];
        let list = |all: &[f64]| match all {
            [] => "no value".to_owned(),
            all => format::list(&all.iter().map(|at| format::value(*at)).collect::<Vec<_>>()),
        };
        let problem = |bound: f64| QueryProblem::Step {
            column: self.columns.column(id).name.clone(),
            bound: format::value(bound),
            begins: list(&begins),
            ends: list(&ends),
        };
        off.into_iter().flatten().map(problem).collect()
    }

    /// What may be shown of those subjects. The request is one that [`Self::understand`] gave.
    pub fn release(&self, request: &Request, subjects: &[Subject]) -> Release {
        let filtered = Masks::of(&self.dataset, &request.filters);
        let mut release = Release {
            subjects: Vec::new(),
            students: String::new(),
            withheld: Vec::new(),
            is_empty: false,
            by: None,
            factors: Vec::new(),
        };
        let selected = filtered.all(self.dataset.rows());
        let n = selected.iter().filter(|selected| **selected).count();
        let gate = filtered.gate(self.least, self.dataset.rows());
        let outcome = self.outcome(request);
        if !gate.holds(None, &[]) || self.total_tells(&filtered, outcome) {
            release.students = "Withheld".to_owned();
            release.withheld.push(self.too_few());
            return release;
        }
        if n == 0 {
            "No student".clone_into(&mut release.students);
            release.is_empty = true;
            return release;
        }
        let about = self.least.about(n);
        let percent = 100.0 * about as f64 / self.least.about(self.dataset.rows()) as f64;
        release.students = format!(
            "About {} of {} students ({} %)",
            format::count(about),
            self.students(),
            format::decimals(percent, 0)
        );
        self.add(request, subjects, &filtered, &mut release);
        release
    }

    /// The column that the request's figures explain.
    fn outcome(&self, request: &Request) -> ColumnId {
        let chosen = request.choices.target;
        chosen.unwrap_or_else(|| self.dataset.default_outcome())
    }

    /// The columns that no figure under the conditions may be about.
    pub(super) fn hidden(&self, masks: &Masks, outcome: ColumnId) -> Vec<ColumnId> {
        let table = self.dataset.table();
        let gate = masks.gate(self.least, table.rows());
        let used = |id: &ColumnId| !self.dataset.column(*id).is_identifier();
        let hidden = |id: &ColumnId| !may_show(&gate, &table, *id, outcome);
        self.dataset.ids().filter(used).filter(hidden).collect()
    }

    fn too_few(&self) -> String {
        format!(
            "Nothing is shown for these filters: a group that they make or leave out, or a part of one, has fewer than {} students. Choose fewer or wider filters.",
            self.least.get()
        )
    }

    fn add(&self, request: &Request, subjects: &[Subject], masks: &Masks, release: &mut Release) {
        let outcome = self.outcome(request);
        let hidden = self.hidden(masks, outcome);
        let name = |id: &ColumnId| format::label(&self.dataset.column(*id).name);
        if hidden.contains(&outcome) {
            release.withheld.push(format!(
                "{} has so few different values that its average would tell how many students have each, and some are fewer than {}.",
                name(&outcome),
                self.least.get()
            ));
            return;
        }
        if !hidden.is_empty() {
            release.withheld.push(format!(
                "Left out of every figure: {}. For some of its levels or values there are fewer than {} students, here or among those whom a filter leaves out.",
                format::list(&hidden.iter().map(name).collect::<Vec<_>>()),
                self.least.get()
            ));
        }
        if !self.left_out.is_empty() {
            let names: Vec<String> = self
                .left_out
                .iter()
                .map(|name| format::label(name))
                .collect();
            release.withheld.push(format!(
                "Left out for missing values: {}.",
                format::list(&names)
            ));
        }
        let cleared = self
            .dataset
            .without_columns(|id| hidden.contains(&id) || self.dataset.column(id).is_identifier());
        let request = self.narrowed(request, &cleared);
        let analysis = Analysis::new(&cleared, &self.baseline, &request);
        let plain = |id: ColumnId| cleared.column(id).name.clone();
        release.by = request.choices.by.map(plain);
        release.factors = cleared.factor_ids().into_iter().map(plain).collect();
        let under = Under {
            protected: self,
            analysis: &analysis,
            masks,
            groups: &request.choices.groups,
        };
        release.subjects = subjects
            .iter()
            .map(|&subject| under.cards(subject))
            .collect();
    }

    /// The request with such choices alone as the columns that may be shown allow.
    fn narrowed(&self, request: &Request, cleared: &Dataset) -> Request {
        let factors = cleared.factor_ids();
        let useful = |target: Option<ColumnId>| {
            let outcome = target.unwrap_or_else(|| cleared.default_outcome());
            self.baseline.of(&self.dataset, outcome).most_useful.clone()
        };
        let by = request.choices.by.filter(|by| factors.contains(by));
        let best = || {
            useful(request.choices.target)
                .into_iter()
                .find(|id| factors.contains(id))
        };
        let by = by.or_else(best);
        Request {
            filters: request.filters.clone(),
            choices: Choices {
                target: request.choices.target,
                pass: request.choices.pass,
                by,
                box_by: by,
                method: request.choices.method,
                strong: request.choices.strong,
                groups: request.choices.groups.clone(),
                ..Choices::default()
            },
        }
    }
}

/// All conditions of an address, none twice.
fn conditions(request: &Request) -> Vec<(ColumnId, Condition)> {
    let Groups { a, b } = &request.choices.groups;
    let mut all: Vec<(ColumnId, Condition)> = Vec::new();
    for (id, condition) in [&request.filters, a, b].into_iter().flat_map(Filters::iter) {
        let condition = (id, condition.clone());
        if !all.contains(&condition) {
            all.push(condition);
        }
    }
    all
}

/// Whether figures may be about that column: counts by its levels with the outcome's average and
/// spread in each, or its own average and spread.
fn may_show(gate: &Gate, table: &Table<'_>, id: ColumnId, outcome: ColumnId) -> bool {
    match table.dataset().column(id).is_numeric() {
        true => gate.holds(None, &[table.numbers(id)]),
        false => gate.holds(Some(table.codes(id)), &[table.numbers(outcome)]),
    }
}

fn steps(dataset: &Dataset, baseline: &Baseline, id: ColumnId, least: MinGroup) -> Option<Steps> {
    let column = dataset.column(id);
    column.is_numeric().then(|| {
        let scale = baseline.of(dataset, id).scale;
        let landmarks = landmarks(scale.banded, scale.pass_mark);
        let table = dataset.table();
        Steps::new(table.numbers(id), column.is_whole(), &landmarks, least)
    })
}
