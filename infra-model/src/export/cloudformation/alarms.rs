//! Topic and alarms.

use serde_json::{Value, json};

use crate::export::Part;
use crate::export::cloudformation::{get, reference, references, tags};
use crate::export::queries;
use crate::observed::{Alarm, Figure, Ref, Topic, dimension};

pub(super) fn topic(part: &Part, it: &Topic) -> Value {
    let each = |email| json!({ "Protocol": "email", "Endpoint": email });
    json!({
        "TopicName": part.name,
        "Subscription": it.emails.iter().map(each).collect::<Vec<_>>(),
        "Tags": tags(&part.tags),
    })
}

pub(super) fn alarm(part: &Part, it: &Alarm) -> Value {
    let metrics = queries(it).map(|(id, figure, is_result)| match figure {
        Some(figure) => json!({ "Id": id, "MetricStat": stat(figure), "ReturnData": is_result }),
        None => json!({ "Id": id, "Expression": it.expression, "ReturnData": is_result }),
    });
    json!({
        "AlarmName": part.name,
        "AlarmDescription": it.description,
        "Metrics": metrics.collect::<Vec<_>>(),
        "ComparisonOperator": it.bounds.comparison,
        "Threshold": it.bounds.threshold,
        "EvaluationPeriods": it.bounds.periods,
        "DatapointsToAlarm": it.bounds.datapoints,
        "TreatMissingData": it.bounds.missing,
        "ActionsEnabled": it.is_enabled,
        "AlarmActions": references(&it.begins),
        "OKActions": references(&it.ends),
        "Tags": tags(&part.tags),
    })
}

fn stat(it: &Figure) -> Value {
    let of = it.of.iter();
    let of = of.map(|(name, about)| json!({ "Name": name, "Value": value(name, about) }));
    json!({
        "Metric": {
            "Namespace": it.namespace,
            "MetricName": it.metric,
            "Dimensions": of.collect::<Vec<_>>(),
        },
        "Period": it.period,
        "Stat": it.statistic,
    })
}

fn value(name: &str, about: &Ref) -> Value {
    match name {
        dimension::BALANCER => get(about, "LoadBalancerFullName"),
        dimension::TARGETS => get(about, "TargetGroupFullName"),
        _ => reference(about),
    }
}
