//! What CloudWatch watches and where it says so, as AWS holds it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::observed::Ref;
use crate::topology::Bounds;

/// A topic of SNS. Subscribers that are no e-mail addresses are others' business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// The addresses that it mails to.
    pub emails: BTreeSet<String>,
    /// Cloud's own: those that were asked and have not agreed. AWS forgets them after two days, and
    /// until then nobody can take them back.
    pub asked: BTreeSet<String>,
}

impl Topic {
    /// Those that it mails to, and of those that are still to agree, those that are wanted.
    pub fn emails_towards(&self, want: &Self) -> BTreeSet<String> {
        let awaited = self.asked.intersection(&want.emails);
        self.emails.iter().chain(awaited).cloned().collect()
    }
}

/// An alarm of CloudWatch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// What its mails say.
    pub description: String,
    /// What it looks at, by the names that `expression` has for them.
    pub figures: BTreeMap<String, Figure>,
    /// What is computed of them.
    pub expression: Option<String>,
    /// When it is out of bounds.
    pub bounds: Bounds,
    /// Whether anyone is told.
    pub is_enabled: bool,
    /// Where its beginning is told.
    pub begins: BTreeSet<Ref>,
    /// Where its end is told.
    pub ends: BTreeSet<Ref>,
}

/// One figure of CloudWatch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Whose figures.
    pub namespace: String,
    /// Which of them.
    pub metric: String,
    /// What is taken of the values of a period.
    pub statistic: String,
    /// How long that is, in seconds.
    pub period: u32,
    /// Of which resources, by CloudWatch's names of their kinds.
    pub of: BTreeMap<String, Ref>,
}

/// CloudWatch's names of what figures are about.
pub mod dimension {
    use crate::id::Kind;

    /// A load balancer, by the end of its ARN.
    pub const BALANCER: &str = "LoadBalancer";
    /// A target group, by the end of its ARN.
    pub const TARGETS: &str = "TargetGroup";
    /// A NAT gateway, by its id.
    pub const NAT: &str = "NatGatewayId";

    /// What a name is of; none for what is nothing of ours.
    pub fn kind(name: &str) -> Option<Kind> {
        match name {
            BALANCER => Some(Kind::LoadBalancer),
            TARGETS => Some(Kind::TargetGroup),
            NAT => Some(Kind::NatGateway),
            _ => None,
        }
    }
}
