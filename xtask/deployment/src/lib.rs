//! The deployment that flags and environment variables describe: what every command about it
//! begins with.
//!
//! Each flag has its variable, and its default in the model. How settings fit together is not judged here:
//! that is the model's lint.

mod alarms;
mod sign_in;

use std::path::PathBuf;

use anyhow::{Context, Result};
use infra_model::settings::{ImageFamily, Nat, Payload, Settings, Uploads};
use infra_model::topology::Topology;
use infra_model::values::{
    AccountId, BucketName, CertificateArn, Cidr, InstanceType, Instances, MinGroup, ParameterPath,
    Percent, PublicKey, Region, Sha256, Stage,
};

use alarms::AlarmOptions;
use sign_in::SignIn;

/// Settings of the deployment; each has its default in the model.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Deployment")]
pub struct Deployment {
    /// AWS region [default: the profile's when AWS is asked, else eu-north-1]
    #[arg(long, env = "AWS_REGION")]
    region: Option<Region>,
    /// Copy of the system; a suffix of every name unless it is prod [default: prod]
    #[arg(long, env = "STUDENT_ANALYTICS_STAGE")]
    stage: Option<Stage>,
    /// Name of the bucket, before the stage's suffix; global to all of AWS [default:
    /// student-performance-app-files]
    #[arg(long, env = "STUDENT_ANALYTICS_BUCKET")]
    bucket: Option<BucketName>,
    /// NAT gateways: per-zone, or single for half the price [default: per-zone]
    #[arg(long, env = "STUDENT_ANALYTICS_NAT")]
    nat: Option<Nat>,
    /// Operating system: amazon-linux-2 or amazon-linux-2023 [default: amazon-linux-2]
    #[arg(long, env = "STUDENT_ANALYTICS_IMAGE")]
    image: Option<ImageFamily>,
    /// Instance type, x86-64 [default: t3.small]
    #[arg(long, env = "STUDENT_ANALYTICS_INSTANCE_TYPE")]
    instance_type: Option<InstanceType>,
    /// Network that may reach the load balancer; repeatable [default: 0.0.0.0/0]
    #[arg(long = "allow", env = "STUDENT_ANALYTICS_ALLOW", value_delimiter = ',')]
    allowed: Vec<Cidr>,
    /// Certificate of AWS Certificate Manager; turns HTTPS on
    #[arg(long, env = "STUDENT_ANALYTICS_CERTIFICATE", value_name = "ARN")]
    certificate: Option<CertificateArn>,
    #[command(flatten)]
    sign_in: SignIn,
    /// Fewest instances [default: 2]
    #[arg(long, env = "STUDENT_ANALYTICS_MIN")]
    min: Option<Instances>,
    /// Most instances [default: 4]
    #[arg(long, env = "STUDENT_ANALYTICS_MAX")]
    max: Option<Instances>,
    /// Average CPU that scaling aims at, in percent [default: 70]
    #[arg(long, env = "STUDENT_ANALYTICS_TARGET", value_name = "PERCENT")]
    target: Option<Percent>,
    /// File with the ed25519 public key to import
    #[arg(long, env = "STUDENT_ANALYTICS_PUBLIC_KEY", value_name = "FILE")]
    public_key: Option<PathBuf>,
    /// Smallest group of students that the dashboard shows; 0 shows all [default: 0]
    #[arg(long, env = "STUDENT_ANALYTICS_MIN_GROUP", value_name = "N")]
    min_group: Option<MinGroup>,
    /// Switch uploads off: instances only read the bucket
    #[arg(long, env = "STUDENT_ANALYTICS_NO_UPLOADS")]
    no_uploads: bool,
    /// Path in SSM's Parameter Store below which `password-hash` and `cookie-key` lie; visitors must
    /// then know the password
    #[arg(long, env = "STUDENT_ANALYTICS_ACCESS_PARAMETERS", value_name = "PATH")]
    access_parameters: Option<ParameterPath>,
    /// Have the load balancer write who asked for what into the bucket, below access-logs/, for 30
    /// days, at 0.02 USD a month for a million requests; ACCOUNT is your account's number, and no
    /// other account's may write there
    #[arg(long, env = "STUDENT_ANALYTICS_ACCESS_LOGS", value_name = "ACCOUNT")]
    access_logs: Option<AccountId>,
    #[command(flatten)]
    alarms: AlarmOptions,
}

impl Deployment {
    /// Whether a flag or `AWS_REGION` names the region.
    pub fn names_region(&self) -> bool {
        self.region.is_some()
    }

    /// The settings, checked one by one; how they fit together is lint's business.
    pub fn settings(&self) -> Result<Settings> {
        let defaults = Settings::published()?;
        let public_key = self.public_key.as_ref().map(|path| -> Result<PublicKey> {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the public key {}", path.display()))?;
            Ok(PublicKey::new(text.trim_end())?)
        });
        Ok(Settings {
            region: self.region.clone().unwrap_or(defaults.region),
            stage: self.stage.clone().unwrap_or(defaults.stage),
            bucket: self.bucket.clone().unwrap_or(defaults.bucket),
            nat: self.nat.unwrap_or(defaults.nat),
            image: self.image.unwrap_or(defaults.image),
            instance_type: self.instance_type.clone().unwrap_or(defaults.instance_type),
            allowed: match self.allowed.is_empty() {
                true => defaults.allowed,
                false => self.allowed.clone(),
            },
            certificate: self.certificate.clone(),
            oidc: self.sign_in.oidc(),
            min: self.min.unwrap_or(defaults.min),
            max: self.max.unwrap_or(defaults.max),
            target: self.target.unwrap_or(defaults.target),
            public_key: public_key.transpose()?,
            min_group: self.min_group.unwrap_or(defaults.min_group),
            uploads: if self.no_uploads {
                Uploads::Off
            } else {
                defaults.uploads
            },
            access: self.access_parameters.clone(),
            access_logs: self.access_logs.clone(),
            alarms: self.alarms.alarms(),
        })
    }

    /// The topology without a release: for what does not depend on one.
    pub fn topology(&self) -> Result<Topology> {
        let settings = self.settings()?;
        Ok(Topology::new(&settings, &placeholder(&settings)?))
    }
}

/// The payload of an empty release, for commands that show the system and start no instance.
pub fn placeholder(settings: &Settings) -> Result<Payload> {
    let of_nothing =
        Sha256::new("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")?;
    Ok(userdata::payload(settings, of_nothing.clone(), of_nothing)?)
}

#[cfg(test)]
mod tests {
    use clap::Args;

    use super::*;

    #[test]
    fn help_says_the_defaults_of_the_model() -> Result<()> {
        let mut command = Deployment::augment_args(clap::Command::new("settings"));
        let help = command.render_long_help().to_string();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let it = Settings::published()?;
        for (flag, default) in [
            ("--stage", it.stage.to_string()),
            ("--bucket", it.bucket.to_string()),
            ("--image", it.image.slug().to_owned()),
            ("--instance-type", it.instance_type.to_string()),
            ("--min", it.min.to_string()),
            ("--max", it.max.to_string()),
            ("--target", it.target.to_string()),
            ("--min-group", it.min_group.to_string()),
        ] {
            let said = help.split_once(&format!("{flag} <")).map(|(_, rest)| rest);
            let said = said
                .and_then(|rest| rest.split_once("[env:"))
                .map(|it| it.0);
            assert!(
                said.is_some_and(|it| it.contains(&format!("[default: {default}]"))),
                "{flag} is {default}: {said:?}"
            );
        }
        Ok(())
    }
}
