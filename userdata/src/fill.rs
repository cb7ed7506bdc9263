//! A template with `@NAME@` for each of a closed set of values.

use crate::Error;

/// The template with every placeholder replaced. What is put in is not read again, so a value may
/// hold what looks like a placeholder.
pub(crate) fn fill(template: &str, values: &[(&'static str, String)]) -> Result<String, Error> {
    let mut filled = String::new();
    let mut used = Vec::new();
    let mut rest = template;
    while let Some((before, name, after)) = next_placeholder(rest) {
        let value = values.iter().find(|(known, _)| *known == name);
        let (known, value) = value.ok_or_else(|| Error::Unknown(name.to_owned()))?;
        used.push(*known);
        filled.push_str(before);
        filled.push_str(value);
        rest = after;
    }
    filled.push_str(rest);
    match values.iter().find(|(name, _)| !used.contains(name)) {
        Some((name, _)) => Err(Error::Unused(name)),
        None => Ok(filled),
    }
}

/// What is before the first placeholder, its name, and what is after it.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices('@').find_map(|(at, _)| {
        let (name, after) = text[at + 1..].split_once('@')?;
        let named = !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        named.then_some((&text[..at], name, after))
    })
}

/// The text as one word of a shell, quoted if it must be. A NUL, which no shell can hold, is not
/// expected.
pub(crate) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A line of a file of systemd's `EnvironmentFile=`, its value quoted if it must be, in the way that
/// every version understands. Control characters, which systemd refuses, are not expected.
pub(crate) fn assigned(name: &str, value: &str) -> String {
    if quoted(value) == value {
        return format!("{name}={value}\n");
    }
    let escaped = |c: char| match c {
        '"' | '\\' | '`' | '$' => format!("\\{c}"),
        c => c.to_string(),
    };
    let value: String = value.chars().map(escaped).collect();
    format!("{name}=\"{value}\"\n")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    /// What a shell takes the filled template for.
    fn through_bash(script: &str) -> String {
        let output = Command::new("bash").arg("-c").arg(script).output().unwrap();
        assert!(output.status.success(), "{script}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn words_are_quoted_when_they_must_be() {
        for (text, word) in [
            ("eu-north-1", "eu-north-1"),
            (
                "releases/0a/student-analytics",
                "releases/0a/student-analytics",
            ),
            ("", "''"),
            ("~", "'~'"),
            ("a b", "'a b'"),
            ("$(reboot)", "'$(reboot)'"),
            ("it's", r"'it'\''s'"),
        ] {
            assert_eq!(quoted(text), word);
        }
    }

    #[test]
    fn placeholders_and_values_are_the_same_set() {
        let value = |name| (name, "x".to_owned());
        for (template, values, expected) in [
            (
                "a=@A@ b=@B@ a=@A@",
                vec![value("A"), value("B")],
                Ok("a=x b=x a=x".to_owned()),
            ),
            (
                "me@home @A@ \"$@\"",
                vec![value("A")],
                Ok("me@home x \"$@\"".to_owned()),
            ),
            ("@A@", vec![("A", "@B@".to_owned())], Ok("@B@".to_owned())),
            (
                "@A@ @B@",
                vec![value("A")],
                Err(Error::Unknown("B".to_owned())),
            ),
            ("@A@", vec![value("A"), value("B")], Err(Error::Unused("B"))),
        ] {
            assert_eq!(fill(template, &values), expected, "{template}");
        }
    }

    #[test]
    fn lines_of_an_environment_file() {
        for (value, line) in [
            ("s3://files/a.csv", "IT=s3://files/a.csv\n"),
            ("", "IT=\"\"\n"),
            ("a b", "IT=\"a b\"\n"),
            ("it's #1", "IT=\"it's #1\"\n"),
            (r#"$A "b" \ `c`"#, "IT=\"\\$A \\\"b\\\" \\\\ \\`c\\`\"\n"),
        ] {
            assert_eq!(assigned("IT", value), line);
        }
    }

    proptest! {
        /// systemd reads such a file as a shell does.
        #[test]
        fn a_shell_reads_back_what_was_assigned(text in "[^\\pC]{0,40}|[ -~]{0,20}") {
            let script = format!("{}printf %s \"$it\"\n", assigned("it", &text));
            prop_assert_eq!(through_bash(&script), text);
        }

        #[test]
        fn a_shell_reads_back_what_was_filled_in(text in "[^\\x00]{0,40}|[ -~\\n]{0,20}") {
            let script = fill("readonly it=@IT@\nprintf %s \"$it\"\n", &[("IT", quoted(&text))]);
            prop_assert_eq!(through_bash(&script.unwrap()), text);
        }
    }
}
