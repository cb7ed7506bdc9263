//! The cookie of who has logged in: when it ends, and a signature of that.
//!
//! HMAC-SHA256 with a key that all instances share, over the end and the password's hash. It holds
//! nothing else, so nobody is told apart by it.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The cookie's name.
const NAME: &str = "session";
/// How long it lasts, in seconds: a working day.
const LIFETIME: u64 = 12 * 60 * 60;
/// Bytes of a key: as many as the signature has.
const LEAST: usize = 32;

/// What is wrong with a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It could be guessed.
    #[error("the key has fewer than {LEAST} bytes. Make one with `openssl rand -base64 {LEAST}`")]
    Short,
    /// The system has no random numbers.
    #[error("no key can be made: {0}")]
    Random(getrandom::Error),
}

/// Signs, and knows its signatures again.
#[derive(Clone)]
pub(super) struct Key(Hmac<Sha256>);

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Key")
    }
}

impl Key {
    /// The key of that secret, for cookies of that password.
    pub(super) fn new(secret: &[u8], password: &str) -> Result<Self, KeyError> {
        let secret = secret.trim_ascii();
        if secret.len() < LEAST {
            return Err(KeyError::Short);
        }
        let mut hmac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| KeyError::Short)?;
        hmac.update(password.as_bytes());
        // No hash has a line break: where it ends is clear.
        hmac.update(b"\n");
        Ok(Self(hmac))
    }

    /// One that nobody else has.
    pub(super) fn random(password: &str) -> Result<Self, KeyError> {
        let mut secret = [0; LEAST];
        getrandom::fill(&mut secret).map_err(KeyError::Random)?;
        // As text: bytes that are white space would be trimmed.
        Self::new(BASE64_URL_SAFE_NO_PAD.encode(secret).as_bytes(), password)
    }

    fn signing(&self, end: &str) -> Hmac<Sha256> {
        let mut hmac = self.0.clone();
        hmac.update(end.as_bytes());
        hmac
    }

    /// What the cookie says of one who logs in now.
    fn issue(&self, now: u64) -> String {
        let end = (now + LIFETIME).to_string();
        let signature = self.signing(&end).finalize().into_bytes();
        format!("{end}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    /// Whether the cookie is one of ours, and has not ended. Signatures are compared in constant
    /// time.
    fn accepts(&self, value: &str, now: u64) -> bool {
        let Some((end, signature)) = value.split_once('.') else {
            return false;
        };
        let Ok(signature) = BASE64_URL_SAFE_NO_PAD.decode(signature) else {
            return false;
        };
        let signed = self.signing(end).verify_slice(&signature).is_ok();
        signed && end.parse().is_ok_and(|end: u64| now < end)
    }
}

/// Whether a request comes from one who has logged in.
pub(super) fn in_headers(headers: &HeaderMap, key: &Key, now: u64) -> bool {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|cookie| cookie.trim().strip_prefix(NAME)?.strip_prefix('='))
        .any(|value| key.accepts(value, now))
}

/// The cookie for one who logs in now.
pub(super) fn cookie(key: &Key, now: u64, https: bool) -> String {
    with_attributes(&key.issue(now), LIFETIME, https)
}

/// The cookie that takes it away.
pub(super) fn no_cookie(https: bool) -> String {
    with_attributes("", 0, https)
}

fn with_attributes(value: &str, seconds: u64, https: bool) -> String {
    let secure = if https { "; Secure" } else { "" };
    format!("{NAME}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
    const NOW: u64 = 1_800_000_000;

    fn key() -> Key {
        Key::new(SECRET, "a hash").unwrap()
    }

    #[test]
    fn only_what_was_signed_is_accepted_and_only_for_a_while() {
        let value = key().issue(NOW);
        let (end, signature) = value.split_once('.').unwrap();
        let later = format!("{}.{signature}", NOW + 2 * LIFETIME);
        let cases = [
            (value.as_str(), NOW, true),
            (value.as_str(), NOW + LIFETIME - 1, true),
            (value.as_str(), NOW + LIFETIME, false),
            (later.as_str(), NOW, false),
            (end, NOW, false),
            (&format!("{end}."), NOW, false),
            (&format!("{end}.{}", &signature[1..]), NOW, false),
            (&format!("{end}.{signature}="), NOW, false),
            (&format!("0{value}"), NOW, false),
            (&format!("{value}."), NOW, false),
            ("", NOW, false),
        ];
        for (value, now, accepted) in cases {
            assert_eq!(key().accepts(value, now), accepted, "{value} {now}");
        }
    }

    #[test]
    fn instances_share_keys_and_passwords_end_cookies() {
        let value = key().issue(NOW);
        let other = [SECRET, b"!"].concat();
        let cases = [
            (Key::new(&[SECRET, b"\n"].concat(), "a hash"), true),
            (Key::new(&other, "a hash"), false),
            (Key::new(SECRET, "another hash"), false),
            (Key::random("a hash"), false),
        ];
        for (key, accepted) in cases {
            assert_eq!(key.unwrap().accepts(&value, NOW), accepted);
        }
        assert!(Key::new(&SECRET[1..], "a hash").is_err());
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let value = key().issue(NOW);
        let cases = [
            (vec![format!("session={value}")], true),
            (vec![format!("a=b; session={value};c=d")], true),
            (vec!["a=b".to_owned(), format!("session={value}")], true),
            (vec![format!("session=x; session={value}")], true),
            (vec![format!("sessions={value}")], false),
            (vec![format!("x-session={value}")], false),
            (vec![], false),
        ];
        for (cookies, found) in cases {
            let mut headers = HeaderMap::new();
            for cookie in &cookies {
                headers.append(header::COOKIE, cookie.parse().unwrap());
            }
            assert_eq!(in_headers(&headers, &key(), NOW), found, "{cookies:?}");
        }
    }

    #[test]
    fn no_script_and_no_other_site_gets_it() {
        for (https, secure) in [(true, true), (false, false)] {
            for cookie in [cookie(&key(), NOW, https), no_cookie(https)] {
                assert!(cookie.contains("; Path=/; Max-Age="), "{cookie}");
                assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
                assert_eq!(cookie.ends_with("; Secure"), secure, "{cookie}");
            }
        }
    }
}
