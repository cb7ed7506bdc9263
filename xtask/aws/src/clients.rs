//! The connections to AWS, made once: standard configuration chain, one region, one retry policy.

use std::time::Duration;

use anyhow::{Result, ensure};
use aws_config::BehaviorVersion;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use infra_model::values::Region;

/// How often a call is tried that may safely be tried again.
const ATTEMPTS: u32 = 8;
/// How long one try may take.
const TRY: Duration = Duration::from_secs(60);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// One client for each service.
#[derive(Clone, Debug)]
pub struct Clients {
    /// Network, templates, keys.
    pub ec2: aws_sdk_ec2::Client,
    /// Load balancers, listeners, target groups.
    pub balancing: aws_sdk_elasticloadbalancingv2::Client,
    /// Auto Scaling.
    pub scaling: aws_sdk_autoscaling::Client,
    /// Roles and instance profiles.
    pub iam: aws_sdk_iam::Client,
    /// The bucket.
    pub s3: aws_sdk_s3::Client,
    /// The images' public parameters, and commands on instances.
    pub ssm: aws_sdk_ssm::Client,
    /// CloudWatch's figures and alarms.
    pub monitoring: aws_sdk_cloudwatch::Client,
    /// Where alarms are told.
    pub sns: aws_sdk_sns::Client,
    /// What the account may have at most.
    pub quotas: aws_sdk_servicequotas::Client,
    /// Who is asking.
    pub sts: aws_sdk_sts::Client,
    /// Whether another address than AWS's own answers.
    pub is_custom_endpoint: bool,
}

impl Clients {
    /// Profiles, SSO, environment, `AWS_ENDPOINT_URL`: as every AWS tool reads them. Makes no call.
    ///
    /// # Errors
    /// If the endpoint that `AWS_ENDPOINT_URL` or the profile names is no address.
    pub async fn connect(region: &Region) -> Result<Self> {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(TRY)
            .build();
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(aws_config::Region::new(region.to_string()))
            .retry_config(RetryConfig::adaptive().with_max_attempts(ATTEMPTS))
            .timeout_config(timeouts)
            .load()
            .await;
        let endpoint = config.endpoint_url();
        if let Some(endpoint) = endpoint {
            let has_scheme = ["http://", "https://"]
                .iter()
                .any(|it| endpoint.starts_with(it));
            ensure!(
                has_scheme,
                "the endpoint {endpoint:?} is no address: write it, in AWS_ENDPOINT_URL or as the profile's \
                 endpoint_url, as http://localhost:5000"
            );
        }
        let is_custom_endpoint = endpoint.is_some();
        // Names of buckets are not hosts of an emulator.
        let s3 = aws_sdk_s3::config::Builder::from(&config)
            .force_path_style(is_custom_endpoint)
            .build();
        Ok(Self {
            ec2: aws_sdk_ec2::Client::new(&config),
            balancing: aws_sdk_elasticloadbalancingv2::Client::new(&config),
            scaling: aws_sdk_autoscaling::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            ssm: aws_sdk_ssm::Client::new(&config),
            monitoring: aws_sdk_cloudwatch::Client::new(&config),
            sns: aws_sdk_sns::Client::new(&config),
            quotas: aws_sdk_servicequotas::Client::new(&config),
            sts: aws_sdk_sts::Client::new(&config),
            is_custom_endpoint,
        })
    }
}

/// The region that the environment or the profile names. Machines of AWS are not asked for theirs:
/// elsewhere that takes seconds.
pub(crate) async fn usual_region() -> Option<String> {
    let environment = EnvironmentVariableRegionProvider::new();
    let chain =
        RegionProviderChain::first_try(environment).or_else(ProfileFileRegionProvider::new());
    chain.region().await.map(|region| region.to_string())
}

/// For calls that make a second one when they are repeated: the SDK must not try again by itself.
pub fn once() -> RetryConfig {
    RetryConfig::disabled()
}
