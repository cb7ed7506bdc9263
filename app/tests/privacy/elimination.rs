//! What follows from counts: linear algebra modulo a prime, which is exact for what has small
//! coefficients, as sums and differences of groups have.

/// 2⁶¹ − 1.
const PRIME: u128 = (1 << 61) - 1;

/// Students of one pattern of conditions with one value of a column.
pub(crate) type Atom = (usize, String);

/// All that follows from some sums of unknowns.
#[derive(Default)]
pub(crate) struct Known {
    /// Rows in echelon form with their leading unknown, whose coefficient is 1.
    rows: Vec<(usize, Vec<u64>)>,
}

impl Known {
    /// Adds a sum: the unknowns that it counts.
    pub(crate) fn add(&mut self, counted: &[bool]) {
        let rest = self.rest(counted);
        let Some(lead) = rest.iter().position(|x| *x != 0) else {
            return;
        };
        let inverse = power(rest[lead], PRIME - 2);
        let row = rest.iter().map(|&x| times(x, inverse)).collect();
        self.rows.push((lead, row));
    }

    /// Whether the sum follows from those that were added.
    pub(crate) fn tells(&self, counted: &[bool]) -> bool {
        self.rest(counted).iter().all(|x| *x == 0)
    }

    fn rest(&self, counted: &[bool]) -> Vec<u64> {
        let mut rest: Vec<u64> = counted.iter().map(|&x| u64::from(x)).collect();
        // Each row has nothing at the leads of those before it.
        for (lead, row) in &self.rows {
            let factor = rest[*lead];
            if factor != 0 {
                for (x, y) in rest.iter_mut().zip(row) {
                    *x = minus(*x, times(*y, factor));
                }
            }
        }
        rest
    }
}

fn times(x: u64, y: u64) -> u64 {
    (u128::from(x) * u128::from(y) % PRIME) as u64
}

fn minus(x: u64, y: u64) -> u64 {
    ((u128::from(x) + PRIME - u128::from(y)) % PRIME) as u64
}

fn power(x: u64, mut exponent: u128) -> u64 {
    let (mut base, mut result) = (x, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    result
}

#[test]
fn differences_follow_and_others_do_not() {
    let mut known = Known::default();
    known.add(&[true, true, true, false]);
    known.add(&[true, true, false, false]);
    known.add(&[false, true, true, true]);
    let cases = [
        ([false, false, true, false], true),
        ([false, true, false, true], true),
        ([true, false, false, false], false),
        ([true, false, false, true], false),
        ([false; 4], true),
    ];
    for (counted, expected) in cases {
        assert_eq!(known.tells(&counted), expected, "{counted:?}");
    }
}
