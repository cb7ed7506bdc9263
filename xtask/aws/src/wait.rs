//! Waiting for AWS: how long at most, how often it is asked, and what is said when it takes too
//! long. Every wait of the program is here, and has a bound.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::apply::Error;
use crate::clients::Clients;
use crate::failure::Failure;

/// How fast one asks again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// The first pause; each is twice the one before.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// What every bound is multiplied by. Tests of bounds make it small.
    pub patience: f64,
}

impl Pace {
    /// For AWS itself, whose describing calls are rationed.
    pub const AWS: Self = Self {
        first: Duration::from_millis(500),
        longest: Duration::from_secs(5),
        patience: 1.0,
    };
    /// For an emulator, which is on this machine.
    pub const EMULATOR: Self = Self {
        first: Duration::from_millis(20),
        longest: Duration::from_millis(250),
        patience: 1.0,
    };

    /// What fits to the address that answers.
    pub fn of(clients: &Clients) -> Self {
        match clients.is_custom_endpoint {
            true => Self::EMULATOR,
            false => Self::AWS,
        }
    }
}

/// What is waited for, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// The state, as it follows "waiting until it".
    pub state: &'static str,
    /// How long.
    pub limit: Duration,
    /// What a person does when that was not enough.
    pub remedy: &'static str,
}

const RERUN: &str = "run the same command again: it goes on from here";

const fn minutes(number: u64) -> Duration {
    Duration::from_secs(number * 60)
}

/// What was just made is known everywhere in AWS. Usually a second; for a profile ten.
pub(crate) const VISIBLE: Bound = Bound {
    state: "is visible everywhere in AWS",
    limit: minutes(2),
    remedy: RERUN,
};
/// A NAT gateway works. Usually two minutes.
pub(crate) const NAT_AVAILABLE: Bound = Bound {
    state: "is available",
    limit: minutes(10),
    remedy: RERUN,
};
/// A NAT gateway is deleted. Usually one minute.
pub(crate) const NAT_DELETED: Bound = Bound {
    state: "is deleted",
    limit: minutes(10),
    remedy: RERUN,
};
/// A load balancer works. Usually two minutes.
pub(crate) const BALANCER_ACTIVE: Bound = Bound {
    state: "is active",
    limit: minutes(10),
    remedy: RERUN,
};
/// A load balancer is deleted, and so are its network interfaces. Usually one minute.
pub(crate) const BALANCER_GONE: Bound = Bound {
    state: "and its network interfaces are gone",
    limit: minutes(10),
    remedy: RERUN,
};
/// Anything else is attached, or gone. Usually seconds.
pub(crate) const SETTLED: Bound = Bound {
    state: "has settled",
    limit: minutes(5),
    remedy: RERUN,
};
/// All instances of a group are terminated, and it is gone. Usually two minutes.
pub(crate) const GROUP_GONE: Bound = Bound {
    state: "has no instances and is gone",
    limit: minutes(20),
    remedy: "look at its activity in the console (an instance may be protected from scale-in), \
             then run the same command again",
};
/// Nothing uses it any more, so that AWS lets it go.
pub(crate) const FREE: Bound = Bound {
    state: "is used by nothing",
    limit: minutes(10),
    remedy: "remove what uses it, then run the same command again",
};
/// An instance refresh has ended. Usually five minutes; AWS gives up after an hour without
/// progress.
pub(crate) const REFRESHED: Bound = Bound {
    state: "runs the new template version",
    limit: minutes(75),
    remedy: "look at the group's instance refresh in the console; running the same command again \
             follows it",
};

/// One look at what is waited for.
pub enum Seen<T> {
    /// It is as it should be.
    Ready(T),
    /// It is not yet; this is what it is.
    NotYet(String),
}

/// Who waits, for which resource, and who is told.
#[derive(Clone, Copy)]
pub struct Wait<'a> {
    /// How fast one asks again.
    pub pace: Pace,
    /// The resource, by kind and name.
    pub resource: &'a str,
    /// Is told what is waited for, whenever that changes.
    pub report: &'a dyn Fn(&str),
}

impl Wait<'_> {
    /// Looks again and again until it is ready, at most as long as the bound allows.
    pub async fn until<T>(
        &self,
        bound: &Bound,
        mut look: impl AsyncFnMut() -> Result<Seen<T>, Error>,
    ) -> Result<T, Error> {
        let mut pauses = Pauses::within(&self.pace, bound);
        let mut said = String::new();
        loop {
            let last = match look().await? {
                Seen::Ready(it) => return Ok(it),
                Seen::NotYet(last) => last,
            };
            if last != said {
                (self.report)(&format!("until it {}: {last}", bound.state));
                said.clone_from(&last);
            }
            if !pauses.pause().await {
                return Err(self.too_long(bound, last));
            }
        }
    }

    /// Repeats a call that does no harm when it is repeated, while AWS refuses it for a reason
    /// that passes.
    pub async fn persist<T>(
        &self,
        bound: &Bound,
        passes: impl Fn(&Failure) -> bool,
        mut call: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T, Error> {
        self.until(bound, async || match call().await {
            Ok(it) => Ok(Seen::Ready(it)),
            Err(failure) if passes(&failure) => Ok(Seen::NotYet(said(&failure))),
            Err(failure) => Err(failure.into()),
        })
        .await
    }

    pub(crate) fn too_long(&self, bound: &Bound, last: String) -> Error {
        Error::Wait {
            resource: self.resource.to_owned(),
            state: bound.state,
            limit: bound.limit.mul_f64(self.pace.patience),
            last,
            remedy: bound.remedy,
        }
    }
}

/// A refusal that passes, in short.
pub(crate) fn said(failure: &Failure) -> String {
    let Failure {
        call,
        code,
        message,
        ..
    } = failure;
    format!("{call} says {code}: {}", message.trim_end_matches('.'))
}

/// Pauses that grow, until the bound is reached.
pub(crate) struct Pauses {
    next: Duration,
    longest: Duration,
    end: Instant,
}

impl Pauses {
    pub(crate) fn within(pace: &Pace, bound: &Bound) -> Self {
        Self {
            next: pace.first,
            longest: pace.longest,
            end: Instant::now() + bound.limit.mul_f64(pace.patience),
        }
    }

    /// Whether there was time for another pause; if so, it is over.
    pub(crate) async fn pause(&mut self) -> bool {
        if Instant::now() + self.next > self.end {
            return false;
        }
        sleep(self.next).await;
        self.next = self.longest.min(self.next * 2);
        true
    }
}
