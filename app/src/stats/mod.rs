//! The statistics: slices in, plain structs out.
//!
//! Place in the chain: dataset → filter → **stats** → figures → charts → views → server. Nothing here reads a file, a
//! clock or a data frame, and nothing here fails: an undefined figure is NaN or `None`, and a
//! regression that cannot be says why.
//!
//! Conventions, shared by every module and held to pandas, scipy and statsmodels by the tests:
//! - a missing value is NaN, a missing level is [`MISSING_LEVEL`]; both are dropped per figure;
//! - paired slices have one element per row, in the same order; the longer one's surplus is ignored;
//! - quantiles interpolate linearly (Hyndman and Fan's type 7), variances divide by n − 1;
//! - intervals are `[low, high]` at 95 %.

mod anova;
mod bands;
mod cells;
mod coded;
mod contingency;
mod correlation;
mod distributions;
mod effect;
mod histogram;
mod incomplete_beta;
mod kde;
mod kruskal;
mod levels;
mod multiple;
mod pairs;
mod regression;
mod summary;
mod sums;
mod tally;
#[cfg(test)]
mod testing;
mod trend;
mod tukey;
mod two_groups;
mod welch;

pub use anova::{Anova, anova};
pub use bands::{BANDS, Band, PASS_MARK, band_counts, pass_rate};
pub use cells::{Marks, marks, marks_on_a_line};
pub use coded::{Codes, Levels, Numbers};
pub use contingency::{Association, association, proportion_difference};
pub(crate) use correlation::pearson_of_rows;
pub use correlation::{
    Correlation, Matrix, average_ranks, correlation_interval, pearson, pearson_matrix, spearman,
    spearman_matrix,
};
pub use effect::{eta2_interval, r2_interval};
pub use histogram::{Histogram, equal_width, whole_numbers};
pub use kde::{Kde, gaussian_kde};
pub use kruskal::{Kruskal, kruskal};
pub use levels::by_level;
pub use multiple::benjamini_hochberg;
pub use pairs::{Pair, Pairs};
pub use regression::{
    Coefficient, Factor, Influence, MOST_TERMS, Partial, Prediction, Regression, Setting, Term,
    Unfit, regress, regress_coded, regress_through_origin,
};
pub use summary::{
    Summary, mean, mean_interval, quantile, quantile_of_any_order, sorted, summarize,
};
pub use tally::Tally;
pub use trend::{Trend, trend};
pub use tukey::{BoxStats, box_stats};
pub use two_groups::{
    HedgesG, MannWhitney, MeanDifference, hedges_g, mann_whitney, mean_difference,
};
pub use welch::{WelchAnova, welch_anova};

/// The code of a row whose level is missing.
pub const MISSING_LEVEL: u32 = u32::MAX;
