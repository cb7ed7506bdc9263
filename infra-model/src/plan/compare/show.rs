//! Values as a person reads them in a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value;

use crate::document::Document;
use crate::observed::{AccessLogs, ListenerAction, Peer, Ref, RouteTarget, Rule, SignIn};
use crate::tags::Tags;
use crate::topology::{LifecycleRule, Metadata, RootVolume};

/// How a value reads in a plan.
pub(super) trait Show {
    fn show(&self) -> String;
}

impl Show for bool {
    fn show(&self) -> String {
        if *self { "yes" } else { "no" }.to_owned()
    }
}

impl Show for String {
    fn show(&self) -> String {
        self.clone()
    }
}

impl Show for u16 {
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Show for u32 {
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Show for f64 {
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Show for Ref {
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Show for AccessLogs {
    fn show(&self) -> String {
        let Self { bucket, prefix } = self;
        format!("{bucket}/{prefix}")
    }
}

impl<T: Show> Show for Option<T> {
    fn show(&self) -> String {
        self.as_ref().map_or_else(|| "none".to_owned(), T::show)
    }
}

impl<T: Show> Show for BTreeSet<T> {
    fn show(&self) -> String {
        match self.is_empty() {
            true => "none".to_owned(),
            false => self.iter().map(T::show).collect::<Vec<_>>().join(", "),
        }
    }
}

impl Show for Rule {
    fn show(&self) -> String {
        let ports = match self.ports {
            None => String::new(),
            Some((first, last)) if first == last => format!(" {first}"),
            Some((first, last)) => format!(" {first}–{last}"),
        };
        let protocol = if self.protocol == "-1" {
            "all"
        } else {
            &self.protocol
        };
        match &self.peer {
            Peer::Network(network) => format!("{protocol}{ports} {network}"),
            Peer::Group(group) => format!("{protocol}{ports} {group}"),
            Peer::PrefixList(list) => format!("{protocol}{ports} {list}"),
        }
    }
}

impl Show for LifecycleRule {
    fn show(&self) -> String {
        let Self {
            id,
            prefix,
            expire_after,
            noncurrent_after,
            expired_markers,
            abort_uploads_after,
        } = self;
        let mut text = format!("{id} ({prefix}*");
        for (what, days) in [
            ("current", expire_after),
            ("noncurrent", noncurrent_after),
            ("unfinished", abort_uploads_after),
        ] {
            if let Some(days) = days {
                let _ = write!(text, " {what} {days} d");
            }
        }
        text + if *expired_markers { " markers)" } else { ")" }
    }
}

impl Show for RouteTarget {
    fn show(&self) -> String {
        match self {
            Self::Gateway(target) | Self::Nat(target) => target.to_string(),
            Self::Other(target) => target.clone(),
        }
    }
}

impl Show for ListenerAction {
    fn show(&self) -> String {
        match self {
            Self::Forward(targets) => format!("forward to {targets}"),
            Self::RedirectToHttps => "redirect to HTTPS".to_owned(),
            Self::Other(action) => action.clone(),
        }
    }
}

/// As much as tells one from another.
impl Show for SignIn {
    fn show(&self) -> String {
        format!("client {} of {}", self.client_id, self.issuer)
    }
}

impl<T: Show> Show for BTreeMap<String, T> {
    fn show(&self) -> String {
        let pairs = self
            .iter()
            .map(|(name, value)| format!("{name}={}", value.show()));
        match self.is_empty() {
            true => "none".to_owned(),
            false => pairs.collect::<Vec<_>>().join(" "),
        }
    }
}

impl Show for Metadata {
    fn show(&self) -> String {
        let Self {
            token_required,
            hop_limit,
        } = self;
        let token = if *token_required {
            "token required"
        } else {
            "token optional"
        };
        format!("{token}, hop limit {hop_limit}")
    }
}

impl Show for RootVolume {
    fn show(&self) -> String {
        let Self {
            device,
            volume_type,
            size,
            encrypted,
        } = self;
        let encryption = if *encrypted {
            "encrypted"
        } else {
            "not encrypted"
        };
        format!("{device} {volume_type} {size} GiB {encryption}")
    }
}

impl Show for Tags {
    fn show(&self) -> String {
        let tags: Vec<String> = self
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        if tags.is_empty() {
            "none".to_owned()
        } else {
            tags.join(" ")
        }
    }
}

/// Each statement on what it does; conditions in full, for they are where mistakes hide.
impl Show for Document {
    fn show(&self) -> String {
        let meaning = self.meaning();
        let statements = meaning.get("Statement").and_then(Value::as_array);
        let words = |statement: &Value, keys: [&str; 2]| {
            let list = keys
                .iter()
                .find_map(|key| Some((key, statement.get(*key)?)));
            match list {
                Some((key, Value::Array(values))) => {
                    let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
                    format!(
                        "{}{}",
                        if key.starts_with("Not") { "not " } else { "" },
                        values.join("+")
                    )
                }
                Some((_, Value::Object(by_type))) => {
                    let names = by_type.values().filter_map(Value::as_array).flatten();
                    names
                        .filter_map(Value::as_str)
                        .collect::<Vec<_>>()
                        .join("+")
                }
                Some((_, other)) => other.to_string(),
                None => String::new(),
            }
        };
        let shown: Vec<String> = statements
            .into_iter()
            .flatten()
            .map(|statement| {
                let effect = statement
                    .get("Effect")
                    .and_then(Value::as_str)
                    .unwrap_or("?");
                let mut text = effect.to_lowercase();
                for part in [
                    words(statement, ["Principal", "NotPrincipal"]),
                    words(statement, ["Action", "NotAction"]),
                    words(statement, ["Resource", "NotResource"]),
                ] {
                    if !part.is_empty() {
                        text = format!("{text} {part}");
                    }
                }
                match statement.get("Condition") {
                    Some(condition) => format!("{text} if {condition}"),
                    None => text,
                }
            })
            .collect();
        if shown.is_empty() {
            "nothing".to_owned()
        } else {
            shown.join("; ")
        }
    }
}
