//! Whether the outcome differs between the levels of each categorical factor: four answers, each
//! with its own assumptions.

use crate::figures::Analysis;
use crate::figures::baseline::larger_first;
use crate::figures::performance::scores_by;
use crate::stats::{Anova, Kruskal, WelchAnova, benjamini_hochberg};

/// The tests of one categorical factor.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelTests {
    /// The factor.
    pub factor: String,
    /// Levels with rows.
    pub levels: usize,
    /// Rows used.
    pub n: usize,
    /// Variance between the levels over variance within them.
    pub f: f64,
    /// Degrees of freedom between and within.
    pub df: [f64; 2],
    /// p-value of that F.
    pub p: f64,
    /// Share of the variance explained among these students.
    pub eta2: f64,
    /// The same without what chance alone adds; below 0 where chance would have added more.
    pub omega2: f64,
    /// Welch's test; `None` where a level has one row or equal outcomes.
    pub welch: Option<WelchAnova>,
    /// Its p-value adjusted over the factors here; NaN without one.
    pub welch_q: f64,
    /// Kruskal and Wallis' test.
    pub kruskal: Option<Kruskal>,
    /// Its p-value adjusted over the factors here; NaN without one.
    pub kruskal_q: f64,
}

pub(super) fn compute(analysis: &Analysis<'_>) -> Vec<LevelTests> {
    let ids = analysis.dataset.factor_ids().into_iter();
    let mut all: Vec<LevelTests> = ids
        .filter_map(|id| {
            let groups = scores_by(analysis, id);
            let test = Anova::of(&groups).filter(|test| test.df_within > 0.0)?;
            Some(LevelTests {
                factor: analysis.dataset.column(id).name.clone(),
                levels: test.levels,
                n: test.n,
                f: test.f,
                df: [test.df_between, test.df_within],
                p: test.p,
                eta2: test.eta2,
                omega2: test.omega2,
                welch: WelchAnova::of(&groups),
                welch_q: f64::NAN,
                kruskal: Kruskal::of(&groups),
                kruskal_q: f64::NAN,
            })
        })
        .filter(|tests| !tests.eta2.is_nan())
        .collect();
    let welch = adjusted(all.iter().map(|tests| tests.welch.map(|welch| welch.p)));
    let ranks = adjusted(all.iter().map(|tests| tests.kruskal.map(|ranks| ranks.p)));
    for (tests, (welch, ranks)) in all.iter_mut().zip(welch.into_iter().zip(ranks)) {
        tests.welch_q = welch;
        tests.kruskal_q = ranks;
    }
    all.sort_by(|a, b| larger_first(a.omega2, b.omega2));
    all
}

fn adjusted(p: impl Iterator<Item = Option<f64>>) -> Vec<f64> {
    let p: Vec<f64> = p.map(|p| p.unwrap_or(f64::NAN)).collect();
    benjamini_hochberg(&p)
}
