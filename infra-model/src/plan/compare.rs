//! The differences between what AWS holds and what it should hold, attribute by attribute.
//!
//! Every struct is taken apart whole on both sides, so that a new attribute that is forgotten
//! here does not compile. [`assign`] is the other direction: it makes one attribute so, and
//! stands beside the comparison of its kind.

mod access;
mod alarms;
mod fleet;
mod network;
mod serving;
mod show;
mod storage;

pub(super) use fleet::versions;

use std::fmt;

use serde::Serialize;

use crate::observed::State;
use crate::plan::compare::show::Show;
use crate::tags::Tags;

/// An attribute that is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "`Display` says what each is")]
pub enum Attribute {
    Tag(String),
    Region,
    PublicAccess,
    Encryption,
    BucketPolicy,
    Versioning,
    Lifecycle,
    Content,
    Trust,
    InlinePolicy(String),
    ManagedPolicies,
    ProfileRole,
    KeyAlgorithm,
    PublicKey,
    Vpc,
    Cidr,
    DnsHostnames,
    DnsSupport,
    DefaultIngress,
    DefaultEgress,
    MainRoutes,
    Zone,
    PublicAddresses,
    NatSubnet,
    NatAddress,
    Associations,
    RouteTarget,
    Service,
    EndpointTables,
    Ingress,
    Egress,
    TargetProtocol,
    TargetPort,
    TargetType,
    HealthProtocol,
    HealthPort,
    HealthPath,
    HealthInterval,
    HealthTimeout,
    HealthyThreshold,
    UnhealthyThreshold,
    Matcher,
    DeregistrationDelay,
    BalancerType,
    Scheme,
    BalancerSubnets,
    BalancerGroups,
    DropsInvalidHeaders,
    AccessLogs,
    ListenerProtocol,
    Certificate,
    TlsPolicy,
    SignIn,
    Issuer,
    AuthorizationEndpoint,
    TokenEndpoint,
    UserInfoEndpoint,
    Client,
    ClientSecret,
    Scope,
    SessionTimeout,
    Unauthenticated,
    SessionCookie,
    ExtraParameters,
    ListenerAction,
    Version,
    ImageFamily,
    Image,
    InstanceType,
    Key,
    Profile,
    InstanceGroups,
    UserData,
    Metadata,
    RootVolume,
    InstanceTags,
    VolumeTags,
    Min,
    Max,
    GroupSubnets,
    GroupTargets,
    Template,
    TemplateVersion,
    HealthCheckType,
    Grace,
    PolicyType,
    Metric,
    Target,
    WarmUp,
    Emails,
    AlarmFigures,
    AlarmExpression,
    AlarmBounds,
    AlarmEnabled,
    AlarmBegins,
    AlarmEnds,
    Description,
}

impl Attribute {
    /// Whether AWS fixes it when the resource is made.
    pub fn is_fixed(&self) -> bool {
        matches!(
            self,
            Self::Region
                | Self::KeyAlgorithm
                | Self::PublicKey
                | Self::Vpc
                | Self::Cidr
                | Self::Zone
                | Self::NatSubnet
                | Self::NatAddress
                | Self::Service
                | Self::TargetProtocol
                | Self::TargetPort
                | Self::TargetType
                | Self::BalancerType
                | Self::Scheme
        )
    }

    /// Whether it is part of what a listener does with a request, which AWS is told as a whole.
    pub fn is_listener_action(&self) -> bool {
        matches!(
            self,
            Self::SignIn
                | Self::Issuer
                | Self::AuthorizationEndpoint
                | Self::TokenEndpoint
                | Self::UserInfoEndpoint
                | Self::Client
                | Self::ClientSecret
                | Self::Scope
                | Self::SessionTimeout
                | Self::Unauthenticated
                | Self::SessionCookie
                | Self::ExtraParameters
                | Self::ListenerAction
        )
    }

