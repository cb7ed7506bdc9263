//! Every name, written once. A stage other than `prod` is a suffix of each.

use crate::id::{Id, Tier};
use crate::settings::Settings;
use crate::tags::Tags;
use crate::values::Sha256;

pub(crate) const PROJECT: &str = "StudentAnalytics";
pub(crate) const MANAGED_BY: &str = "student-analytics-xtask";
const INSTANCE: &str = "StudentAnalyticsInstance";
const KEY_PAIR: &str = "studentanalyst_keypair";
/// The dashboard's binary in the bucket, below its checksum, and in Cargo.
const BINARY: &str = "student-analytics";
/// Where releases lie in the bucket.
pub const RELEASES: &str = "releases/";
/// Where uploads lie in the bucket.
pub const UPLOADS: &str = "uploads/";
/// Where the load balancer writes its access logs, without the slash that it adds.
pub const ACCESS_LOGS: &str = "access-logs";
/// The sample's key in the bucket.
pub const SAMPLE_DATA: &str = "StudentPerformanceFactors.csv";

/// The key of the object in the bucket that says who is deploying.
pub const LOCK: &str = "deployment.lock";

/// The name of a resource, with its stage. A part has its whole's name, an object its key.
pub(crate) fn name(id: Id, settings: &Settings) -> String {
    let (base, tail) = match id {
        Id::Bucket => return settings.bucket_name(),
        Id::Release => return RELEASES.to_owned(),
        Id::SampleData => return SAMPLE_DATA.to_owned(),
        Id::Role | Id::RolePolicies | Id::InstanceProfile => {
            ("StudentAnalyticsRole", String::new())
        }
        Id::KeyPair => (KEY_PAIR, String::new()),
        Id::Vpc | Id::VpcDefaults => ("StudentAnalyticsVPC", String::new()),
        Id::InternetGateway | Id::GatewayAttachment => ("StudentAnalyticsIGW", String::new()),
        Id::Subnet(Tier::Public, zone) => ("StudentAnalyticsPublic", format!("-{}", zone.letter())),
        Id::PublicRouteTable | Id::PublicRoute => ("StudentAnalyticsPublic", String::new()),
        Id::Subnet(Tier::Private, zone) | Id::PrivateRouteTable(zone) | Id::PrivateRoute(zone) => {
            ("StudentAnalyticsPrivate", format!("-{}", zone.letter()))
        }
        Id::Address(zone) | Id::NatGateway(zone) => {
            ("StudentAnalyticsNAT", format!("-{}", zone.letter()))
        }
        Id::S3Endpoint => ("StudentAnalyticsS3", String::new()),
        Id::BalancerGroup | Id::BalancerRules => ("StudentAnalytics-LB-SG", String::new()),
        Id::AppGroup | Id::AppRules => ("StudentAnalytics-App-SG", String::new()),
        Id::TargetGroup => ("StudentAnalyticsTargets", String::new()),
        Id::LoadBalancer | Id::HttpListener | Id::HttpsListener => {
            ("StudentAnalyticsLB", String::new())
        }
        Id::LaunchTemplate => ("StudentAnalyticsTemplate", String::new()),
        Id::AutoScalingGroup => ("StudentAnalyticsASG", String::new()),
        Id::ScalingPolicy => ("StudentAnalyticsCPU", settings.target.to_string()),
        Id::AlarmTopic => ("StudentAnalyticsAlarms", String::new()),
        Id::NoHealthyTarget => ("StudentAnalyticsNoHealthyTarget", String::new()),
        Id::ServerErrors => ("StudentAnalyticsServerErrors", String::new()),
        Id::SlowAnswers => ("StudentAnalyticsSlowAnswers", String::new()),
        Id::NatErrors(zone) => ("StudentAnalyticsNatErrors", format!("-{}", zone.letter())),
    };
    let port = match id {
        Id::HttpListener => ":80",
        Id::HttpsListener => ":443",
        _ => "",
    };
    format!("{base}{tail}{}{port}", settings.stage.suffix())
}

/// The tags of a resource: its name, and the four that say that it is ours.
pub(crate) fn tags(id: Id, name: &str, settings: &Settings) -> Tags {
    let tags = Tags::ours(name, &settings.stage, &id.to_string());
    match (id, &settings.alarms) {
        (Id::Bucket, Some(_)) => tags.with(crate::tags::ALARMS, "looked for"),
        _ => tags,
    }
}

/// The tags of an instance or its volume: beside the usual ones, what it was made of.
pub(crate) fn instance_tags(settings: &Settings, release: &Sha256) -> Tags {
    let name = format!("{INSTANCE}{}", settings.stage.suffix());
    Tags::ours(&name, &settings.stage, "instance").with(crate::tags::RELEASE, release.as_str())
}

/// Where a release lies in the bucket.
pub fn release_key(release: &Sha256) -> String {
    format!("{RELEASES}{release}/{BINARY}")
}
