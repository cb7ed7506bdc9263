//! Which of many things are drawn when all of them would be too much for a page.

/// Positions of at most `most` of `n` things, ascending and spread evenly over them: one from each
/// of equally long stretches, by a chance that is the same every time.
///
/// Not simply every k-th, which a table whose rows take turns would turn into a picture of every
/// second class.
pub(super) fn sample(n: usize, most: usize) -> Vec<usize> {
    if n <= most {
        return (0..n).collect();
    }
    (0..most)
        .map(|stretch| {
            let (from, to) = (stretch * n / most, (stretch + 1) * n / most);
            from + scattered(stretch) % (to - from)
        })
        .collect()
}

/// A number that looks like chance: the output function of SplitMix64 (Steele, Lea and Flood, "Fast
/// Splittable Pseudorandom Number Generators", 2014).
fn scattered(i: usize) -> usize {
    let mut z = (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 33) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_spread_and_no_larger_than_asked() {
        let cases = [(0, 5), (3, 5), (5, 5), (6, 5), (1_000, 7), (6_607, 1_000)];
        for (n, most) in cases {
            let drawn = sample(n, most);
            assert_eq!(drawn.len(), n.min(most), "{n}, {most}");
            assert!(drawn.is_sorted_by(|a, b| a < b), "{n}, {most}");
            assert!(drawn.last().is_none_or(|&last| last < n), "{n}, {most}");
            // Two neighbours lie in neighbouring stretches.
            let stretch = n.div_ceil(most);
            assert!(
                drawn.windows(2).all(|pair| pair[1] - pair[0] < 2 * stretch),
                "{n}, {most}"
            );
        }
    }

    #[test]
    fn rows_that_take_turns_are_all_drawn() {
        let even = sample(10_000, 1_000).iter().filter(|&i| i % 2 == 0).count();
        assert!((400..600).contains(&even), "{even} of 1,000 are even");
    }
}
