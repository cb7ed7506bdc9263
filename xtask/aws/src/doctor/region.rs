//! Whether the region has both zones, and in them the instances' size.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{AvailabilityZoneState, InstanceType, LocationType};
use infra_model::id::Zone;

use super::Finding;
use crate::failure::{Failure, failed};
use crate::observe::filter;
use crate::session::Session;

const REGION: &str = "region";

pub(super) async fn look(session: &Session) -> Vec<Finding> {
    let region = &session.settings.region;
    let wanted = Zone::ALL.map(|zone| format!("{region}{}", zone.letter()));
    let (zones, offers) = tokio::join!(zones(session), offers(session));
    let zones = match zones {
        Ok(zones) => zones,
        Err(failure) if failure.is(&["AuthFailure", "OptInRequired", "UnauthorizedOperation"]) => {
            let what = format!("{region} does not let you in: {}", failure.message);
            let remedy = match failure.is(&["UnauthorizedOperation"]) {
                true => "have ec2:DescribeAvailabilityZones allowed to you",
                false => {
                    "enable the region for the account (AWS Account Management), or name another with --region"
                }
            };
            return vec![Finding::failed(REGION, what, remedy)];
        }
        Err(failure) => return vec![Finding::unseen(REGION, &failure)],
    };
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|it| !zones.contains(*it))
        .map(String::as_str)
        .collect();
    let mut findings = vec![match missing.as_slice() {
        [] => Finding::good(REGION, format!("{} are available", wanted.join(" and "))),
        missing => Finding::failed(
            REGION,
            format!("{} cannot be used by this account", missing.join(" and ")),
            "name another region with --region",
        ),
    }];
    let size = &session.settings.instance_type;
    findings.push(match offers {
        Ok(offers) if wanted.iter().all(|zone| offers.contains(zone)) => {
            Finding::good("instance type", format!("{size} is offered in both zones"))
        }
        Ok(_) => Finding::failed(
            "instance type",
            format!("{size} is not offered in both zones"),
            "name another with --instance-type",
        ),
        Err(failure) => Finding::unseen("instance type", &failure),
    });
    findings
}

/// The zones that the account can use.
async fn zones(session: &Session) -> Result<BTreeSet<String>, Failure> {
    let answer = session
        .clients
        .ec2
        .describe_availability_zones()
        .send()
        .await;
    let answer = answer.map_err(failed("ec2:DescribeAvailabilityZones", REGION))?;
    let available = answer
        .availability_zones()
        .iter()
        .filter(|it| it.state() == Some(&AvailabilityZoneState::Available));
    Ok(available
        .filter_map(|it| it.zone_name().map(str::to_owned))
        .collect())
}

/// The zones that offer the size.
async fn offers(session: &Session) -> Result<BTreeSet<String>, Failure> {
    let size = InstanceType::from(session.settings.instance_type.as_str());
    let request = session.clients.ec2.describe_instance_type_offerings();
    let request = request.location_type(LocationType::AvailabilityZone);
    let request = request.filters(filter("instance-type", [size.as_str()]));
    let all = request.into_paginator().items().send().try_collect().await;
    let all = all.map_err(failed("ec2:DescribeInstanceTypeOfferings", size.as_str()))?;
    Ok(all.into_iter().filter_map(|it| it.location).collect())
}
