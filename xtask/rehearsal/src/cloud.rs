//! What was deployed, read from the emulated cloud as anyone may read it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roxmltree::{Document, Node};

/// A query API: the service, and the version of its protocol.
type Service = (&'static str, &'static str);
const EC2: Service = ("ec2", "2016-11-15");
const BALANCING: Service = ("elasticloadbalancing", "2015-12-01");
const SCALING: Service = ("autoscaling", "2011-01-01");

/// The emulated cloud.
#[derive(Clone, Debug)]
pub(crate) struct Cloud {
    endpoint: String,
    region: String,
    agent: ureq::Agent,
}

/// The Auto Scaling group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) least: usize,
    pub(crate) most: usize,
    pub(crate) desired: usize,
    pub(crate) zones: Vec<String>,
    pub(crate) template: String,
    pub(crate) version: String,
    /// How long after its launch an instance's health does not count.
    pub(crate) grace: Duration,
    pub(crate) targets: String,
}

/// The target group with its health check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Targets {
    pub(crate) port: u16,
    pub(crate) path: String,
    pub(crate) interval: Duration,
    pub(crate) timeout: Duration,
    pub(crate) healthy: u32,
    pub(crate) unhealthy: u32,
    pub(crate) status: String,
    /// How long a target that leaves may finish what it was sent.
    pub(crate) delay: Duration,
}

/// How the load balancer listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listening {
    pub(crate) http: Plain,
    /// The certificate by which HTTPS is forwarded to the targets, if it is.
    pub(crate) certificate: Option<String>,
}

/// What becomes of requests without encryption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plain {
    /// They go to the targets.
    Forwarded,
    /// They are sent to HTTPS with this status.
    Redirected(u16),
}

/// The scaling policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Policy {
    /// Percent of the processors, averaged over the instances.
    pub(crate) target: f64,
    pub(crate) warm_up: Duration,
}

