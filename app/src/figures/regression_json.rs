//! The multiple regression and the comparisons of two groups within `/stats.json`, in the terms of
//! pandas, scipy and statsmodels.

use serde_json::{Map, Value, json};

use super::Analysis;
use super::performance::scores_by;
use crate::dataset::ColumnId;
use crate::stats::{
    Factor, HedgesG, MISSING_LEVEL, MannWhitney, MeanDifference, Regression, Setting, Tally, Term,
    regress_coded,
};

/// How statsmodels codes factors, unless it is told otherwise.
const NOTE: &str =
    "complete cases; categorical factors treatment-coded against the alphabetically first level";

/// Regression of the outcome on all factors; null where there is none.
pub(super) fn regression(analysis: &Analysis<'_>) -> Value {
    let columns = Columns::new(analysis);
    let factors = columns.factors(analysis);
    let Ok(fit) = regress_coded(analysis.selected.coded(analysis.outcome), &factors) else {
        return Value::Null;
    };
    let terms = fit.coefficients.iter().map(|c| {
        let figures = json!({
            "coef": c.estimate, "stderr": c.stderr, "t": c.t, "p": c.p, "ci95": c.ci95,
        });
        (columns.term(analysis, c.term), figures)
    });
    let partial = columns
        .ids
        .iter()
        .zip(&fit.partial)
        .map(|(&id, partial)| (name(analysis, id), json!(partial)));
    let aliased = fit.aliased.iter();
    json!({
        "note": NOTE,
        "n": fit.n,
        "r2": fit.r2,
        "adj_r2": fit.adjusted_r2,
        "f": fit.f,
        "f_p": fit.f_p,
        "df_model": fit.df_model,
        "df_residual": fit.df_residual,
        "residual_std_error": fit.residual_std,
        "terms": terms.collect::<Map<_, _>>(),
        "aliased": aliased.map(|&term| columns.term(analysis, term)).collect::<Vec<_>>(),
        "partial": partial.collect::<Map<_, _>>(),
        "influence": influence(&fit, &factors),
        "prediction": first_row(&fit, &factors),
    })
}

/// The largest of each diagnostic and the sum of its squares.
fn influence(fit: &Regression, factors: &[Factor<'_>]) -> Value {
    let influence = fit.influence(factors);
    let both = |of: &dyn Fn(usize) -> f64| {
        let values = || (0..fit.n).map(of);
        let max = values().fold(f64::NAN, f64::max);
        json!({"max": max, "squares": values().map(|v| v * v).sum::<f64>()})
    };
    json!({
        "leverage": both(&|row| influence.leverage[row]),
        "internal": both(&|row| influence.internal(row)),
        "cook": both(&|row| influence.cook(row)),
        "above_4_over_n": influence.influential().len(),
    })
}

/// What the model expects of the first row it was fitted to.
fn first_row(fit: &Regression, factors: &[Factor<'_>]) -> Value {
    let Some(&row) = fit.rows.first() else {
        return Value::Null;
    };
    let settings: Vec<Setting> = factors.iter().map(|factor| factor.setting(row)).collect();
    json!(fit.predict(&settings))
}

/// The factors, with levels in alphabetical order.
struct Columns {
    ids: Vec<ColumnId>,
    /// Per factor: its levels by their place, and its rows' codes; both empty for numeric ones.
    recoded: Vec<(Vec<usize>, Vec<u32>)>,
}

impl Columns {
    fn new(analysis: &Analysis<'_>) -> Self {
        let outcome = analysis.outcome;
        let ids: Vec<ColumnId> = analysis
            .dataset
            .ids()
            .filter(|&id| {
                id != outcome
                    && (analysis.dataset.numeric_ids().contains(&id)
                        || analysis.dataset.factor_ids().contains(&id))
            })
            .collect();
        let recoded = ids.iter().map(|&id| recode(analysis, id)).collect();
        Self { ids, recoded }
    }

    fn factors<'a>(&'a self, analysis: &'a Analysis<'_>) -> Vec<Factor<'a>> {
        let columns = self.ids.iter().zip(&self.recoded);
        columns
            .map(
                |(&id, (order, codes))| match analysis.dataset.column(id).is_numeric() {
                    true => Factor::Coded(analysis.selected.coded(id)),
                    false => Factor::Categorical {
                        codes,
                        levels: order.len(),
                    },
                },
            )
            .collect()
    }

    /// A term as statsmodels' formulas name it.
    fn term(&self, analysis: &Analysis<'_>, term: Term) -> String {
        match term {
            Term::Intercept => "Intercept".to_owned(),
            Term::Numeric { factor } => name(analysis, self.ids[factor]),
            Term::Level { factor, level } => {
                let column = analysis.dataset.column(self.ids[factor]);
                let level = &column.levels()[self.recoded[factor].0[level]];
                format!("C({})[T.{level}]", column.name)
            }
        }
    }
}

fn recode(analysis: &Analysis<'_>, id: ColumnId) -> (Vec<usize>, Vec<u32>) {
    let column = analysis.dataset.column(id);
    if column.is_numeric() {
        return (Vec::new(), Vec::new());
    }
    let order = alphabetical(column.levels());
    let mut place = vec![MISSING_LEVEL; order.len()];
    for (new, &old) in (0..).zip(&order) {
        place[old] = new;
    }
    let codes = analysis.selected.codes(id).iter();
    let code = |&code: &u32| place.get(code as usize).copied().unwrap_or(MISSING_LEVEL);
    (order, codes.map(code).collect())
}

fn alphabetical(levels: &[String]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..levels.len()).collect();
    order.sort_by_key(|&level| &levels[level]);
    order
}

fn name(analysis: &Analysis<'_>, id: ColumnId) -> String {
    analysis.dataset.column(id).name.clone()
}

/// The outcome of a factor's two levels, the alphabetically first against the second; null unless
/// two levels have rows.
pub(super) fn two_groups(analysis: &Analysis<'_>, factor: ColumnId) -> Value {
    let groups = scores_by(analysis, factor);
    let order = alphabetical(analysis.dataset.column(factor).levels());
    let present: Vec<&Tally> = order
        .iter()
        .filter_map(|&level| groups.get(level))
        .filter(|group| !group.is_empty())
        .collect();
    let &[a, b] = present.as_slice() else {
        return Value::Null;
    };
    let figures = (
        MeanDifference::of(a, b),
        HedgesG::of(a, b),
        MannWhitney::of(a, b),
    );
    let (Some(means), Some(effect), Some(ranks)) = figures else {
        return Value::Null;
    };
    json!({
        "difference": means.difference,
        "ci95": means.ci95,
        "t": means.t,
        "df": means.df,
        "p": means.p,
        "hedges_g": effect.g,
        "hedges_g_ci95": effect.ci95,
        "mann_whitney_u": ranks.u,
        "mann_whitney_p": ranks.p,
    })
}
