//! A bucket's lifecycle, as the model has it.

use aws_sdk_s3::types::{ExpirationStatus, LifecycleRule as Rule};
use infra_model::topology::LifecycleRule;

use crate::observe::{count, owned};

/// What a rule does that is switched on. What the model has no words for is told by the name, so
/// that such a rule differs from every rule of ours.
pub(super) fn rule(it: &Rule) -> Option<LifecycleRule> {
    if it.status() != &ExpirationStatus::Enabled {
        return None;
    }
    let filter = it.filter();
    let both = filter.and_then(|it| it.and());
    #[allow(deprecated, reason = "rules of before 2016 have it")]
    let prefix = filter
        .and_then(|it| it.prefix())
        .or_else(|| both.and_then(|it| it.prefix()))
        .or_else(|| it.prefix());
    let expiration = it.expiration();
    let noncurrent = it.noncurrent_version_expiration();
    let unfinished = it.abort_incomplete_multipart_upload();
    let is_narrower = both.is_some()
        || filter.is_some_and(|it| {
            it.tag().is_some()
                || it.object_size_greater_than().is_some()
                || it.object_size_less_than().is_some()
        });
    let does_more = !it.transitions().is_empty()
        || !it.noncurrent_version_transitions().is_empty()
        || expiration.is_some_and(|it| it.date().is_some())
        || noncurrent.is_some_and(|it| it.newer_noncurrent_versions().is_some());
    let days = |days: Option<i32>| days.map(|days| count(Some(days)));
    Some(LifecycleRule {
        id: match is_narrower || does_more {
            true => format!("{}, among other things", owned(it.id())),
            false => owned(it.id()),
        },
        prefix: owned(prefix),
        expire_after: days(expiration.and_then(|it| it.days())),
        noncurrent_after: days(noncurrent.and_then(|it| it.noncurrent_days())),
        expired_markers: expiration.and_then(|it| it.expired_object_delete_marker()) == Some(true),
        abort_uploads_after: days(unfinished.and_then(|it| it.days_after_initiation())),
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::types::{
        LifecycleExpiration, LifecycleRuleAndOperator, LifecycleRuleFilter,
        NoncurrentVersionExpiration,
    };

    use super::*;

    #[test]
    fn rules_that_do_more_or_are_off_differ() {
        let uploads = || LifecycleRuleFilter::builder().prefix("uploads/").build();
        let narrow = || {
            let and = LifecycleRuleAndOperator::builder()
                .prefix("uploads/")
                .build();
            LifecycleRuleFilter::builder().and(and).build()
        };
        let keeping = NoncurrentVersionExpiration::builder()
            .noncurrent_days(1)
            .newer_noncurrent_versions(3);
        let it = || {
            Rule::builder()
                .id("uploads")
                .expiration(LifecycleExpiration::builder().days(1).build())
                .status(ExpirationStatus::Enabled)
        };
        let read = |id: &str, noncurrent_after| LifecycleRule {
            id: id.to_owned(),
            prefix: "uploads/".to_owned(),
            expire_after: Some(1),
            noncurrent_after,
            expired_markers: false,
            abort_uploads_after: None,
        };
        let more = "uploads, among other things";
        #[allow(deprecated)]
        let old = it().prefix("uploads/");
        for (have, want) in [
            (it().filter(uploads()), Some(read("uploads", None))),
            (old, Some(read("uploads", None))),
            (it().filter(narrow()), Some(read(more, None))),
            (
                it().filter(uploads())
                    .noncurrent_version_expiration(keeping.build()),
                Some(read(more, Some(1))),
            ),
            (
                it().filter(uploads()).status(ExpirationStatus::Disabled),
                None,
            ),
        ] {
            assert_eq!(rule(&have.build().unwrap()), want);
        }
    }
}
