//! What AWS will hold for a resource of the topology, once everything it refers to has an id.
//!
//! Each struct of the topology is taken apart whole, so that a new attribute that is forgotten
//! here does not compile.

mod alarms;

use std::collections::{BTreeMap, BTreeSet};

use crate::id::Handle;
use crate::names::ACCESS_LOGS;
use crate::observed::{self, GroupLife, ListenerAction, Ref, RouteTarget, State};
use crate::settings::{ImageFamily, Oidc};
use crate::topology::{self, Action, Entry, Peer, Resource, Topology, Via};

/// What the plan already knows when a resource's turn comes.
pub(super) struct Known<'a> {
    pub(super) topology: &'a Topology,
    /// Where each resource of the topology is.
    pub(super) refs: &'a BTreeMap<crate::id::Id, Ref>,
    /// The image for a new template version.
    pub(super) image: &'a str,
    /// The template version that the group should have.
    pub(super) version: u64,
}

impl Known<'_> {
    fn at<T>(&self, handle: &Handle<T>) -> Ref {
        self.refs
            .get(&handle.id())
            .cloned()
            .unwrap_or(Ref::Planned(handle.id()))
    }

    fn all<T>(&self, handles: &[Handle<T>]) -> BTreeSet<Ref> {
        handles.iter().map(|handle| self.at(handle)).collect()
    }
}

/// What AWS will hold for each resource when nothing has an id yet.
pub(crate) fn states(topology: &Topology) -> Vec<(&Entry, State)> {
    let refs = BTreeMap::new();
    let known = Known {
        topology,
        refs: &refs,
        image: "",
        version: 1,
    };
    topology
        .entries()
        .iter()
        .map(|entry| (entry, state(&entry.resource, &known)))
        .collect()
}

pub(super) fn state(resource: &Resource, known: &Known<'_>) -> State {
    match resource {
        Resource::Bucket(it) => bucket(it, known),
        Resource::Object(it) => object(it, known),
        Resource::Role(topology::Role { trust }) => State::Role(observed::Role {
            trust: trust.clone(),
        }),
        Resource::RolePolicies(it) => role_policies(it, known),
        Resource::InstanceProfile(topology::InstanceProfile { role }) => {
            State::InstanceProfile(observed::InstanceProfile {
                roles: [known.at(role)].into(),
            })
        }
        Resource::KeyPair(topology::KeyPair { public_key }) => State::KeyPair(observed::KeyPair {
            algorithm: "ed25519".to_owned(),
            public_key: public_key.as_ref().map(|key| key.material()),
        }),
        Resource::Vpc(topology::Vpc {
            cidr,
            dns_hostnames,
            dns_support,
        }) => State::Vpc(observed::Vpc {
            cidr: cidr.to_string(),
            dns_hostnames: *dns_hostnames,
            dns_support: *dns_support,
        }),
        Resource::VpcDefaults(topology::VpcDefaults { vpc }) => {
            State::VpcDefaults(observed::VpcDefaults {
                vpc: known.at(vpc),
                ingress: BTreeSet::new(),
                egress: BTreeSet::new(),
                main_routes: BTreeSet::new(),
            })
        }
        Resource::InternetGateway(topology::InternetGateway) => State::InternetGateway,
        Resource::GatewayAttachment(topology::GatewayAttachment { gateway, vpc }) => {
            State::GatewayAttachment(observed::GatewayAttachment {
                gateway: known.at(gateway),
                vpc: known.at(vpc),
            })
        }
        Resource::Subnet(topology::Subnet {
            vpc,
            tier: _,
            zone,
            cidr,
            public_addresses,
        }) => State::Subnet(observed::Subnet {
            vpc: known.at(vpc),
            zone: known.topology.zone_name(*zone),
            cidr: cidr.to_string(),
            public_addresses: *public_addresses,
        }),
        Resource::Address(topology::Address) => State::Address,
        Resource::NatGateway(topology::NatGateway { subnet, address }) => {
            State::NatGateway(observed::NatGateway {
                subnet: known.at(subnet),
                address: known.at(address),
            })
        }
        Resource::RouteTable(topology::RouteTable { vpc, subnets }) => {
            State::RouteTable(observed::RouteTable {
                vpc: known.at(vpc),
                subnets: known.all(subnets),
            })
        }
        Resource::Route(topology::Route {
            table,
            destination,
            via,
        }) => {
            let target = match via {
                Via::Gateway(gateway) => RouteTarget::Gateway(known.at(gateway)),
                Via::Nat(nat) => RouteTarget::Nat(known.at(nat)),
            };
            let destination = destination.to_string();
            State::Route(observed::Route {
                table: known.at(table),
                destination,
                target,
            })
        }
        Resource::Endpoint(topology::Endpoint { vpc, tables }) => {
            State::Endpoint(observed::Endpoint {
                vpc: known.at(vpc),
                service: format!("com.amazonaws.{}.s3", known.topology.settings().region),
                tables: known.all(tables),
            })
        }
        Resource::SecurityGroup(topology::SecurityGroup { vpc, description }) => {
            State::SecurityGroup(observed::SecurityGroup {
                vpc: known.at(vpc),
                description: (*description).to_owned(),
            })
        }
        Resource::GroupRules(topology::GroupRules {
            group,
            ingress,
            egress,
        }) => State::GroupRules(observed::GroupRules {
            group: known.at(group),
            ingress: rules(ingress, known),
            egress: rules(egress, known),
        }),
        Resource::TargetGroup(it) => target_group(it, known),
        Resource::LoadBalancer(it) => load_balancer(it, known),
        Resource::Listener(it) => listener(it, known),
        Resource::LaunchTemplate(it) => State::LaunchTemplate(observed::LaunchTemplate {
            versions: [(known.version, template_version(it, known))].into(),
        }),
        Resource::AutoScalingGroup(it) => auto_scaling_group(it, known),
        Resource::ScalingPolicy(it) => scaling_policy(it, known),
        Resource::Topic(it) => alarms::topic(it),
        Resource::Alarm(it) => alarms::alarm(it, known),
    }
}

