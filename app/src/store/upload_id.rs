//! The name of an upload. Whoever knows it may read the upload, so it cannot be guessed.

use std::fmt;
use std::str::FromStr;

/// What every upload's keys begin with.
pub(crate) const UPLOADS: &str = "uploads";

/// 128 random bits, written as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UploadId(u128);

impl UploadId {
    /// A new one, of the operating system's randomness.
    ///
    /// # Errors
    /// If the operating system has none.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(u128::from_be_bytes(bytes)))
    }

    /// Where the file lies in the store.
    pub fn key(self) -> String {
        format!("{UPLOADS}/{self}/data.csv")
    }

    /// Where lies beside it what its columns hold, once somebody has said so.
    pub fn mapping_key(self) -> String {
        format!("{UPLOADS}/{self}/mapping.json")
    }
}

impl FromStr for UploadId {
    type Err = ();

    /// Takes exactly what `Display` writes.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != 32 || !text.bytes().all(digit) {
            return Err(());
        }
        u128::from_str_radix(text, 16).map(Self).map_err(|_| ())
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Without the name, which is a secret.
impl fmt::Debug for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UploadId")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        let id = UploadId::random().unwrap();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_ne!(UploadId::random().unwrap(), id);
        let malformed = [
            "",
            "0",
            "../../../../etc/passwd",
            "0123456789ABCDEF0123456789ABCDEF",
            "0123456789abcdef0123456789abcdef0",
            "+123456789abcdef0123456789abcdef",
        ];
        for text in malformed {
            assert_eq!(text.parse::<UploadId>(), Err(()), "{text}");
        }
    }
}
