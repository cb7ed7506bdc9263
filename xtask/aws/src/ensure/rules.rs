//! The rules of a security group, one for each port range and peer.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};
use infra_model::observed::{self, GroupRules, Peer, Ref};

use crate::apply::{Doing, Error};
use crate::failure::Failure;

/// How often a set of rules that others change meanwhile is looked at again.
const ROUNDS: usize = 3;

/// A rule as AWS distinguishes rules.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rule {
    protocol: String,
    from: Option<i32>,
    to: Option<i32>,
    peer: Peer,
}

/// Rules with the permission that each is in a call.
type Rules = BTreeMap<Rule, IpPermission>;

#[derive(Clone, Copy)]
enum Way {
    In,
    Out,
}

/// Makes the group's rules those wanted.
pub(super) async fn set(doing: &Doing<'_>, want: &GroupRules) -> Result<(), Error> {
    let group = doing.at(&want.group)?;
    set_both(doing, group, &want.ingress, &want.egress).await
}

/// Takes all rules away; a group that is not there has none.
pub(super) async fn clear(doing: &Doing<'_>, from: &GroupRules) -> Result<(), Error> {
    let (group, none) = (doing.at(&from.group)?, BTreeSet::new());
    match look(doing, group).await {
        Err(failure) if failure.is_absent() => Ok(()),
        Err(failure) => Err(failure.into()),
        Ok(_) => set_both(doing, group, &none, &none).await,
    }
}

/// New rules come before old ones go, so that nothing that may pass is held up.
pub(super) async fn set_both(
    doing: &Doing<'_>,
    group: &str,
    ingress: &BTreeSet<observed::Rule>,
    egress: &BTreeSet<observed::Rule>,
) -> Result<(), Error> {
    let want = [
        (Way::In, wanted(doing, ingress)?),
        (Way::Out, wanted(doing, egress)?),
    ];
    for _ in 1..ROUNDS {
        match round(doing, group, &want).await {
            // A lost answer, or someone else was quicker: what is left is seen by looking again.
            Err(Error::Call(failure)) if is_overtaken(&failure) => {}
            other => return other,
        }
    }
    round(doing, group, &want).await
}

fn is_overtaken(failure: &Failure) -> bool {
    failure.is(&["InvalidPermission.Duplicate", "InvalidPermission.NotFound"])
}

async fn round(doing: &Doing<'_>, group: &str, want: &[(Way, Rules)]) -> Result<(), Error> {
    let (ingress, egress) = doing.visible(async || look(doing, group).await).await?;
    for (way, want) in want {
        let have = match way {
            Way::In => &ingress,
            Way::Out => &egress,
        };
        let missing = without(want, have);
        let extra = without(have, want);
        if !missing.is_empty() {
            authorize(doing, group, *way, missing).await?;
        }
        if !extra.is_empty() {
            revoke(doing, group, *way, extra).await?;
        }
    }
    Ok(())
}

fn without(these: &Rules, those: &Rules) -> Vec<IpPermission> {
    let only = these.iter().filter(|(rule, _)| !those.contains_key(rule));
    only.map(|(_, permission)| permission.clone()).collect()
}

async fn look(doing: &Doing<'_>, group: &str) -> Result<(Rules, Rules), Failure> {
    let call = "ec2:DescribeSecurityGroups";
    let it = doing
        .clients
        .ec2
        .describe_security_groups()
        .group_ids(group);
    let answer = it.send().await.map_err(doing.failed(call))?;
    let Some(found) = answer.security_groups().first() else {
        let code = "InvalidGroup.NotFound".to_owned();
        return Err(Failure {
            code,
            ..doing.incomplete(call)
        });
    };
    let rules = |list: &[IpPermission]| list.iter().flat_map(single).collect();
    Ok((
        rules(found.ip_permissions()),
        rules(found.ip_permissions_egress()),
    ))
}

