//! The figures that may be shown, as cards: those of the open pages where they are of whole groups, others
//! for counts by parts. What is about single students (least, greatest, quartiles, boxes, points, residuals)
//! has none.

use super::under::{Parts, Under};
use crate::charts::{self, Card, Cell, Clicks, DataTable};
use crate::dataset::ColumnId;
use crate::figures::{Explain, FactorImpact, Model, Performance, Relationships};
use crate::format;
use crate::stats::{BANDS, by_level, hedges_g, mean, mean_difference, mean_interval, summarize};

pub(super) fn overview(under: &Under<'_, '_>) -> Vec<Card> {
    vec![summary(under), numeric(under), levels(under)]
}

pub(super) fn performance(under: &Under<'_, '_>) -> Vec<Card> {
    let mut cards = vec![histogram(under)];
    cards.extend(bands(under));
    if under.analysis.choices().by.is_some()
        && let Some(average) = &Performance::compute(under.analysis).average
    {
        let outcome = under.analysis.outcome_name();
        cards.push(charts::average(average, outcome, Clicks::new()));
    }
    cards
}

pub(super) fn factors(under: &Under<'_, '_>) -> Vec<Card> {
    let analysis = under.analysis;
    let outcome = analysis.outcome_name();
    let impact = FactorImpact {
        scatter: None,
        ..FactorImpact::compute(analysis)
    };
    let mut cards = vec![
        charts::correlation(&impact, outcome, Clicks::new()),
        charts::variance(&impact.ranking, outcome),
    ];
    match Explain::compute(analysis).model.map(without_students) {
        // With hardly more students than terms it would come close to each of them.
        Ok(model) if model.df_residual < under.least().get() => {
            let title = format!("{} by all factors at once", format::label(outcome));
            cards.push(withheld(under, "coefficients", title));
        }
        Ok(model) => {
            cards.push(Card {
                finding: explained(under, &model),
                ..charts::coefficients(&model, outcome)
            });
            cards.extend(charts::partial(&model, outcome));
        }
        Err(reason) => cards.push(charts::no_model(&reason, outcome)),
    }
    cards
}

pub(super) fn relationships(under: &Under<'_, '_>) -> Vec<Card> {
    let figures = Relationships {
        scatter: None,
        ..Relationships::compute(under.analysis)
    };
    let (finding, pairs) = charts::strong_pairs(&figures);
    let strong = Card::of_table("strong", "Strong pairs".to_owned(), finding.clone(), pairs);
    vec![charts::matrix(&figures.matrix, &finding), strong]
}

pub(super) fn explore(under: &Under<'_, '_>) -> Vec<Card> {
    let mut cards = vec![numeric(under), levels(under), averages(under)];
    cards.extend(relationships(under).into_iter().take(1));
    cards.push(histogram(under));
    cards
}

pub(super) fn compare(under: &Under<'_, '_>) -> Vec<Card> {
    let title = "Two groups".to_owned();
    let shown = under.groups();
    let Some([(a_name, a), (b_name, b)]) = shown.figure() else {
        let reason = format!(
            "Withheld: a group, or what filters leave out of one, has fewer than {} students, or there are too many conditions. Compare with fewer filters.",
            under.least().get()
        );
        return vec![Card::of_table("means", title, reason, DataTable::default())];
    };
    if a.is_empty() || b.is_empty() {
        let reason = "One of the groups has no students here.".to_owned();
        return vec![Card::of_table("means", title, reason, DataTable::default())];
    }
    let row = |name: &String, scores: &[f64]| {
        vec![
            Cell::Text(name.clone()),
            Cell::Count(scores.len()),
            Cell::Number(mean(scores), 2),
            Cell::Interval(mean_interval(scores), 2),
            Cell::Number(summarize(scores).std, 2),
        ]
    };
    let header = [
        "group",
        "students",
        "mean",
        "95 % interval",
        "standard deviation",
    ];
    let means = DataTable::new(&header, vec![row(a_name, a), row(b_name, b)]);
    let outcome = format::label(under.analysis.outcome_name());
    let finding = format!(
        "{outcome} averages {} among {} and {} among {}.",
        format::decimals(mean(a), 2),
        a_name,
        format::decimals(mean(b), 2),
        b_name
    );
    vec![
        Card::of_table("means", title, finding, means),
        difference(a, b),
    ]
}

