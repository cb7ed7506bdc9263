//! Whether the caller may what each command's policy lists, by IAM's own simulation.
//!
//! The policy that `cargo xtask policy` prints is the list of questions: each statement's actions
//! on its resources, under its conditions. Nothing is called that changes anything.

use std::collections::BTreeSet;

use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, PolicyEvaluationDecisionType};
use futures_util::future::join_all;
use infra_model::policy::{Command, policy};
use serde_json::Value;

use super::Finding;
use super::caller::{Caller, Principal};
use crate::failure::{Failure, failed};
use crate::session::Session;

const SIMULATE: &str = "iam:SimulatePrincipalPolicy";
/// How many lacking actions are listed.
const LISTED: usize = 6;

/// A finding for each command.
pub(super) async fn look(session: &Session, caller: &Caller, commands: &[Command]) -> Vec<Finding> {
    let name = |command: Command| format!("permissions for {command}");
    let all = |find: &dyn Fn(Command) -> Finding| commands.iter().map(|it| find(*it)).collect();
    let principal = match caller.principal() {
        Principal::Arn(arn) => arn,
        Principal::Role(role) => whole_arn(session, caller, &role).await,
        Principal::Root => {
            return all(&|it| Finding::good(&name(it), "the account itself may everything"));
        }
        Principal::Other => {
            return all(&|it| {
                Finding::unknown(
                    &name(it),
                    format!(
                        "IAM answers for users and roles, and {} is neither",
                        caller.arn
                    ),
                    "sign in as a user or a role",
                )
            });
        }
    };
    let findings = commands.iter().map(async |command| {
        let lacking = lacking(session, caller, &principal, *command).await;
        judged(&name(*command), *command, lacking)
    });
    join_all(findings).await
}

/// With the role's path, where the caller may look at it.
async fn whole_arn(session: &Session, caller: &Caller, role: &str) -> String {
    let answer = session.clients.iam.get_role().role_name(role).send().await;
    let found = answer.ok().and_then(|it| it.role).map(|it| it.arn);
    found.unwrap_or_else(|| format!("arn:aws:iam::{}:role/{role}", caller.account))
}

