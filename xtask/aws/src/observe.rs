//! What AWS holds: every call that looks, and the one conversion of its answers into the model.
//!
//! ```text
//! round 1  what needs no id: by names and tags, by few enough to read all, and the bucket
//! round 2  what lies in the VPCs of these; attributes and versions of what was found; alarms,
//!          where there are any or were
//! round 3  listeners' tags, checksums; VPCs of what carries our tags elsewhere
//! round 4  what lies in those, which hardly ever are
//! ```
//!
//! All calls of a round run at once: 41 for the whole topology with one release and without alarms,
//! two more with several. [`scope`] says what is looked for; each other module looks at one part of AWS, and
//! has its calls first and its conversions, which are pure, after them.

mod access;
pub(crate) mod alarms;
mod balancing;
mod fleet;
mod gateways;
mod groups;
mod images;
mod lifecycle;
mod network;
mod routes;
mod scope;
mod storage;
mod template;

use std::collections::BTreeSet;

use infra_model::document::Document;
use infra_model::observed::{Found, Observed, Ref, State, Status};
use infra_model::settings::Settings;
use infra_model::values::Sha256;

use crate::clients::Clients;
use crate::failure::Failure;
use crate::observe::scope::Scope;

pub(crate) use scope::filter;

/// What AWS holds, by the rules of [`infra_model::observed`].
///
/// What is not there is left out; any other answer that is not a success ends it. Of the releases
/// in the bucket the checksums are read that plans compare: those of the newest, of the one in
/// use, and of `release`.
pub async fn observe(
    clients: &Clients,
    settings: &Settings,
    release: Option<&Sha256>,
) -> Result<Observed, Failure> {
    let scope = Scope::of(settings);
    let bucket = settings.bucket_name();

    let (marked, area, mut balancing, mut fleet, mut access, files, images) = tokio::try_join!(
        scope::marked(&clients.ec2, &scope),
        network::area(&clients.ec2, &scope),
        balancing::all(&clients.balancing),
        fleet::named(clients, &scope),
        access::named(&clients.iam, &scope),
        storage::look(&clients.s3, &bucket, settings),
        images::newest(&clients.ssm),
    )?;

    let mut places = area.places(&scope);
    places.extend(balancing.places(&scope));
    let (mut inside, alarms, ..) = tokio::try_join!(
        network::inside(&clients.ec2, &places),
        alarms::look(clients, &scope, settings, &files),
        balancing.look_closer(&clients.balancing, &scope, &places),
        fleet.look_closer(clients, &scope, &marked),
        access.read_policies(&clients.iam),
    )?;

    let mut observed = Observed {
        images,
        resources: access.found(),
    };
    observed.resources.extend(fleet.found(&scope, &inside));
    observed.resources.extend(files);
    observed.resources.extend(alarms);
    let elsewhere = inside.without(&marked);
    let (checksums, _, elsewhere) = tokio::try_join!(
        storage::checksums(&clients.s3, &observed, settings, release),
        balancing.read_tags(&clients.balancing),
        network::strays(&clients.ec2, &elsewhere),
    )?;
    storage::fill_in(&mut observed, checksums);

    let elsewhere: BTreeSet<String> = elsewhere.difference(&places).cloned().collect();
    inside.extend(network::inside(&clients.ec2, &elsewhere).await?);
    places.extend(elsewhere);
    observed.resources.extend(balancing.found());
    observed
        .resources
        .extend(network::found(&area, &inside, &places, &scope));
    Ok(observed)
}

/// A failure that says that the thing is not there is no failure.
fn if_there<T>(answer: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(it) => Ok(Some(it)),
        Err(failure) if failure.is_absent() => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn with_status(status: Status, found: Found) -> Found {
    Found { status, ..found }
}

/// A part that does not work any less or more than its whole.
fn part(state: State) -> Found {
    Found::part(state)
}

/// A reference to what AWS names; to nothing, for what AWS leaves out where it never should.
fn to(id: Option<&str>) -> Ref {
    Ref::from(id.unwrap_or_default())
}

fn to_each<'a>(ids: impl IntoIterator<Item = &'a String>) -> BTreeSet<Ref> {
    ids.into_iter().map(|id| Ref::from(id.as_str())).collect()
}

/// AWS counts in signed numbers, and means none that is negative.
fn count<F, N: TryFrom<F> + Default>(number: Option<F>) -> N {
    number
        .and_then(|number| N::try_from(number).ok())
        .unwrap_or_default()
}

fn owned(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

/// A policy; what is not JSON is kept as its text, and differs from everything.
fn document(text: &str) -> Document {
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_value(serde_json::Value::String(text.to_owned())))
        .unwrap_or_else(|_| Document::of(Vec::new()))
}
