//! What surrounds every page's content: where the data comes from, the filters, how many students
//! are left.

use crate::dataset::{ColumnId, Kind};
use crate::export::Format;
use crate::figures::Analysis;
use crate::filter::{Choices, Condition, Filters, Request, Scope, in_words, parameter};
use crate::format;
use crate::privacy::{Protected, Release};

use super::{Page, REPORT};

/// Filters that are always unfolded: those on the columns that explain the outcome best.
const UNFOLDED: usize = 5;

/// Characters of a long level that are there to be read.
const MOST_WHOLE: usize = 1000;

/// Filters that the sidebar offers at most, beside those that are set. More of them would be a page
/// of their own; addresses can name every column.
const MOST_FILTERS: usize = 60;

/// Where the dataset comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// What people call it.
    pub name: String,
    /// Its rows.
    pub rows: usize,
    /// From where it was read.
    pub origin: String,
    /// When, as people read it, with the time zone.
    pub loaded: String,
    /// How long it stays.
    pub stay: Stay,
}

/// How long a dataset stays what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stay {
    /// As long as the program runs.
    Fixed,
    /// Until its file changes.
    Watched {
        /// Which version of the file this is.
        version: String,
        /// Why a newer version is not shown.
        fault: Option<String>,
    },
    /// Until it expires or is deleted.
    Uploaded {
        /// Its name in addresses.
        id: String,
        /// When it expires, as people read it.
        until: String,
        /// Nobody has confirmed yet what its columns hold.
        guessed: bool,
    },
}

/// One selectable level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// Its name in addresses and lists.
    pub value: String,
    /// The level, or the beginning of one that fills pages, where `value` is less.
    pub whole: Option<String>,
    pub chosen: bool,
}

/// How a filter is set.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Control {
    Levels(Vec<Choice>),
    /// Bounds in force, and those of the data for orientation.
    Range {
        low: Option<f64>,
        high: Option<f64>,
        extent: Option<[f64; 2]>,
        /// Whether the bounds must be typed into one field, since the names that separate fields
        /// would have are taken by other columns.
        single_field: bool,
    },
}

/// One filter of the sidebar.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FilterView {
    pub column: String,
    pub parameter: String,
    pub control: Control,
    /// Where "clear" leads, when the filter is set.
    pub clear: Option<String>,
}

/// Everything around a page's content.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    pub(super) page: Page,
    pub(super) about: About,
    pub(super) tabs: Vec<(Page, String)>,
    pub(super) unfolded: Vec<FilterView>,
    pub(super) folded: Vec<FilterView>,
    /// Columns that only addresses can filter by.
    pub(super) left_out: usize,
    /// Where "clear all" leads, when any filter is set.
    pub(super) clear_all: Option<String>,
    /// Choices that the filter form must carry along.
    pub(super) carried: Vec<(String, String)>,
    /// Filters that the choice forms must carry along.
    pub(super) filters: Vec<(String, String)>,
    /// The same filters in words.
    pub(super) conditions: Vec<String>,
    /// All choices in force.
    pub(super) choices: Vec<(String, String)>,
    pub(super) outcome: String,
    pub(super) outcomes: Vec<String>,
    /// The mark in force.
    pub(super) pass_mark: Option<f64>,
    /// The mark that the address asks for.
    pub(super) chosen_pass_mark: Option<f64>,
    /// The mark when the address asks for none.
    pub(super) default_pass_mark: Option<f64>,
    pub(super) selected: usize,
    /// Where the selected rows are as files.
    pub(super) exports: Vec<(Format, String)>,
    /// Where the report on them is.
    pub(super) report: String,
    /// The largest file that may be uploaded, in bytes; none may without it.
    pub(super) upload_limit: Option<u64>,
    /// Whether a password was asked for, so that there is something to log out of.
    pub(super) guarded: bool,
    /// What takes the place of counts and rows where small groups are withheld.
    pub(super) privacy: Option<Privacy>,
}

/// What pages say where groups below a minimum are withheld.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Privacy {
    pub least: usize,
    /// How many students the page is about, in words.
    pub students: String,
    /// How many students the dataset has, in words.
    pub all: String,
}

impl Frame {
    /// Collects the frame of a page.
    pub fn new(page: Page, about: About, analysis: &Analysis<'_>) -> Self {
        let (dataset, request) = (analysis.dataset, analysis.request);
        let mut filters: Vec<FilterView> = offered(analysis)
            .into_iter()
            .map(|id| filter_view(analysis, page, id))
            .collect();
        let offered = filters.len();
        let folded = filters.split_off(UNFOLDED.min(filters.len()));
        let cleared = Request {
            filters: Filters::default(),
            choices: request.choices.clone(),
        };
        let choices = request.choice_parameters(dataset);
        Self {
            page,
            about,
            tabs: Page::ALL
                .map(|tab| (tab, request.href(tab.path(), dataset)))
                .to_vec(),
            unfolded: filters,
            folded,
            left_out: filter_order(analysis).len() - offered,
            clear_all: (!request.filters.is_empty()).then(|| cleared.href(page.path(), dataset)),
            carried: choices
                .iter()
                .filter(|(name, _)| name != "target" && name != "pass")
                .cloned()
                .collect(),
            filters: request.filter_parameters(dataset),
            conditions: request
                .filters
                .iter()
                .map(|(id, condition)| in_words(dataset.column(id), condition))
                .collect(),
            choices,
            outcome: analysis.outcome_name().to_owned(),
            outcomes: dataset
                .numeric_ids()
                .into_iter()
                .map(|id| dataset.column(id).name.clone())
                .collect(),
            pass_mark: analysis.pass_mark(),
            chosen_pass_mark: request.choices.pass,
            default_pass_mark: analysis.baseline.scale.pass_mark,
            selected: analysis.selected.rows(),
            exports: Format::ALL
                .map(|format| (format, rows_only(request).href(format.path(), dataset)))
                .to_vec(),
            report: request.href(REPORT, dataset),
            upload_limit: None,
            guarded: false,
            privacy: None,
        }
    }

