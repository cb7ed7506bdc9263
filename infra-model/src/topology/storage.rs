//! The bucket: releases, the sample, uploads.

use serde::{Deserialize, Serialize};

use crate::document::Document;
use crate::id::{Handle, Id};
use crate::names::{ACCESS_LOGS, SAMPLE_DATA, UPLOADS, release_key};
use crate::settings::{Payload, Settings};
use crate::topology::{Topology, security};
use crate::values::Sha256;

/// Where files lie. Public access is blocked and objects are encrypted with S3's own keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket {
    /// Who may not do what.
    pub policy: Document,
    /// What is overwritten or deleted is kept for a while.
    pub versioning: bool,
    /// What goes by itself.
    pub lifecycle: Vec<LifecycleRule>,
}

/// What goes by itself, below a prefix. Ages are days.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LifecycleRule {
    /// Its name.
    pub id: String,
    /// Which keys; empty for all.
    pub prefix: String,
    /// Age at which the current version expires.
    pub expire_after: Option<u32>,
    /// Age at which a version that is no longer current goes.
    pub noncurrent_after: Option<u32>,
    /// Whether a delete marker goes when nothing is left behind it.
    pub expired_markers: bool,
    /// Age at which an upload that was never finished goes.
    pub abort_uploads_after: Option<u32>,
}

/// A file in the bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Where it lies.
    pub bucket: Handle<Bucket>,
    /// Its key.
    pub key: String,
    /// Its content.
    pub sha256: Sha256,
}

/// What the rest of the system builds on.
pub(super) struct Files {
    pub(super) bucket: Handle<Bucket>,
    pub(super) release: Handle<Object>,
}

pub(super) fn add(t: &mut Topology, settings: &Settings, payload: &Payload) -> Files {
    let policy = security::bucket_policy(settings);
    let bucket = t.add(
        Id::Bucket,
        Bucket {
            policy,
            versioning: true,
            lifecycle: lifecycle(settings),
        },
    );
    let release = t.add(
        Id::Release,
        Object {
            bucket,
            key: release_key(&payload.release),
            sha256: payload.release.clone(),
        },
    );
    t.add(
        Id::SampleData,
        Object {
            bucket,
            key: SAMPLE_DATA.to_owned(),
            sha256: payload.sample_data.clone(),
        },
    );
    Files { bucket, release }
}

/// How long access logs are kept, in days: long enough to find out what happened.
const ACCESS_LOG_DAYS: u32 = 30;

/// S3 refuses an age and expired markers in one rule, so the second speaks for all keys; where
/// both apply, the shorter age wins.
fn lifecycle(settings: &Settings) -> Vec<LifecycleRule> {
    // They name addresses of people.
    let access_logs = settings.access_logs.iter().map(|_| LifecycleRule {
        id: "access-logs".to_owned(),
        prefix: format!("{ACCESS_LOGS}/"),
        expire_after: Some(ACCESS_LOG_DAYS),
        noncurrent_after: Some(1),
        expired_markers: false,
        abort_uploads_after: Some(1),
    });
    let always = [
        LifecycleRule {
            id: "uploads".to_owned(),
            prefix: UPLOADS.to_owned(),
            expire_after: Some(1),
            noncurrent_after: Some(1),
            expired_markers: false,
            abort_uploads_after: Some(1),
        },
        LifecycleRule {
            id: "all".to_owned(),
            prefix: String::new(),
            expire_after: None,
            noncurrent_after: Some(30),
            expired_markers: true,
            abort_uploads_after: Some(1),
        },
    ];
    always.into_iter().chain(access_logs).collect()
}
