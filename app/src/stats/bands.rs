//! Performance bands and the pass rate of a score from 0 to 100.

use super::summary::present;

/// A named range of scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Name with its range, as shown.
    pub label: &'static str,
    /// Least score in the band; it ends below the floor of the band before it.
    pub floor: f64,
}

/// The five bands, from the best down; together they hold every score.
pub const BANDS: [Band; 5] = [
    Band {
        label: "Excellent (90-100)",
        floor: 90.0,
    },
    Band {
        label: "Very Good (80-89)",
        floor: 80.0,
    },
    Band {
        label: "Good (70-79)",
        floor: 70.0,
    },
    Band {
        label: "Satisfactory (60-69)",
        floor: 60.0,
    },
    Band {
        label: "Needs Improvement (<60)",
        floor: f64::NEG_INFINITY,
    },
];

/// The least score that passes, unless the user sets another.
pub const PASS_MARK: f64 = 60.0;

/// Values present per band, in the order of [`BANDS`].
pub fn band_counts(values: &[f64]) -> [usize; 5] {
    let mut counts = [0; 5];
    for &value in values {
        // NaN reaches no floor, so a missing score is in no band.
        if let Some(band) = BANDS.iter().position(|band| value >= band.floor) {
            counts[band] += 1;
        }
    }
    counts
}

/// Percentage (0 to 100) of the values present that reach `mark`; NaN without values.
pub fn pass_rate(values: &[f64], mark: f64) -> f64 {
    let values = present(values);
    let passes = values.iter().filter(|&&value| value >= mark).count();
    passes as f64 / values.len() as f64 * 100.0
}
