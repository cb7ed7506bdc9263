//! Mails of SNS: nobody gets any who has not agreed, and moto has everyone agree at once.

use anyhow::Result;

use super::{Question, Scene};
use crate::protocol::Answer;

/// Subscribe: whoever is to agree has no ARN yet.
pub(crate) fn after_subscribe(
    scene: &Scene<'_>,
    question: &Question,
    answer: &mut Answer,
) -> Result<()> {
    if scene.rules.mails_agreed || question.get("Protocol") != "email" {
        return Ok(());
    }
    answer.edit(|document| {
        if let Some(result) = document.find_mut("SubscribeResult") {
            result.put_text("SubscriptionArn", "pending confirmation");
        }
    })
}

/// ListSubscriptionsByTopic.
pub(crate) fn after_list(scene: &Scene<'_>, answer: &mut Answer) -> Result<()> {
    if scene.rules.mails_agreed {
        return Ok(());
    }
    answer.edit(|document| {
        let list = document.find_mut("ListSubscriptionsByTopicResult/Subscriptions");
        let all = list.into_iter().flat_map(|it| &mut it.children);
        for subscription in all.filter(|it| it.text_at("Protocol") == "email") {
            subscription.put_text("SubscriptionArn", "PendingConfirmation");
        }
    })
}
