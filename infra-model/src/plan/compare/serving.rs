//! Target group, load balancer, listeners.

use crate::observed::{Listener, LoadBalancer, TargetGroup};
use crate::plan::compare::{Attribute, Changes};
use crate::topology::HealthCheck;

pub(super) fn targets(changes: &mut Changes, have: &TargetGroup, want: &TargetGroup) {
    let TargetGroup {
        vpc,
        protocol,
        port,
        target_type,
        health,
        deregistration_delay,
    } = have;
    changes.compare(Attribute::Vpc, vpc, &want.vpc);
    changes.compare(Attribute::TargetProtocol, protocol, &want.protocol);
    changes.compare(Attribute::TargetPort, port, &want.port);
    changes.compare(Attribute::TargetType, target_type, &want.target_type);
    health_check(changes, health, &want.health);
    let delay = &want.deregistration_delay;
    changes.compare(Attribute::DeregistrationDelay, deregistration_delay, delay);
}

fn health_check(changes: &mut Changes, have: &HealthCheck, want: &HealthCheck) {
    let HealthCheck {
        protocol,
        port,
        path,
        interval,
        timeout,
        healthy,
        unhealthy,
        matcher,
    } = have;
    changes.compare(Attribute::HealthProtocol, protocol, &want.protocol);
    changes.compare(Attribute::HealthPort, port, &want.port);
    changes.compare(Attribute::HealthPath, path, &want.path);
    changes.compare(Attribute::HealthInterval, interval, &want.interval);
    changes.compare(Attribute::HealthTimeout, timeout, &want.timeout);
    changes.compare(Attribute::HealthyThreshold, healthy, &want.healthy);
    changes.compare(Attribute::UnhealthyThreshold, unhealthy, &want.unhealthy);
    changes.compare(Attribute::Matcher, matcher, &want.matcher);
}

pub(super) fn assign_targets(attribute: &Attribute, have: &mut TargetGroup, want: &TargetGroup) {
    let (had, health) = (&mut have.health, &want.health);
    match attribute {
        Attribute::HealthProtocol => had.protocol.clone_from(&health.protocol),
        Attribute::HealthPort => had.port.clone_from(&health.port),
        Attribute::HealthPath => had.path.clone_from(&health.path),
        Attribute::HealthInterval => had.interval = health.interval,
        Attribute::HealthTimeout => had.timeout = health.timeout,
        Attribute::HealthyThreshold => had.healthy = health.healthy,
        Attribute::UnhealthyThreshold => had.unhealthy = health.unhealthy,
        Attribute::Matcher => had.matcher.clone_from(&health.matcher),
        Attribute::DeregistrationDelay => have.deregistration_delay = want.deregistration_delay,
        _ => {}
    }
}

pub(super) fn balancer(changes: &mut Changes, have: &LoadBalancer, want: &LoadBalancer) {
    let LoadBalancer {
        balancer_type,
        scheme,
        subnets,
        groups,
        drops_invalid_headers,
        dns_name: _, // the cloud's own
    } = have;
    changes.compare(Attribute::BalancerType, balancer_type, &want.balancer_type);
    changes.compare(Attribute::Scheme, scheme, &want.scheme);
    changes.compare(Attribute::BalancerSubnets, subnets, &want.subnets);
    changes.compare(Attribute::BalancerGroups, groups, &want.groups);
    let drops = &want.drops_invalid_headers;
    changes.compare(Attribute::DropsInvalidHeaders, drops_invalid_headers, drops);
}

pub(super) fn assign_balancer(attribute: &Attribute, have: &mut LoadBalancer, want: &LoadBalancer) {
    match attribute {
        Attribute::BalancerSubnets => have.subnets.clone_from(&want.subnets),
        Attribute::BalancerGroups => have.groups.clone_from(&want.groups),
        Attribute::DropsInvalidHeaders => have.drops_invalid_headers = want.drops_invalid_headers,
        _ => {}
    }
}

pub(super) fn listener(changes: &mut Changes, have: &Listener, want: &Listener) {
    let Listener {
        balancer: _, // a listener is found by its load balancer and port
        port: _,
        protocol,
        certificate,
        tls_policy,
        action,
    } = have;
    changes.compare(Attribute::ListenerProtocol, protocol, &want.protocol);
    changes.compare(Attribute::Certificate, certificate, &want.certificate);
    changes.compare(Attribute::TlsPolicy, tls_policy, &want.tls_policy);
    changes.compare(Attribute::ListenerAction, action, &want.action);
}

pub(super) fn assign_listener(attribute: &Attribute, have: &mut Listener, want: &Listener) {
    match attribute {
        Attribute::ListenerProtocol => have.protocol.clone_from(&want.protocol),
        Attribute::Certificate => have.certificate.clone_from(&want.certificate),
        Attribute::TlsPolicy => have.tls_policy.clone_from(&want.tls_policy),
        Attribute::ListenerAction => have.action = want.action.clone(),
        _ => {}
    }
}
