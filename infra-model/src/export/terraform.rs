//! Terraform, for the provider hashicorp/aws.

mod alarms;
mod fleet;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::document::Document;
use crate::export::hcl::{Block, Expression, literal};
use crate::export::{Part, asks_for_secret, parts, peer_name, preamble};
use crate::id::{Id, Kind};
use crate::observed::{
    Bucket, GroupRules, KeyPair, Listener, ListenerAction, LoadBalancer, Peer, Ref, RolePolicies,
    RouteTarget, Rule, SignIn, State, TargetGroup, Vpc,
};
use crate::topology::{LifecycleRule, Topology};

/// One configuration, complete.
pub fn terraform(topology: &Topology) -> String {
    let settings = topology.settings();
    let mut blocks = vec![
        Block::new("terraform", &[]).block(Block::new("required_providers", &[]).set(
            "aws",
            json!({ "source": "hashicorp/aws", "version": ">= 5.100" }),
        )),
        Block::new("provider", &["aws"]).set("region", settings.region.as_str()),
        Block::new("data", &["aws_ssm_parameter", "image"]).set("name", settings.image.parameter()),
    ];
    let parts = parts(topology);
    if asks_for_secret(&parts) {
        let variable = Block::new("variable", &[SECRET])
            .set(
                "description",
                "The OIDC client's secret, as the identity provider gave it",
            )
            .raw("type", "string")
            .set("sensitive", true);
        blocks.push(variable);
    }
    let mut resources: Vec<Vec<Block>> = parts.iter().map(resource).collect();
    let addresses: Vec<Vec<String>> = resources
        .iter()
        .map(|blocks| {
            blocks
                .iter()
                .filter_map(|block| block.address.clone())
                .collect()
        })
        .collect();
    for (part, blocks) in parts.iter().zip(&mut resources) {
        let waits: Vec<String> = parts
            .iter()
            .zip(&addresses)
            .filter(|(earlier, _)| part.waits.contains(&earlier.id))
            .flat_map(|(_, addresses)| addresses.clone())
            .collect();
        if !waits.is_empty() {
            let waiting = |block: Block| block.set("depends_on", Expression::Lines(waits.clone()));
            *blocks = std::mem::take(blocks).into_iter().map(waiting).collect();
        }
    }
    blocks.extend(resources.into_iter().flatten());
    let mut text = preamble(
        topology,
        "Written by `cargo xtask export --format terraform`.",
        "",
    );
    for block in &blocks {
        text.push('\n');
        block.write(&mut text, 0);
    }
    text
}

/// The variable that holds what no document may.
const SECRET: &str = "oidc_client_secret";

/// Terraform's type of a kind of resource.
const fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Bucket => "aws_s3_bucket",
        Kind::Object => "aws_s3_object",
        Kind::Role => "aws_iam_role",
        Kind::RolePolicies => "aws_iam_role_policy",
        Kind::InstanceProfile => "aws_iam_instance_profile",
        Kind::KeyPair => "aws_key_pair",
        Kind::Vpc => "aws_vpc",
        Kind::VpcDefaults => "aws_default_security_group",
        Kind::InternetGateway => "aws_internet_gateway",
        Kind::GatewayAttachment => "aws_internet_gateway_attachment",
        Kind::Subnet => "aws_subnet",
        Kind::Address => "aws_eip",
        Kind::NatGateway => "aws_nat_gateway",
        Kind::RouteTable => "aws_route_table",
        Kind::Route => "aws_route",
        Kind::Endpoint => "aws_vpc_endpoint",
        Kind::SecurityGroup => "aws_security_group",
        Kind::GroupRules => "aws_vpc_security_group_ingress_rule",
        Kind::TargetGroup => "aws_lb_target_group",
        Kind::LoadBalancer => "aws_lb",
        Kind::Listener => "aws_lb_listener",
        Kind::LaunchTemplate => "aws_launch_template",
        Kind::AutoScalingGroup => "aws_autoscaling_group",
        Kind::ScalingPolicy => "aws_autoscaling_policy",
        Kind::Topic => "aws_sns_topic",
        Kind::Alarm => "aws_cloudwatch_metric_alarm",
    }
}

fn label(id: Id) -> String {
    id.to_string().replace('-', "_")
}

/// An attribute of what a reference leads to.
fn at(reference: &Ref, attribute: &str) -> String {
    match reference {
        Ref::Planned(id) => format!("{}.{}.{attribute}", type_of(id.kind()), label(*id)),
        Ref::Existing(id) => format!("\"{id}\""),
    }
}

fn ids(references: &BTreeSet<Ref>, attribute: &str) -> Expression {
    Expression::List(references.iter().map(|it| at(it, attribute)).collect())
}

