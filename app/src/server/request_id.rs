//! The name of a request, by which its log lines, its answer and the load balancer's own log find
//! one another.
//!
//! Whoever sends a valid one keeps it. tower-http's layer of this purpose would take any value that
//! comes; here what reaches the log has a bounded length and harmless characters.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// What every response carries.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What AWS's load balancer adds to every request.
pub(super) const X_AMZN_TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// Longer ones are replaced; AWS's own have about seventy characters.
const MOST: usize = 128;

/// The number of the next request without a name; the first one is random, so that processes have
/// different ones.
static NEXT: LazyLock<AtomicU64> =
    LazyLock::new(|| AtomicU64::new(RandomState::new().hash_one("request")));

/// The name that the request came with, or a new one.
pub(super) fn of(headers: &HeaderMap) -> HeaderValue {
    [X_AMZN_TRACE_ID, X_REQUEST_ID]
        .iter()
        .filter_map(|name| headers.get(name))
        .find(|value| valid(value.as_bytes()))
        .cloned()
        .unwrap_or_else(|| NEXT.fetch_add(1, Ordering::Relaxed).into())
}

fn valid(id: &[u8]) -> bool {
    let harmless = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:;=".contains(byte);
    (1..=MOST).contains(&id.len()) && id.iter().all(harmless)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const AMAZON: &str =
        "Self=1-67891234-12456789abcdef012345678;Root=1-67891233-abcdef012345678912345678";

    #[test]
    fn a_valid_name_is_kept() {
        let longest = "a".repeat(MOST);
        let too_long = "a".repeat(MOST + 1);
        let cases = [
            (Some(AMAZON), None, Some(AMAZON)),
            (None, Some("a1b2-c3"), Some("a1b2-c3")),
            (Some(AMAZON), Some("a1b2-c3"), Some(AMAZON)),
            (Some("with space"), Some("a1b2-c3"), Some("a1b2-c3")),
            (None, Some(longest.as_str()), Some(longest.as_str())),
            (None, Some(too_long.as_str()), None),
            (None, Some(""), None),
            (None, Some("\"quoted\""), None),
            (None, Some("Gender=Female&x"), None),
            (None, Some("tab\t"), None),
            (None, None, None),
        ];
        for (amazon, other, kept) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in [(X_AMZN_TRACE_ID, amazon), (X_REQUEST_ID, other)] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            let id = of(&headers);
            match kept {
                Some(kept) => assert_eq!(id, kept),
                None => assert!(id.as_bytes().iter().all(u8::is_ascii_digit), "{id:?}"),
            }
        }
    }

    #[test]
    fn new_names_differ() {
        let none = HeaderMap::new();
        assert_ne!(of(&none), of(&none));
    }
}
