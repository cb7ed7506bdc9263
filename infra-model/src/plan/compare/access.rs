//! Role, policies, profile, key pair, security groups.

use std::collections::BTreeSet;

use crate::observed::{GroupRules, InstanceProfile, KeyPair, Role, RolePolicies, SecurityGroup};
use crate::plan::compare::{Attribute, Changes};

pub(super) fn role(changes: &mut Changes, have: &Role, want: &Role) {
    let Role { trust } = have;
    changes.compare(Attribute::Trust, trust, &want.trust);
}

pub(super) fn policies(changes: &mut Changes, have: &RolePolicies, want: &RolePolicies) {
    let RolePolicies {
        role: _, // a part is found with its whole
        inline,
        managed,
    } = have;
    let names: BTreeSet<&String> = inline.keys().chain(want.inline.keys()).collect();
    for name in names {
        let (have, want) = (inline.get(name).cloned(), want.inline.get(name).cloned());
        changes.compare(Attribute::InlinePolicy(name.clone()), &have, &want);
    }
    changes.compare(Attribute::ManagedPolicies, managed, &want.managed);
}

pub(super) fn assign_policies(attribute: &Attribute, have: &mut RolePolicies, want: &RolePolicies) {
    match attribute {
        Attribute::InlinePolicy(name) => {
            match want.inline.get(name) {
                Some(document) => have.inline.insert(name.clone(), document.clone()),
                None => have.inline.remove(name),
            };
        }
        Attribute::ManagedPolicies => have.managed.clone_from(&want.managed),
        _ => {}
    }
}

pub(super) fn profile(changes: &mut Changes, have: &InstanceProfile, want: &InstanceProfile) {
    let InstanceProfile { roles } = have;
    changes.compare(Attribute::ProfileRole, roles, &want.roles);
}

/// Without a key to import, any key pair will do.
pub(super) fn key_pair(changes: &mut Changes, have: &KeyPair, want: &KeyPair) {
    let KeyPair {
        algorithm,
        public_key,
    } = have;
    changes.compare(Attribute::KeyAlgorithm, algorithm, &want.algorithm);
    if want.public_key.is_some() {
        changes.compare(Attribute::PublicKey, public_key, &want.public_key);
    }
}

pub(super) fn group(changes: &mut Changes, have: &SecurityGroup, want: &SecurityGroup) {
    let SecurityGroup {
        vpc,
        description: _, // fixed when the group is made, and of no effect
    } = have;
    changes.compare(Attribute::Vpc, vpc, &want.vpc);
}

pub(super) fn rules(changes: &mut Changes, have: &GroupRules, want: &GroupRules) {
    let GroupRules {
        group: _, // a part is found with its whole
        ingress,
        egress,
    } = have;
    changes.compare(Attribute::Ingress, ingress, &want.ingress);
    changes.compare(Attribute::Egress, egress, &want.egress);
}

pub(super) fn assign_rules(attribute: &Attribute, have: &mut GroupRules, want: &GroupRules) {
    match attribute {
        Attribute::Ingress => have.ingress.clone_from(&want.ingress),
        Attribute::Egress => have.egress.clone_from(&want.egress),
        _ => {}
    }
}
