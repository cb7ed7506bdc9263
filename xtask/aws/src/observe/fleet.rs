//! The Auto Scaling group with its policies, and what its instances are made of.

use std::collections::BTreeSet;

use aws_sdk_autoscaling::types::{AutoScalingGroup, LaunchTemplateSpecification, ScalingPolicy};
use aws_sdk_ec2::types::{Filter, KeyPairInfo, LaunchTemplate, LaunchTemplateVersion};
use futures_util::future::try_join_all;
use infra_model::id::{Id, Kind};
use infra_model::observed::{self, Found, GroupLife, State, Status};
use infra_model::tags::Tags;

use crate::clients::Clients;
use crate::failure::{Failure, failed};
use crate::observe::network::{Inside, of_ids};
use crate::observe::scope::{Scope, filter};
use crate::observe::template::{key_pair, template};
use crate::observe::{count, if_there, owned, part, to, to_each, with_status};

/// What the fleet consists of.
pub(super) struct Fleet {
    /// All there are: the service has no filter for where they run.
    groups: Vec<AutoScalingGroup>,
    policies: Vec<ScalingPolicy>,
    templates: Vec<LaunchTemplate>,
    versions: Vec<LaunchTemplateVersion>,
    keys: Vec<KeyPairInfo>,
}

/// The first look.
pub(super) async fn named(clients: &Clients, scope: &Scope) -> Result<Fleet, Failure> {
    let groups = async {
        let pages = clients
            .scaling
            .describe_auto_scaling_groups()
            .into_paginator();
        let all = pages.items().send().try_collect().await;
        all.map_err(failed(
            "autoscaling:DescribeAutoScalingGroups",
            "Auto Scaling groups",
        ))
    };
    let template_names = filter("launch-template-name", scope.names(Kind::LaunchTemplate));
    let key_names = filter("key-name", scope.names(Kind::KeyPair));
    let (groups, templates, keys) = tokio::try_join!(
        groups,
        templates(&clients.ec2, template_names),
        keys(&clients.ec2, key_names),
    )?;
    Ok(Fleet {
        groups,
        policies: Vec::new(),
        templates,
        versions: Vec::new(),
        keys,
    })
}

impl Fleet {
    /// Policies and versions; templates and keys that have our tags and other names.
    pub(super) async fn look_closer(
        &mut self,
        clients: &Clients,
        scope: &Scope,
        marked: &BTreeSet<String>,
    ) -> Result<(), Failure> {
        let ours = self.groups.iter().filter(|it| includes(scope, it));
        let ours = ours.filter_map(AutoScalingGroup::auto_scaling_group_name);
        let known = self
            .templates
            .iter()
            .filter_map(LaunchTemplate::launch_template_id);
        let known = known.chain(self.keys.iter().filter_map(KeyPairInfo::key_pair_id));
        let known: BTreeSet<String> = known.map(str::to_owned).collect();
        let rest = marked.difference(&known).cloned().collect();
        let all: Vec<&String> = known
            .union(marked)
            .filter(|id| id.starts_with("lt-"))
            .collect();
        let (policies, versions, templates, keys) = tokio::try_join!(
            try_join_all(ours.map(|group| policies(&clients.scaling, group))),
            try_join_all(all.into_iter().map(|id| versions(&clients.ec2, id))),
            renamed(&clients.ec2, &rest),
            of_ids(&rest, "key-", "key-pair-id", |by| keys(&clients.ec2, by)),
        )?;
        self.policies = policies.into_iter().flatten().collect();
        self.versions = versions.into_iter().flatten().collect();
        self.templates.extend(templates);
        self.keys.extend(keys);
        Ok(())
    }

    /// All of it, and other groups in the VPCs looked into.
    pub(super) fn found(&self, scope: &Scope, inside: &Inside) -> Vec<Found> {
        let groups = self.groups.iter().filter(|it| {
            includes(scope, it) || subnets(it).any(|subnet| inside.has_subnet(subnet))
        });
        let templates = self.templates.iter();
        groups
            .filter_map(group)
            .chain(self.policies.iter().filter_map(policy))
            .chain(templates.filter_map(|it| template(it, &self.versions)))
            .chain(self.keys.iter().filter_map(key_pair))
            .collect()
    }
}

async fn policies(
    scaling: &aws_sdk_autoscaling::Client,
    group: &str,
) -> Result<Vec<ScalingPolicy>, Failure> {
    let pages = scaling.describe_policies().auto_scaling_group_name(group);
    let all = pages.into_paginator().items().send().try_collect().await;
    match all.map_err(failed("autoscaling:DescribePolicies", group)) {
        // The service's way to say that the group has gone meanwhile.
        Err(failure) if failure.is(&["ValidationError"]) => Ok(Vec::new()),
        answer => answer,
    }
}

/// Templates with these ids and none of our names. AWS has no filter for a template's id, and to
/// ask for one that has just gone is an error, so they are asked for by the part that they are.
async fn renamed(
    ec2: &aws_sdk_ec2::Client,
    ids: &BTreeSet<String>,
) -> Result<Vec<LaunchTemplate>, Failure> {
    if !ids.iter().any(|id| id.starts_with("lt-")) {
        return Ok(Vec::new());
    }
    let by = filter("tag:Resource", [Id::LaunchTemplate.to_string()]);
    let mut found = templates(ec2, by).await?;
    found.retain(|it| it.launch_template_id().is_some_and(|id| ids.contains(id)));
    Ok(found)
}

