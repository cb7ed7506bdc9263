//! The IAM policy that each command needs, as narrow as names and tags allow.
//!
//! What can be named is named: role, profile, bucket, load balancer, target group, Auto Scaling
//! group. What AWS names itself (everything of EC2) may be made with our tags only, and changed
//! only while it carries them. Describing knows no such limits in AWS.
//!
//! Taking over foreign resources (`--adopt`) changes what carries no tag of ours: no narrow
//! policy allows it. It is done once, by an administrator.

mod alarms;
mod operate;
mod pipeline;
mod statements;

pub use pipeline::pipeline;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};

use crate::settings::Settings;
use crate::values::Invalid;

/// What needs the permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Only looks.
    Diff,
    /// Makes and changes.
    Deploy,
    /// Takes away.
    Destroy,
    /// Says how the deployment is.
    Status,
    /// Deploys an earlier release.
    Rollback,
    /// Says what stands in the way of the others.
    Doctor,
    /// Reads what was written on the instances.
    Logs,
    /// Opens a shell on an instance.
    Shell,
}

impl Command {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Diff,
        Self::Deploy,
        Self::Destroy,
        Self::Status,
        Self::Rollback,
        Self::Doctor,
        Self::Logs,
        Self::Shell,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Diff => "diff",
            Self::Deploy => "deploy",
            Self::Destroy => "destroy",
            Self::Status => "status",
            Self::Rollback => "rollback",
            Self::Doctor => "doctor",
            Self::Logs => "logs",
            Self::Shell => "shell",
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Command {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|it| it.name() == text);
        found.ok_or_else(|| Invalid {
            what: "command",
            value: text.to_owned(),
            problem: "has no policy",
            remedy: "write `diff`, `deploy`, `destroy`, `status`, `rollback`, `doctor`, `logs` or `shell`",
        })
    }
}

/// The policy document for one command in one stage.
pub fn policy(settings: &Settings, command: Command) -> Value {
    let scope = statements::Scope::of(settings);
    let mut all = match command {
        Command::Status => operate::status(&scope),
        Command::Logs => operate::logs(&scope),
        Command::Shell => operate::shell(&scope),
        _ => statements::look(&scope),
    };
    if let Some(doing) = with_alarms(command, settings.alarms.is_some()) {
        all.extend(alarms::statements(&scope, doing));
    }
    match command {
        Command::Diff | Command::Status | Command::Logs | Command::Shell => {}
        Command::Doctor => all.extend(operate::doctor(&scope)),
        // A rollback is a deployment of what lies in the bucket already.
        Command::Deploy | Command::Rollback => {
            all.extend(statements::lock(&scope));
            let follow = [statements::USERS, statements::HEALTH, statements::REFRESH];
            all.extend(statements::follow(&scope, &follow));
            all.extend(statements::make(&scope));
            all.extend(statements::change(&scope));
            all.extend(statements::remove(&scope));
        }
        Command::Destroy => {
            all.extend(statements::lock(&scope));
            all.extend(statements::follow(&scope, &[statements::USERS]));
            all.extend(statements::remove(&scope));
            all.extend(statements::purge(&scope));
        }
    }
    json!({ "Version": "2012-10-17", "Statement": merged(all) })
}

/// One statement for what is about the same: the policies of a role have a longest length.
fn merged(statements: Vec<Value>) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for statement in statements {
        let is_same = |it: &Value| {
            ["Sid", "Resource", "Condition"]
                .iter()
                .all(|part| it.get(part) == statement.get(part))
        };
        let Some(same) = all.iter_mut().find(|it| is_same(it)) else {
            all.push(statement);
            continue;
        };
        let new = statement["Action"].as_array().cloned().unwrap_or_default();
        if let Some(actions) = same["Action"].as_array_mut() {
            actions.extend(new);
            let mut seen = BTreeSet::new();
            actions.retain(|it| seen.insert(it.to_string()));
        }
    }
    all
}