async fn authorize(
    doing: &Doing<'_>,
    group: &str,
    way: Way,
    rules: Vec<IpPermission>,
) -> Result<(), Error> {
    let ec2 = &doing.clients.ec2;
    let call = async || match way {
        Way::In => {
            let call = ec2.authorize_security_group_ingress().group_id(group);
            let answer = call.set_ip_permissions(Some(rules.clone())).send().await;
            answer
                .map(drop)
                .map_err(doing.failed("ec2:AuthorizeSecurityGroupIngress"))
        }
        Way::Out => {
            let call = ec2.authorize_security_group_egress().group_id(group);
            let answer = call.set_ip_permissions(Some(rules.clone())).send().await;
            answer
                .map(drop)
                .map_err(doing.failed("ec2:AuthorizeSecurityGroupEgress"))
        }
    };
    // The other group of a rule may be as new as this one.
    doing.visible(call).await
}

async fn revoke(
    doing: &Doing<'_>,
    group: &str,
    way: Way,
    rules: Vec<IpPermission>,
) -> Result<(), Error> {
    let ec2 = &doing.clients.ec2;
    match way {
        Way::In => {
            let call = ec2.revoke_security_group_ingress().group_id(group);
            let answer = call.set_ip_permissions(Some(rules)).send().await;
            answer.map_err(doing.failed("ec2:RevokeSecurityGroupIngress"))?;
        }
        Way::Out => {
            let call = ec2.revoke_security_group_egress().group_id(group);
            let answer = call.set_ip_permissions(Some(rules)).send().await;
            answer.map_err(doing.failed("ec2:RevokeSecurityGroupEgress"))?;
        }
    }
    Ok(())
}

fn wanted(doing: &Doing<'_>, rules: &BTreeSet<observed::Rule>) -> Result<Rules, Error> {
    let each = |rule: &observed::Rule| {
        let base = IpPermission::builder()
            .ip_protocol(&rule.protocol)
            .set_from_port(rule.ports.map(|(first, _)| first.into()))
            .set_to_port(rule.ports.map(|(_, last)| last.into()));
        let permission = match &rule.peer {
            Peer::Network(v6) if v6.contains(':') => {
                base.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(v6).build())
            }
            Peer::Network(v4) => base.ip_ranges(IpRange::builder().cidr_ip(v4).build()),
            Peer::PrefixList(list) => {
                base.prefix_list_ids(PrefixListId::builder().prefix_list_id(list).build())
            }
            Peer::Group(group) => {
                let id = doing.at(group)?;
                base.user_id_group_pairs(UserIdGroupPair::builder().group_id(id).build())
            }
        };
        Ok(single(&permission.build()))
    };
    let rules: Result<Vec<_>, Error> = rules.iter().map(each).collect();
    Ok(rules?.into_iter().flatten().collect())
}

/// AWS puts rules of the same ports together; here each is alone.
fn single(together: &IpPermission) -> Vec<(Rule, IpPermission)> {
    let base = || {
        IpPermission::builder()
            .set_ip_protocol(together.ip_protocol.clone())
            .set_from_port(together.from_port)
            .set_to_port(together.to_port)
    };
    let alone = |peer, permission: IpPermission| (rule(together, peer), permission);
    let v4 = together.ip_ranges().iter().filter_map(|it| {
        let peer = Peer::Network(it.cidr_ip()?.to_owned());
        Some(alone(peer, base().ip_ranges(it.clone()).build()))
    });
    let v6 = together.ipv6_ranges().iter().filter_map(|it| {
        let peer = Peer::Network(it.cidr_ipv6()?.to_owned());
        Some(alone(peer, base().ipv6_ranges(it.clone()).build()))
    });
    let lists = together.prefix_list_ids().iter().filter_map(|it| {
        let peer = Peer::PrefixList(it.prefix_list_id()?.to_owned());
        Some(alone(peer, base().prefix_list_ids(it.clone()).build()))
    });
    let groups = together.user_id_group_pairs().iter().filter_map(|it| {
        let peer = Peer::Group(Ref::from(it.group_id()?));
        Some(alone(peer, base().user_id_group_pairs(it.clone()).build()))
    });
    v4.chain(v6).chain(lists).chain(groups).collect()
}

/// All protocols have no ports, however AWS writes that.
fn rule(of: &IpPermission, peer: Peer) -> Rule {
    let protocol = of.ip_protocol().unwrap_or_default().to_owned();
    let has_ports = protocol != "-1";
    Rule {
        protocol,
        from: of.from_port().filter(|_| has_ports),
        to: of.to_port().filter(|_| has_ports),
        peer,
    }
}
