//! What is counted against what is summed row by row.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::stats::regression::{regress, regress_coded};
use crate::stats::testing::{assert_all_close, assert_close};

const ROWS: u32 = 3_000;

/// Codes that look like chance, one of `of` and now and then one beyond.
fn codes(column: u32, of: u32) -> Vec<u8> {
    let mixed = |row: u32| (row * 8 + column).wrapping_mul(0x9E37_79B9).rotate_left(15);
    let code = |row| mixed(row).wrapping_mul(0x85EB_CA6B) >> 8;
    let missing = |row| code(row) % 50 == 0;
    (0..ROWS)
        .map(|row| {
            if missing(row) {
                u8::MAX
            } else {
                (code(row) / 50 % of) as u8
            }
        })
        .collect()
}

/// Two columns of few numbers, two of many, and levels of which two factors fit into a byte, so that
/// the third one begins another group.
#[test]
fn counted_rows_make_the_model_of_the_rows() {
    let few: Vec<f64> = (0..40).map(|i| 1e6 + f64::from(i) * 0.1).collect();
    let many: Vec<f64> = (0..2_000).map(|i| 300.0 + f64::from(i) / 7.0).collect();
    let narrow = [codes(0, 40), codes(1, 30), codes(2, 40)];
    let wide = [0, 1, 2].map(|column| {
        let halves = codes(column + 6, 40).into_iter().zip(codes(column, 41));
        let code = |(a, b)| u32::from(a) * 50 + u32::from(b);
        halves.map(code).collect::<Vec<u32>>()
    });
    let levels = [codes(3, 9), codes(4, 9), codes(5, 9)];
    let narrow = narrow.each_ref().map(|codes| Numbers {
        codes: Codes::Narrow(codes),
        numbers: &few,
    });
    let wide = wide.each_ref().map(|codes| Numbers {
        codes: Codes::Wide(codes),
        numbers: &many,
    });
    let levels = levels
        .each_ref()
        .map(|codes| Factor::Levels(Levels { codes, levels: 8 }));
    let cases = [
        (narrow[0], vec![narrow[1], narrow[2]]),
        (narrow[0], vec![wide[1], narrow[1], wide[2]]),
        (wide[0], vec![narrow[1], narrow[2]]),
        (wide[0], vec![wide[1], wide[2]]),
    ];
    for (outcome, numbers) in cases {
        let plain = |numbers: &Numbers<'_>| -> Vec<f64> {
            (0..numbers.codes.len())
                .map(|row| numbers.at(row))
                .collect()
        };
        let columns: Vec<Vec<f64>> = numbers.iter().map(plain).collect();
        let coded = numbers.iter().copied().map(Factor::Coded);
        let coded: Vec<Factor<'_>> = coded.chain(levels).collect();
        let columns = columns.iter().map(|column| Factor::Numeric(column));
        let summed: Vec<Factor<'_>> = columns.chain(levels).collect();
        assert_alike(outcome, &coded, &plain(&outcome), &summed);
    }
}

fn assert_alike(outcome: Numbers<'_>, coded: &[Factor<'_>], plain: &[f64], factors: &[Factor<'_>]) {
    let counted = regress_coded(outcome, coded).unwrap();
    let summed = regress(plain, factors).unwrap();
    let groups = counted.compact.as_ref().map(|compact| compact.groups.len());
    assert_eq!(groups, Some(2));
    assert_eq!(summed.compact, None);
    assert_eq!((counted.n, &counted.rows), (summed.n, &summed.rows));
    assert!(counted.dropped > 100 && counted.n > 1_000);
    for (a, b) in counted.coefficients.iter().zip(&summed.coefficients) {
        assert_all_close(&[a.estimate, a.stderr, a.p], &[b.estimate, b.stderr, b.p]);
    }
    assert_close(counted.r2, summed.r2);
    assert_all_close(&counted.residuals, &summed.residuals);
    let (counted, summed) = (counted.influence(coded), summed.influence(factors));
    assert_all_close(&counted.leverage, &summed.leverage);
    for row in 0..counted.leverage.len() {
        assert_close(counted.cook(row), summed.cook(row));
    }
}
