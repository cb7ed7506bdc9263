//! What CloudWatch watches, and where it says so: each alarm only when it is asked for.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::id::{Handle, Id, Zone};
use crate::settings::{Alarms, Watched};
use crate::topology::serving::Serving;
use crate::topology::{LoadBalancer, NatGateway, TargetGroup, Topology};
use crate::values::Email;

/// Where alarms are told: SNS mails them to these people, each of whom has to agree once.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// Who is told.
    pub emails: BTreeSet<Email>,
}

/// Figures of CloudWatch out of their bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// Where its beginning and its end are told.
    pub topic: Handle<Topic>,
    /// What the mail says: what has happened, and what to do.
    pub description: &'static str,
    /// What it looks at, by the names that `expression` has for them.
    pub figures: BTreeMap<&'static str, Figure>,
    /// What is computed of several figures; a single one is taken as it is.
    pub expression: Option<&'static str>,
    /// When it is out of bounds.
    pub bounds: Bounds,
}

/// One figure of CloudWatch.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Whose figures.
    pub namespace: &'static str,
    /// Which of them.
    pub metric: &'static str,
    /// What is taken of a minute's values.
    pub statistic: &'static str,
    /// Of which resources.
    pub of: Vec<Watch>,
}

/// A resource that a figure is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Watch {
    /// The load balancer.
    Balancer(Handle<LoadBalancer>),
    /// Its targets.
    Targets(Handle<TargetGroup>),
    /// A NAT gateway.
    Nat(Handle<NatGateway>),
}

/// When an alarm's value is out of bounds, and for how long it must be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// CloudWatch's name of the comparison with `threshold` that must hold.
    pub comparison: String,
    /// What the value is compared with, in the figure's own unit.
    pub threshold: f64,
    /// How many minutes are looked at.
    pub periods: u32,
    /// How many of them must be out of bounds.
    pub datapoints: u32,
    /// What a minute without a figure counts as, by CloudWatch's name.
    pub missing: String,
}

/// What each minute's figures are of, in seconds.
pub const PERIOD: u32 = 60;

const BALANCING: &str = "AWS/ApplicationELB";

/// Fewer requests in a minute than this say nothing about a rate or a percentile.
const ERROR_RATE: &str = "IF(FILL(requests, 0) + FILL(refused, 0) >= 20, \
    100 * (FILL(refused, 0) + FILL(failed, 0)) / (FILL(requests, 0) + FILL(refused, 0)), 0)";
const SLOWEST: &str = "IF(FILL(requests, 0) >= 20, slowest, 0)";

/// What alarms are about.
pub(super) struct Watching {
    pub(super) serving: Serving,
    pub(super) nats: Vec<(Zone, Handle<NatGateway>)>,
}

pub(super) fn add(t: &mut Topology, alarms: &Alarms, watching: &Watching) {
    let emails = alarms.emails.clone();
    let topic = t.add(Id::AlarmTopic, Topic { emails });
    for watched in &alarms.watched {
        match watched {
            Watched::NoHealthyTarget => {
                t.add(Id::NoHealthyTarget, no_healthy_target(topic, watching));
            }
            Watched::ServerErrors => {
                t.add(Id::ServerErrors, server_errors(topic, watching));
            }
            Watched::SlowAnswers => {
                t.add(Id::SlowAnswers, slow_answers(topic, watching));
            }
            Watched::NatErrors => {
                for (zone, nat) in &watching.nats {
                    t.add(Id::NatErrors(*zone), nat_errors(topic, *nat));
                }
            }
        }
    }
}

fn of_balancer(watching: &Watching, metric: &'static str, statistic: &'static str) -> Figure {
    Figure {
        namespace: BALANCING,
        metric,
        statistic,
        of: vec![Watch::Balancer(watching.serving.balancer)],
    }
}

fn above(threshold: f64, datapoints: u32, periods: u32) -> Bounds {
    Bounds {
        comparison: "GreaterThanThreshold".to_owned(),
        threshold,
        periods,
        datapoints,
        missing: "notBreaching".to_owned(),
    }
}

fn no_healthy_target(topic: Handle<Topic>, watching: &Watching) -> Alarm {
    let mut healthy = of_balancer(watching, "HealthyHostCount", "Maximum");
    healthy.of.push(Watch::Targets(watching.serving.targets));
    Alarm {
        topic,
        description: "No instance is healthy: nobody gets an answer. `cargo xtask status` says why.",
        figures: [("healthy", healthy)].into(),
        expression: None,
        bounds: Bounds {
            comparison: "LessThanThreshold".to_owned(),
            threshold: 1.0,
            periods: 3,
            datapoints: 2,
            missing: "breaching".to_owned(),
        },
    }
}

fn server_errors(topic: Handle<Topic>, watching: &Watching) -> Alarm {
    let sum = |metric| of_balancer(watching, metric, "Sum");
    Alarm {
        topic,
        description: "More than 5 % of the requests ended with an error of the server (5xx). `cargo xtask \
                      logs` shows what the instances wrote; `cargo xtask rollback` returns to the release \
                      before.",
        figures: [
            ("failed", sum("HTTPCode_Target_5XX_Count")),
            ("refused", sum("HTTPCode_ELB_5XX_Count")),
            ("requests", sum("RequestCount")),
        ]
        .into(),
        expression: Some(ERROR_RATE),
        bounds: above(5.0, 3, 5),
    }
}

fn slow_answers(topic: Handle<Topic>, watching: &Watching) -> Alarm {
    Alarm {
        topic,
        description: "One request of a hundred waited more than 2 seconds for its answer (p99). `cargo \
                      xtask status` shows the fleet and its CPU; --max and --instance-type make it larger.",
        figures: [
            ("requests", of_balancer(watching, "RequestCount", "Sum")),
            (
                "slowest",
                of_balancer(watching, "TargetResponseTime", "p99"),
            ),
        ]
        .into(),
        expression: Some(SLOWEST),
        bounds: above(2.0, 3, 5),
    }
}

fn nat_errors(topic: Handle<Topic>, nat: Handle<NatGateway>) -> Alarm {
    let errors = Figure {
        namespace: "AWS/NATGateway",
        metric: "ErrorPortAllocation",
        statistic: "Sum",
        of: vec![Watch::Nat(nat)],
    };
    Alarm {
        topic,
        description: "A NAT gateway had no port left for a connection: instances behind it do not reach \
                      AWS or the identity provider. Look for what opens so many connections.",
        figures: [("errors", errors)].into(),
        expression: None,
        bounds: above(0.0, 1, 1),
    }
}
