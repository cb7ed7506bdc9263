//! The instance profile: what gives the role to instances.

use infra_model::observed::{self, AwsId};
use infra_model::tags::Tags;

use crate::apply::{Doing, Error, gone, is_not_yet, of_iam, to_iam};
use crate::clients::once;
use crate::ensure::role::is_busy;
use crate::failure::Failure;
use crate::wait::{SETTLED, Seen, VISIBLE};

pub(super) async fn create(
    doing: &Doing<'_>,
    want: &observed::InstanceProfile,
    tags: &Tags,
) -> Result<AwsId, Error> {
    let name = doing.step.name.as_str();
    let create = async || {
        let answer = doing
            .clients
            .iam
            .create_instance_profile()
            .instance_profile_name(name)
            .set_tags(Some(to_iam(tags)))
            .customize()
            .config_override(aws_sdk_iam::Config::builder().retry_config(once()))
            .send()
            .await;
        answer.map_err(doing.failed("iam:CreateInstanceProfile"))?;
        Ok(name.into())
    };
    let find = async || match look(doing, name).await {
        Ok((tags, _)) => Ok(vec![(name.into(), tags)]),
        Err(failure) if failure.is_absent() => Ok(Vec::new()),
        Err(failure) => Err(failure),
    };
    let id = doing
        .make(tags, &["EntityAlreadyExists"], is_not_yet, create, find)
        .await?;
    for role in doing.all(&want.roles)? {
        add(doing, name, &role).await?;
    }
    Ok(id)
}

/// Its tags and the names of its roles.
async fn look(doing: &Doing<'_>, name: &str) -> Result<(Tags, Vec<String>), Failure> {
    let call = doing.clients.iam.get_instance_profile();
    let answer = call.instance_profile_name(name).send().await;
    let answer = answer.map_err(doing.failed("iam:GetInstanceProfile"))?;
    let Some(profile) = answer.instance_profile() else {
        return Ok((Tags::default(), Vec::new()));
    };
    let roles = profile
        .roles()
        .iter()
        .map(|role| role.role_name().to_owned());
    Ok((of_iam(profile.tags()), roles.collect()))
}

/// The role is in the profile, and everyone sees it there.
async fn add(doing: &Doing<'_>, profile: &str, role: &str) -> Result<(), Error> {
    let add = async || {
        let call = doing.clients.iam.add_role_to_instance_profile();
        let answer = call
            .instance_profile_name(profile)
            .role_name(role)
            .send()
            .await;
        answer
            .map(drop)
            .map_err(doing.failed("iam:AddRoleToInstanceProfile"))
    };
    let passes = |failure: &Failure| is_not_yet(failure) || is_busy(failure);
    match doing.wait.persist(&VISIBLE, passes, add).await {
        // A profile has one role at most: a lost answer leads here, and so does another role.
        Err(Error::Call(failure)) if failure.is(&["LimitExceeded"]) => {
            let (_, roles) = look(doing, profile).await?;
            if !roles.iter().any(|it| it == role) {
                return Err(failure.into());
            }
        }
        other => other?,
    }
    let until = doing.becomes(&VISIBLE, async || {
        let (_, roles) = look(doing, profile).await?;
        Ok(match roles.iter().any(|it| it == role) {
            true => Seen::Ready(()),
            false => Seen::NotYet(format!("it does not show its role {role} yet")),
        })
    });
    until.await
}

pub(super) async fn update(
    doing: &Doing<'_>,
    from: &observed::InstanceProfile,
    to: &observed::InstanceProfile,
) -> Result<(), Error> {
    let name = doing.step.name.as_str();
    for role in from.roles.difference(&to.roles) {
        remove(doing, name, doing.at(role)?).await?;
    }
    for role in to.roles.difference(&from.roles) {
        add(doing, name, doing.at(role)?).await?;
    }
    Ok(())
}

async fn remove(doing: &Doing<'_>, profile: &str, role: &str) -> Result<(), Error> {
    let remove = async || {
        let call = doing.clients.iam.remove_role_from_instance_profile();
        let answer = call
            .instance_profile_name(profile)
            .role_name(role)
            .send()
            .await;
        gone(
            answer
                .map(drop)
                .map_err(doing.failed("iam:RemoveRoleFromInstanceProfile")),
        )
    };
    doing.wait.persist(&SETTLED, is_busy, remove).await
}

pub(super) async fn delete(doing: &Doing<'_>, profile: &AwsId) -> Result<(), Error> {
    let roles = match look(doing, &profile.0).await {
        Err(failure) if failure.is_absent() => return Ok(()),
        Err(failure) => return Err(failure.into()),
        Ok((_, roles)) => roles,
    };
    for role in &roles {
        remove(doing, &profile.0, role).await?;
    }
    let delete = async || {
        let call = doing.clients.iam.delete_instance_profile();
        let answer = call.instance_profile_name(&profile.0).send().await;
        gone(
            answer
                .map(drop)
                .map_err(doing.failed("iam:DeleteInstanceProfile")),
        )
    };
    // The role that was removed a moment ago may still count.
    let passes = |failure: &Failure| is_busy(failure) || failure.is(&["DeleteConflict"]);
    doing.wait.persist(&SETTLED, passes, delete).await
}
