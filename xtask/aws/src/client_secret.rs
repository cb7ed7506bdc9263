//! The secret of the OIDC client, on its way to AWS: read when a plan needs it, and shown nowhere.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use infra_model::plan::CLIENT_SECRET;

/// Holds it where there is no file. It is no flag: arguments stand in the list of processes.
const VARIABLE: &str = "STUDENT_ANALYTICS_OIDC_CLIENT_SECRET";

/// The secret. Its `Debug` does not say it.
pub struct ClientSecret(String);

impl ClientSecret {
    /// From the file, or else from the environment.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self> {
        match file {
            Some(file) => std::fs::read_to_string(file)
                .map_err(anyhow::Error::from)
                .and_then(|text| Self::new(&text))
                .with_context(|| format!("the OIDC client's secret in {}", file.display())),
            None => {
                let text = std::env::var(VARIABLE).ok().filter(|it| !it.is_empty());
                let text = text.with_context(|| {
                    format!("AWS must be told the OIDC client's secret: {CLIENT_SECRET}")
                })?;
                Self::new(&text).context(VARIABLE)
            }
        }
    }

    /// One line; how it ends does not count.
    fn new(text: &str) -> Result<Self> {
        let line = text.trim_end_matches(['\r', '\n']);
        let is_one = !line.is_empty() && !line.contains(char::is_control);
        ensure!(
            is_one,
            "it is not one line: write what the identity provider gave, and nothing else"
        );
        Ok(Self(line.to_owned()))
    }

    /// For the call that tells AWS, and nothing else.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_one_line_and_is_not_shown() {
        for (text, held) in [
            ("s3cr3t", Some("s3cr3t")),
            ("s3cr3t\n", Some("s3cr3t")),
            ("s3 cr3t \r\n", Some("s3 cr3t ")),
            ("", None),
            ("\n", None),
            ("one\ntwo\n", None),
        ] {
            let secret = ClientSecret::new(text);
            assert_eq!(
                secret.as_ref().ok().map(ClientSecret::reveal),
                held,
                "{text:?}"
            );
            assert!(!format!("{secret:?}").contains("cr3t"), "{secret:?}");
        }
    }

    #[test]
    fn a_file_is_named_and_not_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, "one\ntwo").unwrap();
        let missing = folder.path().join("none");
        for path in [&file, &missing] {
            let error = ClientSecret::read(Some(path)).unwrap_err();
            let said = format!("{error:#}");
            assert!(said.contains(&path.display().to_string()), "{said}");
            assert!(!said.contains("one\n") && !said.contains("two"), "{said}");
        }
    }
}
