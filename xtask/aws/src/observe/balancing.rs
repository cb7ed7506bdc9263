//! Load balancers, their listeners, and target groups.
//!
//! The service has no filters but names that must exist: all are read, and chosen from by name
//! and VPC.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{
    Action, AuthenticateOidcActionConfig, Listener, LoadBalancer, LoadBalancerStateEnum,
    RedirectActionConfig, RedirectActionStatusCodeEnum, TargetGroup,
};
use futures_util::future::try_join_all;
use infra_model::id::Kind;
use infra_model::observed::{self, Found, ListenerAction, SignIn, State, Status};
use infra_model::tags::Tags;
use infra_model::topology::HealthCheck;

use crate::failure::{Failure, failed};
use crate::observe::scope::Scope;
use crate::observe::{count, if_there, owned, to, to_each, with_status};

/// How many resources one call may ask the tags of.
const TAGS_AT_ONCE: usize = 20;

/// An item with its attributes, by their keys.
type Detailed<T> = (T, BTreeMap<String, String>);

/// What the service holds.
#[derive(Default)]
pub(super) struct Balancing {
    all_balancers: Vec<LoadBalancer>,
    all_targets: Vec<TargetGroup>,
    balancers: Vec<Detailed<LoadBalancer>>,
    targets: Vec<Detailed<TargetGroup>>,
    listeners: Vec<Listener>,
    tags: BTreeMap<String, Tags>,
}

/// The first look.
pub(super) async fn all(client: &Client) -> Result<Balancing, Failure> {
    let balancers = async {
        let pages = client.describe_load_balancers().into_paginator().items();
        let all = pages.send().try_collect().await;
        all.map_err(failed(
            "elasticloadbalancing:DescribeLoadBalancers",
            "load balancers",
        ))
    };
    let targets = async {
        let pages = client.describe_target_groups().into_paginator().items();
        let all = pages.send().try_collect().await;
        all.map_err(failed(
            "elasticloadbalancing:DescribeTargetGroups",
            "target groups",
        ))
    };
    let (all_balancers, all_targets) = tokio::try_join!(balancers, targets)?;
    Ok(Balancing {
        all_balancers,
        all_targets,
        ..Balancing::default()
    })
}

impl Balancing {
    /// The VPCs of those that have our names.
    pub(super) fn places(&self, scope: &Scope) -> BTreeSet<String> {
        let balancers = self
            .all_balancers
            .iter()
            .filter(|it| has_our_name(scope, it));
        let targets = self.all_targets.iter();
        let targets = targets.filter(|it| targets_have_our_name(scope, it));
        balancers
            .filter_map(LoadBalancer::vpc_id)
            .chain(targets.filter_map(TargetGroup::vpc_id))
            .map(str::to_owned)
            .collect()
    }

    /// Attributes and listeners of those that have our names or lie in these VPCs.
    pub(super) async fn look_closer(
        &mut self,
        client: &Client,
        scope: &Scope,
        places: &BTreeSet<String>,
    ) -> Result<(), Failure> {
        let is_in = |vpc: Option<&str>| vpc.is_some_and(|vpc| places.contains(vpc));
        let balancers = self.all_balancers.drain(..);
        let balancers: Vec<LoadBalancer> = balancers
            .filter(|it| is_in(it.vpc_id()) || has_our_name(scope, it))
            .collect();
        let targets = self.all_targets.drain(..);
        let targets: Vec<TargetGroup> = targets
            .filter(|it| is_in(it.vpc_id()) || targets_have_our_name(scope, it))
            .collect();
        let balancer_arns = || balancers.iter().filter_map(LoadBalancer::load_balancer_arn);
        let target_arns = targets.iter().filter_map(TargetGroup::target_group_arn);
        let (of_balancers, of_targets, listeners) = tokio::try_join!(
            try_join_all(balancer_arns().map(|arn| balancer_attributes(client, arn))),
            try_join_all(target_arns.map(|arn| target_attributes(client, arn))),
            try_join_all(balancer_arns().map(|arn| listeners(client, arn))),
        )?;
        self.balancers = balancers.into_iter().zip(of_balancers).collect();
        self.targets = targets.into_iter().zip(of_targets).collect();
        self.listeners = listeners.into_iter().flatten().collect();
        Ok(())
    }

