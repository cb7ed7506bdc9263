//! The weights of the model, each with its interval.

use crate::charts::dots::{Axis, Dot, dots};
use crate::charts::{Card, Cell, DataTable, MOST_LINES, left_to_table, palette};
use crate::figures::{Model, NoModel, TermFigure, Weight};
use crate::format;

const ID: &str = "coefficients";

fn title(outcome: &str) -> String {
    format!("{} by all factors at once", format::label(outcome))
}

/// The card when there is no model.
pub fn no_model(reason: &NoModel, outcome: &str) -> Card {
    Card::without_chart(ID, title(outcome), &reason.to_string())
}

/// The card of the coefficients.
pub fn coefficients(model: &Model, outcome: &str) -> Card {
    let weights: Vec<&TermFigure> = model
        .terms
        .iter()
        .filter(|term| term.weight != Weight::Intercept && term.estimate.is_finite())
        .collect();
    let shown = &weights[..weights.len().min(MOST_LINES)];
    let points: Vec<Dot> = shown.iter().map(|term| dot(term)).collect();
    let axis = Axis {
        name: format!("points of {}", format::label(outcome)),
        value: "coefficient",
        told: "95 % interval",
        zero: true,
        most: f64::INFINITY,
    };
    let left = left_to_table(shown.len(), weights.len());
    Card {
        id: ID,
        title: title(outcome),
        finding: finding(model, outcome) + &left,
        drawing: (!points.is_empty()).then(|| dots(&points, &axis)),
        table: table(model),
        download: None,
    }
}

fn dot(term: &TermFigure) -> Dot {
    Dot {
        name: name(&term.weight),
        value: term.estimate,
        interval: Some(term.interval),
        told: format::interval(Some(term.interval), places(term)),
        color: match term.estimate < 0.0 {
            true => palette::NEGATIVE,
            false => palette::POSITIVE,
        },
    }
}

/// Decimals that tell a weight from 0 and the ends of its interval apart.
fn places(term: &TermFigure) -> usize {
    let [low, high] = term.interval;
    format::places_for(term.estimate).max(format::places_for(high - low))
}

/// A weight on a line of its own.
fn name(weight: &Weight) -> String {
    match weight {
        Weight::Intercept => "Intercept".to_owned(),
        Weight::Unit { factor } => factor.clone(),
        Weight::Level { factor, level, .. } => format!("{factor}: {}", format::level(level)),
    }
}

fn finding(model: &Model, outcome: &str) -> String {
    let outcome = format::label(outcome);
    let left_out = match model.dropped {
        0 => String::new(),
        n => format!(
            "; {} out since a value is missing",
            format::counted(n, "is left", "are left")
        ),
    };
    let together = format!(
        "Together the factors account for {} % of the differences in {outcome} among {}{left_out}",
        format::decimals(100.0 * model.r2, 1),
        format::counted(model.n, "student", "students"),
    );
    match strongest(model).and_then(|term| sentence(term, &outcome)) {
        Some(sentence) => format!("{together}. {sentence}"),
        None => format!("{together}."),
    }
}

/// The clearest weight of the factor that explains most beyond the others.
fn strongest(model: &Model) -> Option<&TermFigure> {
    let factor = &model.partial.first()?.factor;
    let own = model.terms.iter().filter(|term| match &term.weight {
        Weight::Intercept => false,
        Weight::Unit { factor: own } | Weight::Level { factor: own, .. } => own == factor,
    });
    own.filter(|term| term.t.is_finite())
        .max_by(|a, b| a.t.abs().total_cmp(&b.t.abs()))
}

fn sentence(term: &TermFigure, outcome: &str) -> Option<String> {
    let places = places(term);
    let size = format::decimals(term.estimate.abs(), places);
    let interval = format::interval(Some(term.interval), places);
    let doubt = match term.interval {
        [low, high] if low <= 0.0 && high >= 0.0 => {
            "; the interval holds 0, so there may be no difference at all"
        }
        _ => "",
    };
    let more = if term.estimate < 0.0 { "fewer" } else { "more" };
    match &term.weight {
        Weight::Intercept => None,
        Weight::Unit { factor } => Some(format!(
            "Among students alike in all other factors, one unit more of {} goes along with {size} \
             points {more} of {outcome} on average (95 % interval {interval}){doubt}; that is an \
             association and not by itself a cause.",
            format::label(factor),
        )),
        Weight::Level {
            factor,
            level,
            reference,
        } => Some(format!(
            "Among students alike in all other factors, those with {} {} have {size} points {more} of \
             {outcome} on average than those with {} (95 % interval {interval}){doubt}; that is an \
             association and not by itself a cause.",
            format::label(factor),
            format::quoted(level),
            format::quoted(reference),
        )),
    }
}

fn table(model: &Model) -> DataTable {
    let estimated = model.terms.iter().map(|term| {
        let [factor, level, reference] = cells(&term.weight);
        let places = places(term).max(3);
        vec![
            factor,
            level,
            reference,
            Cell::Number(term.estimate, places),
            Cell::Number(term.stderr, places),
            Cell::Number(term.t, 2),
            Cell::P(term.p),
            Cell::Interval(Some(term.interval), places),
        ]
    });
    let aliased = model.aliased.iter().map(|weight| {
        let [factor, level, reference] = cells(weight);
        let none = || Cell::Number(f64::NAN, 3);
        vec![
            factor,
            level,
            reference,
            none(),
            none(),
            none(),
            Cell::P(f64::NAN),
            Cell::Interval(None, 3),
        ]
    });
    let header = [
        "factor",
        "level",
        "compared with",
        "coefficient",
        "standard error",
        "t",
        "p",
        "95 % interval",
    ];
    DataTable::new(&header, estimated.chain(aliased).collect())
}

fn cells(weight: &Weight) -> [Cell; 3] {
    let words = |text: &str| Cell::Words(text.to_owned());
    match weight {
        Weight::Intercept => [words("Intercept"), words(""), words("")],
        Weight::Unit { factor } => [Cell::Text(factor.clone()), words("per unit"), words("")],
        Weight::Level {
            factor,
            level,
            reference,
        } => [factor, level, reference].map(|text| Cell::Text(text.clone())),
    }
}
