//! The bucket, the releases and the sample in it.

use std::collections::BTreeMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Region;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::{
    BucketVersioningStatus, ChecksumMode, LifecycleRule, Object, PublicAccessBlockConfiguration,
    Tag,
};
use aws_smithy_types::{DateTime, base64};
use futures_util::future::try_join_all;
use infra_model::names::{LOCK, RELEASES, SAMPLE_DATA, release_key};
use infra_model::observed::{self, Found, Observed, State};
use infra_model::settings::Settings;
use infra_model::tags::Tags;
use infra_model::values::Sha256;

use crate::failure::{Failure, failed};
use crate::observe::{document, if_there, lifecycle, part, to};

/// The newest releases whose checksums are read beside that of the one in use: one of them may
/// have been uploaded by a deployment that was interrupted, or is returned to.
const READ_NEWEST: usize = 2;

/// What S3 says to who asks for a bucket.
enum Answer {
    Absent,
    SomeoneElses,
    /// It lies in another region, if S3 says in which.
    Elsewhere(Option<String>),
    Here(String),
}

/// Everything about a bucket but its region.
struct Attributes {
    tags: Vec<Tag>,
    public_access: Option<PublicAccessBlockConfiguration>,
    encryption: Option<String>,
    policy: Option<String>,
    versioning: bool,
    lifecycle: Vec<LifecycleRule>,
    releases: Vec<Object>,
    holds_content: bool,
    sample: Option<HeadObjectOutput>,
}

/// The bucket of this name, whoever has it, with its releases and the sample.
pub(super) async fn look(
    s3: &Client,
    bucket: &str,
    settings: &Settings,
) -> Result<Vec<Found>, Failure> {
    // The attributes do not wait for the answer, for most often it is the expected one.
    let (answer, attributes) = tokio::join!(head(s3, bucket, settings), attributes(s3, bucket));
    match answer? {
        Answer::Absent => Ok(Vec::new()),
        Answer::SomeoneElses => Ok(vec![someone_elses(bucket)]),
        Answer::Here(region) => Ok(found(bucket, region, &attributes?)),
        Answer::Elsewhere(region) => {
            let region = region.unwrap_or_default();
            let there = s3.config().to_builder().region(Region::new(region.clone()));
            let there = Client::from_conf(there.build());
            let attributes = self::attributes(&there, bucket).await?;
            Ok(found(bucket, region, &attributes))
        }
    }
}

async fn head(s3: &Client, bucket: &str, settings: &Settings) -> Result<Answer, Failure> {
    let error = match s3.head_bucket().bucket(bucket).send().await {
        Ok(answer) => {
            let region = answer.bucket_region().unwrap_or(settings.region.as_str());
            return Ok(Answer::Here(region.to_owned()));
        }
        Err(error) => error,
    };
    let region = match &error {
        SdkError::ServiceError(answer) => answer.raw().headers().get("x-amz-bucket-region"),
        _ => None,
    };
    let region = region.map(str::to_owned);
    let failure = failed("s3:HeadBucket", bucket)(error);
    match failure.code.as_str() {
        _ if failure.is_absent() => Ok(Answer::Absent),
        "403" | "AccessDenied" | "Forbidden" => Ok(Answer::SomeoneElses),
        "301" | "PermanentRedirect" => Ok(Answer::Elsewhere(region)),
        _ => Err(failure),
    }
}

