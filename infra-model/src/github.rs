//! What GitHub's workflows may do in AWS: two roles, and who may take each on.
//!
//! No key is stored anywhere. A workflow shows a token that GitHub signed, and AWS gives credentials
//! for an hour to whom the token's subject names: [`Trust`] says which subjects those are, letter
//! by letter. What each role may do is [`policy`]'s.

use serde_json::{Value, json};

use crate::policy::{self, Command};
use crate::settings::Settings;
use crate::values::{AccountId, Branch, Environment, Repository, RepositoryIds};

/// Who signs the tokens of workflows.
pub const ISSUER: &str = "token.actions.githubusercontent.com";
/// For whom aws-actions/configure-aws-credentials has them signed.
pub const AUDIENCE: &str = "sts.amazonaws.com";

/// Whose tokens AWS trusts.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The account that both roles are in.
    pub account: AccountId,
    /// Where the workflows are.
    pub repository: Repository,
    /// Its numbers, where GitHub names them in the subject.
    pub ids: Option<RepositoryIds>,
    /// What protects a deployment.
    pub environment: Environment,
    /// What is deployed, and looked at for drift.
    pub branch: Branch,
}

impl Trust {
    /// The subject of tokens that are given to `whom`.
    fn subject(&self, whom: &str) -> String {
        let repository = match (self.ids, self.repository.as_str().split_once('/')) {
            (Some(ids), Some((owner, name))) => {
                format!("{owner}@{}/{name}@{}", ids.owner, ids.repository)
            }
            _ => self.repository.to_string(),
        };
        format!("repo:{repository}:{whom}")
    }

    /// The trust policy for these subjects and no others.
    fn document(&self, subjects: &[String]) -> Value {
        let provider = format!("arn:aws:iam::{}:oidc-provider/{ISSUER}", self.account);
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Federated": provider },
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": { "StringEquals": {
                    format!("{ISSUER}:aud"): AUDIENCE,
                    format!("{ISSUER}:sub"): subjects,
                } },
            }],
        })
    }
}

/// A role for workflows.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// Its name in AWS.
    pub name: String,
    /// The repository's variable that holds its ARN.
    pub variable: &'static str,
    /// For whom it is and what it may do, in a sentence.
    pub what: &'static str,
    /// Who may take it on.
    pub trust: Value,
    /// What it may do.
    pub permissions: Value,
}

impl Role {
    /// Its full name.
    pub fn arn(&self, account: &AccountId) -> String {
        format!("arn:aws:iam::{account}:role/{}", self.name)
    }
}

/// The role that looks, and the role that changes.
pub fn roles(settings: &Settings, trust: &Trust) -> [Role; 2] {
    let suffix = settings.stage.suffix();
    let branch = format!("ref:refs/heads/{}", trust.branch);
    let environment = format!("environment:{}", trust.environment);
    let subjects =
        |whom: &[&str]| -> Vec<String> { whom.iter().map(|whom| trust.subject(whom)).collect() };
    [
        Role {
            name: format!("StudentAnalyticsGitHubPlan{suffix}"),
            variable: "AWS_PLAN_ROLE",
            what: "Pull requests and the daily look for drift: reads, and changes nothing.",
            trust: trust.document(&subjects(&["pull_request", &branch])),
            permissions: policy::policy(settings, Command::Diff),
        },
        Role {
            name: format!("StudentAnalyticsGitHubDeploy{suffix}"),
            variable: "AWS_DEPLOY_ROLE",
            what: "Jobs of the protected environment: deploys, goes back, destroys.",
            trust: trust.document(&subjects(&[&environment])),
            permissions: policy::pipeline(settings),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trust(ids: Option<RepositoryIds>) -> Trust {
        Trust {
            account: "123456789012".parse().unwrap(),
            repository: "octo-org/student-analytics".parse().unwrap(),
            ids,
            environment: "production".parse().unwrap(),
            branch: "main".parse().unwrap(),
        }
    }

    fn subjects(role: &Role) -> Value {
        role.trust["Statement"][0]["Condition"]["StringEquals"][format!("{ISSUER}:sub")].clone()
    }

    #[test]
    fn each_role_trusts_its_own_subjects_only() {
        let settings = Settings::published().unwrap();
        let [plan, deploy] = roles(&settings, &trust(None));
        assert_eq!(
            subjects(&plan),
            json!([
                "repo:octo-org/student-analytics:pull_request",
                "repo:octo-org/student-analytics:ref:refs/heads/main",
            ])
        );
        assert_eq!(
            subjects(&deploy),
            json!(["repo:octo-org/student-analytics:environment:production"])
        );
        let ids = "123456:456789".parse().ok();
        let [_, deploy] = roles(&settings, &trust(ids));
        assert_eq!(
            subjects(&deploy),
            json!(["repo:octo-org@123456/student-analytics@456789:environment:production"])
        );
    }

    #[test]
    fn a_trust_policy_names_provider_audience_and_subject() {
        let [_, deploy] = roles(&Settings::published().unwrap(), &trust(None));
        insta::assert_json_snapshot!(deploy.trust, @r#"
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": {
                "Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
              },
              "Action": "sts:AssumeRoleWithWebIdentity",
              "Condition": {
                "StringEquals": {
                  "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                  "token.actions.githubusercontent.com:sub": [
                    "repo:octo-org/student-analytics:environment:production"
                  ]
                }
              }
            }
          ]
        }
        "#);
    }

    #[test]
    fn stages_have_roles_of_their_own() {
        let staging = Settings {
            stage: "staging".parse().unwrap(),
            ..Settings::published().unwrap()
        };
        for role in roles(&staging, &trust(None)) {
            assert!(role.name.ends_with("-staging"), "{}", role.name);
            assert_eq!(
                role.arn(&"123456789012".parse().unwrap()),
                format!("arn:aws:iam::123456789012:role/{}", role.name)
            );
        }
    }
}
