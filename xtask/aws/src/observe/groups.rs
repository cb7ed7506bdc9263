//! Security groups and their rules, as the model has them.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{IpPermission, SecurityGroup};
use infra_model::observed::{self, Found, Peer, Rule, State};

use crate::observe::scope::ec2_tags;
use crate::observe::{owned, part, to};

/// Whether it is the one that AWS makes with the VPC; nobody else may give this name.
pub(super) fn is_default(it: &SecurityGroup) -> bool {
    it.group_name() == Some("default")
}

pub(super) fn group(it: &SecurityGroup) -> Option<Found> {
    let state = State::SecurityGroup(observed::SecurityGroup {
        vpc: to(it.vpc_id()),
        description: owned(it.description()),
    });
    let tags = ec2_tags(it.tags());
    Some(Found::whole(it.group_id()?, it.group_name(), tags, state))
}

/// The group's rules, if it has any.
pub(super) fn rules(it: &SecurityGroup) -> Option<Found> {
    let rules = observed::GroupRules {
        group: to(Some(it.group_id()?)),
        ingress: rules_of(it.ip_permissions()),
        egress: rules_of(it.ip_permissions_egress()),
    };
    let is_empty = rules.ingress.is_empty() && rules.egress.is_empty();
    (!is_empty).then(|| part(State::GroupRules(rules)))
}

/// One rule for each port range and peer; AWS gives the peers of a port range together.
pub(super) fn rules_of(permissions: &[IpPermission]) -> BTreeSet<Rule> {
    permissions.iter().flat_map(each).collect()
}

fn each(it: &IpPermission) -> impl Iterator<Item = Rule> {
    let networks = it.ip_ranges().iter().filter_map(|range| range.cidr_ip());
    let networks6 = it
        .ipv6_ranges()
        .iter()
        .filter_map(|range| range.cidr_ipv6());
    let networks = networks
        .chain(networks6)
        .map(str::to_owned)
        .map(Peer::Network);
    let pairs = it.user_id_group_pairs().iter();
    let groups = pairs.map(|pair| Peer::Group(to(pair.group_id().or(pair.group_name()))));
    let lists = it.prefix_list_ids().iter();
    let lists = lists.map(|list| Peer::PrefixList(owned(list.prefix_list_id())));
    networks.chain(groups).chain(lists).map(|peer| Rule {
        protocol: owned(it.ip_protocol()),
        ports: ports(it),
        peer,
    })
}

/// -1 stands for all, where a protocol has no ports.
fn ports(it: &IpPermission) -> Option<(u16, u16)> {
    let first = u16::try_from(it.from_port()?).ok()?;
    let last = u16::try_from(it.to_port()?).ok()?;
    (it.ip_protocol() != Some("-1")).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};

    use super::*;

    #[test]
    fn each_peer_of_each_port_range_is_a_rule() {
        let web = IpPermission::builder()
            .ip_protocol("tcp")
            .from_port(80)
            .to_port(443)
            .ip_ranges(IpRange::builder().cidr_ip("10.0.0.0/8").build())
            .ip_ranges(IpRange::builder().cidr_ip("192.0.2.0/24").build())
            .ipv6_ranges(Ipv6Range::builder().cidr_ipv6("::/0").build())
            .user_id_group_pairs(UserIdGroupPair::builder().group_id("sg-1").build())
            .prefix_list_ids(PrefixListId::builder().prefix_list_id("pl-1").build())
            .build();
        let ping = IpPermission::builder()
            .ip_protocol("icmp")
            .from_port(-1)
            .to_port(-1)
            .ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build())
            .build();
        let all = IpPermission::builder()
            .ip_protocol("-1")
            .ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build())
            .build();
        let rule = |protocol: &str, ports, peer| Rule {
            protocol: protocol.to_owned(),
            ports,
            peer,
        };
        let network = |text: &str| Peer::Network(text.to_owned());
        let range = Some((80, 443));
        let want = [
            rule("tcp", range, network("10.0.0.0/8")),
            rule("tcp", range, network("192.0.2.0/24")),
            rule("tcp", range, network("::/0")),
            rule("tcp", range, Peer::Group("sg-1".into())),
            rule("tcp", range, Peer::PrefixList("pl-1".to_owned())),
            rule("icmp", None, network("0.0.0.0/0")),
            Rule::everything_out(),
        ];
        assert_eq!(rules_of(&[web, ping, all]), want.into());
        assert!(rules(&SecurityGroup::builder().group_id("sg-1").build()).is_none());
    }
}
