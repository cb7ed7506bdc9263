//! Columns as codes, and how often codes occur together: one pass over narrow codes gathers what many
//! figures ask.

use super::{Correlation, Pair, Pairs, Tally, pearson_of_rows};

/// A code for each row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Codes<'a> {
    /// A byte each.
    Narrow(&'a [u8]),
    /// More than a byte tells apart.
    Wide(&'a [u32]),
}

/// Numbers by their codes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Numbers<'a> {
    /// Code of each row's number; one that is not below the length of `numbers` is missing.
    pub codes: Codes<'a>,
    /// The numbers, ascending.
    pub numbers: &'a [f64],
}

/// Levels by their codes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels<'a> {
    /// Code of each row's level; one that is not below `levels` is missing.
    pub codes: &'a [u8],
    /// How many levels there are.
    pub levels: usize,
}

const BYTES: usize = 1 << 8;
/// Cells that a table of counts may have for each row.
const FILLED: usize = 8;
/// Counts of pairs of codes: a line of bytes for each code of the first column, and one for the rows
/// that lack it.
pub(super) struct Both(Vec<u32>);

impl Both {
    fn new(codes: usize) -> Self {
        Self(vec![0; (codes.min(BYTES) + 1) * BYTES])
    }

    /// Counts the pairs of two columns.
    pub(super) fn of(codes: usize, a: &[u8], b: &[u8]) -> Self {
        let mut both = Self::new(codes);
        let last = both.0.len() / BYTES - 1;
        for (&a, &b) in a.iter().zip(b) {
            both.0[usize::from(a).min(last) * BYTES + usize::from(b)] += 1;
        }
        both
    }

    /// Rows with both codes.
    pub(super) fn at(&self, a: usize, b: usize) -> usize {
        at(&self.0, a * BYTES + b)
    }
}

impl Levels<'_> {
    /// How many of some rows each level has.
    pub fn counts_of(&self, rows: &[usize]) -> Vec<usize> {
        let codes: Vec<u8> = rows.iter().map(|&row| self.codes[row]).collect();
        let counts = count(&codes);
        (0..self.levels).map(|level| at(&counts, level)).collect()
    }

    /// How many rows each level has.
    pub fn counts(&self) -> Vec<usize> {
        let counts = count(self.codes);
        (0..self.levels).map(|level| at(&counts, level)).collect()
    }

    /// How many rows each level has within each level of another factor.
    pub fn by_level(&self, other: &Levels<'_>) -> Vec<Vec<usize>> {
        let both = Both::of(other.levels, other.codes, self.codes);
        let line = |level| (0..self.levels).map(|own| both.at(level, own)).collect();
        (0..other.levels).map(line).collect()
    }
}

