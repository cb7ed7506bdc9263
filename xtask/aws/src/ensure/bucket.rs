//! The bucket and its settings.

use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration,
    PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, VersioningConfiguration,
};
use infra_model::observed::{AwsId, Bucket};
use infra_model::plan::{Attribute, Change};
use infra_model::settings::Settings;
use infra_model::tags::Tags;
use infra_model::values::{Region, Stage};

use crate::apply::{Doing, Error, changes, of_s3, to_s3};
use crate::clients::{Clients, once};
use crate::ensure::lifecycle;
use crate::failure::{Done, Failure, failed};
use crate::wait::{Pauses, SETTLED, Wait, said};

/// The only region whose name a new bucket must not give.
const FIRST_REGION: &str = "us-east-1";

pub(super) async fn create(doing: &Doing<'_>, want: &Bucket, tags: &Tags) -> Result<(), Error> {
    let (clients, name) = (doing.clients, doing.step.name.as_str());
    let at = Place {
        region: doing.region,
        stage: doing.stage,
        name,
    };
    ensure(clients, &doing.wait, &at, tags).await?;
    public_access(doing, want).await?;
    encryption(doing, want).await?;
    versioning(doing, want).await?;
    lifecycle::set(doing, name, &want.lifecycle).await?;
    policy(doing, want).await
}

struct Place<'a> {
    region: &'a Region,
    stage: &'a Stage,
    name: &'a str,
}

/// Makes the bucket with its tags, and nothing else: what comes before the plan that is applied,
/// because the deployment's lock lies in it. For when the plan would make it; one that is there
/// already must be ours.
pub async fn ensure_bucket(
    clients: &Clients,
    wait: &Wait<'_>,
    settings: &Settings,
    tags: &Tags,
) -> Result<(), Error> {
    let at = Place {
        region: &settings.region,
        stage: &settings.stage,
        name: &settings.bucket_name(),
    };
    ensure(clients, wait, &at, tags).await
}

async fn ensure(
    clients: &Clients,
    wait: &Wait<'_>,
    at: &Place<'_>,
    tags: &Tags,
) -> Result<(), Error> {
    let mut pauses = Pauses::within(&wait.pace, &SETTLED);
    loop {
        // In the first region, making one's own bucket again succeeds, whosever tags it has.
        match tags_of(clients, wait, at.name).await {
            Ok(Some(found))
                if found.resource_in(at.stage) == tags.get(infra_model::tags::RESOURCE) =>
            {
                return Ok(());
            }
            Ok(Some(_)) => return Err(not_ours(wait)),
            Ok(None) => {}
            // Someone else's is not ours to look at: making it tells.
            Err(failure) if failure.is(&["AccessDenied", "403"]) => {}
            Err(failure) => return Err(failure.into()),
        }
        let failure = match make(clients, wait, at, tags).await {
            Ok(()) => return visible(clients, wait, at).await,
            Err(failure) => failure,
        };
        if failure.is(&["BucketAlreadyExists"]) {
            return Err(someone_elses(wait));
        }
        // The last one of the name may still be going.
        let passes = failure.done == Done::Perhaps
            || failure.is_throttled()
            || failure.is(&["BucketAlreadyOwnedByYou", "OperationAborted"]);
        if !passes {
            return Err(failure.into());
        }
        if !pauses.pause().await {
            return Err(wait.too_long(&SETTLED, said(&failure)));
        }
    }
}

async fn make(
    clients: &Clients,
    wait: &Wait<'_>,
    at: &Place<'_>,
    tags: &Tags,
) -> Result<(), Failure> {
    let elsewhere = at.region.as_str() != FIRST_REGION;
    let configuration = CreateBucketConfiguration::builder()
        .set_location_constraint(
            elsewhere.then(|| BucketLocationConstraint::from(at.region.as_str())),
        )
        .set_tags(Some(to_s3(tags)))
        .build();
    let answer = clients
        .s3
        .create_bucket()
        .bucket(at.name)
        .create_bucket_configuration(configuration)
        .customize()
        .config_override(aws_sdk_s3::Config::builder().retry_config(once()))
        .send()
        .await;
    answer
        .map(drop)
        .map_err(failed("s3:CreateBucket", wait.resource))
}

async fn visible(clients: &Clients, wait: &Wait<'_>, at: &Place<'_>) -> Result<(), Error> {
    let look = async || match tags_of(clients, wait, at.name).await? {
        Some(_) => Ok(crate::wait::Seen::Ready(())),
        None => Ok(crate::wait::Seen::NotYet(
            crate::apply::NOT_VISIBLE.to_owned(),
        )),
    };
    wait.until(&crate::wait::VISIBLE, look).await
}

