//! Many values as few marks: those that lie in one cell of an even grid become one mark in their
//! middle, with how many they are. Nothing is left out, and what lies alone in its cell stays where it
//! is, so that outliers are seen as they are; a sample would lose most of them.

use super::{Pair, Pairs};

/// Pairs as marks.
#[derive(Debug, Clone, PartialEq)]
pub struct Marks {
    /// Those of each group, sorted by x, then y.
    pub groups: Vec<Vec<Pair>>,
    /// Cells across and upwards over all groups; `None` where every distinct pair is a mark of its own.
    pub side: Option<usize>,
}

/// The pairs of each group as at most `most` marks, or one for each group where those are more; the
/// grid is the finest of a few.
pub fn marks(groups: &[&Pairs], most: usize) -> Marks {
    let distinct: usize = groups.iter().map(|pairs| pairs.distinct()).sum();
    if distinct <= most {
        return Marks {
            groups: groups.iter().map(|pairs| pairs.iter().collect()).collect(),
            side: None,
        };
    }
    let all = || groups.iter().flat_map(|pairs| pairs.iter());
    // Clouds fill about a quarter of their grid.
    let mut side = 2 * most.isqrt().max(1);
    loop {
        let grid = Grid {
            x: Steps::over(all().map(|pair| pair.x), side),
            y: Steps::over(all().map(|pair| pair.y), side),
        };
        let groups: Vec<Vec<Pair>> = groups.iter().map(|pairs| grid.middles(pairs)).collect();
        if groups.iter().map(Vec::len).sum::<usize>() <= most || side == 1 {
            return Marks {
                groups,
                side: Some(side),
            };
        }
        side = side * 3 / 4;
    }
}

/// Ascending values with how often each occurs, as at most `most` marks; as they are where they are
/// not more. There is at least one where there are values.
pub fn marks_on_a_line(values: &[(f64, usize)], most: usize) -> Vec<(f64, usize)> {
    if values.len() <= most {
        return values.to_vec();
    }
    let steps = Steps::over(values.iter().map(|(value, _)| *value), most.max(1));
    let cells = values.chunk_by(|a, b| steps.cell(a.0) == steps.cell(b.0));
    let middle = |cell: &[(f64, usize)]| {
        let mut middle = Middle::default();
        cell.iter().for_each(|&(value, count)| {
            let pair = Pair {
                x: value,
                y: value,
                count,
            };
            middle.add(pair);
        });
        (middle.x, middle.count)
    };
    cells.map(middle).collect()
}

struct Grid {
    x: Steps,
    y: Steps,
}

impl Grid {
    /// The middle of the pairs in each cell that has any.
    fn middles(&self, pairs: &Pairs) -> Vec<Pair> {
        let mut cells = vec![Middle::default(); self.x.cells * self.y.cells];
        for pair in pairs.iter() {
            cells[self.x.cell(pair.x) * self.y.cells + self.y.cell(pair.y)].add(pair);
        }
        let with_any = cells.into_iter().filter(|cell| cell.count > 0);
        let mut middles: Vec<Pair> = with_any
            .map(|Middle { x, y, count }| Pair { x, y, count })
            .collect();
        middles.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
        middles
    }
}

/// The mean of what has been added.
#[derive(Clone, Copy, Default)]
struct Middle {
    x: f64,
    y: f64,
    count: usize,
}

impl Middle {
    /// Equal pairs leave it exactly where they are.
    fn add(&mut self, pair: Pair) {
        self.count += pair.count;
        let share = pair.count as f64 / self.count as f64;
        self.x += (pair.x - self.x) * share;
        self.y += (pair.y - self.y) * share;
    }
}

/// Even steps over a range.
struct Steps {
    low: f64,
    /// Half of the range, which does not overflow.
    half: f64,
    cells: usize,
}

impl Steps {
    fn over(values: impl Iterator<Item = f64> + Clone, cells: usize) -> Self {
        let low = values.clone().fold(f64::INFINITY, f64::min);
        let high = values.fold(f64::NEG_INFINITY, f64::max);
        Self {
            low,
            half: high / 2.0 - low / 2.0,
            cells,
        }
    }