impl Numbers<'_> {
    /// The numbers, counted.
    pub fn tally(&self) -> Tally {
        match self.codes {
            Codes::Narrow(codes) => {
                let counts = count(codes);
                self.counted(|code| at(&counts, code))
            }
            Codes::Wide(codes) => self.sorted(codes.iter().copied()),
        }
    }

    /// The number of a row, NaN where it is missing.
    pub fn at(&self, row: usize) -> f64 {
        let number = self.numbers.get(self.codes.at(row));
        number.copied().unwrap_or(f64::NAN)
    }

    /// The numbers of some rows, counted.
    pub fn tally_of(&self, rows: &[usize]) -> Tally {
        match self.codes {
            Codes::Narrow(codes) => {
                let codes: Vec<u8> = rows.iter().map(|&row| codes[row]).collect();
                let counts = count(&codes);
                self.counted(|code| at(&counts, code))
            }
            Codes::Wide(codes) => self.sorted(rows.iter().map(|&row| codes[row])),
        }
    }

    /// The numbers of each level, counted.
    pub fn by_level(&self, levels: &Levels<'_>) -> Vec<Tally> {
        match self.codes {
            Codes::Narrow(codes) => {
                let both = Both::of(levels.levels, levels.codes, codes);
                let tally = |level| self.counted(|code| both.at(level, code));
                (0..levels.levels).map(tally).collect()
            }
            Codes::Wide(codes) => {
                let mut of_level = vec![Vec::new(); levels.levels];
                for (&level, &code) in levels.codes.iter().zip(codes) {
                    if let Some(codes) = of_level.get_mut(usize::from(level)) {
                        codes.push(code);
                    }
                }
                let tally = |codes: Vec<u32>| self.sorted(codes.into_iter());
                of_level.into_iter().map(tally).collect()
            }
        }
    }

    /// The pairs with another column's numbers, in their order and none twice.
    pub fn pairs(&self, other: &Numbers<'_>) -> Pairs {
        if let (Codes::Narrow(mine), Codes::Narrow(others)) = (self.codes, other.codes) {
            // A table of all that could occur, unless most of it would be empty.
            if self.numbers.len() * other.numbers.len() <= FILLED * mine.len() {
                return self.paired(other, &Both::of(self.numbers.len(), mine, others));
            }
        }
        let keys = (0..self.codes.len().min(other.codes.len()))
            .map(|row| (self.codes.at(row), other.codes.at(row)));
        self.sparse(other, keys)
    }

    /// The same in any order, and some perhaps more than once: all that a line or a correlation asks, and
    /// quicker where there are many numbers.
    pub fn loose_pairs(&self, other: &Numbers<'_>) -> Pairs {
        if let (Codes::Narrow(_), Codes::Narrow(_)) = (self.codes, other.codes) {
            return self.pairs(other);
        }
        let rows = 0..self.codes.len().min(other.codes.len());
        Pairs::counted(rows.map(|row| Pair {
            x: self.at(row),
            y: other.at(row),
            count: 1,
        }))
    }

    /// Spearman's correlation with another column's numbers.
    pub fn spearman(&self, other: &Numbers<'_>) -> Correlation {
        let rows = self.codes.len().min(other.codes.len());
        let most = self.numbers.len().max(other.numbers.len());
        let narrow = matches!(
            (self.codes, other.codes),
            (Codes::Narrow(_), Codes::Narrow(_))
        );
        if narrow || most > FILLED * rows {
            return Correlation::spearman(&self.loose_pairs(other));
        }
        // Codes are in the order of their numbers, so that counts of them give the ranks.
        let mut counts = [self, other].map(|it| vec![0_usize; it.numbers.len()]);
        let [mine, others] = &mut counts;
        for row in 0..rows {
            let (a, b) = (self.codes.at(row), other.codes.at(row));
            if self.has(a) && other.has(b) {
                mine[a] += 1;
                others[b] += 1;
            }
        }
        let [mine, others] = counts.map(average_ranks_of);
        pearson_of_rows(
            rows,
            |row| mine.get(self.codes.at(row)).copied().unwrap_or(f64::NAN),
            |row| others.get(other.codes.at(row)).copied().unwrap_or(f64::NAN),
        )
    }

    /// Whether a code stands for a finite number.
    fn has(&self, code: usize) -> bool {
        self.numbers
            .get(code)
            .is_some_and(|number| number.is_finite())
    }

    /// The pairs of each level.
    pub fn pairs_by_level(&self, other: &Numbers<'_>, levels: &Levels<'_>) -> Vec<Pairs> {
        if let (Codes::Narrow(mine), Codes::Narrow(others)) = (self.codes, other.codes)
            && self.numbers.len() * other.numbers.len() * levels.levels <= FILLED * mine.len()
        {
            let codes = self.numbers.len();
            let mut both: Vec<Both> = (0..levels.levels).map(|_| Both::new(codes)).collect();
            for ((&level, &a), &b) in levels.codes.iter().zip(mine).zip(others) {
                let both = both.get_mut(usize::from(level));
                let at = usize::from(a).min(codes) * BYTES + usize::from(b);
                if let Some(count) = both.and_then(|both| both.0.get_mut(at)) {
                    *count += 1;
                }
            }
            return both.iter().map(|both| self.paired(other, both)).collect();
        }
        let rows = 0..self.codes.len().min(other.codes.len());
        let of = |level: usize| {
            let own = rows
                .clone()
                .zip(levels.codes)
                .filter(move |(_, code)| usize::from(**code) == level);
            self.sparse(
                other,
                own.map(|(row, _)| (self.codes.at(row), other.codes.at(row))),
            )
        };
        (0..levels.levels).map(of).collect()
    }

    fn counted(&self, count: impl Fn(usize) -> usize) -> Tally {
        let numbers = self.numbers.iter().enumerate();
        Tally::of_runs(numbers.map(|(code, &number)| (number, count(code))))
    }

    /// The numbers of some codes, counted: one by one, or where those are few for that, in order.
    fn sorted(&self, codes: impl ExactSizeIterator<Item = u32>) -> Tally {
        if self.numbers.len() <= FILLED * codes.len() {
            let mut counts = vec![0_u32; self.numbers.len()];
            for code in codes {
                if let Some(count) = counts.get_mut(code as usize) {
                    *count += 1;
                }
            }
            return self.counted(|code| counts[code] as usize);
        }
        let mut codes: Vec<u32> = codes
            .filter(|&code| (code as usize) < self.numbers.len())
            .collect();
        codes.sort_unstable();
        let same = codes.chunk_by(|a, b| a == b);
        Tally::of_runs(same.map(|same| (self.numbers[same[0] as usize], same.len())))
    }

    fn paired(&self, other: &Numbers<'_>, both: &Both) -> Pairs {
        let (width, height) = (
            self.numbers.len().min(BYTES),
            other.numbers.len().min(BYTES),
        );
        let line = |a: usize| {
            (0..height).map(move |b| Pair {
                x: self.numbers[a],
                y: other.numbers[b],
                count: both.at(a, b),
            })
        };
        Pairs::counted((0..width).flat_map(line))
    }

    /// The pairs where no table of all that could occur would be of use.
    fn sparse(&self, other: &Numbers<'_>, codes: impl Iterator<Item = (usize, usize)>) -> Pairs {
        let present = |&(a, b): &(usize, usize)| a < self.numbers.len() && b < other.numbers.len();
        let mut codes: Vec<(u32, u32)> = codes
            .filter(present)
            .map(|(a, b)| (a as u32, b as u32))
            .collect();
        match self.numbers.len().max(other.numbers.len()) <= FILLED * codes.len() {
            true => {
                let by_other = in_order(&codes, other.numbers.len(), |(_, b)| b);
                codes = in_order(&by_other, self.numbers.len(), |(a, _)| a);
            }
            false => codes.sort_unstable(),
        }
        Pairs::counted(codes.chunk_by(|a, b| a == b).map(|same| Pair {
            x: self.numbers[same[0].0 as usize],
            y: other.numbers[same[0].1 as usize],
            count: same.len(),
        }))
    }
}

