//! What each factor explains beyond all others.

use crate::charts::dots::{Axis, Dot, dots};
use crate::charts::sentences;
use crate::charts::{Card, Cell, DataTable, MOST_LINES, left_to_table, palette};
use crate::figures::{Model, PartialShare};
use crate::format;

/// The card of the partial shares; `None` where no factor has one.
pub fn partial(model: &Model, outcome: &str) -> Option<Card> {
    let shares: Vec<&PartialShare> = model
        .partial
        .iter()
        .filter(|share| share.partial.r2.is_finite())
        .collect();
    let first = shares.first()?;
    let shown = &shares[..shares.len().min(MOST_LINES)];
    let points: Vec<Dot> = shown
        .iter()
        .map(|share| Dot {
            name: share.factor.clone(),
            value: 100.0 * share.partial.r2,
            interval: None,
            told: format::p_value(share.q),
            color: palette::POSITIVE,
        })
        .collect();
    let axis = Axis {
        name: "% of what the others leave".to_owned(),
        value: "percent explained",
        told: "q",
        zero: true,
        most: 100.0,
    };
    Some(Card {
        id: "partial",
        title: format!(
            "What each factor adds to explaining {}",
            format::label(outcome)
        ),
        finding: finding(first, &shares, outcome) + &left_to_table(shown.len(), shares.len()),
        drawing: Some(dots(&points, &axis)),
        table: table(model),
        download: None,
    })
}

fn finding(first: &PartialShare, shares: &[&PartialShare], outcome: &str) -> String {
    let clear = shares.iter().filter(|share| share.q < 0.05).count();
    let adjusted = match (clear, shares.len()) {
        (_, 1) => String::new(),
        (0, _) => " Adjusted for all factors, chance alone could explain what any of them adds (all q ≥ 0.05).".to_owned(),
        (clear, all) => format!(
            " Adjusted for all factors, chance alone is an unlikely explanation for what {clear} of {all} add \
             (q < 0.05)."
        ),
    };
    sentence(first, outcome) + &adjusted
}

/// What every factor adds, in words.
pub fn partial_in_words(model: &Model, outcome: &str) -> Vec<String> {
    let shares = model.partial.iter();
    shares.map(|share| sentence(share, outcome)).collect()
}

fn sentence(share: &PartialShare, outcome: &str) -> String {
    sentences::partial(outcome, &share.factor, Some(&share.partial))
}

fn table(model: &Model) -> DataTable {
    let rows = model.partial.iter().map(|share| {
        vec![
            Cell::Text(share.factor.clone()),
            Cell::Number(100.0 * share.partial.r2, 2),
            Cell::Number(share.partial.f, 2),
            Cell::Count(share.partial.df),
            Cell::Count(model.df_residual),
            Cell::P(share.partial.p),
            Cell::P(share.q),
        ]
    });
    let header = [
        "factor",
        "percent of the rest explained",
        "F",
        "df of the factor",
        "df of the rest",
        "p",
        "q",
    ];
    DataTable::new(&header, rows.collect())
}
