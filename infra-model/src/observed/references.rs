//! What refers to what: nothing may go before what refers to it.

use std::collections::BTreeSet;

use crate::id::{Id, Kind};
use crate::observed::{
    Alarm, AwsId, ListenerAction, Peer, Ref, RouteTarget, Rule, State, TemplateVersion, dimension,
};

impl State {
    /// Every reference that it holds, with the kind of what it leads to.
    pub fn references(&self) -> Vec<(Kind, &Ref)> {
        fn each<'a>(kind: Kind, refs: impl IntoIterator<Item = &'a Ref>) -> Vec<(Kind, &'a Ref)> {
            refs.into_iter()
                .map(|reference| (kind, reference))
                .collect()
        }
        fn groups(rules: &BTreeSet<Rule>) -> impl Iterator<Item = &Ref> {
            rules.iter().filter_map(|rule| match &rule.peer {
                Peer::Group(group) => Some(group),
                Peer::Network(_) | Peer::PrefixList(_) => None,
            })
        }
        match self {
            Self::Bucket(_)
            | Self::Role(_)
            | Self::KeyPair(_)
            | Self::Vpc(_)
            | Self::InternetGateway
            | Self::Address
            | Self::Topic(_) => Vec::new(),
            Self::Object(object) => each(Kind::Bucket, [&object.bucket]),
            Self::RolePolicies(policies) => each(Kind::Role, [&policies.role]),
            Self::InstanceProfile(profile) => each(Kind::Role, &profile.roles),
            Self::VpcDefaults(defaults) => each(Kind::Vpc, [&defaults.vpc]),
            Self::GatewayAttachment(it) => {
                vec![(Kind::InternetGateway, &it.gateway), (Kind::Vpc, &it.vpc)]
            }
            Self::Subnet(subnet) => each(Kind::Vpc, [&subnet.vpc]),
            Self::NatGateway(nat) => {
                vec![(Kind::Subnet, &nat.subnet), (Kind::Address, &nat.address)]
            }
            Self::RouteTable(table) => {
                let mut refs = each(Kind::Subnet, &table.subnets);
                refs.push((Kind::Vpc, &table.vpc));
                refs
            }
            Self::Route(route) => {
                let mut refs = each(Kind::RouteTable, [&route.table]);
                match &route.target {
                    RouteTarget::Gateway(gateway) => refs.push((Kind::InternetGateway, gateway)),
                    RouteTarget::Nat(nat) => refs.push((Kind::NatGateway, nat)),
                    RouteTarget::Other(_) => {}
                }
                refs
            }
            Self::Endpoint(endpoint) => {
                let mut refs = each(Kind::RouteTable, &endpoint.tables);
                refs.push((Kind::Vpc, &endpoint.vpc));
                refs
            }
            Self::SecurityGroup(group) => each(Kind::Vpc, [&group.vpc]),
            Self::GroupRules(rules) => {
                let peers = groups(&rules.ingress).chain(groups(&rules.egress));
                each(Kind::SecurityGroup, peers.chain([&rules.group]))
            }
            Self::TargetGroup(group) => each(Kind::Vpc, [&group.vpc]),
            Self::LoadBalancer(balancer) => {
                let mut refs = each(Kind::Subnet, &balancer.subnets);
                refs.extend(each(Kind::SecurityGroup, &balancer.groups));
                let bucket = balancer.access_logs.iter().map(|logs| &logs.bucket);
                refs.extend(each(Kind::Bucket, bucket));
                refs
            }
            Self::Listener(listener) => {
                let mut refs = each(Kind::LoadBalancer, [&listener.balancer]);
                if let ListenerAction::Forward(targets) = &listener.action {
                    refs.push((Kind::TargetGroup, targets));
                }
                refs
            }
            Self::LaunchTemplate(template) => {
                let versions = template.versions.values();
                versions.flat_map(TemplateVersion::references).collect()
            }
            Self::AutoScalingGroup(group) => {
                let mut refs = each(Kind::Subnet, &group.subnets);
                refs.extend(each(Kind::TargetGroup, &group.targets));
                refs.push((Kind::LaunchTemplate, &group.template));
                refs
            }
            Self::ScalingPolicy(policy) => each(Kind::AutoScalingGroup, [&policy.group]),
            Self::Alarm(alarm) => alarm.references(),
        }
    }
}

