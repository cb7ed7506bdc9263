//! Buckets of S3: credentials from the environment or, on an instance, from its role (IMDSv2); the region
//! and the address of an emulator from the environment.

use std::env;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::{BackoffConfig, ClientOptions, RetryConfig};

/// The address of S3 when it is not AWS's own.
const ENDPOINTS: [&str; 2] = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT"];

/// Opens a bucket; nothing is asked of it yet.
pub(super) fn bucket(name: &str) -> object_store::Result<AmazonS3> {
    let endpoint = ENDPOINTS.iter().find_map(|name| env::var(name).ok());
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(name)
        .with_retry(retry());
    let mut client = ClientOptions::new()
        .with_connect_timeout(Duration::from_secs(5))
        .with_timeout(Duration::from_secs(120));
    if let Some(endpoint) = endpoint {
        client = client.with_allow_http(endpoint.starts_with("http://"));
        builder = builder.with_endpoint(endpoint);
    }
    builder.with_client_options(client).build()
}

/// A few times, quickly: whoever waits is told, and the default dataset is tried again for ever.
fn retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: 3,
        retry_timeout: Duration::from_secs(15),
    }
}
