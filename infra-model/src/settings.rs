//! What a person chooses about a deployment. The defaults are the published system.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::values::{
    AccountId, BucketName, CertificateArn, Cidr, ClientId, Date, Email, InstanceType, Instances,
    Invalid, MinGroup, ParameterPath, Percent, Port, ProviderUrl, PublicKey, Region, Scope,
    SessionTimeout, Sha256, Stage, UserData,
};

/// The port that the dashboard serves and the load balancer forwards to.
pub const APP_PORT: Port = Port::of(8501);
/// The network of the whole system.
pub const VPC_CIDR: Cidr = Cidr::of([10, 0, 0, 0], 16);

pub(crate) const REGION: &str = "eu-north-1";
pub(crate) const BUCKET: &str = "student-performance-app-files";
pub(crate) const INSTANCE_TYPE: &str = "t3.small";
const MIN: Instances = Instances::of(2);
const MAX: Instances = Instances::of(4);
const TARGET: Percent = Percent::of(70);

/// How private subnets reach the internet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nat {
    /// One gateway in each zone, so that a zone can fail.
    #[default]
    PerZone,
    /// One gateway in zone a for both: half the price.
    Single,
}

impl std::str::FromStr for Nat {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "per-zone" => Ok(Self::PerZone),
            "single" => Ok(Self::Single),
            _ => Err(Invalid {
                what: "nat",
                value: text.to_owned(),
                problem: "is not a choice",
                remedy: "write `per-zone` or `single`",
            }),
        }
    }
}

/// Which Amazon Linux the instances run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageFamily {
    /// Amazon Linux 2, as published.
    #[default]
    #[serde(rename = "amazon-linux-2")]
    AmazonLinux2,
    /// Amazon Linux 2023, its successor.
    #[serde(rename = "amazon-linux-2023")]
    AmazonLinux2023,
}

impl ImageFamily {
    /// Both.
    pub const ALL: [Self; 2] = [Self::AmazonLinux2, Self::AmazonLinux2023];

    /// The name in settings, and the description of a template version that uses it.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::AmazonLinux2 => "amazon-linux-2",
            Self::AmazonLinux2023 => "amazon-linux-2023",
        }
    }

    /// The public SSM parameter that holds the newest image's id.
    pub const fn parameter(self) -> &'static str {
        match self {
            Self::AmazonLinux2 => "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2",
            Self::AmazonLinux2023 => {
                "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
            }
        }
    }

    /// The last day with security updates.
    pub const fn supported_until(self) -> Date {
        match self {
            Self::AmazonLinux2 => Date::of(2026, 6, 30),
            Self::AmazonLinux2023 => Date::of(2029, 6, 30),
        }
    }
}

impl std::str::FromStr for ImageFamily {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|family| family.slug() == text)
            .ok_or_else(|| Invalid {
                what: "image",
                value: text.to_owned(),
                problem: "is not a choice",
                remedy: "write `amazon-linux-2` or `amazon-linux-2023`",
            })
    }
}

/// Whether people may upload their own table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Uploads {
    /// Instances may write below `uploads/`.
    #[default]
    On,
    /// Instances only read.
    Off,
}

/// Where people sign in before the load balancer lets them through: OpenID Connect. The client's
/// secret is no setting: it goes from a file to AWS, which never shows it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oidc {
    /// The identity provider, as it names itself.
    pub issuer: ProviderUrl,
    /// Where browsers are sent to sign in.
    pub authorization_endpoint: ProviderUrl,
    /// Where the load balancer asks who has signed in.
    pub token_endpoint: ProviderUrl,
    /// Where it asks for what is known of them.
    pub user_info_endpoint: ProviderUrl,
    /// The name by which the provider knows the load balancer.
    pub client_id: ClientId,
    /// What the provider is asked for.
    pub scope: Scope,
    /// How long someone stays signed in.
    pub session_timeout: SessionTimeout,
}

#[cfg(test)]
impl Oidc {
    /// One for the tests of this crate.
    pub(crate) fn example() -> Self {
        let url = |path: &str| ProviderUrl::new(format!("https://id.example.org{path}")).unwrap();
        Self {
            issuer: url(""),
            authorization_endpoint: url("/authorize"),
            token_endpoint: url("/token"),
            user_info_endpoint: url("/userinfo"),
            client_id: ClientId::new("dashboard").unwrap(),
            scope: Scope::default(),
            session_timeout: SESSION_TIMEOUT,
        }
    }
}

/// What an alarm is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Watched {
    /// Whether any instance is healthy.
    NoHealthyTarget,
    /// How many of the requests end with an error of the server.
    ServerErrors,
    /// How long the slowest hundredth of the requests waits.
    SlowAnswers,
    /// Whether each NAT gateway has ports left.
    NatErrors,
}

