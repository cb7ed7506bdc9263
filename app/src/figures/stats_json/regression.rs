//! The multiple regression as statsmodels names it, which takes the alphabetically first level as
//! reference, where the pages take the first in factor order.

use serde_json::{Map, Value, json};

use crate::dataset::ColumnId;
use crate::figures::Analysis;
use crate::stats::{Factor, MISSING_LEVEL, Term, regress};

/// The figures; null without a complete row.
pub(super) fn json(analysis: &Analysis<'_>) -> Value {
    let dataset = analysis.dataset;
    let ids: Vec<ColumnId> = dataset
        .ids()
        .filter(|id| *id != analysis.outcome)
        .filter(|&id| dataset.column(id).is_numeric() || !dataset.column(id).levels().is_empty())
        .collect();
    let sorted: Vec<Alphabetical> = ids
        .iter()
        .map(|&id| Alphabetical::of(analysis, id))
        .collect();
    let factors: Vec<Factor<'_>> = ids
        .iter()
        .zip(&sorted)
        .map(|(&id, sorted)| match dataset.column(id).is_numeric() {
            true => Factor::Numeric(analysis.selected.numbers(id)),
            false => Factor::Categorical {
                codes: &sorted.codes,
                levels: sorted.levels.len(),
            },
        })
        .collect();
    let Ok(fit) = regress(analysis.scores(), &factors) else {
        return Value::Null;
    };
    let name = |term: Term| match term {
        Term::Intercept => "Intercept".to_owned(),
        Term::Numeric { factor } => dataset.column(ids[factor]).name.clone(),
        Term::Level { factor, level } => format!(
            "C({})[T.{}]",
            dataset.column(ids[factor]).name,
            sorted[factor].levels[level]
        ),
    };
    let terms: Map<String, Value> = fit
        .coefficients
        .iter()
        .map(|c| {
            let figures = json!({
                "coef": c.estimate, "stderr": c.stderr, "t": c.t, "p": c.p, "ci95": c.ci95,
            });
            (name(c.term), figures)
        })
        .collect();
    json!({
        "note": "complete cases; categorical factors treatment-coded against the alphabetically first level",
        "n": fit.n,
        "r2": fit.r2,
        "adj_r2": fit.adjusted_r2,
        "f": fit.f,
        "residual_std_error": fit.residual_std,
        "terms": terms,
    })
}

/// A factor with its levels in alphabetical order.
struct Alphabetical {
    levels: Vec<String>,
    codes: Vec<u32>,
}

impl Alphabetical {
    fn of(analysis: &Analysis<'_>, id: ColumnId) -> Self {
        let own = analysis.dataset.column(id).levels();
        let mut levels = own.to_vec();
        levels.sort();
        let places: Vec<u32> = own
            .iter()
            .map(|level| {
                let place = levels.binary_search(level).ok();
                place.and_then(|place| u32::try_from(place).ok())
            })
            .map(|place| place.unwrap_or(MISSING_LEVEL))
            .collect();
        let codes = analysis.selected.codes(id).iter();
        Self {
            codes: codes
                .map(|&code| places.get(code as usize).copied().unwrap_or(MISSING_LEVEL))
                .collect(),
            levels,
        }
    }
}
