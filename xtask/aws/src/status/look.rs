//! The calls, and the one conversion of their answers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use aws_sdk_autoscaling::types::{self as scaling, AutoScalingGroup};
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use aws_sdk_ec2::types::LaunchTemplateVersion;
use aws_sdk_elasticloadbalancingv2::types::{LoadBalancer, TargetHealthDescription};
use aws_smithy_types::DateTime;
use infra_model::id::Id;
use infra_model::names::{SAMPLE_DATA, release_key};
use infra_model::settings::Settings;
use infra_model::tags;
use infra_model::topology::Topology;
use infra_model::values::Sha256;

use super::{Activity, Cpu, Dataset, Fleet, Instance, Known, Refresh, Release, Status, alarms};
use crate::clients::Clients;
use crate::failure::{Failure, failed};
use crate::release::COMMIT;

/// How many activities are read: enough to find when each instance was launched.
const READ: i32 = 100;
/// How many of them are shown.
const SHOWN: usize = 5;
/// The seconds that CloudWatch's free figures of instances are the average of.
const PERIOD: i32 = 300;
/// How far back a figure may lie: they arrive late.
const WINDOW: Duration = Duration::from_secs(20 * 60);

const NOTHING: &str = "nothing is deployed";

/// How the deployment is now. An error is one that leaves nothing to say.
pub(crate) async fn look(clients: &Clients, settings: &Settings) -> Result<Status, Failure> {
    let names = Topology::empty(settings);
    let name = |id| names.name(id);
    let (group, balancer, targets) = (
        name(Id::AutoScalingGroup),
        name(Id::LoadBalancer),
        name(Id::TargetGroup),
    );
    let (found, balancer, healths, dataset, alarms) = tokio::join!(
        self::group(clients, &group),
        self::balancer(clients, &balancer),
        healths(clients, &targets),
        head(clients, settings, SAMPLE_DATA),
        alarms::look(clients, settings),
    );
    let (url, at) = (
        url(clients, balancer).await,
        DateTime::from(SystemTime::now()),
    );
    let mut status = Status {
        stage: settings.stage.to_string(),
        region: settings.region.to_string(),
        at: at.secs(),
        url,
        fleet: None,
        release: Known::unknown(NOTHING),
        refresh: Known::unknown(NOTHING),
        activities: Known::unknown(NOTHING),
        cpu: Known::unknown(NOTHING),
        dataset: Known::of(
            dataset.map(|it| it.map(|it| it.dataset())),
            "there is no table in the bucket",
        ),
        alarms,
    };
    let Some(found) = found? else {
        return Ok(status);
    };
    let (activities, refresh, cpu, versions) = tokio::join!(
        activities(clients, &group),
        refresh(clients, &group),
        cpu(clients, &group, at),
        releases(clients, &found),
    );
    let versions = versions.map_err(|failure| failure.to_string());
    let release = match template(&found).map(|(_, version)| release_of(&versions, version)) {
        Some(Known::Is(sha256)) => Known::Is(release(clients, settings, sha256).await),
        Some(Known::Unknown { unknown }) => Known::Unknown { unknown },
        None => Known::unknown("the group has no launch template"),
    };
    let healths = healths.map_err(|failure| failure.to_string());
    let launched = activities.as_deref().unwrap_or_default();
    let mut instances: Vec<Instance> = found
        .instances()
        .iter()
        .map(|it| instance(it, &healths, launched, &versions))
        .collect();
    instances.sort_by(|a, b| (&a.zone, &a.id).cmp(&(&b.zone, &b.id)));
    status.fleet = Some(Fleet {
        group,
        min: found.min_size().unwrap_or_default(),
        desired: found.desired_capacity().unwrap_or_default(),
        max: found.max_size().unwrap_or_default(),
        instances,
    });
    status.release = release;
    status.refresh = Known::of(refresh.map(Some), "");
    let newest = |all: Vec<scaling::Activity>| all.iter().take(SHOWN).map(activity).collect();
    status.activities = Known::of(activities.map(|all| Some(newest(all))), "");
    status.cpu = Known::of(cpu, "CloudWatch has no figure of the last 20 minutes");
    Ok(status)
}

