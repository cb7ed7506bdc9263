//! What goes from the bucket by itself.

use std::collections::BTreeSet;

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus,
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, NoncurrentVersionExpiration,
};
use infra_model::topology;

use crate::apply::{Doing, Error};
use crate::ensure::bucket::settled;

pub(super) async fn set(
    doing: &Doing<'_>,
    bucket: &str,
    want: &BTreeSet<topology::LifecycleRule>,
) -> Result<(), Error> {
    let rules: Result<Vec<LifecycleRule>, BuildError> = want.iter().map(rule).collect();
    let lifecycle = rules
        .and_then(|rules| {
            BucketLifecycleConfiguration::builder()
                .set_rules(Some(rules))
                .build()
        })
        .map_err(|error| doing.missing(error.to_string()))?;
    settled(doing, async || {
        let call = doing.clients.s3.put_bucket_lifecycle_configuration();
        let answer = call
            .bucket(bucket)
            .lifecycle_configuration(lifecycle.clone())
            .send()
            .await;
        answer
            .map(drop)
            .map_err(doing.failed("s3:PutLifecycleConfiguration"))
    })
    .await
}

fn rule(want: &topology::LifecycleRule) -> Result<LifecycleRule, BuildError> {
    let topology::LifecycleRule {
        id,
        prefix,
        expire_after,
        noncurrent_after,
        expired_markers,
        abort_uploads_after,
    } = want;
    let days = |days: &u32| i32::try_from(*days).unwrap_or(i32::MAX);
    let expiration = (expire_after.is_some() || *expired_markers).then(|| {
        LifecycleExpiration::builder()
            .set_days(expire_after.as_ref().map(days))
            .set_expired_object_delete_marker(expired_markers.then_some(true))
            .build()
    });
    let noncurrent = noncurrent_after.as_ref().map(|after| {
        NoncurrentVersionExpiration::builder()
            .noncurrent_days(days(after))
            .build()
    });
    let abort = abort_uploads_after.as_ref().map(|after| {
        AbortIncompleteMultipartUpload::builder()
            .days_after_initiation(days(after))
            .build()
    });
    LifecycleRule::builder()
        .id(id)
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix(prefix).build())
        .set_expiration(expiration)
        .set_noncurrent_version_expiration(noncurrent)
        .set_abort_incomplete_multipart_upload(abort)
        .build()
}
