//! One step being done: what it may use, and what its errors are about.

use std::collections::BTreeSet;

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use infra_model::observed::{AwsId, Ref};
use infra_model::plan::{Attribute, Change, Step};
use infra_model::tags::{self, Tags};
use infra_model::values::{Region, Stage};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::apply::{Error, Files};
use crate::client_secret::ClientSecret;
use crate::clients::Clients;
use crate::failure::{Done, Failure, failed};
use crate::wait::{Bound, FREE, Pauses, Seen, VISIBLE, Wait};

/// How often a call is made whose answer was lost, or which AWS could not serve.
const ATTEMPTS: usize = 6;
/// How many resources a client token may lead to that are dead, before it is an error.
const DEAD: usize = 3;

/// One step being done.
pub(crate) struct Doing<'a> {
    pub(crate) clients: &'a Clients,
    pub(crate) region: &'a Region,
    pub(crate) stage: &'a Stage,
    pub(crate) files: &'a Files,
    pub(crate) public_key: Option<&'a str>,
    pub(crate) client_secret: Option<&'a ClientSecret>,
    pub(crate) step: &'a Step,
    /// Everything that the plan knew before: none of it was made just now.
    pub(crate) known: &'a BTreeSet<AwsId>,
    pub(crate) wait: Wait<'a>,
}

/// What is seen of something that AWS does not know yet.
pub(crate) const NOT_VISIBLE: &str = "not visible yet";
/// What AWS says when something is still used.
const IN_USE: &[&str] = &["DependencyViolation", "InvalidGroup.InUse", "ResourceInUse"];

