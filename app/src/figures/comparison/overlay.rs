//! The distributions of the outcome in both groups, over the same bins.

use crate::figures::Analysis;
use crate::figures::performance::{EQUAL_BINS, KDE_POINTS};
use crate::filter::Bins;
use crate::stats::{Kde, Tally};

/// Histograms and densities of both groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Distributions {
    /// How they are cut.
    pub bins: Bins,
    /// Edges of the bins, ascending and evenly apart, one more than bins.
    pub edges: Vec<f64>,
    /// Outcomes in each bin, for each group.
    pub counts: [Vec<usize>; 2],
    /// Densities; `None` for a group with fewer than two different outcomes.
    pub kde: [Option<Kde>; 2],
}

impl Distributions {
    pub(super) fn of(analysis: &Analysis<'_>, groups: [&Tally; 2]) -> Option<Self> {
        let all = Tally::together(groups);
        let whole_possible = analysis.dataset.column(analysis.outcome).is_whole();
        let whole = (whole_possible && analysis.choices().bins != Some(Bins::Twenty))
            .then(|| all.whole_numbers())
            .flatten();
        let (bins, histogram) = match whole {
            Some(whole) => (Bins::Whole, whole),
            None => (Bins::Twenty, all.equal_width(EQUAL_BINS)?),
        };
        let edges = histogram.edges;
        Some(Self {
            bins,
            counts: groups.map(|values| count(&edges, values)),
            kde: groups.map(|values| match whole_possible {
                true => values.kde_of_whole_numbers(KDE_POINTS),
                false => values.kde(KDE_POINTS),
            }),
            edges,
        })
    }
}

/// Values between the edges; the last bin includes its upper edge.
fn count(edges: &[f64], values: &Tally) -> Vec<usize> {
    let mut counts = vec![0; edges.len().saturating_sub(1)];
    for &(value, times) in values.runs() {
        let above = edges.partition_point(|edge| *edge <= value);
        let bin = above.saturating_sub(1).min(counts.len().saturating_sub(1));
        if let Some(count) = counts.get_mut(bin) {
            *count += times;
        }
    }
    counts
}
