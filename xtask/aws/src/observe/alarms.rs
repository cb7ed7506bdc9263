//! What CloudWatch watches and where it says so: asked for only where there are alarms, or were.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::types::{Dimension, MetricAlarm, MetricDataQuery};
use aws_sdk_sns::types::Subscription;
use futures_util::future::try_join_all;
use infra_model::id::{Id, Kind};
use infra_model::observed::{self, Found, Ref, State, dimension};
use infra_model::settings::Settings;
use infra_model::tags::{self, Tags};
use infra_model::topology::Bounds;

use crate::apply::{of_monitoring, of_sns};
use crate::clients::Clients;
use crate::failure::{Failure, failed};
use crate::observe::scope::Scope;
use crate::observe::{count, if_there, owned};

/// Subscriptions by mail that nobody has agreed to have this in the place of an ARN.
pub(crate) const ASKED: &str = "PendingConfirmation";

/// Topic and alarms with the topology's names. Nobody is asked when the settings want none and the
/// bucket, which is among `files`, does not say that there were any.
pub(super) async fn look(
    clients: &Clients,
    scope: &Scope,
    settings: &Settings,
    files: &[Found],
) -> Result<Vec<Found>, Failure> {
    let says_so = |found: &Found| {
        found.tags.resource_in(&settings.stage).is_some() && found.tags.get(tags::ALARMS).is_some()
    };
    if settings.alarms.is_none() && !files.iter().any(says_so) {
        return Ok(Vec::new());
    }
    let (topic, alarms) =
        tokio::try_join!(topic(clients, scope, settings), alarms(clients, scope))?;
    Ok(topic.into_iter().chain(alarms).collect())
}

/// A topic is asked for by its ARN, which is told by whoever asks.
async fn topic(
    clients: &Clients,
    scope: &Scope,
    settings: &Settings,
) -> Result<Option<Found>, Failure> {
    let name = scope.name(Id::AlarmTopic);
    let answer = clients.sts.get_caller_identity().send().await;
    let caller = answer.map_err(failed("sts:GetCallerIdentity", "credentials"))?;
    let partition = owned(caller.arn().and_then(|arn| arn.split(':').nth(1)));
    let (region, account) = (&settings.region, caller.account().unwrap_or_default());
    let arn = format!("arn:{partition}:sns:{region}:{account}:{name}");
    let (subscriptions, tags) = tokio::try_join!(subscriptions(&clients.sns, &arn), async {
        let answer = clients.sns.list_tags_for_resource().resource_arn(&arn);
        let answer = answer.send().await;
        if_there(answer.map_err(failed("sns:ListTagsForResource", &name)))
    })?;
    let found = subscriptions.zip(tags).map(|(subscriptions, tags)| {
        let state = State::Topic(mailing(&subscriptions));
        Found::whole(&arn, Some(&name), of_sns(tags.tags()), state)
    });
    Ok(found)
}

/// Those of a topic; none of these when there is no such topic.
pub(crate) async fn subscriptions(
    sns: &aws_sdk_sns::Client,
    topic: &str,
) -> Result<Option<Vec<Subscription>>, Failure> {
    let pages = sns.list_subscriptions_by_topic().topic_arn(topic);
    let pages = pages.into_paginator().send().try_collect().await;
    let pages = if_there(pages.map_err(failed("sns:ListSubscriptionsByTopic", topic)))?;
    let all = |pages: Vec<_>| {
        let each = pages.into_iter();
        each.flat_map(|it: aws_sdk_sns::operation::list_subscriptions_by_topic::ListSubscriptionsByTopicOutput| {
            it.subscriptions.unwrap_or_default()
        })
        .collect()
    };
    Ok(pages.map(all))
}

async fn alarms(clients: &Clients, scope: &Scope) -> Result<Vec<Found>, Failure> {
    let names = scope.names(Kind::Alarm);
    let request = clients.monitoring.describe_alarms();
    let pages = request.set_alarm_names(Some(names)).into_paginator();
    let pages = pages.send().try_collect().await;
    let pages = pages.map_err(failed("cloudwatch:DescribeAlarms", "alarms"))?;
    let all = pages
        .into_iter()
        .flat_map(|it| it.metric_alarms.unwrap_or_default());
    let found = all.map(async |it| {
        let arn = it.alarm_arn().unwrap_or_default();
        let answer = clients
            .monitoring
            .list_tags_for_resource()
            .resource_arn(arn);
        let answer = answer.send().await;
        let tags = if_there(answer.map_err(failed("cloudwatch:ListTagsForResource", arn)))?;
        Ok(tags.and_then(|tags| alarm(&it, of_monitoring(tags.tags()))))
    });
    Ok(try_join_all(found).await?.into_iter().flatten().collect())
}

