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

impl Alarm {
    /// What its expression is called beside its figures.
    pub const RESULT: &str = "result";
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

    /// What CloudWatch calls the resource with this ARN or id.
    pub fn value<'a>(name: &str, id: &'a str) -> &'a str {
        let end = match name {
            BALANCER => id.split_once(":loadbalancer/").map(|(_, end)| end),
            TARGETS => id.rsplit_once(':').map(|(_, end)| end),
            _ => None,
        };
        end.unwrap_or(id)
    }

    /// The ARN or id of what CloudWatch calls so in an alarm with this ARN.
    pub fn id(name: &str, value: &str, alarm: &str) -> String {
        let between = match name {
            BALANCER => "loadbalancer/",
            TARGETS => "",
            _ => return value.to_owned(),
        };
        let fields: Vec<&str> = alarm.split(':').collect();
        let field = |place: usize| fields.get(place).copied().unwrap_or_default();
        let (partition, region, account) = (field(1), field(3), field(4));
        format!("arn:{partition}:elasticloadbalancing:{region}:{account}:{between}{value}")
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_balances_goes_by_the_end_of_its_arn() {
            let alarm =
                "arn:aws:cloudwatch:eu-north-1:123456789012:alarm:StudentAnalyticsServerErrors";
            let balancing = "arn:aws:elasticloadbalancing:eu-north-1:123456789012:";
            for (name, value_, whole) in [
                (
                    "LoadBalancer",
                    "app/LB/50dc",
                    format!("{balancing}loadbalancer/app/LB/50dc"),
                ),
                (
                    "TargetGroup",
                    "targetgroup/T/6d0e",
                    format!("{balancing}targetgroup/T/6d0e"),
                ),
                ("NatGatewayId", "nat-1", "nat-1".to_owned()),
            ] {
                assert_eq!(id(name, value_, alarm), whole);
                assert_eq!(value(name, &whole), value_);
            }
        }
    }
}
