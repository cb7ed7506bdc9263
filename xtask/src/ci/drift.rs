//! `cargo xtask ci drift-issue`: one issue says what AWS holds otherwise than the branch describes. It is
//! opened, kept up to date, and closed when nothing is left of it.

use std::path::PathBuf;

use anyhow::Result;
use infra_model::values::Stage;
use serde_json::json;

use super::github::{self, Note, Request};
use super::plan::{self, Status};
use crate::variables;

/// Options of `cargo xtask ci drift-issue`.
#[derive(Debug, clap::Args)]
pub(super) struct DriftIssue {
    /// The file that `plan` wrote; without it, there is no plan
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// What `plan` found
    #[arg(long, env = "STATUS")]
    status: Status,
}

impl DriftIssue {
    /// Opens, mends or closes the issue.
    pub(super) fn run(&self) -> Result<()> {
        let plan = plan::written(&self.plan)?;
        let stage = variables::stage()?;
        let open = github::list("issues?state=open&per_page=100")?;
        let origin = github::origin();
        for request in decide(&open, self.status, &stage, &plan, &origin) {
            github::send(&request)?;
        }
        Ok(())
    }
}

/// What to send. A stage has an issue of its own.
fn decide(open: &[Note], status: Status, stage: &Stage, plan: &str, origin: &str) -> Vec<Request> {
    let mark = format!("<!-- student-analytics: drift of {stage} -->");
    let (title, headline) = match status {
        Status::InSync => return closed(github::written(open, &mark), origin),
        Status::Changes => (
            format!("AWS differs from what is described ({stage})"),
            "Someone changed AWS by hand, or what is described was not deployed. `cargo xtask deploy` puts it right.",
        ),
        Status::Failed => (
            format!("Whether AWS differs from what is described is not known ({stage})"),
            "The plan could not be made, or something stands in its way.",
        ),
    };
    let body = github::note(&mark, headline, origin, plan);
    let request = match github::written(open, &mark) {
        Some(issue) => Request {
            method: "PATCH",
            path: format!("issues/{}", issue.id),
            body: json!({ "title": title, "body": body }),
        },
        None => Request {
            method: "POST",
            path: "issues".to_owned(),
            body: json!({ "title": title, "body": body }),
        },
    };
    vec![request]
}

/// A last word, and the end of the issue, where there is one.
fn closed(issue: Option<&Note>, origin: &str) -> Vec<Request> {
    let Some(Note { id, .. }) = issue else {
        return Vec::new();
    };
    vec![
        Request {
            method: "POST",
            path: format!("issues/{id}/comments"),
            body: json!({ "body": format!("AWS holds again what is described. {origin}") }),
        },
        Request {
            method: "PATCH",
            path: format!("issues/{id}"),
            body: json!({ "state": "closed" }),
        },
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn sent(open: &[Note], status: Status) -> Vec<(&'static str, String)> {
        let stage = Stage::default();
        let requests = decide(open, status, &stage, "**1 to update**\n", "From a run.");
        requests
            .into_iter()
            .map(|it| (it.method, it.path))
            .collect()
    }

    #[test]
    fn one_issue_is_opened_kept_and_closed() {
        let other = Note {
            id: 3,
            body: "a question".to_owned(),
        };
        let ours = Note {
            id: 4,
            body: "<!-- student-analytics: drift of prod -->\nyesterday's".to_owned(),
        };
        let staging = Note {
            id: 5,
            body: "<!-- student-analytics: drift of staging -->\nits own".to_owned(),
        };
        let none = [other.clone(), staging.clone()];
        let all = [other, staging, ours];
        let [opened, mended] = [
            ("POST", "issues".to_owned()),
            ("PATCH", "issues/4".to_owned()),
        ];
        let comment = ("POST", "issues/4/comments".to_owned());
        for (open, status, expected) in [
            (&none[..], Status::InSync, vec![]),
            (&none, Status::Changes, vec![opened.clone()]),
            (&none, Status::Failed, vec![opened]),
            (&all, Status::Changes, vec![mended.clone()]),
            (&all, Status::Failed, vec![mended.clone()]),
            (&all, Status::InSync, vec![comment, mended]),
        ] {
            assert_eq!(sent(open, status), expected, "{status}");
        }
    }

    #[test]
    fn the_issue_has_the_plan_and_is_found_again() {
        let stage = Stage::default();
        let requests = decide(
            &[],
            Status::Changes,
            &stage,
            "**1 to update**\n",
            "From a run.",
        );
        let body = requests[0].body["body"].as_str().unwrap().to_owned();
        insta::assert_snapshot!(body, @r"
        <!-- student-analytics: drift of prod -->
        Someone changed AWS by hand, or what is described was not deployed. `cargo xtask deploy` puts it right.

        From a run.

        **1 to update**
        ");
        let issue = Note { id: 9, body };
        let again = decide(
            &[issue],
            Status::Changes,
            &stage,
            "**2 to update**\n",
            "From a run.",
        );
        assert_eq!(again[0].path, "issues/9");
    }

    #[test]
    fn closing_closes() {
        let issue = Note {
            id: 4,
            body: String::new(),
        };
        let requests = closed(Some(&issue), "From a run.");
        assert_eq!(requests[1].body, json!({ "state": "closed" }));
    }
}
