//! What the tests of this folder share: a comparison, arbitrary columns, and the promise that no
//! input makes any figure fail.

use proptest::prelude::*;

use super::*;

/// Asserts a relative error below 1e-9 (an absolute one below 1e-12 around zero); NaN equals NaN.
#[track_caller]
pub(super) fn assert_close(got: f64, want: f64) {
    let near = (got - want).abs() <= f64::max(1e-9 * want.abs(), 1e-12);
    assert!(
        near || got == want || (got.is_nan() && want.is_nan()),
        "{got:e}, expected {want:e}"
    );
}

/// [`assert_close`] for each of a series.
#[track_caller]
pub(super) fn assert_all_close(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len());
    got.iter()
        .zip(want)
        .for_each(|(&got, &want)| assert_close(got, want));
}

/// Columns with ties, missing, infinite, tiny and huge values.
pub(super) fn any_column() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![
        4 => (-3..4_i32).prop_map(f64::from),
        2 => prop::num::f64::ANY,
        2 => -1e3..1e3,
        1 => Just(f64::NAN),
    ];
    prop::collection::vec(value, 0..30)
}

/// Columns of ordinary numbers with ties and missing values.
pub(super) fn plain_column() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![
        3 => (0..20_i32).prop_map(f64::from),
        2 => -1e3..1e3,
        1 => Just(f64::NAN),
    ];
    prop::collection::vec(value, 0..60)
}

proptest! {
    #[test]
    fn no_column_makes_a_figure_fail(
        x in any_column(), y in any_column(), codes in prop::collection::vec(0..5_u32, 0..30),
        number in prop::num::f64::ANY, bins in 0..30_usize,
    ) {
        let _ = (summary::summarize(&x), summary::mean(&x), summary::mean_interval(&x));
        let _ = summary::quantile(&summary::sorted(&x), number);
        let _ = (tukey::box_stats(&x), histogram::whole_numbers(&x));
        let _ = (histogram::equal_width(&x, bins), kde::gaussian_kde(&x, bins));
        let _ = (correlation::pearson(&x, &y), correlation::spearman(&x, &y));
        let _ = (correlation::pearson_matrix(&[&x, &y]), correlation::spearman_matrix(&[&x, &y]));
        let _ = (correlation::average_ranks(&x), correlation::correlation_interval(number, bins));
        let _ = trend::trend(&x, &y).map(|line| (line.at(number), line.band(number)));
        let groups = levels::by_level(&codes, 4, &x);
        let _ = (anova::anova(&groups), welch::welch_anova(&groups), kruskal::kruskal(&groups));
        let _ = (mean_difference(&x, &y), hedges_g(&x, &y), mann_whitney(&x, &y));
        let counts = [codes.iter().map(|&code| code as usize).collect(), vec![bins]];
        let _ = (association(&counts), proportion_difference((bins, x.len()), (y.len(), bins)));
        let _ = (multiple::benjamini_hochberg(&x), bands::band_counts(&x));
        let _ = (bands::pass_rate(&x, number), effect::r2_interval(number, bins));
    }

    #[test]
    fn no_argument_makes_a_distribution_fail(
        a in prop::num::f64::ANY, b in prop::num::f64::ANY, c in prop::num::f64::ANY,
        d in prop::num::f64::ANY,
    ) {
        use distributions::*;
        let _ = (normal_quantile(a), t_quantile(a, b), effect::eta2_interval(a, b, c));
        let probabilities =
            [t_two_sided_p(a, b), f_sf(a, b, c), chi2_sf(a, b), noncentral_f_cdf(a, b, c, d)];
        for p in probabilities {
            prop_assert!(p.is_nan() || (0.0..=1.0).contains(&p), "{p}");
        }
    }
}
