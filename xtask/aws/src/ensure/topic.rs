//! Where alarms are told, and to whom.

use infra_model::observed::{self, AwsId};
use infra_model::plan::{Attribute, Change};
use infra_model::tags::Tags;

use crate::apply::{Doing, Error, NOT_VISIBLE, changes, gone, to_sns};
use crate::failure::Failure;
use crate::observe::alarms::{ASKED, subscriptions};
use crate::wait::{Seen, VISIBLE};

const MAIL: &str = "email";

/// A topic of this name with these tags that exists already is the answer, too.
pub(super) async fn create(
    doing: &Doing<'_>,
    want: &observed::Topic,
    tags: &Tags,
) -> Result<AwsId, Error> {
    let call = "sns:CreateTopic";
    let request = doing.clients.sns.create_topic().name(&doing.step.name);
    let answer = request.set_tags(Some(to_sns(tags))).send().await;
    let answer = answer.map_err(doing.failed(call))?;
    let id = doing.id(call, answer.topic_arn())?;
    doing
        .becomes(&VISIBLE, async || {
            let seen = subscriptions(&doing.clients.sns, &id.0).await?;
            Ok(match seen {
                Some(_) => Seen::Ready(()),
                None => Seen::NotYet(NOT_VISIBLE.to_owned()),
            })
        })
        .await?;
    for email in &want.emails {
        ask(doing, &id, email).await?;
    }
    Ok(id)
}

/// Asks who is to be told and was not asked, and stops telling others. Those who have not answered
/// cannot be taken back, and AWS forgets them.
pub(super) async fn update(
    doing: &Doing<'_>,
    id: &AwsId,
    from: &observed::Topic,
    to: &observed::Topic,
    list: &[Change],
) -> Result<(), Error> {
    if !changes(list, &Attribute::Emails) {
        return Ok(());
    }
    let known = from.emails_towards(to);
    for email in to.emails.difference(&known) {
        ask(doing, id, email).await?;
    }
    let unwanted = |email: &str| !to.emails.contains(email);
    let all = subscriptions(&doing.clients.sns, &id.0).await?;
    for it in all.unwrap_or_default() {
        let goes = it.protocol() == Some(MAIL) && it.endpoint().is_some_and(unwanted);
        match it.subscription_arn() {
            Some(arn) if goes && arn != ASKED => forget(doing, arn).await?,
            _ => {}
        }
    }
    Ok(())
}

async fn ask(doing: &Doing<'_>, id: &AwsId, email: &str) -> Result<(), Failure> {
    let request = doing.clients.sns.subscribe().topic_arn(&id.0);
    let answer = request.protocol(MAIL).endpoint(email).send().await;
    answer.map(drop).map_err(doing.failed("sns:Subscribe"))
}

async fn forget(doing: &Doing<'_>, subscription: &str) -> Result<(), Failure> {
    let request = doing.clients.sns.unsubscribe();
    let answer = request.subscription_arn(subscription).send().await;
    gone(answer.map(drop).map_err(doing.failed("sns:Unsubscribe")))
}

/// Its subscriptions go with it.
pub(super) async fn delete(doing: &Doing<'_>, id: &AwsId) -> Result<(), Error> {
    let answer = doing
        .clients
        .sns
        .delete_topic()
        .topic_arn(&id.0)
        .send()
        .await;
    Ok(gone(
        answer.map(drop).map_err(doing.failed("sns:DeleteTopic")),
    )?)
}
