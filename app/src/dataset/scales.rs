//! The orders that levels are drawn in: known scales in their own order, everything else
//! alphabetically.

/// Scales whose order carries meaning, each from its lowest level to its highest.
const ORDERED: &[&[&str]] = &[
    &["Low", "Medium", "High"],
    &["Negative", "Neutral", "Positive"],
    &["High School", "College", "Postgraduate"],
    &["Near", "Moderate", "Far"],
    &["Very Low", "Low", "Medium", "High", "Very High"],
    &[
        "Very Poor",
        "Poor",
        "Fair",
        "Good",
        "Very Good",
        "Excellent",
    ],
    &["Never", "Rarely", "Sometimes", "Often", "Always"],
    &[
        "Strongly Disagree",
        "Disagree",
        "Neutral",
        "Agree",
        "Strongly Agree",
    ],
    &["Small", "Medium", "Large"],
];

/// Pairs without an order, in the sequence in which people expect to read them.
const CUSTOMARY: &[&[&str]] = &[&["Yes", "No"], &["Public", "Private"], &["Male", "Female"]];

/// Puts `levels` into the order of the scale that holds all of them. Returns whether that order
/// means something. A single level is on no scale, since nothing says which.
pub(super) fn arrange(levels: &mut [String]) -> bool {
    levels.sort();
    if levels.len() < 2 {
        return false;
    }
    for (scales, ordered) in [(ORDERED, true), (CUSTOMARY, false)] {
        if let Some(scale) = scales.iter().find(|scale| holds_all(scale, levels)) {
            levels.sort_by_key(|level| position(scale, level));
            return ordered;
        }
    }
    false
}

fn holds_all(scale: &[&str], levels: &[String]) -> bool {
    levels.iter().all(|level| position(scale, level).is_some())
}

fn position(scale: &[&str], level: &str) -> Option<usize> {
    scale
        .iter()
        .position(|step| step.eq_ignore_ascii_case(level.trim()))
}

#[cfg(test)]
mod tests {
    use super::arrange;

    #[test]
    fn levels_take_the_order_of_their_scale() {
        let cases: &[(&[&str], &[&str], bool)] = &[
            (&["High", "Low", "Medium"], &["Low", "Medium", "High"], true),
            (&["High", "Low"], &["Low", "High"], true),
            (&["low", "high", "medium"], &["low", "medium", "high"], true),
            (
                &["College", "High School", "Postgraduate"],
                &["High School", "College", "Postgraduate"],
                true,
            ),
            (&["No", "Yes"], &["Yes", "No"], false),
            (&["Female", "Male"], &["Male", "Female"], false),
            (&["blue", "amber"], &["amber", "blue"], false),
            (&["High", "Low", "Odd"], &["High", "Low", "Odd"], false),
            (&["High"], &["High"], false),
            (&[], &[], false),
        ];
        for (input, expected, ordered) in cases {
            let mut levels: Vec<String> = input.iter().map(|&s| s.to_owned()).collect();
            assert_eq!(arrange(&mut levels), *ordered, "{input:?}");
            assert_eq!(levels, *expected, "{input:?}");
        }
    }
}
