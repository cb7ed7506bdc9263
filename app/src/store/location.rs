//! What `--data` and `--store` name: a path, or `s3://bucket/key`.

use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// A file or folder, here or in a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A path.
    Local(PathBuf),
    /// A key, or the beginning of keys, in a bucket of S3.
    Bucket {
        /// The bucket's name.
        bucket: String,
        /// The key without a leading slash; may be empty.
        key: String,
    },
}

impl FromStr for Location {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let Some(rest) = text.strip_prefix("s3://") else {
            return Ok(Self::Local(text.into()));
        };
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        Ok(Self::Bucket {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        })
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(path) => path.display().fmt(f),
            Self::Bucket { bucket, key } => write!(f, "s3://{bucket}/{key}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn locations_are_told_apart() {
        let bucket = |bucket: &str, key: &str| Location::Bucket {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        };
        let cases = [
            ("a/b.csv", Location::Local("a/b.csv".into())),
            ("/s3:/b", Location::Local("/s3:/b".into())),
            ("s3://files/a/b.csv", bucket("files", "a/b.csv")),
            ("s3://files/", bucket("files", "")),
            ("s3://files", bucket("files", "")),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Location>().unwrap(), expected, "{text}");
        }
        let shown: Location = "s3://files/a".parse().unwrap();
        assert_eq!(shown.to_string(), "s3://files/a");
    }
}
