//! The policies of a role: its own, and those of AWS that are attached to it.

use infra_model::document::Document;
use infra_model::observed::RolePolicies;
use infra_model::plan::{Attribute, Change};

use crate::apply::{Doing, Error, gone, is_not_yet};
use crate::ensure::role::is_busy;
use crate::failure::Failure;
use crate::wait::{SETTLED, VISIBLE};

pub(super) async fn create(doing: &Doing<'_>, want: &RolePolicies) -> Result<(), Error> {
    let role = doing.at(&want.role)?;
    for (name, document) in &want.inline {
        put(doing, role, name, document).await?;
    }
    for arn in &want.managed {
        attach(doing, role, arn).await?;
    }
    Ok(())
}

pub(super) async fn update(
    doing: &Doing<'_>,
    from: &RolePolicies,
    to: &RolePolicies,
    list: &[Change],
) -> Result<(), Error> {
    let role = doing.at(&to.role)?;
    for change in list {
        match &change.attribute {
            Attribute::InlinePolicy(name) => match to.inline.get(name) {
                Some(document) => put(doing, role, name, document).await?,
                None => take(doing, role, name).await?,
            },
            Attribute::ManagedPolicies => {
                for arn in to.managed.difference(&from.managed) {
                    attach(doing, role, arn).await?;
                }
                for arn in from.managed.difference(&to.managed) {
                    detach(doing, role, arn).await?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Takes away those that the plan knew.
pub(super) async fn delete(doing: &Doing<'_>, from: &RolePolicies) -> Result<(), Error> {
    let role = doing.at(&from.role)?;
    for name in from.inline.keys() {
        take(doing, role, name).await?;
    }
    for arn in &from.managed {
        detach(doing, role, arn).await?;
    }
    Ok(())
}

/// Takes away all that there are: a role with policies cannot be deleted.
pub(super) async fn take_all(doing: &Doing<'_>, role: &str) -> Result<(), Error> {
    let iam = &doing.clients.iam;
    let inline = iam.list_role_policies().role_name(role).into_paginator();
    let inline = inline.items().send().collect::<Result<Vec<_>, _>>().await;
    let inline = match inline.map_err(doing.failed("iam:ListRolePolicies")) {
        Err(failure) if failure.is_absent() => return Ok(()),
        other => other?,
    };
    let managed = iam
        .list_attached_role_policies()
        .role_name(role)
        .into_paginator();
    let managed = managed.items().send().collect::<Result<Vec<_>, _>>().await;
    let managed = managed.map_err(doing.failed("iam:ListAttachedRolePolicies"))?;
    for name in &inline {
        take(doing, role, name).await?;
    }
    for arn in managed.iter().filter_map(|it| it.policy_arn()) {
        detach(doing, role, arn).await?;
    }
    Ok(())
}

fn not_yet(failure: &Failure) -> bool {
    is_not_yet(failure) || is_busy(failure)
}

async fn put(doing: &Doing<'_>, role: &str, name: &str, it: &Document) -> Result<(), Error> {
    let put = async || {
        let call = doing.clients.iam.put_role_policy().role_name(role);
        let answer = call
            .policy_name(name)
            .policy_document(it.as_json().to_string())
            .send()
            .await;
        answer.map(drop).map_err(doing.failed("iam:PutRolePolicy"))
    };
    doing.wait.persist(&VISIBLE, not_yet, put).await
}

async fn attach(doing: &Doing<'_>, role: &str, arn: &str) -> Result<(), Error> {
    let attach = async || {
        let call = doing.clients.iam.attach_role_policy().role_name(role);
        let answer = call.policy_arn(arn).send().await;
        answer
            .map(drop)
            .map_err(doing.failed("iam:AttachRolePolicy"))
    };
    doing.wait.persist(&VISIBLE, not_yet, attach).await
}

async fn take(doing: &Doing<'_>, role: &str, name: &str) -> Result<(), Error> {
    let take = async || {
        let call = doing.clients.iam.delete_role_policy().role_name(role);
        let answer = call.policy_name(name).send().await;
        gone(
            answer
                .map(drop)
                .map_err(doing.failed("iam:DeleteRolePolicy")),
        )
    };
    doing.wait.persist(&SETTLED, is_busy, take).await
}

async fn detach(doing: &Doing<'_>, role: &str, arn: &str) -> Result<(), Error> {
    let detach = async || {
        let call = doing.clients.iam.detach_role_policy().role_name(role);
        let answer = call.policy_arn(arn).send().await;
        gone(
            answer
                .map(drop)
                .map_err(doing.failed("iam:DetachRolePolicy")),
        )
    };
    doing.wait.persist(&SETTLED, is_busy, detach).await
}
