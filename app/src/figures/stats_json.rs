//! The figures behind the views as one JSON document, so that anyone can check them with pandas,
//! scipy and statsmodels.

use serde_json::{Map, Value, json};

use super::performance::{EQUAL_BINS, KDE_POINTS, scores_by};
use super::regression_json::{regression, two_groups};
use super::{Analysis, Metrics};
use crate::dataset::ColumnId;
use crate::stats::{
    Anova, BANDS, BoxStats, Kruskal, Matrix, Summary, Tally, Trend, WelchAnova, benjamini_hochberg,
};

/// All figures of the selected rows. Undefined ones are null; levels without rows are absent;
/// `kde`, `regression` and `benjamini_hochberg` are there for the unfiltered dataset only.
pub fn stats_json(analysis: &Analysis<'_>) -> Value {
    let numeric = analysis.dataset.numeric_ids();
    let factors = analysis.dataset.factor_ids();
    let table = &analysis.selected;
    let metrics = Metrics::of(table, analysis.outcome, analysis.pass_mark());
    let tests = Tests::compute(analysis, &factors);

    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("outcome", json!(analysis.outcome_name()));
    put("rows", json!(table.rows()));
    put(
        "metrics",
        json!({
            "mean": metrics.mean,
            "pass_rate": metrics.pass_rate,
            "min": metrics.min,
            "max": metrics.max,
        }),
    );
    let all: Vec<ColumnId> = analysis.dataset.ids().collect();
    put(
        "missing",
        by_column(analysis, &all, |id| json!(table.missing(id))),
    );
    put(
        "describe",
        by_column(analysis, &numeric, |id| {
            describe(&table.tally(id).summary())
        }),
    );
    put(
        "value_counts",
        by_column(analysis, &factors, |id| value_counts(analysis, id)),
    );
    put(
        "score_by",
        by_column(analysis, &factors, |id| {
            by_level_present(analysis, id, |group| {
                let summary = group.summary();
                json!({"mean": summary.mean, "count": summary.count, "std": summary.std})
            })
        }),
    );
    put("bands", bands(analysis));
    put("histogram20", histogram(analysis));
    put(
        "box",
        by_column(analysis, &numeric, |id| {
            box_json(table.tally(id).box_stats().as_ref())
        }),
    );
    put(
        "score_box_by",
        by_column(analysis, &factors, |id| {
            by_level_present(analysis, id, |group| box_json(group.box_stats().as_ref()))
        }),
    );
    let pearson = |i: usize, j: usize| table.pearson(numeric[i], numeric[j]);
    let spearman = |i: usize, j: usize| table.coded(numeric[i]).spearman(&table.coded(numeric[j]));
    let pearson = Matrix::of(numeric.len(), pearson);
    put("pearson", matrix(analysis, &numeric, &pearson));
    let spearman = Matrix::of(numeric.len(), spearman);
    put("spearman", matrix(analysis, &numeric, &spearman));
    put("trend", Value::Object(tests.trends));
    put("anova", Value::Object(tests.anovas));
    put(
        "two_groups",
        by_column(analysis, &factors, |id| two_groups(analysis, id)),
    );
    if analysis.request.filters.is_empty() {
        put("kde", kde(analysis));
        put("regression", regression(analysis));
        put("benjamini_hochberg", adjusted(&tests.p));
    }
    Value::Object(out)
}

fn by_column(
    analysis: &Analysis<'_>,
    ids: &[ColumnId],
    figure: impl Fn(ColumnId) -> Value,
) -> Value {
    ids.iter()
        .map(|&id| (analysis.dataset.column(id).name.clone(), figure(id)))
        .collect::<Map<_, _>>()
        .into()
}

fn by_level_present(
    analysis: &Analysis<'_>,
    factor: ColumnId,
    figure: impl Fn(&Tally) -> Value,
) -> Value {
    let levels = analysis.dataset.column(factor).levels();
    levels
        .iter()
        .zip(scores_by(analysis, factor).iter())
        .filter(|(_, group)| !group.is_empty())
        .map(|(level, group)| (level.clone(), figure(group)))
        .collect::<Map<_, _>>()
        .into()
}

fn describe(summary: &Summary) -> Value {
    json!({
        "count": summary.count,
        "mean": summary.mean,
        "std": summary.std,
        "min": summary.min,
        "25%": summary.q1,
        "50%": summary.median,
        "75%": summary.q3,
        "max": summary.max,
    })
}