fn bucket(it: &topology::Bucket, known: &Known<'_>) -> State {
    let topology::Bucket {
        policy,
        versioning,
        lifecycle,
    } = it;
    State::Bucket(observed::Bucket {
        region: known.topology.settings().region.to_string(),
        is_someone_elses: false,
        blocks_public_access: true,
        encryption: Some("AES256".to_owned()),
        policy: Some(policy.clone()),
        versioning: *versioning,
        lifecycle: lifecycle.iter().cloned().collect(),
        holds_content: false,
    })
}

fn object(it: &topology::Object, known: &Known<'_>) -> State {
    let topology::Object {
        bucket,
        key,
        sha256,
    } = it;
    State::Object(observed::Object {
        bucket: known.at(bucket),
        key: key.clone(),
        sha256: Some(sha256.to_string()),
        modified: 0,
    })
}

fn role_policies(it: &topology::RolePolicies, known: &Known<'_>) -> State {
    let topology::RolePolicies {
        role,
        inline,
        managed,
    } = it;
    let inline = inline
        .iter()
        .map(|(name, document)| ((*name).to_owned(), document.clone()));
    let managed = managed
        .iter()
        .map(|name| format!("arn:aws:iam::aws:policy/{name}"));
    State::RolePolicies(observed::RolePolicies {
        role: known.at(role),
        inline: inline.collect(),
        managed: managed.collect(),
    })
}

fn rules(rules: &[topology::Rule], known: &Known<'_>) -> BTreeSet<observed::Rule> {
    rules
        .iter()
        .map(|topology::Rule { port, peer }| observed::Rule {
            protocol: "tcp".to_owned(),
            ports: Some((port.get(), port.get())),
            peer: match peer {
                Peer::Network(cidr) => observed::Peer::Network(cidr.to_string()),
                Peer::Group(group) => observed::Peer::Group(known.at(group)),
            },
        })
        .collect()
}

fn target_group(it: &topology::TargetGroup, known: &Known<'_>) -> State {
    let topology::TargetGroup {
        vpc,
        port,
        health,
        deregistration_delay,
    } = it;
    State::TargetGroup(observed::TargetGroup {
        vpc: known.at(vpc),
        protocol: "HTTP".to_owned(),
        port: port.get(),
        target_type: "instance".to_owned(),
        health: health.clone(),
        deregistration_delay: *deregistration_delay,
    })
}

