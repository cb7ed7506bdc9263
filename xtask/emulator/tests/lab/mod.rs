//! What every test of the emulator needs: one running for all of a test program, emptied for
//! each test, and calls to it as a client makes them.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Runtime;
use xtask_emulator::{Emulator, Options, rules_from};

struct Shared {
    runtime: Runtime,
    emulator: Emulator,
}

static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let runtime = Runtime::new().unwrap();
    let emulator = runtime
        .block_on(Emulator::start(Options::default()))
        .unwrap();
    Shared { runtime, emulator }
});

static TURN: Mutex<()> = Mutex::new(());

/// An empty cloud, this test's own until it ends.
pub(crate) struct Lab {
    agent: ureq::Agent,
    _turn: MutexGuard<'static, ()>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Reply {
    /// The text of the first element of that name.
    pub(crate) fn get(&self, name: &str) -> String {
        self.all(name).into_iter().next().unwrap_or_default()
    }

    /// The texts of the elements of that name.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let parts = self.body.split(&open).skip(1);
        parts
            .filter_map(|part| Some(part.split_once(&close)?.0.to_owned()))
            .collect()
    }

    /// The error's code, empty for a success.
    pub(crate) fn code(&self) -> String {
        if self.status < 300 {
            String::new()
        } else {
            self.get("Code")
        }
    }
}

