//! Faults of a call's arrival: whether it is done at all.

use std::collections::HashMap;

use hyper::StatusCode;

use super::rules::{Every, Occurrence, Rules};
use crate::protocol::{Answer, Call, Service};

/// What becomes of a call.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// It is done; afterwards its reply may be lost.
    Done {
        /// Whether the reply is lost.
        reply_lost: bool,
    },
    /// It is refused.
    Refused(Answer),
    /// Its connection is closed.
    Lost,
}

/// Calls since the rules were set.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    all: u32,
    /// Of each operation, as `ec2:CreateVpc`.
    each: HashMap<String, u32>,
    /// Refused so far, by the rule and its place in the list.
    refused: HashMap<(&'static str, usize), u32>,
}

/// The code of an exceeded quota: operation, code.
const QUOTAS: &[(&str, &str)] = &[
    ("AllocateAddress", "AddressLimitExceeded"),
    ("CreateVpc", "VpcLimitExceeded"),
    ("CreateSubnet", "SubnetLimitExceeded"),
    ("CreateInternetGateway", "InternetGatewayLimitExceeded"),
    ("CreateNatGateway", "NatGatewayLimitExceeded"),
    ("CreateRouteTable", "RouteTableLimitExceeded"),
    ("CreateVpcEndpoint", "VpcEndpointLimitExceeded"),
    ("CreateSecurityGroup", "SecurityGroupLimitExceeded"),
    ("CreateLoadBalancer", "TooManyLoadBalancers"),
    ("CreateTargetGroup", "TooManyTargetGroups"),
    ("CreateBucket", "TooManyBuckets"),
];

/// Refusals for a number of times: rule, action, code, message.
const FOR_A_WHILE: &[(&str, &str, &str, &str)] = &[
    (
        "profile-propagation",
        "autoscaling:CreateAutoScalingGroup",
        "ValidationError",
        "You must use a valid fully-formed launch template. Invalid IAM Instance Profile name",
    ),
    (
        "profile-propagation",
        "iam:AddRoleToInstanceProfile",
        "NoSuchEntity",
        "The role cannot be found.",
    ),
    (
        "scaling-in-progress",
        "autoscaling:DeleteAutoScalingGroup",
        "ScalingActivityInProgress",
        "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.",
    ),
    (
        "listener-lingers",
        "elasticloadbalancing:DeleteTargetGroup",
        "ResourceInUse",
        "The target group is currently in use by a listener or a rule",
    ),
];

impl Counts {
    /// Decides about a call.
    pub(crate) fn arrived(&mut self, rules: &Rules, call: &Call) -> Arrival {
        self.all += 1;
        let name = format!("{}:{}", call.service.name(), call.operation);
        let count = self.each.entry(name).or_default();
        *count += 1;
        let count = *count;
        let chosen = |list: &[Occurrence]| {
            list.iter()
                .any(|one| call.is(&one.action) && one.occurrence == count)
        };
        if chosen(&rules.cut_before) {
            return Arrival::Lost;
        }
        let hit = |every: Option<Every>, all: u32| match every {
            Some(Every::Every(step)) => step > 0 && all.is_multiple_of(step),
            Some(Every::Times(times)) => count <= times,
            None => false,
        };
        if hit(rules.throttling, self.all) {
            return Arrival::Refused(throttled(call.service));
        }
        if hit(rules.server_errors, self.all) {
            return Arrival::Refused(failed(call.service));
        }
        match self.refused(rules, call) {
            Some(refusal) => Arrival::Refused(refusal),
            None => Arrival::Done {
                reply_lost: chosen(&rules.cut_after),
            },
        }
    }

