//! chromedriver's own commands, beyond the WebDriver standard.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// A command to the session's `endpoint`.
#[derive(Debug)]
pub(super) struct Command {
    endpoint: &'static str,
    body: Value,
}

impl Command {
    /// Takes what was logged since the last call.
    pub(super) fn log(kind: &str) -> Self {
        Self {
            endpoint: "se/log",
            body: json!({"type": kind}),
        }
    }

    /// Calls a method of Chromium's developer tools.
    pub(super) fn devtools(method: &str, parameters: Value) -> Self {
        Self {
            endpoint: "goog/cdp/execute",
            body: json!({"cmd": method, "params": parameters}),
        }
    }
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.endpoint
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
