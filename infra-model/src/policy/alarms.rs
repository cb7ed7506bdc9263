//! The statements for alarms and their topic. Looking and taking away may also who wants none: a stage
//! that once had alarms is looked through for what is left of them.

use serde_json::Value;

use super::statements::{Scope, everything, statement, when};

/// The calls that `observe` makes.
pub(super) fn look(scope: &Scope) -> Vec<Value> {
    let topic = ["sns:ListSubscriptionsByTopic", "sns:ListTagsForResource"];
    vec![
        when(
            statement("FindAlarms", &["cloudwatch:DescribeAlarms"], &everything()),
            scope.in_region(),
        ),
        statement(
            "LookAtAlarms",
            &["cloudwatch:ListTagsForResource"],
            &scope.alarms(),
        ),
        statement("LookAtTopic", &topic, &scope.topic()),
    ]
}

/// What did not exist, or differs.
pub(super) fn make(scope: &Scope) -> Vec<Value> {
    let alarms = ["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"];
    let topic = ["sns:CreateTopic", "sns:TagResource", "sns:Subscribe"];
    vec![
        statement("MakeAlarms", &alarms, &scope.alarms()),
        statement("MakeTopic", &topic, &scope.topic()),
        // IAM knows no resource for it.
        when(
            statement("StopMails", &["sns:Unsubscribe"], &everything()),
            scope.in_region(),
        ),
    ]
}

/// What is not wanted any more.
pub(super) fn remove(scope: &Scope) -> Vec<Value> {
    vec![
        statement(
            "RemoveAlarms",
            &["cloudwatch:DeleteAlarms"],
            &scope.alarms(),
        ),
        statement("RemoveTopic", &["sns:DeleteTopic"], &scope.topic()),
    ]
}