fn judged(name: &str, command: Command, lacking: Result<BTreeSet<String>, Failure>) -> Finding {
    let lacking = match lacking {
        Ok(lacking) => lacking,
        Err(failure) => {
            let what = format!(
                "{SIMULATE} failed with {}: {}",
                failure.code,
                failure.message.trim_end_matches('.')
            );
            let remedy = format!(
                "have {SIMULATE} allowed to you, or compare with `cargo xtask policy --for {command}`"
            );
            return Finding::unknown(name, what, remedy);
        }
    };
    if lacking.is_empty() {
        return Finding::good(name, "all that its policy lists is allowed");
    }
    let listed: Vec<&str> = lacking.iter().take(LISTED).map(String::as_str).collect();
    let rest = lacking.len() - listed.len();
    let rest = match rest {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    Finding::failed(
        name,
        format!("not allowed: {}{rest}", listed.join(", ")),
        format!("have allowed what `cargo xtask policy --for {command}` prints"),
    )
}

/// What of a command's policy the principal may not.
async fn lacking(
    session: &Session,
    caller: &Caller,
    principal: &str,
    command: Command,
) -> Result<BTreeSet<String>, Failure> {
    let policy = policy(&session.settings, command);
    let mut lacking = BTreeSet::new();
    for statement in policy["Statement"].as_array().into_iter().flatten() {
        let question = Question::of(statement, &caller.account);
        let pages = session
            .clients
            .iam
            .simulate_principal_policy()
            .policy_source_arn(principal)
            .set_action_names(Some(question.actions))
            .set_resource_arns(Some(question.resources))
            .set_context_entries(Some(question.context))
            .into_paginator()
            .items()
            .send();
        let results = pages.try_collect().await;
        for result in results.map_err(failed(SIMULATE, principal))? {
            // A statement may list resources of several types, and an action is of one.
            let is_allowed =
                |it: &PolicyEvaluationDecisionType| *it == PolicyEvaluationDecisionType::Allowed;
            let mut each = result.resource_specific_results().iter();
            let allowed = is_allowed(result.eval_decision())
                || each.any(|it| is_allowed(it.eval_resource_decision()));
            if !allowed {
                lacking.insert(result.eval_action_name().to_owned());
            }
        }
    }
    Ok(lacking)
}

/// A statement as a question.
struct Question {
    actions: Vec<String>,
    resources: Vec<String>,
    context: Vec<ContextEntry>,
}

impl Question {
    fn of(statement: &Value, account: &str) -> Self {
        let resources = strings(&statement["Resource"]).into_iter();
        let equals = statement["Condition"]["StringEquals"].as_object();
        let context = equals.into_iter().flatten().map(|(key, value)| {
            ContextEntry::builder()
                .context_key_name(key)
                .context_key_type(ContextKeyTypeEnum::String)
                // One of the values is enough.
                .set_context_key_values(Some(strings(value).into_iter().take(1).collect()))
                .build()
        });
        Self {
            actions: strings(&statement["Action"]),
            resources: resources.map(|it| concrete(&it, account)).collect(),
            context: context.collect(),
        }
    }
}

fn strings(value: &Value) -> Vec<String> {
    let one = value.as_str().map(|it| vec![it.to_owned()]);
    let many = || value.as_array().map(Vec::as_slice).unwrap_or_default();
    one.unwrap_or_else(|| {
        many()
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    })
}

/// One resource that a pattern stands for: IAM is asked about things, not patterns.
fn concrete(pattern: &str, account: &str) -> String {
    if pattern == "*" {
        return pattern.to_owned();
    }
    let fields = pattern
        .splitn(6, ':')
        .enumerate()
        .map(|(place, field)| match place {
            4 if field == "*" => account.to_owned(),
            _ => field.replace('*', "example"),
        });
    fields.collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn patterns_become_things() {
        for (pattern, thing) in [
            ("*", "*"),
            (
                "arn:aws:ec2:eu-north-1:*:vpc/*",
                "arn:aws:ec2:eu-north-1:1234:vpc/example",
            ),
            (
                "arn:aws:iam::*:role/StudentAnalyticsRole",
                "arn:aws:iam::1234:role/StudentAnalyticsRole",
            ),
            (
                "arn:aws:s3:::files/releases/*",
                "arn:aws:s3:::files/releases/example",
            ),
        ] {
            assert_eq!(concrete(pattern, "1234"), thing);
        }
    }

    #[test]
    fn conditions_are_met_when_asked() {
        let statement = json!({
            "Action": ["iam:PassRole"],
            "Resource": ["arn:aws:iam::*:role/R"],
            "Condition": { "StringEquals": { "iam:PassedToService": "ec2.amazonaws.com", "b": ["1", "2"] } },
        });
        let question = Question::of(&statement, "1");
        assert_eq!(question.actions, ["iam:PassRole"]);
        let context = question.context.iter();
        let mut entries: Vec<_> = context
            .map(|it| {
                (
                    it.context_key_name().unwrap_or_default(),
                    it.context_key_values().join(","),
                )
            })
            .collect();
        entries.sort();
        assert_eq!(
            entries,
            [
                ("b", "1".to_owned()),
                ("iam:PassedToService", "ec2.amazonaws.com".to_owned())
            ]
        );
    }

    #[test]
    fn what_is_lacking_is_listed_with_the_remedy() {
        let lacking = |number: usize| (0..number).map(|it| format!("ec2:Action{it}")).collect();
        let found = judged("permissions", Command::Deploy, Ok(lacking(8)));
        assert_eq!(found.verdict, Verdict::Failed);
        assert!(
            found.what.ends_with("ec2:Action5 and 2 more"),
            "{}",
            found.what
        );
        let remedy = found.remedy.unwrap_or_default();
        assert!(remedy.contains("policy --for deploy"), "{remedy}");
        let found = judged("permissions", Command::Deploy, Ok(lacking(0)));
        assert_eq!(found.verdict, Verdict::Good);
    }
}
