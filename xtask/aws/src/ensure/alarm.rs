//! What CloudWatch watches.

use aws_sdk_cloudwatch::types::{
    ComparisonOperator, Dimension, Metric, MetricDataQuery, MetricStat, Tag,
};
use infra_model::observed::{self, AwsId, dimension};
use infra_model::plan::{Attribute, Change};
use infra_model::tags::Tags;

use crate::apply::{Doing, Error, NOT_VISIBLE, gone, to_monitoring};
use crate::ensure::number;
use crate::wait::{Seen, VISIBLE};

pub(super) async fn create(
    doing: &Doing<'_>,
    want: &observed::Alarm,
    tags: &Tags,
) -> Result<AwsId, Error> {
    put(doing, want, Some(to_monitoring(tags))).await?;
    let name = doing.step.name.as_str();
    doing
        .becomes(&VISIBLE, async || {
            let request = doing.clients.monitoring.describe_alarms();
            let answer = request.alarm_names(name).send().await;
            let answer = answer.map_err(doing.failed("cloudwatch:DescribeAlarms"))?;
            let found = answer.metric_alarms().first();
            Ok(match found.and_then(|it| it.alarm_arn()) {
                Some(arn) => Seen::Ready(AwsId::from(arn)),
                None => Seen::NotYet(NOT_VISIBLE.to_owned()),
            })
        })
        .await
}

/// Makes all attributes so: CloudWatch takes an alarm as a whole. Its tags it takes only when the
/// alarm is new.
async fn put(
    doing: &Doing<'_>,
    want: &observed::Alarm,
    tags: Option<Vec<Tag>>,
) -> Result<(), Error> {
    let observed::Alarm {
        description,
        figures,
        expression,
        bounds,
        is_enabled,
        begins,
        ends,
    } = want;
    let mut queries = Vec::new();
    for (id, figure) in figures {
        queries.push(query(doing, id, figure, expression.is_none())?);
    }
    queries.extend(expression.iter().map(|expression| {
        let query = MetricDataQuery::builder()
            .id(observed::Alarm::RESULT)
            .expression(expression);
        query.return_data(true).build()
    }));
    let request = doing.clients.monitoring.put_metric_alarm();
    let answer = request
        .alarm_name(&doing.step.name)
        .alarm_description(description)
        .set_metrics(Some(queries))
        .comparison_operator(ComparisonOperator::from(bounds.comparison.as_str()))
        .threshold(bounds.threshold)
        .evaluation_periods(number(bounds.periods))
        .datapoints_to_alarm(number(bounds.datapoints))
        .treat_missing_data(&bounds.missing)
        .actions_enabled(*is_enabled)
        .set_alarm_actions(Some(doing.all(begins)?))
        .set_ok_actions(Some(doing.all(ends)?))
        .set_tags(tags)
        .send()
        .await;
    answer.map_err(doing.failed("cloudwatch:PutMetricAlarm"))?;
    Ok(())
}

/// Tags that changed were told by a call of their own.
pub(super) async fn update(
    doing: &Doing<'_>,
    want: &observed::Alarm,
    list: &[Change],
) -> Result<(), Error> {
    let is_tag = |change: &Change| matches!(change.attribute, Attribute::Tag(_));
    match list.iter().all(is_tag) {
        true => Ok(()),
        false => put(doing, want, None).await,
    }
}

fn query(
    doing: &Doing<'_>,
    id: &str,
    figure: &observed::Figure,
    is_result: bool,
) -> Result<MetricDataQuery, Error> {
    let mut metric = Metric::builder()
        .namespace(&figure.namespace)
        .metric_name(&figure.metric);
    for (name, about) in &figure.of {
        let value = dimension::value(name, doing.at(about)?);
        metric = metric.dimensions(Dimension::builder().name(name).value(value).build());
    }
    let stat = MetricStat::builder()
        .metric(metric.build())
        .period(number(figure.period))
        .stat(&figure.statistic)
        .build();
    let query = MetricDataQuery::builder().id(id).metric_stat(stat);
    Ok(query.return_data(is_result).build())
}

pub(super) async fn delete(doing: &Doing<'_>, arn: &AwsId) -> Result<(), Error> {
    let name = arn
        .0
        .split_once(":alarm:")
        .map_or(&*arn.0, |(_, name)| name);
    let answer = doing
        .clients
        .monitoring
        .delete_alarms()
        .alarm_names(name)
        .send()
        .await;
    let deleted = answer
        .map(drop)
        .map_err(doing.failed("cloudwatch:DeleteAlarms"));
    Ok(gone(deleted)?)
}