fn difference(a: &[f64], b: &[f64]) -> Card {
    let mut rows = Vec::new();
    if let Some(found) = mean_difference(a, b) {
        rows.push(vec![
            Cell::Words("difference of the means".to_owned()),
            Cell::Number(found.difference, 2),
            Cell::Interval(Some(found.ci95), 2),
            Cell::P(found.p),
        ]);
    }
    if let Some(found) = hedges_g(a, b).filter(|found| found.g.is_finite()) {
        rows.push(vec![
            Cell::Words("in standard deviations (Hedges g)".to_owned()),
            Cell::Number(found.g, 3),
            Cell::Interval(Some(found.ci95), 3),
            Cell::P(f64::NAN),
        ]);
    }
    Card::of_table(
        "difference",
        "How far apart they are".to_owned(),
        "The first group less the second; p is Welch’s. A difference is not a cause.".to_owned(),
        DataTable::new(&["figure", "value", "95 % interval", "p"], rows),
    )
}

/// Average, spread and pass rate.
fn summary(under: &Under<'_, '_>) -> Card {
    let outcome = format::label(under.analysis.outcome_name());
    let found = under.analysis.scores().summary();
    let interval = under.analysis.scores().mean_interval();
    let mut rows = vec![
        vec![
            Cell::Words(format!("average {outcome}")),
            Cell::Number(found.mean, 2),
            Cell::Interval(interval, 2),
        ],
        vec![
            Cell::Words("standard deviation".to_owned()),
            Cell::Number(found.std, 2),
            Cell::Interval(None, 2),
        ],
    ];
    let mut finding = format!("The average is {}", format::decimals(found.mean, 1));
    if let Some(mark) = under.analysis.pass_mark() {
        let rate = under.parts().map(|parts| pass_rate(&parts, mark));
        match rate.figure().copied().flatten() {
            Some(rate) => {
                rows.push(vec![
                    Cell::Words(format!(
                        "pass rate in percent ({} or more)",
                        format::value(mark)
                    )),
                    Cell::Number(rate, 1),
                    Cell::Interval(None, 1),
                ]);
                finding += &format!("; {} % pass", format::decimals(rate, 1));
            }
            None => {
                finding +=
                    "; the pass rate is withheld, since too few pass, fail or lie near that mark"
            }
        }
    }
    Card::of_table(
        "summary",
        "At a glance".to_owned(),
        finding + ".",
        DataTable::new(&["figure", "value", "95 % interval"], rows),
    )
}

/// Percent at or above the mark; `None` where no part begins there.
fn pass_rate(parts: &Parts, mark: f64) -> Option<f64> {
    let first = parts.begins.iter().position(|begin| *begin == mark)? + 1;
    let all: usize = parts.counts.iter().sum();
    let passed: usize = parts.counts[first..].iter().sum();
    Some(100.0 * passed as f64 / all as f64)
}

fn histogram(under: &Under<'_, '_>) -> Card {
    let outcome = format::label(under.analysis.outcome_name());
    let title = format!("Distribution of {outcome}");
    let shown = under.parts();
    match shown.figure() {
        Some(parts) if parts.counts.len() > 1 => {
            let named = parts.names.iter().cloned();
            let named = populated(named.zip(parts.counts.iter().copied()).collect());
            let finding = format!(
                "{} Bars are merged until each holds enough students, so some are wider than others.",
                most(&named)
            );
            charts::shares("histogram", title, finding, &outcome, &named)
        }
        _ => withheld(under, "histogram", title),
    }
}

fn bands(under: &Under<'_, '_>) -> Option<Card> {
    if !under.analysis.baseline.scale.banded {
        return None;
    }
    let title = "Performance bands".to_owned();
    let shown = under.parts().map(|parts| merged(&parts));
    Some(match shown.figure() {
        Some(bands) if bands.len() > 1 => {
            let named = populated(bands.clone());
            let mut finding = most(&named);
            if bands.len() < BANDS.len() {
                finding += " Bands with too few students are shown together with the next.";
            }
            charts::shares("bands", title, finding, "band", &named)
        }
        _ => withheld(under, "bands", title),
    })
}

/// The parts from the first to the last that has students.
fn populated(mut parts: Vec<(String, usize)>) -> Vec<(String, usize)> {
    let last = parts.iter().rposition(|(_, n)| *n > 0);
    parts.truncate(last.map_or(0, |last| last + 1));
    let first = parts.iter().position(|(_, n)| *n > 0);
    parts.split_off(first.unwrap_or(0))
}

/// The bands from the best down, those that are not told apart together.
fn merged(parts: &Parts) -> Vec<(String, usize)> {
    let mut bands: Vec<(String, usize)> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut end = parts.counts.len();
    for band in BANDS {
        names.push(band.label.to_owned());
        let begin = match band.floor.is_finite() {
            true => parts.begins.iter().position(|at| *at == band.floor),
            false => Some(0),
        };
        let first = match (begin, band.floor.is_finite()) {
            (None, _) => continue,
            (Some(at), true) => at + 1,
            (Some(_), false) => 0,
        };
        let n = parts.counts[first..end].iter().sum();
        bands.push((format::list(&names), n));
        names.clear();
        end = first;
    }
    bands
}