fn tags(part: &Part) -> Value {
    json!(part.tags)
}

fn resource(part: &Part) -> Vec<Block> {
    let label = label(part.id);
    let new = |kind: Kind| Block::new("resource", &[type_of(kind), &label]);
    let this = || new(part.id.kind());
    match &part.state {
        State::Bucket(it) => bucket(part, it, &label),
        State::Object(_) => Vec::new(),
        State::Role(it) => vec![
            this()
                .set("name", part.name.as_str())
                .raw("assume_role_policy", encoded(&it.trust, 2))
                .set("tags", tags(part)),
        ],
        State::RolePolicies(it) => role_policies(it, &label),
        State::InstanceProfile(it) => {
            let block = this().set("name", part.name.as_str());
            let role = it.roles.iter().next().map(|role| at(role, "name"));
            vec![
                block
                    .raw("role", role.unwrap_or_default())
                    .set("tags", tags(part)),
            ]
        }
        State::KeyPair(it) => vec![key_pair(part, it, &label)],
        State::Vpc(Vpc {
            cidr,
            dns_hostnames,
            dns_support,
        }) => vec![
            this()
                .set("cidr_block", cidr.as_str())
                .set("enable_dns_hostnames", *dns_hostnames)
                .set("enable_dns_support", *dns_support)
                .set("tags", tags(part)),
        ],
        State::VpcDefaults(it) => vec![
            this().raw("vpc_id", at(&it.vpc, "id")),
            Block::new("resource", &["aws_default_route_table", &label])
                .raw(
                    "default_route_table_id",
                    at(&it.vpc, "default_route_table_id"),
                )
                .set("route", json!([])),
        ],
        State::InternetGateway => vec![this().set("tags", tags(part))],
        State::GatewayAttachment(it) => vec![
            this()
                .raw("internet_gateway_id", at(&it.gateway, "id"))
                .raw("vpc_id", at(&it.vpc, "id")),
        ],
        State::Subnet(it) => vec![
            this()
                .raw("vpc_id", at(&it.vpc, "id"))
                .set("availability_zone", it.zone.as_str())
                .set("cidr_block", it.cidr.as_str())
                .set("map_public_ip_on_launch", it.public_addresses)
                .set("tags", tags(part)),
        ],
        State::Address => vec![this().set("domain", "vpc").set("tags", tags(part))],
        State::NatGateway(it) => vec![
            this()
                .raw("allocation_id", at(&it.address, "id"))
                .raw("subnet_id", at(&it.subnet, "id"))
                .set("tags", tags(part)),
        ],
        State::RouteTable(it) => {
            let table = this()
                .raw("vpc_id", at(&it.vpc, "id"))
                .set("tags", tags(part));
            let associations = it.subnets.iter().enumerate().map(|(index, subnet)| {
                let name = format!("{label}_{index}");
                Block::new("resource", &["aws_route_table_association", &name])
                    .raw("route_table_id", format!("aws_route_table.{label}.id"))
                    .raw("subnet_id", at(subnet, "id"))
            });
            [table].into_iter().chain(associations).collect()
        }
        State::Route(it) => {
            let block = this()
                .raw("route_table_id", at(&it.table, "id"))
                .set("destination_cidr_block", it.destination.as_str());
            vec![match &it.target {
                RouteTarget::Gateway(gateway) => block.raw("gateway_id", at(gateway, "id")),
                RouteTarget::Nat(nat) => block.raw("nat_gateway_id", at(nat, "id")),
                RouteTarget::Other(_) => block,
            }]
        }
        State::Endpoint(it) => vec![
            this()
                .raw("vpc_id", at(&it.vpc, "id"))
                .set("service_name", it.service.as_str())
                .set("vpc_endpoint_type", "Gateway")
                .set("route_table_ids", ids(&it.tables, "id"))
                .set("tags", tags(part)),
        ],
        State::SecurityGroup(it) => vec![
            this()
                .set("name", part.name.as_str())
                .set("description", it.description.as_str())
                .raw("vpc_id", at(&it.vpc, "id"))
                .set("tags", tags(part)),
        ],
        State::GroupRules(it) => group_rules(it, &label),
        State::TargetGroup(it) => vec![target_group(this(), part, it)],
        State::LoadBalancer(it) => vec![load_balancer(this(), part, it)],
        State::Listener(it) => vec![listener(this(), part, it)],
        State::LaunchTemplate(it) => fleet::launch_template(this(), part, it),
        State::AutoScalingGroup(it) => vec![fleet::auto_scaling_group(this(), part, it)],
        State::ScalingPolicy(it) => vec![fleet::scaling_policy(this(), it)],
        State::Topic(it) => alarms::topic(this(), part, it, &label),
        State::Alarm(it) => vec![alarms::alarm(this(), part, it)],
    }
}

