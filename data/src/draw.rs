//! Random numbers and draws without replacement, the same on every machine.

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _};

/// A seeded sequence of random numbers. The two conversions are written out because those of the
/// `rand` crate may change between its versions, and the bytes of the sample may not.
pub(crate) struct Draws(ChaCha8Rng);

impl Draws {
    /// The key of the cipher is the seed, little-endian, followed by zeros.
    pub(crate) fn seeded(seed: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A whole number from 0 to `bound` - 1: the high half of the product of the bound and 64
    /// random bits. The bias, `bound` in 2^64, is beyond any sample's reach.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// A number from `low` up to `high`, evenly, in steps of 2^-53 of their distance.
    pub(crate) fn between(&mut self, (low, high): (f64, f64)) -> f64 {
        const STEPS: u64 = 1 << 53;
        let share = self.below(STEPS) as f64 / STEPS as f64;
        low + share * (high - low)
    }

    /// A kind, each with the chance of its weight.
    pub(crate) fn pick(&mut self, weights: impl Iterator<Item = u64> + Clone) -> usize {
        let ticket = self.below(weights.clone().sum());
        holder(ticket, weights)
    }
}

/// The kind that holds a ticket when the first kind holds the first tickets, and so on.
fn holder(mut ticket: u64, tickets: impl Iterator<Item = u64>) -> usize {
    let mut kind = 0;
    for held in tickets {
        if ticket < held {
            break;
        }
        ticket -= held;
        kind += 1;
    }
    kind
}

/// An urn with one ticket per row, drawn without replacement: when it is empty, every kind has
/// come up exactly as often as it had tickets, whatever the order. It takes memory per kind,
/// not per row, which is what lets a sample of any size stream.
pub(crate) struct Urn {
    tickets: Vec<u64>,
    left: u64,
}

impl Urn {
    /// An urn for `rows` draws whose kinds share the tickets as `weights`.
    ///
    /// Where a share is not a whole number of tickets, it is rounded down or up by systematic
    /// sampling with a random start: the tickets add up to `rows`, and each kind has its exact
    /// share on average, so that a small sample is not cleared of everything rare.
    pub(crate) fn fill(rows: u64, weights: &[u64], draws: &mut Draws) -> Self {
        let total: u64 = weights.iter().sum();
        let start = u128::from(draws.below(total));
        let mut weight_so_far = 0;
        let mut tickets_so_far = 0;
        let tickets = weights
            .iter()
            .map(|weight| {
                weight_so_far += weight;
                let mark = u128::from(weight_so_far) * u128::from(rows) + start;
                let before = tickets_so_far;
                tickets_so_far = (mark / u128::from(total)) as u64;
                tickets_so_far - before
            })
            .collect();
        Self {
            tickets,
            left: rows,
        }
    }

    /// Takes a ticket out and says its kind, an index into the weights.
    pub(crate) fn draw(&mut self, draws: &mut Draws) -> usize {
        let kind = holder(draws.below(self.left), self.tickets.iter().copied());
        self.tickets[kind] -= 1;
        self.left -= 1;
        kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emptied_urn_has_given_every_kind_its_share() {
        let cases: [(u64, &[u64], &[u64]); 4] = [
            (10, &[1, 3, 6], &[1, 3, 6]),
            (20, &[1, 3, 6], &[2, 6, 12]),
            (30, &[0, 10, 0], &[0, 30, 0]),
            (6_607, &[6_557, 49, 1], &[6_557, 49, 1]),
        ];
        for (rows, weights, expected) in cases {
            assert_eq!(emptied(rows, weights, 7), expected, "{rows} of {weights:?}");
        }
    }

    #[test]
    fn a_share_is_rounded_down_or_up_and_right_on_average() {
        let rare: Vec<u64> = (0..1_000)
            .map(|seed| emptied(5, &[1, 9], seed)[0])
            .collect();
        assert!(rare.iter().all(|&tickets| tickets <= 1));
        let drawn: u64 = rare.iter().sum();
        assert!((440..560).contains(&drawn), "{drawn} of 1,000 samples");
    }

    fn emptied(rows: u64, weights: &[u64], seed: u64) -> Vec<u64> {
        let mut draws = Draws::seeded(seed);
        let mut urn = Urn::fill(rows, weights, &mut draws);
        let mut drawn = vec![0; weights.len()];
        for _ in 0..rows {
            drawn[urn.draw(&mut draws)] += 1;
        }
        drawn
    }
}