/// A sentence on the part with most students.
fn most(parts: &[(String, usize)]) -> String {
    let all: usize = parts.iter().map(|(_, n)| n).sum();
    match parts.iter().max_by_key(|(_, n)| *n) {
        Some((name, n)) => format!(
            "Of all parts “{name}” has the most students: {} %.",
            format::decimals(100.0 * *n as f64 / all as f64, 1)
        ),
        None => String::new(),
    }
}

fn withheld(under: &Under<'_, '_>, id: &'static str, title: String) -> Card {
    let reason = format!(
        "Withheld: it would tell of fewer than {} students.",
        under.least().get()
    );
    Card::of_table(id, title, reason, DataTable::default())
}

/// Averages and spreads of the numeric columns.
fn numeric(under: &Under<'_, '_>) -> Card {
    let analysis = under.analysis;
    let rows = analysis.dataset.numeric_ids().into_iter().map(|id| {
        let found = analysis.selected.tally(id).summary();
        vec![
            Cell::Text(analysis.dataset.column(id).name.clone()),
            Cell::Number(found.mean, 2),
            Cell::Interval(analysis.selected.tally(id).mean_interval(), 2),
            Cell::Number(found.std, 2),
        ]
    });
    let header = ["column", "mean", "95 % interval", "standard deviation"];
    Card::of_table(
        "numeric",
        "Numeric columns".to_owned(),
        "Least and greatest values and quartiles are values of single students, so they are withheld."
            .to_owned(),
        DataTable::new(&header, rows.collect()),
    )
}

/// Students by the levels of each factor.
fn levels(under: &Under<'_, '_>) -> Card {
    let all = under.analysis.selected.rows();
    let of = |id, level, scores: &[f64]| {
        let [factor, level] = named(under, id, level);
        let percent = 100.0 * scores.len() as f64 / all as f64;
        vec![
            factor,
            level,
            Cell::Count(scores.len()),
            Cell::Number(percent, 1),
        ]
    };
    Card::of_table(
        "counts",
        "Categorical columns".to_owned(),
        "Levels with too few students are shown together as one.".to_owned(),
        DataTable::new(
            &["column", "level", "students", "percent"],
            by_levels(under, of),
        ),
    )
}

/// The outcome's average by the levels of each factor.
fn averages(under: &Under<'_, '_>) -> Card {
    let outcome = format::label(under.analysis.outcome_name());
    let of = |id, level, scores: &[f64]| {
        let [factor, level] = named(under, id, level);
        let interval = Cell::Interval(mean_interval(scores), 2);
        vec![
            factor,
            level,
            Cell::Count(scores.len()),
            Cell::Number(mean(scores), 2),
            interval,
        ]
    };
    Card::of_table(
        "averages",
        format!("Average {outcome} by every categorical column"),
        "The order of the levels is that of the column.".to_owned(),
        DataTable::new(
            &["column", "level", "students", "mean", "95 % interval"],
            by_levels(under, of),
        ),
    )
}

fn named(under: &Under<'_, '_>, id: ColumnId, level: usize) -> [Cell; 2] {
    let column = under.analysis.dataset.column(id);
    let level = column.levels().get(level).cloned().unwrap_or_default();
    [Cell::Text(column.name.clone()), Cell::Text(level)]
}

/// A row for each level of each factor that has students, from their outcomes.
fn by_levels(
    under: &Under<'_, '_>,
    row: impl Fn(ColumnId, usize, &[f64]) -> Vec<Cell>,
) -> Vec<Vec<Cell>> {
    let analysis = under.analysis;
    let mut rows = Vec::new();
    for id in analysis.dataset.factor_ids() {
        let levels = analysis.dataset.column(id).levels().len();
        let scores = analysis.selected.numbers(analysis.outcome);
        let groups = by_level(analysis.selected.codes(id), levels, scores);
        for (level, scores) in groups.iter().enumerate() {
            if !scores.is_empty() {
                rows.push(row(id, level, scores));
            }
        }
    }
    rows
}

/// The model without what it says of single students.
fn without_students(mut model: Model) -> Model {
    model.residuals.points.clear();
    model.residuals.quartiles = [f64::NAN; 2];
    model.residuals.largest = f64::NAN;
    model.influence.rows.clear();
    model.influence.above = 0;
    model
}

fn explained(under: &Under<'_, '_>, model: &Model) -> String {
    format!(
        "All factors shown go together with {} % of the differences in {} among about {} students ({} % adjusted for the number of terms); an association is not a cause.",
        format::decimals(100.0 * model.r2, 1),
        format::label(under.analysis.outcome_name()),
        format::count(under.least().about(model.n)),
        format::decimals(100.0 * model.adjusted_r2, 1)
    )
}
