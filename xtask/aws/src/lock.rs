//! One deployment at a time: an object in the bucket that says who is at work.
//!
//! It is written only if it is not there (`If-None-Match`), renewed while the work goes on, and
//! taken over only in the state in which it was read (`If-Match`): when its lease has expired by
//! S3's own clock, or when its holder ran on this machine and is gone.
//! Each renewal writes something else, so that no state of it looks like an earlier one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::primitives::ByteStream;
use infra_model::names::LOCK;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::clients::Clients;
use crate::failure::Failure;
use crate::machine;
use crate::server_clock::ServerClock;
use crate::stop::Stop;

/// How long a lock holds without being renewed.
pub(crate) const LEASE: Duration = Duration::from_secs(60);
/// How often it is renewed: twice may fail before it expires.
const RENEWAL: Duration = Duration::from_secs(20);
/// How often taking it is tried when others take it at the same moment.
const TRIES: u32 = 5;

/// How long one renewal may take.
const RENEWING: Duration = Duration::from_secs(15);
/// The pause before taking it is tried again.
const AGAIN: Duration = Duration::from_millis(300);

/// What the object says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    /// Who, as AWS knows them.
    who: String,
    /// On which machine, for people.
    host: String,
    /// On which machine, for programs.
    #[serde(default)]
    machine: String,
    /// As which process there.
    process: machine::Process,
    /// Doing what.
    command: String,
    /// For how long without renewal, in seconds.
    lease: u64,
    /// How often it was renewed: no two states of the lock are the same to S3.
    #[serde(default)]
    renewed: u64,
}

impl Holder {
    /// Whether it is the same run, whenever it wrote.
    fn is_same_run(&self, other: &Self) -> bool {
        (&self.machine, &self.host, &self.process) == (&other.machine, &other.host, &other.process)
    }

    /// How long it holds without being renewed; nobody may claim more than everyone has.
    fn lease(&self) -> Duration {
        Duration::from_secs(self.lease).min(LEASE)
    }
}

/// A lock that is held: renewed until [`Lock::release`].
#[derive(Debug)]
pub(crate) struct Lock {
    s3: aws_sdk_s3::Client,
    bucket: String,
    renewal: JoinHandle<String>,
    ending: Arc<Notify>,
}

/// A lock that is in the bucket.
struct Held {
    holder: Option<Holder>,
    version: String,
    /// Since it was last written, by S3's clock.
    age: Duration,
}

impl Held {
    fn is_of(&self, run: &Holder) -> bool {
        self.holder
            .as_ref()
            .is_some_and(|holder| holder.is_same_run(run))
    }
}

impl Lock {
    /// Takes the lock, or says who has it.
    ///
    /// When it is lost while the work goes on, because this machine slept longer than the lease,
    /// `stop` is asked.
    pub(crate) async fn take(
        clients: &Clients,
        bucket: &str,
        command: &str,
        stop: &Stop,
    ) -> Result<Self> {
        let holder = Holder {
            who: caller(clients).await?,
            host: machine::host(),
            machine: machine::identity(),
            process: machine::Process::own(),
            command: command.to_owned(),
            lease: LEASE.as_secs(),
            renewed: 0,
        };
        for _ in 0..TRIES {
            let before = match read(&clients.s3, bucket).await? {
                None => None,
                // Ours: the answer to writing it was lost.
                Some(held) if held.is_of(&holder) => {
                    return Ok(Self::renewed(clients, bucket, holder, held.version, stop));
                }
                Some(held) => {
                    refuse_if_alive(&held, &holder)?;
                    Some(held.version)
                }
            };
            match write(&clients.s3, bucket, &holder, before.as_deref()).await {
                Ok(version) => return Ok(Self::renewed(clients, bucket, holder, version, stop)),
                Err(failure) if has_moved(&failure) => tokio::time::sleep(AGAIN).await,
                Err(failure) => return Err(failure.into()),
            }
        }
        bail!("{LOCK} in {bucket}: others take it again and again; try later")
    }

