//! HCL as `terraform fmt` would write it.

use std::fmt::Write;

use serde_json::Value;

/// A value.
pub(super) enum Expression {
    /// Text, numbers, lists and maps.
    Literal(Value),
    /// A reference or a call, as it stands.
    Raw(String),
    /// References in a list.
    List(Vec<String>),
    /// References in a list, each on its line.
    Lines(Vec<String>),
    /// Names with references, each on its line.
    Map(Vec<(String, String)>),
    /// Text of several lines.
    Heredoc(String),
    /// The same in base64.
    Base64(Box<Self>),
}

impl<T: Into<Value>> From<T> for Expression {
    fn from(value: T) -> Self {
        Self::Literal(value.into())
    }
}

enum Item {
    Attribute(String, Expression),
    Block(Block),
}

/// A block with its labels.
pub(super) struct Block {
    head: String,
    /// How others name it, if it is a resource.
    pub(super) address: Option<String>,
    items: Vec<Item>,
}

impl Block {
    /// A block such as `resource "type" "name"`.
    pub(super) fn new(kind: &str, names: &[&str]) -> Self {
        let labels: String = names.iter().map(|label| format!(" \"{label}\"")).collect();
        let address = (kind == "resource").then(|| names.join("."));
        Self {
            head: format!("{kind}{labels}"),
            address,
            items: Vec::new(),
        }
    }

    pub(super) fn set(mut self, name: &str, value: impl Into<Expression>) -> Self {
        self.items
            .push(Item::Attribute(name.to_owned(), value.into()));
        self
    }

    pub(super) fn raw(self, name: &str, reference: impl Into<String>) -> Self {
        self.set(name, Expression::Raw(reference.into()))
    }

    pub(super) fn block(mut self, block: Block) -> Self {
        self.items.push(Item::Block(block));
        self
    }

    pub(super) fn write(&self, out: &mut String, indent: usize) {
        let pad = " ".repeat(indent);
        let _ = writeln!(out, "{pad}{} {{", self.head);
        let written: Vec<Option<(&str, String)>> = self
            .items
            .iter()
            .map(|item| match item {
                Item::Attribute(name, value) => Some((name.as_str(), value.text(indent + 2))),
                Item::Block(_) => None,
            })
            .collect();
        let mut index = 0;
        while index < self.items.len() {
            match (&self.items[index], &written[index]) {
                (Item::Attribute(..), Some((name, text))) if text.contains('\n') => {
                    if index > 0 {
                        out.push('\n');
                    }
                    let _ = writeln!(out, "{pad}  {name} = {text}");
                    index += 1;
                    if index < self.items.len() && matches!(self.items[index], Item::Attribute(..))
                    {
                        // A value of several lines stands alone.
                        if written[index]
                            .as_ref()
                            .is_some_and(|(_, text)| !text.contains('\n'))
                        {
                            out.push('\n');
                        }
                    }
                }
                (Item::Attribute(..), _) => {
                    // Lines next to one another align.
                    let run: Vec<&(&str, String)> = written[index..]
                        .iter()
                        .map_while(|it| it.as_ref().filter(|(_, text)| !text.contains('\n')))
                        .collect();
                    let width = run.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
                    for (name, text) in &run {
                        let _ = writeln!(out, "{pad}  {name:width$} = {text}");
                    }
                    index += run.len();
                }
                (Item::Block(block), _) => {
                    if index > 0 {
                        out.push('\n');
                    }
                    block.write(out, indent + 2);
                    index += 1;
                }
            }
        }
        let _ = writeln!(out, "{pad}}}");
    }
}

impl Expression {
    fn text(&self, indent: usize) -> String {
        match self {
            Self::Literal(value) => literal(value, indent),
            Self::Raw(text) => text.clone(),
            Self::List(items) => format!("[{}]", items.join(", ")),
            Self::Lines(items) => {
                let pad = " ".repeat(indent);
                let lines: String = items
                    .iter()
                    .map(|item| format!("{pad}  {item},\n"))
                    .collect();
                format!("[\n{lines}{pad}]")
            }
            Self::Map(items) => {
                let pad = " ".repeat(indent);
                let width = items.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
                let lines: String = items
                    .iter()
                    .map(|(name, to)| format!("{pad}  {name:width$} = {to}\n"))
                    .collect();
                format!("{{\n{lines}{pad}}}")
            }
            Self::Base64(text) => format!(
                "base64encode({}\n{})",
                text.text(indent),
                " ".repeat(indent)
            ),
            Self::Heredoc(text) => format!(
                "<<-EOT\n{}{}EOT",
                indented(text, indent),
                " ".repeat(indent)
            ),
        }
    }
}

/// Text inside a heredoc: templates are escaped, lines indented and taken back by `<<-`.
fn indented(text: &str, indent: usize) -> String {
    let text = text.replace("${", "$${").replace("%{", "%%{");
    let pad = " ".repeat(indent);
    text.lines()
        .map(|line| {
            if line.is_empty() {
                "\n".to_owned()
            } else {
                format!("{pad}{line}\n")
            }
        })
        .collect()
}

/// A value in HCL; maps over several lines, with their `=` aligned.
pub(super) fn literal(value: &Value, indent: usize) -> String {
    match value {
        Value::String(text) => {
            let quoted = Value::String(text.clone()).to_string();
            quoted.replace("${", "$${").replace("%{", "%%{")
        }
        Value::Array(values) if values.len() > 1 && values.iter().any(Value::is_object) => {
            let pad = " ".repeat(indent + 2);
            let lines: String = values
                .iter()
                .map(|value| format!("{pad}{},\n", literal(value, indent + 2)))
                .collect();
            format!("[\n{lines}{}]", " ".repeat(indent))
        }
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(|value| literal(value, indent)).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Object(fields) => {
            let pad = " ".repeat(indent + 2);
            let entries: Vec<(String, String)> = fields
                .iter()
                .map(|(key, value)| (map_key(key), literal(value, indent + 2)))
                .collect();
            let mut out = String::from("{\n");
            let mut index = 0;
            while index < entries.len() {
                let single = |entry: &&(String, String)| !entry.1.contains('\n');
                let run: Vec<&(String, String)> =
                    entries[index..].iter().take_while(single).collect();
                let width = run.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
                for (key, text) in &run {
                    let _ = writeln!(out, "{pad}{key:width$} = {text}");
                }
                index += run.len();
                if let Some((key, text)) = entries.get(index) {
                    let _ = writeln!(out, "{pad}{key} = {text}");
                    index += 1;
                }
            }
            out + &" ".repeat(indent) + "}"
        }
        other => other.to_string(),
    }
}

/// Keys that are no identifiers are quoted.
fn map_key(key: &str) -> String {
    match key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        true => key.to_owned(),
        false => format!("\"{key}\""),
    }
}