/// The rank that the values of each code share, from how many there are; NaN where there are none.
fn average_ranks_of(counts: Vec<usize>) -> Vec<f64> {
    let mut before = 0;
    let ranks = counts.into_iter().map(|count| {
        let rank = before as f64 + (count as f64 + 1.0) / 2.0;
        before += count;
        if count == 0 { f64::NAN } else { rank }
    });
    ranks.collect()
}

impl Codes<'_> {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Narrow(codes) => codes.len(),
            Self::Wide(codes) => codes.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The code of a row.
    pub fn at(&self, row: usize) -> usize {
        match self {
            Self::Narrow(codes) => usize::from(codes[row]),
            Self::Wide(codes) => codes[row] as usize,
        }
    }
}

/// Pairs of codes in the order of one of them, which is below `most`; those that are equal in it keep
/// their order.
fn in_order(pairs: &[(u32, u32)], most: usize, code: fn((u32, u32)) -> u32) -> Vec<(u32, u32)> {
    let mut next = vec![0_usize; most + 1];
    for &pair in pairs {
        next[code(pair) as usize + 1] += 1;
    }
    for i in 1..next.len() {
        next[i] += next[i - 1];
    }
    let mut ordered = vec![(0, 0); pairs.len()];
    for &pair in pairs {
        let place = &mut next[code(pair) as usize];
        ordered[*place] = pair;
        *place += 1;
    }
    ordered
}

