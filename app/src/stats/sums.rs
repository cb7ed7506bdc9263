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
}