    fn cell(&self, value: f64) -> usize {
        // Of values that are all the same it is no number, and the first cell.
        let share = (value / 2.0 - self.low / 2.0) / self.half;
        ((share * self.cells as f64) as usize).min(self.cells - 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(of: &[(f64, f64)]) -> Pairs {
        let (x, y): (Vec<f64>, Vec<f64>) = of.iter().copied().unzip();
        Pairs::of(&x, &y)
    }

    fn count(marks: &[Pair]) -> usize {
        marks.iter().map(|mark| mark.count).sum()
    }

    #[test]
    fn few_pairs_stay_and_many_share_cells() {
        let line = |n: i32| -> Vec<(f64, f64)> { (0..n).map(|i| (i.into(), i.into())).collect() };
        let square: Vec<(f64, f64)> = (0..100)
            .map(|i| ((i % 10).into(), (i / 10).into()))
            .collect();
        let mut far = line(40);
        far.push((1e6, -1e6));
        let huge = vec![(-1e308, 1e308), (1e308, -1e308), (0.0, 5e-324), (1.0, 1.0)];
        // Pairs, the bound, and the cells on a side and points found for it.
        let cases = [
            (vec![], 4, (None, 0)),
            (line(4), 4, (None, 4)),
            (line(40), 30, (Some(10), 10)),
            (square.clone(), 99, (Some(9), 81)),
            (square, 50, (Some(7), 49)),
            (far, 30, (Some(10), 2)),
            (huge, 3, (Some(2), 3)),
            (line(9), 0, (Some(1), 1)),
        ];
        for (of, most, expected) in cases {
            let Marks { groups, side } = marks(&[&pairs(&of)], most);
            assert_eq!((side, groups[0].len()), expected, "{of:?}, {most}");
            assert_eq!(count(&groups[0]), of.len(), "{of:?}, {most}");
        }
    }

    #[test]
    fn who_is_alone_stays_in_place() {
        let mut of: Vec<(f64, f64)> = (0..1000)
            .map(|i| (f64::from(i) / 1e3, f64::from(i % 7)))
            .collect();
        let lone = (123.456, -9.87);
        of.push(lone);
        let found = marks(&[&pairs(&of)], 100);
        assert!(found.side.is_some());
        let last = found.groups[0].last().copied();
        assert_eq!(
            last,
            Some(Pair {
                x: lone.0,
                y: lone.1,
                count: 1
            })
        );
        let values: Vec<(f64, usize)> = [0.1, 0.2, 0.3, 77.7].map(|value| (value, 2)).to_vec();
        assert_eq!(marks_on_a_line(&values, 3).len(), 2);
        assert_eq!(marks_on_a_line(&values, 3)[1], (77.7, 2));
    }

    fn any_pairs() -> impl Strategy<Value = Vec<(f64, f64)>> {
        let value =
            || prop_oneof![3 => -1e3..1e3, 1 => (0..5_i32).prop_map(f64::from), 1 => -1e9..1e9];
        prop::collection::vec((value(), value()), 1..300)
    }

    proptest! {
        #[test]
        fn marks_are_few_and_stand_for_all(groups in prop::collection::vec(any_pairs(), 1..4), most in 4..200_usize) {
            let groups: Vec<Pairs> = groups.iter().map(|of| pairs(of)).collect();
            let found = marks(&groups.iter().collect::<Vec<_>>(), most);
            prop_assert!(found.groups.iter().map(Vec::len).sum::<usize>() <= most);
            for (pairs, marks) in groups.iter().zip(&found.groups) {
                prop_assert_eq!(count(marks), pairs.n());

                // The mean of all is that of the marks, whatever the cells.
                let of_marks = Pairs::counted(marks.iter().copied());
                for (mine, all) in of_marks.means().into_iter().zip(pairs.means()) {
                    prop_assert!((mine - all).abs() <= 1e-6, "{mine}, not {all}");
                }
                // Nobody lies farther from a mark than a cell is wide.
                let Some(side) = found.side else { continue };
                prop_assert!(marks.is_sorted_by(|a, b| (a.x, a.y) <= (b.x, b.y)));
                let range = |of: fn(Pair) -> f64| {
                    let all = || groups.iter().flat_map(|pairs| pairs.iter()).map(of);
                    all().fold(f64::MIN, f64::max) - all().fold(f64::MAX, f64::min)
                };
                let reach = [range(|pair| pair.x), range(|pair| pair.y)].map(|range| range / side as f64 * (1.0 + 1e-9));
                for pair in pairs.iter() {
                    let near = |mark: &Pair| {
                        (mark.x - pair.x).abs() <= reach[0] && (mark.y - pair.y).abs() <= reach[1]
                    };
                    prop_assert!(marks.iter().any(near), "{pair:?}");
                }
            }
        }

        #[test]
        fn marks_on_a_line_are_few_and_stand_for_all(values in prop::collection::vec(-1e3..1e3, 1..300), most in 1..100_usize) {
            let tally = crate::stats::Tally::of(&values);
            let found = marks_on_a_line(tally.runs(), most);
            prop_assert!(found.len() <= most);
            prop_assert_eq!(found.iter().map(|(_, count)| count).sum::<usize>(), values.len());
            prop_assert!(found.is_sorted_by(|a, b| a.0 < b.0));
            prop_assert!(found[0].0 >= tally.min() && found[found.len() - 1].0 <= tally.max() + 1e-9);
        }
    }
}