    /// The tags of all of them.
    pub(super) async fn read_tags(&mut self, client: &Client) -> Result<(), Failure> {
        let balancers = self.balancers.iter().map(|(it, _)| it.load_balancer_arn());
        let targets = self.targets.iter().map(|(it, _)| it.target_group_arn());
        let listeners = self.listeners.iter().map(Listener::listener_arn);
        let arns = balancers.chain(targets).chain(listeners).flatten();
        let arns: Vec<String> = arns.map(str::to_owned).collect();
        let calls = arns.chunks(TAGS_AT_ONCE).map(async |some| {
            let request = client
                .describe_tags()
                .set_resource_arns(Some(some.to_vec()));
            let call = request.send().await;
            if_there(call.map_err(failed("elasticloadbalancing:DescribeTags", "tags")))
        });
        let answers = try_join_all(calls).await?.into_iter().flatten();
        let described = answers.flat_map(|answer| answer.tag_descriptions.unwrap_or_default());
        self.tags = described
            .map(|it| {
                let pairs = it.tags().iter();
                let tags = pairs.map(|tag| (owned(tag.key()), owned(tag.value())));
                (owned(it.resource_arn()), tags.collect())
            })
            .collect();
        Ok(())
    }

    pub(super) fn found(&self) -> Vec<Found> {
        let tags = |arn: Option<&str>| {
            let tags = arn.and_then(|arn| self.tags.get(arn));
            tags.cloned().unwrap_or_default()
        };
        let balancers = self
            .balancers
            .iter()
            .filter_map(|(it, attributes)| balancer(it, attributes, tags(it.load_balancer_arn())));
        let targets = self.targets.iter().filter_map(|(it, attributes)| {
            target_group(it, attributes, tags(it.target_group_arn()))
        });
        let listeners = self.listeners.iter();
        let listeners = listeners.filter_map(|it| listener(it, tags(it.listener_arn())));
        balancers.chain(targets).chain(listeners).collect()
    }
}

fn has_our_name(scope: &Scope, it: &LoadBalancer) -> bool {
    scope.includes(
        Kind::LoadBalancer,
        it.load_balancer_name(),
        &Tags::default(),
    )
}

fn targets_have_our_name(scope: &Scope, it: &TargetGroup) -> bool {
    scope.includes(Kind::TargetGroup, it.target_group_name(), &Tags::default())
}

async fn balancer_attributes(
    client: &Client,
    arn: &str,
) -> Result<BTreeMap<String, String>, Failure> {
    let request = client.describe_load_balancer_attributes();
    let call = request.load_balancer_arn(arn).send().await;
    let name = "elasticloadbalancing:DescribeLoadBalancerAttributes";
    let answer = if_there(call.map_err(failed(name, arn)))?;
    let attributes = answer.and_then(|answer| answer.attributes);
    let pairs = attributes.into_iter().flatten();
    Ok(pairs.filter_map(|it| Some((it.key?, it.value?))).collect())
}

async fn target_attributes(
    client: &Client,
    arn: &str,
) -> Result<BTreeMap<String, String>, Failure> {
    let request = client.describe_target_group_attributes();
    let call = request.target_group_arn(arn).send().await;
    let name = "elasticloadbalancing:DescribeTargetGroupAttributes";
    let answer = if_there(call.map_err(failed(name, arn)))?;
    let attributes = answer.and_then(|answer| answer.attributes);
    let pairs = attributes.into_iter().flatten();
    Ok(pairs.filter_map(|it| Some((it.key?, it.value?))).collect())
}

async fn listeners(client: &Client, arn: &str) -> Result<Vec<Listener>, Failure> {
    let request = client.describe_listeners().load_balancer_arn(arn);
    let all = request.into_paginator().items().send().try_collect().await;
    let all = all.map_err(failed("elasticloadbalancing:DescribeListeners", arn));
    Ok(if_there(all)?.unwrap_or_default())
}

