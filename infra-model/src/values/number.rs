//! Whole numbers between bounds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::values::Invalid;

/// A whole number between two bounds.
macro_rules! bounded {
    ($(#[$doc:meta])* $name:ident, $inner:ty, $what:literal, $low:literal..=$high:literal, $problem:literal, $remedy:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "u64", into = "u64")]
        pub struct $name($inner);

        impl $name {
            /// A number known when compiling, brought within the bounds.
            pub const fn of(number: $inner) -> Self {
                const LOW: $inner = $low;
                const HIGH: $inner = $high;
                if number < LOW {
                    Self(LOW)
                } else if number > HIGH {
                    Self(HIGH)
                } else {
                    Self(number)
                }
            }

            /// Checks the number.
            pub fn new(number: u64) -> Result<Self, Invalid> {
                <$inner>::try_from(number)
                    .ok()
                    .filter(|n| ($low..=$high).contains(n))
                    .map(Self)
                    .ok_or_else(|| Self::refused(&number.to_string()))
            }

            fn refused(value: &str) -> Invalid {
                Invalid { what: $what, value: value.to_owned(), problem: $problem, remedy: $remedy }
            }

            /// The number.
            pub const fn get(self) -> $inner {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;
            fn from_str(text: &str) -> Result<Self, Invalid> {
                text.parse().map_err(|_| Self::refused(text)).and_then(Self::new)
            }
        }

        impl TryFrom<u64> for $name {
            type Error = Invalid;
            fn try_from(number: u64) -> Result<Self, Invalid> {
                Self::new(number)
            }
        }

        impl From<$name> for u64 {
            fn from(value: $name) -> u64 {
                u64::from(value.0)
            }
        }
    };
}

bounded!(
    /// A TCP port.
    Port, u16, "port", 1..=65_535,
    "is not between 1 and 65535", "write a TCP port"
);
bounded!(
    /// How many instances.
    Instances, u16, "number of instances", 1..=100,
    "is not between 1 and 100", "write how many instances may run; `destroy` removes them all"
);
bounded!(
    /// How long someone who has signed in stays so, in seconds; AWS allows 7 days.
    SessionTimeout, u32, "session timeout", 1..=604_800,
    "is not between 1 and 604800", "write seconds; AWS allows 7 days, which are 604800"
);
bounded!(
    /// The smallest group of students that the dashboard shows; 0 withholds nothing.
    MinGroup, u16, "smallest group", 0..=1000,
    "is not between 0 and 1000", "write how many students a group needs; 10 is common, 0 withholds nothing"
);
bounded!(
    /// A whole percentage.
    Percent, u8, "percentage", 1..=100,
    "is not between 1 and 100", "write a whole percentage without its sign"
);
