//! What serves requests: the load balancer, and the instances behind it.

use serde::{Deserialize, Serialize};

use crate::id::{Handle, Id};
use crate::names;
use crate::settings::{APP_PORT, ImageFamily, Oidc, Payload, Settings};
use crate::tags::Tags;
use crate::topology::network::Network;
use crate::topology::security::{Access, HTTP, HTTPS};
use crate::topology::storage::Files;
use crate::topology::{
    Bucket, InstanceProfile, KeyPair, Object, SecurityGroup, Subnet, Topology, Vpc,
};
use crate::values::{CertificateArn, InstanceType, Instances, Percent, Port, UserData};

/// The instances that may get requests, over HTTP.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetGroup {
    /// Where they run.
    pub vpc: Handle<Vpc>,
    /// The port that they serve.
    pub port: Port,
    /// How a healthy one is known.
    pub health: HealthCheck,
    /// How long one that leaves may finish its requests, in seconds.
    pub deregistration_delay: u32,
}

/// How a healthy target is known. Times are seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// `HTTP`.
    pub protocol: String,
    /// `traffic-port`: where requests go too.
    pub port: String,
    /// What is asked for.
    pub path: String,
    /// From one check to the next.
    pub interval: u32,
    /// Longest wait for an answer.
    pub timeout: u32,
    /// Checks passed in a row that make it healthy.
    pub healthy: u32,
    /// Checks failed in a row that make it unhealthy.
    pub unhealthy: u32,
    /// Status codes that pass.
    pub matcher: String,
}

/// Where browsers connect: an application load balancer that faces the internet.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadBalancer {
    /// One in each zone.
    pub subnets: Vec<Handle<Subnet>>,
    /// Its security group.
    pub group: Handle<SecurityGroup>,
    /// Whether malformed header fields are removed.
    pub drops_invalid_headers: bool,
    /// Where it writes who asked for what, below [`ACCESS_LOGS`](crate::names::ACCESS_LOGS).
    pub access_logs: Option<Handle<Bucket>>,
}

/// A port of the load balancer.
#[derive(Clone, Debug, PartialEq)]
pub struct Listener {
    /// Whose it is.
    pub balancer: Handle<LoadBalancer>,
    /// The port.
    pub port: Port,
    /// HTTPS, when there is a certificate.
    pub tls: Option<Tls>,
    /// Where people sign in before anything is done with their requests.
    pub sign_in: Option<Oidc>,
    /// What is done with a request.
    pub action: Action,
}

/// How a listener speaks TLS.
#[derive(Clone, Debug, PartialEq)]
pub struct Tls {
    /// Who it is.
    pub certificate: CertificateArn,
    /// Which versions and ciphers, by AWS's name.
    pub policy: &'static str,
}

/// What a listener does with a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Gives it to a healthy target.
    Forward(Handle<TargetGroup>),
    /// Sends the browser to HTTPS.
    RedirectToHttps,
}

/// How an instance is made.
#[derive(Clone, Debug, PartialEq)]
pub struct LaunchTemplate {
    /// The operating system. The image in use is kept until a newer one is asked for.
    pub image: ImageFamily,
    /// The size.
    pub instance_type: InstanceType,
    /// The key it knows.
    pub key: Handle<KeyPair>,
    /// The role it has.
    pub profile: Handle<InstanceProfile>,
    /// Its security group.
    pub group: Handle<SecurityGroup>,
    /// What it serves, uploaded before it starts.
    pub release: Handle<Object>,
    /// What it runs at first boot.
    pub user_data: UserData,
    /// How it reaches its own role's credentials.
    pub metadata: Metadata,
    /// Its disk.
    pub root: RootVolume,
    /// The tags of instance and volume.
    pub tags: Tags,
}

/// The instance metadata service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Whether only version 2, with its tokens, answers.
    pub token_required: bool,
    /// How many network hops an answer may take.
    pub hop_limit: u32,
}

/// An instance's disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootVolume {
    /// What the image calls it.
    pub device: String,
    /// The type of volume.
    pub volume_type: String,
    /// Size in GiB.
    pub size: u32,
    /// Whether it is encrypted at rest.
    pub encrypted: bool,
}