impl Cloud {
    /// The cloud at that endpoint.
    pub(crate) fn at(endpoint: String, region: String) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        Self {
            endpoint,
            region,
            agent,
        }
    }

    /// The group, once there is one.
    pub(crate) async fn group(&self) -> Result<Option<Group>> {
        let answer = self
            .call(SCALING, &[("Action", "DescribeAutoScalingGroups")])
            .await?;
        let document = Document::parse(&answer)?;
        let groups = child_of(document.root(), "AutoScalingGroups");
        let Some(group) = groups.and_then(|groups| groups.first_element_child()) else {
            return Ok(None);
        };
        let template = child_of(group, "LaunchTemplate").context("the group has no template")?;
        Ok(Some(Group {
            name: text(group, "AutoScalingGroupName")?.to_owned(),
            least: number(group, "MinSize")?,
            most: number(group, "MaxSize")?,
            desired: number(group, "DesiredCapacity")?,
            zones: members(group, "AvailabilityZones"),
            template: text(template, "LaunchTemplateId")?.to_owned(),
            version: text(template, "Version")?.to_owned(),
            grace: Duration::from_secs(number(group, "HealthCheckGracePeriod")?),
            targets: members(group, "TargetGroupARNs")
                .into_iter()
                .next()
                .context("the group has no targets")?,
        }))
    }

    /// Sets the group's desired capacity, as a scaling policy does.
    pub(crate) async fn set_desired(&self, group: &str, desired: usize) -> Result<()> {
        let words = [
            ("Action", "SetDesiredCapacity"),
            ("AutoScalingGroupName", group),
            ("DesiredCapacity", &desired.to_string()),
        ];
        self.call(SCALING, &words).await.map(drop)
    }

    /// A template version's user data, decoded, and its image.
    pub(crate) async fn template(&self, id: &str, version: &str) -> Result<(Vec<u8>, String)> {
        let words = [
            ("Action", "DescribeLaunchTemplateVersions"),
            ("LaunchTemplateId", id),
            ("LaunchTemplateVersion.1", version),
        ];
        let answer = self.call(EC2, &words).await?;
        let document = Document::parse(&answer)?;
        let data = child_of(document.root(), "launchTemplateData")
            .with_context(|| format!("the template has no version {version}"))?;
        let user_data = STANDARD
            .decode(text(data, "userData")?)
            .context("the user data is not base64")?;
        Ok((user_data, text(data, "imageId")?.to_owned()))
    }

    /// The target group.
    pub(crate) async fn targets(&self, arn: &str) -> Result<Targets> {
        let words = [
            ("Action", "DescribeTargetGroups"),
            ("TargetGroupArns.member.1", arn),
        ];
        let answer = self.call(BALANCING, &words).await?;
        let words = [
            ("Action", "DescribeTargetGroupAttributes"),
            ("TargetGroupArn", arn),
        ];
        let attributes = self.call(BALANCING, &words).await?;
        let document = Document::parse(&answer)?;
        let group = document.root();
        let seconds = |name| number(group, name).map(Duration::from_secs);
        Ok(Targets {
            port: number(group, "Port")?,
            path: text(group, "HealthCheckPath")?.to_owned(),
            interval: seconds("HealthCheckIntervalSeconds")?,
            timeout: seconds("HealthCheckTimeoutSeconds")?,
            healthy: number(group, "HealthyThresholdCount")?,
            unhealthy: number(group, "UnhealthyThresholdCount")?,
            status: text(group, "HttpCode")?.to_owned(),
            delay: delay(&Document::parse(&attributes)?)?,
        })
    }

    /// How the load balancer of these targets listens.
    pub(crate) async fn listening(&self, targets: &str) -> Result<Listening> {
        let answer = self
            .call(BALANCING, &[("Action", "DescribeLoadBalancers")])
            .await?;
        let document = Document::parse(&answer)?;
        let balancer = text(document.root(), "LoadBalancerArn")?;
        let words = [
            ("Action", "DescribeListeners"),
            ("LoadBalancerArn", balancer),
        ];
        let answer = self.call(BALANCING, &words).await?;
        let document = Document::parse(&answer)?;
        listening(&document, targets)
    }

    /// The group's scaling policy.
    pub(crate) async fn policy(&self, group: &str) -> Result<Policy> {
        let words = [
            ("Action", "DescribePolicies"),
            ("AutoScalingGroupName", group),
        ];
        let answer = self.call(SCALING, &words).await?;
        let document = Document::parse(&answer)?;
        let policy = document.root();
        Ok(Policy {
            target: number(policy, "TargetValue")?,
            warm_up: Duration::from_secs(number(policy, "EstimatedInstanceWarmup")?),
        })
    }

    /// Puts an object in the place of another.
    pub(crate) async fn overwrite(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<()> {
        let url = format!("{}/{bucket}/{key}", self.endpoint);
        let request = self
            .agent
            .put(url)
            .header("authorization", self.scope("s3"));
        let answer = tokio::task::spawn_blocking(move || request.send(&bytes)).await??;
        if !answer.status().is_success() {
            bail!("{bucket}/{key} cannot be written: {}", answer.status());
        }
        Ok(())
    }

    /// An object's bytes.
    pub(crate) async fn read(&self, bucket: &str, key: &str) -> Result<Vec<u8>> {
        let url = format!("{}/{bucket}/{key}", self.endpoint);
        let request = self
            .agent
            .get(url)
            .header("authorization", self.scope("s3"));
        let read = tokio::task::spawn_blocking(move || {
            let answer = request.call()?;
            let status = answer.status();
            let body = answer.into_body().into_with_config().limit(u64::MAX);
            anyhow::Ok((status, body.read_to_vec()?))
        });
        let (status, bytes) = read.await??;
        if !status.is_success() {
            bail!("{bucket}/{key} cannot be read: {status}");
        }
        Ok(bytes)
    }

    async fn call(&self, service: Service, words: &[(&str, &str)]) -> Result<String> {
        let (name, version) = service;
        let mut form: Vec<(String, String)> = words
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        form.push(("Version".to_owned(), version.to_owned()));
        let asked = words[0].1.to_owned();
        let request = self
            .agent
            .post(format!("{}/", self.endpoint))
            .header("authorization", self.scope(name));
        let answer = tokio::task::spawn_blocking(move || {
            let answer = request.send_form(form)?;
            let status = answer.status();
            anyhow::Ok((status, answer.into_body().read_to_string()?))
        });
        let (status, text) = answer.await?.with_context(|| asked.clone())?;
        if !status.is_success() {
            bail!("{asked}: status {status}: {text}");
        }
        Ok(text)
    }

    /// Unsigned: the emulator reads the service and the region only.
    fn scope(&self, service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=rehearsal/20260101/{}/{service}/aws4_request, \
             SignedHeaders=host, Signature=0",
            self.region
        )
    }
}