fn encoded(document: &Document, indent: usize) -> String {
    format!("jsonencode({})", literal(document.as_json(), indent))
}

fn role_policies(it: &RolePolicies, label: &str) -> Vec<Block> {
    let inline = it.inline.iter().map(|(name, policy)| {
        let own = format!("{label}_{}", name.to_lowercase());
        Block::new("resource", &["aws_iam_role_policy", &own])
            .set("name", name.as_str())
            .raw("role", at(&it.role, "name"))
            .raw("policy", encoded(policy, 2))
    });
    let managed = it.managed.iter().enumerate().map(|(index, arn)| {
        let own = format!("{label}_{index}");
        Block::new("resource", &["aws_iam_role_policy_attachment", &own])
            .raw("role", at(&it.role, "name"))
            .set("policy_arn", arn.as_str())
    });
    inline.chain(managed).collect()
}

fn bucket(part: &Part, it: &Bucket, label: &str) -> Vec<Block> {
    let own = |kind: &str| {
        Block::new("resource", &[kind, label]).raw("bucket", format!("aws_s3_bucket.{label}.id"))
    };
    let blocked = it.blocks_public_access;
    let mut lifecycle = own("aws_s3_bucket_lifecycle_configuration");
    for rule in &it.lifecycle {
        lifecycle = lifecycle.block(lifecycle_rule(rule));
    }
    let mut blocks = vec![
        Block::new("resource", &["aws_s3_bucket", label])
            .set("bucket", part.name.as_str())
            .set("tags", tags(part)),
        own("aws_s3_bucket_public_access_block")
            .set("block_public_acls", blocked)
            .set("block_public_policy", blocked)
            .set("ignore_public_acls", blocked)
            .set("restrict_public_buckets", blocked),
    ];
    if let Some(algorithm) = &it.encryption {
        let by_default = Block::new("apply_server_side_encryption_by_default", &[])
            .set("sse_algorithm", algorithm.as_str());
        let rule = Block::new("rule", &[]).block(by_default);
        blocks.push(own("aws_s3_bucket_server_side_encryption_configuration").block(rule));
    }
    if let Some(policy) = &it.policy {
        blocks.push(own("aws_s3_bucket_policy").raw("policy", encoded(policy, 2)));
    }
    let status = if it.versioning {
        "Enabled"
    } else {
        "Suspended"
    };
    let versioning = Block::new("versioning_configuration", &[]).set("status", status);
    blocks.push(own("aws_s3_bucket_versioning").block(versioning));
    blocks.push(lifecycle);
    blocks
}

fn lifecycle_rule(rule: &LifecycleRule) -> Block {
    let mut block = Block::new("rule", &[])
        .set("id", rule.id.as_str())
        .set("status", "Enabled")
        .block(Block::new("filter", &[]).set("prefix", rule.prefix.as_str()));
    if rule.expire_after.is_some() || rule.expired_markers {
        let expiration = Block::new("expiration", &[]);
        block = block.block(match rule.expire_after {
            Some(days) => expiration.set("days", days),
            None => expiration.set("expired_object_delete_marker", true),
        });
    }
    if let Some(days) = rule.noncurrent_after {
        let expiration = Block::new("noncurrent_version_expiration", &[]);
        block = block.block(expiration.set("noncurrent_days", days));
    }
    if let Some(days) = rule.abort_uploads_after {
        let abort = Block::new("abort_incomplete_multipart_upload", &[]);
        block = block.block(abort.set("days_after_initiation", days));
    }
    block
}

/// Terraform cannot generate an ed25519 pair in AWS: without a key, the pair must exist.
fn key_pair(part: &Part, it: &KeyPair, label: &str) -> Block {
    match &it.public_key {
        Some(key) => Block::new("resource", &["aws_key_pair", label])
            .set("key_name", part.name.as_str())
            .set("public_key", key.as_str())
            .set("tags", tags(part)),
        None => Block::new("data", &["aws_key_pair", label]).set("key_name", part.name.as_str()),
    }
}