fn load_balancer(it: &topology::LoadBalancer, known: &Known<'_>) -> State {
    let topology::LoadBalancer {
        subnets,
        group,
        drops_invalid_headers,
        access_logs,
    } = it;
    State::LoadBalancer(observed::LoadBalancer {
        balancer_type: "application".to_owned(),
        scheme: "internet-facing".to_owned(),
        subnets: known.all(subnets),
        groups: [known.at(group)].into(),
        drops_invalid_headers: *drops_invalid_headers,
        access_logs: access_logs.as_ref().map(|bucket| observed::AccessLogs {
            bucket: known.at(bucket),
            prefix: ACCESS_LOGS.to_owned(),
        }),
        dns_name: None,
    })
}

fn listener(it: &topology::Listener, known: &Known<'_>) -> State {
    let topology::Listener {
        balancer,
        port,
        tls,
        sign_in: provider,
        action,
    } = it;
    State::Listener(observed::Listener {
        balancer: known.at(balancer),
        port: port.get(),
        protocol: if tls.is_some() { "HTTPS" } else { "HTTP" }.to_owned(),
        certificate: tls.as_ref().map(|tls| tls.certificate.to_string()),
        tls_policy: tls.as_ref().map(|tls| tls.policy.to_owned()),
        sign_in: provider.as_ref().map(sign_in),
        action: match action {
            Action::Forward(targets) => ListenerAction::Forward(known.at(targets)),
            Action::RedirectToHttps => ListenerAction::RedirectToHttps,
        },
    })
}

fn sign_in(it: &Oidc) -> observed::SignIn {
    let Oidc {
        issuer,
        authorization_endpoint,
        token_endpoint,
        user_info_endpoint,
        client_id,
        scope,
        session_timeout,
    } = it;
    observed::SignIn {
        issuer: issuer.to_string(),
        authorization_endpoint: authorization_endpoint.to_string(),
        token_endpoint: token_endpoint.to_string(),
        user_info_endpoint: user_info_endpoint.to_string(),
        client_id: client_id.to_string(),
        scope: scope.to_string(),
        session_timeout: session_timeout.get(),
        unauthenticated: "authenticate".to_owned(),
        cookie: "AWSELBAuthSessionCookie".to_owned(),
        extra_parameters: BTreeMap::new(),
    }
}

pub(super) fn template_version(
    it: &topology::LaunchTemplate,
    known: &Known<'_>,
) -> observed::TemplateVersion {
    let topology::LaunchTemplate {
        image,
        instance_type,
        key,
        profile,
        group,
        release: _, // named by the user data, and by the instances' tags
        user_data,
        metadata,
        root,
        tags,
    } = it;
    observed::TemplateVersion {
        description: Some(ImageFamily::slug(*image).to_owned()),
        after: None,
        image: known.image.to_owned(),
        instance_type: instance_type.to_string(),
        key: Some(known.at(key)),
        profile: Some(known.at(profile)),
        groups: [known.at(group)].into(),
        user_data: user_data.as_str().to_owned(),
        metadata: metadata.clone(),
        root: Some(root.clone()),
        instance_tags: tags.clone(),
        volume_tags: tags.clone(),
    }
}

fn auto_scaling_group(it: &topology::AutoScalingGroup, known: &Known<'_>) -> State {
    let topology::AutoScalingGroup {
        template,
        subnets,
        targets,
        min,
        max,
        first,
        grace,
        refresh,
    } = it;
    State::AutoScalingGroup(observed::AutoScalingGroup {
        min: min.get(),
        max: max.get(),
        subnets: known.all(subnets),
        targets: [known.at(targets)].into(),
        template: known.at(template),
        template_version: known.version.to_string(),
        health_check: "ELB".to_owned(),
        grace: *grace,
        life: GroupLife {
            desired: first.get(),
            running_versions: BTreeSet::new(),
            refresh: Some(*refresh),
        },
    })
}

fn scaling_policy(it: &topology::ScalingPolicy, known: &Known<'_>) -> State {
    let topology::ScalingPolicy {
        group,
        target,
        warm_up,
    } = it;
    State::ScalingPolicy(observed::ScalingPolicy {
        group: known.at(group),
        name: known.topology.name(crate::id::Id::ScalingPolicy),
        policy_type: "TargetTrackingScaling".to_owned(),
        metric: Some("ASGAverageCPUUtilization".to_owned()),
        target: Some(f64::from(target.get())),
        warm_up: Some(*warm_up),
    })
}
