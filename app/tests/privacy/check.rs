//! Whether what is said is true and gives no small group away, outright or by elimination.

use super::claims::{Claim, Part, SCORE, is_in};
use super::elimination::{Atom, Known};
use super::students::{Condition, FACTORS, Students};

/// Students of one column by pattern and value.
struct Column<'a> {
    order: Vec<(&'a Atom, usize)>,
    patterns: usize,
    known: Known,
}

/// Checks everything that is said and all that follows from it; returns how many counts were said.
pub(crate) fn check(
    students: &Students,
    conditions: &[Condition],
    said: &[Claim],
    least: usize,
) -> Result<usize, String> {
    let mut counted = 0;
    for name in FACTORS.into_iter().chain([SCORE]) {
        let atoms = students.atoms(name, conditions);
        let mut column = Column {
            order: atoms.iter().map(|(atom, &n)| (atom, n)).collect(),
            patterns: 1 << conditions.len(),
            known: Known::default(),
        };
        let of_column = || said.iter().filter(|claim| claim.column == name);
        let shown: Vec<&str> = of_column()
            .filter_map(|claim| match &claim.part {
                Part::Level(level) => Some(level.as_str()),
                Part::All | Part::NotLevel(_) | Part::Range(..) => None,
            })
            .collect();
        for claim in of_column() {
            column
                .take(claim, &shown, least)
                .map_err(|what| format!("{name}: {what}"))?;
            counted += 1;
        }
        // Any table of a response gives the number of all whom it is about.
        for claim in said {
            if claim.part == Part::All {
                column.know(|pattern, _| claim.patterns >> pattern & 1 == 1);
            }
        }
        column.find_nobody();
        column
            .follows(least)
            .map_err(|what| format!("{name}: {what}"))?;
    }
    Ok(counted)
}

impl Column<'_> {
    fn take(&mut self, claim: &Claim, shown: &[&str], least: usize) -> Result<(), String> {
        let counted = self.counted(|pattern, value| {
            claim.patterns >> pattern & 1 == 1 && is_in(value, &claim.part, shown)
        });
        let n = self.size(&counted);
        if n != claim.n {
            return Err(format!("{claim:?} is said, and there are {n}"));
        }
        if n > 0 && n < least {
            return Err(format!("{claim:?} is shown"));
        }
        self.known.add(&counted);
        Ok(())
    }

    fn know(&mut self, which: impl Fn(usize, &str) -> bool) {
        let counted = self.counted(which);
        self.known.add(&counted);
    }

    fn counted(&self, which: impl Fn(usize, &str) -> bool) -> Vec<bool> {
        let atoms = self.order.iter();
        atoms
            .map(|((pattern, value), _)| which(*pattern, value))
            .collect()
    }

    fn size(&self, counted: &[bool]) -> usize {
        let atoms = self.order.iter().zip(counted);
        atoms
            .filter(|(_, is_in)| **is_in)
            .map(|((_, n), _)| n)
            .sum()
    }

    fn values(&self) -> Vec<String> {
        let first = self.order.iter().filter(|((pattern, _), _)| *pattern == 0);
        first.map(|((_, value), _)| value.clone()).collect()
    }

    /// Where it follows that nobody is in a group, nobody is in any part of it.
    fn find_nobody(&mut self) {
        let mut groups: Vec<Vec<bool>> = Vec::new();
        for set in 1..1_usize << self.patterns {
            let is_in = |pattern: usize| set >> pattern & 1 == 1;
            groups.push(self.counted(|pattern, _| is_in(pattern)));
            for one in self.values() {
                groups.push(self.counted(|pattern, value| is_in(pattern) && value == one));
            }
        }
        groups.retain(|group| self.size(group) == 0);
        for group in groups {
            if self.known.tells(&group) {
                for at in (0..group.len()).filter(|at| group[*at]) {
                    let alone: Vec<bool> = (0..group.len()).map(|other| other == at).collect();
                    self.known.add(&alone);
                }
            }
        }
    }

    /// Groups of students, of whom none that is too small may follow: with few values any of patterns
    /// and values, else those with values next to each other in any of the patterns.
    fn follows(&self, least: usize) -> Result<(), String> {
        let values = self.values();
        match values.len() {
            0..=3 => self.any_follows(&values, least),
            _ => self.neighbours_follow(&values, least),
        }
    }

    fn any_follows(&self, values: &[String], least: usize) -> Result<(), String> {
        let position = |value: &str| values.iter().position(|known| known == value);
        for set in 1..1_usize << (self.patterns * values.len()) {
            let group = self.counted(|pattern, value| {
                let at = position(value).map(|at| at * self.patterns + pattern);
                at.is_some_and(|at| set >> at & 1 == 1)
            });
            self.tells(&group, least)?;
        }
        Ok(())
    }

    fn neighbours_follow(&self, values: &[String], least: usize) -> Result<(), String> {
        let number = |value: &str| value.parse::<f64>().expect("a number");
        let mut ordered: Vec<f64> = values.iter().map(|value| number(value)).collect();
        ordered.sort_by(f64::total_cmp);
        for set in 1..1_usize << self.patterns {
            for (i, low) in ordered.iter().enumerate() {
                for high in &ordered[i..] {
                    let group = self.counted(|pattern, value| {
                        set >> pattern & 1 == 1 && (*low..=*high).contains(&number(value))
                    });
                    if self.size(&group) >= least {
                        break;
                    }
                    self.tells(&group, least)?;
                }
            }
        }
        Ok(())
    }

    fn tells(&self, group: &[bool], least: usize) -> Result<(), String> {
        let n = self.size(group);
        if n == 0 || n >= least || !self.known.tells(group) {
            return Ok(());
        }
        let of = self.order.iter().zip(group).filter(|(_, is_in)| **is_in);
        let atoms: Vec<&Atom> = of.map(|((atom, _), _)| *atom).collect();
        Err(format!("{n} follow: {atoms:?}"))
    }
}
