//! How often a password may be guessed: by one client, and by all together.
//!
//! Wrong passwords are counted for a minute at a time. The counts are bounded by what all may try, and
//! so is the memory. Who makes up many addresses, in `X-Forwarded-For` or with many machines, comes up
//! against the bound for all; meanwhile nobody else can log in, and who has a cookie notices nothing.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;

/// Time after which counting begins anew.
pub(super) const WINDOW: Duration = Duration::from_secs(60);
/// Wrong passwords of one client in that time; a class of pupils may share an address.
const OF_ONE: u32 = 10;
/// Wrong passwords of all clients in that time.
const OF_ALL: u32 = 60;

/// Whose attempts are counted together: an address, or the half of an IPv6 address that is a
/// network's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Client(Option<IpAddr>);

impl Client {
    /// The last address of `X-Forwarded-For`, which the nearest proxy wrote, or else the other end
    /// of the connection.
    pub(super) fn new(headers: &HeaderMap, peer: Option<IpAddr>) -> Self {
        let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
        let forwarded = forwarded
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.rsplit(',').next()?.trim().parse().ok());
        Self(forwarded.or(peer).map(network))
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = u128::from(address) >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from(network))
        }
    }
}

/// The attempts of the present window.
#[derive(Debug, Default)]
pub(super) struct Attempts(Mutex<Option<Window>>);

#[derive(Debug)]
struct Window {
    begun: Instant,
    clients: HashMap<Client, u32>,
}

impl Attempts {
    fn window(&self) -> MutexGuard<'_, Option<Window>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the client may try a password now. It is counted before it is known to be wrong, so
    /// that those of one moment count too.
    pub(super) fn take(&self, client: Client, now: Instant) -> bool {
        let mut window = self.window();
        let current = window.take().filter(|window| now - window.begun < WINDOW);
        let window = window.insert(current.unwrap_or_else(|| Window {
            begun: now,
            clients: HashMap::new(),
        }));
        let all: u32 = window.clients.values().sum();
        let own = window.clients.get(&client).copied().unwrap_or(0);
        let allowed = all < OF_ALL && own < OF_ONE;
        if allowed {
            window.clients.insert(client, own + 1);
        }
        allowed
    }

    /// It was the password, or was not looked at.
    pub(super) fn give_back(&self, client: Client) {
        if let Some(window) = self.window().as_mut()
            && let Some(own) = window.clients.get_mut(&client)
        {
            *own = own.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn client(n: u32) -> Client {
        Client(Some(IpAddr::V4(n.into())))
    }

    #[test]
    fn one_client_has_its_bound_and_then_waits() {
        let attempts = Attempts::default();
        let now = Instant::now();
        for _ in 0..OF_ONE {
            assert!(attempts.take(client(1), now));
        }
        assert!(!attempts.take(client(1), now));
        assert!(attempts.take(client(2), now), "others are free");
        attempts.give_back(client(1));
        assert!(attempts.take(client(1), now));
        let almost = now + WINDOW - Duration::from_millis(1);
        assert!(!attempts.take(client(1), almost));
        assert!(attempts.take(client(1), now + WINDOW));
    }

    #[test]
    fn all_clients_have_theirs_and_memory_is_bounded() {
        let attempts = Attempts::default();
        let now = Instant::now();
        let taken = (0..10_000).filter(|&n| attempts.take(client(n), now));
        assert_eq!(taken.count(), OF_ALL as usize);
        let kept = attempts.window().as_ref().unwrap().clients.len();
        assert_eq!(kept, OF_ALL as usize);
    }

    #[test]
    fn a_client_is_its_network() {
        let peer: IpAddr = "192.0.2.1".parse().unwrap();
        let cases = [
            (&[][..], "192.0.2.1"),
            (&["203.0.113.7"], "203.0.113.7"),
            (&["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
            (&["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
            (&["nonsense"], "192.0.2.1"),
            (&["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::"),
            (&["::ffff:203.0.113.7"], "203.0.113.7"),
        ];
        for (forwarded, expected) in cases {
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            let expected = Client(Some(expected.parse().unwrap()));
            assert_eq!(Client::new(&headers, Some(peer)), expected, "{forwarded:?}");
        }
    }
}
