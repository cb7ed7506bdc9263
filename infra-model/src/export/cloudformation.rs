//! CloudFormation, as YAML.

mod alarms;
mod fleet;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::export::yaml::yaml;
use crate::export::{Part, asks_for_secret, parts, peer_name, preamble};
use crate::id::Id;
use crate::observed::{
    Bucket, GroupRules, Listener, ListenerAction, LoadBalancer, Peer, Ref, RolePolicies,
    RouteTarget, Rule, SignIn, State, TargetGroup,
};
use crate::tags::Tags;
use crate::topology::{LifecycleRule, Topology};

const NOTES: &str = "\
# It needs --capabilities CAPABILITY_NAMED_IAM. CloudFormation cannot empty the VPC's default\n\
# security group: no resource uses it.\n";

/// One template, complete.
pub fn cloudformation(topology: &Topology) -> String {
    let parts = parts(topology);
    let mut resources = Map::new();
    for part in &parts {
        for (name, mut resource) in resource(part, &parts, topology) {
            let waits: Vec<String> = part
                .waits
                .iter()
                .flat_map(|id| names(*id, &parts))
                .collect();
            if !waits.is_empty()
                && let Some(fields) = resource.as_object_mut()
            {
                fields.insert("DependsOn".to_owned(), json!(waits));
            }
            resources.insert(name, resource);
        }
    }
    let mut template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "student-analytics: a load balancer in front of instances in two zones",
        // The zones are part of the topology, so they stand there by their names.
        "Metadata": { "cfn-lint": { "config": { "ignore_checks": ["W3010"] } } },
        "Resources": resources,
        "Outputs": { "Url": { "Value": url(topology) } },
    });
    if asks_for_secret(&parts) {
        template["Parameters"] = json!({ SECRET: {
            "Type": "String",
            "NoEcho": true,
            "Description": "The OIDC client's secret, as the identity provider gave it",
        }});
    }
    let command = "Written by `cargo xtask export --format cloudformation`.";
    preamble(topology, command, NOTES) + &yaml(&template)
}

/// The parameter that holds what no document may.
const SECRET: &str = "OidcClientSecret";

fn url(topology: &Topology) -> Value {
    let scheme = if topology.settings().certificate.is_some() {
        "https"
    } else {
        "http"
    };
    let name = get(&Ref::Planned(Id::LoadBalancer), "DNSName");
    json!({ "Fn::Join": ["", [format!("{scheme}://"), name]] })
}

/// The logical id: `public-subnet-a` is `PublicSubnetA`.
fn logical(id: Id) -> String {
    let camel = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
    };
    id.to_string().split('-').filter_map(camel).collect()
}

/// The names of all that a part of the topology becomes.
fn names(id: Id, parts: &[Part]) -> Vec<String> {
    let state = parts
        .iter()
        .find(|part| part.id == id)
        .map(|part| &part.state);
    match state {
        // Their rules and policies are properties of group and role, but for one.
        Some(State::GroupRules(rules)) => (0..separate(rules).count())
            .map(|index| format!("{}{index}", logical(id)))
            .collect(),
        Some(State::RolePolicies(_) | State::VpcDefaults(_)) => Vec::new(),
        // Whoever waits for it refers to it, and waits for what it lets others do.
        Some(State::Bucket(_)) => vec![format!("{}Policy", logical(id))],
        _ => vec![logical(id)],
    }
}

fn reference(to: &Ref) -> Value {
    match to {
        Ref::Planned(id) => json!({ "Ref": logical(*id) }),
        Ref::Existing(id) => json!(id.0),
    }
}

fn references(to: &BTreeSet<Ref>) -> Vec<Value> {
    to.iter().map(reference).collect()
}

fn get(of: &Ref, attribute: &str) -> Value {
    match of {
        Ref::Planned(id) => json!({ "Fn::GetAtt": [logical(*id), attribute] }),
        Ref::Existing(id) => json!(id.0),
    }
}

fn tags(tags: &Tags) -> Vec<Value> {
    tags.iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect()
}