fn group_rules(it: &GroupRules, label: &str) -> Vec<Block> {
    let way = |way: &str, said: &str, rules: &BTreeSet<Rule>| -> Vec<Block> {
        let kind = format!("aws_vpc_security_group_{way}_rule");
        let one = |(index, rule): (usize, &Rule)| {
            let block = Block::new("resource", &[&kind, &format!("{label}_{index}")])
                .raw("security_group_id", at(&it.group, "id"))
                .set("description", format!("{said} {}", peer_name(&rule.peer)))
                .set("ip_protocol", rule.protocol.as_str());
            let block = match rule.ports {
                Some((first, last)) => block.set("from_port", first).set("to_port", last),
                None => block,
            };
            match &rule.peer {
                Peer::Network(cidr) => block.set("cidr_ipv4", cidr.as_str()),
                Peer::Group(group) => block.raw("referenced_security_group_id", at(group, "id")),
                Peer::PrefixList(list) => block.set("prefix_list_id", list.as_str()),
            }
        };
        rules.iter().enumerate().map(one).collect()
    };
    let mut blocks = way("ingress", "From", &it.ingress);
    blocks.extend(way("egress", "To", &it.egress));
    blocks
}

fn target_group(block: Block, part: &Part, it: &TargetGroup) -> Block {
    let health = Block::new("health_check", &[])
        .set("protocol", it.health.protocol.as_str())
        .set("port", it.health.port.as_str())
        .set("path", it.health.path.as_str())
        .set("interval", it.health.interval)
        .set("timeout", it.health.timeout)
        .set("healthy_threshold", it.health.healthy)
        .set("unhealthy_threshold", it.health.unhealthy)
        .set("matcher", it.health.matcher.as_str());
    block
        .set("name", part.name.as_str())
        .raw("vpc_id", at(&it.vpc, "id"))
        .set("protocol", it.protocol.as_str())
        .set("port", it.port)
        .set("target_type", it.target_type.as_str())
        .set("deregistration_delay", it.deregistration_delay)
        .set("tags", tags(part))
        .block(health)
}

fn load_balancer(block: Block, part: &Part, it: &LoadBalancer) -> Block {
    let block = block
        .set("name", part.name.as_str())
        .set("load_balancer_type", it.balancer_type.as_str())
        .set("internal", it.scheme != "internet-facing")
        .set("subnets", ids(&it.subnets, "id"))
        .set("security_groups", ids(&it.groups, "id"))
        .set("drop_invalid_header_fields", it.drops_invalid_headers)
        .set("tags", tags(part));
    match &it.access_logs {
        None => block,
        Some(logs) => block.block(
            Block::new("access_logs", &[])
                .raw("bucket", at(&logs.bucket, "id"))
                .set("prefix", logs.prefix.as_str())
                .set("enabled", true),
        ),
    }
}

fn listener(block: Block, part: &Part, it: &Listener) -> Block {
    let mut block = block
        .raw("load_balancer_arn", at(&it.balancer, "arn"))
        .set("port", it.port)
        .set("protocol", it.protocol.as_str());
    if let Some(certificate) = &it.certificate {
        block = block.set("certificate_arn", certificate.as_str());
    }
    if let Some(policy) = &it.tls_policy {
        block = block.set("ssl_policy", policy.as_str());
    }
    let mut action = Block::new("default_action", &[]);
    let mut first = None;
    if let Some(it) = &it.sign_in {
        first = Some(sign_in(it));
        action = action.set("order", 2);
    }
    let action = match &it.action {
        ListenerAction::Forward(targets) => action
            .set("type", "forward")
            .raw("target_group_arn", at(targets, "arn")),
        ListenerAction::RedirectToHttps => action.set("type", "redirect").block(
            Block::new("redirect", &[])
                .set("port", "443")
                .set("protocol", "HTTPS")
                .set("status_code", "HTTP_301"),
        ),
        ListenerAction::Other(kind) => action.set("type", kind.as_str()),
    };
    block = block.set("tags", tags(part));
    if let Some(first) = first {
        block = block.block(first);
    }
    block.block(action)
}

fn sign_in(it: &SignIn) -> Block {
    let mut config = Block::new("authenticate_oidc", &[])
        .set("issuer", it.issuer.as_str())
        .set("authorization_endpoint", it.authorization_endpoint.as_str())
        .set("token_endpoint", it.token_endpoint.as_str())
        .set("user_info_endpoint", it.user_info_endpoint.as_str())
        .set("client_id", it.client_id.as_str())
        .raw("client_secret", format!("var.{SECRET}"))
        .set("scope", it.scope.as_str())
        .set("session_timeout", it.session_timeout)
        .set("session_cookie_name", it.cookie.as_str())
        .set("on_unauthenticated_request", it.unauthenticated.as_str());
    if !it.extra_parameters.is_empty() {
        let extra = json!(it.extra_parameters);
        config = config.set("authentication_request_extra_params", extra);
    }
    Block::new("default_action", &[])
        .set("order", 1)
        .set("type", "authenticate-oidc")
        .block(config)
}
