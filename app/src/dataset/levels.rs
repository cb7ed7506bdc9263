//! The distinct texts of a column, as many as a byte tells apart, found again faster than a cell is
//! parsed: a table of millions of rows repeats the same few.

/// The most texts: one byte is left for a slot without any, and for a cell without any.
pub(super) const MOST: usize = 255;
/// Slots of the index, a power of two: four times as many as there are levels.
const SLOTS: usize = 1024;
/// What an empty slot holds; no level has this position.
const EMPTY: u8 = u8::MAX;

/// Distinct texts in the order in which they came, at most [`MOST`], with something known of
/// each.
#[derive(Debug)]
pub(super) struct Levels<T> {
    known: Vec<(String, T)>,
    /// Positions in `known`, each in the first free slot from the one that its text's hash says.
    /// Texts that are made to collide cost a walk along all levels, and there are few.
    slots: [u8; SLOTS],
}

impl<T> Levels<T> {
    pub(super) fn new() -> Self {
        Self {
            known: Vec::new(),
            slots: [EMPTY; SLOTS],
        }
    }

    /// Position of a text and what is known of it.
    pub(super) fn find(&self, text: &str) -> Option<(u8, &T)> {
        let position = self.slots[self.slot(text)];
        let (_, of_level) = self.known.get(usize::from(position))?;
        Some((position, of_level))
    }

    /// Takes in a text that is not known; `false` if there is no place for it.
    pub(super) fn add(&mut self, text: &str, of_level: T) -> bool {
        if self.known.len() >= MOST {
            return false;
        }
        let slot = self.slot(text);
        // There is a place, so the position is below the number of levels, which a byte holds.
        self.slots[slot] = self.known.len() as u8;
        self.known.push((text.to_owned(), of_level));
        true
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(|(text, _)| text.as_str())
    }

    /// The text's slot, or the empty one where it belongs.
    fn slot(&self, text: &str) -> usize {
        let mut slot = hash(text) % SLOTS;
        loop {
            match self.known.get(usize::from(self.slots[slot])) {
                Some((known, _)) if known != text => slot = (slot + 1) % SLOTS,
                _ => return slot,
            }
        }
    }
}

/// FNV-1a, folded; the upper bits mix better than the lower ones.
fn hash(text: &str) -> usize {
    let mixed = text.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    (mixed >> 32) as usize ^ mixed as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_found_again() {
        let mut levels = Levels::new();
        let text = |i: usize| format!("level {}", i * 7919);
        for i in 0..MOST {
            assert_eq!(levels.find(&text(i)), None);
            assert!(levels.add(&text(i), i));
        }
        for i in 0..MOST {
            assert_eq!(levels.find(&text(i)), Some((i as u8, &i)));
        }
        assert_eq!(levels.find("other"), None);
        assert!(!levels.add("other", 0));
        assert_eq!(levels.len(), MOST);
        assert_eq!(levels.texts().next(), Some("level 0"));
    }

    #[test]
    fn texts_of_one_slot_are_kept_apart() {
        let same: Vec<String> = (0..1_000_000)
            .map(|i| i.to_string())
            .filter(|text| hash(text) % SLOTS == SLOTS - 1)
            .take(MOST)
            .collect();
        let mut levels = Levels::new();
        for (i, text) in same.iter().enumerate() {
            assert!(levels.add(text, i));
        }
        for (i, text) in same.iter().enumerate() {
            assert_eq!(levels.find(text), Some((i as u8, &i)), "{text}");
        }
    }
}