fn value_counts(analysis: &Analysis<'_>, factor: ColumnId) -> Value {
    let levels = analysis.dataset.column(factor).levels();
    levels
        .iter()
        .zip(analysis.selected.counts(factor))
        .filter(|(_, count)| **count > 0)
        .map(|(level, count)| (level.clone(), json!(count)))
        .collect::<Map<_, _>>()
        .into()
}

fn bands(analysis: &Analysis<'_>) -> Value {
    if !analysis.baseline.scale.banded {
        return Value::Null;
    }
    BANDS
        .iter()
        .zip(analysis.scores().bands())
        .map(|(band, count)| (band.label.to_owned(), json!(count)))
        .collect::<Map<_, _>>()
        .into()
}

fn histogram(analysis: &Analysis<'_>) -> Value {
    analysis.scores().equal_width(EQUAL_BINS).map_or(
        json!({"edges": null, "counts": null}),
        |histogram| json!({"edges": histogram.edges, "counts": histogram.counts}),
    )
}

fn box_json(stats: Option<&BoxStats>) -> Value {
    let Some(stats) = stats else {
        return json!({
            "q1": null, "median": null, "q3": null,
            "whisker_low": null, "whisker_high": null, "outliers": 0, "n": 0,
        });
    };
    json!({
        "q1": stats.q1,
        "median": stats.median,
        "q3": stats.q3,
        "whisker_low": stats.whisker_low,
        "whisker_high": stats.whisker_high,
        "outliers": stats.outliers.len(),
        "n": stats.n,
    })
}

fn matrix(analysis: &Analysis<'_>, ids: &[ColumnId], matrix: &Matrix) -> Value {
    let name = |id: &ColumnId| analysis.dataset.column(*id).name.clone();
    ids.iter()
        .zip(&matrix.cells)
        .map(|(row, cells)| {
            let cells = ids
                .iter()
                .zip(cells)
                .map(|(column, cell)| (name(column), json!(cell.r)))
                .collect::<Map<_, _>>();
            (name(row), cells.into())
        })
        .collect::<Map<_, _>>()
        .into()
}

fn kde(analysis: &Analysis<'_>) -> Value {
    analysis.scores().kde(KDE_POINTS).map_or(
        Value::Null,
        |kde| json!({"factor": kde.factor, "bandwidth": kde.bandwidth, "x": kde.x, "y": kde.y}),
    )
}

/// The tests of every factor against the outcome, and their p-values where they are defined.
struct Tests {
    trends: Map<String, Value>,
    anovas: Map<String, Value>,
    p: Vec<(String, f64)>,
}

impl Tests {
    fn compute(analysis: &Analysis<'_>, factors: &[ColumnId]) -> Self {
        let mut tests = Self {
            trends: Map::new(),
            anovas: Map::new(),
            p: Vec::new(),
        };
        for id in analysis.numeric_factors() {
            let name = analysis.dataset.column(id).name.clone();
            let fit = Trend::of(&analysis.selected.loose_pairs(id, analysis.outcome));
            if let Some(fit) = &fit {
                tests.p.push((name.clone(), fit.p));
            }
            let value = fit.map_or(Value::Null, |fit| {
                json!({
                    "slope": fit.slope,
                    "intercept": fit.intercept,
                    "r2": fit.r2,
                    "p": fit.p,
                    "slope_stderr": fit.slope_stderr,
                    "slope_ci95": fit.slope_ci95,
                })
            });
            tests.trends.insert(name, value);
        }
        for &id in factors {
            let name = analysis.dataset.column(id).name.clone();
            let groups = scores_by(analysis, id);
            let test = Anova::of(&groups);
            let ranks = Kruskal::of(&groups);
            let welch = WelchAnova::of(&groups);
            if let Some(test) = &test {
                tests.p.push((name.clone(), test.p));
            }
            let value = test.map_or(Value::Null, |test| {
                json!({
                    "f": test.f,
                    "p": test.p,
                    "eta2": test.eta2,
                    "omega2": test.omega2,
                    "welch_f": welch.map(|welch| welch.f),
                    "welch_p": welch.map(|welch| welch.p),
                    "welch_df": welch.map(|welch| welch.df_within),
                    "kruskal_h": ranks.map(|ranks| ranks.h),
                    "kruskal_p": ranks.map(|ranks| ranks.p),
                })
            });
            tests.anovas.insert(name, value);
        }
        tests
    }
}

fn adjusted(p: &[(String, f64)]) -> Value {
    let values: Vec<f64> = p.iter().map(|(_, p)| *p).collect();
    p.iter()
        .zip(benjamini_hochberg(&values))
        .map(|((name, _), q)| (name.clone(), json!(q)))
        .collect::<Map<_, _>>()
        .into()
}
