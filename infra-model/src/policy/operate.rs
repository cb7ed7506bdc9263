//! The statements of the commands that look after what runs.

use serde_json::{Value, json};

use super::statements::{HEALTH, REFRESH, Scope, everything, statement, when};
use crate::names::{MANAGED_BY, PROJECT, RELEASES, SAMPLE_DATA};
use crate::tags::{MANAGED_BY_TAG, PROJECT_TAG, STAGE};

/// How the fleet is, and what it shows.
pub(super) fn status(scope: &Scope) -> Vec<Value> {
    let describe = [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeScalingActivities",
        REFRESH,
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeTargetGroups",
        HEALTH,
        "ec2:DescribeLaunchTemplateVersions",
        "cloudwatch:GetMetricData",
    ];
    let files = [&format!("{RELEASES}*"), SAMPLE_DATA];
    vec![
        in_region(scope, "Status", &describe),
        statement("LookAtFiles", &["s3:GetObject"], &scope.objects(&files)),
    ]
}

/// What may be done, what there is room for, and what is in the way. What is in the way is what
/// `diff` sees.
pub(super) fn doctor(scope: &Scope) -> Vec<Value> {
    let describe = [
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeInstanceTypeOfferings",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeInstances",
        "servicequotas:GetServiceQuota",
    ];
    vec![
        in_region(scope, "Doctor", &describe),
        // Of whoever asks, whose name is not known beforehand.
        statement(
            "OwnPermissions",
            &["iam:GetRole", "iam:SimulatePrincipalPolicy"],
            &everything(),
        ),
    ]
}

/// What instances wrote, read by a command on them; followed in a session.
pub(super) fn logs(scope: &Scope) -> Vec<Value> {
    let document = |name: &str| vec![format!("arn:aws:ssm:{}::document/{name}", scope.region)];
    vec![
        in_region(scope, "Find", &FIND),
        in_region(scope, "ReadOutput", &["ssm:GetCommandInvocation"]),
        ours(
            scope,
            "OnOurInstances",
            &["ssm:SendCommand", "ssm:StartSession"],
        ),
        statement(
            "RunCommand",
            &["ssm:SendCommand"],
            &document("AWS-RunShellScript"),
        ),
        statement(
            "Follow",
            &["ssm:StartSession"],
            &document("AWS-StartInteractiveCommand"),
        ),
        end_session(),
    ]
}

/// A session on an instance.
pub(super) fn shell(scope: &Scope) -> Vec<Value> {
    vec![
        in_region(scope, "Find", &FIND),
        ours(scope, "OnOurInstances", &["ssm:StartSession"]),
        end_session(),
    ]
}

/// Which instances there are, and whether SSM reaches them.
const FIND: [&str; 2] = [
    "autoscaling:DescribeAutoScalingGroups",
    "ssm:DescribeInstanceInformation",
];

fn in_region(scope: &Scope, sid: &str, actions: &[&str]) -> Value {
    when(statement(sid, actions, &everything()), scope.in_region())
}

/// On instances that carry our tags.
fn ours(scope: &Scope, sid: &str, actions: &[&str]) -> Value {
    let tagged = json!({ "StringEquals": {
        format!("ssm:resourceTag/{PROJECT_TAG}"): PROJECT,
        format!("ssm:resourceTag/{STAGE}"): scope.stage,
        format!("ssm:resourceTag/{MANAGED_BY_TAG}"): MANAGED_BY,
    } });
    when(statement(sid, actions, &scope.ec2(&["instance"])), tagged)
}

/// Who opened a session may end it.
fn end_session() -> Value {
    statement(
        "EndOwnSessions",
        &["ssm:TerminateSession"],
        &["arn:aws:ssm:*:*:session/${aws:userid}-*".to_owned()],
    )
}
