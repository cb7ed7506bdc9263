//! The statements for alarms and their topic. Looking and taking away may also who wants none: a stage
//! that once had alarms is looked through for what is left of them.

use serde_json::Value;

use super::statements::{Scope, everything, statement, when};

/// What is done with alarms; each includes those before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Doing {
    Looking,
    Removing,
    Making,
}

pub(super) fn statements(scope: &Scope, doing: Doing) -> Vec<Value> {
    let mut alarms = vec!["cloudwatch:ListTagsForResource"];
    let mut topic = vec!["sns:ListSubscriptionsByTopic", "sns:ListTagsForResource"];
    // IAM knows no resources for these.
    let mut every = vec!["cloudwatch:DescribeAlarms"];
    if doing >= Doing::Removing {
        alarms.push("cloudwatch:DeleteAlarms");
        topic.push("sns:DeleteTopic");
    }
    if doing >= Doing::Making {
        alarms.extend(["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"]);
        topic.extend(["sns:CreateTopic", "sns:TagResource", "sns:Subscribe"]);
        every.push("sns:Unsubscribe");
    }
    vec![
        when(
            statement("InRegion", &every, &everything()),
            scope.in_region(),
        ),
        statement("Alarms", &alarms, &scope.alarms()),
        statement("Topic", &topic, &scope.topic()),
    ]
}