fn mailing(subscriptions: &[Subscription]) -> observed::Topic {
    let mails = subscriptions.iter();
    let mails = mails.filter(|it| it.protocol() == Some("email"));
    let (asked, agreed): (Vec<_>, Vec<_>) =
        mails.partition(|it| it.subscription_arn() == Some(ASKED));
    let to = |list: Vec<&Subscription>| -> BTreeSet<String> {
        list.into_iter().map(|it| owned(it.endpoint())).collect()
    };
    observed::Topic {
        emails: to(agreed),
        asked: to(asked),
    }
}

fn alarm(it: &MetricAlarm, tags: Tags) -> Option<Found> {
    let (arn, name) = (it.alarm_arn()?, it.alarm_name()?);
    let each = |arns: &[String]| arns.iter().map(|it| Ref::from(it.as_str())).collect();
    let periods = count(it.evaluation_periods());
    let queries = it.metrics().iter();
    let state = State::Alarm(observed::Alarm {
        description: owned(it.alarm_description()),
        figures: match it.metrics() {
            // It looks at one figure, which has no name then.
            [] => [(String::new(), single(it, arn))].into(),
            queries => queries.iter().filter_map(|it| figure(it, arn)).collect(),
        },
        expression: queries
            .filter_map(MetricDataQuery::expression)
            .map(str::to_owned)
            .reduce(|all, next| format!("{all}; {next}")),
        bounds: Bounds {
            comparison: owned(it.comparison_operator().map(|it| it.as_str())),
            threshold: it.threshold().unwrap_or_default(),
            periods,
            datapoints: it
                .datapoints_to_alarm()
                .map_or(periods, |it| count(Some(it))),
            missing: it.treat_missing_data().unwrap_or("missing").to_owned(),
        },
        is_enabled: it.actions_enabled().unwrap_or(true),
        begins: each(it.alarm_actions()),
        ends: each(it.ok_actions()),
    });
    Some(Found::whole(arn, Some(name), tags, state))
}

fn figure(it: &MetricDataQuery, alarm: &str) -> Option<(String, observed::Figure)> {
    let stat = it.metric_stat()?;
    let metric = stat.metric();
    let figure = observed::Figure {
        namespace: owned(metric.and_then(|it| it.namespace())),
        metric: owned(metric.and_then(|it| it.metric_name())),
        statistic: owned(stat.stat()),
        period: count(stat.period()),
        of: about(metric.map(|it| it.dimensions()).unwrap_or_default(), alarm),
    };
    Some((owned(it.id()), figure))
}

fn single(it: &MetricAlarm, alarm: &str) -> observed::Figure {
    let statistic = it.statistic().map(|it| it.as_str());
    observed::Figure {
        namespace: owned(it.namespace()),
        metric: owned(it.metric_name()),
        statistic: owned(statistic.or(it.extended_statistic())),
        period: count(it.period()),
        of: about(it.dimensions(), alarm),
    }
}

fn about(dimensions: &[Dimension], alarm: &str) -> BTreeMap<String, Ref> {
    let each = dimensions.iter().map(|it| {
        let name = owned(it.name());
        let to = dimension::id(&name, it.value().unwrap_or_default(), alarm);
        (name, Ref::from(to.as_str()))
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALARM: &str = "arn:aws:cloudwatch:eu-north-1:123456789012:alarm:ByHand";

    #[test]
    fn an_alarm_made_by_hand_of_one_figure_is_understood() {
        let of = Dimension::builder()
            .name("NatGatewayId")
            .value("nat-1")
            .build();
        let it = MetricAlarm::builder()
            .alarm_arn(ALARM)
            .alarm_name("ByHand")
            .namespace("AWS/NATGateway")
            .metric_name("ErrorPortAllocation")
            .extended_statistic("p99")
            .period(300)
            .dimensions(of)
            .evaluation_periods(4)
            .threshold(0.5)
            .build();
        let found = alarm(&it, Tags::default());
        let Some(State::Alarm(alarm)) = found.map(|it| it.state) else {
            panic!("no alarm");
        };
        let figure = alarm.figures.values().next().unwrap();
        assert_eq!((figure.statistic.as_str(), figure.period), ("p99", 300));
        assert_eq!(figure.of["NatGatewayId"], Ref::from("nat-1"));
        assert_eq!((alarm.bounds.periods, alarm.bounds.datapoints), (4, 4));
        assert_eq!(alarm.bounds.missing, "missing");
        assert!(alarm.is_enabled && alarm.expression.is_none());
    }

    #[test]
    fn who_was_asked_has_not_agreed() {
        let subscription = |protocol: &str, endpoint: &str, arn: &str| {
            let it = Subscription::builder().protocol(protocol);
            it.endpoint(endpoint).subscription_arn(arn).build()
        };
        let topic = mailing(&[
            subscription("email", "a@school.example", ASKED),
            subscription("email", "b@school.example", "arn:aws:sns:…:b"),
            subscription("sqs", "arn:aws:sqs:…", "arn:aws:sns:…:c"),
        ]);
        assert_eq!(topic.asked, ["a@school.example".to_owned()].into());
        assert_eq!(topic.emails, ["b@school.example".to_owned()].into());
    }
}