    fn renewed(
        clients: &Clients,
        bucket: &str,
        holder: Holder,
        version: String,
        stop: &Stop,
    ) -> Self {
        let ending = Arc::new(Notify::new());
        let renewal = tokio::spawn(renew(
            clients.s3.clone(),
            bucket.to_owned(),
            holder,
            version,
            Arc::clone(&ending),
            stop.clone(),
        ));
        Self {
            s3: clients.s3.clone(),
            bucket: bucket.to_owned(),
            renewal,
            ending,
        }
    }

    /// Gives the lock back. A bucket that is gone took it along.
    pub(crate) async fn release(self) -> Result<()> {
        self.ending.notify_one();
        let version = self.renewal.await.context("the lock's renewal ended")?;
        let deleted = self
            .s3
            .delete_object()
            .bucket(&self.bucket)
            .key(LOCK)
            .if_match(version)
            .send()
            .await;
        match deleted.map_err(|error| Failure::of("s3:DeleteObject", LOCK, &error)) {
            Err(failure) if !failure.is_absent() && !has_moved(&failure) => Err(failure.into()),
            _ => Ok(()),
        }
    }
}

/// Writes the lock again and again until it ends or is lost; the version written last.
async fn renew(
    s3: aws_sdk_s3::Client,
    bucket: String,
    mut holder: Holder,
    mut version: String,
    ending: Arc<Notify>,
    stop: Stop,
) -> String {
    let mut written = Instant::now();
    loop {
        tokio::select! {
            () = ending.notified() => return version,
            () = tokio::time::sleep(RENEWAL) => {}
        }
        holder.renewed += 1;
        let renewal = timeout(RENEWING, renew_once(&s3, &bucket, &holder, &version)).await;
        match renewal {
            Ok(Renewal::Done(renewed)) => {
                version = renewed;
                written = Instant::now();
            }
            Ok(Renewal::Lost) => {
                stop.ask("the deployment's lock is no longer ours");
                return version;
            }
            Ok(Renewal::Gone) => return version,
            Ok(Renewal::Failed) | Err(_) if written.elapsed() >= LEASE => {
                stop.ask("the deployment's lock could not be renewed, and others may take it");
                return version;
            }
            Ok(Renewal::Failed) | Err(_) => {}
        }
    }
}

/// How a renewal ended.
enum Renewal {
    /// Written, as this version.
    Done(String),
    /// Someone else has the lock, or nobody.
    Lost,
    /// The bucket is gone, and the lock with it: someone destroys it, this run most likely.
    Gone,
    /// The next one may succeed.
    Failed,
}

async fn renew_once(
    s3: &aws_sdk_s3::Client,
    bucket: &str,
    holder: &Holder,
    version: &str,
) -> Renewal {
    let failure = match write(s3, bucket, holder, Some(version)).await {
        Ok(version) => return Renewal::Done(version),
        Err(failure) => failure,
    };
    if failure.is(&["NoSuchBucket"]) {
        return Renewal::Gone;
    }
    if !has_moved(&failure) {
        return Renewal::Failed;
    }
    // Perhaps only the answer to a renewal was lost.
    match read(s3, bucket).await {
        Ok(Some(held)) if held.is_of(holder) => Renewal::Done(held.version),
        Ok(_) => Renewal::Lost,
        Err(_) => Renewal::Failed,
    }
}

/// The lock is not in the state in which it was read: S3 says 404 when it is not there at all.
fn has_moved(failure: &Failure) -> bool {
    failure.is(&[
        "PreconditionFailed",
        "ConditionalRequestConflict",
        "NoSuchKey",
        "412",
        "409",
    ])
}

async fn write(
    s3: &aws_sdk_s3::Client,
    bucket: &str,
    holder: &Holder,
    before: Option<&str>,
) -> Result<String, Failure> {
    let body = serde_json::to_vec(holder).unwrap_or_default();
    let put = s3
        .put_object()
        .bucket(bucket)
        .key(LOCK)
        .content_type("application/json")
        .body(ByteStream::from(body));
    let put = match before {
        None => put.if_none_match("*"),
        Some(version) => put.if_match(version),
    };
    let written = put
        .send()
        .await
        .map_err(|error| Failure::of("s3:PutObject", LOCK, &error))?;
    Ok(written.e_tag.unwrap_or_default())
}

