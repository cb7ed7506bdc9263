//! S3's REST protocol: which operation a method and a path mean, and the permission it needs.

/// An operation by its name in the API, and the permission as IAM names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) permission: &'static str,
}

/// Operations told apart by a parameter of the query: parameter, method, object or bucket,
/// name, permission.
#[rustfmt::skip]
const BY_PARAMETER: &[(&str, &str, bool, &str, &str)] = &[
    ("policy", "GET", false, "GetBucketPolicy", "s3:GetBucketPolicy"),
    ("policy", "PUT", false, "PutBucketPolicy", "s3:PutBucketPolicy"),
    ("policy", "DELETE", false, "DeleteBucketPolicy", "s3:DeleteBucketPolicy"),
    ("tagging", "GET", false, "GetBucketTagging", "s3:GetBucketTagging"),
    ("tagging", "PUT", false, "PutBucketTagging", "s3:PutBucketTagging"),
    ("tagging", "DELETE", false, "DeleteBucketTagging", "s3:PutBucketTagging"),
    ("versioning", "GET", false, "GetBucketVersioning", "s3:GetBucketVersioning"),
    ("versioning", "PUT", false, "PutBucketVersioning", "s3:PutBucketVersioning"),
    ("lifecycle", "GET", false, "GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
    ("lifecycle", "PUT", false, "PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration"),
    ("lifecycle", "DELETE", false, "DeleteBucketLifecycle", "s3:PutLifecycleConfiguration"),
    ("encryption", "GET", false, "GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    ("encryption", "PUT", false, "PutBucketEncryption", "s3:PutEncryptionConfiguration"),
    ("encryption", "DELETE", false, "DeleteBucketEncryption", "s3:PutEncryptionConfiguration"),
    ("publicAccessBlock", "GET", false, "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    ("publicAccessBlock", "PUT", false, "PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
    ("publicAccessBlock", "DELETE", false, "DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
    ("ownershipControls", "GET", false, "GetBucketOwnershipControls", "s3:GetBucketOwnershipControls"),
    ("ownershipControls", "PUT", false, "PutBucketOwnershipControls", "s3:PutBucketOwnershipControls"),
    ("location", "GET", false, "GetBucketLocation", "s3:GetBucketLocation"),
    ("acl", "GET", false, "GetBucketAcl", "s3:GetBucketAcl"),
    ("versions", "GET", false, "ListObjectVersions", "s3:ListBucketVersions"),
    ("uploads", "GET", false, "ListMultipartUploads", "s3:ListBucketMultipartUploads"),
    ("delete", "POST", false, "DeleteObjects", "s3:DeleteObject"),
    ("tagging", "GET", true, "GetObjectTagging", "s3:GetObjectTagging"),
    ("tagging", "PUT", true, "PutObjectTagging", "s3:PutObjectTagging"),
    ("attributes", "GET", true, "GetObjectAttributes", "s3:GetObjectAttributes"),
    ("uploads", "POST", true, "CreateMultipartUpload", "s3:PutObject"),
    ("uploadId", "PUT", true, "UploadPart", "s3:PutObject"),
    ("uploadId", "POST", true, "CompleteMultipartUpload", "s3:PutObject"),
    ("uploadId", "DELETE", true, "AbortMultipartUpload", "s3:AbortMultipartUpload"),
    ("uploadId", "GET", true, "ListParts", "s3:ListMultipartUploadParts"),
    ("versionId", "GET", true, "GetObject", "s3:GetObjectVersion"),
    ("versionId", "HEAD", true, "HeadObject", "s3:GetObjectVersion"),
    ("versionId", "DELETE", true, "DeleteObject", "s3:DeleteObjectVersion"),
];

/// Operations told apart by the method alone: method, depth of the path (0 service, 1 bucket,
/// 2 object), name, permission.
#[rustfmt::skip]
const BY_METHOD: &[(&str, usize, &str, &str)] = &[
    ("GET", 0, "ListBuckets", "s3:ListAllMyBuckets"),
    ("GET", 1, "ListObjectsV2", "s3:ListBucket"),
    ("HEAD", 1, "HeadBucket", "s3:ListBucket"),
    ("PUT", 1, "CreateBucket", "s3:CreateBucket"),
    ("DELETE", 1, "DeleteBucket", "s3:DeleteBucket"),
    ("GET", 2, "GetObject", "s3:GetObject"),
    ("HEAD", 2, "HeadObject", "s3:GetObject"),
    ("PUT", 2, "PutObject", "s3:PutObject"),
    ("DELETE", 2, "DeleteObject", "s3:DeleteObject"),
];

/// The bucket and the key in a path, each empty if missing.
pub(crate) fn place(path: &str) -> (&str, &str) {
    let path = path.trim_start_matches('/');
    path.split_once('/').unwrap_or((path, ""))
}

/// The operation that a request means.
pub(crate) fn operation(method: &str, path: &str, query: &str) -> Operation {
    let (bucket, key) = place(path);
    let has =
        |wanted: &str| form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == wanted);
    let by_parameter = BY_PARAMETER.iter().find(|(parameter, verb, object, ..)| {
        *verb == method && *object != key.is_empty() && has(parameter)
    });
    if let Some((.., name, permission)) = by_parameter {
        return Operation { name, permission };
    }
    let depth = usize::from(!bucket.is_empty()) + usize::from(!key.is_empty());
    let by_method = BY_METHOD
        .iter()
        .find(|(verb, at, ..)| *verb == method && *at == depth);
    match by_method {
        Some((.., name, permission)) => Operation { name, permission },
        None => Operation {
            name: "Unknown",
            permission: "s3:Unknown",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_and_a_path_mean_an_operation() {
        for (method, path, query, name, permission) in [
            ("GET", "/", "", "ListBuckets", "s3:ListAllMyBuckets"),
            ("HEAD", "/b", "", "HeadBucket", "s3:ListBucket"),
            ("PUT", "/b", "", "CreateBucket", "s3:CreateBucket"),
            (
                "PUT",
                "/b/",
                "policy=",
                "PutBucketPolicy",
                "s3:PutBucketPolicy",
            ),
            ("GET", "/b", "list-type=2", "ListObjectsV2", "s3:ListBucket"),
            (
                "GET",
                "/b",
                "versions",
                "ListObjectVersions",
                "s3:ListBucketVersions",
            ),
            ("PUT", "/b/k", "x-id=PutObject", "PutObject", "s3:PutObject"),
            (
                "DELETE",
                "/b/k/l",
                "versionId=1",
                "DeleteObject",
                "s3:DeleteObjectVersion",
            ),
        ] {
            let wanted = Operation { name, permission };
            assert_eq!(
                operation(method, path, query),
                wanted,
                "{method} {path}?{query}"
            );
        }
    }
}