fn listening(document: &Document<'_>, targets: &str) -> Result<Listening> {
    let listeners = child_of(document.root(), "Listeners").context("no listeners")?;
    let listener = |protocol| {
        let speaks = |it: &Node<'_, '_>| {
            let own = it.children().find(|it| is(it, "Protocol"));
            own.and_then(|it| it.text()) == Some(protocol)
        };
        listeners.children().find(speaks)
    };
    let forwards = |it: Node<'_, '_>| text(it, "TargetGroupArn").is_ok_and(|arn| arn == targets);
    let http = listener("HTTP").context("no listener of HTTP")?;
    let http = match child_of(http, "RedirectConfig") {
        _ if forwards(http) => Plain::Forwarded,
        Some(to) if text(to, "Protocol")? == "HTTPS" => {
            let status = text(to, "StatusCode")?;
            let number = status.trim_start_matches("HTTP_").parse();
            Plain::Redirected(number.ok().with_context(|| format!("status {status}"))?)
        }
        _ => bail!("the listener of HTTP leads neither to the targets nor to HTTPS"),
    };
    let https = listener("HTTPS").filter(|it| forwards(*it));
    let certificate = https.map(|it| text(it, "CertificateArn").map(str::to_owned));
    Ok(Listening {
        http,
        certificate: certificate.transpose()?,
    })
}

fn delay(attributes: &Document<'_>) -> Result<Duration> {
    let name = "deregistration_delay.timeout_seconds";
    let key = attributes
        .descendants()
        .find(|it| is(it, "Key") && it.text() == Some(name));
    let member = key
        .and_then(|key| key.parent())
        .with_context(|| format!("no {name}"))?;
    Ok(Duration::from_secs(number(member, "Value")?))
}

/// Names without namespaces: each service has its own.
fn is(node: &Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

fn child_of<'a, 'd>(node: Node<'a, 'd>, name: &str) -> Option<Node<'a, 'd>> {
    node.descendants().find(|it| is(it, name))
}

fn text<'a>(node: Node<'a, '_>, name: &str) -> Result<&'a str> {
    child_of(node, name)
        .and_then(|it| it.text())
        .with_context(|| format!("the cloud says no {name}"))
}

fn number<T: std::str::FromStr>(node: Node<'_, '_>, name: &str) -> Result<T> {
    let text = text(node, name)?;
    text.parse()
        .ok()
        .with_context(|| format!("{name} is {text}"))
}

fn members(node: Node<'_, '_>, name: &str) -> Vec<String> {
    let list = child_of(node, name);
    let members = list.into_iter().flat_map(|list| list.children());
    let texts = members.filter_map(|it| it.is_element().then(|| it.text())?);
    texts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_are_read() {
        let forward = "<TargetGroupArn>t</TargetGroupArn>";
        let http = |action: &str| {
            format!(
                "<member><Protocol>HTTP</Protocol><DefaultActions><member>{action}</member>\
                 </DefaultActions></member>"
            )
        };
        let to = |protocol: &str| {
            http(&format!(
                "<RedirectConfig><Protocol>{protocol}</Protocol><StatusCode>HTTP_301</StatusCode>\
                 </RedirectConfig>"
            ))
        };
        let https = "<member><DefaultActions><member><TargetGroupArn>t</TargetGroupArn></member>\
                     </DefaultActions><Certificates><member><CertificateArn>c</CertificateArn>\
                     </member></Certificates><Protocol>HTTPS</Protocol></member>";
        let plain = Listening {
            http: Plain::Forwarded,
            certificate: None,
        };
        let secure = Listening {
            http: Plain::Redirected(301),
            certificate: Some("c".to_owned()),
        };
        for (members, expected) in [
            (http(forward), Some(plain)),
            (to("HTTPS") + https, Some(secure.clone())),
            (format!("{https}{}", to("HTTPS")), Some(secure)),
            (to("HTTP"), None),
            (http("<TargetGroupArn>other</TargetGroupArn>"), None),
            (https.to_owned(), None),
            (String::new(), None),
        ] {
            let text = format!("<R><Listeners>{members}</Listeners></R>");
            let found = listening(&Document::parse(&text).unwrap(), "t");
            assert_eq!(found.ok(), expected, "{text}");
        }
    }
}