async fn read(s3: &aws_sdk_s3::Client, bucket: &str) -> Result<Option<Held>> {
    let clock = ServerClock::default();
    let get = s3.get_object().bucket(bucket).key(LOCK);
    let answer = get.customize().interceptor(clock.clone()).send().await;
    let object = match answer {
        Ok(object) => object,
        Err(error) => return absent_or(&error),
    };
    let modified = object.last_modified().map_or(0, |time| time.secs());
    let version = object.e_tag.clone().unwrap_or_default();
    let body = object
        .body
        .collect()
        .await
        .with_context(|| format!("{LOCK} in {bucket} cannot be read"))?;
    let age = clock.seconds().saturating_sub(modified).max(0);
    Ok(Some(Held {
        holder: serde_json::from_slice(&body.into_bytes()).ok(),
        version,
        age: Duration::from_secs(age.unsigned_abs()),
    }))
}

fn absent_or(
    error: &SdkError<aws_sdk_s3::operation::get_object::GetObjectError>,
) -> Result<Option<Held>> {
    let failure = Failure::of("s3:GetObject", LOCK, error);
    match failure.is_absent() {
        true => Ok(None),
        false => Err(failure.into()),
    }
}

async fn caller(clients: &Clients) -> Result<String> {
    let identity = clients
        .sts
        .get_caller_identity()
        .send()
        .await
        .map_err(|error| Failure::of("sts:GetCallerIdentity", "your credentials", &error))?;
    Ok(identity.arn.unwrap_or_else(|| "someone".to_owned()))
}

fn refuse_if_alive(held: &Held, own: &Holder) -> Result<()> {
    let Some(holder) = &held.holder else {
        if held.age < LEASE {
            bail!(
                "{LOCK} was written {} s ago and does not say by whom; it expires after {} s",
                held.age.as_secs(),
                LEASE.as_secs()
            );
        }
        return Ok(());
    };
    let lease = holder.lease();
    let is_here = !own.machine.is_empty() && holder.machine == own.machine;
    let is_gone = is_here && !holder.process.is_alive();
    if held.age >= lease || is_gone {
        return Ok(());
    }
    let Holder {
        who,
        host,
        process,
        command,
        machine: _,
        lease: _,
        renewed: _,
    } = holder;
    bail!(
        "{who} is at work: `{command}` on {host}, process {process}, last heard of {} s ago. \
         Wait until it is done; if it is gone, its lock expires in {} s",
        held.age.as_secs(),
        (lease - held.age).as_secs().max(1)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(host: &str, process: machine::Process) -> Holder {
        Holder {
            who: "arn:aws:iam::123456789012:user/anna".to_owned(),
            host: host.to_owned(),
            machine: format!("boot of {host}"),
            process,
            command: "deploy".to_owned(),
            lease: 60,
            renewed: 3,
        }
    }

    #[test]
    fn a_lock_blocks_only_while_its_holder_may_be_at_work() {
        let own = holder("here", machine::Process::own());
        let alive = machine::Process::own();
        let gone = machine::Process::gone();
        for (expect, host, process, age) in [
            (Some("anna is at work"), "there", gone, 5),
            (Some("expires in 55 s"), "there", gone, 5),
            (Some("on here"), "here", alive, 5),
            (None, "here", gone, 5),
            (None, "there", gone, 60),
            (None, "here", alive, 61),
        ] {
            let held = Held {
                holder: Some(holder(host, process)),
                version: String::new(),
                age: Duration::from_secs(age),
            };
            let said = refuse_if_alive(&held, &own)
                .err()
                .map(|error| error.to_string());
            match (expect, said) {
                (None, None) => {}
                (Some(part), Some(said)) => assert!(said.contains(part), "{said}"),
                (expect, said) => panic!("{host} {age}: {expect:?}, {said:?}"),
            }
        }
    }
}
