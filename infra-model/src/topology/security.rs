//! Who may do what: security groups in the network, role and key on the instances.

use std::collections::BTreeMap;

use serde_json::json;

use crate::document::{Document, allow, under};
use crate::id::{Handle, Id};
use crate::names::{ACCESS_LOGS, UPLOADS};
use crate::settings::{APP_PORT, Settings, Uploads};
use crate::topology::{Bucket, Topology, Vpc};
use crate::values::{Cidr, Port, PublicKey};

/// HTTP, from browsers.
pub const HTTP: Port = Port::of(80);
/// HTTPS, from browsers and to AWS.
pub const HTTPS: Port = Port::of(443);

/// A set of rules that network interfaces share.
#[derive(Clone, Debug, PartialEq)]
pub struct SecurityGroup {
    /// Where it applies.
    pub vpc: Handle<Vpc>,
    /// For people, fixed at creation; not compared.
    pub description: &'static str,
}

/// Everything that a group lets through; all else is dropped.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupRules {
    /// Whose they are.
    pub group: Handle<SecurityGroup>,
    /// Who may connect.
    pub ingress: Vec<Rule>,
    /// Where to connections may go.
    pub egress: Vec<Rule>,
}

/// One TCP port and who is at the other end.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The server's port.
    pub port: Port,
    /// The other end.
    pub peer: Peer,
}

/// The other end of a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Peer {
    /// Any machine of a network.
    Network(Cidr),
    /// Any interface of a group.
    Group(Handle<SecurityGroup>),
}

/// What instances may do in AWS.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// Who may take the role.
    pub trust: Document,
}

/// All policies of a role.
#[derive(Clone, Debug, PartialEq)]
pub struct RolePolicies {
    /// Whose they are.
    pub role: Handle<Role>,
    /// Policies of its own, by name.
    pub inline: BTreeMap<&'static str, Document>,
    /// Policies that AWS looks after, by name.
    pub managed: Vec<&'static str>,
}

/// What gives a role to instances.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceProfile {
    /// The role.
    pub role: Handle<Role>,
}

/// The key that instances know. No group admits SSH; SSM is the way in.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyPair {
    /// The key to import; without it the pair that exists is kept, or one is generated.
    pub public_key: Option<PublicKey>,
}

/// What the fleet builds on.
pub(super) struct Access {
    pub(super) balancer_group: Handle<SecurityGroup>,
    pub(super) app_group: Handle<SecurityGroup>,
    pub(super) profile: Handle<InstanceProfile>,
    pub(super) key: Handle<KeyPair>,
}

pub(super) fn add(
    t: &mut Topology,
    settings: &Settings,
    vpc: Handle<Vpc>,
    bucket: Handle<Bucket>,
) -> Access {
    let balancer_group = t.add(
        Id::BalancerGroup,
        SecurityGroup {
            vpc,
            description: "Browsers to the load balancer, and on to the app",
        },
    );
    let app_group = t.add(
        Id::AppGroup,
        SecurityGroup {
            vpc,
            description: "The load balancer to the app, and on to AWS",
        },
    );
    let web_ports = match settings.certificate {
        None => vec![HTTP],
        Some(_) => vec![HTTP, HTTPS],
    };
    let browsers = web_ports.into_iter().flat_map(|port| {
        settings.allowed.iter().map(move |cidr| Rule {
            port,
            peer: Peer::Network(*cidr),
        })
    });
    let ingress = browsers.collect();
    let to_app = Rule {
        port: APP_PORT,
        peer: Peer::Group(app_group),
    };
    // To ask the identity provider who has signed in.
    let to_provider = settings.oidc.iter().map(|_| Rule {
        port: HTTPS,
        peer: Peer::Network(Cidr::ANYWHERE),
    });
    let to_provider = to_provider.filter(|_| settings.certificate.is_some());
    t.add(
        Id::BalancerRules,
        GroupRules {
            group: balancer_group,
            ingress,
            egress: std::iter::once(to_app).chain(to_provider).collect(),
        },
    );
    let from_balancer = Rule {
        port: APP_PORT,
        peer: Peer::Group(balancer_group),
    };
    let to_aws = Rule {
        port: HTTPS,
        peer: Peer::Network(Cidr::ANYWHERE),
    };
    t.add(
        Id::AppRules,
        GroupRules {
            group: app_group,
            ingress: vec![from_balancer],
            egress: vec![to_aws],
        },
    );

    let role = t.add(
        Id::Role,
        Role {
            trust: instances_only(),
        },
    );
    let bucket_name = t.name(bucket.id());
    t.add(Id::RolePolicies, policies(role, settings, &bucket_name));
    let profile = t.add(Id::InstanceProfile, InstanceProfile { role });
    let key = t.add(
        Id::KeyPair,
        KeyPair {
            public_key: settings.public_key.clone(),
        },
    );
    Access {
        balancer_group,
        app_group,
        profile,
        key,
    }
}

fn instances_only() -> Document {
    Document::of(vec![json!({
        "Effect": "Allow",
        "Principal": { "Service": ["ec2.amazonaws.com"] },
        "Action": ["sts:AssumeRole"],
    })])
}

fn policies(role: Handle<Role>, settings: &Settings, bucket: &str) -> RolePolicies {
    let whole = format!("arn:aws:s3:::{bucket}");
    // Who may not list a bucket is told 403 instead of 404 about what is not there.
    let mut inline = BTreeMap::from([(
        "ReadFiles",
        Document::of(vec![
            allow(&["s3:GetObject"], &[format!("{whole}/*")]),
            allow(&["s3:ListBucket"], std::slice::from_ref(&whole)),
        ]),
    )]);
    if settings.uploads == Uploads::On {
        // A large file is put in parts; one that is cut off in the middle is given up.
        let actions = [
            "s3:PutObject",
            "s3:GetObject",
            "s3:DeleteObject",
            "s3:AbortMultipartUpload",
        ];
        let uploads = Document::of(vec![allow(&actions, &[format!("{whole}/{UPLOADS}*")])]);
        inline.insert("WriteUploads", uploads);
    }
    RolePolicies {
        role,
        inline,
        managed: vec!["AmazonSSMManagedInstanceCore"],
    }
}

/// Who writes a load balancer's access logs.
const LOG_DELIVERY: &str = "logdelivery.elasticloadbalancing.amazonaws.com";

/// Nobody may speak to the bucket without TLS; the account's load balancers may write their logs,
/// when that is wanted.
pub(super) fn bucket_policy(settings: &Settings) -> Document {
    let whole = format!("arn:aws:s3:::{}", settings.bucket_name());
    let deny = json!({
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:*"],
        "Resource": [whole, format!("{whole}/*")],
    });
    let deny = under(
        deny,
        json!({ "Bool": { "aws:SecureTransport": ["false"] } }),
    );
    let logs = settings.access_logs.iter().map(|account| {
        json!({
            "Effect": "Allow",
            "Principal": { "Service": [LOG_DELIVERY] },
            "Action": ["s3:PutObject"],
            "Resource": [format!("{whole}/{ACCESS_LOGS}/AWSLogs/{account}/*")],
        })
    });
    Document::of(std::iter::once(deny).chain(logs).collect())
}
