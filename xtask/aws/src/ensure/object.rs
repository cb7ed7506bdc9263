//! Files in the bucket.

use std::time::Duration;

use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumAlgorithm;
use aws_smithy_types::base64;
use infra_model::observed::Object;

use crate::apply::{Content, Doing, Error, gone};
use crate::release::{COMMIT, commit_of};

/// How long one try of an upload may take: a release over a slow line.
const UPLOAD: Duration = Duration::from_secs(15 * 60);
/// What S3 says when there is an object already.
const THERE: &[&str] = &["PreconditionFailed", "412"];

/// Puts an object where the plan saw none. If there is one by now, it is what a try whose answer was
/// lost has put there, or a school's own file, which stays.
pub(super) async fn create(doing: &Doing<'_>, want: &Object) -> Result<(), Error> {
    match put(doing, want, Some("*")).await {
        Err(Error::Call(failure)) if failure.is(THERE) => Ok(()),
        done => done,
    }
}

/// Puts an object in the place of another.
pub(super) async fn overwrite(doing: &Doing<'_>, want: &Object) -> Result<(), Error> {
    put(doing, want, None).await
}

async fn put(doing: &Doing<'_>, want: &Object, unless: Option<&str>) -> Result<(), Error> {
    let bucket = doing.at(&want.bucket)?;
    let Some(content) = doing.files.get(&want.key) else {
        return Err(doing.missing(format!("there is no file to upload as {}", want.key)));
    };
    let checksum = want.sha256.as_deref().and_then(base64_of_hex);
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(UPLOAD)
        .build();
    let commit = match content {
        Content::File(program) => commit_of(program).await,
        Content::Bytes(_) => None,
    };
    let commit = commit.map(|it| [(COMMIT.to_owned(), it)].into());
    let body = body(doing, content).await?;
    let put = doing
        .clients
        .s3
        .put_object()
        .bucket(bucket)
        .key(&want.key)
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .set_checksum_sha256(checksum)
        .set_metadata(commit)
        .set_if_none_match(unless.map(str::to_owned))
        .body(body)
        .customize()
        .config_override(aws_sdk_s3::Config::builder().timeout_config(timeouts))
        .send();
    put.await.map_err(doing.failed("s3:PutObject"))?;
    Ok(())
}

async fn body(doing: &Doing<'_>, content: &Content) -> Result<ByteStream, Error> {
    match content {
        Content::Bytes(bytes) => Ok(ByteStream::from(bytes.clone())),
        Content::File(path) => {
            let body = ByteStream::from_path(path).await;
            body.map_err(|error| doing.missing(format!("cannot read {}: {error}", path.display())))
        }
    }
}

/// S3 writes checksums in base64.
fn base64_of_hex(hex: &str) -> Option<String> {
    let byte = |at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(byte).collect();
    bytes.map(base64::encode)
}

pub(super) async fn delete(doing: &Doing<'_>, from: &Object) -> Result<(), Error> {
    let bucket = doing.at(&from.bucket)?;
    let call = doing.clients.s3.delete_object();
    let answer = call.bucket(bucket).key(&from.key).send().await;
    gone(answer.map(drop).map_err(doing.failed("s3:DeleteObject")))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::base64_of_hex;

    #[test]
    fn a_checksum_in_s3s_spelling() {
        for (hex, base64) in [
            ("", Some("")),
            ("00ff10", Some("AP8Q")),
            ("0", None),
            ("zz", None),
        ] {
            assert_eq!(base64_of_hex(hex).as_deref(), base64, "{hex}");
        }
    }
}
