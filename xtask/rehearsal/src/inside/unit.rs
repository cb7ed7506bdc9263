//! Unit files: as much of them as the service's use, read with their drop-ins as systemd reads
//! them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Where units of the machine's own lie.
const UNITS: &str = "/etc/systemd/system";

/// A unit's assignments, in order, each with its section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unit(Vec<(String, String, String)>);

impl Unit {
    /// Reads a unit and its drop-ins; `None` if there is no such unit.
    pub(super) fn load(name: &str) -> Result<Option<Self>> {
        let path = Path::new(UNITS).join(name);
        if name.contains('/') || !path.is_file() {
            return Ok(None);
        }
        let mut text = read(&path)?;
        let folder = Path::new(UNITS).join(format!("{name}.d"));
        let mut drop_ins: Vec<PathBuf> = match std::fs::read_dir(&folder) {
            Ok(entries) => entries.filter_map(|it| Some(it.ok()?.path())).collect(),
            Err(_) => Vec::new(),
        };
        drop_ins.retain(|path| path.extension().is_some_and(|it| it == "conf"));
        drop_ins.sort();
        for path in drop_ins {
            text.push('\n');
            text.push_str(&read(&path)?);
        }
        Self::parse(&text)
            .map(Some)
            .with_context(|| name.to_owned())
    }

    fn parse(text: &str) -> Result<Self> {
        let mut section = String::new();
        let mut all = Vec::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
                name.clone_into(&mut section);
                continue;
            }
            let Some((key, value)) = line.split_once('=') else {
                bail!("not understood: {line}");
            };
            all.push((
                section.clone(),
                key.trim().to_owned(),
                value.trim().to_owned(),
            ));
        }
        Ok(Self(all))
    }

    /// The last value of an assignment, unless that is empty.
    pub(super) fn get(&self, section: &str, key: &str) -> Option<&str> {
        let found = self
            .0
            .iter()
            .rev()
            .find(|(s, k, _)| s == section && k == key);
        found
            .map(|(.., value)| value.as_str())
            .filter(|it| !it.is_empty())
    }

    /// Whether an assignment says yes.
    pub(super) fn is_on(&self, section: &str, key: &str) -> bool {
        matches!(self.get(section, key), Some("yes" | "true" | "on" | "1"))
    }

    /// A time span, or the default.
    pub(super) fn span(&self, section: &str, key: &str, default: Duration) -> Result<Duration> {
        match self.get(section, key) {
            Some(text) => span(text).with_context(|| format!("{key}={text} is no time span")),
            None => Ok(default),
        }
    }

    /// The names of a list such as `Requires=`.
    pub(super) fn names(&self, section: &str, key: &str) -> Vec<String> {
        let of_key = self.0.iter().filter(|(s, k, _)| s == section && k == key);
        let words = of_key.flat_map(|(.., value)| value.split_whitespace());
        words.map(str::to_owned).collect()
    }

    /// The words of all lists of refusals, which begin with `~`.
    pub(super) fn refusals(&self, section: &str, key: &str) -> Result<Vec<String>> {
        let mut words = Vec::new();
        for (.., value) in self.0.iter().filter(|(s, k, _)| s == section && k == key) {
            let Some(refused) = value.strip_prefix('~') else {
                bail!("{key}={value} allows instead of refusing, which is not rehearsed");
            };
            words.extend(refused.split_whitespace().map(str::to_owned));
        }
        Ok(words)
    }

    /// What the service is told: each word of `Environment=` is a variable, and each line of the
    /// files of `EnvironmentFile=`; a later one wins, and files win over words.
    pub(super) fn environment(&self) -> Result<Vec<(String, String)>> {
        let words = self.names("Service", "Environment").into_iter();
        let pair = |word: String| {
            let (name, value) = word.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        };
        let mut all: Vec<(String, String)> = words.filter_map(pair).collect();
        for file in self.names("Service", "EnvironmentFile") {
            let text = read(Path::new(&file))?;
            all.extend(assignments(&text).with_context(|| file.clone())?);
        }
        Ok(all)
    }

    /// The program and its arguments.
    pub(super) fn command(&self) -> Result<Vec<String>> {
        let text = self.get("Service", "ExecStart").context("no ExecStart=")?;
        if text.contains(['"', '\'', '\\', '%', '$']) || text.starts_with(['-', '@', '+', '!', ':'])
        {
            bail!("ExecStart={text} has more than plain words, which is not rehearsed");
        }
        Ok(text.split_whitespace().map(str::to_owned).collect())
    }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The lines of a file of variables, whose values are plain words or stand between double quotes.
