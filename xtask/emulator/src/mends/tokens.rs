//! Client tokens: a request that is repeated with its token gives the resource that it made.

use std::collections::HashMap;

use super::{Question, Scene};
use crate::protocol::Answer;

/// Answers by region, operation and token, with what was asked.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    made: HashMap<(String, String, String), (String, Answer)>,
}

/// The answer that a token already has.
pub(crate) fn before(scene: &Scene<'_>, question: &Question) -> Option<Answer> {
    let (asked, answer) = scene.mended.tokens.made.get(&key(question)?)?;
    if *asked == fingerprint(question) {
        return answer.repeat();
    }
    let message = "The request uses the same client token as a previous, but non-identical \
                   request.";
    Some(question.refuse("IdempotentParameterMismatch", message))
}

/// Remembers what a token has made.
pub(crate) fn after(scene: &mut Scene<'_>, question: &Question, answer: &Answer) {
    let Some(key) = key(question) else { return };
    if !answer.status.is_success() {
        return;
    }
    if let Some(answer) = answer.repeat() {
        let made = &mut scene.mended.tokens.made;
        made.entry(key)
            .or_insert_with(|| (fingerprint(question), answer));
    }
}

fn key(question: &Question) -> Option<(String, String, String)> {
    let token = question.form.value("ClientToken")?;
    let (region, operation) = (question.region.clone(), question.operation.clone());
    Some((region, operation, token.to_owned()))
}

fn fingerprint(question: &Question) -> String {
    question.form.fingerprint(&["ClientToken"])
}
