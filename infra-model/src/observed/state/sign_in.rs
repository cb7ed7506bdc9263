//! Where people sign in, as AWS holds it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Where a listener has people sign in, with OpenID Connect. The client's secret is not known
/// here: AWS never returns it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignIn {
    /// The identity provider, as it names itself.
    pub issuer: String,
    /// Where browsers are sent.
    pub authorization_endpoint: String,
    /// Where the load balancer asks who has signed in.
    pub token_endpoint: String,
    /// Where it asks for what is known of them.
    pub user_info_endpoint: String,
    /// The name by which the provider knows the load balancer.
    pub client_id: String,
    /// What the provider is asked for.
    pub scope: String,
    /// How long someone stays signed in, in seconds.
    pub session_timeout: u32,
    /// What is done with requests of others: `authenticate` sends them to the provider.
    pub unauthenticated: String,
    /// The cookie of those who have signed in.
    pub cookie: String,
    /// What else stands in the address that browsers are sent to.
    pub extra_parameters: BTreeMap<String, String>,
}

impl SignIn {
    /// Whether one secret serves both: it belongs to a client of a provider.
    pub fn has_client_of(&self, other: &Self) -> bool {
        (&self.issuer, &self.client_id) == (&other.issuer, &other.client_id)
    }
}