async fn attributes(s3: &Client, bucket: &str) -> Result<Attributes, Failure> {
    let tags = async {
        let call = s3.get_bucket_tagging().bucket(bucket).send().await;
        if_there(call.map_err(failed("s3:GetBucketTagging", bucket)))
    };
    let public_access = async {
        let call = s3.get_public_access_block().bucket(bucket).send().await;
        if_there(call.map_err(failed("s3:GetBucketPublicAccessBlock", bucket)))
    };
    let encryption = async {
        let call = s3.get_bucket_encryption().bucket(bucket).send().await;
        if_there(call.map_err(failed("s3:GetEncryptionConfiguration", bucket)))
    };
    let policy = async {
        let call = s3.get_bucket_policy().bucket(bucket).send().await;
        if_there(call.map_err(failed("s3:GetBucketPolicy", bucket)))
    };
    let versioning = async {
        let call = s3.get_bucket_versioning().bucket(bucket).send().await;
        if_there(call.map_err(failed("s3:GetBucketVersioning", bucket)))
    };
    let lifecycle = async {
        let request = s3.get_bucket_lifecycle_configuration();
        let call = request.bucket(bucket).send().await;
        if_there(call.map_err(failed("s3:GetLifecycleConfiguration", bucket)))
    };
    let (tags, public_access, encryption, policy, versioning, lifecycle, files) = tokio::try_join!(
        tags,
        public_access,
        encryption,
        policy,
        versioning,
        lifecycle,
        async {
            tokio::try_join!(
                releases(s3, bucket),
                holds_content(s3, bucket),
                head_object(s3, bucket, SAMPLE_DATA),
            )
        },
    )?;
    let (releases, holds_content, sample) = files;
    let encryption = encryption.and_then(|it| it.server_side_encryption_configuration);
    let rules = encryption.into_iter().flat_map(|it| it.rules);
    let mut algorithms = rules.filter_map(|it| it.apply_server_side_encryption_by_default);
    let enabled = Some(BucketVersioningStatus::Enabled);
    Ok(Attributes {
        tags: tags.map(|it| it.tag_set).unwrap_or_default(),
        public_access: public_access.and_then(|it| it.public_access_block_configuration),
        encryption: algorithms
            .next()
            .map(|it| it.sse_algorithm.as_str().to_owned()),
        policy: policy.and_then(|it| it.policy),
        versioning: versioning.is_some_and(|it| it.status == enabled),
        lifecycle: lifecycle.and_then(|it| it.rules).unwrap_or_default(),
        releases,
        holds_content,
        sample,
    })
}

async fn releases(s3: &Client, bucket: &str) -> Result<Vec<Object>, Failure> {
    let request = s3.list_objects_v2().bucket(bucket).prefix(RELEASES);
    let pages = request.into_paginator().send().try_collect().await;
    let pages = if_there(pages.map_err(failed("s3:ListBucket", bucket)))?.unwrap_or_default();
    Ok(pages
        .into_iter()
        .flat_map(|page| page.contents.unwrap_or_default())
        .collect())
}

/// Whether there is any version, or marker, of anything but the lock.
///
/// Versions come in the order of their keys, so the first one tells, unless it is the lock's:
/// then all of those are passed over, a thousand at once.
async fn holds_content(s3: &Client, bucket: &str) -> Result<bool, Failure> {
    let mut request = s3.list_object_versions().bucket(bucket).max_keys(1);
    loop {
        let call = request.send().await;
        let Some(page) = if_there(call.map_err(failed("s3:ListBucketVersions", bucket)))? else {
            return Ok(false);
        };
        let versions = page.versions().iter().filter_map(|it| it.key());
        let markers = page.delete_markers().iter().filter_map(|it| it.key());
        if versions.chain(markers).any(|key| key != LOCK) {
            return Ok(true);
        }
        if page.is_truncated() != Some(true) || page.next_key_marker().is_none() {
            return Ok(false);
        }
        request = s3
            .list_object_versions()
            .bucket(bucket)
            .set_key_marker(page.next_key_marker)
            .set_version_id_marker(page.next_version_id_marker);
    }
}

async fn head_object(
    s3: &Client,
    bucket: &str,
    key: &str,
) -> Result<Option<HeadObjectOutput>, Failure> {
    let request = s3.head_object().bucket(bucket).key(key);
    let call = request.checksum_mode(ChecksumMode::Enabled).send().await;
    if_there(call.map_err(failed("s3:GetObject", key)))
}