    /// Whether a resource that was taken over keeps what it has.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Cidr | Self::KeyAlgorithm)
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tag(key) => return write!(f, "tag {key}"),
            Self::InlinePolicy(name) => return write!(f, "policy {name}"),
            Self::Region => "region",
            Self::PublicAccess => "public access blocked",
            Self::Encryption => "encryption",
            Self::BucketPolicy => "policy",
            Self::Versioning => "versioning",
            Self::Lifecycle => "lifecycle",
            Self::Content => "SHA-256",
            Self::Trust => "trust",
            Self::ManagedPolicies => "managed policies",
            Self::ProfileRole => "role",
            Self::KeyAlgorithm => "algorithm",
            Self::PublicKey => "public key",
            Self::Vpc => "VPC",
            Self::Cidr => "CIDR",
            Self::DnsHostnames => "DNS hostnames",
            Self::DnsSupport => "DNS support",
            Self::DefaultIngress => "default group in",
            Self::DefaultEgress => "default group out",
            Self::MainRoutes => "main routes",
            Self::Zone => "zone",
            Self::PublicAddresses => "public addresses",
            Self::NatSubnet => "subnet",
            Self::NatAddress => "address",
            Self::Associations | Self::BalancerSubnets | Self::GroupSubnets => "subnets",
            Self::RouteTarget => "0.0.0.0/0 via",
            Self::Service => "service",
            Self::EndpointTables => "route tables",
            Self::Ingress => "in",
            Self::Egress => "out",
            Self::TargetProtocol | Self::ListenerProtocol => "protocol",
            Self::TargetPort => "port",
            Self::TargetType => "target type",
            Self::HealthProtocol => "health check protocol",
            Self::HealthPort => "health check port",
            Self::HealthPath => "health check path",
            Self::HealthInterval => "health check interval",
            Self::HealthTimeout => "health check timeout",
            Self::HealthyThreshold => "healthy threshold",
            Self::UnhealthyThreshold => "unhealthy threshold",
            Self::Matcher => "health check codes",
            Self::DeregistrationDelay => "deregistration delay",
            Self::BalancerType => "type",
            Self::Scheme => "scheme",
            Self::BalancerGroups | Self::InstanceGroups => "security groups",
            Self::DropsInvalidHeaders => "drops invalid headers",
            Self::AccessLogs => "access logs",
            Self::Certificate => "certificate",
            Self::TlsPolicy => "TLS policy",
            Self::SignIn => "sign-in",
            Self::Issuer => "issuer",
            Self::AuthorizationEndpoint => "authorization endpoint",
            Self::TokenEndpoint => "token endpoint",
            Self::UserInfoEndpoint => "user info endpoint",
            Self::Client => "client",
            Self::ClientSecret => "client secret",
            Self::Scope => "scope",
            Self::SessionTimeout => "session timeout",
            Self::Unauthenticated => "requests without sign-in",
            Self::SessionCookie => "session cookie",
            Self::ExtraParameters => "extra parameters",
            Self::ListenerAction => "action",
            Self::Version => "version",
            Self::ImageFamily => "image family",
            Self::Image => "image",
            Self::InstanceType => "instance type",
            Self::Key => "key pair",
            Self::Profile => "instance profile",
            Self::UserData => "user data",
            Self::Metadata => "metadata service",
            Self::RootVolume => "root volume",
            Self::InstanceTags => "instance tags",
            Self::VolumeTags => "volume tags",
            Self::Min => "minimum",
            Self::Max => "maximum",
            Self::GroupTargets => "target groups",
            Self::Template => "template",
            Self::TemplateVersion => "template version",
            Self::HealthCheckType => "health check type",
            Self::Grace => "grace period",
            Self::PolicyType => "policy type",
            Self::Metric => "metric",
            Self::Target => "target",
            Self::WarmUp => "warm-up",
            Self::Emails => "mails to",
            Self::AlarmFigures => "figures",
            Self::AlarmExpression => "expression",
            Self::AlarmBounds => "bounds",
            Self::AlarmEnabled => "tells",
            Self::AlarmBegins => "tells its beginning to",
            Self::AlarmEnds => "tells its end to",
            Self::Description => "description",
        })
    }
}

impl Serialize for Attribute {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One attribute's old and new value, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which attribute.
    pub attribute: Attribute,
    /// What AWS holds.
    pub from: String,
    /// What it should hold.
    pub to: String,
}

impl Change {
    pub(super) fn of(attribute: Attribute, from: String, to: String) -> Self {
        Self {
            attribute,
            from,
            to,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} → {}", self.attribute, self.from, self.to)
    }
}

/// The changes found so far.
#[derive(Default)]
struct Changes(Vec<Change>);

impl Changes {
    fn compare<T: PartialEq + Show>(&mut self, attribute: Attribute, have: &T, want: &T) {
        if have != want {
            self.0.push(Change::of(attribute, have.show(), want.show()));
        }
    }
}

