//! Colours of what is drawn. Middle tones, so that each keeps a contrast of at least 3:1 to the
//! light and to the dark background; text and axes take theirs from the theme.

/// Series, in order; well apart for people who see red and green alike.
pub(super) const SERIES: [&str; 8] = [
    "#2f7ed8", "#d9702b", "#1c9a83", "#9a66d9", "#c9538f", "#8a8420", "#6b7a8c", "#b5563c",
];

/// What is positive, or the first of two.
pub(super) const POSITIVE: &str = SERIES[0];
/// What is negative.
pub(super) const NEGATIVE: &str = SERIES[1];

/// The performance bands, from the best to the one that needs help.
pub(super) const BANDS: [&str; 5] = ["#1c9a83", "#2f7ed8", "#9a66d9", "#b98a1d", "#d9702b"];

/// The colour of the series at `i`, again from the start after the last.
pub(super) fn series(i: usize) -> &'static str {
    SERIES[i % SERIES.len()]
}