/// What a command does with alarms, where some are wanted and where none are.
fn with_alarms(command: Command, are_wanted: bool) -> Option<alarms::Doing> {
    match command {
        Command::Status | Command::Logs | Command::Shell => None,
        Command::Diff | Command::Doctor => Some(alarms::Doing::Looking),
        Command::Deploy | Command::Rollback if are_wanted => Some(alarms::Doing::Making),
        Command::Deploy | Command::Rollback | Command::Destroy => Some(alarms::Doing::Removing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Alarms;

    fn statements(command: Command) -> Vec<Value> {
        let settings = Settings {
            alarms: Some(Alarms::example()),
            ..Settings::published().unwrap()
        };
        let policy = policy(&settings, command);
        policy["Statement"].as_array().unwrap().clone()
    }

    fn actions(command: Command) -> BTreeSet<String> {
        let lists = statements(command)
            .into_iter()
            .map(|it| it["Action"].as_array().unwrap().clone());
        lists
            .flatten()
            .map(|it| it.as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn looking_changes_nothing() {
        for command in [Command::Diff, Command::Status, Command::Doctor] {
            for action in actions(command) {
                let verb = action.split(':').nth(1).unwrap();
                assert!(
                    ["Describe", "Get", "List", "Head", "Simulate"]
                        .iter()
                        .any(|it| verb.starts_with(it)),
                    "{action}"
                );
            }
        }
        let (diff, destroy) = (actions(Command::Diff), actions(Command::Destroy));
        assert!(diff.is_subset(&actions(Command::Deploy)) && diff.is_subset(&destroy));
        assert!(
            !destroy
                .iter()
                .any(|it| it.contains(":Create") || it.contains(":Run"))
        );
    }

    #[test]
    fn what_changes_something_is_bound_to_names_or_tags() {
        for command in Command::ALL {
            for statement in statements(command) {
                let everything = statement["Resource"] == json!(["*"]);
                let verbs = statement["Action"].to_string();
                let looks = ![
                    "Create", "Delete", "Modify", "Put", "Run", "Pass", "Release", "Revoke",
                ]
                .iter()
                .any(|it| verbs.contains(it));
                assert!(
                    !everything || looks || statement.get("Condition").is_some(),
                    "{statement}"
                );
                assert!(!verbs.contains('*'), "{statement}");
            }
        }
    }

    #[test]
    fn commands_are_read_back() {
        for command in Command::ALL {
            assert_eq!(command.to_string().parse(), Ok(command));
        }
        assert!("emulator".parse::<Command>().is_err());
    }

    #[test]
    fn sessions_are_on_our_instances_only() {
        for command in [Command::Logs, Command::Shell] {
            let runs = statements(command).into_iter().filter(|it| {
                let actions = it["Action"].to_string();
                actions.contains("StartSession") || actions.contains("SendCommand")
            });
            for statement in runs {
                let resources = statement["Resource"].to_string();
                let is_document = resources.contains(":document/AWS-");
                let is_tagged =
                    statement["Condition"]["StringEquals"]["ssm:resourceTag/Stage"] == "prod";
                assert!(is_document || is_tagged, "{statement}");
            }
        }
    }

    #[test]
    fn the_first_use_and_the_role_are_thought_of() {
        let deploy = actions(Command::Deploy);
        assert!(deploy.contains("iam:PassRole") && deploy.contains("iam:CreateServiceLinkedRole"));
    }

    /// Auto Scaling checks its caller against each thing that an instance is made of.
    #[test]
    fn instances_run_from_ours_only() {
        let runs = statements(Command::Deploy)
            .into_iter()
            .filter(|it| it["Action"] == json!(["ec2:RunInstances"]));
        let mut kinds = BTreeSet::new();
        for statement in runs {
            for resource in statement["Resource"].as_array().unwrap() {
                let kind = resource.as_str().unwrap().split([':', '/']).nth(5).unwrap();
                let has_our_tags = statement.get("Condition").is_some();
                kinds.insert((kind.to_owned(), has_our_tags));
            }
        }
        let expected = [
            ("image", false),
            ("instance", false),
            ("key-pair", true),
            ("launch-template", true),
            ("network-interface", false),
            ("security-group", true),
            ("subnet", true),
            ("volume", false),
        ];
        assert_eq!(
            kinds,
            expected.map(|(kind, ours)| (kind.to_owned(), ours)).into()
        );
    }

    #[test]
    fn stages_do_not_share_a_permission_to_change() {
        let published = Settings::published().unwrap();
        let staging = Settings {
            stage: "staging".parse().unwrap(),
            ..published
        };
        for statement in policy(&staging, Command::Destroy)["Statement"]
            .as_array()
            .unwrap()
        {
            let resources = statement["Resource"].to_string();
            if resources.contains("StudentAnalytics") || resources.contains("student-") {
                assert!(resources.contains("-staging"), "{statement}");
            }
        }
    }

    #[test]
    fn each_fits_into_a_roles_inline_policies() {
        let longest = Settings {
            stage: "s2345678".parse().unwrap(),
            bucket: "b".repeat(54).parse().unwrap(),
            alarms: Some(Alarms::example()),
            ..Settings::published().unwrap()
        };
        for command in Command::ALL {
            let text = policy(&longest, command).to_string();
            assert!(
                text.len() <= 10_240,
                "{command:?} has {} characters",
                text.len()
            );
        }
    }

    #[test]
    fn each_statement_has_a_name_of_its_own() {
        for command in Command::ALL {
            let names = statements(command)
                .into_iter()
                .map(|it| it["Sid"].to_string());
            let names: Vec<String> = names.collect();
            let unique: BTreeSet<&String> = names.iter().collect();
            assert_eq!(unique.len(), names.len(), "{command}: {names:?}");
        }
    }

    #[test]
    fn the_policy_of_diff() {
        let policy = policy(&Settings::published().unwrap(), Command::Diff);
        insta::assert_json_snapshot!(policy, @r#"
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "InRegion",
              "Effect": "Allow",
              "Action": [
                "ec2:DescribeTags",
                "ec2:DescribeVpcs",
                "ec2:DescribeVpcAttribute",
                "ec2:DescribeInternetGateways",
                "ec2:DescribeSubnets",
                "ec2:DescribeAddresses",
                "ec2:DescribeNatGateways",
                "ec2:DescribeRouteTables",
                "ec2:DescribeVpcEndpoints",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeKeyPairs",
                "ec2:DescribeLaunchTemplates",
                "ec2:DescribeLaunchTemplateVersions",
                "elasticloadbalancing:DescribeLoadBalancers",
                "elasticloadbalancing:DescribeLoadBalancerAttributes",
                "elasticloadbalancing:DescribeTargetGroups",
                "elasticloadbalancing:DescribeTargetGroupAttributes",
                "elasticloadbalancing:DescribeListeners",
                "elasticloadbalancing:DescribeTags",
                "autoscaling:DescribeAutoScalingGroups",
                "autoscaling:DescribePolicies",
                "cloudwatch:DescribeAlarms"
              ],
              "Resource": [
                "*"
              ],
              "Condition": {
                "StringEquals": {
                  "aws:RequestedRegion": "eu-north-1"
                }
              }
            },
            {
              "Sid": "Bucket",
              "Effect": "Allow",
              "Action": [
                "s3:ListBucket",
                "s3:ListBucketVersions",
                "s3:GetBucketTagging",
                "s3:GetBucketPublicAccessBlock",
                "s3:GetEncryptionConfiguration",
                "s3:GetBucketPolicy",
                "s3:GetBucketVersioning",
                "s3:GetLifecycleConfiguration"
              ],
              "Resource": [
                "arn:aws:s3:::student-performance-app-files"
              ]
            },
            {
              "Sid": "Files",
              "Effect": "Allow",
              "Action": [
                "s3:GetObject"
              ],
              "Resource": [
                "arn:aws:s3:::student-performance-app-files/releases/*",
                "arn:aws:s3:::student-performance-app-files/StudentPerformanceFactors.csv"
              ]
            },
            {
              "Sid": "LookAtRole",
              "Effect": "Allow",
              "Action": [
                "iam:GetRole",
                "iam:GetRolePolicy",
                "iam:ListRolePolicies",
                "iam:ListAttachedRolePolicies",
                "iam:GetInstanceProfile"
              ],
              "Resource": [
                "arn:aws:iam::*:role/StudentAnalyticsRole",
                "arn:aws:iam::*:instance-profile/StudentAnalyticsRole"
              ]
            },
            {
              "Sid": "NewestImage",
              "Effect": "Allow",
              "Action": [
                "ssm:GetParameters"
              ],
              "Resource": [
                "arn:aws:ssm:eu-north-1::parameter/aws/service/ami-amazon-linux-latest/*"
              ]
            },
            {
              "Sid": "Alarms",
              "Effect": "Allow",
              "Action": [
                "cloudwatch:ListTagsForResource"
              ],
              "Resource": [
                "arn:aws:cloudwatch:eu-north-1:*:alarm:StudentAnalyticsNoHealthyTarget",
                "arn:aws:cloudwatch:eu-north-1:*:alarm:StudentAnalyticsServerErrors",
                "arn:aws:cloudwatch:eu-north-1:*:alarm:StudentAnalyticsSlowAnswers",
                "arn:aws:cloudwatch:eu-north-1:*:alarm:StudentAnalyticsNatErrors-a",
                "arn:aws:cloudwatch:eu-north-1:*:alarm:StudentAnalyticsNatErrors-b"
              ]
            },
            {
              "Sid": "Topic",
              "Effect": "Allow",
              "Action": [
                "sns:ListSubscriptionsByTopic",
                "sns:ListTagsForResource"
              ],
              "Resource": [
                "arn:aws:sns:eu-north-1:*:StudentAnalyticsAlarms"
              ]
            }
          ]
        }
        "#);
    }
}
