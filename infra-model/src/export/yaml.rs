//! YAML, as much of it as a template needs.

use std::fmt::Write;

use serde_json::Value;

/// A value as a block of YAML.
pub(super) fn yaml(value: &Value) -> String {
    let mut out = String::new();
    block(&mut out, value, 0);
    out
}

fn block(out: &mut String, value: &Value, indent: usize) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (key, inner) in fields {
                let _ = write!(out, "{pad}{}:", plain_or_quoted(key));
                after(out, inner, indent);
            }
        }
        Value::Array(values) if !values.is_empty() => {
            for inner in values {
                let mut item = String::new();
                block(&mut item, inner, indent + 2);
                // The first line of an item stands behind its dash.
                let _ = write!(out, "{pad}- {}", item.trim_start_matches(' '));
            }
        }
        scalar => {
            let _ = writeln!(out, "{pad}{}", inline(scalar));
        }
    }
}

/// What stands behind a key.
fn after(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            out.push('\n');
            block(out, value, indent + 2);
        }
        Value::Array(values) if !values.is_empty() => {
            out.push('\n');
            block(out, value, indent + 2);
        }
        Value::String(text) if text.contains('\n') => {
            // Kept as it is, but for how it ends: `|-` takes no line end, `|` one.
            let (mark, text) = match text.strip_suffix('\n') {
                Some(text) if !text.ends_with('\n') => ("|", text),
                _ => ("|-", text.as_str()),
            };
            let _ = writeln!(out, " {mark}");
            for line in text.split('\n') {
                match line.is_empty() {
                    true => out.push('\n'),
                    false => {
                        let _ = writeln!(out, "{}{line}", " ".repeat(indent + 2));
                    }
                }
            }
        }
        scalar => {
            let _ = writeln!(out, " {}", inline(scalar));
        }
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => plain_or_quoted(text),
        other => other.to_string(),
    }
}

/// Quoted unless no reader could take it for anything but this text.
fn plain_or_quoted(text: &str) -> String {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    let plain = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c) || c == ':');
    let reserved = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let is_word = !reserved.contains(&text.to_lowercase().as_str());
    match starts && plain && is_word && !text.ends_with(':') {
        true => text.to_owned(),
        false => Value::String(text.to_owned()).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_that_could_be_something_else_is_quoted() {
        let value = json!({
            "plain": "arn:aws:s3:::x/a", "number": "200", "word": "Yes", "star": "*",
            "list": [{ "a": 1, "b": [true] }, "c"], "none": [], "script": "#!/bin/sh\n\nx\n",
        });
        insta::assert_snapshot!(yaml(&value), @r#"
        plain: arn:aws:s3:::x/a
        number: "200"
        word: "Yes"
        star: "*"
        list:
          - a: 1
            b:
              - true
          - c
        none: []
        script: |
          #!/bin/sh

          x
        "#);
    }
}
