//! Deleting the bucket, with all that it holds or only with the lock.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use infra_model::names::LOCK;
use infra_model::observed::AwsId;

use crate::apply::{Doing, Error, gone};
use crate::failure::{Done, Failure};
use crate::wait::SETTLED;

/// How many objects one call deletes.
const MOST: usize = 1000;

pub(super) async fn delete(doing: &Doing<'_>, bucket: &AwsId, purge: bool) -> Result<(), Error> {
    let bucket = bucket.0.as_str();
    let call = async || {
        match empty(doing, bucket, purge).await {
            Err(failure) if failure.is_absent() => return Ok(()),
            other => other?,
        }
        let answer = doing.clients.s3.delete_bucket().bucket(bucket).send().await;
        gone(answer.map(drop).map_err(doing.failed("s3:DeleteBucket")))
    };
    // Someone wrote meanwhile (the lock is renewed), or S3 has not noticed yet that it is empty.
    let passes = |failure: &Failure| failure.is(&["OperationAborted", "BucketNotEmpty"]);
    doing.wait.persist(&SETTLED, passes, call).await
}

/// Takes all versions away, or only those of the lock; the lock's last, for it says that someone
/// is at work.
async fn empty(doing: &Doing<'_>, bucket: &str, purge: bool) -> Result<(), Failure> {
    if purge {
        uploads(doing, bucket).await?;
        let (locks, content): (Vec<_>, Vec<_>) = versions(doing, bucket, None)
            .await?
            .into_iter()
            .partition(|version| version.key() == LOCK);
        remove(doing, bucket, content).await?;
        return remove(doing, bucket, locks).await;
    }
    let locks = versions(doing, bucket, Some(LOCK)).await?;
    let locks = locks.into_iter().filter(|version| version.key() == LOCK);
    remove(doing, bucket, locks.collect()).await
}

/// All versions and delete markers, page by page.
async fn versions(
    doing: &Doing<'_>,
    bucket: &str,
    prefix: Option<&str>,
) -> Result<Vec<ObjectIdentifier>, Failure> {
    let mut found = Vec::new();
    let (mut key, mut version) = (None, None);
    loop {
        let call = doing.clients.s3.list_object_versions().bucket(bucket);
        let page = call
            .set_prefix(prefix.map(str::to_owned))
            .set_key_marker(key)
            .set_version_id_marker(version)
            .send()
            .await
            .map_err(doing.failed("s3:ListBucketVersions"))?;
        let versions = page.versions().iter().map(|it| (it.key(), it.version_id()));
        let markers = page
            .delete_markers()
            .iter()
            .map(|it| (it.key(), it.version_id()));
        found.extend(versions.chain(markers).filter_map(|(key, version)| {
            let it = ObjectIdentifier::builder().key(key?);
            it.set_version_id(version.map(str::to_owned)).build().ok()
        }));
        if !page.is_truncated().unwrap_or(false) {
            return Ok(found);
        }
        (key, version) = (page.next_key_marker, page.next_version_id_marker);
    }
}

async fn remove(
    doing: &Doing<'_>,
    bucket: &str,
    versions: Vec<ObjectIdentifier>,
) -> Result<(), Failure> {
    let call = "s3:DeleteObjectVersion";
    for some in versions.chunks(MOST) {
        let delete = Delete::builder()
            .set_objects(Some(some.to_vec()))
            .quiet(true);
        let Ok(delete) = delete.build() else { continue };
        let it = doing.clients.s3.delete_objects().bucket(bucket);
        let answer = it.delete(delete).send().await.map_err(doing.failed(call))?;
        // The call succeeds even when S3 refuses some.
        if let Some(error) = answer.errors().first() {
            return Err(Failure {
                code: error.code().unwrap_or_default().to_owned(),
                message: format!(
                    "{}: {}",
                    error.key().unwrap_or_default(),
                    error.message().unwrap_or("no further words")
                ),
                done: Done::No,
                ..doing.incomplete(call)
            });
        }
    }
    Ok(())
}

/// Ends uploads in parts that nobody finished.
async fn uploads(doing: &Doing<'_>, bucket: &str) -> Result<(), Failure> {
    let s3 = &doing.clients.s3;
    loop {
        let page = s3.list_multipart_uploads().bucket(bucket).send().await;
        let page = page.map_err(doing.failed("s3:ListBucketMultipartUploads"))?;
        for upload in page.uploads() {
            let call = s3.abort_multipart_upload().bucket(bucket);
            let answer = call
                .set_key(upload.key.clone())
                .set_upload_id(upload.upload_id.clone())
                .send()
                .await;
            gone(
                answer
                    .map(drop)
                    .map_err(doing.failed("s3:AbortMultipartUpload")),
            )?;
        }
        // The first page again: what was on it is gone.
        if !page.is_truncated().unwrap_or(false) || page.uploads().is_empty() {
            return Ok(());
        }
    }
}
