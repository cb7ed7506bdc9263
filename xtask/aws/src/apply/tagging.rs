//! Tags in each service's own type.

use aws_sdk_autoscaling::types as scaling;
use aws_sdk_cloudwatch::types as monitoring;
use aws_sdk_ec2::types as ec2;
use aws_sdk_elasticloadbalancingv2::types as balancing;
use aws_sdk_iam::types as iam;
use aws_sdk_s3::types as s3;
use aws_sdk_sns::types as sns;
use infra_model::tags::{MANAGED_BY_TAG, PROJECT_TAG, RESOURCE, STAGE, Tags};

/// Tags of what EC2 makes, within the call that makes it.
pub(crate) fn specification(of: ec2::ResourceType, tags: &Tags) -> ec2::TagSpecification {
    ec2::TagSpecification::builder()
        .resource_type(of)
        .set_tags(Some(to_ec2(tags)))
        .build()
}

pub(crate) fn to_ec2(tags: &Tags) -> Vec<ec2::Tag> {
    let each = |(key, value)| ec2::Tag::builder().key(key).value(value).build();
    tags.iter().map(each).collect()
}

pub(crate) fn to_balancing(tags: &Tags) -> Vec<balancing::Tag> {
    let each = |(key, value)| balancing::Tag::builder().key(key).value(value).build();
    tags.iter().map(each).collect()
}

pub(crate) fn to_iam(tags: &Tags) -> Vec<iam::Tag> {
    let each = |(key, value)| iam::Tag::builder().key(key).value(value).build().ok();
    tags.iter().filter_map(each).collect()
}

pub(crate) fn to_s3(tags: &Tags) -> Vec<s3::Tag> {
    let each = |(key, value)| s3::Tag::builder().key(key).value(value).build().ok();
    tags.iter().filter_map(each).collect()
}

pub(crate) fn to_sns(tags: &Tags) -> Vec<sns::Tag> {
    let each = |(key, value)| sns::Tag::builder().key(key).value(value).build().ok();
    tags.iter().filter_map(each).collect()
}

pub(crate) fn to_monitoring(tags: &Tags) -> Vec<monitoring::Tag> {
    let each = |(key, value)| monitoring::Tag::builder().key(key).value(value).build();
    tags.iter().map(each).collect()
}

/// Instances get their tags from the template, so the group's stay with the group.
pub(crate) fn to_scaling(tags: &Tags, group: &str) -> Vec<scaling::Tag> {
    let each = |(key, value)| {
        scaling::Tag::builder()
            .resource_id(group)
            .resource_type("auto-scaling-group")
            .propagate_at_launch(false)
            .key(key)
            .value(value)
            .build()
    };
    tags.iter().map(each).collect()
}

pub(crate) fn of_ec2(tags: &[ec2::Tag]) -> Tags {
    collect(tags.iter().map(|tag| (tag.key(), tag.value())))
}

pub(crate) fn of_balancing(tags: &[balancing::Tag]) -> Tags {
    collect(tags.iter().map(|tag| (tag.key(), tag.value())))
}

pub(crate) fn of_iam(tags: &[iam::Tag]) -> Tags {
    collect(tags.iter().map(|tag| (Some(tag.key()), Some(tag.value()))))
}

pub(crate) fn of_s3(tags: &[s3::Tag]) -> Tags {
    collect(tags.iter().map(|tag| (Some(tag.key()), Some(tag.value()))))
}

pub(crate) fn of_scaling(tags: &[scaling::TagDescription]) -> Tags {
    collect(tags.iter().map(|tag| (tag.key(), tag.value())))
}

pub(crate) fn of_sns(tags: &[sns::Tag]) -> Tags {
    collect(tags.iter().map(|tag| (Some(tag.key()), Some(tag.value()))))
}

pub(crate) fn of_monitoring(tags: &[monitoring::Tag]) -> Tags {
    collect(tags.iter().map(|tag| (tag.key(), tag.value())))
}

fn collect<'a>(tags: impl Iterator<Item = (Option<&'a str>, Option<&'a str>)>) -> Tags {
    tags.filter_map(|(key, value)| Some((key?.to_owned(), value.unwrap_or_default().to_owned())))
        .collect()
}

/// Only what carries all that makes a resource ours.
pub(crate) fn ours(tags: &Tags) -> Vec<ec2::Filter> {
    [PROJECT_TAG, STAGE, MANAGED_BY_TAG, RESOURCE]
        .into_iter()
        .filter_map(|key| Some(filter(&format!("tag:{key}"), tags.get(key)?)))
        .collect()
}

/// One filter of EC2's describing calls.
pub(crate) fn filter(name: &str, value: &str) -> ec2::Filter {
    ec2::Filter::builder().name(name).values(value).build()
}
