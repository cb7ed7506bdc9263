//! What a load balancer is told of an identity provider: OpenID Connect.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::values::{Invalid, all};

const AS_PUBLISHED: &str = "write it as the provider's `/.well-known/openid-configuration` says it";

checked_text!(
    /// An address of the identity provider: its issuer, or an endpoint.
    ProviderUrl,
    "address of the identity provider",
    |text| {
        let Some(rest) = text.strip_prefix("https://") else {
            return Some(("does not begin with https://", AS_PUBLISHED));
        };
        let host = host(rest);
        if host.contains(':') {
            return Some((
                "names a port",
                "the load balancer's group lets it out to port 443 only",
            ));
        }
        let is_label = |label: &str| all(label, |c| c.is_ascii_alphanumeric() || c == '-');
        if !host.contains('.') || !host.split('.').all(is_label) {
            return Some(("names no host", AS_PUBLISHED));
        }
        let of_address = |c: char| c.is_ascii_alphanumeric() || "-._~:/?@!$&'()*+,;=%".contains(c);
        (!all(text, of_address)).then_some(("is not one plain address", AS_PUBLISHED))
    }
);

impl ProviderUrl {
    /// The name of the machine that it leads to.
    pub fn host(&self) -> &str {
        host(self.as_str().trim_start_matches("https://"))
    }
}

fn host(after_scheme: &str) -> &str {
    let end = after_scheme.find(['/', '?']);
    &after_scheme[..end.unwrap_or(after_scheme.len())]
}

checked_text!(
    /// The name by which the identity provider knows the load balancer.
    ClientId,
    "OIDC client",
    |text| {
        (!all(text, |c| c.is_ascii_graphic()) || text.len() > 255).then_some((
            "is not one word of at most 255 plain characters",
            "write the client id that the identity provider gave; its secret goes elsewhere",
        ))
    }
);

checked_text!(
    /// What is asked of the identity provider: words with a space between.
    Scope,
    "OIDC scope",
    |text| {
        let is_word = |word: &str| all(word, |c| c.is_ascii_graphic() && c != '"' && c != '\\');
        let right = text.split(' ').all(is_word) && text.split(' ').any(|word| word == "openid");
        (!right).then_some((
            "is not a list of words with `openid` among them",
            "write `openid`, or more with a space between, such as `openid email`",
        ))
    }
);

impl Default for Scope {
    fn default() -> Self {
        Self("openid".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_on_its_own_port() {
        for (text, problem) in [
            ("https://id.example.org", ""),
            ("https://id.example.org/", ""),
            ("https://id.example.org/oauth2/v1/token?tenant=a%20b", ""),
            ("http://id.example.org/", "https://"),
            ("HTTPS://id.example.org/", "https://"),
            ("id.example.org", "https://"),
            ("https://id.example.org:8443/", "port"),
            ("https://user@id.example.org/", "host"),
            ("https://localhost/", "host"),
            ("https:///authorize", "host"),
            ("https://id..example.org/", "host"),
            ("https://id.example.org/#top", "plain"),
            ("https://id.example.org/a b", "plain"),
            ("https://id.example.org/\n", "plain"),
            ("", "https://"),
        ] {
            let said = ProviderUrl::new(text).err().map(|it| it.problem);
            assert_eq!(said.is_none(), problem.is_empty(), "{text}: {said:?}");
            assert!(
                said.unwrap_or_default().contains(problem),
                "{text}: {said:?}"
            );
        }
        let with_query = ProviderUrl::new("https://id.example.org?x=/").unwrap();
        assert_eq!(with_query.host(), "id.example.org");
    }

    #[test]
    fn clients_and_scopes() {
        for (text, right) in [
            ("0oa1b-2c.apps.example.org", true),
            ("", false),
            ("two words", false),
            ("line\n", false),
            ("Schüler", false),
        ] {
            assert_eq!(ClientId::new(text).is_ok(), right, "{text:?}");
        }
        for (text, right) in [
            ("openid", true),
            ("openid email profile", true),
            ("email", false),
            ("openid  email", false),
            ("openid\temail", false),
            ("", false),
        ] {
            assert_eq!(Scope::new(text).is_ok(), right, "{text:?}");
        }
        assert_eq!(Scope::new("openid").unwrap(), Scope::default());
    }
}
