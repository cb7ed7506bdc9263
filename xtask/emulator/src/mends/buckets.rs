//! Buckets: tags in the create call, and policies, which moto enforces without their conditions.

use std::collections::HashMap;

use anyhow::Result;
use hyper::body::Bytes;
use hyper::{Method, StatusCode};

use super::{Question, Scene};
use crate::protocol::{Answer, Element};

/// The policies of all buckets.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    policies: HashMap<String, Bytes>,
}

/// PutBucketPolicy.
pub(crate) async fn put_policy(
    scene: &mut Scene<'_>,
    question: &Question,
) -> Result<Option<Answer>> {
    if !exists(scene, question).await? {
        return Ok(Some(no_bucket(question)));
    }
    let policy: Result<serde_json::Value, _> = serde_json::from_slice(&question.body);
    if !policy.is_ok_and(|policy| policy.get("Statement").is_some()) {
        let message = "Policies must be valid JSON with a Statement";
        return Ok(Some(question.refuse("MalformedPolicy", message)));
    }
    let policies = &mut scene.mended.buckets.policies;
    policies.insert(question.bucket.clone(), question.body.clone());
    Ok(Some(Answer::empty(StatusCode::NO_CONTENT)))
}

/// GetBucketPolicy.
pub(crate) async fn get_policy(
    scene: &mut Scene<'_>,
    question: &Question,
) -> Result<Option<Answer>> {
    if !exists(scene, question).await? {
        return Ok(Some(no_bucket(question)));
    }
    let policy = scene.mended.buckets.policies.get(&question.bucket);
    Ok(Some(match policy {
        Some(policy) => Answer::new(StatusCode::OK, "application/json", policy.clone()),
        None => {
            let message = "The bucket policy does not exist";
            let status = StatusCode::NOT_FOUND;
            Answer::error(question.service, status, "NoSuchBucketPolicy", message)
        }
    }))
}

/// DeleteBucketPolicy.
pub(crate) async fn delete_policy(
    scene: &mut Scene<'_>,
    question: &Question,
) -> Result<Option<Answer>> {
    if !exists(scene, question).await? {
        return Ok(Some(no_bucket(question)));
    }
    scene.mended.buckets.policies.remove(&question.bucket);
    Ok(Some(Answer::empty(StatusCode::NO_CONTENT)))
}

/// Gives a new bucket the tags of its create call.
pub(crate) async fn after_create(
    scene: &mut Scene<'_>,
    question: &Question,
    answer: &Answer,
) -> Result<()> {
    if !answer.status.is_success() || question.body.is_empty() {
        return Ok(());
    }
    let wanted = Element::parse(&question.body)?;
    let tags: Vec<Element> = wanted.all("Tags/Tag").into_iter().cloned().collect();
    if tags.is_empty() {
        return Ok(());
    }
    let tagging = Element::tree("Tagging", vec![Element::tree("TagSet", tags)]);
    let path = format!("/{}?tagging", question.bucket);
    let region = &question.region;
    let status = scene
        .moto
        .ask_s3(region, Method::PUT, &path, tagging.document())
        .await?;
    anyhow::ensure!(
        status.is_success(),
        "moto refused the tags of a bucket: {status}"
    );
    Ok(())
}

/// Forgets a deleted bucket's policy.
pub(crate) fn after_delete(scene: &mut Scene<'_>, question: &Question, answer: &Answer) {
    if answer.status.is_success() {
        scene.mended.buckets.policies.remove(&question.bucket);
    }
}

/// Calls the document what S3 calls it: strict clients refuse moto's name.
pub(crate) fn after_versioning(answer: &mut Answer) -> Result<()> {
    if !answer.status.is_success() {
        return Ok(());
    }
    answer.edit(|document| document.name = "VersioningConfiguration".to_owned())
}

async fn exists(scene: &Scene<'_>, question: &Question) -> Result<bool> {
    let path = format!("/{}", question.bucket);
    let status = scene
        .moto
        .ask_s3(&question.region, Method::HEAD, &path, "")
        .await?;
    Ok(status.is_success())
}

fn no_bucket(question: &Question) -> Answer {
    let message = "The specified bucket does not exist";
    Answer::error(
        question.service,
        StatusCode::NOT_FOUND,
        "NoSuchBucket",
        message,
    )
}
