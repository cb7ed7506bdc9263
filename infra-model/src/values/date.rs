//! Days.

use std::fmt;
use std::str::FromStr;

use crate::values::Invalid;

/// A day in the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// A day known when compiling.
    pub const fn of(year: u16, month: u8, day: u8) -> Self {
        Self { year, month, day }
    }
}

impl FromStr for Date {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refused = || Invalid {
            what: "date",
            value: text.to_owned(),
            problem: "is not YYYY-MM-DD",
            remedy: "write one such as 2026-06-30",
        };
        let mut parts = text.splitn(3, '-');
        let mut number = |digits| {
            parts
                .next()
                .filter(|p| p.len() == digits && p.bytes().all(|b| b.is_ascii_digit()))
        };
        let year = number(4).and_then(|p| p.parse().ok()).ok_or_else(refused)?;
        let month = number(2).and_then(|p| p.parse().ok()).ok_or_else(refused)?;
        let day = number(2).and_then(|p| p.parse().ok()).ok_or_else(refused)?;
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return Err(refused());
        }
        Ok(Self::of(year, month, day))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}
