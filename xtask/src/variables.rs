//! Settings that a pipeline passes all at once, as GitHub's `toJSON(vars)` writes them: one JSON object of
//! names and texts. So a workflow need not list them, and a new setting needs no new line there.

use std::env::{self, VarError};

use anyhow::{Context, Result, bail};
use infra_model::values::Stage;
use serde_json::Value;

/// The variable that holds the object.
const OBJECT: &str = "STUDENT_ANALYTICS_VARIABLES";
/// What settings begin with; the rest of the object is not ours.
const PREFIX: &str = "STUDENT_ANALYTICS_";
const STAGE: &str = "STUDENT_ANALYTICS_STAGE";

/// The settings in the object, for the environment of a command. What the environment says itself wins.
pub(crate) fn settings() -> Result<Vec<(String, String)>> {
    let mut settings = match env::var(OBJECT) {
        Ok(object) => read(&object).context(OBJECT)?,
        Err(VarError::NotPresent) => Vec::new(),
        Err(error) => return Err(error).context(OBJECT),
    };
    settings.retain(|(name, _)| env::var_os(name).is_none());
    Ok(settings)
}

/// The stage that the environment or the object names.
pub(crate) fn stage() -> Result<Stage> {
    let in_object = || -> Result<Option<String>> {
        let mut settings = settings()?.into_iter();
        Ok(settings.find(|(name, _)| name == STAGE).map(|it| it.1))
    };
    match env::var(STAGE)
        .ok()
        .map_or_else(in_object, |it| Ok(Some(it)))?
    {
        Some(stage) => stage.parse().context(STAGE),
        None => Ok(Stage::default()),
    }
}

/// Names and texts. One without a text is not set.
fn read(object: &str) -> Result<Vec<(String, String)>> {
    let object: Value = serde_json::from_str(object).context("it is not JSON")?;
    let Value::Object(object) = object else {
        bail!("it is not an object of names and texts");
    };
    let ours = object
        .into_iter()
        .filter(|(name, _)| name.starts_with(PREFIX));
    let texts = ours.map(|(name, value)| match value {
        Value::String(text) => Ok((name, text)),
        _ => bail!("{name} is not a text"),
    });
    let mut settings = texts.collect::<Result<Vec<_>>>()?;
    settings.retain(|(_, text)| !text.is_empty());
    Ok(settings)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::read;

    #[test]
    fn only_settings_with_a_text_are_taken() {
        let object = r#"{
            "AWS_PLAN_ROLE": "arn:aws:iam::123456789012:role/x",
            "STUDENT_ANALYTICS_BUCKET": "my-school",
            "STUDENT_ANALYTICS_STAGE": "",
            "STUDENT_ANALYTICS_ALLOW": "203.0.113.0/24,198.51.100.0/24"
        }"#;
        let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let mut settings = read(object).unwrap();
        settings.sort();
        assert_eq!(
            settings,
            [
                pair("STUDENT_ANALYTICS_ALLOW", "203.0.113.0/24,198.51.100.0/24"),
                pair("STUDENT_ANALYTICS_BUCKET", "my-school"),
            ]
        );
        assert_eq!(read("{}").unwrap(), []);
    }

    #[test]
    fn another_shape_is_an_error() {
        for (object, problem) in [
            ("", "not JSON"),
            ("[]", "not an object"),
            (
                r#"{"STUDENT_ANALYTICS_MIN": 2}"#,
                "STUDENT_ANALYTICS_MIN is not a text",
            ),
        ] {
            let error = format!("{:#}", read(object).unwrap_err());
            assert!(error.contains(problem), "{object}: {error}");
        }
    }
}
