//! In which factors the groups differ most, numeric and categorical ones on one scale: how closely a
//! factor goes with being in one group rather than the other, from 0 to 1. For a numeric factor
//! that is the size of its correlation with membership, for a categorical one Cramér's V; both are
//! the multiple correlation of membership with the factor's terms.

use super::groups::Members;
use crate::dataset::ColumnId;
use crate::figures::Analysis;
use crate::figures::baseline::larger_first;
use crate::stats::{
    Correlation, HedgesG, MeanDifference, Pairs, association, benjamini_hochberg,
    proportion_difference,
};

/// How often a level is in each group.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelShare {
    /// The level.
    pub level: String,
    /// Students with it in each group.
    pub counts: [usize; 2],
    /// Share of those with a value, 0–1; NaN for a group without any.
    pub shares: [f64; 2],
    /// First share less the second, with its 95 % interval.
    pub difference: Option<(f64, [f64; 2])>,
}

/// How the groups differ in a factor.
#[derive(Debug, Clone, PartialEq)]
pub enum Contrast {
    /// A numeric factor.
    Numbers {
        /// Mean of each group.
        means: [f64; 2],
        /// Difference in standard deviations (Hedges' g), NaN where undefined.
        g: f64,
        /// Its 95 % interval.
        interval: Option<[f64; 2]>,
    },
    /// A categorical factor: its levels with rows, in factor order.
    Levels(Vec<LevelShare>),
}

/// A factor and how the groups differ in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Contrasted {
    /// Its name.
    pub factor: String,
    /// How closely it goes with membership, 0–1; NaN where undefined.
    pub association: f64,
    /// p-value of Welch's t or of χ²; NaN where undefined.
    pub p: f64,
    /// The same adjusted over all factors here (Benjamini-Hochberg).
    pub q: f64,
    /// Students of each group with a value.
    pub n: [usize; 2],
    /// The difference itself.
    pub contrast: Contrast,
}

pub(super) fn compute(
    analysis: &Analysis<'_>,
    members: &Members,
    defining: &[ColumnId],
) -> Vec<Contrasted> {
    let left = |id: &ColumnId| *id != analysis.outcome && !defining.contains(id);
    let numeric = analysis.dataset.numeric_ids().into_iter().filter(left);
    let factors = analysis.dataset.factor_ids().into_iter().filter(left);
    let mut all: Vec<Contrasted> = numeric
        .map(|id| numbers(analysis, members, id))
        .chain(factors.map(|id| levels(analysis, members, id)))
        .collect();
    let p: Vec<f64> = all.iter().map(|contrasted| contrasted.p).collect();
    for (contrasted, q) in all.iter_mut().zip(benjamini_hochberg(&p)) {
        contrasted.q = q;
    }
    all.sort_by(|a, b| larger_first(a.association, b.association));
    all
}

fn numbers(analysis: &Analysis<'_>, members: &Members, id: ColumnId) -> Contrasted {
    let [a, b] = &members.both(analysis, id);
    let g = HedgesG::of(a, b);
    Contrasted {
        factor: analysis.dataset.column(id).name.clone(),
        association: Correlation::pearson(&Pairs::of_sides(a, b)).r.abs(),
        p: MeanDifference::of(a, b).map_or(f64::NAN, |difference| difference.p),
        q: f64::NAN,
        n: [a.n(), b.n()],
        contrast: Contrast::Numbers {
            means: [a.mean(), b.mean()],
            g: g.map_or(f64::NAN, |g| g.g),
            interval: g.map(|g| g.ci95),
        },
    }
}

fn levels(analysis: &Analysis<'_>, members: &Members, id: ColumnId) -> Contrasted {
    let column = analysis.dataset.column(id);
    let counts = members.counts(analysis, id);
    let n = [0, 1].map(|side: usize| counts[side].iter().sum::<usize>());
    let test = association(&counts);
    let shares = column.levels().iter().enumerate().map(|(i, level)| {
        let counts = [counts[0][i], counts[1][i]];
        LevelShare {
            level: level.clone(),
            counts,
            shares: [0, 1].map(|side: usize| counts[side] as f64 / n[side] as f64),
            difference: proportion_difference((counts[0], n[0]), (counts[1], n[1])),
        }
    });
    Contrasted {
        factor: column.name.clone(),
        association: test.map_or(f64::NAN, |test| test.v),
        p: test.map_or(f64::NAN, |test| test.p),
        q: f64::NAN,
        n,
        contrast: Contrast::Levels(shares.filter(|share| share.counts != [0, 0]).collect()),
    }
}
