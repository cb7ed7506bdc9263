//! The weights of the model, each with its interval.

use crate::charts::dots::{Axis, Dot, dots};
use crate::charts::sentences::{self, Subject};
use crate::charts::{Card, Cell, DataTable, MOST_LINES, left_to_table, palette};
use crate::figures::{Model, NoModel, TermFigure, Weight};
use crate::format;
use crate::stats::Coefficient;

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
        .filter(|term| term.weight != Weight::Intercept && term.coefficient.estimate.is_finite())
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
    let coefficient = &term.coefficient;
    Dot {
        name: name(&term.weight),
        value: coefficient.estimate,
        interval: Some(coefficient.ci95),
        told: format::interval(Some(coefficient.ci95), places(coefficient)),
        color: match coefficient.estimate < 0.0 {
            true => palette::NEGATIVE,
            false => palette::POSITIVE,
        },
    }
}

/// Decimals that tell a weight from 0 and the ends of its interval apart.
fn places(coefficient: &Coefficient) -> usize {
    let [low, high] = coefficient.ci95;
    format::places_for(coefficient.estimate).max(format::places_for(high - low))
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
    let mut text = sentences::explained(outcome, model.r2, model.adjusted_r2, model.f_p, model.n);
    if model.dropped > 0 {
        let left_out = format::counted(model.dropped, "student is", "students are");
        text += &format!(" {left_out} left out, since a value is missing.");
    }
    if let Some(term) = strongest(model) {
        text += &format!(" {}", sentence(term, outcome));
    }
    text
}

/// Every coefficient in words.
pub fn coefficients_in_words(model: &Model, outcome: &str) -> Vec<String> {
    let terms = model.terms.iter();
    terms.map(|term| sentence(term, outcome)).collect()
}

fn sentence(term: &TermFigure, outcome: &str) -> String {
    let subject = match &term.weight {
        Weight::Intercept => Subject::Intercept,
        Weight::Unit { factor } => Subject::Numeric(factor),
        Weight::Level {
            factor,
            level,
            reference,
        } => Subject::Level {
            factor,
            level,
            reference,
        },
    };
    sentences::coefficient(outcome, subject, &term.coefficient)
}

/// The clearest weight of the factor that explains most beyond the others.
fn strongest(model: &Model) -> Option<&TermFigure> {
    let factor = &model.partial.first()?.factor;
    let own = model.terms.iter().filter(|term| match &term.weight {
        Weight::Intercept => false,
        Weight::Unit { factor: own } | Weight::Level { factor: own, .. } => own == factor,
    });
    own.filter(|term| term.coefficient.t.is_finite())
        .max_by(|a, b| a.coefficient.t.abs().total_cmp(&b.coefficient.t.abs()))
}

fn table(model: &Model) -> DataTable {
    let estimated = model.terms.iter().map(|term| {
        let [factor, level, reference] = cells(&term.weight);
        let found = &term.coefficient;
        let places = places(found).max(3);
        vec![
            factor,
            level,
            reference,
            Cell::Number(found.estimate, places),
            Cell::Number(found.stderr, places),
            Cell::Number(found.t, 2),
            Cell::P(found.p),
            Cell::Interval(Some(found.ci95), places),
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
