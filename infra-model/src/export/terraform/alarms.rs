//! Topic and alarms.

use crate::export::hcl::{Block, Expression};
use crate::export::terraform::{at, ids, tags};
use crate::export::{Part, queries};
use crate::observed::{Alarm, Figure, Topic, dimension};

pub(super) fn topic(block: Block, part: &Part, it: &Topic, label: &str) -> Vec<Block> {
    let topic = block
        .set("name", part.name.as_str())
        .set("tags", tags(part));
    let subscriptions = it.emails.iter().enumerate().map(|(index, email)| {
        let name = format!("{label}_{index}");
        Block::new("resource", &["aws_sns_topic_subscription", &name])
            .raw("topic_arn", format!("aws_sns_topic.{label}.arn"))
            .set("protocol", "email")
            .set("endpoint", email.as_str())
    });
    [topic].into_iter().chain(subscriptions).collect()
}

pub(super) fn alarm(block: Block, part: &Part, it: &Alarm) -> Block {
    let mut block = block
        .set("alarm_name", part.name.as_str())
        .set("alarm_description", it.description.as_str())
        .set("comparison_operator", it.bounds.comparison.as_str())
        .set("threshold", it.bounds.threshold)
        .set("evaluation_periods", it.bounds.periods)
        .set("datapoints_to_alarm", it.bounds.datapoints)
        .set("treat_missing_data", it.bounds.missing.as_str())
        .set("actions_enabled", it.is_enabled)
        .set("alarm_actions", ids(&it.begins, "arn"))
        .set("ok_actions", ids(&it.ends, "arn"))
        .set("tags", tags(part));
    for (id, figure, is_result) in queries(it) {
        let query = Block::new("metric_query", &[]).set("id", id);
        let query = match (figure, &it.expression) {
            (None, Some(expression)) => query.set("expression", expression.as_str()),
            _ => query,
        };
        let query = query.set("return_data", is_result);
        block = block.block(match figure {
            Some(figure) => query.block(metric(figure)),
            None => query,
        });
    }
    block
}

fn metric(it: &Figure) -> Block {
    let of = it.of.iter().map(|(name, about)| {
        let attribute = match name.as_str() {
            dimension::BALANCER | dimension::TARGETS => "arn_suffix",
            _ => "id",
        };
        (name.clone(), at(about, attribute))
    });
    Block::new("metric", &[])
        .set("namespace", it.namespace.as_str())
        .set("metric_name", it.metric.as_str())
        .set("period", it.period)
        .set("stat", it.statistic.as_str())
        .set("dimensions", Expression::Map(of.collect()))
}