fn at(counts: &[u32], code: usize) -> usize {
    counts.get(code).map_or(0, |&count| count as usize)
}

/// How often each byte occurs. Two counts of each, so that equal neighbours need not wait for each
/// other.
fn count(codes: &[u8]) -> [u32; BYTES] {
    let mut counts = [[0_u32; BYTES]; 2];
    let (pairs, rest) = codes.as_chunks::<2>();
    for &[a, b] in pairs {
        counts[0][usize::from(a)] += 1;
        counts[1][usize::from(b)] += 1;
    }
    rest.iter()
        .for_each(|&code| counts[0][usize::from(code)] += 1);
    std::array::from_fn(|code| counts[0][code] + counts[1][code])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn rows_are_counted_alike_among_few_and_many_numbers() {
        let rows: Vec<u32> = (0..40).map(|i| i * i * 31 % 23).collect();
        let others: Vec<u32> = (0..40).map(|i| i * 7 % 25).collect();
        let many: Vec<f64> = (0..5_000).map(f64::from).collect();
        let numbers = |codes, of: usize| Numbers {
            codes: Codes::Wide(codes),
            numbers: &many[..of],
        };
        // So many numbers are counted one by one, the others put in order.
        let [few, all] = [20, 5_000].map(|of| (numbers(&rows, of), numbers(&others, of)));
        let cut = |code: u32| if code < 20 { code } else { u32::MAX };
        let (rows, others): (Vec<u32>, Vec<u32>) = (
            rows.iter().copied().map(cut).collect(),
            others.iter().copied().map(cut).collect(),
        );
        let cut = (numbers(&rows, 5_000), numbers(&others, 5_000));
        assert_eq!(few.0.tally(), cut.0.tally());
        assert_eq!(few.0.pairs(&few.1), cut.0.pairs(&cut.1));
        assert!(few.0.pairs(&few.1).n() < all.0.pairs(&all.1).n());
        let pairs: Vec<Pair> = all.0.pairs(&all.1).iter().collect();
        assert!(pairs.is_sorted_by(|a, b| (a.x, a.y) < (b.x, b.y)));
        let mut loose: Vec<Pair> = all.0.loose_pairs(&all.1).iter().collect();
        loose.sort_by(|a, b| (a.x, a.y).partial_cmp(&(b.x, b.y)).unwrap());
        let one_by_one = pairs
            .iter()
            .flat_map(|&pair| vec![Pair { count: 1, ..pair }; pair.count]);
        assert_eq!(loose, one_by_one.collect::<Vec<_>>());
    }

    #[test]
    fn narrow_and_wide_codes_count_alike() {
        let numbers: Vec<f64> = (0..7).map(|i| f64::from(i) / 2.0).collect();
        let row = |i: u32| (i * i * 31 + i) >> 2;
        let narrow = |by: u32| -> Vec<u8> { (0..500).map(|i| (row(i) % by) as u8).collect() };
        let (a, b, levels) = (narrow(9), narrow(8), narrow(4));
        let wide = |codes: &[u8]| -> Vec<u32> { codes.iter().copied().map(u32::from).collect() };
        let (wide_a, wide_b) = (wide(&a), wide(&b));
        let levels = Levels {
            codes: &levels,
            levels: 3,
        };
        let numbers = |codes| Numbers {
            codes,
            numbers: &numbers,
        };
        let few = [&a, &b].map(|codes| numbers(Codes::Narrow(codes)));
        let many = [&wide_a, &wide_b].map(|codes| numbers(Codes::Wide(codes)));
        assert_eq!(few[0].tally(), many[0].tally());
        assert_eq!(few[0].by_level(&levels), many[0].by_level(&levels));
        assert_eq!(few[0].pairs(&few[1]), many[0].pairs(&few[1]));
        assert_eq!(
            few[0].pairs_by_level(&few[1], &levels),
            many[0].pairs_by_level(&many[1], &levels)
        );
        let sizes = few[0].by_level(&levels).iter().map(Tally::n).sum::<usize>();
        assert!(sizes > 200 && sizes < few[0].tally().n());
        assert_eq!(levels.counts().iter().sum::<usize>(), 375);
    }
}
