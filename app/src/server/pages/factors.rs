//! The factor page: each factor alone, and all together.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, RawQuery, State};

use super::{Answer, csv, links, names, show};
use crate::charts::{self, Card};
use crate::figures::{Analysis, Explain, FactorImpact};
use crate::server::App;
use crate::server::data::asked::Asked;
use crate::views::{self, ExplainWords, FactorChoices, Page};

pub(in crate::server) async fn factors(
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Asked>,
    RawQuery(query): RawQuery,
) -> Answer {
    show(&app, asked, Page::Factors, query, |analysis, frame| {
        let figures = FactorImpact::compute(analysis);
        let cards = single_cards(analysis, &figures);
        let options = FactorChoices {
            numeric: names(analysis, analysis.numeric_factors()),
            categorical: names(analysis, analysis.dataset.factor_ids()),
            trend: analysis.choices().trend.unwrap_or(true),
        };
        let explain = Explain::compute(analysis);
        let words = words(analysis, &explain);
        let all = views::explain(frame, &explain, &all_cards(analysis, &explain), &words);
        views::factors(frame, &figures, &cards, &options, &all)
    })
}

pub(in crate::server) fn words(analysis: &Analysis<'_>, figures: &Explain) -> ExplainWords {
    let outcome = analysis.outcome_name();
    let tests = charts::tests_in_words(&figures.tests, outcome);
    match &figures.model {
        Ok(model) => ExplainWords {
            expected: charts::expectation(&model.what_if, outcome),
            coefficients: charts::coefficients_in_words(model, outcome),
            partial: charts::partial_in_words(model, outcome),
            tests,
        },
        Err(_) => ExplainWords {
            tests,
            ..ExplainWords::default()
        },
    }
}

pub(in crate::server) fn single_cards(
    analysis: &Analysis<'_>,
    figures: &FactorImpact,
) -> Vec<Card> {
    let outcome = analysis.outcome_name();
    let clicks = links::factors(analysis, Page::Factors.path());
    let mut cards = vec![charts::correlation(figures, outcome, clicks)];
    if let Some(scatter) = &figures.scatter {
        cards.push(charts::factor_scatter(scatter));
    }
    cards.push(charts::variance(&figures.ranking, outcome));
    cards
}

pub(in crate::server) fn all_cards(analysis: &Analysis<'_>, figures: &Explain) -> Vec<Card> {
    let outcome = analysis.outcome_name();
    let mut cards = Vec::new();
    match &figures.model {
        Ok(model) => {
            cards.push(charts::coefficients(model, outcome));
            cards.extend(charts::partial(model, outcome));
            cards.push(charts::residuals(model, outcome));
            cards.push(charts::influence(model, outcome));
        }
        Err(reason) => cards.push(charts::no_model(reason, outcome)),
    }
    cards.extend(charts::level_tests(&figures.tests, outcome));
    cards
}

pub(in crate::server) async fn factors_csv(
    Extension(asked): Extension<Asked>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    csv(&asked, Page::Factors, &file, query, |analysis| {
        let mut cards = single_cards(analysis, &FactorImpact::compute(analysis));
        cards.extend(all_cards(analysis, &Explain::compute(analysis)));
        cards
    })
}
