//! How the deployment is: what AWS says of it, in plain values.
//!
//! ```text
//! look (calls) → Status → text, JSON
//! ```
//!
//! What AWS does not say is [`Known::Unknown`], with the reason; nothing is guessed.

mod alarms;
mod look;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;

pub(crate) use look::look;
pub(crate) use text::text;

/// Something that AWS says, or why it does not.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", untagged)]
pub(crate) enum Known<T> {
    /// It is this.
    Is(T),
    /// It is not known.
    Unknown {
        /// Why.
        unknown: String,
    },
}

impl<T> Known<T> {
    pub(crate) fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown {
            unknown: why.into(),
        }
    }

    /// From a look; what is not there is unknown for this reason.
    fn of<E: ToString>(look: Result<Option<T>, E>, absent: &str) -> Self {
        match look {
            Ok(Some(it)) => Self::Is(it),
            Ok(None) => Self::unknown(absent),
            Err(error) => Self::unknown(error.to_string()),
        }
    }
}

/// How a deployment is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Status {
    /// Which copy of the system.
    pub(crate) stage: String,
    /// Where it runs.
    pub(crate) region: String,
    /// When AWS was asked, in seconds since 1970.
    pub(crate) at: i64,
    /// The dashboard's address.
    pub(crate) url: Known<String>,
    /// The Auto Scaling group; none when nothing is deployed.
    pub(crate) fleet: Option<Fleet>,
    /// The release that the group launches.
    pub(crate) release: Known<Release>,
    /// The newest instance refresh; AWS knows of those of the last six weeks.
    pub(crate) refresh: Known<Option<Refresh>>,
    /// The newest scaling activities, the newest first.
    pub(crate) activities: Known<Vec<Activity>>,
    /// Average use of the instances' processors.
    pub(crate) cpu: Known<Cpu>,
    /// The table that is shown.
    pub(crate) dataset: Known<Dataset>,
    /// What CloudWatch watches, where the settings want that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) alarms: Option<Known<Vec<Alarm>>>,
}

/// The Auto Scaling group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Fleet {
    /// Its name.
    pub(crate) group: String,
    /// Fewest instances.
    pub(crate) min: i32,
    /// How many Auto Scaling wants now.
    pub(crate) desired: i32,
    /// Most instances.
    pub(crate) max: i32,
    /// Its instances by zone.
    pub(crate) instances: Vec<Instance>,
}

/// An instance of the group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Instance {
    /// Its availability zone.
    pub(crate) zone: String,
    /// Its id.
    pub(crate) id: String,
    /// Its place in its life, in Auto Scaling's words.
    pub(crate) lifecycle: String,
    /// Its state as a target, in the load balancer's words, with the reason.
    pub(crate) health: String,
    /// Since when it is so, in seconds since 1970.
    pub(crate) since: Known<i64>,
    /// The version of the launch template.
    pub(crate) version: String,
    /// The release that this version names.
    pub(crate) release: Known<String>,
}

/// A release in the bucket.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Release {
    /// Its program's SHA-256.
    pub(crate) sha256: String,
    /// What it was built from.
    pub(crate) commit: Known<String>,
    /// When it was uploaded, in seconds since 1970.
    pub(crate) uploaded: Known<i64>,
}

/// The replacement of all instances.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Refresh {
    /// In Auto Scaling's words.
    pub(crate) status: String,
    /// How far it has come.
    pub(crate) percent: i32,
    /// Why it is as it is, if AWS says so.
    pub(crate) reason: Option<String>,
    /// When it began, in seconds since 1970.
    pub(crate) began: Option<i64>,
}

/// Something that Auto Scaling did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Activity {
    /// When it began, in seconds since 1970.
    pub(crate) began: Option<i64>,
    /// When it ended, in seconds since 1970.
    pub(crate) ended: Option<i64>,
    /// How it went, in Auto Scaling's words.
    pub(crate) status: String,
    /// What was done.
    pub(crate) what: String,
    /// Why.
    pub(crate) cause: String,
}

/// Average use of processors.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Cpu {
    /// In percent, over all instances and five minutes.
    pub(crate) percent: f64,
    /// When these began, in seconds since 1970.
    pub(crate) from: i64,
}

/// The table that is shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Dataset {
    /// Where it lies in the bucket.
    pub(crate) key: String,
    /// When it was written, in seconds since 1970.
    pub(crate) written: i64,
    /// Its size.
    pub(crate) bytes: i64,
}

/// An alarm of CloudWatch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Alarm {
    /// Its name.
    pub(crate) name: String,
    /// Whether its figures are out of bounds.
    pub(crate) rings: bool,
    /// Since when it rings or is quiet, in seconds since 1970.
    pub(crate) since: Option<i64>,
    /// Why, in CloudWatch's words.
    pub(crate) reason: String,
}

impl Status {
    /// How many instances the load balancer sends requests to.
    pub(crate) fn healthy(&self) -> usize {
        let instances = self.fleet.iter().flat_map(|fleet| &fleet.instances);
        instances.filter(|it| it.health == "healthy").count()
    }

    /// Whether as many instances are healthy as there should be at least.
    pub(crate) fn serves(&self) -> bool {
        let least = self.fleet.as_ref().map(|fleet| fleet.min.max(1));
        least.is_some_and(|least| usize::try_from(least).is_ok_and(|it| self.healthy() >= it))
    }
}

/// What earlier looks saw: AWS does not say since when a target is as it is.
#[derive(Debug, Default)]
pub(crate) struct Memory(BTreeMap<String, Remembered>);

/// An instance's health, and when it was seen to become so.
#[derive(Debug)]
struct Remembered {
    health: String,
    since: Option<i64>,
}

impl Memory {
    /// Says of each instance since when it is as it is, where it was seen to change, and
    /// remembers.
    pub(crate) fn recall(&mut self, status: &mut Status) {
        let at = status.at;
        let instances = status.fleet.iter_mut().flat_map(|it| &mut it.instances);
        let mut now = BTreeMap::new();
        for instance in instances {
            let before = self.0.remove(&instance.id);
            let since = match before {
                Some(before) if before.health == instance.health => before.since,
                Some(_) => Some(at),
                None => None,
            };
            if let Some(since) = since {
                instance.since = Known::Is(since);
            }
            let remembered = Remembered {
                health: instance.health.clone(),
                since,
            };
            now.insert(instance.id.clone(), remembered);
        }
        self.0 = now;
    }
}

#[cfg(test)]
mod tests;
