//! Logical ids: which part of the system a resource is, whatever AWS calls it.
//!
//! The id is the value of the `Resource` tag, so it must never change its spelling.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One of the two availability zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Zone {
    /// The region's zone a.
    A,
    /// The region's zone b.
    B,
}

impl Zone {
    /// Both, in order.
    pub const ALL: [Self; 2] = [Self::A, Self::B];

    /// The letter that AWS appends to the region.
    pub const fn letter(self) -> char {
        match self {
            Self::A => 'a',
            Self::B => 'b',
        }
    }
}

/// Who may reach a subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Routed to the internet gateway: load balancer and NAT gateways only.
    Public,
    /// Routed to a NAT gateway: instances only.
    Private,
}

/// Which part of the system a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[allow(missing_docs, reason = "the kinds of `topology` describe them")]
pub enum Id {
    Bucket,
    Release,
    SampleData,
    Role,
    RolePolicies,
    InstanceProfile,
    KeyPair,
    Vpc,
    VpcDefaults,
    InternetGateway,
    GatewayAttachment,
    Subnet(Tier, Zone),
    Address(Zone),
    NatGateway(Zone),
    PublicRouteTable,
    PublicRoute,
    PrivateRouteTable(Zone),
    PrivateRoute(Zone),
    S3Endpoint,
    BalancerGroup,
    AppGroup,
    BalancerRules,
    AppRules,
    TargetGroup,
    LoadBalancer,
    HttpListener,
    HttpsListener,
    LaunchTemplate,
    AutoScalingGroup,
    ScalingPolicy,
    AlarmTopic,
    NoHealthyTarget,
    ServerErrors,
    SlowAnswers,
    NatErrors(Zone),
}

impl Id {
    /// Every id there can be.
    pub fn all() -> impl Iterator<Item = Self> {
        use Id::*;
        let single = [
            Bucket,
            Release,
            SampleData,
            Role,
            RolePolicies,
            InstanceProfile,
            KeyPair,
            Vpc,
            VpcDefaults,
            InternetGateway,
            GatewayAttachment,
            PublicRouteTable,
            PublicRoute,
            S3Endpoint,
            BalancerGroup,
            AppGroup,
            BalancerRules,
            AppRules,
            TargetGroup,
            LoadBalancer,
            HttpListener,
            HttpsListener,
            LaunchTemplate,
            AutoScalingGroup,
            ScalingPolicy,
            AlarmTopic,
            NoHealthyTarget,
            ServerErrors,
            SlowAnswers,
        ];
        let zoned = Zone::ALL.into_iter().flat_map(|zone| {
            [
                Subnet(Tier::Public, zone),
                Subnet(Tier::Private, zone),
                Address(zone),
                NatGateway(zone),
                PrivateRouteTable(zone),
                PrivateRoute(zone),
                NatErrors(zone),
            ]
        });
        single.into_iter().chain(zoned)
    }

