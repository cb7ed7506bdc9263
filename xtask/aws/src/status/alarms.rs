//! Which alarms ring.

use aws_sdk_cloudwatch::types::{MetricAlarm, StateValue};
use aws_smithy_types::DateTime;
use infra_model::id::{Id, Kind};
use infra_model::settings::Settings;
use infra_model::topology::Topology;

use super::{Alarm, Known};
use crate::clients::Clients;
use crate::failure::failed;

/// Those that there are; nobody is asked when the settings want none.
pub(super) async fn look(clients: &Clients, settings: &Settings) -> Option<Known<Vec<Alarm>>> {
    settings.alarms.as_ref()?;
    let names = Topology::empty(settings);
    let all = Id::all().filter(|id| id.kind() == Kind::Alarm);
    let all = all.map(|id| names.name(id)).collect();
    let request = clients.monitoring.describe_alarms();
    let answer = request.set_alarm_names(Some(all)).send().await;
    let answer = answer.map_err(failed("cloudwatch:DescribeAlarms", "alarms"));
    let alarms = answer.map(|it| Some(it.metric_alarms().iter().map(alarm).collect()));
    Some(Known::of(alarms, ""))
}

fn alarm(it: &MetricAlarm) -> Alarm {
    let since = it.state_transitioned_timestamp();
    Alarm {
        name: it.alarm_name().unwrap_or_default().to_owned(),
        rings: it.state_value() == Some(&StateValue::Alarm),
        since: since.or(it.state_updated_timestamp()).map(DateTime::secs),
        reason: it.state_reason().unwrap_or_default().to_owned(),
    }
}
