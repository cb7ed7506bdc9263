//! Numeric columns in steps: where their ranges may begin and end, and how finely they may be counted.
//!
//! A column is cut into parts four times, each time more finely by cuts that are added to those before,
//! so that parts of one cut never half overlap those of another.

use super::gate::MinGroup;
use crate::format;
use crate::stats::BANDS;

/// Steps between the least and the greatest value, about.
const MOST_STEPS: f64 = 60.0;
/// Ways of cutting, from the coarsest.
pub(super) const CUTS: usize = 4;
/// How many times the smallest group a part has at least, beyond the pass mark alone.
const TIMES: [usize; 3] = [16, 4, 1];

/// The cuts of one numeric column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Steps {
    /// Where parts begin, ascending, without the first, which has no lower bound.
    cuts: [Vec<f64>; CUTS],
    whole: bool,
}

impl Steps {
    /// Of the values, none missing. `landmarks` are cuts that mean something: the pass mark, then others.
    pub(super) fn new(values: &[f64], whole: bool, landmarks: &[f64], least: MinGroup) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let mut cutting = Cutting {
            sorted: &sorted,
            cuts: Vec::new(),
        };
        let (first, others) = match landmarks {
            [first, others @ ..] => (Some(*first), others),
            [] => (None, landmarks),
        };
        // Room for a filter or two, where there is.
        if let Some(first) = first {
            cutting.add(first, 2 * least.get());
        }
        let mut all = [cutting.cuts.clone(), vec![], vec![], vec![]];
        for &landmark in others {
            cutting.add(landmark, 4 * least.get());
        }
        let grid = grid(&sorted, whole);
        for (cuts, times) in all[1..].iter_mut().zip(TIMES) {
            for &at in first.iter().chain(others).chain(&grid) {
                cutting.add(at, times * least.get());
            }
            cuts.clone_from(&cutting.cuts);
        }
        Self { cuts: all, whole }
    }

    /// Where parts begin, the first one left out.
    pub(super) fn cuts(&self, cut: usize) -> &[f64] {
        &self.cuts[cut]
    }

    /// The part of each value, counted from 0.
    pub(super) fn parts(&self, cut: usize, values: &[f64]) -> Vec<u32> {
        let part = |value: &f64| self.cuts[cut].partition_point(|begin| begin <= value) as u32;
        values.iter().map(part).collect()
    }

    /// Names of the parts, as "below 60", "60 to 64", "95 or more".
    pub(super) fn names(&self, cut: usize) -> Vec<String> {
        let cuts = &self.cuts[cut];
        let bound = |i: usize| cuts.get(i).copied();
        (0..=cuts.len())
            .map(
                |part| match (part.checked_sub(1).and_then(bound), bound(part)) {
                    (None, None) => "all values".to_owned(),
                    (None, Some(high)) => format!("below {}", format::value(high)),
                    (Some(low), None) => format!("{} or more", format::value(low)),
                    (Some(low), Some(high)) => self.name(low, high),
                },
            )
            .collect()
    }

    fn name(&self, low: f64, high: f64) -> String {
        match self.whole {
            true if high - low <= 1.0 => format::value(low),
            true => format!("{} to {}", format::value(low), format::value(high - 1.0)),
            false => format!("{} to below {}", format::value(low), format::value(high)),
        }
    }

    /// Where a range may begin and where it may end, its last value included.
    pub(super) fn bounds(&self) -> [Vec<f64>; 2] {
        let begins = &self.cuts[CUTS - 1];
        let last = if self.whole { 1.0 } else { 0.0 };
        let ends = begins.iter().map(|begin| begin - last).collect();
        [begins.clone(), ends]
    }
}

struct Cutting<'v> {
    sorted: &'v [f64],
    cuts: Vec<f64>,
}

