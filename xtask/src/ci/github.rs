//! GitHub, as its runners see it: files that a step writes to, and its API through the `gh` program, which
//! has credentials and retries of its own.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Deserializer, Value};

/// Who writes with a workflow's own token.
const BOT: &str = "github-actions[bot]";
/// The most that GitHub takes, in bytes; it counts characters, of which there are never more.
const LONGEST: usize = 65_536;

/// A comment or an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    /// What it is called in addresses: a comment's id, an issue's number.
    pub(super) id: u64,
    pub(super) body: String,
}

/// A call of the API that writes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Request {
    pub(super) method: &'static str,
    /// Below the repository.
    pub(super) path: String,
    pub(super) body: Value,
}

/// The note that an earlier run wrote: by the workflows' user, beginning with `mark`.
pub(super) fn written<'a>(notes: &'a [Note], mark: &str) -> Option<&'a Note> {
    notes.iter().find(|note| note.body.starts_with(mark))
}

/// What a note says: the mark, the headline, where it comes from, and the plan, as far as there is room.
pub(super) fn note(mark: &str, headline: &str, origin: &str, plan: &str) -> String {
    let whole = format!("{mark}\n{headline}\n\n{origin}\n\n{plan}");
    if whole.len() <= LONGEST {
        return whole;
    }
    let said = "It is longer than GitHub takes; here is its beginning.";
    let mut text = format!("{mark}\n{headline}\n\n{origin} {said}\n\n");
    for line in plan.split_inclusive('\n') {
        if text.len() + line.len() > LONGEST {
            break;
        }
        text.push_str(line);
    }
    text
}

/// The run that this is a step of, in a sentence; nothing elsewhere.
pub(super) fn origin() -> String {
    let variable = |name| env::var(name).ok().filter(|it| !it.is_empty());
    let run = variable("GITHUB_SERVER_URL")
        .zip(variable("GITHUB_REPOSITORY"))
        .zip(variable("GITHUB_RUN_ID"));
    match run {
        Some(((server, repository), id)) => {
            format!("From [this run]({server}/{repository}/actions/runs/{id}).")
        }
        None => "From a run outside GitHub.".to_owned(),
    }
}

/// Appends to the file that `variable` names, where a runner set it.
pub(super) fn append(variable: &str, text: &str) -> Result<()> {
    let Some(path) = env::var_os(variable).filter(|it| !it.is_empty()) else {
        return Ok(());
    };
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write to {variable}"))
}

/// All notes below `path` that the workflows' user wrote.
pub(super) fn list(path: &str) -> Result<Vec<Note>> {
    let address = address(path)?;
    let output = gh(&["--paginate", &address], None)?;
    notes(&output).with_context(|| format!("GitHub's answer to {address}"))
}

/// Sends what was decided.
pub(super) fn send(request: &Request) -> Result<()> {
    let Request { method, path, body } = request;
    let address = address(path)?;
    gh(&["--method", method, &address, "--input", "-"], Some(body))?;
    eprintln!("{method} {address}");
    Ok(())
}

fn address(path: &str) -> Result<String> {
    let repository = env::var("GITHUB_REPOSITORY").context(
        "GITHUB_REPOSITORY names no repository: GitHub's runners set it, elsewhere write OWNER/NAME",
    )?;
    Ok(format!("repos/{repository}/{path}"))
}

/// Runs `gh api`; what it prints.
fn gh(arguments: &[&str], input: Option<&Value>) -> Result<Vec<u8>> {
    let mut child = Command::new("gh")
        .arg("api")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("gh cannot be started: install it from https://cli.github.com")?;
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        stdin
            .write_all(input.to_string().as_bytes())
            .context("gh takes no input")?;
    }
    let output = child.wait_with_output()?;
    ensure!(
        output.status.success(),
        "gh api {} ended with {}: it says above why",
        arguments.join(" "),
        output.status
    );
    Ok(output.stdout)
}

/// Reads lists of comments or issues, one for each page; pull requests, which GitHub counts as issues,
/// are none.
fn notes(answer: &[u8]) -> Result<Vec<Note>> {
    let mut notes = Vec::new();
    for page in Deserializer::from_slice(answer).into_iter::<Value>() {
        let Value::Array(page) = page.context("it is not JSON")? else {
            bail!("it is not a list");
        };
        for it in page {
            let is_ours = it["user"]["login"] == BOT && it.get("pull_request").is_none();
            let id = it.get("number").unwrap_or(&it["id"]).as_u64();
            if let (true, Some(id)) = (is_ours, id) {
                let body = it["body"].as_str().unwrap_or_default().to_owned();
                notes.push(Note { id, body });
            }
        }
    }
    Ok(notes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn notes_of_others_and_pull_requests_are_left_alone() {
        let answer = br#"
            [{"id": 1, "body": "<!-- a --> hello", "user": {"login": "someone"}},
             {"id": 2, "body": "other", "user": {"login": "github-actions[bot]"}}]
            [{"id": 3, "body": "<!-- a --> plan", "user": {"login": "github-actions[bot]"}},
             {"id": 90, "number": 4, "body": null, "user": {"login": "github-actions[bot]"}},
             {"id": 91, "number": 5, "body": "", "pull_request": {}, "user": {"login": "github-actions[bot]"}},
             {"id": 92, "body": "", "user": null}]"#;
        let notes = notes(answer).unwrap();
        let ids: Vec<u64> = notes.iter().map(|it| it.id).collect();
        assert_eq!(ids, [2, 3, 4]);
        assert_eq!(written(&notes, "<!-- a -->").unwrap().id, 3);
        assert_eq!(written(&notes, "<!-- b -->"), None);
    }

    #[test]
    fn another_answer_is_an_error() {
        for (answer, problem) in [("{}", "not a list"), ("[", "not JSON")] {
            let error = format!("{:#}", notes(answer.as_bytes()).unwrap_err());
            assert!(error.contains(problem), "{answer}: {error}");
        }
        assert_eq!(notes(b"").unwrap(), []);
    }

    #[test]
    fn a_long_plan_is_cut_at_a_line() {
        let short = note("<!-- a -->", "### Plan", "From a run.", "one\n");
        assert_eq!(short, "<!-- a -->\n### Plan\n\nFrom a run.\n\none\n");
        let line = "+ resource → name\n";
        let long = note(
            "<!-- a -->",
            "### Plan",
            "From a run.",
            &line.repeat(10_000),
        );
        assert!(
            long.len() <= LONGEST && long.len() > LONGEST - 100,
            "{}",
            long.len()
        );
        assert!(long.ends_with(line) && long.contains("here is its beginning"));
    }
}
