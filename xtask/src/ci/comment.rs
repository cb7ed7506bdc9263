//! `cargo xtask ci comment`: the plan as one comment on a pull request, however often it is pushed to.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use super::github::{self, Note, Request};
use super::plan;

/// The comment that is kept up to date begins with it.
const MARK: &str = "<!-- student-analytics: plan -->";

/// Options of `cargo xtask ci comment`.
#[derive(Debug, clap::Args)]
pub(super) struct Comment {
    /// The pull request's number
    #[arg(long, env = "PULL_REQUEST", value_name = "N")]
    pull_request: u64,
    /// The file that `plan` wrote; without it, there is no plan
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
}

impl Comment {
    /// Writes the comment, or mends the one that is there.
    pub(super) fn run(&self) -> Result<()> {
        let plan = plan::written(&self.plan)?;
        let body = github::note(
            MARK,
            "### What this changes in AWS",
            &github::origin(),
            &plan,
        );
        let comments = github::list(&format!("issues/{}/comments", self.pull_request))?;
        match decide(self.pull_request, &comments, &body) {
            Some(request) => github::send(&request),
            None => Ok(()),
        }
    }
}

/// A new comment, or the old one's new text; nothing if it says so already.
fn decide(pull_request: u64, comments: &[Note], body: &str) -> Option<Request> {
    let (method, path) = match github::written(comments, MARK) {
        None => ("POST", format!("issues/{pull_request}/comments")),
        Some(comment) if comment.body == body => return None,
        Some(comment) => ("PATCH", format!("issues/comments/{}", comment.id)),
    };
    Some(Request {
        method,
        path,
        body: json!({ "body": body }),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn there_is_one_comment_however_often_it_is_said() {
        let other = Note {
            id: 7,
            body: "thanks".to_owned(),
        };
        let first = format!("{MARK}\nfirst");
        let request = decide(12, std::slice::from_ref(&other), &first).unwrap();
        assert_eq!(
            (request.method, request.path.as_str()),
            ("POST", "issues/12/comments")
        );
        assert_eq!(request.body, json!({ "body": first }));

        let ours = Note { id: 8, body: first };
        let comments = [other, ours.clone()];
        assert_eq!(decide(12, &comments, &ours.body), None);
        let second = format!("{MARK}\nsecond");
        let request = decide(12, &comments, &second).unwrap();
        assert_eq!(
            (request.method, request.path.as_str()),
            ("PATCH", "issues/comments/8")
        );
        assert_eq!(request.body, json!({ "body": second }));
    }
}