    /// The kind of resource that it is.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Bucket => Kind::Bucket,
            Self::Release | Self::SampleData => Kind::Object,
            Self::Role => Kind::Role,
            Self::RolePolicies => Kind::RolePolicies,
            Self::InstanceProfile => Kind::InstanceProfile,
            Self::KeyPair => Kind::KeyPair,
            Self::Vpc => Kind::Vpc,
            Self::VpcDefaults => Kind::VpcDefaults,
            Self::InternetGateway => Kind::InternetGateway,
            Self::GatewayAttachment => Kind::GatewayAttachment,
            Self::Subnet(..) => Kind::Subnet,
            Self::Address(_) => Kind::Address,
            Self::NatGateway(_) => Kind::NatGateway,
            Self::PublicRouteTable | Self::PrivateRouteTable(_) => Kind::RouteTable,
            Self::PublicRoute | Self::PrivateRoute(_) => Kind::Route,
            Self::S3Endpoint => Kind::Endpoint,
            Self::BalancerGroup | Self::AppGroup => Kind::SecurityGroup,
            Self::BalancerRules | Self::AppRules => Kind::GroupRules,
            Self::TargetGroup => Kind::TargetGroup,
            Self::LoadBalancer => Kind::LoadBalancer,
            Self::HttpListener | Self::HttpsListener => Kind::Listener,
            Self::LaunchTemplate => Kind::LaunchTemplate,
            Self::AutoScalingGroup => Kind::AutoScalingGroup,
            Self::ScalingPolicy => Kind::ScalingPolicy,
            Self::AlarmTopic => Kind::Topic,
            Self::NoHealthyTarget | Self::ServerErrors | Self::SlowAnswers | Self::NatErrors(_) => {
                Kind::Alarm
            }
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, zone) = match self {
            Self::Bucket => ("bucket", None),
            Self::Release => ("release", None),
            Self::SampleData => ("sample-data", None),
            Self::Role => ("role", None),
            Self::RolePolicies => ("role-policies", None),
            Self::InstanceProfile => ("instance-profile", None),
            Self::KeyPair => ("key-pair", None),
            Self::Vpc => ("vpc", None),
            Self::VpcDefaults => ("vpc-defaults", None),
            Self::InternetGateway => ("internet-gateway", None),
            Self::GatewayAttachment => ("gateway-attachment", None),
            Self::Subnet(Tier::Public, zone) => ("public-subnet", Some(zone)),
            Self::Subnet(Tier::Private, zone) => ("private-subnet", Some(zone)),
            Self::Address(zone) => ("address", Some(zone)),
            Self::NatGateway(zone) => ("nat-gateway", Some(zone)),
            Self::PublicRouteTable => ("public-route-table", None),
            Self::PublicRoute => ("public-route", None),
            Self::PrivateRouteTable(zone) => ("private-route-table", Some(zone)),
            Self::PrivateRoute(zone) => ("private-route", Some(zone)),
            Self::S3Endpoint => ("s3-endpoint", None),
            Self::BalancerGroup => ("balancer-group", None),
            Self::AppGroup => ("app-group", None),
            Self::BalancerRules => ("balancer-rules", None),
            Self::AppRules => ("app-rules", None),
            Self::TargetGroup => ("target-group", None),
            Self::LoadBalancer => ("load-balancer", None),
            Self::HttpListener => ("http-listener", None),
            Self::HttpsListener => ("https-listener", None),
            Self::LaunchTemplate => ("launch-template", None),
            Self::AutoScalingGroup => ("auto-scaling-group", None),
            Self::ScalingPolicy => ("scaling-policy", None),
            Self::AlarmTopic => ("alarm-topic", None),
            Self::NoHealthyTarget => ("no-healthy-target", None),
            Self::ServerErrors => ("server-errors", None),
            Self::SlowAnswers => ("slow-answers", None),
            Self::NatErrors(zone) => ("nat-errors", Some(zone)),
        };
        match zone {
            None => f.pad(word),
            Some(zone) => f.pad(&format!("{word}-{}", zone.letter())),
        }
    }
}

/// A `Resource` tag that this version of the model does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the logical id of a resource in this version of the model")]
pub struct UnknownId(String);

impl FromStr for Id {
    type Err = UnknownId;
    fn from_str(text: &str) -> Result<Self, UnknownId> {
        Self::all()
            .find(|id| id.to_string() == text)
            .ok_or_else(|| UnknownId(text.to_owned()))
    }
}

impl TryFrom<String> for Id {
    type Error = UnknownId;
    fn try_from(text: String) -> Result<Self, UnknownId> {
        text.parse()
    }
}

impl From<Id> for String {
    fn from(id: Id) -> String {
        id.to_string()
    }
}