fn resource(part: &Part, parts: &[Part], topology: &Topology) -> Vec<(String, Value)> {
    let name = logical(part.id);
    let one = |kind: &str, properties: Value| {
        vec![(
            name.clone(),
            json!({ "Type": format!("AWS::{kind}"), "Properties": properties }),
        )]
    };
    let own = tags(&part.tags);
    match &part.state {
        State::Bucket(it) => bucket(&name, part, it),
        // Neither is a resource of its own here.
        State::Object(_) | State::VpcDefaults(_) | State::RolePolicies(_) => Vec::new(),
        State::Role(it) => {
            let policies = parts.iter().find_map(|part| match &part.state {
                State::RolePolicies(policies) => Some(policies),
                _ => None,
            });
            one("IAM::Role", role(part, it.trust.as_json(), policies))
        }
        State::InstanceProfile(it) => one(
            "IAM::InstanceProfile",
            json!({
                "InstanceProfileName": part.name, "Roles": references(&it.roles),
            }),
        ),
        State::KeyPair(it) => {
            let mut properties = json!({ "KeyName": part.name, "Tags": own });
            // Without a key, CloudFormation keeps the private half in SSM's Parameter Store.
            match &it.public_key {
                Some(key) => properties["PublicKeyMaterial"] = json!(key),
                None => properties["KeyType"] = json!(it.algorithm),
            }
            one("EC2::KeyPair", properties)
        }
        State::Vpc(it) => one(
            "EC2::VPC",
            json!({
                "CidrBlock": it.cidr,
                "EnableDnsHostnames": it.dns_hostnames,
                "EnableDnsSupport": it.dns_support,
                "Tags": own,
            }),
        ),
        State::InternetGateway => one("EC2::InternetGateway", json!({ "Tags": own })),
        State::GatewayAttachment(it) => one(
            "EC2::VPCGatewayAttachment",
            json!({
                "InternetGatewayId": reference(&it.gateway), "VpcId": reference(&it.vpc),
            }),
        ),
        State::Subnet(it) => one(
            "EC2::Subnet",
            json!({
                "VpcId": reference(&it.vpc),
                "AvailabilityZone": it.zone,
                "CidrBlock": it.cidr,
                "MapPublicIpOnLaunch": it.public_addresses,
                "Tags": own,
            }),
        ),
        State::Address => one("EC2::EIP", json!({ "Domain": "vpc", "Tags": own })),
        State::NatGateway(it) => one(
            "EC2::NatGateway",
            json!({
                "AllocationId": get(&it.address, "AllocationId"),
                "SubnetId": reference(&it.subnet),
                "Tags": own,
            }),
        ),
        State::RouteTable(it) => {
            let mut all = one(
                "EC2::RouteTable",
                json!({ "VpcId": reference(&it.vpc), "Tags": own }),
            );
            for (index, subnet) in it.subnets.iter().enumerate() {
                let association = json!({
                    "Type": "AWS::EC2::SubnetRouteTableAssociation",
                    "Properties": { "RouteTableId": { "Ref": name }, "SubnetId": reference(subnet) },
                });
                all.push((format!("{name}Subnet{index}"), association));
            }
            all
        }
        State::Route(it) => {
            let (key, target) = match &it.target {
                RouteTarget::Gateway(gateway) => ("GatewayId", reference(gateway)),
                RouteTarget::Nat(nat) => ("NatGatewayId", reference(nat)),
                RouteTarget::Other(target) => ("GatewayId", json!(target)),
            };
            one(
                "EC2::Route",
                json!({
                    "RouteTableId": reference(&it.table), "DestinationCidrBlock": it.destination, key: target,
                }),
            )
        }
        State::Endpoint(it) => one(
            "EC2::VPCEndpoint",
            json!({
                "VpcId": reference(&it.vpc),
                "ServiceName": it.service,
                "VpcEndpointType": "Gateway",
                "RouteTableIds": references(&it.tables),
                "Tags": own,
            }),
        ),
        State::SecurityGroup(it) => {
            let rules = parts.iter().find_map(|other| match &other.state {
                State::GroupRules(rules) if rules.group == Ref::Planned(part.id) => Some(rules),
                _ => None,
            });
            let inside = |rules: Option<&BTreeSet<Rule>>, groups: bool| -> Vec<Value> {
                let rules = rules.into_iter().flatten();
                rules
                    .filter(|it| groups || !is_from_group(it))
                    .map(|it| rule(it, "Destination"))
                    .collect()
            };
            one(
                "EC2::SecurityGroup",
                json!({
                    "GroupName": part.name,
                    "GroupDescription": it.description,
                    "VpcId": reference(&it.vpc),
                    "SecurityGroupIngress": inside(rules.map(|it| &it.ingress), false),
                    "SecurityGroupEgress": inside(rules.map(|it| &it.egress), true),
                    "Tags": own,
                }),
            )
        }
        State::GroupRules(it) => separate_rules(&name, it),
        State::TargetGroup(it) => one(
            "ElasticLoadBalancingV2::TargetGroup",
            target_group(part, it),
        ),
        State::LoadBalancer(it) => one(
            "ElasticLoadBalancingV2::LoadBalancer",
            load_balancer(part, it),
        ),
        State::Listener(it) => one("ElasticLoadBalancingV2::Listener", listener(it)),
        State::LaunchTemplate(it) => one(
            "EC2::LaunchTemplate",
            fleet::launch_template(part, it, topology),
        ),
        State::AutoScalingGroup(it) => {
            let mut all = one(
                "AutoScaling::AutoScalingGroup",
                fleet::auto_scaling_group(part, it),
            );
            // Replaces instances one after another when the template changes.
            all[0].1["UpdatePolicy"] = json!({ "AutoScalingRollingUpdate": {
                "MinInstancesInService": it.min.min(it.max.saturating_sub(1)),
                "MaxBatchSize": 1,
                "SuspendProcesses": ["AlarmNotification", "ScheduledActions"],
            }});
            all
        }
        State::ScalingPolicy(it) => one("AutoScaling::ScalingPolicy", fleet::scaling_policy(it)),
        State::Topic(it) => one("SNS::Topic", alarms::topic(part, it)),
        State::Alarm(it) => one("CloudWatch::Alarm", alarms::alarm(part, it)),
    }
}

