//! What each factor explains beyond all others.

use crate::charts::dots::{Axis, Dot, dots};
use crate::charts::{Card, Cell, DataTable, MOST_LINES, left_to_table, palette};
use crate::figures::{Model, PartialShare};
use crate::format;

/// The card of the partial shares; `None` where no factor has one.
pub fn partial(model: &Model, outcome: &str) -> Option<Card> {
    let shares: Vec<&PartialShare> = model
        .partial
        .iter()
        .filter(|share| share.r2.is_finite())
        .collect();
    let first = shares.first()?;
    let shown = &shares[..shares.len().min(MOST_LINES)];
    let points: Vec<Dot> = shown
        .iter()
        .map(|share| Dot {
            name: share.factor.clone(),
            value: 100.0 * share.r2,
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
    let outcome = format::label(outcome);
    Some(Card {
        id: "partial",
        title: format!("What each factor adds to explaining {outcome}"),
        finding: finding(first, &shares) + &left_to_table(shown.len(), shares.len()),
        drawing: Some(dots(&points, &axis)),
        table: table(model),
        download: None,
    })
}

fn finding(first: &PartialShare, shares: &[&PartialShare]) -> String {
    let clear = shares.iter().filter(|share| share.q < 0.05).count();
    let chance = match clear {
        0 => "for no factor chance can be ruled out (all q ≥ 0.05)".to_owned(),
        clear => format!(
            "for {clear} of {} chance alone is an unlikely explanation (q < 0.05)",
            format::counted(shares.len(), "factor", "factors")
        ),
    };
    let rest = match shares.len() {
        1 => "the differences",
        _ => "the differences that all other factors leave unexplained",
    };
    format!(
        "{} accounts for {} % of {rest}; {chance}.",
        format::label(&first.factor),
        format::decimals(100.0 * first.r2, 1),
    )
}

fn table(model: &Model) -> DataTable {
    let rows = model.partial.iter().map(|share| {
        vec![
            Cell::Text(share.factor.clone()),
            Cell::Number(100.0 * share.r2, 2),
            Cell::Number(share.f, 2),
            Cell::Count(share.df),
            Cell::Count(model.df_residual),
            Cell::P(share.p),
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