impl Cutting<'_> {
    /// Adds a cut, if on either side of it, up to the next cuts, there are so many values.
    fn add(&mut self, at: f64, least: usize) {
        let place = self.cuts.partition_point(|cut| *cut < at);
        if self.cuts.get(place) == Some(&at) {
            return;
        }
        let below = |x: f64| self.sorted.partition_point(|value| *value < x);
        let before = place.checked_sub(1).map_or(0, |i| below(self.cuts[i]));
        let after = self
            .cuts
            .get(place)
            .map_or(self.sorted.len(), |&cut| below(cut));
        let here = below(at);
        if here - before >= least && after - here >= least {
            self.cuts.insert(place, at);
        }
    }
}

/// Round values between the least and the greatest.
fn grid(sorted: &[f64], whole: bool) -> Vec<f64> {
    let (Some(&low), Some(&high)) = (sorted.first(), sorted.last()) else {
        return Vec::new();
    };
    let smallest = (high - low) / MOST_STEPS;
    if !(smallest > 0.0 && smallest.is_finite()) {
        return Vec::new();
    }
    let magnitude = 10_f64.powf(smallest.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0];
    let step = factors
        .map(|factor| factor * magnitude)
        .into_iter()
        .find(|step| *step >= smallest * (1.0 - 1e-9))
        .unwrap_or(10.0 * magnitude);
    let step = if whole { step.max(1.0) } else { step };
    let first = (low / step).floor();
    // Fewer than twice as many as steps, whatever rounding does.
    (0..=2 * MOST_STEPS as u32)
        .map(|i| tidy((first + f64::from(i)) * step))
        .take_while(|at| *at <= high)
        .collect()
}

/// Without the digits that only rounding left.
fn tidy(x: f64) -> f64 {
    format!("{x:.9e}").parse().unwrap_or(x)
}

/// The cuts that mean something for marks out of 100: the pass mark, then the bands' floors.
pub(super) fn landmarks(banded: bool, pass_mark: Option<f64>) -> Vec<f64> {
    let mut all: Vec<f64> = pass_mark.into_iter().collect();
    if banded {
        let floors = BANDS.iter().rev().map(|band| band.floor);
        all.extend(floors.filter(|floor| floor.is_finite()));
    }
    all
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_part_has_enough_and_cuts_are_nested(
            values in prop::collection::vec(0..120_i32, 0..400),
            least in 1..20_usize,
        ) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let steps = Steps::new(&values, true, &[60.0, 70.0], MinGroup::new(least).unwrap());
            for cut in 0..CUTS {
                let parts = steps.parts(cut, &values);
                let names = steps.names(cut);
                for (part, name) in names.iter().enumerate() {
                    let n = parts.iter().filter(|p| **p as usize == part).count();
                    prop_assert!(n >= least || names.len() == 1, "{name}: {n}");
                }
                if cut > 0 {
                    prop_assert!(steps.cuts(cut - 1).iter().all(|at| steps.cuts(cut).contains(at)));
                }
            }
        }
    }

    #[test]
    fn parts_are_named_as_people_read_them() {
        let values: Vec<f64> = (0..40).map(|i| f64::from(i / 4)).collect();
        let cases = [
            (true, 4, "below 1, 1, 2, 3, 4, 5, 6, 7, 8, 9 or more"),
            (true, 8, "below 2, 2 to 3, 4 to 5, 6 to 7, 8 or more"),
            (
                false,
                8,
                "below 1.2, 1.2 to below 3.2, 3.2 to below 5.2, 5.2 to below 7.2, 7.2 or more",
            ),
        ];
        for (whole, least, expected) in cases {
            let steps = Steps::new(&values, whole, &[], MinGroup::new(least).unwrap());
            assert_eq!(steps.names(CUTS - 1).join(", "), expected);
        }
        let same = Steps::new(&[5.0; 9], true, &[], MinGroup::new(3).unwrap());
        assert_eq!(same.names(CUTS - 1), ["all values"]);
    }
}
