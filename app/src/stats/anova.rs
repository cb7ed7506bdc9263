//! Does the outcome differ between the levels of a factor? One-way analysis of variance with its
//! effect size, and Kruskal and Wallis' test on ranks.

use serde::Serialize;

use super::{
    correlation::average_ranks,
    distributions::{chi2_sf, f_sf},
    summary::present,
    sums,
};

/// One-way analysis of variance, after `scipy.stats.f_oneway` and `scipy.stats.kruskal`.
///
/// Constant but different groups have an infinite `f`; equal values everywhere, or one value per
/// group, leave `f` NaN.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Anova {
    /// Values in all groups.
    pub n: usize,
    /// Groups with values.
    pub levels: usize,
    /// Variance between the groups over variance within them.
    pub f: f64,
    /// Probability of such an `f` where all groups share one mean.
    pub p: f64,
    /// Share of the outcome's variance that the levels explain, 0..=1: SSB / SST.
    pub eta2: f64,
    /// Groups less one.
    pub df_between: f64,
    /// Values less groups.
    pub df_within: f64,
    /// Kruskal and Wallis' H, corrected for ties.
    pub kruskal_h: f64,
    /// Probability of such an H where all groups share one distribution, by χ².
    pub kruskal_p: f64,
}

/// Analysis of variance over groups of outcomes; `None` with fewer than two groups that have values.
pub fn anova(groups: &[Vec<f64>]) -> Option<Anova> {
    let groups: Vec<Vec<f64>> = groups
        .iter()
        .map(|group| present(group))
        .filter(|group| !group.is_empty())
        .collect();
    let levels = groups.len();
    if levels < 2 {
        return None;
    }
    let values = groups.concat();
    let df_between = (levels - 1) as f64;
    let df_within = (values.len() - levels) as f64;
    let (between, within) = sums_of_squares(&groups, &values);
    let f = f_ratio(&groups, &values, between / df_between, within / df_within);
    let kruskal_h = kruskal(&groups, &values);
    Some(Anova {
        n: values.len(),
        levels,
        f,
        p: f_sf(f, df_between, df_within),
        eta2: between / (between + within),
        df_between,
        df_within,
        kruskal_h,
        kruskal_p: chi2_sf(kruskal_h, df_between),
    })
}

/// Sums of squares between and within the groups, each from deviations rather than as the
/// difference of larger sums.
fn sums_of_squares(groups: &[Vec<f64>], values: &[f64]) -> (f64, f64) {
    if sums::constant(values) {
        return (0.0, 0.0);
    }
    // Any offset near the data will do: it leaves small numbers whose own mean is then exact.
    let offset = sums::mean(values);
    let grand = sums::sum(values.iter().map(|v| v - offset)) / values.len() as f64;
    let shifted_mean =
        |group: &[f64]| sums::sum(group.iter().map(|v| v - offset)) / group.len() as f64;
    let between = sums::sum(
        groups
            .iter()
            .map(|group| group.len() as f64 * (shifted_mean(group) - grand).powi(2)),
    );
    let within = sums::sum(
        groups
            .iter()
            .filter(|group| !sums::constant(group))
            .map(|group| {
                let mean = shifted_mean(group);
                sums::sum(group.iter().map(|v| (v - offset - mean).powi(2)))
            }),
    );
    (between, within)
}

/// F, with scipy's answers where it is not a number.
fn f_ratio(groups: &[Vec<f64>], values: &[f64], between: f64, within: f64) -> f64 {
    if groups.len() == values.len() || sums::constant(values) {
        f64::NAN
    } else if groups.iter().all(|group| sums::constant(group)) {
        f64::INFINITY
    } else {
        between / within
    }
}

/// Kruskal and Wallis, "Use of Ranks in One-Criterion Variance Analysis" (1952): the variance of
/// the groups' mean ranks over that of all ranks, whose ties thereby count. NaN when all are tied.
fn kruskal(groups: &[Vec<f64>], values: &[f64]) -> f64 {
    let ranks = average_ranks(values);
    let middle = (values.len() + 1) as f64 / 2.0;
    let total: f64 = ranks.iter().map(|rank| (rank - middle).powi(2)).sum();
    let mut rest = ranks.as_slice();
    let mut between = 0.0;
    for group in groups {
        let (own, others) = rest.split_at(group.len());
        let excess: f64 = own.iter().map(|rank| rank - middle).sum();
        between += excess * excess / group.len() as f64;
        rest = others;
    }
    (values.len() - 1) as f64 * between / total
}
