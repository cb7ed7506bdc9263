//! The policy of a pipeline, whose one role does what several commands do.

use serde_json::Value;

use super::{Command, merged, policy, statements};
use crate::settings::Settings;

/// The policy document for a pipeline that deploys, goes back and destroys, but purges no bucket.
pub fn pipeline(settings: &Settings) -> Value {
    let scope = statements::Scope::of(settings);
    let mut document = policy(settings, Command::Deploy);
    if let Some(statements) = document["Statement"].as_array_mut() {
        statements.push(statements::remove_bucket(&scope));
        // A role's inline policies have 10,240 characters, and names of statements count.
        for statement in statements.iter_mut().filter_map(Value::as_object_mut) {
            statement.remove("Sid");
        }
        *statements = merged(std::mem::take(statements));
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn actions(policy: &Value) -> BTreeSet<&str> {
        let statements = policy["Statement"].as_array().unwrap();
        let lists = statements.iter().map(|it| it["Action"].as_array().unwrap());
        lists.flatten().map(|it| it.as_str().unwrap()).collect()
    }

    #[test]
    fn a_pipeline_does_all_but_purge() {
        let settings = Settings::published().unwrap();
        let pipeline = pipeline(&settings);
        let purge: &[&str] = &["s3:AbortMultipartUpload", "s3:DeleteObjectVersion"];
        for (command, expected) in [
            (Command::Diff, &[][..]),
            (Command::Deploy, &[]),
            (Command::Rollback, &[]),
            (Command::Destroy, purge),
        ] {
            let policy = policy(&settings, command);
            let needed = actions(&policy);
            let lacking: Vec<&str> = needed.difference(&actions(&pipeline)).copied().collect();
            assert_eq!(lacking, expected, "{command:?}");
        }
    }

    #[test]
    fn it_fits_into_a_roles_inline_policies() {
        let longest = Settings {
            stage: "s2345678".parse().unwrap(),
            bucket: "b".repeat(54).parse().unwrap(),
            ..Settings::published().unwrap()
        };
        let length = pipeline(&longest).to_string().len();
        assert!(length <= 10_240, "{length} characters");
    }
}