fn balancer(it: &LoadBalancer, attributes: &BTreeMap<String, String>, tags: Tags) -> Option<Found> {
    let status = match it.state().and_then(|state| state.code()) {
        Some(LoadBalancerStateEnum::Provisioning) => Status::Pending,
        Some(LoadBalancerStateEnum::Failed) => Status::Failed,
        _ => Status::Ready,
    };
    let zones = it.availability_zones().iter();
    let drops = attributes.get("routing.http.drop_invalid_header_fields.enabled");
    let state = State::LoadBalancer(observed::LoadBalancer {
        balancer_type: owned(it.r#type().map(|it| it.as_str())),
        scheme: owned(it.scheme().map(|it| it.as_str())),
        subnets: zones
            .filter_map(|zone| Some(to(Some(zone.subnet_id()?))))
            .collect(),
        groups: to_each(it.security_groups()),
        drops_invalid_headers: drops.is_some_and(|it| it == "true"),
        access_logs: access_logs(attributes),
        dns_name: it.dns_name().map(str::to_owned),
    });
    let found = Found::whole(
        it.load_balancer_arn()?,
        it.load_balancer_name(),
        tags,
        state,
    );
    Some(with_status(status, found))
}

/// A bucket may be named although nothing is written to it.
fn access_logs(attributes: &BTreeMap<String, String>) -> Option<observed::AccessLogs> {
    let get = |name: &str| attributes.get(&format!("access_logs.s3.{name}"));
    let is_on = get("enabled").is_some_and(|it| it == "true");
    is_on.then(|| observed::AccessLogs {
        bucket: to(get("bucket").map(String::as_str)),
        prefix: owned(get("prefix").map(String::as_str)),
    })
}

fn target_group(
    it: &TargetGroup,
    attributes: &BTreeMap<String, String>,
    tags: Tags,
) -> Option<Found> {
    let health = HealthCheck {
        protocol: owned(it.health_check_protocol().map(|it| it.as_str())),
        port: owned(it.health_check_port()),
        path: owned(it.health_check_path()),
        interval: count(it.health_check_interval_seconds()),
        timeout: count(it.health_check_timeout_seconds()),
        healthy: count(it.healthy_threshold_count()),
        unhealthy: count(it.unhealthy_threshold_count()),
        matcher: owned(it.matcher().and_then(|it| it.http_code())),
    };
    let delay = attributes.get("deregistration_delay.timeout_seconds");
    let state = State::TargetGroup(observed::TargetGroup {
        vpc: to(it.vpc_id()),
        protocol: owned(it.protocol().map(|it| it.as_str())),
        port: count(it.port()),
        target_type: owned(it.target_type().map(|it| it.as_str())),
        health,
        deregistration_delay: delay.and_then(|it| it.parse().ok()).unwrap_or_default(),
    });
    let name = it.target_group_name();
    Some(Found::whole(it.target_group_arn()?, name, tags, state))
}

fn listener(it: &Listener, tags: Tags) -> Option<Found> {
    let protocol = owned(it.protocol().map(|it| it.as_str()));
    let speaks_tls = matches!(protocol.as_str(), "HTTPS" | "TLS");
    let policy = it.ssl_policy().filter(|_| speaks_tls);
    let certificate = it
        .certificates()
        .first()
        .and_then(|it| it.certificate_arn());
    let (sign_in, action) = actions(it.default_actions());
    let state = State::Listener(observed::Listener {
        balancer: to(it.load_balancer_arn()),
        port: count(it.port()),
        protocol,
        certificate: certificate.map(str::to_owned),
        tls_policy: policy.map(str::to_owned),
        sign_in,
        action,
    });
    Some(Found::whole(it.listener_arn()?, None, tags, state))
}

/// Where people sign in, and what is done then.
fn actions(all: &[Action]) -> (Option<SignIn>, ListenerAction) {
    let mut all = all.to_vec();
    all.sort_by_key(|it| it.order());
    match all.split_first() {
        Some((first, rest)) if !rest.is_empty() => match first.authenticate_oidc_config() {
            Some(config) => (Some(sign_in(config)), action(rest)),
            None => (None, action(&all)),
        },
        _ => (None, action(&all)),
    }
}

fn sign_in(it: &AuthenticateOidcActionConfig) -> SignIn {
    let behaviour = it.on_unauthenticated_request().map(|it| it.as_str());
    let extra = it.authentication_request_extra_params();
    SignIn {
        issuer: owned(it.issuer()),
        authorization_endpoint: owned(it.authorization_endpoint()),
        token_endpoint: owned(it.token_endpoint()),
        user_info_endpoint: owned(it.user_info_endpoint()),
        client_id: owned(it.client_id()),
        scope: owned(it.scope()),
        session_timeout: count(it.session_timeout()),
        unauthenticated: owned(behaviour),
        cookie: owned(it.session_cookie_name()),
        extra_parameters: extra.into_iter().flatten().map(pair).collect(),
    }
}

fn pair((name, value): (&String, &String)) -> (String, String) {
    (name.clone(), value.clone())
}

fn action(all: &[Action]) -> ListenerAction {
    let names = || {
        let names = all.iter().filter_map(|it| Some(it.r#type()?.as_str()));
        ListenerAction::Other(names.collect::<Vec<_>>().join(" then "))
    };
    let [only] = all else {
        return names();
    };
    if only.redirect_config().is_some_and(leads_to_https) {
        return ListenerAction::RedirectToHttps;
    }
    let several = only.forward_config().map(|it| it.target_groups());
    let target = match several {
        None | Some([]) => only.target_group_arn(),
        Some([single]) => single.target_group_arn(),
        Some(_) => None,
    };
    target.map_or_else(names, |arn| ListenerAction::Forward(to(Some(arn))))
}

/// To the same address, permanently.
fn leads_to_https(it: &RedirectActionConfig) -> bool {
    let keeps = |part: Option<&str>, same: &str| part.is_none_or(|part| part == same);
    it.protocol() == Some("HTTPS")
        && it.port() == Some("443")
        && keeps(it.host(), "#{host}")
        && keeps(it.path(), "/#{path}")
        && keeps(it.query(), "#{query}")
        && it.status_code() == Some(&RedirectActionStatusCodeEnum::Http301)
}

#[cfg(test)]
mod tests {
    use aws_sdk_elasticloadbalancingv2::types::{
        ActionTypeEnum, ForwardActionConfig, ProtocolEnum, TargetGroupTuple,
    };

    use super::*;

    fn forward_to(arns: &[&str]) -> Action {
        let tuples = arns
            .iter()
            .map(|arn| TargetGroupTuple::builder().target_group_arn(*arn).build());
        let config = ForwardActionConfig::builder().set_target_groups(Some(tuples.collect()));
        let action = Action::builder().r#type(ActionTypeEnum::Forward);
        action.forward_config(config.build()).build()
    }

    #[test]
    fn what_the_model_cannot_say_is_something_else() {
        let plain = Action::builder()
            .r#type(ActionTypeEnum::Forward)
            .target_group_arn("arn-1");
        let redirect = |port: &str| {
            let config = RedirectActionConfig::builder()
                .protocol("HTTPS")
                .port(port)
                .host("#{host}")
                .path("/#{path}")
                .query("#{query}")
                .status_code(RedirectActionStatusCodeEnum::Http301);
            let action = Action::builder().r#type(ActionTypeEnum::Redirect);
            action.redirect_config(config.build()).build()
        };
        let other = |text: &str| ListenerAction::Other(text.to_owned());
        let forward = ListenerAction::Forward("arn-1".into());
        for (have, want) in [
            (vec![plain.build()], forward.clone()),
            (vec![forward_to(&["arn-1"])], forward),
            (vec![forward_to(&["arn-1", "arn-2"])], other("forward")),
            (vec![redirect("443")], ListenerAction::RedirectToHttps),
            (vec![redirect("8443")], other("redirect")),
            (
                vec![redirect("443"), forward_to(&["arn-1"])],
                other("redirect then forward"),
            ),
        ] {
            assert_eq!(action(&have), want);
        }
    }

    #[test]
    fn people_sign_in_before_what_comes_then() {
        let oidc = |order: i32| {
            let config = AuthenticateOidcActionConfig::builder()
                .client_id("dashboard")
                .session_timeout(60);
            Action::builder()
                .r#type(ActionTypeEnum::AuthenticateOidc)
                .order(order)
                .authenticate_oidc_config(config.build())
                .build()
        };
        let ordered = |order: i32| {
            let mut forward = forward_to(&["arn-1"]);
            forward.order = Some(order);
            forward
        };
        let forward = ListenerAction::Forward("arn-1".into());
        let other = |text: &str| ListenerAction::Other(text.to_owned());
        for (have, client, then) in [
            (
                vec![oidc(1), ordered(2)],
                Some("dashboard"),
                forward.clone(),
            ),
            // AWS may list them in any order.
            (
                vec![ordered(2), oidc(1)],
                Some("dashboard"),
                forward.clone(),
            ),
            (vec![ordered(1)], None, forward),
            (vec![oidc(1)], None, other("authenticate-oidc")),
        ] {
            let (sign_in, action) = actions(&have);
            assert_eq!(sign_in.map(|it| it.client_id).as_deref(), client);
            assert_eq!(action, then);
        }
    }

    #[test]
    fn only_tls_has_a_policy() {
        for (protocol, want) in [(ProtocolEnum::Http, None), (ProtocolEnum::Https, Some("P"))] {
            let it = Listener::builder()
                .listener_arn("arn")
                .protocol(protocol)
                .ssl_policy("P");
            let found = listener(&it.build(), Tags::default()).unwrap();
            let State::Listener(listener) = found.state else {
                panic!("a listener became {:?}", found.state);
            };
            assert_eq!(listener.tls_policy.as_deref(), want);
        }
    }
}
