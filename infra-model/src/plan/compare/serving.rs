//! Target group, load balancer, listeners.

use crate::observed::{Listener, LoadBalancer, SignIn, TargetGroup};
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
        access_logs,
        dns_name: _, // the cloud's own
    } = have;
    changes.compare(Attribute::BalancerType, balancer_type, &want.balancer_type);
    changes.compare(Attribute::Scheme, scheme, &want.scheme);
    changes.compare(Attribute::BalancerSubnets, subnets, &want.subnets);
    changes.compare(Attribute::BalancerGroups, groups, &want.groups);
    let drops = &want.drops_invalid_headers;
    changes.compare(Attribute::DropsInvalidHeaders, drops_invalid_headers, drops);
    changes.compare(Attribute::AccessLogs, access_logs, &want.access_logs);
}

pub(super) fn assign_balancer(attribute: &Attribute, have: &mut LoadBalancer, want: &LoadBalancer) {
    match attribute {
        Attribute::BalancerSubnets => have.subnets.clone_from(&want.subnets),
        Attribute::BalancerGroups => have.groups.clone_from(&want.groups),
        Attribute::DropsInvalidHeaders => have.drops_invalid_headers = want.drops_invalid_headers,
        Attribute::AccessLogs => have.access_logs.clone_from(&want.access_logs),
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
        sign_in,
        action,
    } = have;
    changes.compare(Attribute::ListenerProtocol, protocol, &want.protocol);
    changes.compare(Attribute::Certificate, certificate, &want.certificate);
    changes.compare(Attribute::TlsPolicy, tls_policy, &want.tls_policy);
    match (sign_in, &want.sign_in) {
        (Some(have), Some(want)) => sign_in_parts(changes, have, want),
        (have, want) => changes.compare(Attribute::SignIn, have, want),
    }
    changes.compare(Attribute::ListenerAction, action, &want.action);
}

fn sign_in_parts(changes: &mut Changes, have: &SignIn, want: &SignIn) {
    let SignIn {
        issuer,
        authorization_endpoint: authorization,
        token_endpoint: token,
        user_info_endpoint: user_info,
        client_id,
        scope,
        session_timeout,
        unauthenticated,
        cookie,
        extra_parameters: extra,
    } = have;
    let mut text = |attribute, have: &String, want| changes.compare(attribute, have, want);
    text(Attribute::Issuer, issuer, &want.issuer);
    let to = &want.authorization_endpoint;
    text(Attribute::AuthorizationEndpoint, authorization, to);
    text(Attribute::TokenEndpoint, token, &want.token_endpoint);
    let to = &want.user_info_endpoint;
    text(Attribute::UserInfoEndpoint, user_info, to);
    text(Attribute::Client, client_id, &want.client_id);
    text(Attribute::Scope, scope, &want.scope);
    let to = &want.unauthenticated;
    text(Attribute::Unauthenticated, unauthenticated, to);
    text(Attribute::SessionCookie, cookie, &want.cookie);
    let to = &want.session_timeout;
    changes.compare(Attribute::SessionTimeout, session_timeout, to);
    changes.compare(Attribute::ExtraParameters, extra, &want.extra_parameters);
}

pub(super) fn assign_listener(attribute: &Attribute, have: &mut Listener, want: &Listener) {
    match attribute {
        Attribute::ListenerProtocol => have.protocol.clone_from(&want.protocol),
        Attribute::Certificate => have.certificate.clone_from(&want.certificate),
        Attribute::TlsPolicy => have.tls_policy.clone_from(&want.tls_policy),
        Attribute::SignIn => have.sign_in.clone_from(&want.sign_in),
        Attribute::ListenerAction => have.action = want.action.clone(),
        part => {
            if let (Some(have), Some(want)) = (&mut have.sign_in, &want.sign_in) {
                assign_sign_in(part, have, want);
            }
        }
    }
}

fn assign_sign_in(attribute: &Attribute, have: &mut SignIn, want: &SignIn) {
    let (have, want) = match attribute {
        Attribute::Issuer => (&mut have.issuer, &want.issuer),
        Attribute::AuthorizationEndpoint => (
            &mut have.authorization_endpoint,
            &want.authorization_endpoint,
        ),
        Attribute::TokenEndpoint => (&mut have.token_endpoint, &want.token_endpoint),
        Attribute::UserInfoEndpoint => (&mut have.user_info_endpoint, &want.user_info_endpoint),
        Attribute::Client => (&mut have.client_id, &want.client_id),
        Attribute::Scope => (&mut have.scope, &want.scope),
        Attribute::Unauthenticated => (&mut have.unauthenticated, &want.unauthenticated),
        Attribute::SessionCookie => (&mut have.cookie, &want.cookie),
        Attribute::SessionTimeout => return have.session_timeout = want.session_timeout,
        Attribute::ExtraParameters => {
            return have.extra_parameters.clone_from(&want.extra_parameters);
        }
        _ => return,
    };
    have.clone_from(want);
}
