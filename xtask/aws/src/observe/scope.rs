//! What is looked for: what carries this stage's tags, and what has a name of the topology.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{Filter, TagDescription};
use infra_model::id::{Id, Kind};
use infra_model::settings::Settings;
use infra_model::tags::{self, Tags};
use infra_model::topology::Topology;

use crate::failure::{Failure, failed};

/// The names and tags of one stage.
pub(super) struct Scope {
    topology: Topology,
    /// The tags of all that is ours.
    tags: [(&'static str, String); 3],
    names: BTreeMap<Kind, BTreeSet<String>>,
}

impl Scope {
    pub(super) fn of(settings: &Settings) -> Self {
        let topology = Topology::empty(settings);
        let ours = topology.tags(Id::Vpc);
        let tag = |key| (key, ours.get(key).unwrap_or_default().to_owned());
        let mut names: BTreeMap<Kind, BTreeSet<String>> = BTreeMap::new();
        for id in Id::all() {
            let of_kind = names.entry(id.kind()).or_default();
            of_kind.insert(topology.name(id));
        }
        Self {
            tags: [tags::PROJECT_TAG, tags::STAGE, tags::MANAGED_BY_TAG].map(tag),
            topology,
            names,
        }
    }

    /// The names that resources of this kind have.
    pub(super) fn names(&self, kind: Kind) -> Vec<String> {
        self.names
            .get(&kind)
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }

    /// The name of one of them.
    pub(super) fn name(&self, id: Id) -> String {
        self.topology.name(id)
    }

    /// Whether it carries our tags, or has a name of the topology.
    pub(super) fn includes(&self, kind: Kind, name: Option<&str>, tags: &Tags) -> bool {
        let called = name.or_else(|| tags.get(tags::NAME));
        let is_named = called.is_some_and(|called| {
            let names = self.names.get(&kind);
            names.is_some_and(|names| names.contains(called))
        });
        is_named || tags.resource_in(&self.topology.settings().stage).is_some()
    }
}

/// A filter of EC2: one of these values.
pub(crate) fn filter<S: Into<String>>(name: &str, values: impl IntoIterator<Item = S>) -> Filter {
    let values = values.into_iter().map(Into::into).collect();
    Filter::builder()
        .name(name)
        .set_values(Some(values))
        .build()
}

/// The kinds of EC2 that are too many to read all, as `DescribeTags` calls them.
const MANY: [(&str, Kind); 7] = [
    ("subnet", Kind::Subnet),
    ("natgateway", Kind::NatGateway),
    ("route-table", Kind::RouteTable),
    ("vpc-endpoint", Kind::Endpoint),
    ("security-group", Kind::SecurityGroup),
    ("launch-template", Kind::LaunchTemplate),
    ("key-pair", Kind::KeyPair),
];

/// The ids of all of these that carry our tags or, as `Name`, a name of the topology.
///
/// EC2's filters all must hold, so names and tags would take two calls of each kind; this is one
/// for all, and most of what it names is described with its VPC.
pub(super) async fn marked(
    ec2: &aws_sdk_ec2::Client,
    scope: &Scope,
) -> Result<BTreeSet<String>, Failure> {
    let names: BTreeSet<String> = MANY
        .iter()
        .flat_map(|(_, kind)| scope.names(*kind))
        .collect();
    let ours = scope.tags.iter();
    let keys = ours.clone().map(|(key, _)| *key).chain([tags::NAME]);
    let values = ours.map(|(_, value)| value.clone()).chain(names.clone());
    let rows: Vec<TagDescription> = ec2
        .describe_tags()
        .filters(filter("resource-type", MANY.map(|(kind, _)| kind)))
        .filters(filter("key", keys))
        .filters(filter("value", values))
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await
        .map_err(failed("ec2:DescribeTags", "tags"))?;
    Ok(among(&rows, scope, &names))
}

fn among(rows: &[TagDescription], scope: &Scope, names: &BTreeSet<String>) -> BTreeSet<String> {
    let mut tagged: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for row in rows {
        if let (Some(id), Some(key), Some(value)) = (row.resource_id(), row.key(), row.value()) {
            tagged.entry(id).or_default().insert(key, value);
        }
    }
    let is_marked = |tags: &BTreeMap<&str, &str>| {
        let ours = scope.tags.iter();
        let is_ours = ours
            .into_iter()
            .all(|(key, value)| tags.get(key) == Some(&value.as_str()));
        is_ours
            || tags
                .get(tags::NAME)
                .is_some_and(|name| names.contains(*name))
    };
    tagged
        .into_iter()
        .filter(|(_, tags)| is_marked(tags))
        .map(|(id, _)| id.to_owned())
        .collect()
}

/// Tags of EC2.
pub(super) fn ec2_tags(tags: &[aws_sdk_ec2::types::Tag]) -> Tags {
    tags.iter()
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, key: &str, value: &str) -> TagDescription {
        TagDescription::builder()
            .resource_id(id)
            .key(key)
            .value(value)
            .build()
    }

    #[test]
    fn tags_of_this_stage_or_a_name_mark() {
        let scope = Scope::of(&Settings::published().unwrap());
        let ours = |id: &'static str, stage| {
            [
                row(id, "Project", "StudentAnalytics"),
                row(id, "Stage", stage),
                row(id, "ManagedBy", "student-analytics-xtask"),
            ]
        };
        let mut rows = [ours("subnet-ours", "prod"), ours("subnet-other", "staging")].concat();
        rows.push(row("subnet-named", "Name", "StudentAnalyticsPublic-a"));
        rows.push(row("subnet-company", "Stage", "prod"));
        rows.push(row("rtb-said", "Project", "StudentAnalyticsPublic-a"));
        let names = scope.names(Kind::Subnet).into_iter().collect();
        let marked: Vec<String> = among(&rows, &scope, &names).into_iter().collect();
        assert_eq!(marked, ["subnet-named", "subnet-ours"]);
    }

    #[test]
    fn a_fixed_name_counts_before_the_tag() {
        let scope = Scope::of(&Settings::published().unwrap());
        let tags = Tags::default().with("Name", "StudentAnalyticsLB");
        for (included, name) in [
            (true, None),
            (true, Some("StudentAnalyticsLB")),
            (false, Some("other")),
        ] {
            assert_eq!(
                scope.includes(Kind::LoadBalancer, name, &tags),
                included,
                "{name:?}"
            );
        }
    }
}
