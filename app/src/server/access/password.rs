//! The password: its hash by Argon2id, with the library's parameters (19 MiB, two passes), which are
//! those that OWASP recommends.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};

/// Characters that a password has at least, as NIST SP 800-63B asks.
const LEAST: usize = 8;
/// What verifying may take, in KiB: a hash with more would take the instance's memory.
const MEMORY: u32 = 256 * 1024;

/// What is wrong with a password or its hash.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Easily guessed.
    #[error("the password has fewer than {LEAST} characters. Choose a longer one")]
    Short,
    /// Not of the kind that [`hash_password`] makes.
    #[error(
        "this is not the Argon2 hash of a password. Make one with `student-analytics hash-password`"
    )]
    NoHash,
    /// The library's own.
    #[error("the password cannot be hashed: {0}")]
    Library(argon2::password_hash::Error),
}

/// The hash of a password, with a salt of its own, as one line of text.
///
/// # Errors
/// A short password, or a system without random numbers.
pub fn hash_password(password: &str) -> Result<String, PasswordError> {
    if password.chars().count() < LEAST {
        return Err(PasswordError::Short);
    }
    let hash: PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(PasswordError::Library)?;
    Ok(hash.to_string())
}

/// The hash against which passwords are verified.
pub(super) struct Password(String);

impl std::fmt::Debug for Password {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Password")
    }
}

impl Password {
    pub(super) fn new(hash: &str) -> Result<Self, PasswordError> {
        let hash = hash.trim();
        let parsed = PasswordHash::new(hash).map_err(|_| PasswordError::NoHash)?;
        let params = argon2::Params::try_from(&parsed).map_err(|_| PasswordError::NoHash)?;
        let argon2 = parsed.algorithm.as_str().starts_with("argon2");
        if !argon2 || parsed.hash.is_none() || params.m_cost() > MEMORY {
            return Err(PasswordError::NoHash);
        }
        Ok(Self(hash.to_owned()))
    }

    pub(super) fn hash(&self) -> &str {
        &self.0
    }

    /// Takes tens of milliseconds, and as long for a wrong one; hashes are compared in constant
    /// time.
    pub(super) fn is(&self, password: &[u8]) -> bool {
        Argon2::default()
            .verify_password(password, self.0.as_str())
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_password_and_no_other_is_accepted() {
        let hash = hash_password("correct horse").unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert_ne!(hash, hash_password("correct horse").unwrap());
        let password = Password::new(&format!("{hash}\n")).unwrap();
        let cases = [
            ("correct horse", true),
            ("correct horse ", false),
            ("Correct horse", false),
            ("", false),
        ];
        for (text, accepted) in cases {
            assert_eq!(password.is(text.as_bytes()), accepted, "{text}");
        }
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        let hash = hash_password("correct horse").unwrap();
        let cases = [
            "",
            "correct horse",
            "$argon2id$v=19$m=19456,t=2,p=1",
            "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
            &hash.replace("argon2id", "scrypt"),
            &hash.replace("m=19456", "m=4000000"),
        ];
        for text in cases {
            assert!(Password::new(text).is_err(), "{text}");
        }
        assert!(hash_password("1234567").is_err());
    }
}
