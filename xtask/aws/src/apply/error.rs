//! Why a step was not done: what happened, to which resource, and what to do now.

use std::time::Duration;

use crate::failure::Failure;

/// Why a step was not done.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// AWS refused a call, or did not answer.
    #[error(transparent)]
    Call(#[from] Failure),
    /// It took longer than it ever should.
    #[error(
        "{resource}: waited {} s until it {state}; last seen: {last}; {remedy}",
        .limit.as_secs()
    )]
    Wait {
        /// The resource, by kind and name.
        resource: String,
        /// What was waited for.
        state: &'static str,
        /// How long.
        limit: Duration,
        /// What was seen instead.
        last: String,
        /// What to do.
        remedy: &'static str,
    },
    /// AWS gave up on it.
    #[error("{resource}: AWS says that it failed: {why}; {remedy}")]
    Failed {
        /// The resource, by kind and name.
        resource: String,
        /// AWS's words.
        why: String,
        /// What to do.
        remedy: &'static str,
    },
    /// Something still uses what is to be deleted.
    #[error("{resource}: {call} waited {} s, and it is still used by {by}; {remedy}", .limit.as_secs())]
    Blocked {
        /// The resource, by kind and name.
        resource: String,
        /// What AWS refuses.
        call: &'static str,
        /// How long.
        limit: Duration,
        /// What uses it, as far as AWS tells.
        by: String,
        /// What to do.
        remedy: &'static str,
    },
    /// Someone else's has the name; the plan did not know of it.
    #[error("{resource}: {what}; {remedy}")]
    Taken {
        /// The resource, by kind and name.
        resource: String,
        /// What has the name.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// An instance refresh did not succeed.
    #[error(
        "{resource}: the instance refresh to template version {version} ended as {status}: \
         {reason}; {remedy}"
    )]
    Refresh {
        /// The group, by kind and name.
        resource: String,
        /// The version that the instances should run.
        version: String,
        /// AWS's word for how it ended.
        status: String,
        /// AWS's reason.
        reason: String,
        /// What runs now, and what to do.
        remedy: &'static str,
    },
    /// Something that the step needs is missing.
    #[error("{resource}: {what}; {remedy}")]
    Missing {
        /// The resource, by kind and name.
        resource: String,
        /// What is missing.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
}