fn bucket(name: &str, part: &Part, it: &Bucket) -> Vec<(String, Value)> {
    let blocked = it.blocks_public_access;
    let rules: Vec<Value> = it.lifecycle.iter().map(lifecycle_rule).collect();
    let bucket = json!({
        "Type": "AWS::S3::Bucket",
        // Files outlive the stack.
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "BucketName": part.name,
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": blocked,
                "BlockPublicPolicy": blocked,
                "IgnorePublicAcls": blocked,
                "RestrictPublicBuckets": blocked,
            },
            "BucketEncryption": { "ServerSideEncryptionConfiguration": [
                { "ServerSideEncryptionByDefault": { "SSEAlgorithm": it.encryption } },
            ]},
            "VersioningConfiguration": { "Status": if it.versioning { "Enabled" } else { "Suspended" } },
            "LifecycleConfiguration": { "Rules": rules },
            "Tags": tags(&part.tags),
        },
    });
    let policy = json!({
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": { "Ref": name },
            "PolicyDocument": it.policy.as_ref().map(|policy| policy.as_json()),
        },
    });
    vec![(name.to_owned(), bucket), (format!("{name}Policy"), policy)]
}

fn lifecycle_rule(rule: &LifecycleRule) -> Value {
    let mut all = json!({ "Id": rule.id, "Status": "Enabled" });
    if !rule.prefix.is_empty() {
        all["Prefix"] = json!(rule.prefix);
    }
    if let Some(days) = rule.expire_after {
        all["ExpirationInDays"] = json!(days);
    }
    if rule.expired_markers {
        all["ExpiredObjectDeleteMarker"] = json!(true);
    }
    if let Some(days) = rule.noncurrent_after {
        all["NoncurrentVersionExpiration"] = json!({ "NoncurrentDays": days });
    }
    if let Some(days) = rule.abort_uploads_after {
        all["AbortIncompleteMultipartUpload"] = json!({ "DaysAfterInitiation": days });
    }
    all
}

fn role(part: &Part, trust: &Value, policies: Option<&RolePolicies>) -> Value {
    let inline: Vec<Value> = policies
        .into_iter()
        .flat_map(|it| &it.inline)
        .map(|(name, policy)| json!({ "PolicyName": name, "PolicyDocument": policy.as_json() }))
        .collect();
    json!({
        "RoleName": part.name,
        "AssumeRolePolicyDocument": trust,
        "Policies": inline,
        "ManagedPolicyArns": policies.map(|it| &it.managed),
        "Tags": tags(&part.tags),
    })
}

/// Groups that name each other inside their own rules would wait for each other.
fn separate(rules: &GroupRules) -> impl Iterator<Item = &Rule> {
    rules.ingress.iter().filter(|rule| is_from_group(rule))
}

fn is_from_group(rule: &Rule) -> bool {
    matches!(rule.peer, Peer::Group(_))
}

fn separate_rules(name: &str, rules: &GroupRules) -> Vec<(String, Value)> {
    separate(rules)
        .enumerate()
        .map(|(index, it)| {
            let mut properties = rule(it, "Source");
            properties["GroupId"] = get(&rules.group, "GroupId");
            let resource =
                json!({ "Type": "AWS::EC2::SecurityGroupIngress", "Properties": properties });
            (format!("{name}{index}"), resource)
        })
        .collect()
}