/// Checksums by key: of the release in use, of the newest, and of one more.
pub(super) async fn checksums(
    s3: &Client,
    observed: &Observed,
    settings: &Settings,
    release: Option<&Sha256>,
) -> Result<BTreeMap<String, String>, Failure> {
    let in_use = observed.release_in_use(settings);
    let in_use = in_use.and_then(|release| Sha256::new(release).ok());
    let wanted: Vec<String> = in_use.iter().chain(release).map(release_key).collect();
    let mut releases: Vec<(u64, &str)> = observed
        .resources
        .iter()
        .filter_map(|found| match &found.state {
            State::Object(it) if it.key.starts_with(RELEASES) => Some((it.modified, &*it.key)),
            _ => None,
        })
        .collect();
    releases.sort_by(|a, b| b.cmp(a));
    let newest = releases.iter().take(READ_NEWEST);
    let used = releases.iter().skip(READ_NEWEST);
    let used = used.filter(|(_, key)| wanted.iter().any(|it| it == key));
    let bucket = settings.bucket_name();
    let read = newest.chain(used).map(async |(_, key)| {
        let answer = head_object(s3, &bucket, key).await?;
        Ok(answer.and_then(|it| Some(((*key).to_owned(), checksum(&it)?))))
    });
    Ok(try_join_all(read).await?.into_iter().flatten().collect())
}

/// Puts checksums at the objects that they are of.
pub(super) fn fill_in(observed: &mut Observed, mut checksums: BTreeMap<String, String>) {
    for found in &mut observed.resources {
        if let State::Object(object) = &mut found.state
            && let Some(checksum) = checksums.remove(&object.key)
        {
            object.sha256 = Some(checksum);
        }
    }
}

fn someone_elses(bucket: &str) -> Found {
    let state = State::Bucket(observed::Bucket {
        region: String::new(),
        is_someone_elses: true,
        blocks_public_access: false,
        encryption: None,
        policy: None,
        versioning: false,
        lifecycle: Default::default(),
        holds_content: false,
    });
    Found::whole(bucket, Some(bucket), Tags::default(), state)
}

fn found(bucket: &str, region: String, it: &Attributes) -> Vec<Found> {
    let tags = it
        .tags
        .iter()
        .map(|tag| (tag.key.clone(), tag.value.clone()));
    let state = State::Bucket(observed::Bucket {
        region,
        is_someone_elses: false,
        blocks_public_access: it.public_access.as_ref().is_some_and(blocks_all),
        encryption: it.encryption.clone(),
        policy: it.policy.as_deref().map(document),
        versioning: it.versioning,
        lifecycle: it.lifecycle.iter().filter_map(lifecycle::rule).collect(),
        holds_content: it.holds_content,
    });
    let whole = Found::whole(bucket, Some(bucket), tags.collect(), state);
    let releases = it.releases.iter().filter_map(|it| {
        let modified = it.last_modified();
        Some(object(bucket, it.key()?, modified, None))
    });
    let sample = it.sample.iter();
    let sample = sample.map(|it| object(bucket, SAMPLE_DATA, it.last_modified(), checksum(it)));
    [whole].into_iter().chain(releases).chain(sample).collect()
}

fn object(bucket: &str, key: &str, modified: Option<&DateTime>, sha256: Option<String>) -> Found {
    let seconds = modified.and_then(|at| u64::try_from(at.secs()).ok());
    part(State::Object(observed::Object {
        bucket: to(Some(bucket)),
        key: key.to_owned(),
        sha256,
        modified: seconds.unwrap_or_default(),
    }))
}

fn blocks_all(it: &PublicAccessBlockConfiguration) -> bool {
    let all = [
        it.block_public_acls,
        it.ignore_public_acls,
        it.block_public_policy,
        it.restrict_public_buckets,
    ];
    all.iter().all(|block| *block == Some(true))
}

/// In hexadecimal; none for what was uploaded without, or in pieces, which have one each.
fn checksum(it: &HeadObjectOutput) -> Option<String> {
    let bytes = base64::decode(it.checksum_sha256()?).ok()?;
    let hex = bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    (bytes.len() == 32).then_some(hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_checksum_of_the_whole_counts() {
        let head = |text: &str| HeadObjectOutput::builder().checksum_sha256(text).build();
        let of_nothing = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(checksum(&head(of_nothing)).as_deref(), Some(hex));
        assert_eq!(checksum(&head(&format!("{of_nothing}-2"))), None);
        assert_eq!(checksum(&head("AAAA")), None);
        assert_eq!(checksum(&HeadObjectOutput::builder().build()), None);
    }

    #[test]
    fn one_block_less_is_none() {
        let all = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true);
        assert!(!blocks_all(&all.clone().build()));
        assert!(blocks_all(&all.restrict_public_buckets(true).build()));
    }
}