/// The attributes that differ between two states of one kind.
pub(super) fn states(have: &State, want: &State) -> Vec<Change> {
    let mut changes = Changes::default();
    let c = &mut changes;
    match (have, want) {
        (State::Bucket(have), State::Bucket(want)) => storage::bucket(c, have, want),
        (State::Object(have), State::Object(want)) => storage::object(c, have, want),
        (State::Role(have), State::Role(want)) => access::role(c, have, want),
        (State::RolePolicies(have), State::RolePolicies(want)) => access::policies(c, have, want),
        (State::InstanceProfile(have), State::InstanceProfile(want)) => {
            access::profile(c, have, want);
        }
        (State::KeyPair(have), State::KeyPair(want)) => access::key_pair(c, have, want),
        (State::SecurityGroup(have), State::SecurityGroup(want)) => access::group(c, have, want),
        (State::GroupRules(have), State::GroupRules(want)) => access::rules(c, have, want),
        (State::Vpc(have), State::Vpc(want)) => network::vpc(c, have, want),
        (State::VpcDefaults(have), State::VpcDefaults(want)) => network::defaults(c, have, want),
        (State::GatewayAttachment(have), State::GatewayAttachment(want)) => {
            network::attachment(c, have, want);
        }
        (State::Subnet(have), State::Subnet(want)) => network::subnet(c, have, want),
        (State::NatGateway(have), State::NatGateway(want)) => network::nat(c, have, want),
        (State::RouteTable(have), State::RouteTable(want)) => network::table(c, have, want),
        (State::Route(have), State::Route(want)) => network::route(c, have, want),
        (State::Endpoint(have), State::Endpoint(want)) => network::endpoint(c, have, want),
        (State::TargetGroup(have), State::TargetGroup(want)) => serving::targets(c, have, want),
        (State::LoadBalancer(have), State::LoadBalancer(want)) => serving::balancer(c, have, want),
        (State::Listener(have), State::Listener(want)) => serving::listener(c, have, want),
        (State::AutoScalingGroup(have), State::AutoScalingGroup(want)) => {
            fleet::group(c, have, want);
        }
        (State::ScalingPolicy(have), State::ScalingPolicy(want)) => fleet::policy(c, have, want),
        (State::Topic(have), State::Topic(want)) => alarms::topic(c, have, want),
        (State::Alarm(have), State::Alarm(want)) => alarms::alarm(c, have, want),
        // Neither has an attribute; a template's versions are compared by the draft.
        (State::InternetGateway | State::Address | State::LaunchTemplate(_), _) => {}
        _ => debug_assert!(false, "an item is matched with a resource of its own kind"),
    }
    changes.0
}

/// The tags of ours that it does not carry. Others' tags are others' business.
pub(super) fn tags(have: &Tags, want: &Tags) -> Vec<Change> {
    want.iter()
        .filter(|(key, value)| have.get(key) != Some(value))
        .map(|(key, value)| {
            let from = have.get(key).unwrap_or("none").to_owned();
            Change::of(Attribute::Tag(key.to_owned()), from, value.to_owned())
        })
        .collect()
}

/// Makes one attribute as wanted, as AWS does when it is told to.
pub(crate) fn assign(attribute: &Attribute, have: &mut State, want: &State) {
    match (have, want) {
        (State::Bucket(have), State::Bucket(want)) => storage::assign_bucket(attribute, have, want),
        (State::Object(have), State::Object(want)) => have.sha256.clone_from(&want.sha256),
        (State::Role(have), State::Role(want)) => have.trust = want.trust.clone(),
        (State::RolePolicies(have), State::RolePolicies(want)) => {
            access::assign_policies(attribute, have, want);
        }
        (State::InstanceProfile(have), State::InstanceProfile(want)) => {
            have.roles.clone_from(&want.roles);
        }
        (State::GroupRules(have), State::GroupRules(want)) => {
            access::assign_rules(attribute, have, want);
        }
        (State::Vpc(have), State::Vpc(want)) => network::assign_vpc(attribute, have, want),
        (State::VpcDefaults(have), State::VpcDefaults(want)) => {
            network::assign_defaults(attribute, have, want);
        }
        (State::Subnet(have), State::Subnet(want)) => have.public_addresses = want.public_addresses,
        (State::RouteTable(have), State::RouteTable(want)) => {
            have.subnets.clone_from(&want.subnets)
        }
        (State::Route(have), State::Route(want)) => have.target = want.target.clone(),
        (State::Endpoint(have), State::Endpoint(want)) => have.tables.clone_from(&want.tables),
        (State::TargetGroup(have), State::TargetGroup(want)) => {
            serving::assign_targets(attribute, have, want);
        }
        (State::LoadBalancer(have), State::LoadBalancer(want)) => {
            serving::assign_balancer(attribute, have, want);
        }
        (State::Listener(have), State::Listener(want)) => {
            serving::assign_listener(attribute, have, want);
        }
        (State::LaunchTemplate(have), State::LaunchTemplate(want)) => {
            have.versions.extend(want.versions.clone());
        }
        (State::AutoScalingGroup(have), State::AutoScalingGroup(want)) => {
            fleet::assign_group(attribute, have, want);
        }
        (State::ScalingPolicy(have), State::ScalingPolicy(want)) => {
            fleet::assign_policy(attribute, have, want);
        }
        (State::Topic(have), State::Topic(want)) => alarms::assign_topic(have, want),
        (State::Alarm(have), State::Alarm(want)) => alarms::assign_alarm(attribute, have, want),
        // What is left has no attribute that changes in place.
        _ => {}
    }
}
