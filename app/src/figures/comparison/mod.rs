//! Figures of the comparison page: two groups of students side by side.

mod contrast;
mod groups;
mod overlay;

pub use contrast::{Contrast, Contrasted, LevelShare};
pub use overlay::Distributions;

use super::Analysis;
use crate::filter::{Filters, Groups, in_words};
use crate::stats::{HedgesG, MannWhitney, MeanDifference, Tally};
use groups::Members;

/// One of the two groups.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupFigure {
    /// Its conditions in words, which hold together; none for the rest.
    pub conditions: Vec<String>,
    /// Students.
    pub rows: usize,
    /// Those with an outcome.
    pub n: usize,
    /// Mean outcome, NaN without any.
    pub mean: f64,
    /// 95 % interval of that mean; `None` below two outcomes.
    pub interval: Option<[f64; 2]>,
    /// Standard deviation, NaN below two outcomes.
    pub std: f64,
    /// Median outcome, NaN without any.
    pub median: f64,
}

/// Everything on the comparison page; group A comes first everywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What the groups are, as the address says or as the page proposes.
    pub chosen: Groups,
    /// Whether the page proposes them.
    pub proposed: bool,
    /// The groups.
    pub groups: [GroupFigure; 2],
    /// Students in both.
    pub both: usize,
    /// Students in neither.
    pub neither: usize,
    /// Those in neither of whom nobody can tell, since a value is missing.
    pub unknown: usize,
    /// Whether a condition is on the outcome itself, so that the groups differ in it by definition.
    pub by_outcome: bool,
    /// Difference of the means, A less B; `None` where a group has fewer than two outcomes.
    pub difference: Option<MeanDifference>,
    /// The same in standard deviations; `None` where it is undefined.
    pub g: Option<HedgesG>,
    /// Test of the ranks; `None` where a group has no outcome.
    pub ranks: Option<MannWhitney>,
    /// Distributions of the outcome; `None` where neither group has one.
    pub distributions: Option<Distributions>,
    /// Factors by how much the groups differ in them, the clearest first. Those that define the
    /// groups are left out.
    pub contrasts: Vec<Contrasted>,
    /// Names of those.
    pub defining: Vec<String>,
}

impl Comparison {
    /// Computes the page's figures; `None` where the address names no group and the table has no
    /// factor to propose one by.
    pub fn compute(analysis: &Analysis<'_>) -> Option<Self> {
        let named = &analysis.choices().groups;
        let proposed = *named == Groups::default();
        let chosen = match proposed {
            true => groups::proposed(analysis)?,
            false => named.clone(),
        };
        let members = Members::of(&chosen, analysis);
        let [a, b] = &members.both(analysis, analysis.outcome);
        let defining: Vec<_> = analysis
            .dataset
            .ids()
            .filter(|&id| chosen.a.get(id).or(chosen.b.get(id)).is_some())
            .collect();
        let g = HedgesG::of(a, b).filter(|g| g.g.is_finite() && g.ci95[0].is_finite());
        Some(Self {
            proposed,
            groups: [
                group(analysis, &chosen.a, members.sizes[0], a),
                group(analysis, &chosen.b, members.sizes[1], b),
            ],
            both: members.in_both,
            neither: members.in_neither,
            unknown: members.unknown,
            by_outcome: defining.contains(&analysis.outcome),
            difference: MeanDifference::of(a, b),
            g,
            ranks: MannWhitney::of(a, b),
            distributions: Distributions::of(analysis, [a, b]),
            contrasts: contrast::compute(analysis, &members, &defining),
            defining: defining
                .iter()
                .map(|&id| analysis.dataset.column(id).name.clone())
                .collect(),
            chosen,
        })
    }
}

fn group(
    analysis: &Analysis<'_>,
    conditions: &Filters,
    rows: usize,
    outcomes: &Tally,
) -> GroupFigure {
    let summary = outcomes.summary();
    GroupFigure {
        conditions: conditions
            .iter()
            .map(|(id, condition)| in_words(analysis.dataset.column(id), condition))
            .collect(),
        rows,
        n: summary.count,
        mean: summary.mean,
        interval: outcomes.mean_interval(),
        std: summary.std,
        median: summary.median,
    }
}
