//! Performance bands and the pass rate of a score from 0 to 100.

use super::tally::Tally;

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
    Tally::of(values).bands()
}

/// Percentage (0 to 100) of the values present that reach `mark`; NaN without values.
pub fn pass_rate(values: &[f64], mark: f64) -> f64 {
    Tally::of(values).pass_rate(mark)
}

impl Tally {
    /// Values per band, in the order of [`BANDS`].
    pub fn bands(&self) -> [usize; 5] {
        let mut counts = [0; 5];
        for &(value, count) in self.runs() {
            if let Some(band) = BANDS.iter().position(|band| value >= band.floor) {
                counts[band] += count;
            }
        }
        counts
    }

    /// Percentage (0 to 100) of the values that reach `mark`; NaN without values.
    pub fn pass_rate(&self, mark: f64) -> f64 {
        self.count(|value| value >= mark) as f64 / self.n() as f64 * 100.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_hold_their_floor() {
        let scores = [
            101.0,
            90.0,
            89.9,
            80.0,
            70.0,
            69.5,
            60.0,
            59.9,
            -5.0,
            f64::NAN,
        ];
        assert_eq!(band_counts(&scores), [2, 2, 1, 2, 2]);
        assert_eq!(band_counts(&[]), [0; 5]);
    }

    #[test]
    fn the_mark_itself_passes() {
        assert_eq!(
            pass_rate(&[60.0, 59.0, f64::NAN, 61.0, 80.0], PASS_MARK),
            75.0
        );
        assert!(pass_rate(&[f64::NAN], PASS_MARK).is_nan());
    }
}