impl TemplateVersion {
    fn references(&self) -> Vec<(Kind, &Ref)> {
        let groups = self.groups.iter().map(|group| (Kind::SecurityGroup, group));
        let key = self.key.iter().map(|key| (Kind::KeyPair, key));
        let profile = self
            .profile
            .iter()
            .map(|profile| (Kind::InstanceProfile, profile));
        groups.chain(key).chain(profile).collect()
    }
}

impl Alarm {
    fn references(&self) -> Vec<(Kind, &Ref)> {
        let told = self.begins.union(&self.ends).map(|it| (Kind::Topic, it));
        let figures = self.figures.values().flat_map(|it| &it.of);
        let about = figures.filter_map(|(name, it)| Some((dimension::kind(name)?, it)));
        told.chain(about).collect()
    }
}

/// Puts ids in the place of what was planned.
impl State {
    /// Every reference to a planned part becomes one to what was made; what `made` does not
    /// know stays planned.
    pub fn resolve(&mut self, made: &impl Fn(Id) -> Option<AwsId>) {
        let at = |reference: &mut Ref| {
            if let Ref::Planned(id) = reference
                && let Some(id) = made(*id)
            {
                *reference = Ref::Existing(id);
            }
        };
        let all = |references: &mut BTreeSet<Ref>| {
            let mut list: Vec<Ref> = references.iter().cloned().collect();
            list.iter_mut().for_each(at);
            *references = list.into_iter().collect();
        };
        let peers = |rules: &mut BTreeSet<Rule>| {
            let mut list: Vec<Rule> = rules.iter().cloned().collect();
            for rule in &mut list {
                if let Peer::Group(group) = &mut rule.peer {
                    at(group);
                }
            }
            *rules = list.into_iter().collect();
        };
        match self {
            Self::Bucket(_)
            | Self::Role(_)
            | Self::KeyPair(_)
            | Self::Vpc(_)
            | Self::InternetGateway
            | Self::Address
            | Self::Topic(_) => {}
            Self::Object(object) => at(&mut object.bucket),
            Self::RolePolicies(policies) => at(&mut policies.role),
            Self::InstanceProfile(profile) => all(&mut profile.roles),
            Self::VpcDefaults(defaults) => at(&mut defaults.vpc),
            Self::GatewayAttachment(it) => {
                at(&mut it.gateway);
                at(&mut it.vpc);
            }
            Self::Subnet(subnet) => at(&mut subnet.vpc),
            Self::NatGateway(nat) => {
                at(&mut nat.subnet);
                at(&mut nat.address);
            }
            Self::RouteTable(table) => {
                at(&mut table.vpc);
                all(&mut table.subnets);
            }
            Self::Route(route) => {
                at(&mut route.table);
                match &mut route.target {
                    RouteTarget::Gateway(target) | RouteTarget::Nat(target) => at(target),
                    RouteTarget::Other(_) => {}
                }
            }
            Self::Endpoint(endpoint) => {
                at(&mut endpoint.vpc);
                all(&mut endpoint.tables);
            }
            Self::SecurityGroup(group) => at(&mut group.vpc),
            Self::GroupRules(rules) => {
                at(&mut rules.group);
                peers(&mut rules.ingress);
                peers(&mut rules.egress);
            }
            Self::TargetGroup(group) => at(&mut group.vpc),
            Self::LoadBalancer(balancer) => {
                all(&mut balancer.subnets);
                all(&mut balancer.groups);
                let logs = balancer.access_logs.iter_mut();
                logs.map(|logs| &mut logs.bucket).for_each(at);
            }
            Self::Listener(listener) => {
                at(&mut listener.balancer);
                if let ListenerAction::Forward(targets) = &mut listener.action {
                    at(targets);
                }
            }
            Self::LaunchTemplate(template) => {
                for version in template.versions.values_mut() {
                    all(&mut version.groups);
                    version
                        .key
                        .iter_mut()
                        .chain(&mut version.profile)
                        .for_each(at);
                }
            }
            Self::AutoScalingGroup(group) => {
                all(&mut group.subnets);
                all(&mut group.targets);
                at(&mut group.template);
            }
            Self::ScalingPolicy(policy) => at(&mut policy.group),
            Self::Alarm(alarm) => {
                all(&mut alarm.begins);
                all(&mut alarm.ends);
                let figures = alarm.figures.values_mut();
                figures.flat_map(|it| it.of.values_mut()).for_each(at);
            }
        }
    }
}
