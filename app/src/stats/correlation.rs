//! Pearson's and Spearman's correlation, for pairs of columns and for whole matrices.
//!
//! As pandas' `corr`: pairs with a missing or infinite member are dropped, per pair of columns.

use std::cmp::Ordering;

use serde::Serialize;

use super::{distributions::normal_quantile, pairs::Pairs, tally::Tally};

/// A correlation and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Correlation {
    /// Coefficient in −1..=1; NaN below two pairs or when a side is constant.
    pub r: f64,
    /// Complete pairs.
    pub n: usize,
}

/// Correlations of every column with every column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Matrix {
    /// Square and symmetric, `cells[i][j]` for columns i and j; 1 with itself unless constant.
    pub cells: Vec<Vec<Correlation>>,
}

/// Pearson's product-moment correlation over complete pairs.
pub fn pearson(x: &[f64], y: &[f64]) -> Correlation {
    pearson_of_rows(x.len().min(y.len()), |row| x[row], |row| y[row])
}

/// The same of so many rows, each of which has a value on either side, NaN where it is missing.
pub(crate) fn pearson_of_rows(
    rows: usize,
    x: impl Fn(usize) -> f64,
    y: impl Fn(usize) -> f64,
) -> Correlation {
    let pairs = (0..rows).map(|row| (x(row), y(row)));
    let pairs = pairs.filter(|(x, y)| x.is_finite() && y.is_finite());
    let sums = |[x, y]: [f64; 2]| {
        pairs.clone().fold([0.0, 0.0, 0.0], |sums, pair| {
            [
                sums[0] + (pair.0 - x),
                sums[1] + (pair.1 - y),
                sums[2] + 1.0,
            ]
        })
    };
    let mean = |[x, y, n]: [f64; 3]| [x / n, y / n];
    // The mean of large values is itself rounded, so what it leaves is centred once more.
    let near = mean(sums([0.0; 2]));
    let left = sums(near);
    let rest = mean(left);
    let [mut xx, mut yy, mut xy] = [0.0; 3];
    for (x, y) in pairs.clone() {
        let (x, y) = (x - near[0] - rest[0], y - near[1] - rest[1]);
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    // A rounded mean would leave a constant column a spurious spread.
    let first = pairs.clone().next();
    let varies =
        |of: fn((f64, f64)) -> f64| pairs.clone().any(|pair| Some(of(pair)) != first.map(of));
    let r = match varies(|pair| pair.0) && varies(|pair| pair.1) {
        true => (xy / f64::sqrt(xx) / f64::sqrt(yy)).clamp(-1.0, 1.0),
        false => f64::NAN,
    };
    Correlation {
        r,
        n: left[2] as usize,
    }
}

/// Spearman's rank correlation: Pearson's, of average ranks within the complete pairs.
pub fn spearman(x: &[f64], y: &[f64]) -> Correlation {
    Correlation::spearman(&Pairs::of(x, y))
}

impl Correlation {
    /// [`pearson`] of pairs that are counted.
    pub fn pearson(pairs: &Pairs) -> Self {
        let centred = pairs.centred();
        // A rounded mean would leave a constant column a spurious spread.
        let [x_norm, y_norm] = match pairs.constant() {
            [false, false] => [
                centred.sum(|pair| pair.x * pair.x).sqrt(),
                centred.sum(|pair| pair.y * pair.y).sqrt(),
            ],
            _ => [0.0, 0.0],
        };
        let product = match x_norm == 0.0 && y_norm == 0.0 {
            true => f64::NAN,
            false => centred.sum(|pair| pair.x * pair.y),
        };
        Self {
            r: (product / x_norm / y_norm).clamp(-1.0, 1.0),
            n: pairs.n(),
        }
    }

    /// [`spearman`] of pairs that are counted.
    pub fn spearman(pairs: &Pairs) -> Self {
        Self::pearson(&pairs.ranked())
    }
}

/// [`pearson`] of every pair of columns.
pub fn pearson_matrix(columns: &[&[f64]]) -> Matrix {
    Matrix::of(columns.len(), |i, j| pearson(columns[i], columns[j]))
}

/// [`spearman`] of every pair of columns.
pub fn spearman_matrix(columns: &[&[f64]]) -> Matrix {
    Matrix::of(columns.len(), |i, j| spearman(columns[i], columns[j]))
}

/// Ranks from 1, ties sharing their average (midrank), in the order of `values`; NaN stays NaN.
pub fn average_ranks(values: &[f64]) -> Vec<f64> {
    let tally = Tally::of(values);
    let ranks: Vec<f64> = tally.ranks().collect();
    let place = |value: &f64| {
        let runs = tally.runs();
        runs.binary_search_by(|(here, _)| here.partial_cmp(value).unwrap_or(Ordering::Less))
    };
    let rank = |value: &f64| place(value).map_or(f64::NAN, |place| ranks[place]);
    values.iter().map(rank).collect()
}

/// 95 % interval of a correlation over `n` pairs by Fisher's z; `None` below four pairs or without
/// a correlation.
///
/// Fisher, "On the Probable Error of a Coefficient of Correlation" (1921): atanh r is about
/// normal with variance 1 / (n − 3).
pub fn correlation_interval(r: f64, n: usize) -> Option<[f64; 2]> {
    if n < 4 || !(-1.0..=1.0).contains(&r) {
        return None;
    }
    let half = normal_quantile(0.975) / ((n - 3) as f64).sqrt();
    let z = r.atanh();
    Some([(z - half).tanh(), (z + half).tanh()])
}

impl Matrix {
    /// Of so many columns: computes the upper triangle and mirrors it.
    pub fn of(size: usize, cell: impl Fn(usize, usize) -> Correlation) -> Self {
        let diagonal = |cell: Correlation| Correlation {
            // The product of rounded square roots may miss 1 by a digit.
            r: if cell.r.is_nan() { cell.r } else { 1.0 },
            ..cell
        };
        let upper: Vec<Vec<Correlation>> = (0..size)
            .map(|i| {
                let rest = (i + 1..size).map(|j| cell(i, j));
                std::iter::once(diagonal(cell(i, i))).chain(rest).collect()
            })
            .collect();
        let at = |i: usize, j: usize| upper[i.min(j)][i.abs_diff(j)];
        let cells = (0..size)
            .map(|i| (0..size).map(|j| at(i, j)).collect())
            .collect();
        Self { cells }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::stats::testing::{assert_all_close, assert_close, plain_column};

    const NAN: f64 = f64::NAN;
    const X: [f64; 7] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];

    #[test]
    fn correlations_are_pandas() {
        let cases: [(&[f64], f64, f64, usize); 6] = [
            (
                &[2.0, 1.0, 4.0, 3.0, 7.0, 5.0, NAN],
                0.7917946548886297,
                0.8285714285714287,
                6,
            ),
            // An infinite value is left out, as a missing one is; ties share their rank.
            (
                &[2.0, 2.0, 4.0, 3.0, 7.0, 7.0, f64::INFINITY],
                0.8998668934400765,
                0.9121593238215745,
                6,
            ),
            (&[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], NAN, NAN, 7),
            (&[NAN, 3.0, NAN, 1.0, NAN, NAN, NAN], -1.0, -1.0, 2),
            (&[NAN, 3.0, NAN, NAN, NAN, NAN, NAN], NAN, NAN, 1),
            (&[], NAN, NAN, 0),
        ];
        for (y, r, rho, n) in cases {
            let (p, s) = (pearson(&X, y), spearman(&X, y));
            assert_close(p.r, r);
            assert_close(s.r, rho);
            assert_eq!((p.n, s.n), (n, n));
        }
    }

    #[test]
    fn the_diagonal_is_one_unless_constant() {
        let thirds = X.map(|x| x / 3.0);
        let holes = [0.3, NAN, 0.7, 0.1, NAN, 0.2, 0.4];
        for matrix in [pearson_matrix, spearman_matrix].map(|f| f(&[&thirds, &holes, &[0.1; 7]])) {
            assert_eq!((matrix.cells[0][0].r, matrix.cells[1][1].r), (1.0, 1.0));
            assert!(matrix.cells[2][2].r.is_nan() && matrix.cells[2][0].r.is_nan());
            assert_eq!((matrix.cells[0][1].n, matrix.cells[2][2].n), (5, 7));
        }
    }

    #[test]
    fn ranks_share_ties() {
        let cases: [(&[f64], &[f64]); 5] = [
            (&[30.0, 10.0, 20.0, 10.0], &[4.0, 1.5, 3.0, 1.5]),
            (&[0.5, NAN, 0.25, 0.5], &[2.5, NAN, 1.0, 2.5]),
            (
                &[0.0, -0.0, f64::NEG_INFINITY, 1e300],
                &[2.5, 2.5, 1.0, 4.0],
            ),
            // Too close for a distance from the least value to tell apart.
            (&[-1000.0, 1e-20, 0.0], &[1.0, 3.0, 2.0]),
            (&[NAN], &[NAN]),
        ];
        for (values, ranks) in cases {
            assert_all_close(&average_ranks(values), ranks);
        }
    }

    #[test]
    fn interval_is_fishers() {
        let interval = correlation_interval(0.7917946548886297, 6).unwrap();
        assert_all_close(&interval, &[-0.05530515967334017, 0.9761145801153426]);
        assert_eq!(correlation_interval(1.0, 9), Some([1.0, 1.0]));
        assert_eq!(
            (correlation_interval(0.5, 3), correlation_interval(NAN, 9)),
            (None, None)
        );
    }

    proptest! {
        #[test]
        fn matrices_are_the_pairs(x in plain_column(), y in plain_column()) {
            let n = x.len().min(y.len());
            let (x, y) = (&x[..n], &y[..n]);
            for (matrix, pair) in [
                (pearson_matrix(&[x, y]), pearson(x, y)),
                (spearman_matrix(&[x, y]), spearman(x, y)),
            ] {
                prop_assert_eq!(matrix.cells[0][1].n, pair.n);
                let (cell, mirror) = (matrix.cells[0][1].r, matrix.cells[1][0].r);
                prop_assert_eq!(cell.to_bits(), mirror.to_bits());
                prop_assert!((cell - pair.r).abs() < 1e-12 || cell.is_nan() && pair.r.is_nan());
            }
        }

        #[test]
        fn ranks_count_what_is_below(values in plain_column()) {
            for (value, rank) in values.iter().zip(average_ranks(&values)) {
                let below = values.iter().filter(|other| *other < value).count() as f64;
                let same = values.iter().filter(|other| *other == value).count() as f64;
                prop_assert!(rank == below + (same + 1.0) / 2.0 || value.is_nan() && rank.is_nan());
            }
        }
    }
}
