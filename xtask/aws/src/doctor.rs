//! What has to be so before anything is changed, looked at without changing anything.
//!
//! ```text
//! caller (who, when) → region → permissions, quotas, conflicts → findings
//! ```

mod caller;
mod permissions;
mod quotas;
mod region;

use std::fmt;

use infra_model::lint::Severity;
use infra_model::plan::{Action, Plan};
use infra_model::policy::Command;
use serde::Serialize;

use crate::failure::Failure;
use crate::session::{Draft, Release, Session};

/// How it is with one of the things looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    /// As it should be.
    Good,
    /// It works, and someone should know.
    Warning,
    /// AWS does not say, or not to this caller.
    Unknown,
    /// A command would fail.
    Failed,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Finding {
    /// What was looked at.
    pub(crate) name: String,
    /// How it is.
    pub(crate) verdict: Verdict,
    /// What was seen.
    pub(crate) what: String,
    /// What to do, where there is something to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) remedy: Option<String>,
}

impl Finding {
    fn new(name: &str, verdict: Verdict, what: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            verdict,
            what: what.into(),
            remedy: None,
        }
    }

    fn good(name: &str, what: impl Into<String>) -> Self {
        Self::new(name, Verdict::Good, what)
    }

    fn failed(name: &str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(name, Verdict::Failed, what).with(remedy)
    }

    fn warning(name: &str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(name, Verdict::Warning, what).with(remedy)
    }

    /// AWS did not say.
    fn unknown(name: &str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(name, Verdict::Unknown, what).with(remedy)
    }

    /// A look that AWS refused: what it would have shown is not known.
    fn unseen(name: &str, failure: &Failure) -> Self {
        let Failure {
            call,
            code,
            message,
            ..
        } = failure;
        let what = format!(
            "{call} failed with {code}: {}",
            message.trim_end_matches('.')
        );
        Self::unknown(name, what, failure.remedy())
    }

    fn with(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.verdict {
            Verdict::Good => "✓",
            Verdict::Warning => "!",
            Verdict::Unknown => "?",
            Verdict::Failed => "✗",
        };
        write!(f, "{mark} {}: {}", self.name, self.what)?;
        match &self.remedy {
            Some(remedy) => write!(f, "; {remedy}"),
            None => Ok(()),
        }
    }
}

/// Looks at everything that these commands need. Who cannot sign in is told just that.
pub(crate) async fn examine(session: &Session, commands: &[Command]) -> Vec<Finding> {
    let (caller, mut findings) = caller::look(&session.clients).await;
    let Some(caller) = caller else {
        return findings;
    };
    let release = Release::default();
    let (region, permissions, draft) = tokio::join!(
        region::look(session),
        permissions::look(session, &caller, commands),
        session.draft(&release),
    );
    findings.extend(region);
    findings.extend(permissions);
    match &draft {
        Ok(draft) => {
            findings.extend(conflicts(draft));
            findings.extend(quotas::look(session, &draft.report.plan).await);
        }
        Err(error) => findings.push(not_compared(commands, error)),
    }
    findings
}

/// What begins with a comparison fails without one; other commands go on.
fn not_compared(commands: &[Command], error: &anyhow::Error) -> Finding {
    let begins_so = |it: &Command| match it {
        Command::Diff | Command::Deploy | Command::Destroy | Command::Rollback => true,
        Command::Status | Command::Doctor | Command::Logs | Command::Shell => false,
    };
    let what = format!("AWS cannot be compared with the topology: {error:#}");
    match commands.iter().find(|it| begins_so(it)) {
        Some(command) => Finding::failed("names", what, format!("`{command}` begins with that")),
        None => Finding::unknown("names", what, "mend that before a deployment"),
    }
}

/// What the plan and the lint say stands in the way.
fn conflicts(draft: &Draft) -> Vec<Finding> {
    let Plan {
        problems, steps, ..
    } = &draft.report.plan;
    let problems = problems.iter().filter(|it| it.stops());
    let problems = problems.map(|it| Finding::failed(&it.name, it.what.clone(), it.remedy.clone()));
    let lint = draft.report.findings.iter().map(|it| {
        let name = format!("setting of {}", it.resource);
        match it.severity {
            Severity::Error => Finding::failed(&name, &*it.what, it.remedy),
            Severity::Warning => Finding::warning(&name, &*it.what, it.remedy),
        }
    });
    let mut found: Vec<Finding> = problems.chain(lint).collect();
    if found.iter().all(|it| it.verdict != Verdict::Failed) {
        let made = |it: &&infra_model::plan::Step| matches!(it.action, Action::Create { .. });
        let (new, all) = (steps.iter().filter(made).count(), steps.len());
        let what = format!(
            "free, or ours already ({} of {all} resources exist)",
            all - new
        );
        found.insert(0, Finding::good("names", what));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_verdict_has_a_mark_and_each_failure_a_remedy() {
        let all = [
            Finding::good("clock", "0 s from AWS's"),
            Finding::warning("clock", "90 s behind AWS's", "set it"),
            Finding::unknown("addresses", "AWS does not say", "look at Service Quotas"),
            Finding::failed("vpc", "another has the name", "choose another --stage"),
        ];
        let said = all.map(|it| it.to_string()).join("\n");
        assert_eq!(
            said,
            "✓ clock: 0 s from AWS's\n! clock: 90 s behind AWS's; set it\n? addresses: AWS does not say; look \
             at Service Quotas\n✗ vpc: another has the name; choose another --stage"
        );
    }
}