async fn templates(ec2: &aws_sdk_ec2::Client, by: Filter) -> Result<Vec<LaunchTemplate>, Failure> {
    let pages = ec2
        .describe_launch_templates()
        .filters(by)
        .into_paginator()
        .items();
    let all = pages.send().try_collect().await;
    all.map_err(failed("ec2:DescribeLaunchTemplates", "launch templates"))
}

async fn versions(
    ec2: &aws_sdk_ec2::Client,
    template: &str,
) -> Result<Vec<LaunchTemplateVersion>, Failure> {
    let request = ec2
        .describe_launch_template_versions()
        .launch_template_id(template);
    let all = request.into_paginator().items().send().try_collect().await;
    let all = all.map_err(failed("ec2:DescribeLaunchTemplateVersions", template));
    Ok(if_there(all)?.unwrap_or_default())
}

async fn keys(ec2: &aws_sdk_ec2::Client, by: Filter) -> Result<Vec<KeyPairInfo>, Failure> {
    let request = ec2
        .describe_key_pairs()
        .include_public_key(true)
        .filters(by);
    let answer = request.send().await;
    let answer = answer.map_err(failed("ec2:DescribeKeyPairs", "key pairs"))?;
    Ok(answer.key_pairs.unwrap_or_default())
}

fn includes(scope: &Scope, it: &AutoScalingGroup) -> bool {
    scope.includes(
        Kind::AutoScalingGroup,
        it.auto_scaling_group_name(),
        &tags(it),
    )
}

fn tags(it: &AutoScalingGroup) -> Tags {
    let tags = it.tags().iter();
    tags.map(|tag| (owned(tag.key()), owned(tag.value())))
        .collect()
}

fn subnets(it: &AutoScalingGroup) -> impl Iterator<Item = &str> {
    let list = it.vpc_zone_identifier().unwrap_or_default();
    list.split(',').map(str::trim).filter(|id| !id.is_empty())
}

/// The template; also the one that a group of several instance types has.
fn specification(it: &AutoScalingGroup) -> Option<&LaunchTemplateSpecification> {
    let mixed = || {
        let policy = it.mixed_instances_policy()?.launch_template()?;
        policy.launch_template_specification()
    };
    it.launch_template().or_else(mixed)
}

fn group(it: &AutoScalingGroup) -> Option<Found> {
    // It says so only while it is going.
    let status = it.status().map_or(Status::Ready, |_| Status::Deleting);
    let name = it.auto_scaling_group_name()?;
    let template = specification(it);
    let configuration = || it.launch_configuration_name();
    let template_id = template.and_then(|it| it.launch_template_id());
    let version = template.map(|it| it.version().unwrap_or("$Default"));
    let running = it.instances().iter().filter_map(|it| {
        let version = it.launch_template()?.version()?;
        version.parse().ok()
    });
    let state = State::AutoScalingGroup(observed::AutoScalingGroup {
        min: count(it.min_size()),
        max: count(it.max_size()),
        subnets: subnets(it).map(|id| to(Some(id))).collect(),
        targets: to_each(it.target_group_arns()),
        template: to(template_id.or_else(configuration)),
        template_version: owned(version),
        health_check: owned(it.health_check_type()),
        grace: count(it.health_check_grace_period()),
        life: GroupLife {
            desired: count(it.desired_capacity()),
            running_versions: running.collect(),
            refresh: None,
        },
    });
    Some(with_status(
        status,
        Found::whole(name, Some(name), tags(it), state),
    ))
}

fn policy(it: &ScalingPolicy) -> Option<Found> {
    let tracking = it.target_tracking_configuration();
    let metric = tracking.and_then(|it| it.predefined_metric_specification());
    let metric = metric.and_then(|it| it.predefined_metric_type());
    Some(part(State::ScalingPolicy(observed::ScalingPolicy {
        group: to(Some(it.auto_scaling_group_name()?)),
        name: it.policy_name()?.to_owned(),
        policy_type: owned(it.policy_type()),
        metric: metric.map(|it| it.as_str().to_owned()),
        target: tracking.and_then(|it| it.target_value()),
        warm_up: it.estimated_instance_warmup().map(|it| count(Some(it))),
    })))
}

#[cfg(test)]
mod tests {
    use aws_sdk_autoscaling::types::{Instance, LifecycleState};

    use super::*;

    #[test]
    fn a_group_knows_what_its_instances_run() {
        let template = |version: &str| {
            LaunchTemplateSpecification::builder()
                .launch_template_id("lt-1")
                .version(version)
                .build()
        };
        let instance = |version: &str| {
            Instance::builder()
                .lifecycle_state(LifecycleState::InService)
                .launch_template(template(version))
                .build()
        };
        let it = AutoScalingGroup::builder()
            .auto_scaling_group_name("StudentAnalyticsASG")
            .launch_template(template("2"))
            .vpc_zone_identifier("subnet-1, subnet-2")
            .desired_capacity(3)
            .instances(instance("1"))
            .instances(instance("2"))
            .instances(instance("2"))
            .status("Delete in progress");
        let found = group(&it.build()).unwrap();
        assert_eq!(found.status, Status::Deleting);
        let State::AutoScalingGroup(group) = found.state else {
            panic!("a group became {:?}", found.state);
        };
        assert_eq!(group.subnets, ["subnet-1".into(), "subnet-2".into()].into());
        assert_eq!(
            (group.template, group.template_version),
            ("lt-1".into(), "2".to_owned())
        );
        assert_eq!(
            (group.life.desired, group.life.running_versions),
            (3, [1, 2].into())
        );
    }
}
