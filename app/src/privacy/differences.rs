//! What follows where a column is not shown under two conditions together, but is under each alone, and the
//! number who meet both is known.
//!
//! Such sums have one coefficient for each part of the column under no condition, one for each of its parts
//! under either, and one for all who meet both. They are groups where every student counts once or not
//! at all; who is known not to be there counts as one likes. Without those who meet both they are sums
//! that are shown, so they are not looked for.

use std::collections::BTreeMap;

/// A part of a column, as finely as it is shown under no condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// Students who meet neither condition, the first alone, the second alone, and both.
    pub(super) cells: [usize; 4],
    /// The parts that it lies in as they are shown under the first condition and under the second, of
    /// which the ones lie in the others.
    pub(super) within: [u32; 2],
}

/// Coefficients that may make a group.
const COEFFICIENTS: std::ops::RangeInclusive<i64> = -3..=3;
const OF_BOTH: [i64; 4] = [-2, -1, 1, 2];

/// Whether a group of fewer than `least` follows, who are not nobody.
pub(super) fn tell(parts: &[Part], least: usize) -> bool {
    let parts = coarser_last(parts);
    let groups = grouped(&parts, 1);
    let possible = possible(&parts);
    OF_BOTH.into_iter().any(|both| {
        let all = groups.values().map(|group| {
            Sizes::of_any(least, |coarse| {
                let finer = group.values().map(|members| {
                    Sizes::of_any(least, |fine| {
                        let each = members.iter().map(|&i| {
                            sizes(parts[i].cells, possible[i], [fine, coarse, both], least)
                        });
                        Sizes::together(least, each)
                    })
                });
                Sizes::together(least, finer)
            })
        });
        Sizes::together(least, all).0[1..].contains(&true)
    })
}

/// The same with the conditions in such an order that parts of the second are the wider ones.
fn coarser_last(parts: &[Part]) -> Vec<Part> {
    let count = |which: usize| grouped(parts, which).len();
    if count(0) >= count(1) {
        return parts.to_vec();
    }
    let swapped = parts.iter().map(|part| {
        let [neither, first, second, both] = part.cells;
        Part {
            cells: [neither, second, first, both],
            within: [part.within[1], part.within[0]],
        }
    });
    swapped.collect()
}

/// Positions of parts by the part of one condition and then by that of the other.
fn grouped(parts: &[Part], which: usize) -> BTreeMap<u32, BTreeMap<u32, Vec<usize>>> {
    let mut groups: BTreeMap<u32, BTreeMap<u32, Vec<usize>>> = BTreeMap::new();
    for (i, part) in parts.iter().enumerate() {
        let group = groups.entry(part.within[which]).or_default();
        group.entry(part.within[1 - which]).or_default().push(i);
    }
    groups
}

/// Which cells of each part may have students, as far as what is shown tells.
fn possible(parts: &[Part]) -> Vec<[bool; 4]> {
    let somebody = |part: &Part, pattern: usize| {
        let all = parts.iter().any(|other| other.cells[pattern] > 0);
        all && (0..2).all(|which| {
            let side = pattern >> which & 1;
            let same = parts
                .iter()
                .filter(|other| other.within[which] == part.within[which]);
            same.flat_map(|other| other.cells.into_iter().enumerate())
                .any(|(pattern, n)| pattern >> which & 1 == side && n > 0)
        })
    };
    let of = |part: &Part| [0, 1, 2, 3].map(|pattern| somebody(part, pattern));
    parts.iter().map(of).collect()
}

/// The sizes that a part may add.
fn sizes(
    cells: [usize; 4],
    possible: [bool; 4],
    [first, second, both]: [i64; 3],
    least: usize,
) -> Sizes {
    Sizes::of_any(least, |one| {
        let times = [one, one + first, one + second, one + first + second + both];
        let mut size = 0;
        for ((n, possible), times) in cells.into_iter().zip(possible).zip(times) {
            match times {
                0 => {}
                1 => size += n,
                _ if possible => return Sizes::none(least),
                _ => {}
            }
        }
        Sizes::one(least, size)
    })
}

/// Sizes of groups below a least one, which are possible or not.
#[derive(Debug, Clone)]
struct Sizes(Vec<bool>);

impl Sizes {
    fn none(least: usize) -> Self {
        Self(vec![false; least])
    }

    fn one(least: usize, size: usize) -> Self {
        let mut sizes = Self::none(least);
        if let Some(known) = sizes.0.get_mut(size) {
            *known = true;
        }
        sizes
    }

    /// With any of the coefficients.
    fn of_any(least: usize, with: impl Fn(i64) -> Self) -> Self {
        let mut all = Self::none(least);
        for sizes in COEFFICIENTS.map(with) {
            for (known, more) in all.0.iter_mut().zip(sizes.0) {
                *known |= more;
            }
        }
        all
    }

    /// Of one group of each put together.
    fn together(least: usize, each: impl Iterator<Item = Self>) -> Self {
        each.fold(Self::one(least, 0), |all, next| {
            let mut sums = Self::none(least);
            for (a, _) in all.0.iter().enumerate().filter(|(_, known)| **known) {
                let rest = &mut sums.0[a..];
                for (sum, known) in rest.iter_mut().zip(&next.0) {
                    *sum |= known;
                }
            }
            sums
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_that_follow_from_the_number_who_meet_both() {
        let within = |first, second, cells| Part {
            cells,
            within: [first, second],
        };
        let level = |i: u32, cells| within(i, i, cells);
        let cases: [(&str, &[Part], bool); 7] = [
            (
                "few have the first level, enough the second under every pattern",
                &[level(0, [90, 80, 70, 3]), level(1, [60, 50, 40, 30])],
                false,
            ),
            (
                "few meet both with the first level, few meet neither with the second",
                &[level(0, [90, 80, 70, 3]), level(1, [6, 50, 40, 30])],
                true,
            ),
            (
                "nobody meets both, so those who meet neither follow by level",
                &[level(0, [4, 80, 70, 0]), level(1, [60, 50, 40, 0])],
                true,
            ),
            (
                "everybody of the second level meets the first condition",
                &[level(0, [90, 80, 70, 3]), level(1, [0, 50, 0, 30])],
                true,
            ),
            (
                "nobody meets both, and enough are everywhere",
                &[level(0, [40, 80, 70, 0]), level(1, [60, 50, 40, 0])],
                false,
            ),
            (
                "few meet one condition alone, but parts of the second are too wide to tell them",
                &[within(0, 0, [20, 20, 3, 20]), within(1, 0, [20, 3, 20, 20])],
                false,
            ),
            (
                "narrower parts of the first condition within wider ones of the second",
                &[
                    within(0, 0, [20, 20, 20, 2]),
                    within(1, 0, [20, 20, 20, 1]),
                    within(2, 1, [4, 20, 20, 20]),
                ],
                true,
            ),
        ];
        for (what, parts, expected) in cases {
            assert_eq!(tell(parts, 10), expected, "{what}");
            let swapped: Vec<Part> = parts
                .iter()
                .map(|part| Part {
                    cells: [0, 2, 1, 3].map(|i| part.cells[i]),
                    within: [part.within[1], part.within[0]],
                })
                .collect();
            assert_eq!(tell(&swapped, 10), expected, "swapped: {what}");
        }
    }
}
