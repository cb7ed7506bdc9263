//! The instances' role; its policies are a part of their own.

use aws_sdk_iam::types::Role;
use infra_model::observed::{self, AwsId};
use infra_model::plan::{Attribute, Change};
use infra_model::tags::Tags;

use crate::apply::{Doing, Error, changes, gone, is_not_yet, of_iam, to_iam};
use crate::clients::once;
use crate::ensure::policies;
use crate::failure::Failure;
use crate::wait::SETTLED;

pub(super) async fn create(
    doing: &Doing<'_>,
    want: &observed::Role,
    tags: &Tags,
) -> Result<AwsId, Error> {
    let name = doing.step.name.as_str();
    let create = async || {
        let answer = doing
            .clients
            .iam
            .create_role()
            .role_name(name)
            .assume_role_policy_document(want.trust.as_json().to_string())
            .set_tags(Some(to_iam(tags)))
            .customize()
            .config_override(aws_sdk_iam::Config::builder().retry_config(once()))
            .send()
            .await;
        answer.map_err(doing.failed("iam:CreateRole"))?;
        Ok(name.into())
    };
    let find = async || match look(doing, name).await {
        Ok(role) => {
            let tags = role.map(|role| of_iam(role.tags())).unwrap_or_default();
            Ok(vec![(name.into(), tags)])
        }
        Err(failure) if failure.is_absent() => Ok(Vec::new()),
        Err(failure) => Err(failure),
    };
    let id = doing
        .make(tags, &["EntityAlreadyExists"], is_not_yet, create, find)
        .await?;
    doing.visible(async || look(doing, name).await).await?;
    Ok(id)
}

async fn look(doing: &Doing<'_>, name: &str) -> Result<Option<Role>, Failure> {
    let answer = doing.clients.iam.get_role().role_name(name).send().await;
    Ok(answer.map_err(doing.failed("iam:GetRole"))?.role)
}

pub(super) async fn update(
    doing: &Doing<'_>,
    want: &observed::Role,
    list: &[Change],
) -> Result<(), Error> {
    if !changes(list, &Attribute::Trust) {
        return Ok(());
    }
    let set = async || {
        let call = doing.clients.iam.update_assume_role_policy();
        let answer = call
            .role_name(&doing.step.name)
            .policy_document(want.trust.as_json().to_string())
            .send()
            .await;
        answer
            .map(drop)
            .map_err(doing.failed("iam:UpdateAssumeRolePolicy"))
    };
    doing.wait.persist(&SETTLED, is_busy, set).await
}

/// IAM changes one thing of a role at a time.
pub(super) fn is_busy(failure: &Failure) -> bool {
    failure.is(&["ConcurrentModification"])
}

pub(super) async fn delete(doing: &Doing<'_>, role: &AwsId) -> Result<(), Error> {
    policies::take_all(doing, &role.0).await?;
    let delete = async || {
        let answer = doing
            .clients
            .iam
            .delete_role()
            .role_name(&role.0)
            .send()
            .await;
        gone(answer.map(drop).map_err(doing.failed("iam:DeleteRole")))
    };
    // What was taken from it a moment ago may still count.
    let passes = |failure: &Failure| is_busy(failure) || failure.is(&["DeleteConflict"]);
    doing.wait.persist(&SETTLED, passes, delete).await
}