impl Lab {
    pub(crate) fn new() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build();
        let lab = Self {
            agent: config.into(),
            _turn: turn,
        };
        SHARED.runtime.block_on(SHARED.emulator.reset()).unwrap();
        lab
    }

    pub(crate) fn emulator(&self) -> &'static Emulator {
        &SHARED.emulator
    }

    pub(crate) fn runtime(&self) -> &'static Runtime {
        &SHARED.runtime
    }

    /// Sets faults as the command line does.
    pub(crate) fn faults(&self, faults: &[&str]) {
        self.emulator().set_rules(rules_from(faults).unwrap());
    }

    /// A call of the query protocol; an error is a connection that was cut.
    pub(crate) fn try_call(
        &self,
        service: &str,
        form: &[(&str, &str)],
    ) -> Result<Reply, ureq::Error> {
        let request = self
            .agent
            .post(self.emulator().endpoint())
            .header("authorization", scope(service));
        let version = [("Version", version(service))];
        let mut response = request.send_form(form.iter().chain(&version).copied())?;
        Ok(Reply {
            status: response.status().as_u16(),
            body: response.body_mut().read_to_string()?,
        })
    }

    pub(crate) fn call(&self, service: &str, form: &[(&str, &str)]) -> Reply {
        self.try_call(service, form).unwrap()
    }

    pub(crate) fn ec2(&self, form: &[(&str, &str)]) -> Reply {
        self.call("ec2", form)
    }

    pub(crate) fn balancing(&self, form: &[(&str, &str)]) -> Reply {
        self.call("elasticloadbalancing", form)
    }

    pub(crate) fn scaling(&self, form: &[(&str, &str)]) -> Reply {
        self.call("autoscaling", form)
    }

    pub(crate) fn iam(&self, form: &[(&str, &str)]) -> Reply {
        self.call("iam", form)
    }

    /// A call to S3 or to the emulator's own paths.
    pub(crate) fn http(&self, method: &str, path: &str, body: impl AsRef<[u8]>) -> Reply {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.emulator().endpoint()))
            .header("authorization", scope("s3"))
            .body(body.as_ref().to_vec())
            .unwrap();
        let mut response = self.agent.run(request).unwrap();
        let status = response.status().as_u16();
        let limit = response.body_mut().with_config().limit(100 << 20);
        Reply {
            status,
            body: limit.read_to_string().unwrap(),
        }
    }

    pub(crate) fn bucket(&self, name: &str) -> Reply {
        let place = "<CreateBucketConfiguration>\
                     <LocationConstraint>eu-north-1</LocationConstraint>\
                     </CreateBucketConfiguration>";
        self.http("PUT", &format!("/{name}"), place)
    }

    // The parts of a deployment, each by its id.

    pub(crate) fn vpc(&self) -> String {
        let made = self.ec2(&[("Action", "CreateVpc"), ("CidrBlock", "10.0.0.0/16")]);
        made.get("vpcId")
    }

    pub(crate) fn subnet(&self, vpc: &str, number: u8) -> String {
        let cidr = format!("10.0.{number}.0/24");
        let zone = if number.is_multiple_of(2) {
            "eu-north-1a"
        } else {
            "eu-north-1b"
        };
        let made = self.ec2(&[
            ("Action", "CreateSubnet"),
            ("VpcId", vpc),
            ("CidrBlock", &cidr),
            ("AvailabilityZone", zone),
        ]);
        made.get("subnetId")
    }

    /// An internet gateway, attached.
    pub(crate) fn gateway(&self, vpc: &str) -> String {
        let gateway = self
            .ec2(&[("Action", "CreateInternetGateway")])
            .get("internetGatewayId");
        self.ec2(&[
            ("Action", "AttachInternetGateway"),
            ("VpcId", vpc),
            ("InternetGatewayId", &gateway),
        ]);
        gateway
    }

    pub(crate) fn group(&self, vpc: &str, name: &str) -> String {
        let made = self.ec2(&[
            ("Action", "CreateSecurityGroup"),
            ("GroupName", name),
            ("GroupDescription", name),
            ("VpcId", vpc),
        ]);
        made.get("groupId")
    }

    /// A NAT gateway and the address that it uses.
    pub(crate) fn nat(&self, subnet: &str) -> (String, String) {
        let address = self.ec2(&[("Action", "AllocateAddress"), ("Domain", "vpc")]);
        let address = address.get("allocationId");
        let made = self.ec2(&[
            ("Action", "CreateNatGateway"),
            ("SubnetId", subnet),
            ("AllocationId", &address),
        ]);
        (made.get("natGatewayId"), address)
    }

    /// A load balancer by its ARN.
    pub(crate) fn balancer(&self, subnets: [&str; 2], group: &str) -> String {
        let made = self.balancing(&[
            ("Action", "CreateLoadBalancer"),
            ("Name", "balancer"),
            ("Scheme", "internet-facing"),
            ("Type", "application"),
            ("Subnets.member.1", subnets[0]),
            ("Subnets.member.2", subnets[1]),
            ("SecurityGroups.member.1", group),
        ]);
        made.get("LoadBalancerArn")
    }

    /// A target group by its ARN.
    pub(crate) fn target_group(&self, vpc: &str) -> String {
        let made = self.balancing(&[
            ("Action", "CreateTargetGroup"),
            ("Name", "targets"),
            ("Protocol", "HTTP"),
            ("Port", "8501"),
            ("VpcId", vpc),
        ]);
        made.get("TargetGroupArn")
    }

    /// A launch template.
    pub(crate) fn template(&self, group: &str) -> String {
        let made = self.ec2(&[
            ("Action", "CreateLaunchTemplate"),
            ("LaunchTemplateName", "template"),
            ("LaunchTemplateData.ImageId", "ami-12345678"),
            ("LaunchTemplateData.InstanceType", "t3.small"),
            ("LaunchTemplateData.UserData", "b25l"),
            ("LaunchTemplateData.SecurityGroupId.1", group),
        ]);
        made.get("launchTemplateId")
    }

    /// Another version of it.
    pub(crate) fn version(&self, template: &str) -> String {
        let made = self.ec2(&[
            ("Action", "CreateLaunchTemplateVersion"),
            ("LaunchTemplateId", template),
            ("LaunchTemplateData.ImageId", "ami-12345678"),
            ("LaunchTemplateData.InstanceType", "t3.large"),
            ("LaunchTemplateData.UserData", "dHdv"),
        ]);
        made.get("versionNumber")
    }

    /// An Auto Scaling group of two instances of the template's first version.
    pub(crate) fn scaling_group(&self, template: &str, subnet: &str, target_group: &str) -> Reply {
        self.scaling(&[
            ("Action", "CreateAutoScalingGroup"),
            ("AutoScalingGroupName", "group"),
            ("LaunchTemplate.LaunchTemplateId", template),
            ("LaunchTemplate.Version", "1"),
            ("MinSize", "2"),
            ("MaxSize", "4"),
            ("VPCZoneIdentifier", subnet),
            ("TargetGroupARNs.member.1", target_group),
        ])
    }

    /// A whole group from nothing: the template and the target group.
    pub(crate) fn running_group(&self) -> (String, String) {
        let vpc = self.vpc();
        let (subnet, group) = (self.subnet(&vpc, 10), self.group(&vpc, "app"));
        let (template, targets) = (self.template(&group), self.target_group(&vpc));
        let made = self.scaling_group(&template, &subnet, &targets);
        assert_eq!(made.status, 200, "{}", made.body);
        (template, targets)
    }

    /// The group, as described.
    pub(crate) fn described_group(&self) -> Reply {
        self.scaling(&[
            ("Action", "DescribeAutoScalingGroups"),
            ("AutoScalingGroupNames.member.1", "group"),
        ])
    }

    /// Starts a refresh to a version.
    pub(crate) fn refresh(&self, template: &str, version: &str) -> Reply {
        self.scaling(&[
            ("Action", "StartInstanceRefresh"),
            ("AutoScalingGroupName", "group"),
            (
                "DesiredConfiguration.LaunchTemplate.LaunchTemplateId",
                template,
            ),
            ("DesiredConfiguration.LaunchTemplate.Version", version),
            ("Preferences.AutoRollback", "true"),
            ("Preferences.MinHealthyPercentage", "100"),
            ("Preferences.MaxHealthyPercentage", "150"),
        ])
    }

    /// The newest refresh's status, at one more look.
    pub(crate) fn refresh_status(&self) -> String {
        let described = self.scaling(&[
            ("Action", "DescribeInstanceRefreshes"),
            ("AutoScalingGroupName", "group"),
        ]);
        described.get("Status")
    }
}

fn version(service: &str) -> &'static str {
    match service {
        "ec2" => "2016-11-15",
        "elasticloadbalancing" => "2015-12-01",
        "autoscaling" => "2011-01-01",
        _ => "2010-05-08",
    }
}

fn scope(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/eu-north-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=0"
    )
}
