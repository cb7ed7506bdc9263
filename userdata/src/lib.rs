//! What an instance runs at its first boot: settings and release in, user data out.
//!
//! The script, the units and the service's hardening are the files `bootstrap.sh`,
//! `student-analytics.service`, `student-analytics.socket` and `hardening.conf` of this folder. Only
//! the script reaches an instance, so it holds the other three; `fill` puts them and the values in
//! their places. No I/O.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod fill;

use infra_model::names::{SAMPLE_DATA, release_key};
use infra_model::settings::{Payload, Settings, Uploads};
use infra_model::values::{Invalid, MinGroup, Port, Sha256, UserData};

use crate::fill::{assigned, fill, quoted};

/// The boot script with its placeholders.
const BOOTSTRAP: &str = include_str!("../bootstrap.sh");
/// The service, as systemd 219 understands it.
pub const UNIT: &str = include_str!("../student-analytics.service");
/// The socket on which the service is reached, as systemd 219 understands it.
pub const SOCKET: &str = include_str!("../student-analytics.socket");
/// What systemd 235 and later can do on top of the unit.
pub const HARDENING: &str = include_str!("../hardening.conf");

/// The folder in which the boot script puts secrets, and their names there and in the Parameter Store.
const SECRETS: &str = "/etc/student-analytics";
const PASSWORD_HASH: &str = "password-hash";
const COOKIE_KEY: &str = "cookie-key";

/// Why there is no user data. Only a change of this crate's files can be the reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The script asks for a value that nobody gives.
    #[error("the boot script names @{0}@, which has no value: give it one, or correct the name")]
    Unknown(String),
    /// A value that the script does not ask for.
    #[error("the boot script never names @{0}@: use the value, or remove it")]
    Unused(&'static str),
    /// The socket says no port.
    #[error("the socket listens on no port: give it `ListenStream=ADDRESS:PORT`")]
    NoPort,
    /// Too long, or no script.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

/// What is deployed, with the user data that starts it.
pub fn payload(
    settings: &Settings,
    release: Sha256,
    sample_data: Sha256,
) -> Result<Payload, Error> {
    Ok(Payload {
        user_data: user_data(settings, &release)?,
        unit_port: unit_port()?,
        release,
        sample_data,
    })
}

/// The boot script for that release, complete.
pub fn user_data(settings: &Settings, release: &Sha256) -> Result<UserData, Error> {
    let access = settings.access.as_ref().map_or("", |path| path.as_str());
    let values = [
        ("REGION", quoted(settings.region.as_str())),
        ("BUCKET", quoted(&settings.bucket_name())),
        ("RELEASE", quoted(release.as_str())),
        ("RELEASE_KEY", quoted(&release_key(release))),
        ("DATA", quoted(&data(settings))),
        ("ACCESS", quoted(access)),
        ("PORT", quoted(&unit_port()?.to_string())),
        ("SETTINGS", service_settings(settings).trim_end().to_owned()),
        ("UNIT", UNIT.trim_end().to_owned()),
        ("SOCKET", SOCKET.trim_end().to_owned()),
        ("HARDENING", HARDENING.trim_end().to_owned()),
    ];
    Ok(UserData::new(fill(BOOTSTRAP, &values)?)?)
}

/// What the service is told, as the file of its unit's `EnvironmentFile=`. Secrets are named by the
/// files in which the boot script puts them.
pub fn service_settings(settings: &Settings) -> String {
    let bucket = format!("s3://{}", settings.bucket_name());
    let mut all = vec![
        ("AWS_REGION", settings.region.to_string()),
        ("STUDENT_ANALYTICS_DATA", data(settings)),
        match settings.uploads {
            Uploads::On => ("STUDENT_ANALYTICS_STORE", bucket),
            Uploads::Off => ("STUDENT_ANALYTICS_NO_UPLOADS", "true".to_owned()),
        },
    ];
    if settings.min_group > MinGroup::of(0) {
        all.push((
            "STUDENT_ANALYTICS_MIN_GROUP",
            settings.min_group.to_string(),
        ));
    }
    if settings.access.is_some() {
        let file = |secret| format!("{SECRETS}/{secret}");
        all.extend([
            ("STUDENT_ANALYTICS_PASSWORD_FILE", file(PASSWORD_HASH)),
            ("STUDENT_ANALYTICS_COOKIE_KEY_FILE", file(COOKIE_KEY)),
        ]);
    }
    let lines = all.iter().map(|(name, value)| assigned(name, value));
    lines.collect()
}

/// Where the default dataset lies. The sample is there until a school puts its own.
fn data(settings: &Settings) -> String {
    format!("s3://{}/{SAMPLE_DATA}", settings.bucket_name())
}

/// The port on which the service is reached.
pub fn unit_port() -> Result<Port, Error> {
    let listens = SOCKET
        .lines()
        .find_map(|line| line.strip_prefix("ListenStream="));
    let (_, port) = listens
        .and_then(|address| address.rsplit_once(':'))
        .ok_or(Error::NoPort)?;
    Ok(port.parse()?)
}