    fn refused(&mut self, rules: &Rules, call: &Call) -> Option<Answer> {
        if rules.access_denied.iter().any(|action| call.is(action)) {
            return Some(denied(call));
        }
        if rules.quota.iter().any(|action| call.is(action)) {
            let known = QUOTAS
                .iter()
                .find(|(operation, _)| *operation == call.operation);
            let code = known.map_or("LimitExceeded", |(_, code)| code);
            let message = "The maximum number of this resource has been reached.";
            return Some(Answer::refusal(call.service, code, message));
        }
        if call.service == Service::S3
            && rules.bucket_taken.iter().any(|name| name == call.bucket())
        {
            return Some(taken(call));
        }
        for (index, (rule, action, code, message)) in FOR_A_WHILE.iter().enumerate() {
            let times = match *rule {
                "profile-propagation" => rules.profile_propagation,
                "scaling-in-progress" => rules.scaling_in_progress,
                _ => rules.listener_lingers,
            };
            if call.is(action) && self.within((rule, index), times) {
                let status = if *code == "NoSuchEntity" {
                    StatusCode::NOT_FOUND
                } else {
                    StatusCode::BAD_REQUEST
                };
                return Some(Answer::error(call.service, status, code, message));
            }
        }
        for (index, refusal) in rules.refusals.iter().enumerate() {
            if call.is(&refusal.action)
                && self.within(("refusals", index), refusal.times.unwrap_or(u32::MAX))
            {
                let status = StatusCode::from_u16(refusal.status);
                let status = status.unwrap_or(StatusCode::BAD_REQUEST);
                let (code, message) = (&refusal.code, &refusal.message);
                return Some(Answer::error(call.service, status, code, message));
            }
        }
        None
    }

    /// Counts one more refusal if there are some left.
    fn within(&mut self, rule: (&'static str, usize), times: u32) -> bool {
        let refused = self.refused.entry(rule).or_default();
        if *refused >= times {
            return false;
        }
        *refused += 1;
        true
    }
}

fn throttled(service: Service) -> Answer {
    match service {
        Service::Ec2 => Answer::error(
            service,
            StatusCode::SERVICE_UNAVAILABLE,
            "RequestLimitExceeded",
            "Request limit exceeded.",
        ),
        Service::S3 => Answer::error(
            service,
            StatusCode::SERVICE_UNAVAILABLE,
            "SlowDown",
            "Please reduce your request rate.",
        ),
        Service::Ssm => Answer::refusal(service, "ThrottlingException", "Rate exceeded"),
        _ => Answer::refusal(service, "Throttling", "Rate exceeded"),
    }
}

fn failed(service: Service) -> Answer {
    let code = match service {
        Service::Iam | Service::Sts => "ServiceFailure",
        Service::Scaling => "InternalFailure",
        _ => "InternalError",
    };
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    Answer::error(service, status, code, "An internal error has occurred")
}

fn denied(call: &Call) -> Answer {
    let message = format!(
        "User: arn:aws:iam::123456789012:user/someone is not authorized to perform: {}",
        call.permission
    );
    let code = match call.service {
        Service::Ec2 => "UnauthorizedOperation",
        Service::Ssm => "AccessDeniedException",
        _ => "AccessDenied",
    };
    if call.operation == "HeadBucket" || call.operation == "HeadObject" {
        return Answer::empty(StatusCode::FORBIDDEN);
    }
    Answer::error(call.service, StatusCode::FORBIDDEN, code, &message)
}

/// Someone else's bucket: its name cannot be had, and nothing else is told.
fn taken(call: &Call) -> Answer {
    if call.operation == "CreateBucket" {
        let message = "The requested bucket name is not available. The bucket namespace is \
                       shared by all users of the system. Please select a different name and \
                       try again.";
        let (status, code) = (StatusCode::CONFLICT, "BucketAlreadyExists");
        return Answer::error(call.service, status, code, message);
    }
    if call.operation == "HeadBucket" || call.operation == "HeadObject" {
        return Answer::empty(StatusCode::FORBIDDEN);
    }
    Answer::error(
        call.service,
        StatusCode::FORBIDDEN,
        "AccessDenied",
        "Access Denied",
    )
}
