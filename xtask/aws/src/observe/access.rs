//! The role with its policies, and the instance profile.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::Client;
use aws_sdk_iam::types::{AttachedPolicy, InstanceProfile, Role, Tag};
use futures_util::future::try_join_all;
use infra_model::id::Id;
use infra_model::observed::{self, Found, State};
use infra_model::tags::Tags;
use percent_encoding::percent_decode_str;

use crate::failure::{Failure, failed};
use crate::observe::scope::Scope;
use crate::observe::{document, if_there, part, to};

/// What IAM holds under our names.
pub(super) struct Access {
    role: Option<Role>,
    inline_names: Vec<String>,
    inline: Vec<(String, String)>,
    attached: Vec<AttachedPolicy>,
    profile: Option<InstanceProfile>,
}

/// IAM has no filters: what is ours has its name.
pub(super) async fn named(iam: &Client, scope: &Scope) -> Result<Access, Failure> {
    let name = &scope.name(Id::Role);
    let profile_name = &scope.name(Id::InstanceProfile);
    let role = async {
        let call = iam.get_role().role_name(name).send().await;
        if_there(call.map_err(failed("iam:GetRole", name)))
    };
    let inline = async {
        let request = iam.list_role_policies().role_name(name);
        let pages = request.into_paginator().items().send();
        let call: Result<Vec<String>, _> = pages.try_collect().await;
        if_there(call.map_err(failed("iam:ListRolePolicies", name)))
    };
    let attached = async {
        let request = iam.list_attached_role_policies().role_name(name);
        let pages = request.into_paginator().items().send();
        let call: Result<Vec<AttachedPolicy>, _> = pages.try_collect().await;
        if_there(call.map_err(failed("iam:ListAttachedRolePolicies", name)))
    };
    let profile = async {
        let request = iam.get_instance_profile();
        let call = request.instance_profile_name(profile_name).send().await;
        if_there(call.map_err(failed("iam:GetInstanceProfile", profile_name)))
    };
    let (role, inline, attached, profile) = tokio::try_join!(role, inline, attached, profile)?;
    Ok(Access {
        role: role.and_then(|answer| answer.role),
        inline_names: inline.unwrap_or_default(),
        inline: Vec::new(),
        attached: attached.unwrap_or_default(),
        profile: profile.and_then(|answer| answer.instance_profile),
    })
}

impl Access {
    /// The text of each policy of the role's own.
    pub(super) async fn read_policies(&mut self, iam: &Client) -> Result<(), Failure> {
        let Some(role) = &self.role else {
            return Ok(());
        };
        let read = self.inline_names.iter().map(async |name| {
            let request = iam.get_role_policy().policy_name(name);
            let call = request.role_name(&role.role_name).send().await;
            if_there(call.map_err(failed("iam:GetRolePolicy", &role.role_name)))
        });
        let answers = try_join_all(read).await?.into_iter().flatten();
        self.inline = answers
            .map(|answer| (answer.policy_name, answer.policy_document))
            .collect();
        Ok(())
    }

    pub(super) fn found(&self) -> Vec<Found> {
        let role = self.role.iter().map(role);
        let policies = self
            .role
            .as_ref()
            .and_then(|role| policies(role, &self.inline, &self.attached));
        let profile = self.profile.iter().map(profile);
        role.chain(policies).chain(profile).collect()
    }
}

fn tags(tags: Option<&[Tag]>) -> Tags {
    let pair = |tag: &Tag| (tag.key.clone(), tag.value.clone());
    tags.into_iter().flatten().map(pair).collect()
}

/// IAM writes documents as a part of an address: `%7B`.
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn role(it: &Role) -> Found {
    let trust = decoded(it.assume_role_policy_document().unwrap_or_default());
    let state = State::Role(observed::Role {
        trust: document(&trust),
    });
    Found::whole(
        &it.role_name,
        Some(&it.role_name),
        tags(it.tags.as_deref()),
        state,
    )
}

fn policies(
    role: &Role,
    inline: &[(String, String)],
    attached: &[AttachedPolicy],
) -> Option<Found> {
    if inline.is_empty() && attached.is_empty() {
        return None;
    }
    let inline: BTreeMap<_, _> = inline
        .iter()
        .map(|(name, text)| (name.clone(), document(&decoded(text))))
        .collect();
    let managed: BTreeSet<String> = attached
        .iter()
        .filter_map(|policy| Some(policy.policy_arn()?.to_owned()))
        .collect();
    Some(part(State::RolePolicies(observed::RolePolicies {
        role: to(Some(&role.role_name)),
        inline,
        managed,
    })))
}

fn profile(it: &InstanceProfile) -> Found {
    let name = &it.instance_profile_name;
    let roles = it
        .roles
        .iter()
        .map(|role| to(Some(&role.role_name)))
        .collect();
    let state = State::InstanceProfile(observed::InstanceProfile { roles });
    Found::whole(name, Some(name), tags(it.tags.as_deref()), state)
}
