//! What holds of every regression, and edge cases by hand.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::stats::MISSING_LEVEL;
use crate::stats::testing::assert_all_close;

/// An outcome, two numeric factors and one of three levels.
#[derive(Debug, Clone)]
struct Data {
    y: Vec<f64>,
    x: Vec<f64>,
    z: Vec<f64>,
    codes: Vec<u32>,
}

impl Data {
    fn factors(&self) -> [Factor<'_>; 3] {
        [
            Factor::Numeric(&self.x),
            Factor::Numeric(&self.z),
            levels(&self.codes),
        ]
    }

    fn fit(&self) -> Regression {
        regress(&self.y, &self.factors()).unwrap()
    }

    fn map(&self, order: impl Fn(usize) -> usize) -> Self {
        let rows = || (0..self.y.len()).map(&order);
        Self {
            y: rows().map(|row| self.y[row]).collect(),
            x: rows().map(|row| self.x[row]).collect(),
            z: rows().map(|row| self.z[row]).collect(),
            codes: rows().map(|row| self.codes[row]).collect(),
        }
    }
}

fn levels(codes: &[u32]) -> Factor<'_> {
    Factor::Categorical { codes, levels: 3 }
}

/// Tables with ties, missing levels and, in some, factors that follow from each other.
fn any_data() -> impl Strategy<Value = Data> {
    let row = (
        50.0..100.0_f64,
        0..9_i32,
        -5.0..5.0_f64,
        prop_oneof![9 => 0..3_u32, 1 => Just(MISSING_LEVEL)],
    );
    (prop::collection::vec(row, 12..40), any::<bool>()).prop_map(|(rows, follows)| {
        let x: Vec<f64> = rows.iter().map(|row| f64::from(row.1)).collect();
        Data {
            y: rows
                .iter()
                .map(|row| (row.0 * 10.0).round() / 10.0)
                .collect(),
            z: match follows {
                true => x.iter().map(|x| 3.0 - 2.0 * x).collect(),
                false => rows.iter().map(|row| row.2).collect(),
            },
            codes: rows.iter().map(|row| row.3).collect(),
            x,
        }
    })
}

fn estimates(fit: &Regression) -> Vec<f64> {
    fit.coefficients.iter().map(|c| c.estimate).collect()
}

proptest! {
    #[test]
    fn residuals_cancel_and_leverages_count_the_terms(data in any_data()) {
        let (fit, factors) = (data.fit(), data.factors());
        prop_assert!(fit.residuals.iter().sum::<f64>().abs() < 1e-9);
        let influence = fit.influence(&factors);
        let sum: f64 = influence.leverage.iter().sum();
        prop_assert!((sum - fit.coefficients.len() as f64).abs() < 1e-9, "{sum}");
        prop_assert_eq!(fit.coefficients.len() + fit.df_residual, fit.n);
        prop_assert_eq!(fit.n + fit.dropped, data.y.len());
        for (residual, (&row, fitted)) in fit.residuals.iter().zip(fit.rows.iter().zip(&fit.fitted)) {
            prop_assert!((data.y[row] - fitted - residual).abs() < 1e-12);
        }
        let limit = 4.0 / fit.n as f64;
        prop_assert!(influence.influential().iter().all(|&i| influence.cook(i) > limit));
    }

    #[test]
    fn shares_are_shares(data in any_data()) {
        let fit = data.fit();
        let partials: Vec<Partial> = fit.partial.iter().flatten().copied().collect();
        for share in partials.iter().map(|partial| partial.r2).chain([fit.r2]) {
            prop_assert!((0.0..=1.0).contains(&share), "{share}");
        }
        // No factor takes more than the model explains.
        let explained = fit.r2 / (1.0 - fit.r2);
        prop_assert!(partials.iter().all(|p| p.r2 / (1.0 - p.r2) <= explained * (1.0 + 1e-9) + 1e-12));
        // A numeric factor that another follows from takes nothing away.
        if fit.aliased.contains(&Term::Numeric { factor: 1 }) {
            prop_assert_eq!(fit.partial[0], None);
        }
    }

    #[test]
    fn the_outcomes_unit_carries_over(data in any_data(), power in -20..20_i32, shift in -90..90_i32) {
        let (factor, shift) = (2.0_f64.powi(power), f64::from(shift));
        let other = Data { y: data.y.iter().map(|y| (y + shift) * factor).collect(), ..data.clone() };
        let (fit, moved) = (data.fit(), other.fit());
        let back: Vec<f64> = moved.fitted.iter().map(|y| y / factor - shift).collect();
        prop_assert!(back.iter().zip(&fit.fitted).all(|(a, b)| (a - b).abs() < 1e-9));
        for (a, b) in fit.coefficients.iter().zip(&moved.coefficients) {
            prop_assert!((a.stderr - b.stderr / factor).abs() <= 1e-9 * a.stderr);
            prop_assert!(a.term == Term::Intercept || (a.t - b.t).abs() <= 1e-9 * a.t.abs().max(1.0));
        }
        prop_assert!((fit.r2 - moved.r2).abs() < 1e-9);
    }

    #[test]
    fn the_order_of_rows_does_not_matter(data in any_data(), start in 0..12_usize) {
        let n = data.y.len();
        let turned = data.map(|row| (row + start) % n).fit();
        assert_all_close(&estimates(&turned), &estimates(&data.fit()));
    }

    #[test]
    fn another_reference_says_the_same(data in any_data()) {
        let turned = |&code: &u32| if code < 3 { 2 - code } else { code };
        let other = Data { codes: data.codes.iter().map(turned).collect(), ..data.clone() };
        let (fit, recoded) = (data.fit(), other.fit());
        assert_all_close(&fit.fitted, &recoded.fitted);
        prop_assert!((fit.r2 - recoded.r2).abs() < 1e-12);
        let r2 = |fit: &Regression| fit.partial.iter().map(|p| p.map_or(0.0, |p| p.r2)).collect::<Vec<_>>();
        assert_all_close(&r2(&fit), &r2(&recoded));
    }

    #[test]
    fn a_row_is_predicted_as_it_is_fitted(data in any_data()) {
        let fit = data.fit();
        let influence = fit.influence(&data.factors());
        for (i, &row) in fit.rows.iter().enumerate() {
            let settings = [
                Setting::Number(data.x[row]),
                Setting::Number(data.z[row]),
                Setting::Level(data.codes[row] as usize),
            ];
            let predicted = fit.predict(&settings).unwrap();
            assert_all_close(&[predicted.mean, predicted.leverage], &[fit.fitted[i], influence.leverage[i]]);
            prop_assert!(predicted.ci95[0] <= predicted.mean_ci95[0] || fit.df_residual == 0);
        }
    }

    #[test]
    fn no_numbers_make_it_fail(
        rows in prop::collection::vec((prop::num::f64::ANY, prop::num::f64::ANY, 0..5_u32), 0..12),
    ) {
        let y: Vec<f64> = rows.iter().map(|row| row.0).collect();
        let x: Vec<f64> = rows.iter().map(|row| row.1).collect();
        let codes: Vec<u32> = rows.iter().map(|row| row.2).collect();
        let factors = [Factor::Numeric(&x), levels(&codes), Factor::Numeric(&y)];
        for fit in [regress(&y, &factors), regress_through_origin(&y, &factors)].into_iter().flatten() {
            let _ = fit.influence(&factors).influential();
            let _ = fit.predict(&[Setting::Number(y[0]), Setting::Level(1), Setting::Number(x[0])]);
        }
    }
}

