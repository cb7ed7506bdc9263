//! Pearson's and Spearman's correlation, for pairs of columns and for whole matrices.
//!
//! As pandas' `corr`: pairs with a missing or infinite member are dropped, per pair of columns.

use serde::Serialize;

use super::{MISSING_LEVEL, distributions::normal_quantile, sums};

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
    let (x, y): (Vec<f64>, Vec<f64>) = complete(x, y, |v| v.is_finite()).unzip();
    Correlation {
        r: Centred::new(&x).correlate(&Centred::new(&y)),
        n: x.len(),
    }
}

/// Spearman's rank correlation: Pearson's, of average ranks within the complete pairs.
pub fn spearman(x: &[f64], y: &[f64]) -> Correlation {
    Codes::new(&finite_or_nan(x)).correlate(&Codes::new(&finite_or_nan(y)))
}

/// [`pearson`] of every pair of columns, each centred once where nothing is missing.
pub fn pearson_matrix(columns: &[&[f64]]) -> Matrix {
    let ready: Vec<_> = columns
        .iter()
        .map(|column| {
            column
                .iter()
                .all(|v| v.is_finite())
                .then(|| Centred::new(column))
        })
        .collect();
    matrix(columns.len(), |i, j| match (&ready[i], &ready[j]) {
        (Some(x), Some(y)) if x.len() == y.len() => Correlation {
            r: x.correlate(y),
            n: x.len(),
        },
        _ => pearson(columns[i], columns[j]),
    })
}

/// [`spearman`] of every pair of columns, each ranked once where nothing is missing.
pub fn spearman_matrix(columns: &[&[f64]]) -> Matrix {
    let codes: Vec<_> = columns
        .iter()
        .map(|column| Codes::new(&finite_or_nan(column)))
        .collect();
    let ready: Vec<_> = codes
        .iter()
        .map(|codes| codes.is_complete().then(|| Centred::new(&codes.ranks())))
        .collect();
    matrix(columns.len(), |i, j| match (&ready[i], &ready[j]) {
        (Some(x), Some(y)) if x.len() == y.len() => Correlation {
            r: x.correlate(y),
            n: x.len(),
        },
        _ => codes[i].correlate(&codes[j]),
    })
}

/// Ranks from 1, ties sharing their average (midrank), in the order of `values`; NaN stays NaN.
pub fn average_ranks(values: &[f64]) -> Vec<f64> {
    Codes::new(values).ranks()
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

/// Computes the upper triangle and mirrors it.
fn matrix(size: usize, cell: impl Fn(usize, usize) -> Correlation) -> Matrix {
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
    Matrix { cells }
}

/// A column less its mean, with its length as a vector.
struct Centred {
    deviations: Vec<f64>,
    norm: f64,
}

impl Centred {
    fn new(values: &[f64]) -> Self {
        // A rounded mean would leave a constant column a spurious spread.
        if sums::constant(values) {
            return Self {
                deviations: vec![0.0; values.len()],
                norm: 0.0,
            };
        }
        let deviations = sums::centred(values);
        let norm = sums::dot(&deviations, &deviations).sqrt();
        Self { deviations, norm }
    }

    fn len(&self) -> usize {
        self.deviations.len()
    }

    /// The cosine between two columns; NaN when one is constant.
    fn correlate(&self, other: &Self) -> f64 {
        let cosine = sums::dot(&self.deviations, &other.deviations) / self.norm / other.norm;
        cosine.clamp(-1.0, 1.0)
    }
}

/// A column as whole numbers in the order of its values. Ranks within any choice of rows then take
/// counting, not sorting.
struct Codes {
    codes: Vec<u32>,
    bound: usize,
}

impl Codes {
    fn new(values: &[f64]) -> Self {
        Self::of_small_integers(values).unwrap_or_else(|| Self::by_sorting(values))
    }

    /// Distance from the least value, when all are whole and the range is not much longer than
    /// the column.
    fn of_small_integers(values: &[f64]) -> Option<Self> {
        let min = values.iter().copied().reduce(f64::min)?;
        let max = values.iter().copied().reduce(f64::max)?;
        let range = max - min;
        let whole = |v: &f64| v.is_nan() || v.fract() == 0.0;
        let fits = range <= 1000.0 + values.len() as f64 && min.abs() < 1e15;
        if !fits || !values.iter().all(whole) {
            return None;
        }
        let code = |v: &f64| {
            if v.is_nan() {
                MISSING_LEVEL
            } else {
                (v - min) as u32
            }
        };
        Some(Self {
            codes: values.iter().map(code).collect(),
            bound: range as usize + 1,
        })
    }

    fn by_sorting(values: &[f64]) -> Self {
        let mut order: Vec<(f64, usize)> = values
            .iter()
            .enumerate()
            .filter(|(_, v)| !v.is_nan())
            .map(|(row, &v)| (v, row))
            .collect();
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut codes = vec![MISSING_LEVEL; values.len()];
        let mut bound = 0;
        for run in order.chunk_by(|a, b| a.0 == b.0) {
            for &(_, row) in run {
                codes[row] = bound;
            }
            bound += 1;
        }
        Self {
            codes,
            bound: bound as usize,
        }
    }

    fn is_complete(&self) -> bool {
        !self.codes.contains(&MISSING_LEVEL)
    }

    fn ranks(&self) -> Vec<f64> {
        ranks(&self.codes, self.bound)
    }

    fn correlate(&self, other: &Self) -> Correlation {
        let (x, y): (Vec<u32>, Vec<u32>) = self
            .codes
            .iter()
            .zip(&other.codes)
            .filter(|&(&x, &y)| x != MISSING_LEVEL && y != MISSING_LEVEL)
            .unzip();
        let rank = |codes: &[u32], bound| Centred::new(&ranks(codes, bound));
        Correlation {
            r: rank(&x, self.bound).correlate(&rank(&y, other.bound)),
            n: x.len(),
        }
    }
}

/// Average ranks of codes below `bound`; NaN for missing ones.
fn ranks(codes: &[u32], bound: usize) -> Vec<f64> {
    let mut counts = vec![0_usize; bound];
    for &code in codes {
        if let Some(count) = counts.get_mut(code as usize) {
            *count += 1;
        }
    }
    let mut before = 0;
    let by_code: Vec<f64> = counts
        .iter()
        .map(|&count| {
            let rank = before as f64 + (count as f64 + 1.0) / 2.0;
            before += count;
            rank
        })
        .collect();
    codes
        .iter()
        .map(|&code| by_code.get(code as usize).copied().unwrap_or(f64::NAN))
        .collect()
}

/// The pairs of which both members satisfy a condition.
pub(super) fn complete<'a>(
    x: &'a [f64],
    y: &'a [f64],
    keep: impl Fn(f64) -> bool + 'a,
) -> impl Iterator<Item = (f64, f64)> + 'a {
    x.iter()
        .copied()
        .zip(y.iter().copied())
        .filter(move |&(x, y)| keep(x) && keep(y))
}

/// Pandas leaves infinite values out of a correlation, ranks included.
fn finite_or_nan(values: &[f64]) -> Vec<f64> {
    values
        .iter()
        .map(|&v| if v.is_finite() { v } else { f64::NAN })
        .collect()
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
        fn counting_ranks_as_sorting_does(values in plain_column()) {
            let whole: Vec<f64> = values.iter().map(|v| v.round()).collect();
            let sorted = Codes::by_sorting(&whole).ranks();
            prop_assert_eq!(format!("{sorted:?}"), format!("{:?}", average_ranks(&whole)));
        }
    }
}
