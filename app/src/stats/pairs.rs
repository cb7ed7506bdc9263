//! Pairs of values with how often each occurs: all that a line, a correlation or a scatter plot asks
//! of two columns.

use super::{Tally, sums};

/// A pair of values and how often it occurs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Of the first column.
    pub x: f64,
    /// Of the second.
    pub y: f64,
    /// At least 1.
    pub count: usize,
}

/// Pairs of finite values of two columns; rows that lack either are left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pairs {
    pairs: Vec<Pair>,
    n: usize,
}

/// Pairs less the means of their columns, computed as they are asked for: of millions of rows a copy would
/// take hundreds of MB.
#[derive(Debug, Clone, Copy)]
pub(super) struct Centred<'a> {
    pairs: &'a Pairs,
    means: [f64; 2],
    /// Means are rounded, so that what they leave is centred once more.
    rests: [f64; 2],
}

impl Centred<'_> {
    /// Sum of a function of each pair.
    pub(super) fn sum(&self, term: impl Fn(Pair) -> f64) -> f64 {
        let ([x_mean, y_mean], [x_rest, y_rest]) = (self.means, self.rests);
        self.pairs.sum(|pair| {
            term(Pair {
                x: pair.x - x_mean - x_rest,
                y: pair.y - y_mean - y_rest,
                ..pair
            })
        })
    }
}

impl Pairs {
    /// Of two columns with one element per row each; the longer one's surplus is ignored.
    pub fn of(x: &[f64], y: &[f64]) -> Self {
        let both = x.iter().zip(y).map(|(&x, &y)| Pair { x, y, count: 1 });
        Self::counted(both)
    }

    /// Of the values of two groups: 1 stands for the first, 0 for the second.
    pub fn of_sides(first: &Tally, second: &Tally) -> Self {
        let side = |tally: &Tally, y: f64| -> Vec<Pair> {
            let runs = tally.runs().iter();
            runs.map(|&(x, count)| Pair { x, y, count }).collect()
        };
        Self::counted([side(first, 1.0), side(second, 0.0)].concat().into_iter())
    }

    /// Of pairs that have been counted; what occurs never or is not finite is left out.
    pub(crate) fn counted(pairs: impl Iterator<Item = Pair>) -> Self {
        let pairs: Vec<Pair> = pairs
            .filter(|pair| pair.count > 0 && pair.x.is_finite() && pair.y.is_finite())
            .collect();
        Self {
            n: pairs.iter().map(|pair| pair.count).sum(),
            pairs,
        }
    }

    /// Rows with both values.
    pub fn n(&self) -> usize {
        self.n
    }

    /// How many pairs there are; of a table how many distinct ones.
    pub fn distinct(&self) -> usize {
        self.pairs.len()
    }

    /// The pairs; of a table in the order of their values, and none twice.
    pub fn iter(&self) -> impl Iterator<Item = Pair> + Clone {
        self.pairs.iter().copied()
    }

    /// Sum of a function of each pair.
    pub(super) fn sum(&self, term: impl Fn(Pair) -> f64) -> f64 {
        sums::weighted(self.iter().map(|pair| (term(pair), pair.count)))
    }

    /// Whether all values of the first column are equal, and of the second; true without any.
    pub(super) fn constant(&self) -> [bool; 2] {
        let of = |value: fn(&Pair) -> f64| {
            let first = self.pairs.first().map(value);
            self.pairs.iter().all(|pair| Some(value(pair)) == first)
        };
        [of(|pair| pair.x), of(|pair| pair.y)]
    }

    /// Mean of each column.
    pub(super) fn means(&self) -> [f64; 2] {
        [self.sum(|pair| pair.x), self.sum(|pair| pair.y)].map(|sum| sum / self.n as f64)
    }

    /// The pairs less the means of their columns.
    pub(super) fn centred(&self) -> Centred<'_> {
        let once = Centred {
            pairs: self,
            means: self.means(),
            rests: [0.0; 2],
        };
        let rests = [once.sum(|pair| pair.x), once.sum(|pair| pair.y)];
        let rests = rests.map(|sum| sum / self.n as f64);
        Centred { rests, ..once }
    }

    /// The average ranks in place of the values.
    pub(super) fn ranked(&self) -> Self {
        let [x, y] = [|pair: &Pair| pair.x, |pair: &Pair| pair.y].map(|of| self.ranks(of));
        let ranks = x.into_iter().zip(y).zip(&self.pairs);
        let ranked = ranks.map(|((x, y), pair)| Pair { x, y, ..*pair });
        Self {
            pairs: ranked.collect(),
            n: self.n,
        }
    }

    fn ranks(&self, value: fn(&Pair) -> f64) -> Vec<f64> {
        let mut order: Vec<usize> = (0..self.pairs.len()).collect();
        let of = |i: usize| value(&self.pairs[i]);
        order.sort_by(|&a, &b| of(a).total_cmp(&of(b)));
        let mut ranks = vec![0.0; order.len()];
        let mut before = 0;
        for same in order.chunk_by(|&a, &b| of(a) == of(b)) {
            let count: usize = same.iter().map(|&i| self.pairs[i].count).sum();
            let rank = before as f64 + (count as f64 + 1.0) / 2.0;
            same.iter().for_each(|&i| ranks[i] = rank);
            before += count;
        }
        ranks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_of_rows_with_both() {
        let nan = f64::NAN;
        let pairs = Pairs::of(
            &[3.0, nan, 1.0, 3.0, f64::INFINITY, 2.0],
            &[6.0, 2.0, nan, 8.0, 1.0],
        );
        assert_eq!(pairs.n(), 2);
        assert_eq!(
            (pairs.means(), pairs.constant()),
            ([3.0, 7.0], [true, false])
        );
        let ranks: Vec<_> = pairs.ranked().iter().map(|pair| (pair.x, pair.y)).collect();
        assert_eq!(ranks, [(1.5, 1.0), (1.5, 2.0)]);
    }
}
