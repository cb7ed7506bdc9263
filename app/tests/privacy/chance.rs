//! Conditions by chance, the same every time.

use super::students::{Condition, FACTORS, NUMERIC, Students};

/// Steele, Lea and Flood's SplitMix64.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    /// So many conditions on different columns.
    pub(crate) fn conditions(&mut self, n: usize, students: &Students) -> Vec<Condition> {
        let mut all: Vec<Condition> = Vec::new();
        while all.len() < n {
            let next = self.condition(students);
            if all.iter().all(|known| known.column() != next.column()) {
                all.push(next);
            }
        }
        all
    }

    fn condition(&mut self, students: &Students) -> Condition {
        let one = self.below(FACTORS.len() + NUMERIC.len());
        if let Some(column) = FACTORS.get(one) {
            let levels = students.levels(column);
            let level = levels.iter().nth(self.below(levels.len())).unwrap();
            return Condition::Level(column, level.clone());
        }
        let column = NUMERIC[one - FACTORS.len()];
        let mut values: Vec<f64> = students
            .levels(column)
            .iter()
            .map(|value| value.parse().unwrap())
            .collect();
        values.sort_by(f64::total_cmp);
        let (a, b) = (self.below(values.len()), self.below(values.len()));
        Condition::Range(column, values[a.min(b)], values[a.max(b)])
    }
}
