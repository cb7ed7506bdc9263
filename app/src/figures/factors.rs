//! Figures of the factor page: how much each factor has to do with the outcome.

use super::baseline::larger_first;
use super::performance::scores_by;
use super::{Analysis, MOST_POINTS, Scatter};
use crate::dataset::ColumnId;
use crate::stats::{
    Anova, Tally, Trend, benjamini_hochberg, correlation_interval, eta2_interval, r2_interval,
};

/// Correlation of one numeric factor with the outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct FactorCorrelation {
    /// The factor.
    pub factor: ColumnId,
    /// Its name.
    pub name: String,
    /// Pearson's r; NaN when either is constant.
    pub r: f64,
    /// 95 % confidence interval by Fisher's z.
    pub interval: Option<[f64; 2]>,
    /// Rows with both values.
    pub n: usize,
}

/// One line of the ranking of all factors.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedFactor {
    /// The factor.
    pub factor: ColumnId,
    /// Its name.
    pub name: String,
    /// Whether the share is r² (numeric) or η² (categorical).
    pub numeric: bool,
    /// Share of the outcome's variance explained, 0–1; NaN when undefined.
    pub explained: f64,
    /// 95 % confidence interval of that share.
    pub interval: Option<[f64; 2]>,
    /// p-value of the trend's slope or of the F test.
    pub p: f64,
    /// The same adjusted over all factors (Benjamini-Hochberg).
    pub q: f64,
    /// Rows used.
    pub n: usize,
}

/// Everything on the factor page.
#[derive(Debug, Clone, PartialEq)]
pub struct FactorImpact {
    /// Numeric factors, largest correlation first, undefined ones last.
    pub correlations: Vec<FactorCorrelation>,
    /// A factor against the outcome; `None` without a numeric factor.
    pub scatter: Option<Scatter>,
    /// All factors, by the share of variance explained.
    pub ranking: Vec<RankedFactor>,
}

/// How many factors are named as top.
const TOP: usize = 3;
/// Fewer pairs have no correlation worth the name: two always lie on a line.
pub(super) const LEAST_PAIRS: usize = 3;

impl FactorImpact {
    /// Computes the page's figures.
    pub fn compute(analysis: &Analysis<'_>) -> Self {
        let choices = analysis.choices();
        let factor = analysis.numeric_or_best(choices.factor);
        let with_trends = choices.trend.unwrap_or(true);
        let fits = fits(analysis);
        Self {
            correlations: correlations(analysis, &fits),
            scatter: factor.map(|x| {
                Scatter::compute(
                    analysis,
                    x,
                    analysis.outcome,
                    choices.color,
                    with_trends,
                    MOST_POINTS,
                )
            }),
            ranking: ranking(analysis, &fits),
        }
    }

    /// The factors with the largest positive correlations, none of which is negative.
    pub fn top_positive(&self) -> Vec<&FactorCorrelation> {
        self.correlations
            .iter()
            .filter(|c| c.r > 0.0)
            .take(TOP)
            .collect()
    }

    /// The factors with the most negative correlations, none of which is positive.
    pub fn top_negative(&self) -> Vec<&FactorCorrelation> {
        self.correlations
            .iter()
            .rev()
            .filter(|c| c.r < 0.0)
            .take(TOP)
            .collect()
    }
}

/// The trend of the outcome over a numeric factor.
struct Fit {
    factor: ColumnId,
    /// Rows with both values.
    n: usize,
    trend: Option<Trend>,
}

fn fits(analysis: &Analysis<'_>) -> Vec<Fit> {
    let fit = |factor| {
        let pairs = analysis.selected.loose_pairs(factor, analysis.outcome);
        // Two students always lie on a line, which says nothing.
        let trend = Trend::of(&pairs).filter(|trend| trend.n >= LEAST_PAIRS);
        Fit {
            factor,
            n: pairs.n(),
            trend,
        }
    };
    analysis.numeric_factors().into_iter().map(fit).collect()
}

fn correlations(analysis: &Analysis<'_>, fits: &[Fit]) -> Vec<FactorCorrelation> {
    let mut all: Vec<FactorCorrelation> = fits
        .iter()
        .map(|fit| {
            let r = fit.trend.as_ref().map_or(f64::NAN, |trend| trend.r);
            FactorCorrelation {
                factor: fit.factor,
                name: analysis.dataset.column(fit.factor).name.clone(),
                r,
                interval: correlation_interval(r, fit.n),
                n: fit.n,
            }
        })
        .collect();
    all.sort_by(|a, b| larger_first(a.r, b.r));
    all
}

fn ranking(analysis: &Analysis<'_>, fits: &[Fit]) -> Vec<RankedFactor> {
    let mut ranked: Vec<RankedFactor> =
        fits.iter().map(|fit| rank_numeric(analysis, fit)).collect();
    let factors = analysis.dataset.factor_ids();
    ranked.extend(
        factors
            .into_iter()
            .map(|factor| rank_factor(analysis, factor)),
    );
    let p: Vec<f64> = ranked.iter().map(|factor| factor.p).collect();
    for (factor, q) in ranked.iter_mut().zip(benjamini_hochberg(&p)) {
        factor.q = q;
    }
    ranked.sort_by(|a, b| larger_first(a.explained, b.explained));
    ranked
}

fn rank_numeric(analysis: &Analysis<'_>, fit: &Fit) -> RankedFactor {
    let trend = fit.trend.as_ref();
    RankedFactor {
        factor: fit.factor,
        name: analysis.dataset.column(fit.factor).name.clone(),
        numeric: true,
        explained: trend.map_or(f64::NAN, |trend| trend.r2),
        interval: trend.and_then(|trend| r2_interval(trend.r, trend.n)),
        p: trend.map_or(f64::NAN, |trend| trend.p),
        q: f64::NAN,
        n: fit.n,
    }
}

fn rank_factor(analysis: &Analysis<'_>, factor: ColumnId) -> RankedFactor {
    let groups = scores_by(analysis, factor);
    let test = Anova::of(&groups);
    RankedFactor {
        factor,
        name: analysis.dataset.column(factor).name.clone(),
        numeric: false,
        explained: test.as_ref().map_or(f64::NAN, |test| test.eta2),
        interval: test
            .as_ref()
            .and_then(|test| eta2_interval(test.f, test.df_between, test.df_within)),
        p: test.as_ref().map_or(f64::NAN, |test| test.p),
        q: f64::NAN,
        n: groups.iter().map(Tally::n).sum(),
    }
}
