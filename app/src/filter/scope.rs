//! What stands before a column's name in an address: which rows a condition is about, or that a
//! value is assumed.

/// Before a column's name that would be taken for something else.
pub(super) const ESCAPE: &str = "col.";
/// Before a column of which a value is assumed.
pub(super) const ASSUMED: &str = "if.";

/// The rows that a condition is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every row of the page.
    All,
    /// The first group of a comparison.
    A,
    /// The second group.
    B,
}

impl Scope {
    /// What stands before the column's name.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::All => "",
            Self::A => "a.",
            Self::B => "b.",
        }
    }
}

/// Whether a column's name begins as one of these prefixes, or would with `.min` behind it.
pub(super) fn is_prefixed(name: &str) -> bool {
    [ESCAPE, ASSUMED, Scope::A.prefix(), Scope::B.prefix()]
        .iter()
        .any(|prefix| name.starts_with(prefix) || prefix.strip_suffix('.') == Some(name))
}
