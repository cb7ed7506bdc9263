//! Policy documents, compared by what they mean.
//!
//! AWS gives documents back with lists and single values exchanged, accounts as ARNs and
//! statements in its own order; none of it is a difference.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A policy document of IAM or S3.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Document(Value);

impl Document {
    /// A document of these statements.
    pub fn of(statements: Vec<Value>) -> Self {
        Self(json!({ "Version": "2012-10-17", "Statement": statements }))
    }

    /// The document as it was written.
    pub fn as_json(&self) -> &Value {
        &self.0
    }

    /// The one spelling that every document of the same meaning shares.
    pub fn meaning(&self) -> Value {
        let mut statements: Vec<Value> = listed(self.0.get("Statement").unwrap_or(&Value::Null))
            .iter()
            .map(statement)
            .collect();
        statements.sort_by_key(Value::to_string);
        statements.dedup();
        json!({
            "Version": self.0.get("Version").cloned().unwrap_or_else(|| json!("2008-10-17")),
            "Statement": statements,
        })
    }
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.meaning() == other.meaning()
    }
}

/// Keys in order, values in the shape that their key has.
fn statement(written: &Value) -> Value {
    let Some(fields) = written.as_object() else {
        return written.clone();
    };
    let ordered: BTreeMap<&String, Value> = fields
        .iter()
        .filter(|(key, _)| *key != "Sid")
        .map(|(key, value)| {
            let meaning = match key.as_str() {
                "Action" | "NotAction" => set(value, str::to_ascii_lowercase),
                "Resource" | "NotResource" => set(value, str::to_owned),
                "Principal" | "NotPrincipal" => principal(value),
                "Condition" => nested(value, |tests| nested(tests, |v| set(v, str::to_owned))),
                _ => value.clone(),
            };
            (key, meaning)
        })
        .collect();
    json!(ordered)
}

fn principal(written: &Value) -> Value {
    if written == "*" {
        return json!({ "AWS": ["*"] });
    }
    nested(written, |names| set(names, whole_account))
}

/// An account's number is short for its root.
fn whole_account(name: &str) -> String {
    match name.len() == 12 && name.bytes().all(|b| b.is_ascii_digit()) {
        true => format!("arn:aws:iam::{name}:root"),
        false => name.to_owned(),
    }
}

fn nested(written: &Value, inner: impl Fn(&Value) -> Value) -> Value {
    match written.as_object() {
        Some(map) => json!(
            map.iter()
                .map(|(k, v)| (k, inner(v)))
                .collect::<BTreeMap<_, _>>()
        ),
        None => written.clone(),
    }
}

/// A single value is a list of one; order and repetition say nothing; `true` is `"true"`.
fn set(written: &Value, spell: impl Fn(&str) -> String) -> Value {
    let mut values: Vec<String> = listed(written)
        .iter()
        .map(|value| value.as_str().map_or_else(|| value.to_string(), &spell))
        .collect();
    values.sort();
    values.dedup();
    json!(values)
}

fn listed(written: &Value) -> Vec<Value> {
    match written {
        Value::Array(values) => values.clone(),
        Value::Null => Vec::new(),
        single => vec![single.clone()],
    }
}

/// One statement that allows actions on resources.
pub fn allow(actions: &[&str], resources: &[String]) -> Value {
    json!({ "Effect": "Allow", "Action": actions, "Resource": resources })
}

/// The same statement, under a condition.
pub fn under(statement: Value, condition: Value) -> Value {
    let mut fields: Map<String, Value> = statement.as_object().cloned().unwrap_or_default();
    fields.insert("Condition".to_owned(), condition);
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(statement: Value) -> Document {
        Document(json!({ "Version": "2012-10-17", "Statement": statement }))
    }

    #[test]
    fn spelling_is_no_difference_and_meaning_is() {
        let ours = document(json!([{
            "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*",
            "Principal": { "AWS": "123456789012" },
            "Condition": { "Bool": { "aws:SecureTransport": "false" } },
        }]));
        for (equal, other) in [
            (
                true,
                json!({
                    "Sid": "Given", "Effect": "Allow", "Resource": ["*"],
                    "Action": ["s3:listbucket", "s3:GetObject"],
                    "Principal": { "AWS": ["arn:aws:iam::123456789012:root"] },
                    "Condition": { "Bool": { "aws:SecureTransport": [false] } },
                }),
            ),
            (
                false,
                json!([{
                    "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*",
                    "Principal": { "AWS": "123456789012" },
                    "Condition": { "Bool": { "aws:SecureTransport": "false" } },
                }]),
            ),
            (false, json!([])),
        ] {
            assert_eq!(ours == document(other.clone()), equal, "{other}");
        }
        let everyone = |principal| document(json!([{ "Effect": "Deny", "Principal": principal }]));
        assert_eq!(everyone(json!("*")), everyone(json!({ "AWS": "*" })));
    }
}
