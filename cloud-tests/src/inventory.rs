//! What the cloud holds, asked plainly: one line for each resource, with its name and the part
//! of the system that its tag says.

use roxmltree::{Document, Node};

/// A cloud's address, and nothing of its client libraries.
#[derive(Debug)]
pub(crate) struct Plain {
    endpoint: String,
}

/// A query API: the service and the version of its protocol.
type Service = (&'static str, &'static str);
const EC2: Service = ("ec2", "2016-11-15");
const BALANCING: Service = ("elasticloadbalancing", "2015-12-01");
const SCALING: Service = ("autoscaling", "2011-01-01");
const IAM: Service = ("iam", "2010-05-08");
const MONITORING: Service = ("monitoring", "2010-08-01");
const SNS: Service = ("sns", "2010-03-31");

/// A list: the call, the element that holds it, the kind that its lines begin with, and the
/// elements of an item whose members are counted.
type List = (
    Service,
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

/// A call that makes something: its words, and the element of the answer that names it.
type Making = (
    Service,
    &'static [(&'static str, &'static str)],
    &'static str,
);

const LISTS: &[List] = &[
    (EC2, "DescribeVpcs", "vpcSet", "vpc", &[]),
    (EC2, "DescribeSubnets", "subnetSet", "subnet", &[]),
    (
        EC2,
        "DescribeInternetGateways",
        "internetGatewaySet",
        "internet-gateway",
        &["attachmentSet"],
    ),
    (EC2, "DescribeAddresses", "addressesSet", "address", &[]),
    (
        EC2,
        "DescribeNatGateways",
        "natGatewaySet",
        "nat-gateway",
        &[],
    ),
    (
        EC2,
        "DescribeRouteTables",
        "routeTableSet",
        "route-table",
        &["routeSet", "associationSet"],
    ),
    (
        EC2,
        "DescribeVpcEndpoints",
        "vpcEndpointSet",
        "endpoint",
        &["routeTableIdSet"],
    ),
    (
        EC2,
        "DescribeSecurityGroups",
        "securityGroupInfo",
        "security-group",
        &["ipPermissions", "ipPermissionsEgress"],
    ),
    (EC2, "DescribeKeyPairs", "keySet", "key-pair", &[]),
    (
        EC2,
        "DescribeLaunchTemplates",
        "launchTemplates",
        "launch-template",
        &[],
    ),
    (
        BALANCING,
        "DescribeTargetGroups",
        "TargetGroups",
        "target-group",
        &["LoadBalancerArns"],
    ),
    (
        BALANCING,
        "DescribeLoadBalancers",
        "LoadBalancers",
        "load-balancer",
        &["AvailabilityZones"],
    ),
    (
        SCALING,
        "DescribeAutoScalingGroups",
        "AutoScalingGroups",
        "group",
        &["Instances", "TargetGroupARNs"],
    ),
    (
        SCALING,
        "DescribePolicies",
        "ScalingPolicies",
        "scaling-policy",
        &[],
    ),
    (IAM, "ListRoles", "Roles", "role", &[]),
    (
        IAM,
        "ListInstanceProfiles",
        "InstanceProfiles",
        "profile",
        &["Roles"],
    ),
    (
        MONITORING,
        "DescribeAlarms",
        "MetricAlarms",
        "alarm",
        &["AlarmActions"],
    ),
    (SNS, "ListTopics", "Topics", "topic", &[]),
];

/// Elements that name an item which carries no `Name` tag.
const NAMES: [&str; 10] = [
    "AlarmName",
    "TopicArn",
    "TargetGroupName",
    "LoadBalancerName",
    "PolicyName",
    "AutoScalingGroupName",
    "RoleName",
    "InstanceProfileName",
    "groupName",
    "keyName",
];

impl Plain {
    pub(crate) fn at(endpoint: String) -> Self {
        Self { endpoint }
    }

    /// Everything, sorted; what AWS makes unasked included.
    pub(crate) async fn inventory(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (service, call, list, kind, counted) in LISTS {
            let answer = self.call(*service, &[("Action", call)]).await;
            let document = Document::parse(&answer).expect("XML");
            for item in members(document.root(), list) {
                if text(item, "state") != Some("deleted") {
                    lines.push(line(kind, item, counted));
                }
            }
        }
        let (buckets, _) = self.s3("GET", "/", "").await;
        let document = Document::parse(&buckets).expect("XML");
        lines.extend(
            members(document.root(), "Buckets")
                .map(|it| format!("bucket {}", text(it, "Name").unwrap_or_default())),
        );
        lines.sort();
        lines
    }

    /// Things of others, some with names that resemble ours.
    pub(crate) async fn make_what_others_have(&self) {
        let vpc = self
            .made(
                EC2,
                &[("Action", "CreateVpc"), ("CidrBlock", "10.0.0.0/16")],
                "vpcId",
            )
            .await;
        let within: [Making; 7] = [
            (
                EC2,
                &[("Action", "CreateSubnet"), ("CidrBlock", "10.0.0.0/24")],
                "subnetId",
            ),
            (
                EC2,
                &[
                    ("Action", "CreateSecurityGroup"),
                    ("GroupName", "Others-LB-SG"),
                    ("GroupDescription", "of others"),
                ],
                "groupId",
            ),
            (
                EC2,
                &[("Action", "AllocateAddress"), ("Domain", "vpc")],
                "allocationId",
            ),
            (
                EC2,
                &[("Action", "CreateInternetGateway")],
                "internetGatewayId",
            ),
            (
                EC2,
                &[("Action", "CreateKeyPair"), ("KeyName", "others")],
                "keyName",
            ),
            (
                BALANCING,
                &[
                    ("Action", "CreateTargetGroup"),
                    ("Name", "Others"),
                    ("Protocol", "HTTP"),
                    ("Port", "80"),
                ],
                "TargetGroupArn",
            ),
            (
                IAM,
                &[
                    ("Action", "CreateRole"),
                    ("RoleName", "StudentAnalyticsRole-of-others"),
                    (
                        "AssumeRolePolicyDocument",
                        "{\"Version\":\"2012-10-17\",\"Statement\":[]}",
                    ),
                ],
                "RoleName",
            ),
        ];
        for (service, words, id) in within {
            let words = [words, &[("VpcId", &vpc)]].concat();
            self.made(service, &words, id).await;
        }
        let place = "<CreateBucketConfiguration><LocationConstraint>eu-north-1</LocationConstraint></CreateBucketConfiguration>";
        let (_, status) = self.s3("PUT", "/others-files", place).await;
        assert_eq!(status, 200);
    }

    /// The template version that the only group names.
    pub(crate) async fn version_in_use(&self) -> String {
        let answer = self
            .call(SCALING, &[("Action", "DescribeAutoScalingGroups")])
            .await;
        let document = Document::parse(&answer).expect("XML");
        let template = document.descendants().find(|it| is(it, "LaunchTemplate"));
        text(template.expect("a group with a template"), "Version")
            .expect("a version")
            .to_owned()
    }

    async fn made(&self, service: Service, words: &[(&str, &str)], id: &str) -> String {
        let answer = self.call(service, words).await;
        let document = Document::parse(&answer).expect("XML");
        let made = text(document.root(), id);
        made.unwrap_or_else(|| panic!("{words:?}: {answer}"))
            .to_owned()
    }

    async fn call(&self, service: Service, words: &[(&str, &str)]) -> String {
        let (name, version) = service;
        let mut form: Vec<(String, String)> = words
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        form.push(("Version".to_owned(), version.to_owned()));
        let endpoint = self.endpoint.clone();
        let call = move || {
            let request = agent()
                .post(format!("{endpoint}/"))
                .header("authorization", scope(name));
            let answer = request.send_form(form).expect("the emulator answers");
            answer.into_body().read_to_string().expect("text")
        };
        tokio::task::spawn_blocking(call)
            .await
            .expect("it does not panic")
    }

    async fn s3(&self, method: &str, path: &str, body: &str) -> (String, u16) {
        let (url, body) = (format!("{}{path}", self.endpoint), body.to_owned());
        let is_put = method == "PUT";
        let call = move || {
            let answer = match is_put {
                true => agent()
                    .put(url)
                    .header("authorization", scope("s3"))
                    .send(body),
                false => agent().get(url).header("authorization", scope("s3")).call(),
            };
            let answer = answer.expect("the emulator answers");
            let status = answer.status().as_u16();
            (answer.into_body().read_to_string().expect("text"), status)
        };
        tokio::task::spawn_blocking(call)
            .await
            .expect("it does not panic")
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into()
}

/// Unsigned: the emulator reads the service and the region only.
fn scope(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=plain/20260101/eu-north-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=0"
    )
}

fn line(kind: &str, item: Node<'_, '_>, counted: &[&str]) -> String {
    let named = || NAMES.iter().find_map(|name| text(item, name));
    let name = tag(item, "Name").or_else(named).unwrap_or("-");
    let mut line = format!("{kind} {name} {}", tag(item, "Resource").unwrap_or("-"));
    for list in counted {
        let count = members(item, list).count();
        line.push_str(&format!(", {count} {list}"));
    }
    line
}

/// The members of the first list of this name below.
fn members<'a, 'd>(node: Node<'a, 'd>, list: &str) -> impl Iterator<Item = Node<'a, 'd>> {
    let list = node.descendants().find(|it| is(it, list));
    list.into_iter()
        .flat_map(|list| list.children().filter(Node::is_element))
}

/// The text of the first element of this name below.
fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.descendants().find(|it| is(it, name))?.text()
}

/// The value of a tag of this item.
fn tag<'a>(item: Node<'a, '_>, key: &str) -> Option<&'a str> {
    let is_list = |it: &Node<'_, '_>| is(it, "tagSet") || is(it, "Tags");
    let list = item.children().find(is_list)?;
    let found = list
        .children()
        .find(|tag| text(*tag, "key").or_else(|| text(*tag, "Key")) == Some(key))?;
    text(found, "value").or_else(|| text(found, "Value"))
}

/// Names without namespaces: each service has its own.
fn is(node: &Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}