/// The fleet: replaces what is unhealthy, and follows the load.
#[derive(Clone, Debug, PartialEq)]
pub struct AutoScalingGroup {
    /// How instances are made; always a numbered version.
    pub template: Handle<LaunchTemplate>,
    /// Where they run.
    pub subnets: Vec<Handle<Subnet>>,
    /// Where they register.
    pub targets: Handle<TargetGroup>,
    /// Fewest.
    pub min: Instances,
    /// Most.
    pub max: Instances,
    /// How many at first; scaling chooses after that.
    pub first: Instances,
    /// How long an instance may boot before its health counts, in seconds.
    pub grace: u32,
    /// How a new template version replaces instances.
    pub refresh: Refresh,
}

/// How an instance refresh goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refresh {
    /// Healthy instances that are always left, in percent of the desired capacity.
    pub min_healthy: u32,
    /// Instances that there may be meanwhile, in percent of the desired capacity.
    pub max_healthy: u32,
    /// Whether a failed one returns to the version before.
    pub auto_rollback: bool,
    /// Whether instances that are already as wanted stay.
    pub skip_matching: bool,
}

/// How many instances the load needs.
#[derive(Clone, Debug, PartialEq)]
pub struct ScalingPolicy {
    /// Whose it is.
    pub group: Handle<AutoScalingGroup>,
    /// Average CPU that it aims at.
    pub target: Percent,
    /// How long a new instance's CPU does not count, in seconds.
    pub warm_up: u32,
}

/// What browsers' requests pass through.
pub(super) struct Serving {
    pub(super) balancer: Handle<LoadBalancer>,
    pub(super) targets: Handle<TargetGroup>,
}

/// What images of both families call their root volume.
pub const ROOT_DEVICE: &str = "/dev/xvda";

/// TLS 1.3, and 1.2 with forward secrecy for older browsers.
const TLS_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/// Between AWS's check and the app: what `/readyz` promises.
const HEALTH_PATH: &str = "/readyz";

pub(super) fn add(
    t: &mut Topology,
    settings: &Settings,
    payload: &Payload,
    network: &Network,
    files: &Files,
    access: &Access,
) -> Serving {
    let targets = t.add(
        Id::TargetGroup,
        TargetGroup {
            vpc: network.vpc,
            port: APP_PORT,
            health: HealthCheck {
                protocol: "HTTP".to_owned(),
                port: "traffic-port".to_owned(),
                path: HEALTH_PATH.to_owned(),
                interval: 30,
                timeout: 10,
                healthy: 2,
                unhealthy: 2,
                matcher: "200".to_owned(),
            },
            deregistration_delay: 30,
        },
    );
    let balancer = t.add(
        Id::LoadBalancer,
        LoadBalancer {
            subnets: network.public.clone(),
            group: access.balancer_group,
            drops_invalid_headers: true,
            access_logs: settings.access_logs.as_ref().map(|_| files.bucket),
        },
    );
    let forward = Action::Forward(targets);
    t.add(
        Id::HttpListener,
        Listener {
            balancer,
            port: HTTP,
            tls: None,
            sign_in: None,
            action: match &settings.certificate {
                None => forward.clone(),
                Some(_) => Action::RedirectToHttps,
            },
        },
    );
    if let Some(certificate) = &settings.certificate {
        let tls = Some(Tls {
            certificate: certificate.clone(),
            policy: TLS_POLICY,
        });
        t.add(
            Id::HttpsListener,
            Listener {
                balancer,
                port: HTTPS,
                tls,
                sign_in: settings.oidc.clone(),
                action: forward,
            },
        );
    }

    let template = t.add(
        Id::LaunchTemplate,
        LaunchTemplate {
            image: settings.image,
            instance_type: settings.instance_type.clone(),
            key: access.key,
            profile: access.profile,
            group: access.app_group,
            release: files.release,
            user_data: payload.user_data.clone(),
            metadata: Metadata {
                token_required: true,
                hop_limit: 1,
            },
            root: RootVolume {
                device: ROOT_DEVICE.to_owned(),
                volume_type: "gp3".to_owned(),
                size: 8,
                encrypted: true,
            },
            tags: names::instance_tags(settings, &payload.release),
        },
    );
    let group = t.add(
        Id::AutoScalingGroup,
        AutoScalingGroup {
            template,
            subnets: network.private.clone(),
            targets,
            min: settings.min,
            max: settings.max,
            first: settings.min,
            grace: 120,
            refresh: Refresh {
                min_healthy: 100,
                max_healthy: 150,
                auto_rollback: true,
                skip_matching: true,
            },
        },
    );
    t.add(
        Id::ScalingPolicy,
        ScalingPolicy {
            group,
            target: settings.target,
            warm_up: 60,
        },
    );
    Serving { balancer, targets }
}
