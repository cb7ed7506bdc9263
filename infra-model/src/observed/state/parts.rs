//! What is a part of what: a part goes with its whole, and its id follows from its whole's.

use crate::id::Kind;
use crate::observed::{AwsId, Ref, State};

impl State {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Bucket(_) => Kind::Bucket,
            Self::Object(_) => Kind::Object,
            Self::Role(_) => Kind::Role,
            Self::RolePolicies(_) => Kind::RolePolicies,
            Self::InstanceProfile(_) => Kind::InstanceProfile,
            Self::KeyPair(_) => Kind::KeyPair,
            Self::Vpc(_) => Kind::Vpc,
            Self::VpcDefaults(_) => Kind::VpcDefaults,
            Self::InternetGateway => Kind::InternetGateway,
            Self::GatewayAttachment(_) => Kind::GatewayAttachment,
            Self::Subnet(_) => Kind::Subnet,
            Self::Address => Kind::Address,
            Self::NatGateway(_) => Kind::NatGateway,
            Self::RouteTable(_) => Kind::RouteTable,
            Self::Route(_) => Kind::Route,
            Self::Endpoint(_) => Kind::Endpoint,
            Self::SecurityGroup(_) => Kind::SecurityGroup,
            Self::GroupRules(_) => Kind::GroupRules,
            Self::TargetGroup(_) => Kind::TargetGroup,
            Self::LoadBalancer(_) => Kind::LoadBalancer,
            Self::Listener(_) => Kind::Listener,
            Self::LaunchTemplate(_) => Kind::LaunchTemplate,
            Self::AutoScalingGroup(_) => Kind::AutoScalingGroup,
            Self::ScalingPolicy(_) => Kind::ScalingPolicy,
            Self::Topic(_) => Kind::Topic,
            Self::Alarm(_) => Kind::Alarm,
        }
    }

    /// What it is a part of: with that, it goes.
    pub fn parent(&self) -> Option<(Kind, &Ref)> {
        match self {
            Self::Object(object) => Some((Kind::Bucket, &object.bucket)),
            Self::RolePolicies(policies) => Some((Kind::Role, &policies.role)),
            Self::VpcDefaults(defaults) => Some((Kind::Vpc, &defaults.vpc)),
            Self::GatewayAttachment(it) => Some((Kind::InternetGateway, &it.gateway)),
            Self::Route(route) => Some((Kind::RouteTable, &route.table)),
            Self::GroupRules(rules) => Some((Kind::SecurityGroup, &rules.group)),
            Self::Listener(listener) => Some((Kind::LoadBalancer, &listener.balancer)),
            Self::ScalingPolicy(policy) => Some((Kind::AutoScalingGroup, &policy.group)),
            _ => None,
        }
    }

    /// The id of a part: its whole's, and its own key where there can be several.
    pub fn part_id(&self) -> Option<AwsId> {
        let (_, parent) = self.parent()?;
        let parent = parent.existing()?;
        match self {
            Self::Object(object) => Some(AwsId(format!("{parent}/{}", object.key))),
            Self::Route(route) => Some(AwsId(format!("{parent}/{}", route.destination))),
            Self::ScalingPolicy(policy) => Some(AwsId(format!("{parent}/{}", policy.name))),
            Self::Listener(_) => None,
            _ => Some(parent.clone()),
        }
    }
}