impl Watched {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::NoHealthyTarget,
        Self::ServerErrors,
        Self::SlowAnswers,
        Self::NatErrors,
    ];

    /// What a setting calls it.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::NoHealthyTarget => "no-healthy-target",
            Self::ServerErrors => "server-errors",
            Self::SlowAnswers => "slow-answers",
            Self::NatErrors => "nat-errors",
        }
    }
}

impl FromStr for Watched {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|it| it.slug() == text);
        found.ok_or_else(|| Invalid {
            what: "alarm",
            value: text.to_owned(),
            problem: "is none",
            remedy: "write `no-healthy-target`, `server-errors`, `slow-answers` or `nat-errors`",
        })
    }
}

/// What CloudWatch watches, and whom it tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarms {
    /// Who gets a mail.
    pub emails: BTreeSet<Email>,
    /// What there is an alarm about.
    pub watched: BTreeSet<Watched>,
}

#[cfg(test)]
impl Alarms {
    /// All of them, for the tests of this crate.
    pub(crate) fn example() -> Self {
        Self {
            emails: [Email::new("staff@school.example").unwrap()].into(),
            watched: Watched::ALL.into(),
        }
    }
}

/// How long someone stays signed in, unless asked otherwise: 12 hours, as long as with the
/// dashboard's own password.
pub const SESSION_TIMEOUT: SessionTimeout = SessionTimeout::of(43_200);

/// What a person chooses about a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Where it runs.
    pub region: Region,
    /// Which copy of the system it is.
    pub stage: Stage,
    /// The bucket's name before the stage's suffix.
    pub bucket: BucketName,
    /// NAT gateways: one in each zone, or one.
    pub nat: Nat,
    /// The instances' operating system.
    pub image: ImageFamily,
    /// The instances' size.
    pub instance_type: InstanceType,
    /// Who may reach the load balancer.
    pub allowed: Vec<Cidr>,
    /// Turns HTTPS on.
    pub certificate: Option<CertificateArn>,
    /// Who may look has to sign in first. It needs HTTPS.
    pub oidc: Option<Oidc>,
    /// Fewest instances; also how many there are at first.
    pub min: Instances,
    /// Most instances.
    pub max: Instances,
    /// Average CPU that scaling aims at.
    pub target: Percent,
    /// The key to import; without it the key pair that exists is kept, or one is generated.
    pub public_key: Option<PublicKey>,
    /// Groups with fewer students are withheld by the dashboard; 0 withholds nothing.
    pub min_group: MinGroup,
    /// Whether people may upload their own table.
    pub uploads: Uploads,
    /// Where instances find the hash of the password that visitors must know, and the key of
    /// their cookies; without it everyone may look.
    pub access: Option<ParameterPath>,
    /// The account whose load balancer writes into the bucket who asked for what; without it, nothing
    /// is written.
    pub access_logs: Option<AccountId>,
    /// What CloudWatch watches, and whom it tells; without it, nothing and nobody.
    pub alarms: Option<Alarms>,
}

impl Settings {
    /// The published system.
    pub fn published() -> Result<Self, Invalid> {
        Ok(Self {
            region: Region::new(REGION)?,
            stage: Stage::default(),
            bucket: BucketName::new(BUCKET)?,
            nat: Nat::default(),
            image: ImageFamily::default(),
            instance_type: InstanceType::new(INSTANCE_TYPE)?,
            allowed: vec![Cidr::ANYWHERE],
            certificate: None,
            oidc: None,
            min: MIN,
            max: MAX,
            target: TARGET,
            public_key: None,
            min_group: MinGroup::of(0),
            uploads: Uploads::default(),
            access: None,
            access_logs: None,
            alarms: None,
        })
    }

    /// The bucket's name with the stage's suffix, as every name has it.
    pub fn bucket_name(&self) -> String {
        format!("{}{}", self.bucket, self.stage.suffix())
    }
}

/// What is deployed, beside the resources themselves: known by its checksums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The dashboard's binary.
    pub release: Sha256,
    /// The sample that fills the bucket's place for the data while it is empty.
    pub sample_data: Sha256,
    /// The boot script, complete.
    pub user_data: UserData,
    /// The port that the script's unit serves; lint holds it against the load balancer's.
    pub unit_port: Port,
}

#[cfg(test)]
impl Payload {
    /// Some payload, for tests that look at other things.
    pub(crate) fn example() -> Self {
        let sha256 = |digit: &str| Sha256::new(digit.repeat(64)).unwrap();
        Self {
            release: sha256("a"),
            sample_data: sha256("5"),
            user_data: UserData::new("#!/bin/bash").unwrap(),
            unit_port: Port::of(8501),
        }
    }
}