/// The tags of a bucket; nothing if there is none of the name.
async fn tags_of(clients: &Clients, wait: &Wait<'_>, name: &str) -> Result<Option<Tags>, Failure> {
    let answer = clients.s3.get_bucket_tagging().bucket(name).send().await;
    match answer.map_err(failed("s3:GetBucketTagging", wait.resource)) {
        Ok(answer) => Ok(Some(of_s3(answer.tag_set()))),
        Err(failure) if failure.is(&["NoSuchTagSet"]) => Ok(Some(Tags::default())),
        Err(failure) if failure.is_absent() => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn not_ours(wait: &Wait<'_>) -> Error {
    Error::Taken {
        resource: wait.resource.to_owned(),
        what: "your account has a bucket of this name without our tags".to_owned(),
        remedy: "choose another with --bucket, or take it over with --adopt",
    }
}

fn someone_elses(wait: &Wait<'_>) -> Error {
    Error::Taken {
        resource: wait.resource.to_owned(),
        what: "it belongs to another AWS account".to_owned(),
        remedy: "bucket names are global: choose another with --bucket",
    }
}

pub(super) async fn tag(doing: &Doing<'_>, bucket: &AwsId, changed: &Tags) -> Result<(), Error> {
    // S3 only takes all tags at once: others' stay as they are.
    let mut all = tags_of(doing.clients, &doing.wait, &bucket.0)
        .await?
        .unwrap_or_default();
    changed.iter().for_each(|(key, value)| all.set(key, value));
    let tagging = aws_sdk_s3::types::Tagging::builder()
        .set_tag_set(Some(to_s3(&all)))
        .build()
        .map_err(|error| doing.missing(error.to_string()))?;
    settled(doing, async || {
        let call = doing.clients.s3.put_bucket_tagging().bucket(&bucket.0);
        let answer = call.tagging(tagging.clone()).send().await;
        answer
            .map(drop)
            .map_err(doing.failed("s3:PutBucketTagging"))
    })
    .await
}

pub(super) async fn update(doing: &Doing<'_>, want: &Bucket, list: &[Change]) -> Result<(), Error> {
    if changes(list, &Attribute::PublicAccess) {
        public_access(doing, want).await?;
    }
    if changes(list, &Attribute::Encryption) {
        encryption(doing, want).await?;
    }
    if changes(list, &Attribute::Versioning) {
        versioning(doing, want).await?;
    }
    if changes(list, &Attribute::Lifecycle) {
        lifecycle::set(doing, &doing.step.name, &want.lifecycle).await?;
    }
    if changes(list, &Attribute::BucketPolicy) {
        policy(doing, want).await?;
    }
    Ok(())
}

/// S3 changes one thing of a bucket at a time, and a new one is not everywhere at once.
pub(super) async fn settled<T>(
    doing: &Doing<'_>,
    call: impl AsyncFnMut() -> Result<T, Failure>,
) -> Result<T, Error> {
    let passes = |failure: &Failure| failure.is(&["OperationAborted", "NoSuchBucket"]);
    doing
        .wait
        .persist(&crate::wait::VISIBLE, passes, call)
        .await
}

async fn public_access(doing: &Doing<'_>, want: &Bucket) -> Result<(), Error> {
    let on = want.blocks_public_access;
    let blocks = PublicAccessBlockConfiguration::builder()
        .block_public_acls(on)
        .ignore_public_acls(on)
        .block_public_policy(on)
        .restrict_public_buckets(on)
        .build();
    settled(doing, async || {
        let call = doing.clients.s3.put_public_access_block();
        let answer = call
            .bucket(&doing.step.name)
            .public_access_block_configuration(blocks.clone())
            .send()
            .await;
        answer
            .map(drop)
            .map_err(doing.failed("s3:PutBucketPublicAccessBlock"))
    })
    .await
}

async fn encryption(doing: &Doing<'_>, want: &Bucket) -> Result<(), Error> {
    let Some(algorithm) = &want.encryption else {
        return Err(doing.missing("S3 always encrypts: no algorithm is named".to_owned()));
    };
    let encryption = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::from(algorithm.as_str()))
        .build()
        .and_then(|by_default| {
            let rule = ServerSideEncryptionRule::builder()
                .apply_server_side_encryption_by_default(by_default)
                .build();
            ServerSideEncryptionConfiguration::builder()
                .rules(rule)
                .build()
        })
        .map_err(|error| doing.missing(error.to_string()))?;
    settled(doing, async || {
        let call = doing.clients.s3.put_bucket_encryption();
        let answer = call
            .bucket(&doing.step.name)
            .server_side_encryption_configuration(encryption.clone())
            .send()
            .await;
        answer
            .map(drop)
            .map_err(doing.failed("s3:PutEncryptionConfiguration"))
    })
    .await
}

async fn versioning(doing: &Doing<'_>, want: &Bucket) -> Result<(), Error> {
    let status = match want.versioning {
        true => BucketVersioningStatus::Enabled,
        false => BucketVersioningStatus::Suspended,
    };
    let versioning = VersioningConfiguration::builder().status(status).build();
    settled(doing, async || {
        let call = doing.clients.s3.put_bucket_versioning();
        let answer = call
            .bucket(&doing.step.name)
            .versioning_configuration(versioning.clone())
            .send()
            .await;
        answer
            .map(drop)
            .map_err(doing.failed("s3:PutBucketVersioning"))
    })
    .await
}

async fn policy(doing: &Doing<'_>, want: &Bucket) -> Result<(), Error> {
    let Some(policy) = &want.policy else {
        return Err(doing.missing("no policy is named".to_owned()));
    };
    settled(doing, async || {
        let call = doing
            .clients
            .s3
            .put_bucket_policy()
            .bucket(&doing.step.name);
        let answer = call.policy(policy.as_json().to_string()).send().await;
        answer.map(drop).map_err(doing.failed("s3:PutBucketPolicy"))
    })
    .await
}
