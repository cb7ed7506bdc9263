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

    /// The day, in UTC, of a time in seconds since 1970.
    ///
    /// The algorithm is Howard Hinnant's `civil_from_days`, for days after 1970.
    pub fn of_unix_time(seconds: u64) -> Self {
        let days = seconds / 86_400 + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        Self::of(year as u16, month as u8, day as u8)
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