    /// The frame of a page in privacy mode, from what is known without a student.
    pub fn protected(
        page: Page,
        about: About,
        surroundings: &Analysis<'_>,
        protected: &Protected,
        release: &Release,
    ) -> Self {
        let own_mark = protected.pass_mark(surroundings.request);
        let chosen = surroundings.request.choices.pass;
        Self {
            pass_mark: chosen.or(own_mark),
            default_pass_mark: own_mark,
            // Whether there are any is all that is told of them.
            selected: usize::from(!release.is_empty),
            exports: Vec::new(),
            privacy: Some(Privacy {
                least: protected.least().get(),
                students: release.students.clone(),
                all: protected.students(),
            }),
            ..Self::new(page, about, surroundings)
        }
    }

    /// The same frame with a form for files of at most so many bytes, or without one.
    #[must_use]
    pub fn with_uploads(self, limit: Option<u64>) -> Self {
        Self {
            upload_limit: limit,
            ..self
        }
    }

    /// The same frame, with a way to log out where there is something to log out of.
    #[must_use]
    pub fn with_logout(self, guarded: bool) -> Self {
        Self { guarded, ..self }
    }

    /// Whether the filters leave no student.
    pub fn is_empty(&self) -> bool {
        self.selected == 0
    }
}

/// The request for the same rows, whatever charts show of them.
fn rows_only(request: &Request) -> Request {
    Request {
        filters: request.filters.clone(),
        choices: Choices {
            target: request.choices.target,
            ..Choices::default()
        },
    }
}

/// Columns that can be filtered, the most useful first, the outcome last.
pub(super) fn filter_order(analysis: &Analysis<'_>) -> Vec<ColumnId> {
    let mut order = analysis.baseline.most_useful.clone();
    order.push(analysis.outcome);
    order
}

/// The most useful columns and those that are filtered by.
fn offered(analysis: &Analysis<'_>) -> Vec<ColumnId> {
    let set = |id| analysis.request.filters.get(id).is_some();
    let order = filter_order(analysis).into_iter().enumerate();
    order
        .filter(|&(i, id)| i < MOST_FILTERS || id == analysis.outcome || set(id))
        .map(|(_, id)| id)
        .collect()
}

fn filter_view(analysis: &Analysis<'_>, page: Page, id: ColumnId) -> FilterView {
    let request = analysis.request;
    let condition = request.filters.get(id);
    let cleared = || Request {
        filters: request.filters.without(id),
        choices: request.choices.clone(),
    };
    let clear = condition.map(|_| cleared().href(page.path(), analysis.dataset));
    filter_view_of(analysis, Scope::All, id, condition, clear)
}

/// The control of a condition on some rows; `clear` leads to the page without it.
pub(super) fn filter_view_of(
    analysis: &Analysis<'_>,
    scope: Scope,
    id: ColumnId,
    condition: Option<&Condition>,
    clear: Option<String>,
) -> FilterView {
    let column = analysis.dataset.column(id);
    FilterView {
        column: column.name.clone(),
        parameter: format!("{}{}", scope.prefix(), parameter(column)),
        control: match &column.kind {
            Kind::Factor { levels, .. } => Control::Levels(choices(levels, condition)),
            Kind::Numeric { .. } | Kind::Identifier => range(analysis, id, condition),
        },
        clear,
    }
}

fn choices(levels: &[String], condition: Option<&Condition>) -> Vec<Choice> {
    let chosen: &[usize] = match condition {
        Some(Condition::Levels(chosen)) => chosen,
        _ => &[],
    };
    levels
        .iter()
        .enumerate()
        .map(|(i, level)| Choice {
            value: format::level(level).into_owned(),
            whole: whole(level),
            chosen: chosen.contains(&i),
        })
        .collect()
}

/// What a long level says beyond its name in lists.
fn whole(level: &str) -> Option<String> {
    (format::level(level) != level).then(|| level.chars().take(MOST_WHOLE).collect())
}

fn range(analysis: &Analysis<'_>, id: ColumnId, condition: Option<&Condition>) -> Control {
    let (low, high) = match condition {
        Some(Condition::Range { low, high }) => (*low, *high),
        _ => (None, None),
    };
    let name = &analysis.dataset.column(id).name;
    let taken = |suffix: &str| analysis.dataset.find(&format!("{name}{suffix}")).is_some();
    Control::Range {
        low,
        high,
        extent: analysis.extent(id),
        single_field: taken(".min") || taken(".max"),
    }
}
