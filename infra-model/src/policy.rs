//! The IAM policy that each command needs, as narrow as names and tags allow.
//!
//! What can be named is named: role, profile, bucket, load balancer, target group, Auto Scaling
//! group. What AWS names itself (everything of EC2) may be made with our tags only, and changed
//! only while it carries them. Describing knows no such limits in AWS.
//!
//! Taking over foreign resources (`--adopt`) changes what carries no tag of ours: no narrow
//! policy allows it. It is done once, by an administrator.

mod pipeline;
mod statements;

pub use pipeline::pipeline;

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
}

impl Command {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Diff, Self::Deploy, Self::Destroy];
}

impl FromStr for Command {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "diff" => Ok(Self::Diff),
            "deploy" => Ok(Self::Deploy),
            "destroy" => Ok(Self::Destroy),
            _ => Err(Invalid {
                what: "command",
                value: text.to_owned(),
                problem: "has no policy",
                remedy: "write `diff`, `deploy` or `destroy`",
            }),
        }
    }
}

/// The policy document for one command in one stage.
pub fn policy(settings: &Settings, command: Command) -> Value {
    let scope = statements::Scope::of(settings);
    let mut all = statements::look(&scope);
    match command {
        Command::Diff => {}
        Command::Deploy => {
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
    json!({ "Version": "2012-10-17", "Statement": all })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn statements(command: Command) -> Vec<Value> {
        let policy = policy(&Settings::published().unwrap(), command);
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
        for action in actions(Command::Diff) {
            let verb = action.split(':').nth(1).unwrap();
            assert!(
                ["Describe", "Get", "List", "Head"]
                    .iter()
                    .any(|it| verb.starts_with(it)),
                "{action}"
            );
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
    fn the_policy_of_diff() {
        let policy = policy(&Settings::published().unwrap(), Command::Diff);
        insta::assert_json_snapshot!(policy, @r#"
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "Describe",
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
                "autoscaling:DescribePolicies"
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
              "Sid": "LookAtBucket",
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
              "Sid": "LookAtFiles",
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
            }
          ]
        }
        "#);
    }
}