fn assignments(text: &str) -> Result<Vec<(String, String)>> {
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(['#', ';']));
    lines
        .map(|line| {
            let (name, value) = line
                .split_once('=')
                .with_context(|| format!("not understood: {line}"))?;
            let value = match value.strip_prefix('"') {
                Some(rest) => unquoted(rest),
                None => (!value.contains(['\'', '"', '\\'])).then(|| value.to_owned()),
            };
            let value = value.with_context(|| format!("the value of {name} is not rehearsed"))?;
            Ok((name.to_owned(), value))
        })
        .collect()
}

/// What stands before the closing quote, if that is the end.
fn unquoted(text: &str) -> Option<String> {
    let mut value = String::new();
    let mut rest = text.chars();
    loop {
        match rest.next()? {
            '"' => return rest.as_str().is_empty().then_some(value),
            '\\' => match rest.next()? {
                escaped @ ('"' | '\\' | '`' | '$') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            plain => value.push(plain),
        }
    }
}

/// `45`, `500ms`, `2min`.
fn span(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let number: f64 = digits.trim().parse().ok()?;
    let unit = match &text[digits.len()..] {
        "" | "s" | "sec" => 1.0,
        "ms" => 0.001,
        "min" | "m" => 60.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number * unit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_as_systemd_does() {
        let unit = Unit::parse(
            "# a\n[Unit]\nRequires=a.socket b.service\n[Service]\nExecStart=/a serve --x 1\n\
             Environment=A=1 B=2\nRestartSec=500ms\nProtectSystem=full\nNoNewPrivileges=yes\nUser=\n\
             [Service]\nProtectSystem=strict\n",
        )
        .unwrap();
        assert_eq!(unit.get("Service", "ProtectSystem"), Some("strict"));
        assert_eq!(unit.get("Service", "User"), None);
        assert_eq!(unit.get("Unit", "ProtectSystem"), None);
        assert!(unit.is_on("Service", "NoNewPrivileges"));
        assert_eq!(unit.names("Unit", "Requires"), ["a.socket", "b.service"]);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            unit.environment().unwrap(),
            [pair("A", "1"), pair("B", "2")]
        );
        assert_eq!(unit.command().unwrap(), ["/a", "serve", "--x", "1"]);
        let second = Duration::from_secs(1);
        assert_eq!(
            unit.span("Service", "RestartSec", second).unwrap(),
            second / 2
        );
        assert_eq!(unit.span("Service", "None", second).unwrap(), second);
        let filters = "[Service]\nF=~a b\nF=~@c\nG=d\n";
        let filters = Unit::parse(filters).unwrap();
        assert_eq!(filters.refusals("Service", "F").unwrap(), ["a", "b", "@c"]);
        assert!(filters.refusals("Service", "G").is_err());
        assert!(Unit::parse("[Service]\nnonsense\n").is_err());
        let quoted = Unit::parse("[Service]\nExecStart=/a \"b c\"\n").unwrap();
        assert!(quoted.command().is_err());
    }

    #[test]
    fn files_of_variables() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let text = "# a\n\nA=s3://b/c.csv\nB=\"it's \\\"b\\\" \\\\ \\$C \\d\"\nC=\n";
        assert_eq!(
            assignments(text).unwrap(),
            [
                pair("A", "s3://b/c.csv"),
                pair("B", r#"it's "b" \ $C \d"#),
                pair("C", "")
            ]
        );
        for text in ["A", "A='b'", "A=b\\", "A=\"b", "A=\"b\"c"] {
            assert!(assignments(text).is_err(), "{text}");
        }
        let unit = Unit::parse("[Service]\nEnvironmentFile=/no/such/file\n").unwrap();
        assert!(unit.environment().is_err());
    }

    #[test]
    fn spans() {
        for (text, milliseconds) in [
            ("45", 45_000),
            ("500ms", 500),
            ("2min", 120_000),
            ("1s", 1000),
        ] {
            assert_eq!(
                span(text),
                Some(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
        for text in ["", "ms", "-1", "1 parsec"] {
            assert_eq!(span(text), None, "{text}");
        }
    }
}