/// The kinds of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(
    missing_docs,
    reason = "the structs of `topology` with these names describe them"
)]
pub enum Kind {
    Bucket,
    Object,
    Role,
    RolePolicies,
    InstanceProfile,
    KeyPair,
    Vpc,
    VpcDefaults,
    InternetGateway,
    GatewayAttachment,
    Subnet,
    Address,
    NatGateway,
    RouteTable,
    Route,
    Endpoint,
    SecurityGroup,
    GroupRules,
    TargetGroup,
    LoadBalancer,
    Listener,
    LaunchTemplate,
    AutoScalingGroup,
    ScalingPolicy,
    Topic,
    Alarm,
}

impl Kind {
    /// Whether AWS addresses it by its name, so that the name is its id.
    pub const fn is_named_by_id(self) -> bool {
        matches!(
            self,
            Self::Bucket
                | Self::Role
                | Self::InstanceProfile
                | Self::KeyPair
                | Self::AutoScalingGroup
        )
    }

    /// Whether AWS keeps a name of it that cannot change and that only one may have.
    pub const fn has_fixed_name(self) -> bool {
        self.is_named_by_id()
            || matches!(
                self,
                Self::SecurityGroup
                    | Self::TargetGroup
                    | Self::LoadBalancer
                    | Self::LaunchTemplate
                    | Self::Topic
                    | Self::Alarm
            )
    }

    /// Whether it carries tags that say whose it is. What does not belongs to whom its parent belongs.
    pub const fn is_tagged(self) -> bool {
        !matches!(
            self,
            Self::Object
                | Self::RolePolicies
                | Self::VpcDefaults
                | Self::GatewayAttachment
                | Self::Route
                | Self::GroupRules
                | Self::ScalingPolicy
        )
    }

    /// What a person calls it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Bucket => "bucket",
            Self::Object => "object",
            Self::Role => "role",
            Self::RolePolicies => "policies of role",
            Self::InstanceProfile => "instance profile",
            Self::KeyPair => "key pair",
            Self::Vpc => "VPC",
            Self::VpcDefaults => "defaults of VPC",
            Self::InternetGateway => "internet gateway",
            Self::GatewayAttachment => "attachment of gateway",
            Self::Subnet => "subnet",
            Self::Address => "address",
            Self::NatGateway => "NAT gateway",
            Self::RouteTable => "route table",
            Self::Route => "default route of",
            Self::Endpoint => "S3 endpoint",
            Self::SecurityGroup => "security group",
            Self::GroupRules => "rules of",
            Self::TargetGroup => "target group",
            Self::LoadBalancer => "load balancer",
            Self::Listener => "listener",
            Self::LaunchTemplate => "launch template",
            Self::AutoScalingGroup => "Auto Scaling group",
            Self::ScalingPolicy => "scaling policy",
            Self::Topic => "topic",
            Self::Alarm => "alarm",
        }
    }
}

/// A reference to a resource of type `T` in the topology.
///
/// Only adding that resource gives one, so a reference to nothing does not compile:
///
/// ```compile_fail
/// use infra_model::{id::{Handle, Id}, topology::Vpc};
/// let dangling: Handle<Vpc> = Handle { id: Id::Vpc, of: std::marker::PhantomData };
/// ```
pub struct Handle<T> {
    id: Id,
    of: PhantomData<fn() -> T>,
}

impl<T> Handle<T> {
    pub(crate) const fn to(id: Id) -> Self {
        Self {
            id,
            of: PhantomData,
        }
    }

    /// The logical id that it leads to.
    pub const fn id(&self) -> Id {
        self.id
    }
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<T> {}

impl<T> PartialEq for Handle<T> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "→{}", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_back_and_do_not_repeat() {
        let mut spellings: Vec<String> = Id::all().map(String::from).collect();
        for spelling in &spellings {
            assert_eq!(
                spelling.parse::<Id>().map(String::from).as_ref(),
                Ok(spelling)
            );
        }
        spellings.sort();
        spellings.dedup();
        assert_eq!(spellings.len(), Id::all().count());
        assert!("nat-gateway-c".parse::<Id>().is_err());
    }
}