async fn group(clients: &Clients, name: &str) -> Result<Option<AutoScalingGroup>, Failure> {
    let request = clients.scaling.describe_auto_scaling_groups();
    let answer = request.auto_scaling_group_names(name).send().await;
    let answer = answer.map_err(failed("autoscaling:DescribeAutoScalingGroups", name))?;
    Ok(answer.auto_scaling_groups().first().cloned())
}

async fn balancer(clients: &Clients, name: &str) -> Result<Option<LoadBalancer>, Failure> {
    let request = clients.balancing.describe_load_balancers();
    let answer = request.names(name).send().await;
    let answer = answer.map_err(failed("elasticloadbalancing:DescribeLoadBalancers", name));
    let found = absent_is_none(answer)?;
    Ok(found.and_then(|it| it.load_balancers().first().cloned()))
}

fn absent_is_none<T>(answer: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(it) => Ok(Some(it)),
        Err(failure) if failure.is_absent() => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The load balancer's address, with HTTPS where it listens for it.
async fn url(clients: &Clients, balancer: Result<Option<LoadBalancer>, Failure>) -> Known<String> {
    let balancer = match balancer {
        Ok(Some(balancer)) => balancer,
        other => return Known::of(other.map(|_| None), "there is no load balancer"),
    };
    let (Some(arn), Some(name)) = (balancer.load_balancer_arn(), balancer.dns_name()) else {
        return Known::unknown("AWS gives the load balancer no address yet");
    };
    let request = clients.balancing.describe_listeners();
    let answer = request.load_balancer_arn(arn).send().await;
    match answer.map_err(failed("elasticloadbalancing:DescribeListeners", name)) {
        Ok(answer) => {
            let is_secure = answer.listeners().iter().any(|it| it.port() == Some(443));
            let scheme = if is_secure { "https" } else { "http" };
            Known::Is(format!("{scheme}://{name}/"))
        }
        Err(failure) => Known::unknown(failure.to_string()),
    }
}

/// The targets' health by instance.
async fn healths(
    clients: &Clients,
    targets: &str,
) -> Result<BTreeMap<String, TargetHealthDescription>, Failure> {
    let request = clients.balancing.describe_target_groups();
    let answer = request.names(targets).send().await;
    let answer = answer.map_err(failed("elasticloadbalancing:DescribeTargetGroups", targets));
    let groups = absent_is_none(answer)?;
    let group = groups.and_then(|it| it.target_groups().first().cloned());
    let Some(arn) = group.and_then(|it| it.target_group_arn) else {
        return Ok(BTreeMap::new());
    };
    let request = clients.balancing.describe_target_health();
    let answer = request.target_group_arn(arn).send().await;
    let answer = answer.map_err(failed("elasticloadbalancing:DescribeTargetHealth", targets))?;
    let all = answer.target_health_descriptions.unwrap_or_default();
    let by_id = |it: TargetHealthDescription| Some((it.target()?.id()?.to_owned(), it));
    Ok(all.into_iter().filter_map(by_id).collect())
}

async fn activities(clients: &Clients, group: &str) -> Result<Vec<scaling::Activity>, Failure> {
    let request = clients.scaling.describe_scaling_activities();
    let request = request.auto_scaling_group_name(group).max_records(READ);
    let answer = request.send().await;
    let answer = answer.map_err(failed("autoscaling:DescribeScalingActivities", group))?;
    let mut all = answer.activities.unwrap_or_default();
    all.sort_by_key(|it| std::cmp::Reverse(it.start_time().map(DateTime::secs)));
    Ok(all)
}

fn activity(it: &scaling::Activity) -> Activity {
    let status = it.status_code().map(|it| it.as_str()).unwrap_or_default();
    let status = match it.status_message() {
        Some(message) => format!("{status}: {message}"),
        None => status.to_owned(),
    };
    Activity {
        began: it.start_time().map(DateTime::secs),
        ended: it.end_time().map(DateTime::secs),
        status,
        what: it.description().unwrap_or_default().to_owned(),
        cause: it.cause().unwrap_or_default().to_owned(),
    }
}

async fn refresh(clients: &Clients, group: &str) -> Result<Option<Refresh>, Failure> {
    let request = clients.scaling.describe_instance_refreshes();
    let answer = request.auto_scaling_group_name(group).send().await;
    let answer = answer.map_err(failed("autoscaling:DescribeInstanceRefreshes", group))?;
    let newest = answer
        .instance_refreshes()
        .iter()
        .max_by_key(|it| it.start_time().map(DateTime::secs));
    Ok(newest.map(|it| Refresh {
        status: it
            .status()
            .map_or_else(String::new, |it| it.as_str().to_owned()),
        percent: it.percentage_complete().unwrap_or_default(),
        reason: it.status_reason().map(str::to_owned),
        began: it.start_time().map(DateTime::secs),
    }))
}

async fn cpu(clients: &Clients, group: &str, at: DateTime) -> Result<Option<Cpu>, Failure> {
    let of_group = Dimension::builder()
        .name("AutoScalingGroupName")
        .value(group)
        .build();
    let metric = Metric::builder()
        .namespace("AWS/EC2")
        .metric_name("CPUUtilization")
        .dimensions(of_group)
        .build();
    let average = MetricStat::builder()
        .metric(metric)
        .period(PERIOD)
        .stat("Average")
        .build();
    let query = MetricDataQuery::builder()
        .id("cpu")
        .metric_stat(average)
        .build();
    let from = at.secs() - i64::try_from(WINDOW.as_secs()).unwrap_or_default();
    let answer = clients
        .monitoring
        .get_metric_data()
        .metric_data_queries(query)
        .start_time(DateTime::from_secs(from))
        .end_time(at)
        .send()
        .await
        .map_err(failed("cloudwatch:GetMetricData", group))?;
    let results = answer.metric_data_results().iter();
    let figures = results.flat_map(|it| it.timestamps().iter().zip(it.values()));
    let newest = figures.max_by_key(|(from, _)| from.secs());
    Ok(newest.map(|(from, percent)| Cpu {
        percent: *percent,
        from: from.secs(),
    }))
}

fn template(group: &AutoScalingGroup) -> Option<(&str, &str)> {
    let it = group.launch_template()?;
    Some((it.launch_template_id()?, it.version()?))
}

/// The releases that the template's versions name which are in use.
async fn releases(
    clients: &Clients,
    group: &AutoScalingGroup,
) -> Result<BTreeMap<String, String>, Failure> {
    let Some((id, version)) = template(group) else {
        return Ok(BTreeMap::new());
    };
    let instances = group.instances().iter();
    let running = instances.filter_map(|it| it.launch_template()?.version());
    let versions: BTreeSet<&str> = running.chain([version]).collect();
    let request = clients.ec2.describe_launch_template_versions();
    let request = request.launch_template_id(id);
    let request = request.set_versions(Some(versions.into_iter().map(str::to_owned).collect()));
    let answer = request.send().await;
    let answer = answer.map_err(failed("ec2:DescribeLaunchTemplateVersions", id))?;
    let named = |it: &LaunchTemplateVersion| {
        let specifications = it.launch_template_data()?.tag_specifications().iter();
        let mut tags = specifications.flat_map(|it| it.tags());
        let release = tags.find(|tag| tag.key() == Some(tags::RELEASE))?.value()?;
        Some((it.version_number()?.to_string(), release.to_owned()))
    };
    Ok(answer
        .launch_template_versions()
        .iter()
        .filter_map(named)
        .collect())
}

fn release_of(versions: &Result<BTreeMap<String, String>, String>, version: &str) -> Known<String> {
    let named = versions.as_ref().map(|all| all.get(version).cloned());
    Known::of(
        named.map_err(String::as_str),
        "the version names no release",
    )
}

/// The release with what its object says.
async fn release(clients: &Clients, settings: &Settings, sha256: String) -> Release {
    let object = match Sha256::new(sha256.clone()) {
        Ok(sha256) => head(clients, settings, &release_key(&sha256))
            .await
            .map_err(|failure| failure.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let object = object.as_ref().map(Option::as_ref).map_err(String::as_str);
    let gone = "it is not in the bucket";
    Release {
        commit: match object {
            Ok(Some(object)) => match &object.commit {
                Some(commit) => Known::Is(commit.clone()),
                None => Known::unknown("whoever uploaded it did not say"),
            },
            other => Known::of(other.map(|_| None), gone),
        },
        uploaded: Known::of(object.map(|it| it.map(|it| it.written)), gone),
        sha256,
    }
}

/// What an object says of itself.
struct Head {
    key: String,
    written: i64,
    bytes: i64,
    commit: Option<String>,
}

impl Head {
    fn dataset(self) -> Dataset {
        let Self {
            key,
            written,
            bytes,
            commit: _,
        } = self;
        Dataset {
            key,
            written,
            bytes,
        }
    }
}

async fn head(clients: &Clients, settings: &Settings, key: &str) -> Result<Option<Head>, Failure> {
    let request = clients.s3.head_object().bucket(settings.bucket_name());
    let answer = request.key(key).send().await;
    let answer = absent_is_none(answer.map_err(failed("s3:GetObject", key)))?;
    Ok(answer.and_then(|it| {
        let commit = it.metadata().and_then(|all| all.get(COMMIT)).cloned();
        Some(Head {
            key: key.to_owned(),
            written: it.last_modified()?.secs(),
            bytes: it.content_length().unwrap_or_default(),
            commit,
        })
    }))
}

fn instance(
    it: &scaling::Instance,
    healths: &Result<BTreeMap<String, TargetHealthDescription>, String>,
    activities: &[scaling::Activity],
    versions: &Result<BTreeMap<String, String>, String>,
) -> Instance {
    let id = it.instance_id().unwrap_or_default();
    let version = it.launch_template().and_then(|it| it.version());
    let version = version.unwrap_or_default();
    let health = match healths {
        Ok(all) => match all.get(id) {
            Some(health) => health_of(health),
            None => "not a target".to_owned(),
        },
        Err(why) => format!("unknown: {why}"),
    };
    // The group takes an instance into service when its health check has succeeded.
    let launched = activities.iter().find(|activity| {
        let what = activity.description().unwrap_or_default();
        what.starts_with("Launching") && what.contains(id)
    });
    let since = match launched.and_then(|it| it.end_time()) {
        Some(end) if health == "healthy" => Known::Is(end.secs()),
        _ => Known::unknown("AWS does not say; --watch sees it change"),
    };
    Instance {
        zone: it.availability_zone().unwrap_or_default().to_owned(),
        id: id.to_owned(),
        lifecycle: it
            .lifecycle_state()
            .map_or_else(String::new, |it| it.as_str().to_owned()),
        health,
        since,
        version: version.to_owned(),
        release: release_of(versions, version),
    }
}

fn health_of(it: &TargetHealthDescription) -> String {
    let health = it.target_health();
    let state = health.and_then(|it| it.state());
    let state = state.map_or("unknown", |it| it.as_str());
    let why = health.and_then(|it| it.description().or(it.reason().map(|it| it.as_str())));
    match why {
        Some(why) => format!("{state}: {why}"),
        None => state.to_owned(),
    }
}