impl Doing<'_> {
    /// A call's failure, about this resource.
    pub(crate) fn failed<E>(&self, call: &'static str) -> impl FnOnce(SdkError<E>) -> Failure
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        failed(call, self.wait.resource)
    }

    /// The id in an answer. Without one, the resource may exist all the same.
    pub(crate) fn id(&self, call: &'static str, id: Option<&str>) -> Result<AwsId, Failure> {
        id.map(AwsId::from).ok_or_else(|| self.incomplete(call))
    }

    /// An answer that does not hold what it should.
    pub(crate) fn incomplete(&self, call: &'static str) -> Failure {
        Failure {
            call,
            about: self.wait.resource.to_owned(),
            code: "IncompleteAnswer".to_owned(),
            message: "the answer names no resource".to_owned(),
            done: Done::Perhaps,
        }
    }

    /// Where a reference leads.
    pub(crate) fn at<'r>(&self, reference: &'r Ref) -> Result<&'r str, Error> {
        match reference {
            Ref::Existing(id) => Ok(&id.0),
            Ref::Planned(id) => Err(self.missing(format!("{id} was not made"))),
        }
    }

    /// Where each of these references leads.
    pub(crate) fn all(&self, references: &BTreeSet<Ref>) -> Result<Vec<String>, Error> {
        let ids = references.iter().map(|it| self.at(it).map(str::to_owned));
        ids.collect()
    }

    pub(crate) fn missing(&self, what: String) -> Error {
        Error::Missing {
            resource: self.wait.resource.to_owned(),
            what,
            remedy: "run the same command again",
        }
    }

    pub(crate) fn gave_up(&self, why: String) -> Error {
        Error::Failed {
            resource: self.wait.resource.to_owned(),
            why,
            remedy: "run the same command again: it is made anew",
        }
    }

    /// Makes what a second call would make twice, or refuse. The call must not be repeated by
    /// the SDK. When its answer is lost, or the name is taken, `find` looks for what it made:
    /// with all our tags, and not known to the plan.
    pub(crate) async fn make(
        &self,
        tags: &Tags,
        duplicates: &[&str],
        passes: impl Fn(&Failure) -> bool,
        create: impl AsyncFn() -> Result<AwsId, Failure>,
        find: impl AsyncFn() -> Result<Vec<(AwsId, Tags)>, Failure>,
    ) -> Result<AwsId, Error> {
        let mut pauses = Pauses::within(&self.wait.pace, &VISIBLE);
        let mut attempt = 1;
        loop {
            let failure = match create().await {
                Ok(id) => return self.listed(id, find).await,
                Err(failure) => failure,
            };
            let is_duplicate = failure.is(duplicates);
            let is_lost = failure.done == Done::Perhaps || failure.is_throttled();
            if !(is_duplicate || is_lost || passes(&failure)) || is_lost && attempt == ATTEMPTS {
                return Err(failure.into());
            }
            (self.wait.report)(&format!("to try again: {}", crate::wait::said(&failure)));
            let in_time = pauses.pause().await;
            if is_duplicate || failure.done == Done::Perhaps {
                let found = find().await?;
                match found.iter().find(|(id, found)| self.is_it(id, found, tags)) {
                    Some((id, _)) => return Ok(id.clone()),
                    None if is_duplicate && !found.is_empty() => {
                        return Err(self.taken(&found[0].0));
                    }
                    None => {}
                }
            }
            if !in_time {
                return Err(self.wait.too_long(&VISIBLE, crate::wait::said(&failure)));
            }
            attempt += 1;
        }
    }

    /// Waits until what was made is listed with its tags: whoever plans next, after a kill perhaps,
    /// must see it, or would make another. What has its name for an id is never made twice.
    async fn listed(
        &self,
        id: AwsId,
        find: impl AsyncFn() -> Result<Vec<(AwsId, Tags)>, Failure>,
    ) -> Result<AwsId, Error> {
        if self.step.kind.is_named_by_id() {
            return Ok(id);
        }
        self.becomes(&VISIBLE, async || {
            let found = find().await?;
            Ok(match found.iter().any(|(found, _)| *found == id) {
                true => Seen::Ready(()),
                false => Seen::NotYet(NOT_VISIBLE.to_owned()),
            })
        })
        .await?;
        Ok(id)
    }

    /// Whether this was made by the call whose answer was lost.
    fn is_it(&self, id: &AwsId, found: &Tags, wanted: &Tags) -> bool {
        let is_new = self.step.kind.is_named_by_id() || !self.known.contains(id);
        let resource = found.resource_in(self.stage);
        is_new && resource.is_some() && resource == wanted.get(tags::RESOURCE)
    }

    fn taken(&self, by: &AwsId) -> Error {
        Error::Taken {
            resource: self.wait.resource.to_owned(),
            what: format!("{by} has this name and not our tags"),
            remedy: "someone made it just now: run the same command again to see what it is",
        }
    }

    /// Makes what AWS makes only once for each client token. AWS remembers a token longer than
    /// what it made may live: if the answer leads to something dead, the next token names it.
    pub(crate) async fn make_once(
        &self,
        attributes: &impl Serialize,
        predecessor: Option<&AwsId>,
        create: impl AsyncFn(String) -> Result<AwsId, Failure>,
        look: impl AsyncFn(&AwsId) -> Result<Life, Error>,
    ) -> Result<AwsId, Error> {
        let mut dead: Vec<AwsId> = predecessor.into_iter().cloned().collect();
        let most = dead.len() + DEAD;
        loop {
            let token = self.token(attributes, &dead);
            let id = self
                .wait
                .persist(&VISIBLE, is_not_yet, async || create(token.clone()).await)
                .await?;
            if self.lives(&id, &look).await? {
                return Ok(id);
            }
            if dead.contains(&id) || dead.len() == most {
                return Err(self.gave_up(format!("{id} was deleted while it was made")));
            }
            dead.push(id);
        }
    }

    async fn lives(
        &self,
        id: &AwsId,
        look: &impl AsyncFn(&AwsId) -> Result<Life, Error>,
    ) -> Result<bool, Error> {
        let seen = self
            .wait
            .until(&VISIBLE, async || {
                Ok(match look(id).await? {
                    Life::Alive => Seen::Ready(true),
                    Life::Dead => Seen::Ready(false),
                    Life::Unknown => Seen::NotYet(NOT_VISIBLE.to_owned()),
                })
            })
            .await;
        match seen {
            Err(Error::Wait { .. }) => Ok(false),
            other => other,
        }
    }

    /// The same for the same step between the same parents, whoever takes it and when; another
    /// one for other parents, attributes or predecessors. 64 characters, as AWS allows.
    pub(crate) fn token(&self, attributes: &impl Serialize, dead: &[AwsId]) -> String {
        let step = (self.step.kind, self.step.id, &self.step.name);
        // Plain structs with text keys: there is nothing here that JSON cannot say.
        let text = serde_json::to_vec(&(step, self.stage, attributes, dead)).unwrap_or_default();
        let digest = Sha256::digest(text);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Deletes what AWS keeps while it is used. What is not there is success.
    pub(crate) async fn release(
        &self,
        call: &'static str,
        delete: impl AsyncFn() -> Result<(), Failure>,
        users: impl AsyncFn() -> Result<Vec<String>, Failure>,
    ) -> Result<(), Error> {
        let is_used = |failure: &Failure| failure.is(IN_USE);
        let deleted = self
            .wait
            .persist(&FREE, is_used, async || gone(delete().await))
            .await;
        let Err(Error::Wait { limit, last, .. }) = deleted else {
            return deleted;
        };
        let users = users().await.unwrap_or_default();
        Err(Error::Blocked {
            resource: self.wait.resource.to_owned(),
            call,
            limit,
            by: match users.is_empty() {
                true => last,
                false => users.join(", "),
            },
            remedy: FREE.remedy,
        })
    }

    /// Waits until what was just made is visible to a call that uses it.
    pub(crate) async fn visible<T>(
        &self,
        call: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T, Error> {
        self.wait.persist(&VISIBLE, is_not_yet, call).await
    }

    /// Waits until it is as it should be; for a moment after it was made, AWS may not know it.
    pub(crate) async fn becomes<T>(
        &self,
        bound: &Bound,
        look: impl AsyncFn() -> Result<Seen<T>, Error>,
    ) -> Result<T, Error> {
        let until = self.wait.until(bound, async || match look().await {
            Err(Error::Call(failure)) if is_not_yet(&failure) => {
                Ok(Seen::NotYet(NOT_VISIBLE.to_owned()))
            }
            other => other,
        });
        until.await
    }

    /// Waits until it is no longer there.
    pub(crate) async fn vanished(
        &self,
        bound: &Bound,
        look: impl AsyncFn() -> Result<Option<String>, Failure>,
    ) -> Result<(), Error> {
        let until = self.wait.until(bound, async || {
            Ok(match look().await {
                Ok(None) => Seen::Ready(()),
                Ok(Some(state)) => Seen::NotYet(state),
                Err(failure) if failure.is_absent() => Seen::Ready(()),
                Err(failure) => return Err(failure.into()),
            })
        });
        until.await
    }
}

/// Whether something that was just made is there.
pub(crate) enum Life {
    /// It is, or is starting.
    Alive,
    /// It was, once.
    Dead,
    /// AWS does not know it, yet.
    Unknown,
}

/// Whether AWS does not know yet what was just made. A certificate is nothing of ours, so it
/// will not appear.
pub(crate) fn is_not_yet(failure: &Failure) -> bool {
    failure.is_absent() && !failure.is(&["CertificateNotFound"])
}

/// What is not there is gone.
pub(crate) fn gone(deleted: Result<(), Failure>) -> Result<(), Failure> {
    match deleted {
        Err(failure) if failure.is_absent() => Ok(()),
        other => other,
    }
}

/// Whether this attribute is to be changed.
pub(crate) fn changes(list: &[Change], attribute: &Attribute) -> bool {
    list.iter().any(|change| change.attribute == *attribute)
}
