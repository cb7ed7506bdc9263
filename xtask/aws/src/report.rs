//! A plan with the lint's findings, for people, programs and pull requests.

use std::fmt::Write as _;
use std::io::{ErrorKind, IsTerminal, Write as _};

use anyhow::{Context, Result};
use infra_model::lint::{Finding, Severity};
use infra_model::plan::Plan;
use infra_model::render::{self, Colour};
use serde_json::json;

/// What is shown before anything is changed.
#[derive(Debug)]
pub(crate) struct Report {
    /// What the lint says about the topology.
    pub(crate) findings: Vec<Finding>,
    /// What would be done.
    pub(crate) plan: Plan,
}

/// For whom it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A person at a terminal or reading a log.
    Text,
    /// A program.
    Json,
    /// A pull request.
    Markdown,
}

impl Report {
    /// Whether nothing may be done until something else is mended.
    pub(crate) fn is_refused(&self) -> bool {
        let is_error = |finding: &Finding| finding.severity == Severity::Error;
        self.plan.is_refused() || self.findings.iter().any(is_error)
    }

    /// Prints it on standard output. A reader that has seen enough is no error.
    pub(crate) fn print(&self, form: Form) -> Result<()> {
        let mut out = std::io::stdout().lock();
        let text = match form {
            Form::Text if out.is_terminal() => self.text(Colour::On),
            Form::Text => self.text(Colour::Off),
            Form::Json => self.json()?,
            Form::Markdown => self.markdown(),
        };
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(error).context("cannot write to standard output")
            }
            _ => Ok(()),
        }
    }

    /// One line a finding, one line a step, the totals.
    fn text(&self, colour: Colour) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            let _ = writeln!(text, "{}", said(finding));
        }
        text + &render::text(&self.plan, colour)
    }

    /// The plan's document, with the findings beside its problems.
    fn json(&self) -> Result<String> {
        let mut document = serde_json::to_value(render::document(&self.plan))?;
        document["findings"] = json!(self.findings);
        document["refused"] = json!(self.is_refused());
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }

    /// The totals in bold, the plan folded behind them.
    fn markdown(&self) -> String {
        let mut text = format!("**{}**\n", render::summary(&self.plan));
        for finding in &self.findings {
            let _ = write!(text, "\n- {}", said(finding));
        }
        if !self.findings.is_empty() {
            text.push('\n');
        }
        if !self.plan.is_empty() || !self.plan.problems.is_empty() {
            // A fence longer than any inside, so that a name cannot end it.
            let plan = render::text(&self.plan, Colour::Off);
            let fence = "`".repeat(longest_run(&plan, '`').max(2) + 1);
            let _ = write!(
                text,
                "\n<details open><summary>The plan</summary>\n\n{fence}text\n{plan}{fence}\n\n</details>\n"
            );
        }
        text
    }
}

fn said(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    format!(
        "{severity}: {}: {}; {}",
        finding.resource, finding.what, finding.remedy
    )
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_model::observed::Observed;
    use infra_model::plan::plan;
    use infra_model::settings::{ImageFamily, Settings};
    use infra_model::simulate;
    use infra_model::topology::Topology;

    fn report(is_deployed: bool) -> Report {
        let settings = Settings::published().unwrap();
        let topology = Topology::new(&settings, &deployment::placeholder(&settings).unwrap());
        let images = ImageFamily::ALL.map(|family| (family, "ami-0".to_owned()));
        let mut observed = Observed {
            images: images.into(),
            ..Observed::default()
        };
        if is_deployed {
            for step in &plan(&topology, &observed).steps {
                simulate::apply(&mut observed, step);
            }
        }
        Report {
            findings: Vec::new(),
            plan: plan(&topology, &observed),
        }
    }

    #[test]
    fn a_pull_request_is_told_the_totals_and_the_plan_behind_them() {
        let synced = report(true).markdown();
        assert_eq!(synced, "**in sync: 36 resources are as they should be**\n");
        let text = report(false).markdown();
        assert!(text.starts_with("**36 to create, 0 to update"), "{text}");
        assert!(
            text.contains("```text\n+ bucket student-performance-app-files\n"),
            "{text}"
        );
        assert!(text.ends_with("```\n\n</details>\n"), "{text}");
    }

    #[test]
    fn a_name_cannot_end_the_fence() {
        let mut report = report(false);
        report.plan.steps[0].name = "````\n# heading".to_owned();
        let text = report.markdown();
        assert!(
            text.contains("`````text\n") && text.contains("\n`````\n"),
            "{text}"
        );
    }

    #[test]
    fn programs_are_told_of_findings_too() {
        let mut report = report(true);
        report.findings.push(Finding {
            severity: Severity::Error,
            resource: infra_model::id::Id::Vpc,
            what: "it is wrong".to_owned(),
            remedy: "mend it",
        });
        let document: serde_json::Value = serde_json::from_str(&report.json().unwrap()).unwrap();
        assert_eq!(document["refused"], true);
        assert_eq!(document["findings"][0]["what"], "it is wrong");
        assert_eq!(document["format"], 1);
    }
}