#[test]
fn terms_that_follow_from_others_are_named() {
    let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let y = [1.0, 3.0, 2.0, 5.0, 4.0, 6.5];
    let sum: Vec<f64> = x.iter().zip(&y).map(|(x, y)| 0.1 * x + y).collect();
    let halves = [0, 0, 0, 1, 1, 1];
    let numeric = |factor| Term::Numeric { factor };
    let level = |factor, level| Term::Level { factor, level };
    // factors and which terms are aliased
    let cases: [(&[Factor<'_>], &[Term]); 4] = [
        (
            &[Factor::Numeric(&x), Factor::Numeric(&[7.1; 6])],
            &[numeric(1)],
        ),
        (&[levels(&halves), levels(&halves)], &[level(1, 1)]),
        (
            &[
                Factor::Numeric(&x),
                Factor::Numeric(&y),
                Factor::Numeric(&sum),
            ],
            &[numeric(2)],
        ),
        // As many rows as terms: what comes last follows from the rest.
        (&[levels(&[2, 1, 2, 1, 2, 1]), Factor::Numeric(&x)], &[]),
    ];
    for (factors, aliased) in cases {
        let fit = regress(&y, factors).unwrap();
        assert_eq!(fit.aliased, aliased, "{factors:?}");
    }
    // Settings that break the rule by which a term was left out have no prediction.
    let double: Vec<f64> = x.iter().map(|x| 2.0 * x).collect();
    let fit = regress(&y, &[Factor::Numeric(&x), Factor::Numeric(&double)]).unwrap();
    let ask = |x, double| fit.predict(&[Setting::Number(x), Setting::Number(double)]);
    assert!(ask(2.5, 5.0).is_some());
    assert_eq!(ask(2.5, 6.0), None);
}

#[test]
fn the_reference_is_the_first_level_with_rows() {
    let fit = regress(&[1.0, 2.0, 4.0, 6.0], &[levels(&[1, 1, 2, 2])]).unwrap();
    assert_eq!(fit.references, [Some(1)]);
    assert_all_close(&estimates(&fit), &[1.5, 3.5]);
    assert_eq!(
        fit.coefficients[1].term,
        Term::Level {
            factor: 0,
            level: 2
        }
    );
    assert_eq!(fit.predict(&[Setting::Level(0)]), None);
    assert_eq!(fit.predict(&[Setting::Number(1.0)]), None);
    assert_eq!(fit.predict(&[]), None);
}

#[test]
fn without_degrees_of_freedom_errors_are_undefined() {
    let fit = regress(&[1.0, 2.0], &[Factor::Numeric(&[3.0, 5.0])]).unwrap();
    assert_all_close(&estimates(&fit), &[-0.5, 0.5]);
    assert_eq!((fit.df_residual, fit.r2), (0, 1.0));
    let c = &fit.coefficients[1];
    assert!(
        [c.stderr, c.t, c.p, c.ci95[0], fit.residual_std, fit.f_p]
            .iter()
            .all(|v| v.is_nan())
    );
    // A constant outcome has nothing to explain.
    let flat = regress(&[0.1; 4], &[Factor::Numeric(&[1.0, 2.0, 4.0, 8.0])]).unwrap();
    assert_eq!((estimates(&flat), flat.r2.is_nan()), (vec![0.1, 0.0], true));
}

#[test]
fn what_cannot_be_fitted_is_said() {
    assert_eq!(regress(&[], &[]), Err(Unfit::NoRows));
    assert_eq!(
        regress(&[1.0], &[Factor::Numeric(&[f64::NAN])]),
        Err(Unfit::NoRows)
    );
    let wide = Factor::Categorical {
        codes: &[0, 1],
        levels: 400,
    };
    let error = regress(&[1.0, 2.0], &[wide]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the factors make 400 terms, and a regression takes at most 300"
    );
}
