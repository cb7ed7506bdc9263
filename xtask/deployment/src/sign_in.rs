//! The flags for signing in with OpenID Connect: all that names the provider, or none.

use infra_model::settings::{Oidc, SESSION_TIMEOUT};
use infra_model::values::{ClientId, ProviderUrl, Scope, SessionTimeout};

/// Where people sign in. What belongs together is asked for together, and needs HTTPS.
#[derive(Debug, clap::Args)]
pub(crate) struct SignIn {
    /// Identity provider (OpenID Connect) where people sign in first; needs --certificate
    #[arg(
        long,
        env = "STUDENT_ANALYTICS_OIDC_ISSUER",
        value_name = "URL",
        requires_all = [
            "certificate",
            "oidc_authorization_endpoint",
            "oidc_token_endpoint",
            "oidc_user_info_endpoint",
            "oidc_client_id",
        ]
    )]
    oidc_issuer: Option<ProviderUrl>,
    /// Its authorization_endpoint, as its /.well-known/openid-configuration says
    #[arg(
        long,
        env = "STUDENT_ANALYTICS_OIDC_AUTHORIZATION_ENDPOINT",
        value_name = "URL",
        requires = "oidc_issuer"
    )]
    oidc_authorization_endpoint: Option<ProviderUrl>,
    /// Its token_endpoint
    #[arg(
        long,
        env = "STUDENT_ANALYTICS_OIDC_TOKEN_ENDPOINT",
        value_name = "URL",
        requires = "oidc_issuer"
    )]
    oidc_token_endpoint: Option<ProviderUrl>,
    /// Its userinfo_endpoint
    #[arg(
        long,
        env = "STUDENT_ANALYTICS_OIDC_USER_INFO_ENDPOINT",
        value_name = "URL",
        requires = "oidc_issuer"
    )]
    oidc_user_info_endpoint: Option<ProviderUrl>,
    /// Name by which it knows the load balancer
    #[arg(
        long,
        env = "STUDENT_ANALYTICS_OIDC_CLIENT_ID",
        value_name = "ID",
        requires = "oidc_issuer"
    )]
    oidc_client_id: Option<ClientId>,
    /// What it is asked for, words with a space between [default: openid]
    #[arg(
        long,
        env = "STUDENT_ANALYTICS_OIDC_SCOPE",
        value_name = "WORDS",
        requires = "oidc_issuer"
    )]
    oidc_scope: Option<Scope>,
    /// How long someone stays signed in [default: 43200, 12 hours]
    #[arg(
        long,
        env = "STUDENT_ANALYTICS_OIDC_SESSION_TIMEOUT",
        value_name = "SECONDS",
        requires = "oidc_issuer"
    )]
    oidc_session_timeout: Option<SessionTimeout>,
}

impl SignIn {
    /// The setting, if the flags name a provider; clap has seen to it that they name all of it.
    pub(crate) fn oidc(&self) -> Option<Oidc> {
        Some(Oidc {
            issuer: self.oidc_issuer.clone()?,
            authorization_endpoint: self.oidc_authorization_endpoint.clone()?,
            token_endpoint: self.oidc_token_endpoint.clone()?,
            user_info_endpoint: self.oidc_user_info_endpoint.clone()?,
            client_id: self.oidc_client_id.clone()?,
            scope: self.oidc_scope.clone().unwrap_or_default(),
            session_timeout: self.oidc_session_timeout.unwrap_or(SESSION_TIMEOUT),
        })
    }
}
