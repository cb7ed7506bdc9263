//! The attributes of each kind, as AWS holds them.
//!
//! What AWS may hold is wider than what the topology may say, hence strings where the topology
//! has enums. Fields that belong to the cloud are marked so; they are never compared.

mod alarms;
mod parts;
mod sign_in;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use alarms::{Alarm, Figure, Topic, dimension};
pub use sign_in::SignIn;

use crate::document::Document;
use crate::observed::Ref;
use crate::tags::Tags;
use crate::topology::{HealthCheck, LifecycleRule, Metadata, Refresh, RootVolume};

/// The attributes of a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each holds the struct of its name")]
pub enum State {
    Bucket(Bucket),
    Object(Object),
    Role(Role),
    RolePolicies(RolePolicies),
    InstanceProfile(InstanceProfile),
    KeyPair(KeyPair),
    Vpc(Vpc),
    VpcDefaults(VpcDefaults),
    InternetGateway,
    GatewayAttachment(GatewayAttachment),
    Subnet(Subnet),
    Address,
    NatGateway(NatGateway),
    RouteTable(RouteTable),
    Route(Route),
    Endpoint(Endpoint),
    SecurityGroup(SecurityGroup),
    GroupRules(GroupRules),
    TargetGroup(TargetGroup),
    LoadBalancer(LoadBalancer),
    Listener(Listener),
    LaunchTemplate(LaunchTemplate),
    AutoScalingGroup(AutoScalingGroup),
    ScalingPolicy(ScalingPolicy),
    Topic(Topic),
    Alarm(Alarm),
}

/// A bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// Where it lies.
    pub region: String,
    /// Whether another account has the name; then nothing else is known of it.
    pub is_someone_elses: bool,
    /// Whether all four blocks of public access are on.
    pub blocks_public_access: bool,
    /// Encryption by default: `AES256` is S3's own keys.
    pub encryption: Option<String>,
    /// Its policy.
    pub policy: Option<Document>,
    /// Whether versioning is on.
    pub versioning: bool,
    /// Its lifecycle.
    pub lifecycle: BTreeSet<LifecycleRule>,
    /// Cloud's own: whether it holds any version of any object, other than of the lock.
    pub holds_content: bool,
}

/// A file in a bucket: a release, or the sample. Uploads are none of the planner's business.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Object {
    /// Where it lies.
    pub bucket: Ref,
    /// Its key.
    pub key: String,
    /// The SHA-256 of its content, in hexadecimal, if S3 knows it.
    pub sha256: Option<String>,
    /// Cloud's own: when it was written, in seconds since 1970.
    pub modified: u64,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Role {
    /// Who may take it.
    pub trust: Document,
}

/// All policies of a role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolePolicies {
    /// Whose they are.
    pub role: Ref,
    /// Its own, by name.
    pub inline: BTreeMap<String, Document>,
    /// Those attached, by ARN.
    pub managed: BTreeSet<String>,
}

/// An instance profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstanceProfile {
    /// Its role, at most one.
    pub roles: BTreeSet<Ref>,
}

/// A key pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyPair {
    /// `ed25519` or `rsa`.
    pub algorithm: String,
    /// Algorithm and key; in a plan's step, nothing asks for a generated one.
    pub public_key: Option<String>,
}

/// A VPC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vpc {
    /// Its addresses.
    pub cidr: String,
    /// Whether machines have names.
    pub dns_hostnames: bool,
    /// Whether its resolver answers.
    pub dns_support: bool,
}

/// What AWS makes with a VPC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VpcDefaults {
    /// Whose they are.
    pub vpc: Ref,
    /// What the default security group lets in.
    pub ingress: BTreeSet<Rule>,
    /// What the default security group lets out.
    pub egress: BTreeSet<Rule>,
    /// Destinations in the main route table, beside the local one.
    pub main_routes: BTreeSet<String>,
}

/// A gateway's attachment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GatewayAttachment {
    /// What is attached.
    pub gateway: Ref,
    /// To what.
    pub vpc: Ref,
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subnet {
    /// Where it lies.
    pub vpc: Ref,
    /// Its availability zone's name.
    pub zone: String,
    /// Its addresses.
    pub cidr: String,
    /// Whether machines started in it get a public address.
    pub public_addresses: bool,
}

/// A NAT gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NatGateway {
    /// Where it lies.
    pub subnet: Ref,
    /// The allocation of its address.
    pub address: Ref,
}

/// A route table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteTable {
    /// Where it lies.
    pub vpc: Ref,
    /// The subnets that use it.
    pub subnets: BTreeSet<Ref>,
}

/// A route that someone made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// Whose it is.
    pub table: Ref,
    /// Where traffic wants to go.
    pub destination: String,
    /// Where it is sent.
    pub target: RouteTarget,
}

/// Where a route leads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RouteTarget {
    /// To an internet gateway.
    Gateway(Ref),
    /// To a NAT gateway.
    Nat(Ref),
    /// To something else.
    Other(String),
}

/// A gateway endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Where it lies.
    pub vpc: Ref,
    /// What it leads to.
    pub service: String,
    /// The tables that have its route.
    pub tables: BTreeSet<Ref>,
}

/// A security group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// Where it applies.
    pub vpc: Ref,
    /// For people. Fixed when the group is made, so it is not compared.
    pub description: String,
}

/// The rules of a security group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupRules {
    /// Whose they are.
    pub group: Ref,
    /// Who may connect.
    pub ingress: BTreeSet<Rule>,
    /// Where to connections may go.
    pub egress: BTreeSet<Rule>,
}

