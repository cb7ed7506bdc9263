//! The cells of an identifier, one after the other.

/// Texts one after the other. The column's values are their positions, so that rows are filtered
/// without touching them.
#[derive(Debug, Clone, Default)]
pub(super) struct Texts {
    all: String,
    /// Where each ends in `all`.
    ends: Vec<usize>,
}

impl Texts {
    /// With room for that many, of so many bytes together.
    pub(super) fn with_capacity(texts: usize, bytes: usize) -> Self {
        Self {
            all: String::with_capacity(bytes),
            ends: Vec::with_capacity(texts),
        }
    }

    /// Appends one; its position. Columns have fewer cells than a `u32` counts, as polars' have.
    pub(super) fn push(&mut self, text: &str) -> Option<u32> {
        self.all.push_str(text);
        self.ends.push(self.all.len());
        u32::try_from(self.ends.len() - 1).ok()
    }

    pub(super) fn get(&self, position: u32) -> Option<&str> {
        let position = usize::try_from(position).ok()?;
        let begin = match position.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.all.get(begin..*self.ends.get(position)?)
    }

    /// Bytes that they take.
    pub(super) fn memory(&self) -> usize {
        self.all.capacity() + self.ends.capacity() * size_of::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_their_position() {
        let mut texts = Texts::default();
        for (i, text) in ["a", "", "\u{1F393}b", "c"].into_iter().enumerate() {
            assert_eq!(texts.push(text), u32::try_from(i).ok());
        }
        let all: Vec<_> = (0..5).map(|i| texts.get(i)).collect();
        assert_eq!(
            all,
            [Some("a"), Some(""), Some("\u{1F393}b"), Some("c"), None]
        );
    }
}
