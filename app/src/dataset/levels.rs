//! The distinct texts of a column, as many as a byte tells apart, found again faster than a cell is
//! parsed: a table of millions of rows repeats the same few.

/// The most texts: one byte is left for a slot without any, and for a cell without any.
pub(super) const MOST: usize = 255;
/// Slots of the index, a power of two: four times as many as there are levels.
const SLOTS: usize = 1024;
/// What an empty slot holds; no level has this position.
const EMPTY: u8 = u8::MAX;

/// Distinct texts in the order in which they came, at most [`MOST`].
#[derive(Debug)]
pub(super) struct Levels {
    known: Vec<Level>,
    /// Positions in `known`, each in the first free slot from the one that its text's hash says.
    /// Texts that are made to collide cost a walk along all levels, and there are few.
    slots: [u8; SLOTS],
}

#[derive(Debug)]
struct Level {
    key: u64,
    text: String,
}

impl Level {
    /// Two texts of the same length that a key holds are the same if their keys are.
    fn is(&self, key: u64, text: &[u8]) -> bool {
        self.key == key
            && self.text.len() == text.len()
            && (text.len() <= size_of::<u64>() || self.text.as_bytes() == text)
    }
}

impl Levels {
    pub(super) fn new() -> Self {
        Self {
            known: Vec::new(),
            slots: [EMPTY; SLOTS],
        }
    }

    /// Position of a text.
    pub(super) fn find(&self, text: &[u8]) -> Option<u8> {
        let position = self.slots[self.slot(key(text), text)];
        (position != EMPTY).then_some(position)
    }

    /// Position of a text that is taken in if it is not known; `None` if there is no place for it.
    pub(super) fn add(&mut self, text: &str) -> Option<u8> {
        let key = key(text.as_bytes());
        let slot = self.slot(key, text.as_bytes());
        if self.slots[slot] != EMPTY {
            return Some(self.slots[slot]);
        }
        let position = u8::try_from(self.known.len()).ok();
        let position = position.filter(|&position| usize::from(position) < MOST)?;
        self.slots[slot] = position;
        let text = text.to_owned();
        self.known.push(Level { key, text });
        Some(position)
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(|level| level.text.as_str())
    }

    /// The text's slot, or the empty one where it belongs.
    fn slot(&self, key: u64, text: &[u8]) -> usize {
        let mut slot = hash(key, text.len());
        loop {
            match self.known.get(usize::from(self.slots[slot])) {
                Some(known) if !known.is(key, text) => slot = (slot + 1) % SLOTS,
                _ => return slot,
            }
        }
    }
}

/// Up to eight bytes as they are; of longer texts the first and the last eight, mixed.
fn key(text: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        let (first, last) = (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
        return match text.len() {
            8 => first,
            _ => first ^ last.wrapping_mul(MIX),
        };
    }
    // The two ends of a shorter text hold all of it, and overlap.
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        return u64::from(first) | u64::from(last) << 32;
    }
    text.iter().fold(0, |key, &byte| key << 8 | u64::from(byte))
}

/// An odd number whose bits look like chance: 2⁶⁴ over the golden ratio.
const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

/// The upper bits of a product depend on all bits of the key.
fn hash(key: u64, length: usize) -> usize {
    let mixed = (key ^ length as u64).wrapping_mul(MIX);
    (mixed >> (u64::BITS - SLOTS.ilog2())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_found_again() {
        let mut levels = Levels::new();
        let text = |i: usize| format!("level {}", i * 7919);
        for i in 0..MOST {
            assert_eq!(levels.find(text(i).as_bytes()), None);
            assert_eq!(levels.add(&text(i)), Some(i as u8));
        }
        for i in 0..MOST {
            assert_eq!(levels.find(text(i).as_bytes()), Some(i as u8));
            assert_eq!(levels.add(&text(i)), Some(i as u8));
        }
        assert_eq!(levels.find(b"other"), None);
        assert_eq!(levels.add("other"), None);
        assert_eq!(levels.len(), MOST);
        assert_eq!(levels.texts().next(), Some("level 0"));
    }

    #[test]
    fn texts_of_one_slot_are_kept_apart() {
        let same: Vec<String> = (0..1_000_000)
            .map(|i| i.to_string())
            .filter(|text| hash(key(text.as_bytes()), text.len()) == SLOTS - 1)
            .take(MOST)
            .collect();
        assert_eq!(same.len(), MOST);
        let mut levels = Levels::new();
        for (i, text) in same.iter().enumerate() {
            assert_eq!(levels.add(text), Some(i as u8));
        }
        for (i, text) in same.iter().enumerate() {
            assert_eq!(levels.find(text.as_bytes()), Some(i as u8));
        }
    }

    #[test]
    fn texts_of_every_length_are_told_apart() {
        let all = "abcdefghijklmnopqrstuvwxyz";
        let mut levels = Levels::new();
        for (length, last) in (0..=20).flat_map(|length| [(length, 'y'), (length, 'z')]) {
            let text = format!("{}{last}", &all[..length]);
            let expected = u8::try_from(levels.len()).ok();
            assert_eq!(levels.add(&text), expected, "{text}");
            let zeros = "\0".repeat(length + 1);
            assert_eq!(levels.find(zeros.as_bytes()), None);
        }
        // The ends of both are the same.
        assert!(levels.add("12345678-12345678") != levels.add("12345678+12345678"));
    }
}