/// A rule, one for each port range and peer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rule {
    /// `tcp`, `udp`, `icmp`, a number, or `-1` for all.
    pub protocol: String,
    /// First and last port, where the protocol has ports.
    pub ports: Option<(u16, u16)>,
    /// The other end.
    pub peer: Peer,
}

impl Rule {
    /// What AWS puts into every new group.
    pub fn everything_out() -> Self {
        let peer = Peer::Network("0.0.0.0/0".to_owned());
        Self {
            protocol: "-1".to_owned(),
            ports: None,
            peer,
        }
    }
}

/// The other end of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Peer {
    /// A network, IPv4 or IPv6.
    Network(String),
    /// A security group.
    Group(Ref),
    /// A prefix list.
    PrefixList(String),
}

/// A target group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetGroup {
    /// Where its targets are.
    pub vpc: Ref,
    /// `HTTP`.
    pub protocol: String,
    /// The targets' port.
    pub port: u16,
    /// `instance`.
    pub target_type: String,
    /// How a healthy target is known.
    pub health: HealthCheck,
    /// How long a target that leaves may finish its requests, in seconds.
    pub deregistration_delay: u32,
}

/// A load balancer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// `application`.
    pub balancer_type: String,
    /// `internet-facing`.
    pub scheme: String,
    /// Where it lies.
    pub subnets: BTreeSet<Ref>,
    /// Its security groups.
    pub groups: BTreeSet<Ref>,
    /// Whether malformed header fields are removed.
    pub drops_invalid_headers: bool,
    /// Where it writes who asked for what.
    #[serde(default)]
    pub access_logs: Option<AccessLogs>,
    /// Cloud's own: its name for browsers.
    pub dns_name: Option<String>,
}

/// Where a load balancer writes its access logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessLogs {
    /// The bucket.
    pub bucket: Ref,
    /// The beginning of their keys, without a slash at its end.
    pub prefix: String,
}

/// A listener.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listener {
    /// Whose it is.
    pub balancer: Ref,
    /// Its port.
    pub port: u16,
    /// `HTTP` or `HTTPS`.
    pub protocol: String,
    /// Its certificate.
    pub certificate: Option<String>,
    /// TLS versions and ciphers, by AWS's name.
    pub tls_policy: Option<String>,
    /// Where people sign in first.
    pub sign_in: Option<SignIn>,
    /// What it does.
    pub action: ListenerAction,
}

/// What a listener does with a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListenerAction {
    /// To a target group.
    Forward(Ref),
    /// To the same address on HTTPS, permanently.
    RedirectToHttps,
    /// Anything else.
    Other(String),
}

/// A launch template with all its versions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaunchTemplate {
    /// By number. In a plan's step, only the wanted one.
    pub versions: BTreeMap<u64, TemplateVersion>,
}

/// A version of a launch template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemplateVersion {
    /// The image's family, by its slug.
    pub description: Option<String>,
    /// The version that this one came after, when it is known: not the one before it by number if
    /// the group had returned from that one, or never ran it.
    #[serde(default)]
    pub after: Option<u64>,
    /// The image's id.
    pub image: String,
    /// The size.
    pub instance_type: String,
    /// The key pair.
    pub key: Option<Ref>,
    /// The instance profile.
    pub profile: Option<Ref>,
    /// The security groups.
    pub groups: BTreeSet<Ref>,
    /// What runs at first boot, decoded.
    pub user_data: String,
    /// The instance metadata service.
    pub metadata: Metadata,
    /// The disk.
    pub root: Option<RootVolume>,
    /// Tags that instances get.
    pub instance_tags: Tags,
    /// Tags that volumes get.
    pub volume_tags: Tags,
}

/// An Auto Scaling group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AutoScalingGroup {
    /// Fewest.
    pub min: u16,
    /// Most.
    pub max: u16,
    /// Where instances run.
    pub subnets: BTreeSet<Ref>,
    /// Where they register.
    pub targets: BTreeSet<Ref>,
    /// How they are made.
    pub template: Ref,
    /// Its version: a number, `$Latest` or `$Default`.
    pub template_version: String,
    /// `ELB` or `EC2`.
    pub health_check: String,
    /// How long an instance may boot before its health counts, in seconds.
    pub grace: u32,
    /// Cloud's own: what scaling does with the group.
    pub life: GroupLife,
}

impl AutoScalingGroup {
    /// The template version that instances run and that can be returned to: the one that the group
    /// names, or for `$Latest`, which is soon another, the only one that runs.
    pub fn version_before(&self) -> Option<u64> {
        let running = &self.life.running_versions;
        let only = running.first().filter(|_| running.len() == 1);
        self.template_version.parse().ok().or(only.copied())
    }
}

/// What scaling does with a group; never compared, and no part of the fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupLife {
    /// How many instances there should be; in a plan's step, how many at first.
    pub desired: u16,
    /// The template versions that instances run.
    pub running_versions: BTreeSet<u64>,
    /// In a plan's step: how a new template version replaces instances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh: Option<Refresh>,
}

/// A scaling policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScalingPolicy {
    /// Whose it is.
    pub group: Ref,
    /// Its name.
    pub name: String,
    /// `TargetTrackingScaling`.
    pub policy_type: String,
    /// `ASGAverageCPUUtilization`.
    pub metric: Option<String>,
    /// What it aims at.
    pub target: Option<f64>,
    /// How long a new instance does not count, in seconds.
    pub warm_up: Option<u32>,
}
