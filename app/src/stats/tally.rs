//! Counts as sufficient statistics: how often each value occurs says all that a figure of one column
//! asks, and of millions of students few values differ.

use super::sums;

/// The distinct values of a column with how often each occurs; missing ones are left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tally {
    /// Ascending, none twice and each at least once.
    runs: Vec<(f64, usize)>,
    n: usize,
}

impl Tally {
    /// Counts values; NaN is missing.
    pub fn of(values: &[f64]) -> Self {
        let mut present: Vec<f64> = values.to_vec();
        present.retain(|value| !value.is_nan());
        present.sort_unstable_by(f64::total_cmp);
        Self::of_runs(
            present
                .chunk_by(|a, b| a == b)
                .map(|run| (run[0], run.len())),
        )
    }

    /// Of ascending values with how often each occurs, which may be never.
    pub(crate) fn of_runs(runs: impl Iterator<Item = (f64, usize)>) -> Self {
        let runs: Vec<(f64, usize)> = runs.filter(|(_, count)| *count > 0).collect();
        Self {
            n: runs.iter().map(|(_, count)| count).sum(),
            runs,
        }
    }

    /// How many values there are.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// The distinct values, ascending, with how often each occurs.
    pub fn runs(&self) -> &[(f64, usize)] {
        &self.runs
    }

    /// Least value; NaN without any.
    pub fn min(&self) -> f64 {
        self.runs.first().map_or(f64::NAN, |(value, _)| *value)
    }

    /// Greatest value; NaN without any.
    pub fn max(&self) -> f64 {
        self.runs.last().map_or(f64::NAN, |(value, _)| *value)
    }

    /// How many values satisfy a condition.
    pub fn count(&self, meets: impl Fn(f64) -> bool) -> usize {
        let met = self.runs.iter().filter(|(value, _)| meets(*value));
        met.map(|(_, count)| count).sum()
    }

    /// The values of several columns together.
    pub fn together<'a>(tallies: impl IntoIterator<Item = &'a Self>) -> Self {
        let runs = tallies.into_iter().flat_map(|tally| &tally.runs);
        let mut runs: Vec<(f64, usize)> = runs.copied().collect();
        runs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let same = runs.chunk_by(|a, b| a.0 == b.0);
        Self::of_runs(same.map(|same| (same[0].0, same.iter().map(|(_, count)| count).sum())))
    }

    /// Sum of a function of each value.
    pub(super) fn sum(&self, term: impl Fn(f64) -> f64) -> f64 {
        let term = |&(value, count): &(f64, usize)| (term(value), count);
        sums::weighted(self.runs.iter().map(term))
    }

    /// Whether all values are equal; true without values.
    pub(super) fn is_constant(&self) -> bool {
        self.runs.len() < 2
    }

    /// Sum of the squared deviations from the mean.
    pub(super) fn squares(&self) -> f64 {
        if self.is_constant() {
            return if self.max().is_infinite() {
                f64::NAN
            } else {
                0.0
            };
        }
        let n = self.n as f64;
        // The mean of large values is itself rounded, so what it leaves is centred once more.
        let mean = self.sum(|value| value) / n;
        let rest = self.sum(|value| value - mean) / n;
        self.sum(|value| (value - mean - rest).powi(2))
    }

    /// The average rank of each distinct value, from 1.
    pub(super) fn ranks(&self) -> impl Iterator<Item = f64> {
        let mut before = 0;
        self.runs.iter().map(move |(_, count)| {
            let rank = before as f64 + (*count as f64 + 1.0) / 2.0;
            before += count;
            rank
        })
    }

    /// Positions of the distinct values of a part of these.
    pub(super) fn places<'a>(
        &'a self,
        part: &'a Self,
    ) -> impl Iterator<Item = (usize, usize)> + 'a {
        let mut at = 0;
        part.runs.iter().filter_map(move |(value, count)| {
            at += self.runs[at..].iter().position(|(here, _)| here == value)?;
            Some((at, *count))
        })
    }
}

/// Each group counted, those without values left out.
pub(super) fn present_groups(groups: &[Tally]) -> Vec<&Tally> {
    groups.iter().filter(|group| !group.is_empty()).collect()
}

/// Each group counted.
pub(super) fn tallies(groups: &[Vec<f64>]) -> Vec<Tally> {
    groups.iter().map(|group| Tally::of(group)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted() {
        let tally = Tally::of(&[2.0, f64::NAN, 0.0, 2.0, -0.0, 1.5]);
        assert_eq!(tally.runs(), [(0.0, 2), (1.5, 1), (2.0, 2)]);
        assert_eq!((tally.n(), tally.min(), tally.max()), (5, 0.0, 2.0));
        assert_eq!(tally.count(|value| value > 1.0), 3);
        assert_eq!(tally.ranks().collect::<Vec<_>>(), [1.5, 3.0, 4.5]);
        let more = Tally::of(&[1.5, 9.0]);
        let all = Tally::together([&tally, &more]);
        assert_eq!(all.runs(), [(0.0, 2), (1.5, 2), (2.0, 2), (9.0, 1)]);
        assert_eq!(all.places(&more).collect::<Vec<_>>(), [(1, 1), (3, 1)]);
        let none = Tally::of(&[f64::NAN]);
        assert!(none.is_empty() && none.min().is_nan());
    }
}