fn rule(rule: &Rule, end: &str) -> Value {
    let mut all = json!({ "IpProtocol": rule.protocol, "Description": peer_name(&rule.peer) });
    if let Some((first, last)) = rule.ports {
        all["FromPort"] = json!(first);
        all["ToPort"] = json!(last);
    }
    match &rule.peer {
        Peer::Network(cidr) => all["CidrIp"] = json!(cidr),
        Peer::Group(group) => all[format!("{end}SecurityGroupId")] = get(group, "GroupId"),
        Peer::PrefixList(list) => all[format!("{end}PrefixListId")] = json!(list),
    }
    all
}

fn target_group(part: &Part, it: &TargetGroup) -> Value {
    json!({
        "Name": part.name,
        "VpcId": reference(&it.vpc),
        "Protocol": it.protocol,
        "Port": it.port,
        "TargetType": it.target_type,
        "HealthCheckProtocol": it.health.protocol,
        "HealthCheckPort": it.health.port,
        "HealthCheckPath": it.health.path,
        "HealthCheckIntervalSeconds": it.health.interval,
        "HealthCheckTimeoutSeconds": it.health.timeout,
        "HealthyThresholdCount": it.health.healthy,
        "UnhealthyThresholdCount": it.health.unhealthy,
        "Matcher": { "HttpCode": it.health.matcher },
        "TargetGroupAttributes": [
            attribute("deregistration_delay.timeout_seconds", it.deregistration_delay),
        ],
        "Tags": tags(&part.tags),
    })
}

fn attribute(key: &str, value: impl ToString) -> Value {
    json!({ "Key": key, "Value": value.to_string() })
}

fn load_balancer(part: &Part, it: &LoadBalancer) -> Value {
    let drops = "routing.http.drop_invalid_header_fields.enabled";
    let mut attributes = vec![attribute(drops, it.drops_invalid_headers)];
    if let Some(logs) = &it.access_logs {
        attributes.push(attribute("access_logs.s3.enabled", true));
        let bucket = reference(&logs.bucket);
        attributes.push(json!({ "Key": "access_logs.s3.bucket", "Value": bucket }));
        attributes.push(json!({ "Key": "access_logs.s3.prefix", "Value": logs.prefix }));
    }
    json!({
        "Name": part.name,
        "Type": it.balancer_type,
        "Scheme": it.scheme,
        "Subnets": references(&it.subnets),
        "SecurityGroups": it.groups.iter().map(|group| get(group, "GroupId")).collect::<Vec<_>>(),
        "LoadBalancerAttributes": attributes,
        "Tags": tags(&part.tags),
    })
}

fn listener(it: &Listener) -> Value {
    let mut action = match &it.action {
        ListenerAction::Forward(targets) => {
            json!({ "Type": "forward", "TargetGroupArn": reference(targets) })
        }
        ListenerAction::RedirectToHttps => json!({
            "Type": "redirect",
            "RedirectConfig": { "Port": "443", "Protocol": "HTTPS", "StatusCode": "HTTP_301" },
        }),
        ListenerAction::Other(kind) => json!({ "Type": kind }),
    };
    let mut actions = Vec::new();
    if let Some(first) = &it.sign_in {
        actions.push(sign_in(first));
        action["Order"] = json!(2);
    }
    actions.push(action);
    let mut all = json!({
        "LoadBalancerArn": reference(&it.balancer),
        "Port": it.port,
        "Protocol": it.protocol,
        "DefaultActions": actions,
    });
    if let Some(certificate) = &it.certificate {
        all["Certificates"] = json!([{ "CertificateArn": certificate }]);
    }
    if let Some(policy) = &it.tls_policy {
        all["SslPolicy"] = json!(policy);
    }
    all
}

fn sign_in(it: &SignIn) -> Value {
    let mut config = json!({
        "Issuer": it.issuer,
        "AuthorizationEndpoint": it.authorization_endpoint,
        "TokenEndpoint": it.token_endpoint,
        "UserInfoEndpoint": it.user_info_endpoint,
        "ClientId": it.client_id,
        "ClientSecret": { "Ref": SECRET },
        "Scope": it.scope,
        "SessionTimeout": it.session_timeout.to_string(),
        "SessionCookieName": it.cookie,
        "OnUnauthenticatedRequest": it.unauthenticated,
    });
    if !it.extra_parameters.is_empty() {
        config["AuthenticationRequestExtraParams"] = json!(it.extra_parameters);
    }
    json!({ "Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": config })
}
