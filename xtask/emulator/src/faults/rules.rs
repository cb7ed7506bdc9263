//! The rules in force, as values: all off by default, combinable, written in JSON with the names
//! of the table.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Which faults are made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Rules {
    /// Milliseconds before each call.
    pub delay: u64,
    /// How long a NAT gateway is pending, and deleting.
    pub nat_takes_time: Option<Lasting>,
    /// How long a load balancer is provisioning.
    pub balancer_takes_time: Option<Lasting>,
    /// For how many describes, or how long, a target is in its first health check.
    pub targets_become_healthy: Option<Lasting>,
    /// Targets fail their health checks.
    pub targets_never_healthy: bool,
    /// For how many describes of the group it has no instances, nor have target groups targets.
    pub instances_take_time: Option<Lasting>,
    /// How long an instance refresh is in progress.
    pub refresh_takes: Option<Lasting>,
    /// An instance refresh fails, and how its rollback ends.
    pub refresh_fails: Option<RefreshFailure>,
    /// How long a deleted load balancer's network interfaces stay.
    pub interfaces_linger: Option<Lasting>,
    /// How often IAM has not yet heard of a profile or a role.
    pub profile_propagation: u32,
    /// For how many describes a new EC2 resource is not visible.
    pub not_found_after_create: u32,
    /// Calls that are throttled.
    pub throttling: Option<Every>,
    /// Calls that fail with status 500.
    pub server_errors: Option<Every>,
    /// Calls whose connection is closed before anything is done.
    pub cut_before: Vec<Occurrence>,
    /// Calls whose connection is closed after the work, without an answer.
    pub cut_after: Vec<Occurrence>,
    /// The write before which everything halts.
    pub kill_before: Option<u32>,
    /// The write after which everything halts.
    pub kill_after: Option<u32>,
    /// The largest page of a list.
    pub small_pages: Option<usize>,
    /// Buckets that belong to another account.
    pub bucket_taken: Vec<String>,
    /// Creations that exceed a quota, as `ec2:AllocateAddress`.
    pub quota: Vec<String>,
    /// Actions that are denied.
    pub access_denied: Vec<String>,
    /// How often a group cannot be deleted because it is still scaling.
    pub scaling_in_progress: u32,
    /// How often a target group cannot be deleted because its listener is still going.
    pub listener_lingers: u32,
    /// Whoever is asked by mail whether to get more of them has agreed.
    pub mails_agreed: bool,
    /// SSM hears nothing of its agents.
    pub agents_offline: bool,
    /// Calls that are refused with a code of one's choice.
    pub refusals: Vec<Refusal>,
}

/// How long something takes: until it was looked at that often, or for that time. Written as a
/// number of describes, or as `500ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "serde_json::Value", into = "serde_json::Value")]
pub enum Lasting {
    /// The number of describes that still see it.
    Describes(u32),
    /// Milliseconds.
    Millis(u64),
}

impl TryFrom<serde_json::Value> for Lasting {
    type Error = String;

    fn try_from(value: serde_json::Value) -> Result<Self, Self::Error> {
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        let millis = value
            .as_str()
            .and_then(|text| text.strip_suffix("ms")?.parse().ok());
        number
            .map(Self::Describes)
            .or(millis.map(Self::Millis))
            .ok_or_else(|| format!("{value} is neither a number of describes nor like \"500ms\""))
    }
}

impl From<Lasting> for serde_json::Value {
    fn from(lasting: Lasting) -> Self {
        match lasting {
            Lasting::Describes(number) => number.into(),
            Lasting::Millis(millis) => format!("{millis}ms").into(),
        }
    }
}

impl Lasting {
    /// Begins it now.
    pub fn begin(self) -> Countdown {
        match self {
            Self::Describes(left) => Countdown::Looks { left, of: left },
            Self::Millis(millis) => Countdown::Time {
                began: Instant::now(),
                of: Duration::from_millis(millis),
            },
        }
    }
}

/// Something that takes its time, begun.
#[derive(Debug, Clone, Copy)]
pub enum Countdown {
    /// So many looks still see it, of so many.
    Looks {
        /// Still to come.
        left: u32,
        /// At the beginning.
        of: u32,
    },
    /// Since then, for so long.
    Time {
        /// The beginning.
        began: Instant,
        /// The length.
        of: Duration,
    },
}

impl Countdown {
    /// Looks at it: whether it is still going on.
    pub fn look(&mut self) -> bool {
        match self {
            Self::Looks { left, .. } => {
                let going = *left > 0;
                *left = left.saturating_sub(1);
                going
            }
            Self::Time { .. } => self.is_going(),
        }
    }

    /// Whether it is still going on, without a look.
    pub fn is_going(&self) -> bool {
        match self {
            Self::Looks { left, .. } => *left > 0,
            Self::Time { began, of } => began.elapsed() < *of,
        }
    }

    /// How far it has come, in percent.
    pub fn percent(&self) -> u32 {
        let (done, of) = match self {
            Self::Looks { left, of } => (u128::from(of - left), u128::from(*of)),
            Self::Time { began, of } => (began.elapsed().as_millis(), of.as_millis()),
        };
        let percent = (done * 100).checked_div(of).unwrap_or(50);
        u32::try_from(percent.min(100)).unwrap_or(100)
    }
}

/// Some of the calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Every {
    /// Each call whose number, in the order of arrival, is a multiple of this.
    Every(u32),
    /// The first calls of each action.
    Times(u32),
}

/// One call among those of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Occurrence {
    /// As `ec2:CreateVpc`.
    pub action: String,
    /// Which of them, counted from one since the rules were set.
    #[serde(default = "first")]
    pub occurrence: u32,
}

fn first() -> u32 {
    1
}

/// How a failed refresh's rollback ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefreshFailure {
    /// `RollbackSuccessful`.
    RollbackSucceeds,
    /// `RollbackFailed`.
    RollbackFails,
}

/// A refusal of one's choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Refusal {
    /// As `ec2:CreateVpc`.
    pub action: String,
    /// The error's code.
    pub code: String,
    /// The error's message.
    pub message: String,
    /// The status of HTTP.
    #[serde(default = "bad_request")]
    pub status: u16,
    /// How many calls are refused, counted since the rules were set; all if missing.
    #[serde(default)]
    pub times: Option<u32>,
}

fn bad_request() -> u16 {
    400
}
