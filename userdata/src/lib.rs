//! What an instance runs at its first boot: settings and release in, user data out.
//!
//! The script, the units and the service's hardening are the files `bootstrap.sh`,
//! `student-analytics.service`, `student-analytics.socket` and `hardening.conf` of this folder. Only
//! the script reaches an instance, so it holds the other three; `fill` puts them and the values in
//! their places. No I/O.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod fill;

use infra_model::names::{SAMPLE_DATA, release_key};
use infra_model::settings::{Payload, Settings};
use infra_model::values::{Invalid, Port, Sha256, UserData};

use crate::fill::{fill, quoted};

/// The boot script with its placeholders.
const BOOTSTRAP: &str = include_str!("../bootstrap.sh");
/// The service, as systemd 219 understands it.
pub const UNIT: &str = include_str!("../student-analytics.service");
/// The socket on which the service is reached, as systemd 219 understands it.
pub const SOCKET: &str = include_str!("../student-analytics.socket");
/// What systemd 235 and later can do on top of the unit.
pub const HARDENING: &str = include_str!("../hardening.conf");

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
        user_data: user_data(settings, &release, &sample_data)?,
        unit_port: unit_port()?,
        release,
        sample_data,
    })
}

/// The boot script for that release and sample, complete.
pub fn user_data(
    settings: &Settings,
    release: &Sha256,
    sample_data: &Sha256,
) -> Result<UserData, Error> {
    let values = [
        ("REGION", quoted(settings.region.as_str())),
        ("BUCKET", quoted(&settings.bucket_name())),
        ("RELEASE", quoted(release.as_str())),
        ("RELEASE_KEY", quoted(&release_key(release))),
        ("SAMPLE", quoted(sample_data.as_str())),
        ("SAMPLE_KEY", quoted(SAMPLE_DATA)),
        ("PORT", quoted(&unit_port()?.to_string())),
        ("UNIT", UNIT.trim_end().to_owned()),
        ("SOCKET", SOCKET.trim_end().to_owned()),
        ("HARDENING", HARDENING.trim_end().to_owned()),
    ];
    Ok(UserData::new(fill(BOOTSTRAP, &values)?)?)
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
