//! Bucket and objects.

use crate::names::SAMPLE_DATA;
use crate::observed::{Bucket, Object};
use crate::plan::compare::{Attribute, Changes};

pub(super) fn bucket(changes: &mut Changes, have: &Bucket, want: &Bucket) {
    let Bucket {
        region,
        is_someone_elses: _, // then it is foreign, and nothing else is known of it
        blocks_public_access,
        encryption,
        policy,
        versioning,
        lifecycle,
        holds_content: _, // the cloud's own
    } = have;
    changes.compare(Attribute::Region, region, &want.region);
    changes.compare(
        Attribute::PublicAccess,
        blocks_public_access,
        &want.blocks_public_access,
    );
    changes.compare(Attribute::Encryption, encryption, &want.encryption);
    changes.compare(Attribute::BucketPolicy, policy, &want.policy);
    changes.compare(Attribute::Versioning, versioning, &want.versioning);
    changes.compare(Attribute::Lifecycle, lifecycle, &want.lifecycle);
}

pub(super) fn assign_bucket(attribute: &Attribute, have: &mut Bucket, want: &Bucket) {
    match attribute {
        Attribute::PublicAccess => have.blocks_public_access = want.blocks_public_access,
        Attribute::Encryption => have.encryption.clone_from(&want.encryption),
        Attribute::BucketPolicy => have.policy = want.policy.clone(),
        Attribute::Versioning => have.versioning = want.versioning,
        Attribute::Lifecycle => have.lifecycle.clone_from(&want.lifecycle),
        _ => {}
    }
}

/// The sample only fills an empty place: what a school put there is the school's.
pub(super) fn object(changes: &mut Changes, have: &Object, want: &Object) {
    let Object {
        bucket: _, // a part is found in its whole, by its key
        key,
        sha256,
        modified: _, // the cloud's own
    } = have;
    if key != SAMPLE_DATA {
        changes.compare(Attribute::Content, sha256, &want.sha256);
    }
}
