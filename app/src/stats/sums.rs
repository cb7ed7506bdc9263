//! Sums that keep their digits: the base of means, variances and products in this folder.
//!
//! Scores far from zero with little spread (NIST's SmLs series) lose all digits in the textbook
//! formulas, so values are centred first and long sums are compensated.

/// Neumaier's compensated sum ("Rundungsfehleranalyse einiger Verfahren zur Summation endlicher
/// Summen", 1974). With infinite values or overflow it is the plain sum.
pub(super) fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() {
            (total - next) + value
        } else {
            (value - next) + total
        };
        total = next;
    }
    // Infinity minus itself would turn the correction, and with it the sum, into NaN.
    if total.is_finite() {
        total + lost
    } else {
        total
    }
}

/// Sum of values each of which occurs several times, with about twice the digits of a plain one; the
/// plain one with infinite values or overflow.
pub(super) fn weighted(values: impl Iterator<Item = (f64, usize)> + Clone) -> f64 {
    let mut sum = Running::default();
    for (value, count) in values.clone() {
        match count {
            1 => sum.add(value),
            _ => sum.add_product(value, count as f64),
        }
    }
    let [total, lost] = sum.parts();
    if total.is_finite() && lost.is_finite() {
        return total;
    }
    values.map(|(value, count)| value * count as f64).sum()
}

/// Every value less the mean.
///
/// The mean of large values is itself rounded, so what it leaves is centred once more; after that
/// plain sums are as good as compensated ones, and faster.
pub(super) fn centred(values: &[f64]) -> Vec<f64> {
    let mut rest = values.to_vec();
    for _ in 0..2 {
        let centre = in_lanes(&rest, &rest, |value, _| value) / rest.len() as f64;
        rest.iter_mut().for_each(|value| *value -= centre);
    }
    rest
}

/// Sum of products of two centred columns.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    in_lanes(a, b, |left, right| left * right)
}

/// Sum of a function of each pair, in four lanes so that the processor need not wait for each
/// addition.
fn in_lanes(a: &[f64], b: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    let (a4, a_rest) = a.as_chunks::<4>();
    let (b4, b_rest) = b.as_chunks::<4>();
    let mut lanes = [0.0; 4];
    for (left, right) in a4.iter().zip(b4) {
        for lane in 0..4 {
            lanes[lane] += term(left[lane], right[lane]);
        }
    }
    let rest: f64 = a_rest
        .iter()
        .zip(b_rest)
        .map(|(&left, &right)| term(left, right))
        .sum();
    (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]) + rest
}

/// A sum of numbers and products with about twice the digits of a plain one.
///
/// Ogita, Rump and Oishi, "Accurate Sum and Dot Product" (2005), Dot2: each step's rounding error
/// is itself a number, and summed apart.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Running {
    total: f64,
    lost: f64,
}

impl Running {
    /// Adds a number.
    pub(super) fn add(&mut self, value: f64) {
        let [total, lost] = two_sum(self.total, value);
        self.total = total;
        self.lost += lost;
    }

    /// Adds a product of two numbers whose sizes are between 1e-140 and 1e140, or 0.
    pub(super) fn add_product(&mut self, a: f64, b: f64) {
        let [product, lost] = two_product(a, b);
        self.add(product);
        self.lost += lost;
    }

    /// Adds the same product several times.
    pub(super) fn add_products(&mut self, a: f64, b: f64, times: usize) {
        let [product, lost] = two_product(a, b);
        self.add_product(product, times as f64);
        self.lost += lost * times as f64;
    }

    /// The sum as a large part and what it lacks.
    pub(super) fn parts(self) -> [f64; 2] {
        two_sum(self.total, self.lost)
    }
}

/// A rounded sum and its error (Knuth, "The Art of Computer Programming" 2, 4.2.2).
fn two_sum(a: f64, b: f64) -> [f64; 2] {
    let sum = a + b;
    let from_b = sum - a;
    [sum, (a - (sum - from_b)) + (b - from_b)]
}

/// A rounded product and its error (Dekker, "A Floating-Point Technique for Extending the Available
/// Precision", 1971). Without fused multiplication, which older processors call a library for.
fn two_product(a: f64, b: f64) -> [f64; 2] {
    let product = a * b;
    let ([a_high, a_low], [b_high, b_low]) = (halves(a), halves(b));
    let error = a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low);
    [product, error]
}

/// A number as the sum of two with half its digits each.
fn halves(value: f64) -> [f64; 2] {
    const SPLITTER: f64 = 134_217_729.0; // 2^27 + 1
    let scaled = SPLITTER * value;
    let high = scaled - (scaled - value);
    [high, value - high]
}

/// Whether all values are equal; true without values.
pub(super) fn constant(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0] == pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sum_keeps_what_cancels() {
        assert_eq!(sum([1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(sum([f64::INFINITY, 1.0]), f64::INFINITY);
        assert_eq!(sum([f64::MAX, f64::MAX]), f64::INFINITY);
        assert!(sum([f64::INFINITY, f64::NEG_INFINITY]).is_nan());
        assert_eq!(sum([]), 0.0);
    }

    #[test]
    fn weighted_sums_keep_what_cancels() {
        let sum = |values: &[(f64, usize)]| weighted(values.iter().copied());
        assert_eq!(sum(&[(1.0, 2), (1e30, 3), (-1e30, 3)]), 2.0);
        assert_eq!(sum(&[(f64::INFINITY, 1), (1.0, 2)]), f64::INFINITY);
        assert_eq!(sum(&[(f64::MAX, 2)]), f64::INFINITY);
        assert_eq!(sum(&[(f64::MAX, 1), (-1.0, 1)]), f64::MAX);
        assert!(sum(&[(f64::INFINITY, 1), (f64::NEG_INFINITY, 1)]).is_nan());
        assert_eq!(sum(&[]), 0.0);
    }

    #[test]
    fn centring_survives_a_large_offset() {
        // 1e12 + {0.25, 0.5, 0.75} are exact, their mean is too; the deviations must be exact.
        assert_eq!(
            centred(&[1e12 + 0.25, 1e12 + 0.5, 1e12 + 0.75]),
            [-0.25, 0.0, 0.25]
        );
    }

    #[test]
    fn running_sums_keep_twice_the_digits() {
        let mut sum = Running::default();
        sum.add_product(1.0 + f64::EPSILON, 1.0 + f64::EPSILON);
        sum.add(-1.0);
        let [total, lost] = sum.parts();
        assert_eq!(
            [total, lost],
            [2.0 * f64::EPSILON, f64::EPSILON * f64::EPSILON]
        );
    }
    #[test]
    fn dot_takes_every_length() {
        let ones = [1.0; 9];
        for n in 0..=9 {
            assert_eq!(dot(&ones[..n], &ones[..n]), n as f64);
        }
    }
}
