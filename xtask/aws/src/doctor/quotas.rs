//! Whether the account's quotas leave room for what would be made.

use aws_sdk_ec2::types::{Instance, InstanceStateName, InstanceType};
use infra_model::id::Kind;
use infra_model::plan::{Action, Plan};

use super::Finding;
use crate::failure::{Failure, failed};
use crate::observe::filter;
use crate::session::Session;

/// A quota, as Service Quotas names it.
struct Quota {
    name: &'static str,
    service: &'static str,
    code: &'static str,
}

const ADDRESSES: Quota = Quota {
    name: "quota of Elastic IP addresses",
    service: "ec2",
    code: "L-0263D0A3",
};
const VPCS: Quota = Quota {
    name: "quota of VPCs",
    service: "vpc",
    code: "L-F678F1CE",
};
const VCPUS: Quota = Quota {
    name: "quota of vCPUs of standard instances",
    service: "ec2",
    code: "L-1216C47A",
};

/// The families that the quota of standard instances counts begin with one of these letters.
const STANDARD: &str = "acdhimrtz";
/// Those that begin so too, and have quotas of their own.
const OTHERS: [&str; 5] = ["dl", "hpc", "inf", "mac", "trn"];

/// A finding for each quota.
pub(super) async fn look(session: &Session, plan: &Plan) -> Vec<Finding> {
    let made = |kind: Kind| {
        let makes = |it: &&infra_model::plan::Step| {
            it.kind == kind && matches!(it.action, Action::Create { .. })
        };
        plan.steps.iter().filter(makes).count()
    };
    let (addresses, vpcs, vcpus) = tokio::join!(
        finding(session, &ADDRESSES, async || {
            Ok((addresses(session).await?, made(Kind::Address)))
        }),
        finding(session, &VPCS, async || Ok((
            vpcs(session).await?,
            made(Kind::Vpc)
        ))),
        finding(session, &VCPUS, async || vcpus(session).await),
    );
    vec![addresses, vpcs, vcpus]
}

async fn finding(
    session: &Session,
    quota: &Quota,
    use_: impl AsyncFnOnce() -> Result<(usize, usize), Failure>,
) -> Finding {
    let (limit, use_) = tokio::join!(limit(session, quota), use_());
    match (limit, use_) {
        (Ok(Some(limit)), Ok((used, more))) => judged(quota.name, limit, used, more),
        (Ok(None), _) => Finding::unknown(
            quota.name,
            "Service Quotas gives no value",
            format!("look for {} in the console of Service Quotas", quota.code),
        ),
        (Err(failure), _) | (_, Err(failure)) => Finding::unseen(quota.name, &failure),
    }
}

fn judged(name: &str, limit: f64, used: usize, more: usize) -> Finding {
    let what = format!("{used} of {limit} in use, {more} more needed");
    match more == 0 || (used + more) as f64 <= limit {
        true => Finding::good(name, what),
        false => Finding::failed(
            name,
            what,
            "ask for more in Service Quotas, free what is unused, or name another region",
        ),
    }
}

async fn limit(session: &Session, quota: &Quota) -> Result<Option<f64>, Failure> {
    let request = session.clients.quotas.get_service_quota();
    let answer = request
        .service_code(quota.service)
        .quota_code(quota.code)
        .send()
        .await
        .map_err(failed("servicequotas:GetServiceQuota", quota.name));
    match answer {
        Ok(answer) => Ok(answer.quota().and_then(|it| it.value())),
        // The account has the default, which is not told here, or there is no such quota.
        Err(failure) if failure.code.starts_with("NoSuchResource") => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn addresses(session: &Session) -> Result<usize, Failure> {
    let answer = session.clients.ec2.describe_addresses().send().await;
    let answer = answer.map_err(failed("ec2:DescribeAddresses", ADDRESSES.name))?;
    Ok(answer.addresses().len())
}

async fn vpcs(session: &Session) -> Result<usize, Failure> {
    let pages = session.clients.ec2.describe_vpcs().into_paginator().items();
    let all = pages.send().try_collect().await;
    Ok(all.map_err(failed("ec2:DescribeVpcs", VPCS.name))?.len())
}

/// What others run, and what this deployment runs at most: half as many again as its most
/// instances, while a release replaces all of them.
async fn vcpus(session: &Session) -> Result<(usize, usize), Failure> {
    let size = InstanceType::from(session.settings.instance_type.as_str());
    let request = session.clients.ec2.describe_instance_types();
    let answer = request.instance_types(size.clone()).send().await;
    let answer = answer.map_err(failed("ec2:DescribeInstanceTypes", size.as_str()))?;
    let info = answer
        .instance_types()
        .first()
        .and_then(|it| it.v_cpu_info());
    let each = usize::try_from(info.and_then(|it| it.default_v_cpus()).unwrap_or(0)).unwrap_or(0);

    let states = [InstanceStateName::Pending, InstanceStateName::Running];
    let states = filter(
        "instance-state-name",
        states.map(|it| it.as_str().to_owned()),
    );
    let request = session.clients.ec2.describe_instances().filters(states);
    let pages = request.into_paginator().items().send().try_collect().await;
    let reservations = pages.map_err(failed("ec2:DescribeInstances", VCPUS.name))?;
    let instances = reservations.iter().flat_map(|it| it.instances());
    let stage = &session.settings.stage;
    let others = instances.filter(|it| {
        let tags = it.tags().iter();
        let tags: infra_model::tags::Tags = tags
            .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())))
            .collect();
        is_standard(it) && tags.resource_in(stage).is_none()
    });
    let used = others.map(cores).sum();
    let most = usize::from(session.settings.max.get());
    Ok((used, (most + most.div_ceil(2)) * each))
}

fn is_standard(it: &Instance) -> bool {
    let size = it.instance_type().map_or("", |it| it.as_str());
    size.starts_with(|first| STANDARD.contains(first))
        && !OTHERS.iter().any(|it| size.starts_with(it))
}

fn cores(it: &Instance) -> usize {
    let options = it.cpu_options();
    let count = |number: Option<i32>| usize::try_from(number.unwrap_or(1)).unwrap_or(1);
    options.map_or(1, |it| {
        count(it.core_count()) * count(it.threads_per_core())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn a_quota_must_hold_what_is_there_and_what_is_made() {
        for (limit, used, more, verdict) in [
            (5.0, 3, 2, Verdict::Good),
            (5.0, 4, 2, Verdict::Failed),
            (5.0, 7, 0, Verdict::Good),
        ] {
            let found = judged("addresses", limit, used, more);
            assert_eq!(found.verdict, verdict, "{}", found.what);
        }
        let what = judged("addresses", 5.0, 4, 2).what;
        assert_eq!(what, "4 of 5 in use, 2 more needed");
    }

    #[test]
    fn accelerated_instances_have_quotas_of_their_own() {
        for (size, standard) in [
            ("t3.small", true),
            ("m6i.large", true),
            ("im4gn.large", true),
            ("inf2.xlarge", false),
            ("mac2.metal", false),
            ("g5.xlarge", false),
            ("x2idn.large", false),
        ] {
            let it = Instance::builder().instance_type(size.into()).build();
            assert_eq!(is_standard(&it), standard, "{size}");
        }
    }
}
